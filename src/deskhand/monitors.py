"""The monitors of a desktop: where each one lies, and which places of the desktop are on one.

Coordinates are those of the desktop: px to the right of and below the corner of the main monitor, which
stands first. A monitor to the left of it has a negative ``left``; monitors of different heights leave gaps in the
desktop that no pointer can enter.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError


class Monitor(NamedTuple):
    """One monitor: its corner on the desktop and its size, px."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height


_WRITTEN = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})@(-?\d{1,5}),(-?\d{1,5})")


def written(monitors: Sequence[Monitor]) -> str:
    """Return monitors as the header of a session names them.

    Examples
    --------
    >>> written([Monitor(0, 0, 1920, 1080), Monitor(1920, 216, 1536, 864)])
    '1920x1080@0,0 1536x864@1920,216'
    """
    return " ".join(f"{m.width}x{m.height}@{m.left},{m.top}" for m in monitors)


def parsed(text: str) -> tuple[Monitor, ...]:
    """Return the monitors that a header names, the main one first.

    Raises
    ------
    DeskhandError
        When the text is not as `written` makes it, or the first monitor does not lie at 0, 0.

    Examples
    --------
    >>> parsed("1920x1080@0,0 1440x900@-1440,180")[1].right
    0
    """
    found = [_WRITTEN.fullmatch(part) for part in text.split(" ")]
    monitors = [
        Monitor(int(left), int(top), int(width), int(height))
        for width, height, left, top in (match.groups() for match in found if match)
    ]
    if len(monitors) < len(found) or monitors[0][:2] != (0, 0):
        raise DeskhandError(
            f"monitors {text!r}: the form is WIDTHxHEIGHT@LEFT,TOP with blanks between, and the main "
            "one comes first, at 0,0: 1920x1080@0,0 1536x864@1920,216."
        )
    return tuple(monitors)


def monitors_of(header: Mapping[str, Any]) -> tuple[Monitor, ...]:
    """Return the monitors of a session, the main one first.

    Parameters
    ----------
    header : mapping
        Of a session; one without ``monitors`` has one, as large as its screen.

    Raises
    ------
    DeskhandError
        When it names them in another form than `written` does.
    """
    named = header.get("monitors")
    if named is not None:
        return parsed(str(named))
    return (Monitor(0, 0, int(header["screen_width"]), int(header["screen_height"])),)


def bounds(monitors: Sequence[Monitor]) -> Monitor:
    """Return the smallest rectangle that holds all monitors: the whole desktop, gaps included.

    Examples
    --------
    >>> bounds(parsed("1920x1080@0,0 1440x900@-1440,180"))
    Monitor(left=-1440, top=0, width=3360, height=1080)
    """
    left, top = min(m.left for m in monitors), min(m.top for m in monitors)
    right, bottom = max(m.right for m in monitors), max(m.bottom for m in monitors)
    return Monitor(left, top, right - left, bottom - top)


def in_picture(monitors: Sequence[Monitor]) -> tuple[Monitor, ...]:
    """Return where monitors lie in a picture of the whole desktop: its corner is at 0, 0.

    Examples
    --------
    >>> [monitor.left for monitor in in_picture(parsed("1920x1080@0,0 1440x900@-1440,180"))]
    [1440, 0]
    """
    left, top = bounds(monitors)[:2]
    return tuple(Monitor(m.left - left, m.top - top, m.width, m.height) for m in monitors)


def on_a_monitor(
    monitors: Sequence[Monitor], x: NDArray[np.floating], y: NDArray[np.floating]
) -> NDArray[np.bool_]:
    """Return which places lie on a monitor, shape (n,).

    Examples
    --------
    >>> two = parsed("1920x1080@0,0 1440x900@1920,180")
    >>> on_a_monitor(two, np.array([10.0, 2000.0, 2000.0]), np.array([10.0, 10.0, 500.0])).tolist()
    [True, False, True]
    """
    inside = np.zeros(np.shape(x), np.bool_)
    for m in monitors:
        inside |= (x >= m.left) & (x < m.right) & (y >= m.top) & (y < m.bottom)
    return inside


def clipped(
    monitors: Sequence[Monitor], x: NDArray[np.floating], y: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return places moved to the nearest whole px of a monitor where they lie on none, each of shape (n,).

    Examples
    --------
    >>> two = parsed("1920x1080@0,0 1440x900@1920,180")
    >>> [c.tolist() for c in clipped(two, np.array([10.0, 2500.0]), np.array([-5.0, 100.0]))]
    [[10.0, 2500.0], [0.0, 180.0]]
    """
    here, *others = (
        (np.clip(x, m.left, m.right - 1), np.clip(y, m.top, m.bottom - 1)) for m in monitors
    )
    for there in others:
        away, other = (np.square(x - at[0]) + np.square(y - at[1]) for at in (here, there))
        nearer = other < away
        here = np.where(nearer, there[0], here[0]), np.where(nearer, there[1], here[1])
    return here


def nearest(monitors: Sequence[Monitor], x: float, y: float) -> Monitor:
    """Return the monitor on which a place lies, or the one that is nearest to it.

    Examples
    --------
    >>> nearest(parsed("1920x1080@0,0 1440x900@1920,180"), 2500.0, 40.0).left
    1920
    """
    at, least = monitors[0], math.inf
    if len(monitors) == 1:
        return at
    # A place between two px lies in the first of them, as for `on_a_monitor`.
    x, y = math.floor(x), math.floor(y)
    for monitor in monitors:
        left, top, width, height = monitor
        dx = max(left - x, 0, x - left - width + 1)
        dy = max(top - y, 0, y - top - height + 1)
        away = dx * dx + dy * dy
        if not away:
            return monitor
        if away < least:
            at, least = monitor, away
    return at
