"""What is measured of the stream of events: mix, gaps, bursts, memory, scatter of counts, order.

Sources
-------
Burstiness and memory: Goh & Barabasi 2008, Kim & Jo 2016; Fano factor: Fano 1947; entropy of blocks
with the correction of Miller 1955.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.day_figures import ACTIVE_S
from deskhand.evaluation.realism.measure import (
    Floats,
    Measure,
    correlation_of_people,
    each_person,
    measured,
)
from deskhand.evaluation.realism.side import EventStream
from deskhand.evaluation.rhythm import burstiness_of_ratio
from deskhand.events import EVENT_TYPES, TYPE_CODE

LEVEL = "events"
WINDOWS_S = (1, 10, 60)
LONGEST_ORDER = 3
FEWEST = 50
# What a person does, one row an act: the reports of the hand on its way are not acts of their own.
ACTS = ("pointerdown", "wheel", "keydown", "input", "select.change", "window.focus", "navigation")
_BASE = len(EVENT_TYPES)


def acts_of(events: EventStream) -> NDArray[np.int64]:
    """Return the rows in which a person does something."""
    return np.flatnonzero(np.isin(events.kind, [TYPE_CODE[name] for name in ACTS]))


def event_measures(events: EventStream) -> Iterator[Measure]:
    """Yield what is measured of the stream of events.

    Parameters
    ----------
    events : EventStream
        Of several people.
    """
    person, session = events.person, events.session
    yield measured(LEVEL, "mix of event types", person, events.kind, "js")
    same = session[1:] == session[:-1]
    gap_s = np.diff(events.t_us) / 1e6
    later = same & (gap_s > 0)
    yield measured(LEVEL, "gap between events", person[1:][later], gap_s[later], "log w1", "s")
    acts = acts_of(events)
    whose, kind, part = person[acts], events.kind[acts], session[acts]
    if len(acts) < 2:
        return
    between = np.diff(events.t_us[acts]) / 1e6
    follows = (part[1:] == part[:-1]) & (between > 0)
    active = follows & (between <= ACTIVE_S)
    yield measured(LEVEL, "gap between acts", whose[1:][follows], between[follows], "log w1", "s")
    yield measured(
        LEVEL,
        "people's share of the variance of ln gap",
        whose[1:][active],
        np.log(between[active]),
        "share",
    )
    yield measured(LEVEL, "burstiness B of acts", *_burstiness(whose[1:][active], between[active]))
    both = np.flatnonzero(active[1:] & active[:-1]) + 1
    logs = np.log(np.where(active, between, 1.0))
    found = correlation_of_people(whose[1:][both], logs[both], logs[both - 1], FEWEST)
    yield measured(LEVEL, "memory M of acts (of ln gap)", *found)
    for window_s in WINDOWS_S:
        name = f"Fano factor of acts, {window_s} s"
        yield measured(LEVEL, name, *_fano(whose, part, events.t_us[acts], window_s), "log w1")
    idle_s = np.where(same, gap_s, 0.0)
    idle = (idle_s > ACTIVE_S).astype(np.float64)
    who, share = each_person(person[1:], idle, np.maximum(idle_s, 1e-9))
    yield measured(LEVEL, f"idle share (gaps above {ACTIVE_S:.0f} s)", who, share)
    blocks = {1: kind}
    for order in range(2, LONGEST_ORDER + 1):
        # A block that would reach over the end of a session is none.
        whole = part[order - 1 :] == part[: len(part) - order + 1]
        code = np.zeros(len(whole), np.int64)
        for step in range(order):
            code = code * _BASE + kind[step : step + len(whole)]
        blocks[order] = np.where(whole, code, -1)
    for order, code in blocks.items():
        keep = code >= 0
        yield measured(LEVEL, f"acts, {order} in a row", whose[: len(code)][keep], code[keep], "js")
    rate = _entropy(whose, blocks[LONGEST_ORDER]) - _entropy(whose, blocks[LONGEST_ORDER - 1])
    known = np.flatnonzero(np.isfinite(rate))
    yield measured(LEVEL, "entropy rate of acts", known, rate[known], "w1", "bits")


def _burstiness(person: NDArray[np.integer], gap: Floats) -> tuple[NDArray[np.int64], Floats]:
    count = np.bincount(person)
    keep = count[person] >= FEWEST
    who, mean = each_person(person[keep], gap[keep])
    _, square = each_person(person[keep], gap[keep] ** 2)
    ratio = np.sqrt(np.maximum(square - mean**2, 0.0)) / mean
    return who, burstiness_of_ratio(ratio, count[who] + 1.0)


def _fano(
    person: NDArray[np.integer],
    session: NDArray[np.integer],
    t_us: NDArray[np.int64],
    window_s: int,
) -> tuple[NDArray[np.int64], Floats]:
    """Return people's Fano factors over the windows of all their sessions."""
    window = t_us // (1_000_000 * window_s)
    begins = np.append(True, session[1:] != session[:-1])
    first = np.maximum.accumulate(np.where(begins, np.arange(len(session)), 0))
    window = window - window[first]
    ends = np.append(begins[1:], True)
    # The last window of a session is not whole.
    windows = np.bincount(person[ends], window[ends])
    key = session.astype(np.int64) * (int(window.max()) + 1) + window
    whole = window < np.repeat(window[ends], np.diff(np.append(np.flatnonzero(begins), len(key))))
    at, often = np.unique(key[whole], return_counts=True)
    owner = person[np.flatnonzero(begins)][
        np.searchsorted(session[begins], at // (int(window.max()) + 1))
    ]
    size = max(len(windows), int(person.max()) + 1)
    windows = np.append(windows, np.zeros(size - len(windows)))
    total = np.bincount(owner, often, size)
    square = np.bincount(owner, often.astype(np.float64) ** 2, size)
    who = np.flatnonzero((windows >= 10) & (total >= FEWEST))
    mean = total[who] / windows[who]
    return who, (square[who] / windows[who] - mean**2) / mean


def _entropy(person: NDArray[np.integer], code: NDArray[np.int64]) -> Floats:
    """Return the entropy in bits of each person's blocks; NaN where there are few."""
    keep = code >= 0
    of, kind = person[: len(code)][keep].astype(np.int64), code[keep]
    size = int(person.max()) + 1
    pair, often = np.unique(of * _BASE**LONGEST_ORDER + kind, return_counts=True)
    owner = pair // _BASE**LONGEST_ORDER
    total = np.bincount(owner, often, size)
    share = often / total[owner]
    bits = np.bincount(owner, -share * np.log2(share), size)
    kinds = np.bincount(owner, minlength=size)
    some = np.maximum(total, 1.0)
    return np.where(total >= FEWEST, bits + (kinds - 1.0) / (2.0 * some * np.log(2.0)), np.nan)
