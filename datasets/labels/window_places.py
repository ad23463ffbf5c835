"""Where the page of a window lies on the screen at a moment, as a session's events tell."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.monitors import monitors_of
from deskhand.page import Page
from deskhand.scenarios.windows import home_monitor, page_origin
from deskhand.session import Session


class WindowPlaces:
    """Places of windows, by the rows of the pointer that tell both of theirs.

    Parameters
    ----------
    session : Session
        With its header.
    """

    def __init__(self, session: Session) -> None:
        events = session.events
        self._t_us = events["t_us"].to_numpy()
        shift_x = pc.subtract(events["screen_x"], events["client_x"]).to_numpy()
        shift_y = pc.subtract(events["screen_y"], events["client_y"]).to_numpy()
        # Turns of the wheel that zoom have their place on a page whose px are not the screen's.
        zoomed = pc.greater(pc.fill_null(events["modifiers"], 0), 0).to_numpy()
        self._rows = np.flatnonzero(~np.isnan(shift_x) & ~zoomed)
        self._x, self._y = shift_x[self._rows], shift_y[self._rows]
        header = session.header
        self._monitors = monitors_of(header)
        windows = events["window"].cast(pa.string()).fill_null("").combine_chunks()
        coded = windows.dictionary_encode()
        self._window, self._names = coded.indices.to_numpy(), coded.dictionary.to_pylist()
        opened = events.filter(pc.equal(events["type"].cast(pa.string()), "window.focus"))
        self._apps = dict(zip(*(opened[c].to_pylist() for c in ("window", "app")), strict=True))
        self._by_window = {
            int(code): self._rows[self._window[self._rows] == code]
            for code in np.unique(self._window)
        }

    def row_at(self, t_us: int) -> int:
        """Return the row of the first event that is no earlier than a time."""
        return min(int(np.searchsorted(self._t_us, t_us)), len(self._t_us) - 1)

    def of(self, row: int, page: Page) -> tuple[float, float] | None:
        """Return where on the screen the page begins that is in front at a row, in px."""
        rows = self._by_window[int(self._window[row])]
        if not len(rows):
            # Who uses keys alone has no pointer that would tell.
            number = re.fullmatch(r"window-(\d+)", self._names[int(self._window[row])])
            return self._by_habit(int(number[1]), page.screen.viewport) if number else None
        # A window keeps its place, so that any row of it tells.
        near = rows[min(int(np.searchsorted(rows, row)), len(rows) - 1)]
        at = int(np.searchsorted(self._rows, near))
        return float(self._x[at]), float(self._y[at])

    def _by_habit(self, number: int, viewport: tuple[int, int]) -> tuple[float, float]:
        """Return where the page of the n-th window, from 1, starts: behind those opened before on its monitor."""
        homes = [
            home_monitor(self._apps.get(f"window-{place}", ""), viewport, self._monitors)
            for place in range(1, number + 1)
        ]
        return page_origin(homes.count(homes[-1]) - 1, viewport, homes[-1])
