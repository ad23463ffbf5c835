"""Keyboard layouts as data: which key makes a character, which finger strikes it, who is beside it.

A key sequence is a byte string of *tokens*: a character of the layout is its Latin-1 byte, and a
named key (Shift, Backspace, ArrowDown ...) is one of the control bytes, which no text contains.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError, UnknownNameError

FORMAT = "deskhand.layout/1"
TOKENS = 256

BACKSPACE, ENTER, SPACE = 8, 10, 32
_FIXED = {"Backspace": BACKSPACE, "Tab": 9, "Enter": ENTER}
# Control bytes that stand for the other named keys, in the order in which a layout lists them.
_CONTROL = [*range(1, 8), *range(11, 32), *range(127, 160)]
_FINGERS = ("little", "ring", "middle", "index", "thumb")
_TOO_FAR = 1.3  # key widths: a key's neighbours are those it touches, side by side or on a slant


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyboardLayout:
    """One layout as look-up tables by token, shape (256,) each.

    Parameters
    ----------
    name : str
        For example ``"qwerty-us"``.
    key_names, codes : tuple of str
        ``key`` and ``code`` of W3C UI Events by token, empty where the token is not on the layout.
    physical : ndarray of uint8
        Number of the physical key; 0 where the token is not on the layout. A letter and its
        capital share one.
    finger : ndarray of uint8
        0 (left little) to 4 (left thumb), 5 (right thumb) to 9 (right little).
    shifted : ndarray of bool
        Whether Shift makes this character.
    characters : bytes
        Every token that text may contain.
    tokens : mapping of str to int
        Named key or ``code`` to token; for example both ``"Control"`` and ``"ControlLeft"``.
    neighbours : tuple of bytes
        By token: the tokens of the adjacent keys at the same shift level.
    shift_left, shift_right : int
        Tokens of the two Shift keys.
    """

    name: str
    key_names: tuple[str, ...]
    codes: tuple[str, ...]
    physical: NDArray[np.uint8]
    finger: NDArray[np.uint8]
    shifted: NDArray[np.bool_]
    characters: bytes
    tokens: Mapping[str, int]
    neighbours: tuple[bytes, ...]
    shift_left: int
    shift_right: int
    left_runs: re.Pattern[bytes]
    right_runs: re.Pattern[bytes]

    def encode(self, text: str) -> bytes:
        """Return the tokens of a text, without Shift.

        Raises
        ------
        DeskhandError
            When a character is not on the layout.

        Examples
        --------
        >>> load_layout("qwerty-us").encode("Hi!")
        b'Hi!'
        """
        data = text.encode("latin-1", "replace")
        if data.translate(None, self.characters) or (b"?" in data and not text.isascii()):
            for place, character in enumerate(text):
                if ord(character) >= TOKENS or ord(character) not in self.characters:
                    raise DeskhandError(
                        f"text {text!r}: {character!r} at place {place} is not on the keyboard "
                        f"layout {self.name!r}; leave it out, paste the text, or choose a layout "
                        "that has it."
                    )
        return data

    def with_shift(self, tokens: bytes) -> bytes:
        """Return the tokens with the Shift of the other hand before each run of shifted ones.

        Examples
        --------
        >>> layout = load_layout("qwerty-us")
        >>> [layout.codes[token] for token in layout.with_shift(b"Hi")]
        ['ShiftLeft', 'KeyH', 'KeyI']
        """
        with_right = self.left_runs.sub(bytes([self.shift_right]), tokens)
        return self.right_runs.sub(bytes([self.shift_left]), with_right)

    def token(self, key: str) -> int:
        """Return the token of a character, a named key or a ``code``.

        Raises
        ------
        UnknownNameError
            When the layout has no such key.

        Examples
        --------
        >>> layout = load_layout("qwerty-us")
        >>> layout.token("a"), layout.codes[layout.token("Control")]
        (97, 'ControlLeft')
        """
        if key in self.tokens:
            return self.tokens[key]
        if len(key) == 1 and ord(key) < TOKENS and ord(key) in self.characters:
            return ord(key)
        known = [*self.tokens, *(name for name in self.key_names if len(name) == 1)]
        raise UnknownNameError("key", key, known)


def layout_names() -> list[str]:
    """Return the names of the shipped layouts.

    Examples
    --------
    >>> "qwerty-us" in layout_names()
    True
    """
    folder = files("deskhand.behavior_models") / "layouts"
    return sorted(p.name.removesuffix(".json") for p in folder.iterdir() if p.name[-5:] == ".json")


@cache
def load_layout(name: str) -> KeyboardLayout:
    """Return a shipped layout.

    Parameters
    ----------
    name : str
        A name of `layout_names`.

    Raises
    ------
    UnknownNameError
        When there is no such layout.
    """
    if name not in layout_names():
        raise UnknownNameError("keyboard layout", name, layout_names())
    source = files("deskhand.behavior_models") / "layouts" / f"{name}.json"
    return parse_layout(json.loads(source.read_bytes()), name)


def _finger_number(key: Mapping[str, str]) -> int:
    place = _FINGERS.index(key["finger"])
    return place if key["hand"] == "left" else 9 - place


def parse_layout(data: Mapping[str, object], origin: str) -> KeyboardLayout:
    """Return the layout held by parsed JSON.

    Raises
    ------
    DeskhandError
        When the format is not `FORMAT`, or a character stands outside Latin-1.
    """
    if data.get("format") != FORMAT:
        raise DeskhandError(f"{origin}: format {data.get('format')!r}; expected {FORMAT!r}.")
    keys: list[dict[str, object]] = data["keys"]  # type: ignore[assignment]
    key_names, codes = [""] * TOKENS, [""] * TOKENS
    physical = np.zeros(TOKENS, dtype=np.uint8)
    finger = np.zeros(TOKENS, dtype=np.uint8)
    shifted = np.zeros(TOKENS, dtype=np.bool_)
    tokens: dict[str, int] = {}
    characters = bytearray([ENTER])
    places: list[tuple[float, float]] = [(1e9, 1e9)]
    levels: list[tuple[int, int]] = [(0, 0)]
    spare = iter(_CONTROL)

    for number, key in enumerate(keys, start=1):
        code = str(key["code"])
        places.append((float(str(key["x"])), float(str(key["y"]))))
        made: list[tuple[int, str]] = []
        if "key" in key:
            named = str(key["key"])
            token = _FIXED[named] if named in _FIXED else next(spare)
            made.append((token, named))
            tokens.setdefault(named, token)
            tokens[code] = token
            levels.append((0, 0))
        else:
            pair = (str(key["unshifted"]), str(key["shifted"]))
            if max(map(ord, pair)) >= TOKENS:
                raise DeskhandError(f"{origin}: key {code!r} makes {pair}; use Latin-1 characters.")
            for level, character in enumerate(dict.fromkeys(pair)):
                shifted[ord(character)] = level == 1
                made.append((ord(character), character))
                characters.append(ord(character))
            tokens.setdefault(code, ord(pair[0]))
            levels.append((ord(pair[0]), ord(pair[1])))
        for token, named in made:
            key_names[token], codes[token], physical[token] = named, code, number
            finger[token] = _finger_number(key)  # type: ignore[arg-type]

    at = np.array(places)
    near = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) < _TOO_FAR
    neighbours = [b""] * TOKENS
    for token in characters:
        # The space bar is no one's neighbour: a thumb strikes it, and it ends words.
        if token not in (ENTER, SPACE):
            own, level = int(physical[token]), int(shifted[token])
            beside = [levels[key][level] for key in np.flatnonzero(near[own]) if key != own]
            neighbours[token] = bytes(other for other in beside if other not in (0, SPACE))

    capitals = np.flatnonzero(shifted)
    left = re.escape(bytes(t for t in capitals.tolist() if finger[t] <= 4))
    right = re.escape(bytes(t for t in capitals.tolist() if finger[t] > 4))
    for table in (physical, finger, shifted):
        table.setflags(write=False)
    return KeyboardLayout(
        name=str(data["name"]),
        key_names=tuple(key_names),
        codes=tuple(codes),
        physical=physical,
        finger=finger,
        shifted=shifted,
        characters=bytes(characters),
        tokens=tokens,
        neighbours=tuple(neighbours),
        shift_left=tokens["ShiftLeft"],
        shift_right=tokens["ShiftRight"],
        # A run starts at a shifted character that follows none; its first key's hand decides.
        left_runs=re.compile(rb"(?<![" + left + right + rb"])(?=[" + left + rb"])"),
        right_runs=re.compile(rb"(?<![" + left + right + rb"])(?=[" + right + rb"])"),
    )
