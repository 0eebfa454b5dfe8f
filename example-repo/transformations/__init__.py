"""The tables of this project, by layer."""
