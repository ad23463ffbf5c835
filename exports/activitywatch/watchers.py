"""Four ActivityWatch watchers: what each polls, and the heartbeats that it sends.

Every number is a default of the watcher named, read in its source.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.activitywatch.heartbeats import Heartbeats, Times
from deskhand.session import Session
from deskhand.streams import stream

SECOND_US = 1_000_000
# aw-watcher-window: asks for the window in front, then sleeps; pulse time is a second more.
WINDOW_POLL_US = SECOND_US
# What asking takes, so that polls drift (assumed).
WINDOW_WORK_US = (4_000, 12_000)
# aw-watcher-afk: settings timeout and poll_time; pulse time is their sum.
AFK_TIMEOUT_US = 180 * SECOND_US
AFK_POLL_US = 5 * SECOND_US
# It waits a second before it begins.
AFK_START_US = SECOND_US
# The heartbeat of a new status comes a millisecond after the old one's last.
AFK_NEXT_US = 1000
# aw-watcher-input: setting poll_time, on the clock's own multiples of it; no pulse time but for
# intervals without input.
INPUT_POLL_US = 5 * SECOND_US
INPUT_QUIET_PULSE_US = INPUT_POLL_US + 100_000
# How late a sleeping process wakes (assumed).
WAKE_LATE_US = 1_500
# aw-watcher-web: an alarm each minute, and each change of the tab in front.
WEB_ALARM_US = 60 * SECOND_US
WEB_PULSE_US = 80 * SECOND_US
# What is polled each second is held in memory; longer sessions are refused (assumed).
LONGEST_DAYS = 31
COUNTS = ("presses", "clicks", "deltaX", "deltaY", "scrollX", "scrollY")
EXCLUDED = "excluded"
INPUT_TYPES = ("pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the watchers could see of a session, on the person's own clock.

    Parameters
    ----------
    t_us : ndarray of int64, shape (n,)
        Unix time of each row, with the clock's skew.
    type : pyarrow.Array
        Canonical event types, shape (n,).
    session : Session
        The session itself.
    start_us, end_us : int
        When the watchers started and were stopped.
    exclude : re.Pattern or None
        Titles that are not told.
    """

    t_us: Times
    type: pa.Array
    session: Session
    start_us: int
    end_us: int
    exclude: re.Pattern[str] | None

    def rows(self, *kinds: str) -> Times:
        """Return the places of the rows of some types."""
        return np.flatnonzero(np.asarray(pc.is_in(self.type, pa.array(kinds))))

    def rng(self, watcher: str) -> np.random.Generator:
        """Return the random numbers of one watcher."""
        return stream(
            int(self.session.header["seed"]), "activitywatch", watcher, self.session.session_id
        )


def watched(session: Session, exclude: re.Pattern[str] | None) -> Watched:
    """Return what watchers could see of a session.

    Raises
    ------
    DeskhandError
        When it lasts longer than a month.
    """
    header = session.header
    days = int(header["duration_us"]) / (86_400 * SECOND_US)
    if days > LONGEST_DAYS:
        raise DeskhandError(
            f"session {session.session_id!r}: {days:.0f} days long; ActivityWatch's watchers poll each "
            f"second, and {LONGEST_DAYS} days are the most; write it in shorter sessions."
        )
    start_us = session.device_start_us
    return Watched(
        t_us=session.events["t_us"].to_numpy() + start_us,
        type=session.events["type"].combine_chunks().cast(pa.string()),
        session=session,
        start_us=start_us,
        end_us=start_us + int(header["duration_us"]),
        exclude=exclude,
    )


def _pages(seen: Watched) -> tuple[Times, list[dict[str, Any]]]:
    """Return the rows at which the window in front changes, and what it then shows."""
    rows = seen.rows("window.focus", "navigation")
    names = ["type", "app", "window", "reference", "url"]
    shown: list[dict[str, Any]] = []
    tabs: set[str | None] = set()
    for row in seen.session.events.select(names).take(rows).to_pylist():
        screen = seen.session.screens.get(row["reference"] or "")
        tabs.add(row["window"])
        shown.append(
            {
                "app": row["app"] or "unknown",
                "title": screen.title if screen else row["window"] or row["reference"] or "",
                "url": row["url"] or (screen.href if screen else ""),
                "tabs": len(tabs),
            }
        )
    return rows, shown


def _told(seen: Watched, title: str) -> str:
    return EXCLUDED if seen.exclude is not None and seen.exclude.search(title) else title


def _latest(times: Times, at: Times) -> Times:
    """Return for each time the place of the latest of ``times`` up to it, or -1."""
    return np.searchsorted(times, at, side="right") - 1


def _heartbeats(
    t_us: Times, duration_us: Times | int, pulse_us: Times | int, kinds: list[dict[str, Any]],
    data: Times,
) -> Heartbeats:  # fmt: skip
    # Contents that are equal are one, since the server compares them and not where they are from.
    places: dict[str, int] = {}
    distinct: list[dict[str, Any]] = []
    same = np.zeros(len(kinds), np.int64)
    for k, kind in enumerate(kinds):
        same[k] = places.setdefault(repr(kind), len(distinct))
        if same[k] == len(distinct):
            distinct.append(kind)
    n = len(t_us)
    return Heartbeats(
        t_us=t_us,
        duration_us=np.broadcast_to(np.asarray(duration_us, np.int64), n),
        pulse_us=np.broadcast_to(np.asarray(pulse_us, np.int64), n),
        data=same[data] if len(kinds) else data,
        kinds=distinct,
    )


def window(seen: Watched) -> Heartbeats:
    """Return the heartbeats of aw-watcher-window: application and title in front at each poll."""
    rows, shown = _pages(seen)
    n = (seen.end_us - seen.start_us) // WINDOW_POLL_US + 1
    work = seen.rng("window").integers(*WINDOW_WORK_US, n)
    polls = seen.start_us + np.cumsum(work) + np.arange(n) * WINDOW_POLL_US
    page = _latest(seen.t_us[rows], polls)
    known = (page >= 0) & (polls <= seen.end_us)
    kinds = [{"app": page["app"], "title": _told(seen, page["title"])} for page in shown]
    return _heartbeats(polls[known], 0, WINDOW_POLL_US + SECOND_US, kinds, page[known])


def afk(seen: Watched) -> Heartbeats:
    """Return the heartbeats of aw-watcher-afk: whether there was input in the last three minutes."""
    # The watcher counts the time from its own start as input.
    inputs = np.append(seen.start_us, seen.t_us[seen.rows(*INPUT_TYPES)])
    polls = np.arange(seen.start_us + AFK_START_US, seen.end_us + 1, AFK_POLL_US)
    last_us = inputs[_latest(inputs, polls)]
    age_us = polls - last_us
    away = age_us >= AFK_TIMEOUT_US
    was = np.append(False, away[:-1])
    turns = away != was
    # At a turn the old status is told once more before the new one.
    order = np.concatenate([np.arange(len(polls)), np.flatnonzero(turns) - 0.5])
    old = np.concatenate([np.zeros(len(polls), bool), np.ones(int(turns.sum()), bool)])
    index = np.argsort(order, kind="stable")
    poll = np.ceil(order[index]).astype(np.int64)
    old = old[index]
    told = np.where(old, was[poll], away[poll])
    late = ~old & (away[poll] | turns[poll])
    t_us = last_us[poll] + AFK_NEXT_US * late
    duration_us = np.where(~old & away[poll], age_us[poll], 0)
    kinds = [{"status": "not-afk"}, {"status": "afk"}]
    return _heartbeats(
        t_us, duration_us, AFK_TIMEOUT_US + AFK_POLL_US, kinds, told.astype(np.int64)
    )


def keys_and_mouse(seen: Watched) -> Heartbeats:
    """Return the heartbeats of aw-watcher-input: counts of each interval, and nothing else."""
    first = -(-(seen.start_us + 1) // INPUT_POLL_US) * INPUT_POLL_US
    marks = np.arange(first, seen.end_us + 1, INPUT_POLL_US)
    late = seen.rng("input").integers(0, WAKE_LATE_US, len(marks))
    ends = marks + late
    ends = ends[ends <= seen.end_us]
    starts = np.append(seen.start_us, ends[:-1]) if len(ends) else ends
    events = seen.session.events
    counts = np.zeros((len(ends), len(COUNTS)), np.int64)

    def add(column: int, rows: Times, amount: Times | int = 1) -> None:
        interval = np.searchsorted(ends, seen.t_us[rows], side="right")
        inside = interval < len(ends)
        amounts = np.broadcast_to(np.asarray(amount, np.int64), len(rows))
        np.add.at(counts[:, column], interval[inside], amounts[inside])

    keys = seen.rows("keydown")
    again = pc.fill_null(events["repeat"].take(keys), False).to_numpy()
    add(0, keys[~again.astype(bool)])
    add(1, seen.rows("pointerdown"))
    moves = seen.rows("pointermove")
    for column, name in ((2, "screen_x"), (3, "screen_y")):
        at = np.rint(np.nan_to_num(events[name].take(moves).to_numpy())).astype(np.int64)
        add(column, moves, np.abs(np.diff(at, prepend=at[:1])))
    # A notch is one step, however many pixels a page scrolls by it.
    turned = seen.rows("wheel")
    for column, name in ((4, "delta_x"), (5, "delta_y")):
        add(column, turned[np.nan_to_num(events[name].take(turned).to_numpy()) != 0])
    kinds = [dict(zip(COUNTS, row, strict=True)) for row in counts.tolist()]
    pulse_us = np.where(counts.any(axis=1), 0, INPUT_QUIET_PULSE_US)
    return _heartbeats(starts, ends - starts, pulse_us, kinds, np.arange(len(ends)))


def web(seen: Watched) -> Heartbeats:
    """Return the heartbeats of aw-watcher-web: the tab in front when it changes, and each minute.

    Excluded titles have none: the add-on is off there, as it is in a private window.
    """
    rows, shown = _pages(seen)
    changed = seen.type.take(rows).to_pylist()
    at = seen.t_us[rows]
    activated = at[np.array([kind == "window.focus" for kind in changed], bool)]
    alarms = np.arange(seen.start_us + WEB_ALARM_US, seen.end_us + 1, WEB_ALARM_US)
    beats = np.unique(np.concatenate([activated, alarms]))
    page = _latest(at, beats)
    open_page = [
        bool(p["url"] and p["title"]) and _told(seen, p["title"]) == p["title"] for p in shown
    ]
    usable = (page >= 0) & np.append(np.array(open_page, bool), False)[page]
    beats, page = beats[usable], page[usable]
    kinds = [
        {
            "url": p["url"],
            "title": p["title"],
            "audible": False,
            "incognito": False,
            "tabCount": p["tabs"],
        }
        for p in shown
    ]
    first = {repr(kind): k for k, kind in reversed(list(enumerate(kinds)))}
    data = np.array([first[repr(kinds[k])] for k in page], np.int64)
    # When what is seen has changed, the old is told once more, up to a millisecond ago.
    turns = np.flatnonzero(np.diff(data)) + 1
    t_us = np.concatenate([beats, beats[turns] - 1000])
    told = np.concatenate([data, data[turns - 1]])
    index = np.argsort(np.concatenate([np.arange(len(beats)), turns - 0.5]), kind="stable")
    return _heartbeats(t_us[index], 0, WEB_PULSE_US, kinds, told[index])


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """One watcher: its client name, its bucket's type, and how it watches."""

    client: str
    type: str
    watch: Callable[[Watched], Heartbeats]
    bucket: str


WATCHERS = (
    Watcher(client="aw-watcher-window", type="currentwindow", watch=window, bucket="aw-watcher-window"),
    Watcher(client="aw-watcher-afk", type="afkstatus", watch=afk, bucket="aw-watcher-afk"),
    Watcher(client="aw-watcher-input", type="os.hid.input", watch=keys_and_mouse, bucket="aw-watcher-input"),
    Watcher(client="aw-client-web", type="web.tab.current", watch=web, bucket="aw-watcher-web-chrome"),
)  # fmt: skip


def heartbeats(seen: Watched) -> Iterator[tuple[Watcher, Heartbeats]]:
    """Yield each watcher with what it sent."""
    for watcher in WATCHERS:
        yield watcher, watcher.watch(seen)
