# y
