"""Splits that share no persona, no seed and nothing that is held out.

Each split is a world of its own: it has its own seed, from which its people are drawn, so that nobody
can be in two of them. Whoever has anything that is held out is in test.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deskhand.datasets.description import Cell, Description
from deskhand.datasets.mixing import Member
from deskhand.datasets.tables import SPLITS
from deskhand.errors import DeskhandError
from deskhand.streams import stream_key

TEST = "test"


class Planned(NamedTuple):
    """One session of a data set: where it belongs and what it is made from."""

    split: str
    person: int
    day: int
    cell: Cell
    family: str


def split_seed(seed: int, split: str) -> int:
    """Return the seed that a split's people are drawn from.

    Examples
    --------
    >>> split_seed(7, "train") == split_seed(7, "test")
    False
    """
    # 53 bits, which every reader of JSON keeps.
    return stream_key(seed, "dataset.split", split) >> 11


def planned(described: Description, people: Sequence[Member]) -> dict[str, list[Planned]]:
    """Return the sessions of each split, a person's one after the other.

    Parameters
    ----------
    described : Description
        Its shares and what it holds out.
    people : sequence of Member
        Everyone, in an order that tells nothing.

    Raises
    ------
    DeskhandError
        When a split that is asked for would be empty.
    """
    of_split: dict[str, list[Member]] = {name: [] for name in SPLITS}
    rest: list[Member] = []
    for member in people:
        (of_split[TEST] if _held_out(described, member) else rest).append(member)
    # Alike people follow one another, so that every kind is spread over the splits by the shares.
    alike = sorted(rest, key=lambda member: (*map(str, member.kind), member.family))
    for member, split in zip(alike, _dealt(described.splits, len(alike)), strict=True):
        of_split[split].append(member)
    for name in described.splits:
        if not of_split[name]:
            raise DeskhandError(
                f"split {name!r} would be empty: its share of {len(rest)} people is none of them; "
                "ask for more sessions, fewer of them a person, or fewer splits."
            )
    place = {id(member): at for at, member in enumerate(people)}
    return {
        split: _numbered(split, sorted(found, key=lambda member: place[id(member)]))
        for split, found in of_split.items()
        if found
    }


def _dealt(shares: Mapping[str, float], count: int) -> list[str]:
    """Return a split for each of so many people: always the one that lacks most."""
    if not count:
        return []
    given: Counter[str] = Counter()
    dealt = []
    for number in range(1, count + 1):
        lacking = max(shares, key=lambda name: round(shares[name] * number - given[name], 9))
        given[lacking] += 1
        dealt.append(lacking)
    empty = [name for name in shares if not given[name]]
    # A small share still gets someone, from the split that has most.
    for name in empty:
        most = max(given, key=lambda split: given[split])
        if given[most] > 1:
            dealt[len(dealt) - 1 - dealt[::-1].index(most)] = name
            given[most] -= 1
            given[name] += 1
    return dealt


def _held_out(described: Description, member: Member) -> bool:
    role, condition, _, _ = member.kind
    has: dict[str, set[str | None]] = {
        "scenario": set(member.scenarios),
        "role": {role},
        "condition": {condition},
        "bots": {member.family},
    }
    return any(has[axis] & set(names) for axis, names in described.hold_out.items())


def _numbered(split: str, people: Sequence[Member]) -> list[Planned]:
    return [
        Planned(split, person, day, Cell(scenario, *member.kind), member.family)
        for person, member in enumerate(people)
        for day, scenario in enumerate(member.scenarios)
    ]
