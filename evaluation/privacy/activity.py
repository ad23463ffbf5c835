"""Typing and pointing: how a verifier and an attacker see them, and how they are given away on purpose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements
from deskhand.evaluation.key_table import Keystrokes
from deskhand.evaluation.nearest_movement import nearest_movement
from deskhand.evaluation.nearest_typing import nearest_typing
from deskhand.evaluation.nearness import Nearness
from deskhand.evaluation.pointer_features import pointer_features
from deskhand.evaluation.privacy.leaky_releases import (
    cloned_keys,
    cloned_movements,
    replayed_keys,
    replayed_movements,
)
from deskhand.evaluation.privacy.portraits import Portraits, key_portraits, movement_portraits
from deskhand.evaluation.privacy.samples import (
    KEYS,
    MOVEMENTS,
    Samples,
    key_samples,
    movement_samples,
)

Acts = TypeVar("Acts", Keystrokes, Movements)

TYPING, POINTER = "typing", "pointer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Generic[Acts]):
    """What people do.

    ``window_person`` tells whose each window is, ``seen`` makes windows and portraits, ``cloned`` and
    ``replayed`` are releases that leak, and ``nearest`` measures how near what was made lies to what was
    fitted.
    """

    name: str
    window_person: Callable[[Acts], NDArray[np.int64]]
    seen: Callable[[Acts], tuple[Samples, Portraits]]
    cloned: Callable[[Acts, int], Acts]
    replayed: Callable[[Acts, int], Acts]
    nearest: Callable[[Acts, Acts, Acts], Nearness]


def _typed(keys: Keystrokes) -> tuple[Samples, Portraits]:
    return key_samples(keys), key_portraits(keys)


def _moved(movements: Movements) -> tuple[Samples, Portraits]:
    views = pointer_features(movements)
    features, person = views["kinematic"], movements.person
    shapes = views["shape"].shape[1]
    return movement_samples(features, person), movement_portraits(features, person, shapes)


def _windows_typed(keys: Keystrokes) -> NDArray[np.int64]:
    """Return the person of each window: sessions hold whole windows, from their first key on."""
    held = np.diff(keys.first, append=len(keys)) // KEYS
    return np.repeat(keys.person[keys.first], held).astype(np.int64)


def _windows_moved(movements: Movements) -> NDArray[np.int64]:
    people, held = np.unique(movements.person, return_counts=True)
    return np.repeat(people, held // MOVEMENTS).astype(np.int64)


TYPING_ACTIVITY: Activity[Keystrokes] = Activity(
    name=TYPING,
    window_person=_windows_typed,
    seen=_typed,
    cloned=cloned_keys,
    replayed=replayed_keys,
    nearest=nearest_typing,
)
POINTER_ACTIVITY: Activity[Movements] = Activity(
    name=POINTER,
    window_person=_windows_moved,
    seen=_moved,
    cloned=cloned_movements,
    replayed=replayed_movements,
    nearest=nearest_movement,
)
