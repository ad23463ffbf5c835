"""Whose doing each event is: the action of a person, the page's own change, or the session's frame.

A plan names the action of nearly all events. The others are what a window system or a page does by
itself: they get the action that brought them about where there is one, else one of three kinds of
actions by nobody, which are added to the session's own.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.datasets.tables import AWAY, FRAME, PAGE
from deskhand.scenarios.notification import REASON as NOTIFICATION
from deskhand.session import Session

_AWAY_KINDS = ("idle.start", "idle.end", "visibility")
_FRAME_KINDS = ("session.start", "session.end")
_WINDOW_KINDS = ("window.focus", "navigation", "blur", "focus", "redaction", "resize", "screenshot")


class Added(NamedTuple):
    """An action by nobody: its number, its kind, and when it begins and ends."""

    action_id: int
    verb: str
    start_us: int
    end_us: int


def causes(session: Session) -> tuple[NDArray[np.int32], list[Added]]:
    """Return the action of every event, and the actions that are added for it.

    Parameters
    ----------
    session : Session
        Its actions are numbered from 0.

    Returns
    -------
    action_id : NDArray[np.int32], shape (number of events,)
    added : list of Added
        Numbered on from the session's last action: its frame (the start, the first page, the end),
        what pages and desktop do by themselves if there is any, and one for each absence.
    """
    events = session.events
    t_us = events["t_us"].to_numpy()
    known = events["action_id"].to_numpy(zero_copy_only=False)
    unknown = events["action_id"].is_null().to_numpy()
    ids = np.where(unknown, -1, np.nan_to_num(known)).astype(np.int32)
    kinds = events["type"].cast(pa.string())
    first = int(pc.max(session.actions["action_id"]).as_py() or 0) + 1
    first = first if len(session.actions) else 0
    end_us = int(session.header["duration_us"])
    added = [Added(first, FRAME, 0, end_us)]

    def still(*names: str) -> NDArray[np.intp]:
        chosen = pc.is_in(kinds, pa.array(names)).to_numpy(zero_copy_only=False)
        return np.flatnonzero(chosen & (ids < 0))

    # Notifications come to the desktop, whether or not somebody is there.
    notified = pc.equal(events["reason"].cast(pa.string()), NOTIFICATION).fill_null(False)
    of_desktop = notified.to_numpy(zero_copy_only=False) & (ids < 0)
    away = np.setdiff1d(still(*_AWAY_KINDS), np.flatnonzero(of_desktop))
    if len(away):
        starts = t_us[still("idle.start")]
        ends = np.append(t_us[still("idle.end")], end_us)
        number = np.maximum(np.searchsorted(starts, t_us[away], side="right") - 1, 0)
        ids[away] = first + 1 + number
        pairs = zip(starts.tolist(), ends.tolist(), strict=False)
        added += [Added(first + 1 + n, AWAY, a, b) for n, (a, b) in enumerate(pairs)]
        if not len(starts):
            added.append(Added(first + 1, AWAY, int(t_us[away[0]]), end_us))
    ids[still(*_FRAME_KINDS)] = first
    # Windows come to the front within the action that brings them there.
    window = still(*_WINDOW_KINDS)
    ids[window] = np.where(t_us[window] > 0, _under_way(session, t_us[window]), first)
    of_page = events.filter(pa.array(~of_desktop)) if of_desktop.any() else events
    ids[~of_desktop] = _by_page(of_page, ids[~of_desktop])
    rest = np.flatnonzero(ids < 0)
    if len(rest):
        number = added[-1].action_id + 1
        ids[rest] = number
        added.append(Added(number, PAGE, int(t_us[rest[0]]), int(t_us[rest[-1]])))
    return ids, added


def _under_way(session: Session, t_us: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the action in whose span each time lies, -1 where there is none."""
    actions = session.actions.sort_by("start_us")
    if not len(actions) or not len(t_us):
        return np.full(len(t_us), -1, np.int32)
    start, end = actions["start_us"].to_numpy(), actions["end_us"].to_numpy()
    at = np.searchsorted(start, t_us, side="right") - 1
    inside = (at >= 0) & (t_us <= end[np.maximum(at, 0)])
    number = actions["action_id"].to_numpy()[np.maximum(at, 0)]
    return np.where(inside, number, -1).astype(np.int32)


def _by_page(events: pa.Table, ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give changes of a page the action that put its layer into the state before.

    What follows a change in the same window and has no action yet, such as a field that the page
    fills or a focus that it moves, goes with that change.
    """
    mark = pc.equal(events["type"].cast(pa.string()), "mark").to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(mark)
    if len(rows):
        layer = pc.replace_substring_regex(
            pc.take(events["reference"], rows).cast(pa.string()), r":[^:]*$", ""
        )
        place = pc.binary_join_element_wise(
            pc.take(events["window"], rows).cast(pa.string()).fill_null(""), layer, "\n"
        )
        ids[rows] = _carried(ids[rows], _codes(place))
    open_rows = np.flatnonzero((ids < 0) & ~mark)
    if len(open_rows):
        window = _codes(events["window"].cast(pa.string()).fill_null(""))
        chosen = np.flatnonzero(mark | (ids < 0))
        ids[chosen] = _carried(ids[chosen], window[chosen])
    return ids


def _codes(words: pa.ChunkedArray | pa.Array) -> NDArray[np.int32]:
    coded = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    codes: NDArray[np.int32] = coded.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return codes


def _carried(ids: NDArray[np.int32], group: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return numbers with each -1 replaced by the last number before it in its group."""
    order = np.argsort(group, kind="stable")
    within, given = group[order], ids[order]
    place = np.where(given >= 0, np.arange(len(given)), -1)
    begins = np.append(True, within[1:] != within[:-1])
    # A group does not carry on from the one before it.
    start = np.maximum.accumulate(np.where(begins, np.arange(len(given)), 0))
    last = np.maximum.accumulate(place)
    found = np.where(last >= start, given[np.maximum(last, 0)], -1)
    out = np.empty_like(ids)
    out[order] = found
    return out
