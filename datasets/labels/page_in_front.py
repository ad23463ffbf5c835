"""Which page is in front at a moment, in its state and scrolled as it is then."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.page import Page
from deskhand.screen import parse_reference
from deskhand.session import Session

_SHOWN = ("navigation", "window.focus", "mark")


def rows_of(session: Session, *names: str) -> NDArray[np.intp]:
    """Return the rows of a session's events that are of some types."""
    kinds = session.events["type"].cast(pa.string())
    return np.flatnonzero(pc.is_in(kinds, pa.array(names)).to_numpy(zero_copy_only=False))


class PagesInFront:
    """The pages of a session over time.

    Parameters
    ----------
    session : Session
        With the screens that its events refer to.
    """

    def __init__(self, session: Session) -> None:
        events = session.events
        self._screens = session.screens
        rows = rows_of(session, *_SHOWN)
        self._rows = rows.tolist()
        self._changes = events.select(["type", "app", "window", "reference"]).take(rows).to_pylist()
        self._next = 0
        self._windows = events["window"].cast(pa.string()).combine_chunks()
        self._open: dict[str, Page] = {}
        self._since: dict[str, int] = {}
        scrolls = rows_of(session, "scroll")
        offsets = pc.take(events["delta_y"], scrolls).to_numpy()
        names = np.array(pc.take(events["window"], scrolls).cast(pa.string()).to_pylist(), object)
        self._scrolled: dict[str, tuple[NDArray[np.intp], NDArray[np.float32]]] = {}
        for name in dict.fromkeys(names.tolist()):
            self._scrolled[name or ""] = scrolls[names == name], offsets[names == name]

    def at(self, row: int) -> Page | None:
        """Return the page at a row of the events; rows have to be asked for in ascending order."""
        while self._next < len(self._rows) and self._rows[self._next] < row:
            self._follow(self._rows[self._next], self._changes[self._next])
            self._next += 1
        window = self._windows[row].as_py() or ""
        page = self._open.get(window)
        if page is not None:
            page.scroll_y = self._offset(window, row)
        return page

    def _follow(self, row: int, change: Mapping[str, Any]) -> None:
        window, named = change["window"] or "", change["reference"] or ""
        if change["type"] == "mark":
            screen, layer, state = parse_reference(named)
            page = self._open.get(window)
            if page is not None and page.screen.name == screen and layer in page.state:
                page.state[layer] = state
            return
        here = self._open.get(window)
        if named in self._screens and (
            change["type"] == "navigation" or here is None or here.screen.name != named
        ):
            self._open[window] = Page(self._screens[named])
            self._since[window] = row

    def _offset(self, window: str, row: int) -> int:
        rows, offsets = self._scrolled.get(window, (np.empty(0, np.intp), np.empty(0, np.float32)))
        at = int(np.searchsorted(rows, row)) - 1
        if at < 0 or rows[at] < self._since[window]:
            return 0
        return round(float(offsets[at]))
