"""Realistic synthetic interaction sessions, in the schemas of real captures, with no human in them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskhand.api import generate, read_sessions, simulate, validate
    from deskhand.behavior_models.profile import Profile
    from deskhand.calibration.pointer_fit import fit
    from deskhand.comparison import compare
    from deskhand.conversion import convert
    from deskhand.datasets.augmentation.augment import augment
    from deskhand.errors import DeskhandError
    from deskhand.keyboard_motor import time_keys, type_text
    from deskhand.marks.judging import is_synthetic
    from deskhand.pointer_motor import pointer_paths
    from deskhand.scenarios.prose.compose import compose_texts
    from deskhand.screenshot_run import screenshots, write_screenshots
    from deskhand.session import Session

    __version__: str

__all__ = [
    "DeskhandError",
    "Profile",
    "Session",
    "__version__",
    "augment",
    "compare",
    "compose_texts",
    "convert",
    "fit",
    "generate",
    "is_synthetic",
    "pointer_paths",
    "read_sessions",
    "screenshots",
    "simulate",
    "time_keys",
    "type_text",
    "validate",
    "write_screenshots",
]

_HOME = {
    "DeskhandError": "deskhand.errors",
    "Profile": "deskhand.behavior_models.profile",
    "Session": "deskhand.session",
    "augment": "deskhand.datasets.augmentation.augment",
    "compare": "deskhand.comparison",
    "compose_texts": "deskhand.scenarios.prose.compose",
    "convert": "deskhand.conversion",
    "fit": "deskhand.calibration.pointer_fit",
    "is_synthetic": "deskhand.marks.judging",
    "pointer_paths": "deskhand.pointer_motor",
    "screenshots": "deskhand.screenshot_run",
    "time_keys": "deskhand.keyboard_motor",
    "type_text": "deskhand.keyboard_motor",
    "write_screenshots": "deskhand.screenshot_run",
}


def __getattr__(name: str) -> Any:
    # Names are fetched when first used, so that `import deskhand` costs next to nothing and a
    # command that only prints help never waits for numpy and pyarrow.
    if name == "__version__":
        from importlib.metadata import version

        return version("deskhand")
    if name not in __all__:
        raise AttributeError(f"module 'deskhand' has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(_HOME.get(name, "deskhand.api")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
