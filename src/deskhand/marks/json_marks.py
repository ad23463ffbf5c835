"""Marks in JSON: the member ``synthetic``, however a format wraps it, and identifiers that begin with syn_."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from deskhand.marks.verdict import Verdict, together

FLAGS = frozenset(("synthetic", "deskhand.synthetic", "deskhand_synthetic", "X-Synthetic"))
# A whole value, so that nobody's typed text is taken for one; a reader may have put its format before.
IDENTIFIER = re.compile(r"(?:[\w.]+:)*(syn|der)_(?:[a-z]+_)*[0-9a-f]{16}(?:;.*)?", re.S)
# Where a format has no room for a member, its project or application is called so.
PROJECT = "deskhand-synthetic"
_WRAPPERS = ("boolValue", "bool_value", "stringValue", "string_value", "value")
# For JSON that was cut off, and for what is no JSON. A quote within a text has a backslash before it.
_BYTES = re.compile(
    rb'"(?:deskhand\.)?synthetic"\s*:\s*(?:\{\s*"\w+"\s*:\s*)?"?(true|false)'
    rb"|(?<![\w\\])(syn|der)_(?:[a-z]+_)*[0-9a-f]{16}(?!\w)|deskhand[.-](synthetic)|synthetic; (syn|der)_"
)


def flags_of(value: Any) -> Iterator[bool | None]:
    """Yield what the value of a member called ``synthetic`` says; None for nothing.

    Examples
    --------
    >>> (
    ...     list(flags_of("true")),
    ...     list(flags_of({"boolValue": False})),
    ...     list(flags_of({"0": True, "1": None})),
    ... )
    ([True], [False], [True, None])
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        for wrapper in _WRAPPERS:
            if wrapper in value:
                yield from flags_of(value[wrapper])
                return
        # A column, as pandas writes one.
        for one in value.values():
            yield from flags_of(one) if not isinstance(one, dict | list) else ()
    elif isinstance(value, list | tuple):
        for one in value:
            yield from flags_of(one) if not isinstance(one, dict | list) else ()
    elif isinstance(value, str):
        yield {"true": True, "false": False, "1": True, "0": False}.get(value.strip().lower())
    elif value is None or isinstance(value, bool | int | float):
        yield None if value is None or value != value else bool(value)


def said_by(value: Any) -> Verdict:
    """Return what a JSON value says of itself, wherever in it.

    Parameters
    ----------
    value
        As `json.loads` returns it.

    Examples
    --------
    >>> str(said_by({"data": {"payload": {"synthetic": True}}}))
    'synthetic'
    >>> str(said_by({"synthetic": False, "session_id": "der_session_0123456789abcdef"}))
    'derived'
    >>> str(said_by({"text": 'I wrote "synthetic": true'}))
    'no mark'
    """
    flags: set[bool | None] = set()
    names: set[str] = set()
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            if isinstance(one.get("key"), str) and one["key"] in FLAGS:
                flags.update(flags_of(one.get("value")))
            columns, rows = one.get("columns"), one.get("data")
            if isinstance(columns, list) and isinstance(rows, list) and "synthetic" in columns:
                place = columns.index("synthetic")
                flags.update(f for row in rows for f in flags_of(row[place : place + 1]))
            for key, inner in one.items():
                if key in FLAGS:
                    flags.update(flags_of(inner))
                if isinstance(inner, dict | list | str):
                    rest.append(inner)
        elif isinstance(one, list):
            for place, inner in enumerate(one):
                if isinstance(inner, dict | list):
                    rest.append(inner)
                elif isinstance(inner, str):
                    if inner == "synthetic" and place + 1 < len(one):
                        flags.update(f for f in flags_of(one[place + 1]) if f is not None)
                    rest.append(inner)
        elif isinstance(one, str):
            if one == PROJECT:
                flags.add(True)
            elif named := IDENTIFIER.fullmatch(one):
                names.add(named[1])
    return _verdict(flags, names)


def _verdict(flags: set[bool | None], names: set[str]) -> Verdict:
    if True in flags:
        return Verdict.SYNTHETIC if flags == {True} else Verdict.PARTLY
    if flags and "der" in names:
        return Verdict.DERIVED
    if flags:
        # Where a mark was emptied, an identifier that is left does not stand for it.
        return Verdict.NOT if False in flags else Verdict.NONE
    if not names:
        return Verdict.NONE
    return (
        {"syn": Verdict.SYNTHETIC, "der": Verdict.DERIVED}[names.pop()]
        if len(names) == 1
        else Verdict.PARTLY
    )


def said_by_bytes(content: bytes) -> Verdict:
    r"""Return what bytes say that cannot be parsed: a binary format, or JSON that was cut off.

    Examples
    --------
    >>> str(said_by_bytes(b'{"synthetic": true, "events": [{"x":'))
    'synthetic'
    >>> str(said_by_bytes(rb'{"text": "{\"synthetic\": true}'))
    'no mark'
    """
    flags: set[bool | None] = set()
    names: set[str] = set()
    for found in _BYTES.finditer(content):
        flag, name, project, noted = found.groups()
        if flag is not None:
            flags.add(flag == b"true")
        elif project is not None:
            flags.add(True)
        else:
            names.add((name or noted).decode())
    return _verdict(flags, names)


def said_by_line(line: bytes) -> Verdict:
    """Return what one record of JSON Lines says."""
    # Most lines without a mark need no parsing.
    if not any(word in line for word in (b"synthetic", b"Synthetic", b"syn_", b"der_")):
        return Verdict.NONE
    try:
        return said_by(json.loads(line))
    except (ValueError, RecursionError):
        return said_by_bytes(line)


def said_by_lines(lines: Iterable[bytes]) -> Counter[Verdict]:
    """Return how many lines say what; blank ones say nothing and are not counted."""
    return Counter(said_by_line(line) for line in lines if line.strip())


def said_by_json(content: bytes) -> Counter[Verdict]:
    """Return what a JSON document says: by its elements, if it is an array of objects, else as a whole.

    Examples
    --------
    >>> told = said_by_json(b'[{"synthetic": true}, {"x": 1}]')
    >>> told[Verdict.SYNTHETIC], told[Verdict.NONE]
    (1, 1)
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return Counter([said_by_bytes(content)])
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return Counter(map(said_by, value))
    return Counter([said_by(value)])


def said_by_body(content: bytes) -> Verdict:
    """Return what the body of a request says: one JSON value, JSON Lines, or anything else.

    Parameters
    ----------
    content : bytes
        Without compression; it may be cut off.
    """
    start = content.lstrip()[:1]
    if start not in (b"{", b"["):
        return said_by_bytes(content)
    try:
        return said_by(json.loads(content))
    except (ValueError, RecursionError):
        return together(said_by_lines(content.splitlines()))
