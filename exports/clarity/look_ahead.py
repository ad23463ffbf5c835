"""How Clarity thins what comes often: it waits for quiet, and what is much like before is replaced."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.exports.clarity import vocabulary as cl

# Browsers hand over moves once a frame, the last one of it (Chromium since 60); 60 Hz assumed.
FRAME_US = 16_667


class Place(NamedTuple):
    """A pointer or scroll event: when, which, on which node, and where in px of the page."""

    at_ms: int
    event: int
    node_id: int
    x: int
    y: int


class Edit(NamedTuple):
    """What a field holds after an edit, as Clarity sends it."""

    at_ms: int
    node_id: int
    text: str


def delivered(
    t_us: NDArray[np.int64], presses_us: NDArray[np.int64], phase_us: int
) -> NDArray[np.bool_]:
    """Return which moves a browser hands to the page: the last in each frame and before each press.

    Parameters
    ----------
    t_us : ndarray of int64, shape (n,)
        Times of the moves, ascending.
    presses_us : ndarray of int64, shape (k,)
        When buttons and keys are pressed or released, ascending: moves before one are handed over first.
    phase_us : int
        Where frames lie, from 0 to 16666.

    Examples
    --------
    >>> delivered(np.arange(0, 40_000, 4_000), np.array([9_000]), 0).nonzero()[0].tolist()
    [2, 4, 8, 9]
    """
    frame = (t_us + phase_us) // FRAME_US
    before = np.searchsorted(presses_us, t_us, "right")
    return np.append((np.diff(frame) != 0) | (np.diff(before) != 0), True)[: len(t_us)]


def kept_places(
    places: Sequence[Place], interval_ms: int, waiting: Iterable[int]
) -> list[tuple[int, Place]]:
    """Return the events that are told, each behind the time at which it is.

    An event replaces the last one when it is like the one before the last: the same event on the
    same node, less than 20 px and an interval away. Each waits until none has come for 500 ms;
    what does not wait takes with it all that does. The chain has no closed form: what an event is
    compared with depends on what was kept.

    Parameters
    ----------
    places : sequence of Place
        Ascending in time.
    interval_ms : int
        25 for the pointer, 50 for scrolls.
    waiting : iterable of int
        The events that wait.

    Examples
    --------
    >>> moves = [Place(8 * k, cl.MOUSE_MOVE, 5, k, 0) for k in range(10)]
    >>> [place.at_ms for _, place in kept_places(moves, 25, (cl.MOUSE_MOVE,))]
    [0, 24, 48, 72]
    """
    waits = frozenset(waiting)
    told: list[tuple[int, Place]] = []
    held: list[Place] = []
    for place in places:
        if held and place.at_ms - held[-1].at_ms >= cl.LOOK_AHEAD_MS:
            due = held[-1].at_ms + cl.LOOK_AHEAD_MS
            told += [(due, kept) for kept in held]
            held = []
        if place.event not in waits:
            told += [(place.at_ms, kept) for kept in (*held, place)]
            held = []
            continue
        if len(held) > 1 and _alike(held[-2], place, interval_ms):
            held.pop()
        held.append(place)
    if held:
        told += [(held[-1].at_ms + cl.LOOK_AHEAD_MS, kept) for kept in held]
    return told


def _alike(before: Place, now: Place, interval_ms: int) -> bool:
    return (
        before.event == now.event
        and before.node_id == now.node_id
        and now.at_ms - before.at_ms < interval_ms
        and (now.x - before.x) ** 2 + (now.y - before.y) ** 2 < cl.DISTANCE_PX**2
    )


def kept_edits(edits: Sequence[Edit], entered_ms: Iterable[int]) -> list[tuple[int, Edit]]:
    """Return the edits that are told, each behind the time at which it is.

    Of edits of one field in a row the last is kept; all are told when no field was edited for
    750 ms, or at the Enter key.

    Parameters
    ----------
    edits : sequence of Edit
        Ascending in time.
    entered_ms : iterable of int
        When the Enter key was struck, ascending.

    Examples
    --------
    >>> edits = [Edit(0, 5, "a"), Edit(100, 5, "ab"), Edit(200, 6, "c")]
    >>> [(at, edit.text) for at, edit in kept_edits(edits, [])]
    [(950, 'ab'), (950, 'c')]
    """
    told: list[tuple[int, Edit]] = []
    held: list[Edit] = []
    steps = sorted([*((at, None) for at in entered_ms), *((e.at_ms, e) for e in edits)], key=_time)
    for at, edit in steps:
        if held and (due := held[-1].at_ms + cl.INPUT_LOOK_AHEAD_MS) <= at:
            told += [(due, kept) for kept in held]
            held = []
        if edit is None:
            told += [(at, kept) for kept in held]
            held = []
            continue
        if held and held[-1].node_id == edit.node_id:
            held.pop()
        held.append(edit)
    if held:
        told += [(held[-1].at_ms + cl.INPUT_LOOK_AHEAD_MS, kept) for kept in held]
    return told


def _time(step: tuple[int, Edit | None]) -> int:
    return step[0]
