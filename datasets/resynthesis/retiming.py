"""New times for a session's rows: spans of its hand get new lengths, and all else keeps its delays.

Rows of the hand are anchors. What a recorder tells of the page or the system stands between them and
stays as long after the anchor before it as it was: an input right after its key, a focus after its
press, a page's change after its click. An anchor waits until all that stood before it has come. So
the map of time is monotone, and no row overtakes another.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.resynthesis.session_rows import Flags, Rows, SessionRows

Times = NDArray[np.int64]
Lengths = NDArray[np.floating] | NDArray[np.integer]
# Rows that a key's release may be moved across.
_LIGHT = ("keydown", "keyup", "input", "pointermove")


@dataclass
class Retiming:
    """What is to become of the times of one session.

    Parameters
    ----------
    rows : SessionRows
    dropped : NDArray[np.bool_], shape (n,)
        Rows that go; they are no anchors.
    loose : NDArray[np.bool_], shape (n,)
        Releases of keys that move with their keys and not with their neighbours, see `hold`.
    """

    rows: SessionRows
    dropped: Flags
    loose: Flags
    _gap_us: NDArray[np.float64] = field(init=False)
    _claimed: Flags = field(init=False)
    _hold_us: NDArray[np.float64] = field(init=False)
    _after_page: Flags = field(init=False)

    def __post_init__(self) -> None:
        anchors = self.anchors
        self._gap_us = np.diff(self.rows.t_us[anchors], prepend=0).astype(np.float64)
        self._claimed = np.zeros(len(anchors), np.bool_)
        self._after_page = np.zeros(len(anchors), np.bool_)
        self._hold_us = np.full(len(self.rows), np.nan)

    @property
    def anchors(self) -> Rows:
        """The rows whose times are set; the first row of a session is one."""
        flags = self.rows.by_hand & ~self.dropped & ~self.loose
        flags[:1] = True
        return np.flatnonzero(flags)

    def span(self, before: Rows, after: Rows, length_us: Lengths) -> Flags:
        """Give spans from anchor to anchor new lengths; anchors within keep their shares.

        Parameters
        ----------
        before, after : NDArray[np.intp], shape (k,)
            Rows of anchors; spans of one call do not overlap.
        length_us : NDArray, shape (k,)

        Returns
        -------
        NDArray[np.bool_], shape (k,)
            Which spans got it: one that shares time with a span of an earlier call does not.
        """
        anchors = self.anchors
        low, high = np.searchsorted(anchors, before) + 1, np.searchsorted(anchors, after) + 1
        taken = np.append(0, np.cumsum(self._claimed))
        free: Flags = (taken[high] == taken[low]) & (high > low)
        low, high, length = low[free], high[free], np.asarray(length_us, np.float64)[free]
        total = np.append(0.0, np.cumsum(self._gap_us))
        old = total[high] - total[low]
        count = high - low
        inside = np.repeat(low, count) + _counted(count)
        with np.errstate(divide="ignore", invalid="ignore"):
            self._gap_us[inside] *= np.repeat(np.where(old > 0, length / old, 0.0), count)
        at_once = old <= 0
        self._gap_us[high[at_once] - 1] = length[at_once]
        self._claimed[inside] = True
        return free

    def after_page(self, row: Rows, wait_us: Lengths) -> None:
        """Let anchors come so long after whatever stands last before them."""
        places = np.searchsorted(self.anchors, row)
        self._gap_us[places] = wait_us
        self._after_page[places] = self._claimed[places] = True

    def hold(self, up: Rows, hold_us: Lengths) -> None:
        """Let loose releases come so long after their keys went down."""
        self._hold_us[up] = hold_us

    def times_us(self) -> Times:
        """Return the new time of every row, shape (n,); those of dropped rows follow what precedes.

        Times are multiples of the recorder's tick and never run back along the rows that are kept,
        loose ones aside.
        """
        rows, tick = self.rows, self.rows.tick_us
        anchors = self.anchors
        old_us = rows.t_us
        owner = np.searchsorted(anchors, np.arange(len(rows)), side="right") - 1
        delay_us = old_us - old_us[anchors[owner]]
        follows = ~rows.by_hand & ~self.dropped
        # How long after an anchor the last of what follows it comes.
        tail_us = np.zeros(len(anchors), np.int64)
        np.maximum.at(tail_us, owner[follows], delay_us[follows])
        before_us = np.append(0, tail_us[:-1])
        # Rounded as sums, so that errors do not add up.
        ticks = np.rint(np.cumsum(self._gap_us) / tick).astype(np.int64)
        wanted = np.diff(ticks, prepend=0) * tick
        wanted = np.where(self._after_page, before_us + wanted, np.maximum(wanted, before_us))
        wanted[0] = 0
        anchor_us = old_us[anchors[0]] + np.cumsum(wanted)
        times_us: Times = anchor_us[owner] + delay_us
        # A dropped row cannot lie beyond the next anchor.
        next_us = np.append(anchor_us[1:], times_us[-1])[owner]
        times_us = np.where(self.dropped, np.minimum(times_us, next_us), times_us)
        self._set_loose(times_us)
        return times_us

    def _set_loose(self, times_us: Times) -> None:
        """Place loose releases: after their keys, and on their side of every row that matters."""
        rows = self.rows
        up = np.flatnonzero(self.loose)
        if not len(up):
            return
        down = rows.down_of[up]
        hold_us = self._hold_us[up]
        hold_us = np.where(np.isnan(hold_us), rows.t_us[up] - rows.t_us[down], hold_us)
        tick = rows.tick_us
        wanted = times_us[down] + np.rint(hold_us / tick).astype(np.int64) * tick
        solid = ~self.dropped & (~rows.is_kind(*_LIGHT) | (rows.modifier & ~self.loose))
        walls = np.flatnonzero(solid)
        place = np.searchsorted(walls, up)
        earliest = np.where(place > 0, times_us[walls[np.maximum(place - 1, 0)]], 0)
        latest = times_us[walls[np.minimum(place, len(walls) - 1)]]
        again = _next_down(rows)[up]
        latest = np.where(again >= 0, np.minimum(latest, times_us[again]), latest)
        times_us[up] = np.clip(wanted, np.maximum(earliest, times_us[down]), latest)


def _next_down(rows: SessionRows) -> Rows:
    """Return of each keyup the row at which its key goes down again, -1 for none, shape (n,)."""
    found = np.full(len(rows), -1, np.intp)
    keys = np.flatnonzero(rows.is_kind("keydown", "keyup") & (rows.physical >= 0))
    order = keys[np.lexsort((keys, rows.physical[keys]))]
    if len(order) > 1:
        same = rows.physical[order][1:] == rows.physical[order][:-1]
        pair = np.flatnonzero(same & (rows.kind[order][:-1] == "keyup"))
        found[order[pair]] = order[pair + 1]
    return found


def _counted(count: Rows) -> Rows:
    """Return 0, 1, 2 ... for each count, one after the other."""
    ends = np.cumsum(count)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)


def loose_releases(rows: SessionRows) -> Flags:
    """Return the releases that may move with their keys: of keys that are named and no modifiers.

    Releases of keys that repeat stay behind their last repeat.
    """
    known = rows.down_of >= 0
    flags = known & ~rows.modifier & ~rows.repeating
    flags[known] &= ~rows.repeating[rows.down_of[known]]
    return flags
