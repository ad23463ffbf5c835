"""A code editor with a terminal and a coding agent in it."""
