"""Attacks on what was made from captures of people, each with a leaky release that it must catch."""
