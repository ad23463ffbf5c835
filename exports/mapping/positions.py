"""JSON with the line of every value, so that what a person wrote by hand is refused with its place."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError

# Keys and numbers from the root to a value.
Place = tuple[str | int, ...]

# Far above what is written by hand, and low enough to be read at once (assumed).
MAX_BYTES = 1 << 22
MAX_DEPTH = 64

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\.)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null'
)


def pointer(place: Place) -> str:
    """Return a place as a JSON Pointer (RFC 6901); the root is ``/``.

    Examples
    --------
    >>> pointer(("records", 0, "a/b")), pointer(())
    ('/records/0/a~1b', '/')
    """
    return "/" + "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in place)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedJson:
    """A JSON document that remembers where its values stand.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    value : object
        What it holds.
    lines : mapping of tuple to int
        From the place of a value to its line, from 1; of a member the line of its key.
    """

    path: Path
    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of a place, or of what is nearest around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def refusal(self, place: Place, text: str) -> DeskhandError:
        """Return an error that begins with the file, the line and the pointer of a place."""
        return DeskhandError(f"{self.path.name} line {self.line(place)}, {pointer(place)}: {text}")


def load_located(path: Path) -> LocatedJson:
    """Read a JSON file with the lines of its values.

    Raises
    ------
    DeskhandError
        When there is no such file, or it is no JSON: with the line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DeskhandError(
            f"{path}: {error.strerror or error}; name a JSON file that can be read."
        ) from error
    if len(content) > MAX_BYTES:
        raise DeskhandError(f"{path}: above {MAX_BYTES:,} bytes; a mapping or a schema is small.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DeskhandError(f"{path.name} line {line}: not UTF-8; save it as UTF-8.") from error
    return located(text, path)


def located(text: str, path: Path) -> LocatedJson:
    r"""Parse JSON with the lines of its values.

    Parameters
    ----------
    text : str
        The document.
    path : pathlib.Path
        Its file, for errors.

    Raises
    ------
    DeskhandError
        When the text is no JSON, holds a key twice, or is nested too deeply.

    Examples
    --------
    >>> found = located('{\n "a": [\n  1,\n  2]}', Path("own.json"))
    >>> found.value, found.line(("a", 1))
    ({'a': [1, 2]}, 4)
    >>> located('{"a": 1,\n "a": 2}', Path("own.json"))
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: own.json line 2: the key 'a' a second time; a key stands once in an object.
    """
    return LocatedJson(path=path, **_Scanner(text, path).document())


class _Scanner:
    """Reads one document from its beginning to its end."""

    def __init__(self, text: str, path: Path) -> None:
        self._text = text
        self._path = path
        self._at = 0
        self._line, self._counted = 1, 0
        self._lines: dict[Place, int] = {}

    def document(self) -> dict[str, Any]:
        value = self._value(())
        if self._peek():
            raise self._error("more after the end of the document; a file holds one JSON value.")
        return {"value": value, "lines": self._lines}

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _error(self, text: str) -> DeskhandError:
        return DeskhandError(f"{self._path.name} line {self._here()}: {text}")

    def _peek(self) -> str:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _expect(self, wanted: str) -> str:
        found = self._peek()
        if not found or found not in wanted:
            given = repr(found) if found else "the end of the file"
            choice = " or ".join(repr(sign) for sign in wanted)
            raise self._error(f"{given} where {choice} is due; is a comma or a bracket missing?")
        self._at += 1
        return found

    def _scalar(self) -> Any:
        found = _SCALAR.match(self._text, self._at)
        if found is None:
            given = self._text[self._at : self._at + 12].partition("\n")[0]
            raise self._error(
                f"{given!r} is no JSON value; strings stand in double quotes, and comments are not JSON."
            )
        try:
            value = json.loads(found.group())
        except ValueError as error:
            raise self._error(f"{found.group()[:24]}: {error}.") from error
        self._at = found.end()
        return value

    def _value(self, place: Place) -> Any:
        if len(place) > MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep; write it flatter.")
        sign = self._peek()
        self._lines.setdefault(place, self._here())
        if sign == "{":
            return self._members(place)
        if sign == "[":
            return self._items(place)
        return self._scalar()

    def _members(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._at += 1
        if self._peek() == "}":
            self._at += 1
            return found
        while True:
            if self._peek() != '"':
                self._expect('"')
            key = self._scalar()
            if key in found:
                raise self._error(f"the key {key!r} a second time; a key stands once in an object.")
            self._lines[(*place, key)] = self._here()
            self._expect(":")
            found[key] = self._value((*place, key))
            if self._expect(",}") == "}":
                return found

    def _items(self, place: Place) -> list[Any]:
        found: list[Any] = []
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return found
        while True:
            found.append(self._value((*place, len(found))))
            if self._expect(",]") == "]":
                return found
