"""Negative controls: the reference itself, spoiled in ways that a report has to notice.

Each is a mistake that synthetic data are known for. A report whose rows pass people's own data with
the times drawn independently, or with every column shuffled, says nothing when it passes something
else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.recording import MOVE, SCROLL
from deskhand.evaluation.key_windows import TEXT
from deskhand.evaluation.realism.event_measures import acts_of
from deskhand.evaluation.realism.side import Side
from deskhand.evaluation.realism.spoiled_times import (
    far_apart,
    one_lognormal,
    retimed,
    rising,
    stretched,
    too_wide,
)


def _shuffled(side: Side, rng: np.random.Generator) -> Side:
    """Shuffle every column by itself over all people: each marginal is right, and nothing else."""

    def mixed(column: NDArray[Any]) -> NDArray[Any]:
        return rng.permutation(column)

    side = retimed(side, lambda gaps, *_: mixed(gaps))
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


def _commonest(side: Side, _: np.random.Generator) -> Side:
    """Put the commonest kind of act, key and application in the place of nearly all the others."""

    def few(column: NDArray[Any], kept: int) -> NDArray[Any]:
        kinds, often = np.unique(column, return_counts=True)
        common = kinds[np.argsort(-often, kind="stable")]
        return (
            np.where(np.isin(column, common[:kept]), column, common[:1]) if len(common) else column
        )

    keys, events = side.keys, side.events
    if keys is not None:
        key, written = keys.key.copy(), TEXT[keys.key_class]
        key[written] = few(key[written], 2)
        keys = replace(keys, key=key)
    if events is not None:
        kind, acts = events.kind.copy(), acts_of(events)
        # With one kind alone nothing would follow anything else.
        kind[acts] = few(kind[acts], 2)
        others = np.setdiff1d(np.arange(len(kind)), acts)
        kind[others] = few(kind[others], 1)
        events = replace(events, kind=kind, app=few(events.app, 1))
    return replace(side, keys=keys, events=events)


def _rare_common(side: Side, rng: np.random.Generator) -> Side:
    """Draw kinds of events, keys and applications anew, the rarest as often as the commonest was."""

    def drawn(column: NDArray[Any]) -> NDArray[Any]:
        kinds, often = np.unique(column, return_counts=True)
        share = np.empty(len(kinds))
        share[np.argsort(often, kind="stable")] = np.sort(often)[::-1] / max(len(column), 1)
        return rng.choice(kinds, len(column), p=share) if len(column) else column

    keys, events = side.keys, side.events
    if keys is not None:
        keys = replace(keys, key=drawn(keys.key))
    if events is not None:
        events = replace(events, kind=drawn(events.kind), app=drawn(events.app))
    return replace(side, keys=keys, events=events)


def _straight(side: Side, _: np.random.Generator) -> Side:
    """Lead the pointer from press to press in straight lines, at even speed, into the very centre."""
    pointer = side.pointer
    if pointer is None or not len(pointer.t_us):
        return side
    placed = np.flatnonzero(
        np.isfinite(pointer.x) & np.isfinite(pointer.y) & (pointer.event != SCROLL)
    )
    if not len(placed):
        return side
    session, move = pointer.session[placed], pointer.event[placed] == MOVE
    begins = np.append(True, session[1:] != session[:-1])
    # The last report before a press is where the press is.
    before = np.append(move[:-1] & ~move[1:] & ~begins[1:], False)
    corner = np.flatnonzero(begins | ~move | before | np.append(begins[1:], True))
    at = placed[corner + before[corner]]
    # One clock over all sessions, which never stands still.
    clock = np.cumsum(np.maximum(np.diff(pointer.t_us[placed], prepend=0) * ~begins, 0) + 1)
    x, y = pointer.x.copy(), pointer.y.copy()
    for column in (x, y):
        column[placed] = np.interp(clock, clock[corner], column[at])
    target = pointer.target.copy()
    target[:, 0], target[:, 1] = (
        np.where(np.isfinite(target[:, k]), column, np.nan) for k, column in enumerate((x, y))
    )
    return replace(side, pointer=replace(pointer, x=x, y=y, target=target))


class Control(NamedTuple):
    """A way to spoil people, and what it does in words for those who read the report."""

    spoil: Callable[[Side, np.random.Generator], Side]
    said: str


CONTROLS: Mapping[str, Control] = {
    "independent lognormals": Control(
        one_lognormal, "every interval drawn anew from one lognormal for everybody"
    ),
    "shuffled columns": Control(_shuffled, "every column shuffled by itself over all people"),
    "three times slower": Control(
        stretched, "all times stretched by three, the day begun six hours later"
    ),
    "one person for all": Control(_cloned, "one person in the place of everybody"),
    "paces far apart": Control(
        far_apart, "everybody's times stretched by a factor of their own, far from the others'"
    ),
    "rising order": Control(rising, "the intervals of each session in rising order"),
    "spread too wide": Control(
        too_wide, "every interval three times as far, in logarithms, from its person's mean"
    ),
    "commonest kinds alone": Control(
        _commonest,
        "the two commonest acts and keys, the commonest application and other event in the place of the rest",
    ),
    "rare kinds common": Control(
        _rare_common,
        "types of events, keys and applications drawn, the rarest as often as the commonest was",
    ),
    "straight to the centre": Control(
        _straight,
        "the pointer led from press to press in straight lines at even speed, and every press in the "
        "centre of what it is meant for",
    ),
}
# Each has a letter, for tables.
LETTERS: Mapping[str, str] = dict(zip(CONTROLS, ascii_uppercase, strict=False))


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
    rng = np.random.default_rng([seed, list(CONTROLS).index(name)])
    return CONTROLS[name].spoil(reference, rng)
