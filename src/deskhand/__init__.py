"""Realistic synthetic interaction sessions, in the schemas of real captures, with no human in them."""
