"""The demonstration: a team's morning, with pages to look at it."""

from deskhand.demo.morning import run_demo

__all__ = ["run_demo"]
