# hidden
