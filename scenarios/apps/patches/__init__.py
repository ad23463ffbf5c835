"""Patches by mail, by the rules of the Linux kernel: reviewing them, and sending a series."""
