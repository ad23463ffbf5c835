"""What of an act both vocabularies need: whole px on the display, the keys held, the text."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.derived_acts import Drag, Type

# Points of a drag's path that are written at most; its curve stays visible (assumed).
PATH_POINTS = 32


class Display:
    """A desktop on which places are whole pixels from its corner.

    Parameters
    ----------
    width, height : int
        Its size, px.
    left, top : int
        Where its corner lies when a monitor stands to the left of the main one, or above it.
    """

    def __init__(self, width: int, height: int, left: int = 0, top: int = 0) -> None:
        self._size = (width, height)
        self._corner = (left, top)
        self._last: tuple[int, int] | None = None

    def place(self, act: Any, prefix: str = "") -> tuple[int, int] | None:
        """Return where an act was: the nearest pixel, or where the pointer was last if it is not told.

        Examples
        --------
        >>> from types import SimpleNamespace as Act
        >>> act = Act(screen_x=10.6, screen_y=2000.0, client_x=None, client_y=None)
        >>> Display(1920, 1080).place(act)
        (11, 1079)
        """
        x, y = getattr(act, f"{prefix}screen_x"), getattr(act, f"{prefix}screen_y")
        if x is None or y is None:
            x, y = getattr(act, f"{prefix}client_x"), getattr(act, f"{prefix}client_y")
        if x is not None and y is not None:
            self._last = self.nearest(x, y)
        return self._last

    def nearest(self, x: float, y: float) -> tuple[int, int]:
        """Return the nearest pixel of the display."""
        (left, top), (width, height) = self._corner, self._size
        x, y = x - left, y - top
        return min(max(round(x), 0), width - 1), min(max(round(y), 0), height - 1)


def drag_path(events: pa.Table, act: Drag, display: Display) -> list[tuple[int, int]]:
    """Return the way of a drag as pixels, none twice in a row, both ends among them."""
    ends = [end for end in (display.place(act), display.place(act, "end_")) if end is not None]
    inside = events.slice(act.first_row, act.last_row - act.first_row + 1)
    inside = inside.filter(pc.equal(inside["type"].cast(pa.string()), "pointermove"))
    names = ("screen_x", "screen_y") if act.screen_x is not None else ("client_x", "client_y")
    moves = inside.select(names).drop_null()
    if len(moves) > PATH_POINTS - 2:
        moves = moves.take(np.linspace(0, len(moves) - 1, PATH_POINTS - 2).round().astype(int))
    way = [display.nearest(x, y) for x, y in zip(*moves.to_pydict().values(), strict=True)]
    points = [*ends[:1], *way, *ends[1:]]
    return [p for k, p in enumerate(points) if k == 0 or p != points[k - 1]]


def visible_text(act: Type) -> str:
    """Return what was typed; of text that was left out, as many stars as there were characters."""
    return "*" * act.length if act.text is None else act.text
