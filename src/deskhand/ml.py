"""For machine learning: labelled data sets, loaders, tokens and episodes, fetched when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskhand.datasets.augmentation.augment import augment
    from deskhand.datasets.augmentation.folder import augment_files
    from deskhand.datasets.bots.families import FAMILIES
    from deskhand.datasets.bots.key_times import bot_key_times
    from deskhand.datasets.bots.paths import bot_paths
    from deskhand.datasets.building import build_dataset
    from deskhand.datasets.episodes.run import episodes, write_episodes
    from deskhand.datasets.leakage import check_dataset
    from deskhand.datasets.loaders.hugging_face import to_hf
    from deskhand.datasets.loaders.synthetic_sessions import SyntheticSessions
    from deskhand.datasets.loaders.web_shards import write_web_shards
    from deskhand.datasets.loaders.windows import Window
    from deskhand.datasets.tokens.action_tokens import ActionTokens
    from deskhand.datasets.tokens.key_tokens import KeyTokens
    from deskhand.datasets.tokens.pointer_tokens import PointerTokens

__all__ = [
    "FAMILIES",
    "ActionTokens",
    "KeyTokens",
    "PointerTokens",
    "SyntheticSessions",
    "Window",
    "augment",
    "augment_files",
    "bot_key_times",
    "bot_paths",
    "build_dataset",
    "check_dataset",
    "episodes",
    "to_hf",
    "write_episodes",
    "write_web_shards",
]

_HOME = {
    "FAMILIES": "deskhand.datasets.bots.families",
    "ActionTokens": "deskhand.datasets.tokens.action_tokens",
    "KeyTokens": "deskhand.datasets.tokens.key_tokens",
    "PointerTokens": "deskhand.datasets.tokens.pointer_tokens",
    "SyntheticSessions": "deskhand.datasets.loaders.synthetic_sessions",
    "Window": "deskhand.datasets.loaders.windows",
    "augment": "deskhand.datasets.augmentation.augment",
    "augment_files": "deskhand.datasets.augmentation.folder",
    "bot_key_times": "deskhand.datasets.bots.key_times",
    "bot_paths": "deskhand.datasets.bots.paths",
    "build_dataset": "deskhand.datasets.building",
    "check_dataset": "deskhand.datasets.leakage",
    "episodes": "deskhand.datasets.episodes.run",
    "to_hf": "deskhand.datasets.loaders.hugging_face",
    "write_episodes": "deskhand.datasets.episodes.run",
    "write_web_shards": "deskhand.datasets.loaders.web_shards",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'deskhand.ml' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
