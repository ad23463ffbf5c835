"""What the members of each kind of rrweb event are, checked some hundred times as fast as a schema.

The table says the same as ``rrweb.schema.json``, which is the referee: the tests break every member
of every kind of event and want the same verdict of both.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from deskhand.exports.rrweb import vocabulary as rr

Test = Callable[[Any], bool]
_NUMBERS = (int, float)
# Places and offsets beyond this are none; neither is NaN.
LIMIT = 10**9
# Unix milliseconds from 2001 to 2286: seconds and microseconds fall outside.
FIRST_MS, LAST_MS = 10**12, 10**13


class Shape(NamedTuple):
    """Members with what each must be, in words and as a test; ``required`` ones are always there."""

    required: tuple[tuple[str, Test, str], ...]
    optional: tuple[tuple[str, Test, str], ...] = ()


class Fault(NamedTuple):
    """What is wrong with one event: the member, what it holds, and what it should hold."""

    column: str
    given: str
    wanted: str


def _number(value: Any) -> bool:
    return type(value) in _NUMBERS and -LIMIT <= value <= LIMIT


def _is(kind: type) -> Test:
    return lambda value: type(value) is kind


def _rows(shape: Shape, *, least: int = 0) -> Test:
    def holds(value: Any) -> bool:
        if type(value) is not list or len(value) < least:
            return False
        return all(type(row) is dict and _fault(shape, row) is None for row in value)

    return holds


def _among(values: range) -> Test:
    return lambda value: type(value) is int and value in values


_TEXT, _FLAG, _OBJECT = (_is(str), "text"), (_is(bool), "true or false"), (_is(dict), "an object")
_NUM = (_number, "a number")
_ID = (lambda v: type(v) is int and v >= -1, "the whole number of a node")
_NEXT = (lambda v: v is None or (type(v) is int and v >= -1), "the number of a node, or null")
_SIZE = (lambda v: type(v) is int and v >= 1, "a whole number of px")
_WORD = (lambda v: type(v) is str and v != "", "text")
_ANY = (lambda _: True, "anything")
_TEXT_OR_NULL = (lambda v: v is None or type(v) is str, "text or null")


def _positions(value: Any) -> bool:
    # Written out: these are most of what a recording holds.
    if type(value) is not list or not value:
        return False
    for row in value:
        try:
            x, y, node, offset = row["x"], row["y"], row["id"], row["timeOffset"]
        except (KeyError, TypeError, IndexError):
            return False
        if type(node) is not int or node < -1:
            return False
        if not (_number(x) and _number(y) and _number(offset)) or offset > 0:
            return False
    return True


_XY = (("x", *_NUM), ("y", *_NUM))
_NODE = Shape((("type", _among(range(6)), "0 to 5"), ("id", *_ID)))
_ADD = Shape(
    (
        ("parentId", *_ID),
        ("nextId", *_NEXT),
        ("node", lambda v: type(v) is dict and _fault(_NODE, v) is None, "a node"),
    ),
    (("previousId", *_NEXT),),
)
_REMOVE = Shape((("parentId", *_ID), ("id", *_ID)), (("isShadow", *_FLAG),))
_RANGE = Shape(
    tuple((name, *_NUM) for name in ("startOffset", "endOffset"))
    + tuple((name, *_ID) for name in ("start", "end"))
)
_MOVES = Shape((("positions", _positions, "positions of x, y, id and timeOffset, one or more"),))
_OFFSET = Shape((("top", *_NUM), ("left", *_NUM)))
_DOCUMENT = Shape((("id", *_ID), ("childNodes", _is(list), "a list")))
_OPEN = Shape(())

# Event types but for the incremental ones.
_DATA: Mapping[int, Shape] = {
    rr.DOM_CONTENT_LOADED: _OPEN,
    rr.LOAD: _OPEN,
    rr.FULL_SNAPSHOT: Shape(
        (
            ("node", lambda v: type(v) is dict and _document(v), "a document and its childNodes"),
            (
                "initialOffset",
                lambda v: type(v) is dict and _fault(_OFFSET, v) is None,
                "top, left",
            ),
        )
    ),
    rr.META: Shape((("href", *_WORD), ("width", *_SIZE), ("height", *_SIZE))),
    rr.CUSTOM: Shape((("tag", *_WORD), ("payload", *_ANY))),
    rr.PLUGIN: Shape((("plugin", *_WORD), ("payload", *_ANY))),
    rr.ASSET: _OPEN,
}

_INCREMENTAL: Mapping[int, Shape] = {
    rr.MUTATION: Shape(
        (
            ("texts", _rows(Shape((("id", *_ID), ("value", *_TEXT_OR_NULL)))), "rows of id, value"),
            ("attributes", _rows(Shape((("id", *_ID), ("attributes", *_OBJECT)))), "rows of id, attributes"),
            ("removes", _rows(_REMOVE), "rows of parentId, id"),
            ("adds", _rows(_ADD), "rows of parentId, nextId, node"),
        )
    ),
    rr.MOUSE_MOVE: _MOVES,
    rr.MOUSE_INTERACTION: Shape(
        (("type", _among(range(11)), "0 to 10"), ("id", *_ID)),
        (*_XY, ("pointerType", _among(range(3)), "0 to 2")),
    ),
    rr.SCROLL: Shape((("id", *_ID), *_XY)),
    rr.VIEWPORT_RESIZE: Shape((("width", *_NUM), ("height", *_NUM))),
    rr.INPUT: Shape(
        (("id", *_ID), ("text", *_TEXT), ("isChecked", *_FLAG)), (("userTriggered", *_FLAG),)
    ),
    rr.TOUCH_MOVE: _MOVES,
    rr.DRAG: _MOVES,
    rr.SELECTION: Shape(
        (("ranges", _rows(_RANGE), "rows of start, startOffset, end, endOffset"),)
    ),
}  # fmt: skip
# A press or a click has a place; focus and blur have none.
_PLACED = Shape(_XY)
_WITHOUT_PLACE = (rr.FOCUS, rr.BLUR, rr.TOUCH_DEPARTED, rr.TOUCH_CANCEL)


def _document(node: dict[str, Any]) -> bool:
    return node.get("type") == rr.DOCUMENT_NODE and _fault(_DOCUMENT, node) is None


def _fault(shape: Shape, data: Mapping[str, Any]) -> Fault | None:
    for name, test, wanted in shape.required:
        if name not in data:
            return Fault(name, "nothing", wanted)
        if not test(data[name]):
            return Fault(name, repr(data[name]), wanted)
    for name, test, wanted in shape.optional:
        if name in data and not test(data[name]):
            return Fault(name, repr(data[name]), wanted)
    return None


def fault_of(event: Any) -> Fault | None:
    """Return what is wrong with the members of one event, None when nothing is.

    Parameters
    ----------
    event : object
        One element of a recording's array. Members that are not known are left alone; so is what
        is below a node, which is walked elsewhere.

    Examples
    --------
    >>> fault_of({"type": 3, "data": {"source": 5, "id": 4, "text": "a"}, "timestamp": 10**12})
    Fault(column='data/isChecked', given='nothing', wanted='true or false')
    """
    if type(event) is not dict:
        return Fault("", repr(event), "an object")
    kind, data, at = event.get("type"), event.get("data"), event.get("timestamp")
    if type(at) is not int or not FIRST_MS <= at < LAST_MS:
        return Fault("timestamp", repr(at), "Unix time as whole milliseconds")
    if type(kind) is not int or not 0 <= kind <= rr.ASSET:
        return Fault("type", repr(kind), "event types go from 0 to 7")
    if type(data) is not dict:
        return Fault("data", repr(data), "an object")
    if kind != rr.INCREMENTAL:
        found = _fault(_DATA[kind], data)
    else:
        source = data.get("source")
        if type(source) is not int or not 0 <= source <= rr.LAST_SOURCE:
            return Fault("data/source", repr(source), "sources go from 0 to 16")
        found = _fault(_INCREMENTAL.get(source, _OPEN), data)
        if source == rr.MOUSE_INTERACTION and found is None:
            found = None if data["type"] in _WITHOUT_PLACE else _fault(_PLACED, data)
    return None if found is None else found._replace(column=f"data/{found.column}")
