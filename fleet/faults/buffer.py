"""What a device holds back while it cannot send: offline spans, outages, full buffers, reconnects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.even_floats import even_exp
from deskhand.fleet.draws import Mask, check_rates, keyed_uniforms, poisson_counts
from deskhand.fleet.tables import Fault
from deskhand.keyed_draws import mixed, normals
from deskhand.streams import stream_key

Times = npt.NDArray[np.int64]
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The whole fleet is cut off from ``at_s`` on, for ``for_s`` seconds."""

    at_s: float
    for_s: float

    def __post_init__(self) -> None:
        check_rates(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """When devices are offline, and what their buffers hold.

    Parameters
    ----------
    offline_per_day : float
        Mean offline spans of a device in a day.
    offline_median_s, offline_sigma, offline_longest_s : float
        Their lengths are lognormal and cut off (assumed: lids closed, trains, lifts).
    outages : sequence of Outage
        Of the whole fleet.
    cap_batches, cap_bytes : int
        What a buffer holds; 0 is without bound.
    drop : str
        ``"oldest"``: the buffer makes room for what is new; ``"newest"``: from the first batch that
        does not fit on, none is taken until the device is back.
    spread_s : float
        A device is back at an even moment of so many seconds after the span; 0 is a storm.
    """

    offline_per_day: float = 0.0
    offline_median_s: float = 600.0
    offline_sigma: float = 1.2
    offline_longest_s: float = 28_800.0
    outages: Sequence[Outage] = ()
    cap_batches: int = 0
    cap_bytes: int = 0
    drop: Literal["oldest", "newest"] = "oldest"
    spread_s: float = 0.0

    def __post_init__(self) -> None:
        check_rates(self, offline_per_day=1_000, offline_sigma=5)
        if self.drop not in ("oldest", "newest"):
            raise UnknownNameError("drop policy", self.drop, ("oldest", "newest"))
        if self.offline_longest_s + self.spread_s > 86_400:
            raise DeskhandError(
                f"Buffer: offline_longest_s={self.offline_longest_s:g} and spread_s={self.spread_s:g} "
                "must not exceed a day (86400) together; shorten one."
            )


class Sending(NamedTuple):
    """When batches are to be sent, why so, and which never are; shape (n,) each."""

    intended_us: Times
    faults: npt.NDArray[np.uint32]
    unsent: Mask


def sending(
    settings: Buffer,
    seed: int,
    device: npt.NDArray[np.int32],
    made_us: Times,
    sizes_bytes: npt.NDArray[np.int64],
    duration_us: int,
) -> Sending:
    """Return when batches are to be sent.

    What waited is sent at one moment, the reconnect, in the order in which it was made.

    Parameters
    ----------
    settings : Buffer
    seed : int
        The plan's seed.
    device : ndarray of int32, shape (n,)
        In any order.
    made_us : ndarray of int64, shape (n,)
        When the batcher closed them. Of one device's equal times, the later row is the newer batch.
    sizes_bytes : ndarray of int64, shape (n,)
        What they take in the buffer.
    duration_us : int
        Of the plan; a device's own spans begin on its days or the day before.

    Returns
    -------
    Sending
        ``intended_us`` is never before ``made_us``; of an unsent batch it is when it would have been.

    Examples
    --------
    >>> cut = Buffer(outages=[Outage(at_s=1, for_s=9)], cap_batches=2)
    >>> device, made_us = np.zeros(4, np.int32), np.array([0, 2, 3, 4]) * 1_000_000
    >>> found = sending(cut, 7, device, made_us, np.ones(4, np.int64), 10**8)
    >>> found.intended_us.tolist(), found.unsent.tolist()
    ([0, 10000000, 10000000, 10000000], [False, True, False, False])
    """
    # In order of device and age neighbours look up neighbouring spans, which a cache likes.
    order = np.lexsort((made_us, device))
    who, made_us, intended_us = device[order], made_us[order], made_us[order]
    spans = _own_spans(settings, seed, who, duration_us)
    before_us = np.full_like(intended_us, -1)
    # A device may leave its own span within an outage, and an outage within its own span.
    while not np.array_equal(before_us, intended_us):
        before_us = intended_us
        intended_us = _past_outages(settings, seed, who, spans.past(who, intended_us))
    waited = intended_us > made_us
    unsent = np.zeros(len(order), bool)
    unsent[waited] = _overflow(
        settings, who[waited], intended_us[waited], sizes_bytes[order[waited]]
    )
    faults = np.where(waited, np.uint32(Fault.OFFLINE), np.uint32(0))
    faults |= np.where(unsent, np.uint32(Fault.OVERFLOW), np.uint32(0))
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return Sending(intended_us[back], faults[back], unsent[back])


class _Spans(NamedTuple):
    """Offline spans of many devices, laid end to end on one line, a block of time a device."""

    who: npt.NDArray[np.int32]
    origin_us: int
    block_us: int
    from_line: Times
    until_line: Times  # the latest end so far, so that spans that touch are one

    def past(self, device: npt.NDArray[np.int32], at_us: Times) -> Times:
        """Return the end of the span that each time lies in, or the time itself."""
        if not len(self.from_line):
            return at_us
        base = np.searchsorted(self.who, device) * self.block_us
        line = base + np.clip(at_us - self.origin_us, 0, self.block_us - 1)
        until = self.until_line[np.maximum(np.searchsorted(self.from_line, line, "right") - 1, 0)]
        inside = (line < until) & (line >= self.from_line[0])
        return np.where(inside, until - base + self.origin_us, at_us)


def _own_spans(
    settings: Buffer, seed: int, device: npt.NDArray[np.int32], duration_us: int
) -> _Spans:
    """Return the devices' own spans: each device and day by itself."""
    who, days = np.unique(device), np.arange(-1, -(-duration_us // DAY_US))
    place, day = np.repeat(np.arange(len(who)), len(days)), np.tile(days, len(who))
    counts = poisson_counts(
        settings.offline_per_day, keyed_uniforms(seed, "fleet.offline", who[place], day)
    )
    which = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    place, day = np.repeat(place, counts), np.repeat(day, counts)
    names = (who[place], day, which)
    key = mixed(np.array([stream_key(seed, "fleet.offline.length")], np.uint64), *names)
    stretch = even_exp(normals(key, 0) * np.float32(settings.offline_sigma)).astype(np.float64)
    length_s = np.minimum(stretch * settings.offline_median_s, settings.offline_longest_s)
    length_s += keyed_uniforms(seed, "fleet.offline.spread", *names) * settings.spread_s
    start = keyed_uniforms(seed, "fleet.offline.start", *names)
    origin_us, block_us = -DAY_US, (len(days) + 2) * DAY_US
    if len(who) * block_us >= 2**63:
        raise DeskhandError(
            f"{len(who)} devices for {len(days)} days: too many at once; make them in shards."
        )
    from_line = place * block_us + day * DAY_US - origin_us + (start * DAY_US).astype(np.int64)
    until_line = from_line + (length_s * 1e6).astype(np.int64)
    order = np.argsort(from_line, kind="stable")
    until_line = np.maximum.accumulate(until_line[order])
    return _Spans(who, origin_us, block_us, from_line[order], until_line)


def _past_outages(
    settings: Buffer, seed: int, device: npt.NDArray[np.int32], at_us: Times
) -> Times:
    for number, outage in enumerate(settings.outages):
        delay = keyed_uniforms(seed, "fleet.outage.spread", device, number) * settings.spread_s
        from_us = int(outage.at_s * 1e6)
        until_us = from_us + int(outage.for_s * 1e6) + (delay * 1e6).astype(np.int64)
        at_us = np.where((at_us >= from_us) & (at_us < until_us), until_us, at_us)
    return at_us


def _overflow(
    settings: Buffer,
    device: npt.NDArray[np.int32],
    intended_us: Times,
    sizes_bytes: npt.NDArray[np.int64],
) -> Mask:
    """Return what a buffer drops; rows are sorted by device, reconnect and age."""
    if settings.drop == "oldest":
        # What is left is the longest run of the newest that fits.
        turned = (device[::-1], intended_us[::-1], sizes_bytes[::-1])
        return _over_caps(settings, *turned)[::-1]
    return _over_caps(settings, device, intended_us, sizes_bytes)


def _over_caps(
    settings: Buffer,
    device: npt.NDArray[np.int32],
    intended_us: Times,
    sizes_bytes: npt.NDArray[np.int64],
) -> Mask:
    """Return which rows do not fit, when each group of one device and reconnect is taken in order."""
    same = (device[1:] == device[:-1]) & (intended_us[1:] == intended_us[:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same])) if len(device) else np.zeros(0, np.intp)
    lengths = np.diff(np.append(first, len(device)))
    held = np.arange(len(device)) - np.repeat(first, lengths) + 1
    total = np.cumsum(sizes_bytes.astype(np.int64))
    held_bytes = total - np.repeat(total[first] - sizes_bytes[first], lengths)
    over = np.zeros(len(device), bool)
    if settings.cap_batches:
        over |= held > settings.cap_batches
    if settings.cap_bytes:
        over |= held_bytes > settings.cap_bytes
    return over
