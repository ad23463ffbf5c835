"""Runs of scrolling: turns of the wheel, or where a capture has none, the page's moves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.act_kinds import Scroll
from deskhand.exports.wheel_notches import NOTCH

# Notches of a wheel closer than this are one scroll; people's flicks are 0.1 to 0.4 s apart, and the
# finger is set anew between them (assumed).
SCROLL_PAUSE_US = 1_000_000
PLACE = ("screen_x", "screen_y", "client_x", "client_y")

Rows = np.ndarray[Any, np.dtype[np.int64]]
Deltas = dict[str, np.ndarray[Any, np.dtype[np.float64]]]


def scroll_runs(events: pa.Table, few: Rows) -> Iterator[Scroll]:
    """Yield runs of scrolling without a pause, another act or a turn between them.

    Parameters
    ----------
    events : pyarrow.Table
        The canonical events of one session.
    few : numpy.ndarray
        Rows of presses, keys and pages, ascending; a run ends there.

    Yields
    ------
    Scroll
        By the wheel. A capture that has no wheel, such as rrweb's, tells by how far its pages moved,
        and where the pointer was; moves that no hand made are among them.
    """
    kinds = events["type"].cast(pa.string())
    wheel = np.flatnonzero(np.asarray(pc.equal(kinds, "wheel")))
    if len(wheel):
        rows = events.take(wheel)
        deltas = {axis: _column(rows, f"delta_{axis}") for axis in "xy"}
        mode = np.asarray(pc.fill_null(rows["delta_mode"], 0)).clip(0, len(NOTCH) - 1)
        # A wheel row's element changes while the page moves below the pointer.
        held = np.asarray(pc.fill_null(rows["modifiers"], 0))
        apart = np.diff(held) != 0
        yield from _runs(events, rows, wheel, wheel, deltas, mode, few, apart)
        return
    pages = np.flatnonzero(np.asarray(pc.equal(kinds, "scroll")))
    if len(pages):
        rows = events.take(pages)
        pointed = np.flatnonzero(np.asarray(pc.is_valid(pc.coalesce(*(events[n] for n in PLACE)))))
        before = np.searchsorted(pointed, pages) - 1
        at = np.where(before >= 0, pointed[before], pages) if len(pointed) else pages
        fresh = np.searchsorted(np.flatnonzero(np.asarray(pc.equal(kinds, "navigation"))), pages)
        deltas = _moved(rows, fresh)
        apart = np.diff(_codes(rows["target"])) != 0
        yield from _runs(events, rows, pages, at, deltas, np.zeros(len(pages), int), few, apart)


def _column(rows: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(pc.fill_null(rows[name], 0.0)).astype(float)


def _codes(words: pa.ChunkedArray) -> Rows:
    """Return one number for each word, -1 for none."""
    found = words.unify_dictionaries().combine_chunks().indices
    return np.asarray(pc.fill_null(found.cast(pa.int64()), -1))


def _moved(rows: pa.Table, fresh: Rows) -> Deltas:
    """Return how far each row moved its page or element; a fresh page begins at its top."""
    code = [_codes(rows[name]) for name in ("window", "target")]
    order = np.lexsort((np.arange(len(rows)), *code, fresh))
    same = np.ones(max(len(rows) - 1, 0), np.bool_)
    for key in (*code, fresh):
        same &= key[order][1:] == key[order][:-1]
    deltas = {}
    for axis in "xy":
        offset = _column(rows, f"delta_{axis}")[order]
        moved = offset.copy()
        moved[1:] -= np.where(same, offset[:-1], 0.0)
        deltas[axis] = np.empty_like(moved)
        deltas[axis][order] = moved
    return deltas


def _runs(
    events: pa.Table,
    rows: pa.Table,
    places: Rows,
    pointed: Rows,
    deltas: Deltas,
    mode: Rows,
    few: Rows,
    apart: np.ndarray[Any, np.dtype[np.bool_]],
) -> Iterator[Scroll]:
    t_us = rows["t_us"].to_numpy()
    turned = [np.diff(np.sign(deltas[axis])) != 0 for axis in "xy"]
    stops = np.searchsorted(few, places)
    paused = np.diff(t_us) > SCROLL_PAUSE_US
    breaks = paused | (np.diff(stops) > 0) | turned[0] | turned[1] | apart
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    last = np.append(first[1:], len(places)) - 1
    sums = {axis: np.add.reduceat(deltas[axis], first).tolist() for axis in "xy"}
    notches = {axis: np.add.reduceat(deltas[axis] / NOTCH[mode], first).tolist() for axis in "xy"}
    ahead = rows.take(first).select(["app", "window", "target", "masked"]).to_pylist()
    held = pc.fill_null(rows["modifiers"], 0).take(first).to_pylist()
    at = events.select(PLACE).take(pointed[first]).to_pylist()
    for k, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        yield Scroll(
            start_us=int(t_us[a]),
            end_us=int(t_us[b]),
            first_row=int(places[a]),
            last_row=int(places[b]),
            **ahead[k],
            **at[k],
            delta_x=sums["x"][k],
            delta_y=sums["y"][k],
            delta_mode=int(mode[a]),
            notches_x=notches["x"][k],
            notches_y=notches["y"][k],
            rows=b - a + 1,
            modifiers=held[k],
        )
