"""Safeguards as capture tools have them: what a recorder looks away from, and what it masks."""

from deskhand.safeguards.applying import safeguarded
from deskhand.safeguards.safeguards_file import Safeguards, load_safeguards

__all__ = ["Safeguards", "load_safeguards", "safeguarded"]
