"""What records of a rule look like, so that a record is told from those of other rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deskhand.exports.mapping.positions import Place
from deskhand.exports.mapping.template import (
    Clock,
    Constant,
    Each,
    Items,
    Members,
    Node,
    Value,
    canonical_value,
)
from deskhand.exports.mapping.value_text import Integers

# Stands for a value that is an object or an array.
NESTED = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a template says of values, by their place in the record.

    ``allowed`` holds the keys (`value_key`) that a place may have; ``needed`` are places that hold
    something in every record; ``root`` is what a record is: dict, list, or object for anything.
    """

    root: type
    allowed: Mapping[Place, frozenset[Any]]
    needed: frozenset[Place]

    def fits(self, root: type, keys: Mapping[Place, Any]) -> bool:
        """Return whether a record with these keys at its places may be one of the rule."""
        if not issubclass(root, self.root):
            return False
        return all(keys[place] in known for place, known in self.allowed.items()) and all(
            keys[place] is not None for place in self.needed
        )

    def differs(self, other: "Shape") -> bool:
        """Return whether no record fits both shapes."""
        if object not in (self.root, other.root) and self.root is not other.root:
            return True
        for place, known in self.allowed.items():
            if place in other.allowed and not known & other.allowed[place]:
                return True
        return False


def leaves(node: Node, place: Place = ()) -> Iterator[tuple[Place, Node]]:
    """Yield the places of a record and what they hold; nested objects and arrays are gone through."""
    if isinstance(node, Members):
        for name, inner in node.members.items():
            yield from leaves(inner, (*place, name))
    elif isinstance(node, Items):
        for number, inner in enumerate(node.items):
            yield from leaves(inner, (*place, number))
    else:
        yield place, node


def value_key(value: Any) -> Any:
    """Return what two equal JSON values have in common; true is not 1.

    Examples
    --------
    >>> (
    ...     value_key(1) == value_key(1.0),
    ...     value_key(True) == value_key(1),
    ...     value_key({}) == value_key([]),
    ... )
    (True, False, True)
    """
    if isinstance(value, bool):
        return f"{value} "
    if isinstance(value, dict | list):
        return NESTED
    if isinstance(value, str):
        return f'"{value}'
    return value


def back_table(node: Value) -> dict[Any, Any]:
    """Return an enum the other way round: from the key of a value to the canonical value.

    Values that stand for several are not in it.
    """
    table: dict[Any, Any] = {}
    twice = {value_key(node.options["else"])} if "else" in node.options else set()
    for name, value in node.options["enum"].items():
        key = value_key(value)
        twice |= {key} & set(table)
        table[key] = canonical_value(name, node.kind)
    if "if_null" in node.options:
        twice |= {value_key(node.options["if_null"])} & set(table)
    return {key: value for key, value in table.items() if key not in twice}


def shape_of(template: Node, types: set[str]) -> Shape:
    """Return the shape of the records that a template makes of events of some types."""
    allowed: dict[Place, frozenset[Any]] = {}
    needed = set()
    for place, node in leaves(template):
        if isinstance(node, Constant):
            allowed[place] = frozenset([value_key(node.value)])
        elif isinstance(node, Each) or (isinstance(node, Clock) and node.of == "event"):
            needed.add(place)
        elif isinstance(node, Value) and "enum" in node.options and "else" not in node.options:
            table = node.options["enum"]
            if node.name == "type":
                allowed[place] = frozenset(value_key(table[k]) for k in types if k in table)
            else:
                rest = value_key(node.options.get("if_null"))
                allowed[place] = frozenset([*map(value_key, table.values()), rest, None])
        elif isinstance(node, Value) and node.name == "type" and not node.of_session:
            known = types if "enum" not in node.options else None
            if known is not None:
                allowed[place] = frozenset(value_key(k) for k in known)
            needed.add(place)
    root = (
        dict if isinstance(template, Members) else list if isinstance(template, Items) else object
    )
    return Shape(root=root, allowed=allowed, needed=frozenset(needed))


def values_at(records: Sequence[Any], place: Place) -> list[Any]:
    """Return what records hold at a place, None where there is nothing."""
    found = list(records)
    for key in place:
        if isinstance(key, int):
            found = [r[key] if isinstance(r, list) and len(r) > key else None for r in found]
        else:
            found = [r.get(key) if isinstance(r, dict) else None for r in found]
    return found


def sorted_out(records: Sequence[Any], shapes: Sequence[Shape]) -> Integers:
    """Return for each record the first shape that it fits, -1 where there is none."""
    places = sorted({p for s in shapes for p in (*s.allowed, *s.needed)}, key=repr)
    exact = {p for s in shapes for p in s.allowed}
    columns = [
        [value_key(v) for v in values_at(records, place)]
        if place in exact
        else [None if v is None else NESTED for v in values_at(records, place)]
        for place in places
    ]
    known: dict[tuple[Any, ...], int] = {}
    found = np.empty(len(records), np.int64)
    for number, row in enumerate(zip(map(type, records), *columns, strict=True)):
        rule = known.get(row)
        if rule is None:
            keys = dict(zip(places, row[1:], strict=True))
            rule = next((k for k, shape in enumerate(shapes) if shape.fits(row[0], keys)), -1)
            known[row] = rule
        found[number] = rule
    return found
