"""From shares to people: who is in a data set, under what, and what each of their sessions is.

What is a trait of a person (role, condition, profile, tier, family) is the same in all of that person's
sessions; what is done differs from session to session.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from deskhand.datasets.description import AXES, BALANCED, GRID, Cell, Description
from deskhand.datasets.tables import HUMAN_LIKE
from deskhand.errors import DeskhandError
from deskhand.streams import stream

Kind = tuple[str | None, str, str, str]
"""Role, condition, profile and fidelity: a `Cell` without what is done."""


class Member(NamedTuple):
    """A person of a data set: kind, family, and the scenario of each session."""

    kind: Kind
    family: str
    scenarios: tuple[str, ...]


def members(described: Description) -> list[Member]:
    """Return the people of a data set, in an order that tells nothing.

    Parameters
    ----------
    described : Description
        What is asked for.

    Raises
    ------
    DeskhandError
        When counts or combinations cannot be had.

    Examples
    --------
    >>> from deskhand.datasets.description import EXAMPLE, described
    >>> people = members(described(EXAMPLE))
    >>> len(people), sum(len(person.scenarios) for person in people)
    (100, 200)
    """
    if described.mixing == BALANCED:
        people = _balanced(described)
    else:
        people = _in_cells(described, _cells(described))
    families = apportioned(
        {**described.bots, HUMAN_LIKE: max(0.0, 1.0 - sum(described.bots.values()))}, len(people)
    )
    families = _shuffled(described.seed, "family", families)
    order = _shuffled(described.seed, "order", range(len(people)))
    return [Member(people[at][0], families[at], people[at][1]) for at in order]


def apportioned(weights: Mapping[Any, float], count: int) -> list[Any]:
    """Return ``count`` values in proportion to their weights, by largest remainders.

    Examples
    --------
    >>> apportioned({"a": 2.0, "b": 1.0}, 4)
    ['a', 'a', 'a', 'b']
    """
    total = sum(weights.values())
    exact = {value: count * weight / total for value, weight in weights.items()}
    whole = {value: int(share) for value, share in exact.items()}
    # Of equal remainders the earlier value; rounding keeps what is equal so on every machine.
    by_rest = sorted(exact, key=lambda value: round(whole[value] - exact[value], 9))
    for value in by_rest[: count - sum(whole.values())]:
        whole[value] += 1
    return [value for value, often in whole.items() for _ in range(often)]


def _shuffled(seed: int, what: str, values: Sequence[Any]) -> list[Any]:
    order = stream(seed, "dataset.mix", what).permutation(len(values))
    return [values[at] for at in order.tolist()]


def _last_held_out(described: Description, scenarios: list[str]) -> list[str]:
    """Return scenarios with the held out ones last, so that few people have both."""
    held = described.hold_out.get("scenario", ())
    return sorted(scenarios, key=lambda name: name in held)


def _balanced(described: Description) -> list[tuple[Kind, tuple[str, ...]]]:
    """Return people whose traits have their shares, each on its own, and sessions that have theirs."""
    seed, each = described.seed, described.per_person
    count = -(-described.sessions // each)
    traits = [_shuffled(seed, axis, apportioned(described.mix[axis], count)) for axis in AXES[1:]]
    scenarios = _shuffled(seed, AXES[0], apportioned(described.mix[AXES[0]], described.sessions))
    scenarios = _last_held_out(described, scenarios)
    kinds = list(zip(*traits, strict=True))
    return [(kind, tuple(scenarios[each * at : each * (at + 1)])) for at, kind in enumerate(kinds)]


def _cells(described: Description) -> dict[Cell, int]:
    sessions = described.sessions
    if described.mixing == GRID:
        axes = [described.mix[axis] for axis in AXES]
        cells = [Cell(*values) for values in product(*axes)]
        uneven = [axis for axis in AXES if len(set(described.mix[axis].values())) > 1]
        if uneven:
            raise DeskhandError(
                f"mixing grid takes every combination alike often, and {uneven[0]} has weights; "
                "give a list, or mixing balanced."
            )
        if sessions % len(cells):
            below = sessions // len(cells) * len(cells)
            near = " or ".join(str(n) for n in (below, below + len(cells)) if n)
            raise DeskhandError(
                f"size {sessions} over a grid of {len(cells)} combinations: each is to be there as "
                f"often as the others; ask for {near} sessions."
            )
        return dict.fromkeys(cells, sessions // len(cells))
    fixed = sum(count for _, count, _ in described.cells if count is not None)
    shares = {at: share for at, (_, _, share) in enumerate(described.cells) if share is not None}
    left = sessions - fixed
    if left < 0 or (not shares and left):
        raise DeskhandError(
            f"cells: the counts sum to {fixed} and the size is {sessions} sessions; make them "
            "equal, or give one cell a share for the rest."
        )
    total = sum(shares.values())
    if shares and abs(total - 1.0) > 1e-6:
        raise DeskhandError(
            f"cells: the shares sum to {total:g}; they are of the {left} sessions that the counts "
            "leave, so let them sum to 1."
        )
    filled = apportioned(shares, left) if shares else []
    found: dict[Cell, int] = {}
    for at, (cell, count, _) in enumerate(described.cells):
        if cell in found:
            raise DeskhandError(f"cells: {_told(cell)} is given twice; give it once.")
        found[cell] = filled.count(at) if count is None else count
        if not found[cell]:
            raise DeskhandError(
                f"cells: {_told(cell)} gets no session of {left}; give it a larger share or more "
                "sessions in all."
            )
    return found


def _in_cells(
    described: Description, cells: Mapping[Cell, int]
) -> list[tuple[Kind, tuple[str, ...]]]:
    """Return people who between them do what each combination asks for."""
    each = described.per_person
    by_kind: dict[Kind, list[str]] = {}
    for cell, count in cells.items():
        by_kind.setdefault(cell[1:], []).extend([cell.scenario] * count)
    people: list[tuple[Kind, tuple[str, ...]]] = []
    for kind, scenarios in by_kind.items():
        mixed = _shuffled(described.seed, "/".join(map(str, kind)), scenarios)
        mixed = _last_held_out(described, mixed)
        people += [(kind, tuple(mixed[at : at + each])) for at in range(0, len(mixed), each)]
    return people


def _told(cell: Cell) -> str:
    return ", ".join(f"{axis} {value}" for axis, value in cell._asdict().items() if value)
