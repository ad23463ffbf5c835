"""Negative controls: the reference itself, spoiled in ways that a report has to notice.

A report whose rows pass people's own data with the times drawn independently, or with every column
shuffled, says nothing when it passes something else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.realism.side import Side

Times = NDArray[np.int64]
# Slower by so much, and so much later in the day.
STRETCH, LATER_S = 3, 6 * 3600.0
# Paces of people: two standard deviations are a factor of 11 (people's own: log SD .2 to .4).
PACE_LOG_SD = 1.2
LONGEST_HOLD_US = 5_000_000


def _lognormal(side: Side, rng: np.random.Generator) -> Side:
    """Draw every interval anew, each from one lognormal for all people and whatever came before."""

    def drawn(gaps: Times) -> Times:
        logs = np.log(np.maximum(gaps[gaps > 0], 1))
        if not len(logs):
            return gaps
        return np.rint(rng.lognormal(logs.mean(), logs.std(), len(gaps))).astype(np.int64)

    return _retimed(side, drawn)


def _shuffled(side: Side, rng: np.random.Generator) -> Side:
    """Shuffle every column by itself over all people: each marginal is right, and nothing else."""

    def mixed(column: NDArray[Any]) -> NDArray[Any]:
        return rng.permutation(column)

    side = _retimed(side, mixed)
    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        # What was aimed at belongs to the press.
        order = rng.permutation(len(pointer.event))
        pointer = replace(
            pointer,
            event=pointer.event[order],
            target=pointer.target[order],
            x=mixed(pointer.x),
            y=mixed(pointer.y),
        )
    if keys is not None:
        keys = replace(keys, key=mixed(keys.key))
    if events is not None:
        events = replace(
            events,
            kind=mixed(events.kind),
            app=mixed(events.app),
            start_s=rng.uniform(0.0, 86_400.0, len(events.start_s)),
        )
    return replace(side, pointer=pointer, keys=keys, events=events)


def _stretched(side: Side, _: np.random.Generator) -> Side:
    """Make everything slower by the same factor, and six hours later in the day."""
    slow = _retimed(side, lambda gaps: gaps * STRETCH)
    if slow.events is None:
        return slow
    return replace(slow, events=replace(slow.events, start_s=slow.events.start_s + LATER_S))


def _cloned(side: Side, _: np.random.Generator) -> Side:
    """Put one person in the place of everybody."""

    def often(who: NDArray[np.integer]) -> int:
        # The one who does as much as people do in the middle, so that there is no more of it.
        count = np.bincount(who)
        ranked = np.argsort(count, kind="stable")
        ranked = ranked[count[ranked] > 0]
        return int(ranked[len(ranked) // 2])

    def copied(part: Any, columns: tuple[str, ...]) -> Any:
        chosen = np.flatnonzero(part.person == often(part.person))
        present = np.unique(part.person)
        rows = np.tile(chosen, len(present))
        session = part.session[chosen]
        _, session = np.unique(session, return_inverse=True)
        of_one = int(session.max()) + 1
        columns_of = {name: getattr(part, name)[rows] for name in columns}
        return replace(
            part,
            **columns_of,
            person=np.repeat(present, len(chosen)).astype(np.int32),
            session=np.tile(session, len(present)).astype(np.int32)
            + np.repeat(np.arange(len(present), dtype=np.int32) * of_one, len(chosen)),
        )

    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        pointer = copied(pointer, ("t_us", "event", "button", "x", "y", "target"))
    if keys is not None:
        keys = copied(keys, ("key", "down_us", "up_us"))
    if events is not None:
        one = events.start_s[np.unique(events.session[events.person == often(events.person)])]
        times = len(np.unique(events.person))
        events = replace(copied(events, ("t_us", "kind", "app")), start_s=np.tile(one, times))
    return replace(side, pointer=pointer, keys=keys, events=events)


def _far_apart(side: Side, rng: np.random.Generator) -> Side:
    """Give everybody a pace of their own, far from everybody else's, and another one for holds."""
    pace, held = (np.exp(PACE_LOG_SD * rng.standard_normal(len(side.people))) for _ in range(2))
    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        pointer = _paced(pointer, pace)
    if events is not None:
        events = _paced(events, pace)
    if keys is not None:
        hold = np.rint((keys.up_us - keys.down_us) * held[keys.person]).astype(np.int64)
        hold = np.clip(hold, 0, LONGEST_HOLD_US)
        within = keys.session[1:] == keys.session[:-1]
        own = pace[keys.person[1:]][within]
        down = _from_gaps(
            keys.down_us, keys.session, lambda gaps: np.rint(gaps * own).astype(np.int64)
        )
        keys = replace(keys, down_us=down, up_us=down + hold)
    return replace(side, pointer=pointer, keys=keys, events=events)


def _paced(part: Any, pace: NDArray[np.float64]) -> Any:
    own = pace[part.person[1:]][part.session[1:] == part.session[:-1]]
    return _with_gaps(part, lambda gaps: np.rint(gaps * own).astype(np.int64))


def _sorted(side: Side, _: np.random.Generator) -> Side:
    """Put all intervals in rising order, the shortest first."""
    return _retimed(side, np.sort)


def _rare_common(side: Side, rng: np.random.Generator) -> Side:
    """Draw kinds of events, keys and applications anew, the rarest as often as the commonest was."""

    def drawn(column: NDArray[Any]) -> NDArray[Any]:
        kinds, often = np.unique(column, return_counts=True)
        share = np.empty(len(kinds))
        share[np.argsort(often, kind="stable")] = np.sort(often)[::-1] / max(len(column), 1)
        return rng.choice(kinds, len(column), p=share) if len(column) else column

    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        pointer = replace(pointer, event=drawn(pointer.event))
    if keys is not None:
        keys = replace(keys, key=drawn(keys.key))
    if events is not None:
        events = replace(events, kind=drawn(events.kind), app=drawn(events.app))
    return replace(side, pointer=pointer, keys=keys, events=events)


Control = Callable[[Side, np.random.Generator], Side]
CONTROLS: Mapping[str, Control] = {
    "independent lognormals": _lognormal,
    "shuffled columns": _shuffled,
    "three times slower": _stretched,
    "one person for all": _cloned,
    "paces far apart": _far_apart,
    "rising order": _sorted,
    "rare kinds common": _rare_common,
}
# What each does, for those who read the report.
SAID: Mapping[str, str] = {
    "independent lognormals": "every interval drawn anew from one lognormal for everybody",
    "shuffled columns": "every column shuffled by itself over all people",
    "three times slower": "all times stretched by three, the day begun six hours later",
    "one person for all": "one person in the place of everybody",
    "paces far apart": "everybody's times stretched by a factor of their own, far from the others'",
    "rising order": "all intervals in rising order, the shortest first",
    "rare kinds common": "types of events, keys and applications drawn, the rarest as often as the commonest was",
}


def spoiled(reference: Side, name: str, *, seed: int) -> Side:
    """Return the reference, spoiled by a control.

    Parameters
    ----------
    reference : Side
        People.
    name : str
        One of `CONTROLS`.
    seed : int
        Of what it draws.
    """
    return CONTROLS[name](reference, np.random.default_rng([seed, list(CONTROLS).index(name)]))


def _retimed(side: Side, change: Callable[[Times], Times]) -> Side:
    pointer, keys, events = side.pointer, side.keys, side.events
    if pointer is not None:
        pointer = _with_gaps(pointer, change)
    if events is not None:
        events = _with_gaps(events, change)
    if keys is not None:
        hold = np.clip(change(keys.up_us - keys.down_us), 0, LONGEST_HOLD_US)
        down = _from_gaps(keys.down_us, keys.session, change)
        keys = replace(keys, down_us=down, up_us=down + hold)
    return replace(side, pointer=pointer, keys=keys, events=events)


def _with_gaps(part: Any, change: Callable[[Times], Times]) -> Any:
    return replace(part, t_us=_from_gaps(part.t_us, part.session, change))


def _from_gaps(
    t_us: Times, session: NDArray[np.integer], change: Callable[[Times], Times]
) -> Times:
    """Return times whose gaps are changed; each session begins where it did."""
    if not len(t_us):
        return t_us
    begins = np.append(True, session[1:] != session[:-1])
    gaps = np.diff(t_us, prepend=t_us[:1])
    changed = np.zeros(len(t_us), np.int64)
    changed[~begins] = change(np.maximum(gaps[~begins], 0))
    since = np.cumsum(changed)
    first = np.flatnonzero(begins)
    size = np.diff(np.append(first, len(t_us)))
    return since - np.repeat(since[first], size) + np.repeat(t_us[first], size)
