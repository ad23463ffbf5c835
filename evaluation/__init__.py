"""Realism against a reference, with the floor of real people against other real people beside it."""
