# unnamed
