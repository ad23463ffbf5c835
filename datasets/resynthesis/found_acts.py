"""Acts found in a session's events: aimed movements, presses, drags, wheel runs and key runs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import LARGEST_GAP_US, LONGEST_DWELL_US
from deskhand.datasets.resynthesis.session_rows import Rows, SessionRows
from deskhand.exports.derived_acts import DRAG_PX, PAUSE_US

# A drag whose way is longer than this many times its chord is drawing, or goes round something: its
# shape is kept. Assumed.
STRAIGHT = 1.25
# Within a longer gap the wheel rests (the bursts of the pointer figures).
WHEEL_GAP_US = 300_000


class Approaches(NamedTuple):
    """Last movements before presses: from the first report of each to its press, rows of events."""

    first: Rows
    down: Rows


class Drags(NamedTuple):
    """Movements with the button held that go nearly straight, from press to release."""

    down: Rows
    up: Rows
    first: Rows
    last: Rows


class Steps(NamedTuple):
    """Pairs of rows of which the second follows the first: notches of one run, keys of one run."""

    before: Rows
    after: Rows


class FoundActs(NamedTuple):
    """What is found in one session."""

    approaches: Approaches
    clicks: Steps
    drags: Drags
    notches: Steps
    keys: Steps
    run: Rows
    """Of each of ``keys``, the number of its run."""

    def __bool__(self) -> bool:
        return any(
            len(found.before if isinstance(found, Steps) else found.down) > 0
            for found in (self.approaches, self.clicks, self.drags, self.notches, self.keys)
        )


def found_acts(rows: SessionRows) -> FoundActs:
    """Return the acts of a session.

    Parameters
    ----------
    rows : SessionRows

    Returns
    -------
    FoundActs
        A movement begins after a rest of 300 ms and ends at most half a second before its press,
        as `deskhand.calibration` cuts them; one without two reports at known places is left alone.
    """
    drags, clicks = _held(rows)
    keys, run = _keys(rows)
    return FoundActs(_approaches(rows), clicks, drags, _notches(rows), keys, run)


def _approaches(rows: SessionRows) -> Approaches:
    way = np.flatnonzero(rows.by_hand & ~rows.is_kind("keyup"))
    none = np.empty(0, np.intp)
    if not len(way):
        return Approaches(none, none)
    t_us, kind, place = rows.t_us[way], rows.kind[way], rows.place[way]
    held = np.nan_to_num(rows.numbers("buttons")[way]) > 0
    moving = (kind == "pointermove") & ~held & np.isfinite(place).all(axis=1)
    breaks = ~moving | np.append(True, ~moving[:-1])
    breaks |= np.diff(t_us, prepend=t_us[:1]) > LARGEST_GAP_US
    begun = np.maximum.accumulate(np.where(breaks, np.arange(len(way)), 0))
    down = np.flatnonzero((kind == "pointerdown") & np.isfinite(place).all(axis=1))
    down = down[down > 0]
    last = down - 1
    ok = moving[last] & (t_us[down] - t_us[last] <= LONGEST_DWELL_US)
    ok &= last - begun[last] >= 1
    ok &= (place[begun[last]] != place[down]).any(axis=1)
    return Approaches(way[begun[last]][ok], way[down][ok])


def _held(rows: SessionRows) -> tuple[Drags, Steps]:
    """Return drags, and the presses and releases of all others."""
    presses = np.flatnonzero(rows.is_kind("pointerdown", "pointerup", "pointercancel"))
    button = np.nan_to_num(rows.numbers("button")[presses]).astype(np.int64)
    order = presses[np.lexsort((presses, button))]
    numbers = np.sort(button, kind="stable")
    pair = np.flatnonzero(
        (np.diff(numbers) == 0)
        & (rows.kind[order][:-1] == "pointerdown")
        & (rows.kind[order][1:] == "pointerup")
    )
    down, up = order[pair], order[pair + 1]
    by_row = np.argsort(down)
    down, up = down[by_row], up[by_row]
    # With two buttons down at once nothing is told apart.
    alone = np.ones(len(down), np.bool_)
    alone[1:] &= down[1:] > np.maximum.accumulate(up)[:-1]
    alone[:-1] &= up[:-1] < down[1:]
    down, up = down[alone], up[alone]
    moves = np.flatnonzero(rows.is_kind("pointermove") & np.isfinite(rows.place).all(axis=1))
    low, high = np.searchsorted(moves, down), np.searchsorted(moves, up)
    some = high > low
    far = np.hypot(*(rows.place[up] - rows.place[down]).T)
    dragged = some & (far > DRAG_PX)
    steps = np.append(0.0, np.hypot(*np.diff(rows.place[moves], axis=0).T))
    length = np.append(0.0, np.cumsum(steps))
    safe_low = np.minimum(low, max(len(moves) - 1, 0))
    way = length[high] - length[np.minimum(low + 1, len(length) - 1)]
    if len(moves):
        way = way + np.hypot(*(rows.place[moves[safe_low]] - rows.place[down]).T)
    straight = dragged & (way <= STRAIGHT * far)
    first = moves[low[straight]] if straight.any() else np.empty(0, np.intp)
    last = moves[high[straight] - 1] if straight.any() else np.empty(0, np.intp)
    held_still = ~some | (far <= DRAG_PX)
    return (
        Drags(down[straight], up[straight], first, last),
        Steps(down[held_still], up[held_still]),
    )


def _notches(rows: SessionRows) -> Steps:
    hands = np.flatnonzero(rows.by_hand & ~rows.is_kind("keyup"))
    wheel = rows.kind[hands] == "wheel"
    close = np.diff(rows.t_us[hands]) <= WHEEL_GAP_US
    pair = np.flatnonzero(wheel[1:] & wheel[:-1] & close)
    return Steps(hands[pair], hands[pair + 1])


def _keys(rows: SessionRows) -> tuple[Steps, NDArray[np.intp]]:
    """Return pairs of keys, one after the other, and the number of the run that each pair is of."""
    parts = rows.is_kind("keydown") | rows.is_kind("pointerdown", "wheel")
    way = np.flatnonzero(parts)
    down = rows.kind[way] == "keydown"
    single = down & ~rows.repeating[way]
    close = np.diff(rows.t_us[way]) <= PAUSE_US
    pair = np.flatnonzero(single[1:] & single[:-1] & close)
    before, after = way[pair], way[pair + 1]
    run = np.cumsum(np.append(True, before[1:] != after[:-1])) - 1 if len(pair) else pair
    return Steps(before, after), run.astype(np.intp)
