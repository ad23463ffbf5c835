"""How automation tools move a pointer and type, one family a file: the other class of a detector."""

from deskhand.datasets.bots.families import FAMILIES
from deskhand.datasets.bots.key_times import KEY_FAMILIES, bot_key_times
from deskhand.datasets.bots.paths import bot_paths

__all__ = ["FAMILIES", "KEY_FAMILIES", "bot_key_times", "bot_paths"]
