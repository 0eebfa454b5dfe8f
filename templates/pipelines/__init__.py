"""The engine that runs this project's tables."""
