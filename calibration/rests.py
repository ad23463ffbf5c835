"""Rests of the pointer cut out of a recording: those on the way to a press, and the idle hand's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.hover import LONGEST_REST_S, SHORTEST_REST_S
from deskhand.calibration.recording import DOWN, MOVE, UP, Recording

# An approach with its rests is no longer than this, and leads this far (assumed).
LONGEST_APPROACH_S = 6.0
SHORTEST_PX = 20.0
FEWEST_REPORTS = 6
# A motion that a press follows within this time was aimed (as in `movements`).
LONGEST_DWELL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Approaches:
    """Ways to a press: longest rest (0 when there is none) and the share of the way left at it."""

    rest_s: NDArray[np.floating]
    left_share: NDArray[np.floating]
    person: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRuns:
    """Motions that no press follows: the still time before, reach from the resting place, duration."""

    still_s: NDArray[np.floating]
    reach_px: NDArray[np.floating]
    duration_s: NDArray[np.floating]
    person: NDArray[np.int32]


def _run_starts(recording: Recording, longest_gap_s: float) -> NDArray[np.bool_]:
    """Return where runs of moves begin: after another event, session or a longer gap."""
    moving, session = recording.event == MOVE, recording.session
    gap_s = np.diff(recording.t_us, prepend=recording.t_us[:1]) * 1e-6
    starts: NDArray[np.bool_] = np.append(True, session[1:] != session[:-1])
    starts |= (gap_s > longest_gap_s) | (gap_s < 0.0)
    starts[1:] |= moving[1:] != moving[:-1]
    return starts


def _presses(recording: Recording) -> NDArray[np.bool_]:
    down: NDArray[np.bool_] = recording.event == DOWN
    return down if down.any() else np.equal(recording.event, UP)


def cut_approaches(recording: Recording) -> Approaches:
    """Return the ways to presses, rests up to 2 s included."""
    t_s, x, y = recording.t_us * 1e-6, recording.x, recording.y
    row = np.arange(len(t_s))
    starts = _run_starts(recording, LONGEST_REST_S)
    run = np.maximum.accumulate(np.where(starts, row, 0))
    press = np.flatnonzero(_presses(recording))
    press = press[press > 0]
    last = press - 1
    first = run[last]
    ok = (recording.event[last] == MOVE) & (recording.session[last] == recording.session[press])
    ok &= (t_s[press] - t_s[last] <= LONGEST_DWELL_S) & (last - first + 1 >= FEWEST_REPORTS)
    ok &= (t_s[last] - t_s[first] <= LONGEST_APPROACH_S) & (t_s[last] > t_s[first])
    ok &= recording.placed(first, last)
    ok &= np.hypot(x[last] - x[first], y[last] - y[first]) >= SHORTEST_PX
    first, last = first[ok], last[ok]
    count = last - first
    # Of every approach the intervals between its reports, the longest first.
    which = np.repeat(np.arange(len(count)), count)
    before = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
    gap_s = t_s[before + 1] - t_s[before]
    order = np.lexsort((-gap_s, which))
    longest = order[np.cumsum(count) - count] if len(count) else order
    rest_s, at = gap_s[longest], before[longest]
    left = np.hypot(x[at] - x[last], y[at] - y[last])
    whole = np.hypot(x[first] - x[last], y[first] - y[last])
    rests = rest_s >= SHORTEST_REST_S
    return Approaches(
        rest_s=np.where(rests, rest_s, 0.0),
        left_share=left / whole,
        person=recording.person[last],
    )


def cut_idle_runs(recording: Recording) -> IdleRuns:
    """Return the motions of a resting hand and whatever else no press follows."""
    t_s, x, y = recording.t_us * 1e-6, recording.x, recording.y
    starts = _run_starts(recording, SHORTEST_REST_S)
    first = np.flatnonzero(starts & (recording.event == MOVE))
    if not len(first):
        return IdleRuns(
            still_s=t_s[:0], reach_px=t_s[:0], duration_s=t_s[:0], person=recording.person[:0]
        )
    begun = np.flatnonzero(starts)
    after = np.append(begun, len(t_s))[np.searchsorted(begun, first) + 1]
    last = after - 1
    # The hand rested where the event before left it; so that has to be a move as well.
    rest = np.maximum(first - 1, 0)
    ok = (recording.event[rest] == MOVE) & (recording.session[rest] == recording.session[first])
    ok &= (first > 0) & recording.placed(rest, last)
    following = np.minimum(after, len(t_s) - 1)
    pressed = _presses(recording)[following] & (t_s[following] - t_s[last] < LONGEST_DWELL_S)
    ok &= ~(pressed & (recording.session[following] == recording.session[last]))
    first, last, rest = first[ok], last[ok], rest[ok]
    count = last - first + 1
    which = np.repeat(np.arange(len(count)), count)
    row = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
    off = np.hypot(x[row] - x[rest][which], y[row] - y[rest][which])
    reach = np.zeros(len(count))
    np.maximum.at(reach, which, off)
    return IdleRuns(
        still_s=t_s[first] - t_s[rest],
        reach_px=reach,
        duration_s=t_s[last] - t_s[first],
        person=recording.person[first],
    )
