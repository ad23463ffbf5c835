"""The windows of a session as its rows change them: what stands on the desktop at a moment."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.screen_frames.desktop import Point, Window
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.monitors import in_picture, monitors_of
from deskhand.plain_values import plain_rows
from deskhand.screen import Box, parse_reference
from deskhand.session import Session

SEEN = (
    "navigation",
    "window.focus",
    "mark",
    "input",
    "focus",
    "blur",
    "scroll",
    "select.open",
    "select.close",
    "redaction",
    "visibility",
    "resize",
)
_COLUMNS = (
    "t_us", "type", "app", "window", "target", "detail", "delta_x", "delta_y", "value",
    "value_length", "masked", "input_type", "url", "reference", "reason", "policy",
)  # fmt: skip
# A redaction row of this policy says that the application is excluded from recordings.
EXCLUDED = "pause"
# A visibility row for this reason tells of a notification.
NOTIFICATION = "notification"
# Where a page starts of whose window no pointer tells it.
ORIGIN = (256, 136)


class Stage:
    """The windows of a session, the one in front last, as its rows change them.

    Parameters
    ----------
    session : Session
        With the compiled screens that its rows name.

    Attributes
    ----------
    windows : list of Window
        From back to front.
    notification : tuple of (str, str, Box) or None
        Application, title and box of the notification that lies over them.
    monitors : tuple of Monitor
        Where they lie in a picture of the desktop, the main one first; windows stand there, too.
    """

    def __init__(self, session: Session) -> None:
        shown = pc.is_in(session.events["type"].cast(pa.string()), pa.array(SEEN))
        self.windows: list[Window] = []
        self.monitors = in_picture(monitors_of(session.header))
        self._rows = plain_rows(session.events.filter(shown).select(list(_COLUMNS)))
        self._taken = 0
        self._screens = session.screens
        self._origins = page_origins(session.events)
        self._count = 0
        self._away: list[Window] = []
        self._sensitive = _sensitive(session)
        self.notification: tuple[str, str, Box] | None = None
        self._notifications = _notifications(session)

    @property
    def front(self) -> Window | None:
        """The window in front, None as long as there is none."""
        return self.windows[-1] if self.windows else None

    def advance(self, now_us: int) -> bool:
        """Follow the rows up to and including a time; returns whether there were any."""
        before = self._taken
        while self._taken < len(self._rows) and self._rows[self._taken]["t_us"] <= now_us:
            self._take(self._rows[self._taken])
            self._taken += 1
        return self._taken > before

    def _take(self, row: dict[str, Any]) -> None:
        kind = row["type"]
        if kind == "redaction":
            self._exclude(row)
            return
        if kind == "visibility":
            if row["reason"] == NOTIFICATION:
                shows = row["value"] == "visible"
                self.notification = self._notifications.get(row["target"]) if shows else None
            return
        window = self._window(row)
        if kind == "window.focus" and window in self._away:
            # A gap that named no window is over for what was in front when it began.
            self._away.remove(window)
            window.excluded, window.stale = False, True
        if kind in ("navigation", "window.focus"):
            if kind == "window.focus" or len(self.windows) == 1:
                self.windows.remove(window)
                self.windows.append(window)
            self._show(window, row, fresh=kind == "navigation")
        elif kind == "mark":
            screen, layer, state = parse_reference(row["reference"] or "")
            # A page may still change in the instant in which another window comes to the front.
            for each in (window, *self.windows):
                if each.view is not None and each.view.screen.name == screen:
                    each.view.enter(layer, state, row["value"])
                    each.stale = True
                    break
        elif kind == "resize":
            if window.view is not None and row["delta_x"]:
                window.zoom = window.view.screen.viewport[0] / row["delta_x"]
                window.stale = True
        elif window.view is not None:
            window.view.take(row)
            window.stale = True

    def _exclude(self, row: dict[str, Any]) -> None:
        if row["policy"] == EXCLUDED and (row["window"] is not None or self.windows):
            window = self.windows[-1] if row["window"] is None else self._window(row)
            if row["window"] is None and not window.excluded:
                self._away.append(window)
            window.excluded = window.stale = True

    def _window(self, row: dict[str, Any]) -> Window:
        name = row["window"] or row["app"] or "window"
        for window in self.windows:
            if window.name == name:
                return window
        (left, top), main = self._origins.get(name, ORIGIN), self.monitors[0]
        made = Window(
            name=name,
            app=row["app"] or "",
            origin=(left + main.left, top + main.top),
            number=self._count,
        )
        self._count += 1
        self.windows.append(made)
        return made

    def _show(self, window: Window, row: dict[str, Any], *, fresh: bool) -> None:
        name = row["reference"]
        window.url = row["url"] or window.url
        same = window.view is not None and window.view.screen.name == name
        if fresh or not same:
            known = name is not None and name in self._screens
            if known:
                window.view = PageView(self._screens[name], self._sensitive)
            elif fresh:
                window.view = None
            window.stale = True


def _notifications(session: Session) -> dict[str, tuple[str, str, Box]]:
    """Return application, title and box in a picture of each notification, by its key."""
    main = in_picture(monitors_of(session.header))[0]
    return {
        row["target"]: (
            row["app"],
            row["name"],
            (row["left"] + main.left, row["top"] + main.top, row["width"], row["height"]),
        )
        for row in session.elements.to_pylist()
        if row["tag"] == NOTIFICATION
    }


def _sensitive(session: Session) -> set[str]:
    """Return the elements that the session masks: that are marked, or of which a row is masked."""
    events, marked = session.events, session.elements
    masked = pc.or_(events["masked"], pc.equal(events["type"].cast(pa.string()), "redaction"))
    found = {*marked.filter(pc.is_valid(marked["sensitive"]))["target"].unique().to_pylist()}
    return (found | {*events.filter(masked)["target"].unique().to_pylist()}) - {None}


def page_origins(events: pa.Table) -> dict[str, tuple[int, int]]:
    """Return where each window's page starts on the desktop, as the pointer's rows tell it."""
    table = events.select(["window", "screen_x", "screen_y", "client_x", "client_y"]).drop_null()
    if not len(table):
        return {}
    codes = table["window"].combine_chunks().cast(pa.string()).dictionary_encode()
    names = codes.dictionary.to_pylist()
    numbers, first = np.unique(codes.indices.to_numpy(), return_index=True)
    found = table.take(first).to_pylist()
    return {
        names[number]: (
            round(row["screen_x"] - row["client_x"]),
            round(row["screen_y"] - row["client_y"]),
        )
        for number, row in zip(numbers.tolist(), found, strict=True)
    }


def pointer_places(session: Session, times: Any) -> list[Point | None]:
    """Return where the pointer is in a picture at each of some times: at its last row."""
    table = session.events.select(["t_us", "screen_x", "screen_y"]).drop_null()
    at_us = table["t_us"].to_numpy()
    main = in_picture(monitors_of(session.header))[0]
    x, y = table["screen_x"].to_numpy() + main.left, table["screen_y"].to_numpy() + main.top
    last = np.searchsorted(at_us, times, "right") - 1
    return [(float(x[k]), float(y[k])) if k >= 0 else None for k in last.tolist()]
