"""For machine learning: loaders and tokens, fetched when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskhand.datasets.loaders.synthetic_sessions import SyntheticSessions
    from deskhand.datasets.loaders.windows import Window

__all__ = ["SyntheticSessions", "Window"]

_HOME = {
    "SyntheticSessions": "deskhand.datasets.loaders.synthetic_sessions",
    "Window": "deskhand.datasets.loaders.windows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'deskhand.ml' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
