"""Where the parts of a JSON text stand, so that a message can name the line."""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError

Path = tuple[str | int, ...]
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()
# Deeper than anybody writes by hand, and not so deep that Python runs out of stack.
MOST_DEPTH = 60


class Place(NamedTuple):
    """Where a step stands: the file's name, the line, and its number, such as ``4.2.1``."""

    file: str
    line: int
    number: str
    verb: str = ""

    def __str__(self) -> str:
        """Return the place as the head of a message.

        Examples
        --------
        >>> print(Place("lead.json", 9, "4.2", "click"))
        lead.json:9: step 4.2 (click)
        """
        step = f": step {self.number}" if self.number else ""
        verb = f" ({self.verb})" if self.verb else ""
        return f"{self.file}:{self.line}{step}{verb}"


class _Lines:
    """One pass over a valid JSON text that notes the line of every value."""

    def __init__(self, text: str, origin: str) -> None:
        self._text, self._origin = text, origin
        self._ends = [at for at, letter in enumerate(text) if letter == "\n"]
        self.found: dict[Path, int] = {}
        self._value(self._skip(0), ())

    def _skip(self, at: int) -> int:
        while at < len(self._text) and self._text[at] in _SPACE:
            at += 1
        return at

    def _line(self, at: int) -> int:
        return bisect_right(self._ends, at - 1) + 1

    def _value(self, at: int, path: Path) -> int:
        text = self._text
        self.found[path] = self._line(at)
        if text[at] not in "{[":
            return int(_DECODER.raw_decode(text, at)[1])
        if len(path) > MOST_DEPTH:
            raise DeskhandError(
                f"{self._origin}:{self._line(at)}: {len(path)} values inside one another; "
                f"{MOST_DEPTH} is the limit. Write the inner steps as a scenario of their own."
            )
        keyed, number = text[at] == "{", 0
        at = self._skip(at + 1)
        while text[at] not in "}]":
            key: str | int = number
            if keyed:
                line = self._line(at)
                key, at = _DECODER.raw_decode(text, at)
                if (*path, key) in self.found:
                    raise DeskhandError(
                        f"{self._origin}:{line}: {key!r} is given twice in one object; keep one."
                    )
                at = self._skip(self._skip(at) + 1)
            at = self._skip(self._value(at, (*path, key)))
            at = self._skip(at + 1) if text[at] == "," else at
            number += 1
        return at + 1


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def parse(text: str, origin: str) -> tuple[Any, Mapping[Path, int]]:
    r"""Return the parsed text, and the line of each value in it, from 1.

    Parameters
    ----------
    text : str
        What should be JSON.
    origin : str
        The file's name, for messages.

    Raises
    ------
    DeskhandError
        When it is not JSON, names a member twice, or goes too deep; the message names the file, the
        line and, where it helps, the column.

    Examples
    --------
    >>> data, lines = parse('{"a": 1,\n "b": [2,\n 3]}', "x.json")
    >>> lines[("b", 1)]
    3
    """
    try:
        data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise DeskhandError(
            f"{origin}:{error.lineno}: not valid JSON: {error.msg} at column {error.colno}; "
            "look for a missing comma, quote or bracket just before."
        ) from error
    except RecursionError:
        raise DeskhandError(
            f"{origin}:1: far too many values inside one another; {MOST_DEPTH} is the limit."
        ) from None
    except ValueError as error:
        # A number of more digits than Python reads, too, is none.
        raise DeskhandError(
            f"{origin}:1: {error} is not a number of JSON; give a finite one."
        ) from None
    return data, _Lines(text, origin).found
