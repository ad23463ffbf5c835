"""Tokens for sequence models: pointer reports, keystrokes, actions."""
