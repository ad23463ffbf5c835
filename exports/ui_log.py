"""A session as a user-interface log: what was done, on which element of which page, and when.

Such logs are recorded by add-ins that see events, not intents, so the acts are those that can be
derived from events alone. The table of actions, which knows tasks, steps, slips and aims, is not
looked at: a log that named tasks would give away what finding routines in such logs is about. For the
same reason a case is the session, and nothing smaller.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.events import CONTROL
from deskhand.exports.act_kinds import Act, Choose, Click, Navigate, Press, Scroll, Type, Wait
from deskhand.exports.derived_acts import derived_acts
from deskhand.exports.excluded_apps import paused
from deskhand.exports.losses import Kept
from deskhand.session import Session

_CLICKS = {1: "click", 2: "double click", 3: "triple click"}
_MODIFIERS = ((2, "Control"), (4, "Alt"), (1, "Shift"), (8, "Meta"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ACT = "as an act; times floored to ms"
KEEPS: Mapping[str, Kept] = {
    "pointerdown": Kept(step_us=1_000, remark="a click or drag; " + _ACT),
    "wheel": Kept(step_us=1_000, remark="one scroll for a run of notches; " + _ACT),
    "keydown": Kept(step_us=1_000, remark="typed text, named keys and shortcuts; " + _ACT),
    "select.change": Kept(step_us=1_000, remark="a choice; " + _ACT),
    "navigation": Kept(step_us=1_000, remark=_ACT),
    "window.focus": Kept(step_us=1_000, remark="a switch of windows; " + _ACT),
}
LOSES = (
    "the pointer's path, each key's time, what the page showed; tasks and aims are in no such log"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log.

    Parameters
    ----------
    kind : str
        What was done, such as ``click`` or ``type``.
    start_us, end_us : int
        Unix time on the person's computer, in microseconds. It ends at the latest when the next
        begins, so that neither goes back from one line to the next.
    app, window : str or None
        The application in front, and its window.
    page : str or None
        Name of the page, and its ``title`` and ``url``.
    element : str or None
        Key of the element; its ``role`` and accessible ``name`` where they are known.
    value : str or None
        Text typed, label chosen, keys pressed; None where it was left out.
    masked : bool
        Whether it was left out.
    length : int or None
        Characters of a text or label, also of one that was left out.
    """

    kind: str
    start_us: int
    end_us: int
    app: str | None
    window: str | None
    page: str | None
    title: str | None
    url: str | None
    element: str | None
    role: str | None
    name: str | None
    value: str | None
    masked: bool
    length: int | None

    @property
    def activity(self) -> str:
        """What was done and on what, as process mining names activities."""
        if self.kind in ("open", "switch"):
            what = self.title or self.page or self.app
        elif self.kind == "press":
            what = self.value
        else:
            what = " ".join(filter(None, (self.role, self.name or self.element)))
        return f"{self.kind} {what}" if what else self.kind


def entries(session: Session) -> Iterator[Entry]:
    """Yield what was done in a session, in the order of its start.

    Parameters
    ----------
    session : Session
        Its compiled screens are not needed; with them, pages have titles. What was done in an
        excluded application is left out.
    """
    header, events = session.header, session.events
    begin_us = int(header["start_wall_us"]) + int(header["clock_skew_us"])
    known = {(e["screen"], e["target"]): e for e in session.elements.to_pylist()}
    shown = _Pages(session)
    hidden = paused(events)
    acts = [
        act
        for act in derived_acts(events)
        if not isinstance(act, Wait) and not hidden[act.first_row]
    ]
    # Fingers overlap keys, and an option is chosen while its key is down: ordered by their ends,
    # Enter would come before the word that it ends, and a choice before the press that made it.
    bounds_us = [act.start_us for act in acts[1:]] + [act.end_us for act in acts[-1:]]
    for act, bound_us in zip(acts, bounds_us, strict=True):
        page, url = shown.at(act)
        found = known.get((page, act.target), {})
        screen = session.screens.get(page) if page is not None else None
        kind, value = _said(act)
        yield Entry(
            kind=kind,
            start_us=begin_us + act.start_us,
            end_us=begin_us + min(act.end_us, bound_us),
            app=act.app,
            window=act.window,
            page=page,
            title=screen.title if screen is not None else None,
            url=url,
            element=act.target,
            role=found.get("role"),
            name=_page_text(found.get("name")),
            value=value,
            masked=act.masked,
            length=act.length if isinstance(act, Type | Choose) else None,
        )


def _page_text(name: str | None) -> str | None:
    # A name with a slot is made of the session's own text.
    return None if name is None or "{{" in name else name


def _said(act: Act) -> tuple[str, str | None]:
    """Return the kind of an act, and what it was about."""
    if isinstance(act, Click):
        button = {1: "middle ", 2: "right "}.get(act.button, "")
        return f"{button}{_CLICKS.get(act.count, 'click')}", None
    if isinstance(act, Type):
        return "type", act.text
    if isinstance(act, Press):
        held = [name for bit, name in _MODIFIERS if act.modifiers & bit]
        return "press", "+".join([*held, act.key])
    if isinstance(act, Choose):
        return "choose", act.value
    if isinstance(act, Scroll):
        return "zoom" if act.modifiers & CONTROL else "scroll", None
    if isinstance(act, Navigate):
        return "open", None
    return type(act).__name__.lower(), None


class _Pages:
    """The page of each window over time."""

    def __init__(self, session: Session) -> None:
        events = session.events
        kinds = pa.array(["navigation", "window.focus"])
        where = pc.indices_nonzero(pc.is_in(events["type"].cast(pa.string()), kinds)).to_pylist()
        rows = events.select(["window", "reference", "url"]).take(pa.array(where, pa.int64()))
        self._rows: dict[str | None, list[int]] = {}
        self._pages: dict[str | None, list[tuple[str | None, str | None]]] = {}
        for row, event in zip(where, rows.to_pylist(), strict=True):
            self._rows.setdefault(event["window"], []).append(row)
            page = (event["reference"], event["url"])
            self._pages.setdefault(event["window"], []).append(page)

    def at(self, act: Act) -> tuple[str | None, str | None]:
        place = bisect_right(self._rows.get(act.window, []), act.first_row)
        return self._pages[act.window][place - 1] if place else (None, None)


def iso_time(wall_us: int) -> str:
    """Return a time as ISO 8601 in UTC, to the millisecond below.

    Raises
    ------
    DeskhandError
        When it is beyond the calendar.

    Examples
    --------
    >>> iso_time(1_772_442_000_123_999)
    '2026-03-02T09:00:00.123+00:00'
    """
    try:
        whole = _EPOCH + timedelta(milliseconds=wall_us // 1000)
    except OverflowError as error:
        raise DeskhandError(
            f"time {wall_us} us since 1970: not within the years 1 to 9999 of ISO 8601; "
            "start_wall_us is in microseconds."
        ) from error
    return whole.isoformat(timespec="milliseconds")


def marker(session: Session) -> dict[str, Any]:
    """Return what a log says of itself where it is synthetic, else nothing."""
    header = session.header
    if not header["synthetic"]:
        return {}
    return {"synthetic": True, "provenance_id": str(header["provenance_id"])}
