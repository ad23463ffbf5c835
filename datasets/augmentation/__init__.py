"""Captures of people, varied: what comes out is still about them, and says so."""
