"""Keyboard layouts as data."""
