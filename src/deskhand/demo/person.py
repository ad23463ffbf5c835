"""One person's session in the few numbers and lines that an overview shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.monitors import Monitor, bounds, monitors_of
from deskhand.session import Session

# Actions in one application with less time between them than this are drawn as one stretch.
JOINED_US = 8_000_000
# A path picture is some 200 px wide, so a quarter of the desktop's pixels is plenty; so are this
# many corners.
SHRINK = 4
CORNERS = 3000

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What an overview says of one session; times in microseconds since the team's first start.

    ``work`` and ``front`` are (start, end, application): stretches of actions, and which window was
    in front. ``breaks`` are (start, end, reason). ``path`` holds runs of the cursor's corners,
    each with its application, in pixels of the shrunken desktop.
    """

    session_id: str
    person: int
    role: str
    device: str
    keyboard_layout: str
    condition: str
    desktop: Monitor
    start_us: int
    end_us: int
    events: int
    actions: int
    keys: int
    clicks: int
    slips: int
    travel_px: float
    work: tuple[Span, ...]
    front: tuple[Span, ...]
    breaks: tuple[Span, ...]
    received: tuple[int, ...]
    sent: tuple[int, ...]
    path: tuple[tuple[str, NDArray[np.int64]], ...]
    presses: NDArray[np.int64]


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    column: Any = table[name].cast(pa.float64())
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _words(table: pa.Table, name: str) -> NDArray[np.object_]:
    column: Any = table[name].cast(pa.string())
    return np.asarray(column.to_numpy(), dtype=np.object_)


def describe_person(session: Session, first_us: int) -> Person:
    """Return what an overview shows of a session.

    Parameters
    ----------
    session : Session
        The session.
    first_us : int
        Wall clock, in microseconds, that the overview counts from.
    """
    events, header = session.events, session.header
    kinds, apps, when = _words(events, "type"), _words(events, "app"), _numbers(events, "t_us")
    offset = int(header["start_wall_us"]) - first_us
    counts = dict(zip(*np.unique(kinds, return_counts=True), strict=True))
    moves = np.flatnonzero(kinds == "pointermove")
    x, y = _numbers(events, "screen_x"), _numbers(events, "screen_y")
    downs = np.flatnonzero((kinds == "pointerdown") & np.isfinite(x))
    marks = events.filter(pa.array((kinds == "mark") & (apps == "chat")))
    marks = marks.filter(pc.is_valid(marks["value"]))
    outside = pc.is_null(marks["action_id"])
    slips = np.nansum(_numbers(session.actions, "error_count"))
    return Person(
        session_id=session.session_id,
        person=int(header["person"]),
        role=str(header["role"]),
        device=f"{header['device']}, {header['poll_hz']:.0f} Hz",
        keyboard_layout=str(header["keyboard_layout"]),
        condition=str(header["condition"]),
        desktop=bounds(monitors_of(header)),
        start_us=offset,
        end_us=offset + int(header["duration_us"]),
        events=events.num_rows,
        actions=session.actions.num_rows,
        keys=int(counts.get("keydown", 0)),
        clicks=int(counts.get("pointerdown", 0)),
        slips=int(slips),
        travel_px=float(np.nansum(np.hypot(np.diff(x[moves]), np.diff(y[moves])))),
        work=_work(session, when, apps, offset),
        front=_front(kinds, apps, when, offset),
        breaks=_breaks(events, kinds, offset),
        received=_times(marks.filter(outside), offset),
        sent=_times(marks.filter(pc.invert(outside)), offset),
        path=_path(x[moves], y[moves], apps[moves]),
        presses=np.stack([x[downs], y[downs]], axis=1).astype(np.int64) // SHRINK,
    )


def _times(rows: pa.Table, offset: int) -> tuple[int, ...]:
    return tuple((_numbers(rows, "t_us").astype(np.int64) + offset).tolist())


def _work(
    session: Session, when: NDArray[np.float64], apps: NDArray[np.object_], offset: int
) -> tuple[Span, ...]:
    starts, ends = _numbers(session.actions, "start_us"), _numbers(session.actions, "end_us")
    at = np.minimum(np.searchsorted(when, starts, side="right"), len(when) - 1)
    spans: list[Span] = []
    for k in np.argsort(starts, kind="stable"):
        start, end, app = int(starts[k]) + offset, int(ends[k]) + offset, str(apps[at[k]])
        if spans and spans[-1][2] == app and start - spans[-1][1] < JOINED_US:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), app)
        else:
            spans.append((start, end, app))
    return tuple(spans)


def _front(
    kinds: NDArray[np.object_], apps: NDArray[np.object_], when: NDArray[np.float64], offset: int
) -> tuple[Span, ...]:
    shows = np.flatnonzero(kinds == "window.focus")
    starts = when[shows].astype(np.int64) + offset
    last = int(when[-1]) + offset if len(when) else offset
    ends = [*starts[1:].tolist(), last]
    return tuple(
        (int(s), int(e), str(apps[k])) for s, e, k in zip(starts, ends, shows, strict=True)
    )


def _breaks(events: pa.Table, kinds: NDArray[np.object_], offset: int) -> tuple[Span, ...]:
    rows = events.filter(pa.array((kinds == "idle.start") | (kinds == "idle.end")))
    found: list[Span] = []
    begun: tuple[int, str] | None = None
    for row in rows.select(["t_us", "type", "reason"]).to_pylist():
        if row["type"] == "idle.start":
            begun = (row["t_us"] + offset, row["reason"] or "break")
        elif begun is not None:
            found.append((begun[0], row["t_us"] + offset, begun[1]))
            begun = None
    return tuple(found)


def _path(
    x: NDArray[np.float64], y: NDArray[np.float64], apps: NDArray[np.object_]
) -> tuple[tuple[str, NDArray[np.int64]], ...]:
    """Return the path's corners: samples a little apart from one another, in runs of one app."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(known) < 2:
        return ()
    points = np.stack([x[known], y[known]], axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    # One corner for each stretch of equal length, so that slow and quick parts are drawn alike.
    stretch = max(8.0, travelled[-1] / CORNERS)
    _, kept = np.unique((travelled // stretch).astype(np.int64), return_index=True)
    corners = points[kept].astype(np.int64) // SHRINK
    of = apps[known][kept]
    cuts = np.flatnonzero(of[1:] != of[:-1]) + 1
    return tuple(
        (str(of[part[0]]), corners[max(0, part[0] - 1) : part[-1] + 1])
        for part in np.split(np.arange(len(kept)), cuts)
    )
