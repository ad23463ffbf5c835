"""Where the parts of a JSON text stand, so that a message can name the line."""

import json
from typing import Any

from deskhand.errors import DeskhandError

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def line_of(text: str, at: int) -> int:
    """Return the line of a place in a text, from 1."""
    return text.count("\n", 0, at) + 1


def member_places(text: str) -> dict[str, int]:
    """Return where the value of each member of the outermost object begins.

    Parameters
    ----------
    text : str
        Valid JSON whose outermost value is an object.

    Examples
    --------
    >>> member_places('{"a": 1, "b": [2]}')
    {'a': 6, 'b': 14}
    """
    places: dict[str, int] = {}
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        places[key] = at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return places


def item_lines(text: str, at: int) -> list[int]:
    r"""Return the line of each item of the array that begins at a place.

    Examples
    --------
    >>> item_lines("[1,\n 2]", 0)
    [1, 2]
    """
    lines: list[int] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        lines.append(line_of(text, at))
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return lines


def parse(text: str, origin: str) -> Any:
    """Return the parsed text.

    Raises
    ------
    DeskhandError
        When it is not JSON; the message names the file, the line and the column.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DeskhandError(
            f"{origin}:{error.lineno}: not valid JSON: {error.msg} at column {error.colno}; "
            "look for a missing comma, quote or bracket just before."
        ) from error
