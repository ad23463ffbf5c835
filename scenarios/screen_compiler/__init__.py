"""Compile a page into a screen with a real browser."""
