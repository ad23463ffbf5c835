"""The template of a record: what a mapping says of each member, and of which events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from deskhand.events import EVENTS, SESSIONS
from deskhand.exports.mapping.positions import Place

# Columns of the event table that are the same in all rows of a session.
OF_THE_SESSION = ("session_id", "synthetic", "provenance_id")

# Microseconds of a unit of time, and the decimals with which it holds whole microseconds.
UNIT_US: Mapping[str, tuple[int, int]] = {
    "s": (1_000_000, 6),
    "ms": (1_000, 3),
    "us": (1, 0),
    "ns": (1, 0),
    "iso8601": (1_000_000, 6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A constant; ``value`` is any JSON."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A column of the event table, or of the session's header where ``of_session``.

    ``options`` are those that the mapping gives beside it, such as ``scale`` and ``enum``.
    """

    place: Place
    name: str
    of_session: bool
    kind: pa.DataType
    options: Mapping[str, Any]

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return bool(pa.types.is_integer(self.kind) or pa.types.is_floating(self.kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time since ``since``, of what ``of`` names, in steps of ``step_us`` microseconds."""

    place: Place
    since: str
    of: str
    unit: str
    rounding: str | None
    digits: int
    as_string: bool

    @property
    def step_us(self) -> int:
        """The resolution in microseconds."""
        return int(UNIT_US[self.unit][0] // 10**self.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The number of the record, the events of its batch, or an identifier.

    ``what`` is one of ``number``, ``count``, ``uuid session`` and ``uuid record``.
    """

    place: Place
    what: str
    as_string: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """A nested object."""

    place: Place
    members: Mapping[str, "Node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A nested array of fixed length."""

    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """The array of the events of a batch."""

    place: Place
    rules: tuple["Rule", ...]


Node = Constant | Value | Clock | Count | Members | Items | Each


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What one column must hold; ``values`` may have None in it for null."""

    values: tuple[Any, ...]
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """When a record is full: by count, by time, or when one of the columns ``same`` changes."""

    count: int | None
    window_us: int | None
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which events make which record."""

    place: Place
    when: Mapping[str, Filter]
    record: Node
    batch: Batch | None

    @property
    def each(self) -> Each | None:
        """The array of events, where the rule makes batches."""
        return next((n for n in nodes(self.record) if isinstance(n, Each)), None)


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it; what is in ``$each`` is another template."""
    yield node
    if isinstance(node, Members):
        for inner in node.members.values():
            yield from nodes(inner)
    elif isinstance(node, Items):
        for inner in node.items:
            yield from nodes(inner)


def rule_of(given: Mapping[str, Any], place: Place, common: Node | None = None) -> Rule:
    """Return a rule from the JSON of a mapping that its JSON Schema has passed.

    Parameters
    ----------
    given : mapping
        The rule.
    place : tuple
        Where it stands in the mapping.
    common : Members, optional
        What the record begins with.
    """
    batch = given.get("batch")
    record = node_of(given["record"], (*place, "record"))
    if common is not None:
        record = _merged(common, record)
    return Rule(
        place=place,
        when={name: _filter(value) for name, value in given.get("when", {}).items()},
        record=record,
        batch=None
        if batch is None
        else Batch(
            count=batch.get("count"),
            window_us=batch.get("window_us"),
            same=tuple(batch.get("same", ())),
        ),
    )


def _merged(common: Node, own: Node) -> Node:
    if not isinstance(common, Members) or not isinstance(own, Members):
        return own
    both = {
        name: _merged(common.members[name], node) if name in common.members else node
        for name, node in own.members.items()
    }
    return Members(place=own.place, members={**common.members, **both})


def node_of(given: Any, place: Place) -> Node:
    """Return a template's node from the JSON of a mapping that its JSON Schema has passed."""
    if isinstance(given, list):
        items = tuple(node_of(item, (*place, k)) for k, item in enumerate(given))
        return Items(place=place, items=items)
    if not isinstance(given, dict):
        return Constant(place=place, value=given)
    as_string = "as" in given
    match next((key for key in given if key.startswith("$")), None):
        case "$const":
            return Constant(place=place, value=given["$const"])
        case "$column":
            return _value(given, "$column", EVENTS, place)
        case "$session":
            return _value(given, "$session", SESSIONS, place)
        case "$clock":
            rounding = given.get("round")
            digits = given.get("digits", 0) if rounding else UNIT_US[given["unit"]][1]
            return Clock(
                place=place,
                since=given["$clock"],
                of=given.get("of", "event"),
                unit=given["unit"],
                rounding=rounding,
                digits=digits,
                as_string=as_string,
            )
        case "$number":
            return Count(place=place, what="number", as_string=as_string)
        case "$count":
            return Count(place=place, what="count", as_string=as_string)
        case "$uuid":
            return Count(place=place, what=f"uuid {given['$uuid']}", as_string=True)
        case "$each":
            rules = (rule_of(one, (*place, "$each", k)) for k, one in enumerate(given["$each"]))
            return Each(place=place, rules=tuple(rules))
    members = {name: node_of(inner, (*place, name)) for name, inner in given.items()}
    return Members(place=place, members=members)


def _value(given: Mapping[str, Any], key: str, schema: pa.Schema, place: Place) -> Value:
    kind = schema.field(given[key]).type
    return Value(
        place=place,
        name=given[key],
        of_session=key == "$session",
        kind=kind.value_type if pa.types.is_dictionary(kind) else kind,
        options={name: value for name, value in given.items() if name != key},
    )


def _filter(given: Any) -> Filter:
    values = given["not"] if isinstance(given, dict) else given
    return Filter(values=tuple(values), negated=isinstance(given, dict))


def canonical_value(text: str, kind: pa.DataType) -> Any:
    """Return the canonical value that a key of an enum stands for.

    Raises
    ------
    ValueError
        When it is no value of that kind.

    Examples
    --------
    >>> canonical_value("2", pa.int8()), canonical_value("true", pa.bool_())
    (2, True)
    """
    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[text] if text in ("true", "false") else _no(text)
    if pa.types.is_integer(kind):
        return pa.scalar(int(text), kind).as_py()
    return text


def _no(text: str) -> Any:
    raise ValueError(text)
