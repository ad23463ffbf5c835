"""Keyboard layouts as data: which key makes a character, which finger strikes it, who is beside it.

A key sequence is a byte string of *tokens*: a character of Latin-1 is its own byte, and a named
key (Shift, Backspace, ArrowDown ...), a dead key or a character beyond Latin-1 is one of the
control bytes, which no text contains.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from unicodedata import name as character_name

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.layout_keys import LayoutKeys, layout_keys
from deskhand.behavior_models.layout_tokens import (
    BACKSPACE,
    ENTER,
    SPACE,
    TOKENS,
    KeyToken,
    layout_tokens,
)
from deskhand.errors import DeskhandError, UnknownNameError

__all__ = [
    "ALIASES",
    "BACKSPACE",
    "ENTER",
    "SPACE",
    "TOKENS",
    "KeyboardLayout",
    "character_at",
    "layout_names",
    "load_layout",
    "parse_layout",
]

ALIASES = {"qwertz": "qwertz-de", "azerty": "azerty-fr", "dvorak": "dvorak-us"}
_TOO_FAR = 1.3  # key widths: a key's neighbours are those it touches, side by side or on a slant
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_LEFT_THUMB = 4  # fingers up to this one are the left hand's
_EXCERPT = 40  # characters of a refused text that the refusal shows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyboardLayout:
    """One layout as look-up tables by token, shape (256,) each.

    A character that takes a dead key has the place, finger, level and code of the key struck
    last, as a browser reports it.

    Parameters
    ----------
    name : str
        For example ``"qwerty-us"``.
    key_names, codes : tuple of str
        ``key`` and ``code`` of W3C UI Events by token, empty where the token is not on the layout.
    text : tuple of str
        What the key writes, empty where it writes nothing.
    physical : ndarray of uint8
        Number of the physical key; 0 where the token is not on the layout. A letter and its
        capital share one.
    finger : ndarray of uint8
        0 (left little) to 4 (left thumb), 5 (right thumb) to 9 (right little).
    row : ndarray of uint8
        0 (function keys), 1 (digits) to 5 (space bar).
    level : ndarray of uint8
        0 for a plain key, 1 with Shift, 2 with AltGr, 3 with both.
    capital : ndarray of bool
        Whether Caps Lock makes this character in Shift's place.
    dead : ndarray of uint8
        Token of the dead key to strike before; 0 for none.
    numeric_pad : ndarray of uint8
        Token of the key of the numeric pad that writes the same; elsewhere the token itself.
    characters : bytes
        Every token that text may contain.
    tokens : mapping of str to int
        Named key or ``code`` to token; for example both ``"Control"`` and ``"ControlLeft"``.
    neighbours : tuple of bytes
        By token: the tokens of the adjacent keys at the same shift level.
    shift : ndarray of uint8
        Token of the Shift key that is held for a key.
    shift_stays : bool
        Whether Shift stays down over a run of keys that need it.
    main_keys : int
        Number of the last key of the main block, F12; the numeric pad and other keys that few
        type on have greater ones.
    alt_graph, caps_lock : int
        Tokens of the AltGr and Caps Lock keys; 0 where there is none.
    by_point : ndarray of uint8
        Token by Unicode code point, 0 for none; the last stands for all code points from there on.
    """

    name: str
    key_names: tuple[str, ...]
    codes: tuple[str, ...]
    text: tuple[str, ...]
    physical: NDArray[np.uint8]
    finger: NDArray[np.uint8]
    row: NDArray[np.uint8]
    level: NDArray[np.uint8]
    capital: NDArray[np.bool_]
    dead: NDArray[np.uint8]
    numeric_pad: NDArray[np.uint8]
    characters: bytes
    tokens: Mapping[str, int]
    neighbours: tuple[bytes, ...]
    shift: NDArray[np.uint8]
    shift_stays: bool
    main_keys: int
    alt_graph: int
    caps_lock: int
    by_point: NDArray[np.uint8]

    def encode(self, text: str) -> bytes:
        """Return the tokens of a text, one a character, without modifiers and dead keys.

        Raises
        ------
        DeskhandError
            When a character is not on the layout.

        Examples
        --------
        >>> load_layout("qwerty-us").encode("Hi!")
        b'Hi!'
        """
        tokens = self.lookup(text)
        if not tokens.all():
            raise DeskhandError(self.refusal("text", text))
        return tokens.tobytes()

    def encode_all(self, texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Return the tokens of many texts, and the place of each text's first.

        Parameters
        ----------
        texts : sequence of str, length m
            Any of them may be empty.

        Returns
        -------
        tokens : ndarray of uint8, shape (n,)
            As of `encode`, one text after the other.
        first : ndarray of intp, shape (m,)
            Place in ``tokens``; that of an empty text is the next one's.

        Raises
        ------
        DeskhandError
            When a character is not on the layout.

        Examples
        --------
        >>> tokens, first = load_layout("qwertz").encode_all(["für", "", "dich"])
        >>> first.tolist(), tokens.tobytes().decode("latin-1")
        ([0, 3, 3], 'fürdich')
        """
        tokens = self.lookup("".join(texts))
        end = np.cumsum(np.fromiter(map(len, texts), np.intp, len(texts)))
        if not tokens.all():
            number = int(np.searchsorted(end, np.flatnonzero(tokens == 0)[0], "right"))
            raise DeskhandError(self.refusal(f"text {number},", texts[number]))
        first: NDArray[np.intp] = np.append(np.intp(0), end)[:-1]
        return tokens, first

    def typeable(self, text: str) -> NDArray[np.bool_]:
        """Return whether the layout makes each character, so that a caller can skip or paste it.

        Examples
        --------
        >>> load_layout("qwerty-us").typeable("né").tolist()
        [True, False]
        """
        return self.lookup(text).astype(np.bool_)

    def lookup(self, text: str) -> NDArray[np.uint8]:
        """Return the token of each character, 0 for what the layout cannot type.

        Examples
        --------
        >>> load_layout("qwerty-us").lookup("né").tolist()
        [110, 0]
        """
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return self.by_point.take(points, mode="clip")

    def refusal(self, what: str, text: str, remedy: str = "leave it out, paste the text") -> str:
        """Return why a text that holds what the layout cannot type is refused.

        Parameters
        ----------
        what : str
            What to call the text.
        text : str
            Holds at least one such character.
        remedy : str
            What to do, but for choosing another layout.
        """
        refused = np.flatnonzero(self.lookup(text) == 0).tolist()
        others = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        return (
            f"{character_at(what, text, refused[0])}{others} is not on the keyboard layout "
            f"{self.name!r}; {remedy}, or choose a layout that has it."
        )

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
        token = int(self.lookup(key)[0]) if len(key) == 1 else 0
        if not token:
            known = [*self.tokens, *(written for written in self.text if written.isprintable())]
            raise UnknownNameError("key", key, dict.fromkeys(filter(None, known)))
        return token


def character_at(what: str, text: str, place: int) -> str:
    """Return words that show a character of a text, for an error that is about it.

    Examples
    --------
    >>> character_at("text 3,", "naïve", 2)
    "text 3, 'naïve': 'ï' (LATIN SMALL LETTER I WITH DIAERESIS) at place 2"
    """
    character = text[place]
    start = max(0, place - _EXCERPT // 2)
    excerpt = _printable(text[start : start + _EXCERPT])
    before, after = "..." if start else "", "..." if start + _EXCERPT < len(text) else ""
    title = character_name(character, f"U+{ord(character):04X}")
    return f"{what} {before}{excerpt}{after}: {_printable(character)} ({title}) at place {place}"


def _printable(text: str) -> str:
    """Return a text in quotes, escaped where a terminal may not show it, as with emoji."""
    return _BEYOND.sub(lambda found: ascii(found[0])[1:-1], repr(text))


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
        A name of `layout_names`, or one of `ALIASES`.

    Raises
    ------
    UnknownNameError
        When there is no such layout.

    Examples
    --------
    >>> load_layout("azerty") is load_layout("azerty-fr")
    True
    """
    if name in ALIASES:
        return load_layout(ALIASES[name])
    return _layout_of(_shipped_keys(name))


def parse_layout(data: Mapping[str, object], origin: str) -> KeyboardLayout:
    """Return the layout held by parsed JSON.

    Parameters
    ----------
    data : mapping
        As `deskhand.behavior_models.layout_keys` reads it; ``like`` may name a shipped layout.
    origin : str
        What to call the data in a refusal.

    Raises
    ------
    DeskhandError
        When the data do not make a layout.
    """
    return _layout_of(_keys_of(data, origin))


def _shipped_keys(name: str) -> LayoutKeys:
    if name not in layout_names():
        raise UnknownNameError("keyboard layout", name, [*layout_names(), *ALIASES])
    source = files("deskhand.behavior_models") / "layouts" / f"{name}.json"
    return _keys_of(json.loads(source.read_bytes()), name)


def _keys_of(data: Mapping[str, object], origin: str) -> LayoutKeys:
    like = data.get("like")
    return layout_keys(data, origin, None if like is None else _shipped_keys(str(like)))


def _layout_of(layout: LayoutKeys) -> KeyboardLayout:
    made = layout_tokens(layout)
    missing = {"ShiftLeft", "ShiftRight"} - {key.code for key in layout.keys}
    if missing:
        raise DeskhandError(f"{layout.name}: has no key {min(missing)!r}; give it one.")
    key_names, codes, text = [""] * TOKENS, [""] * TOKENS, [""] * TOKENS
    tables = np.zeros((5, TOKENS), np.uint8)
    physical, finger, row, level, dead = tables
    capital = np.zeros(TOKENS, np.bool_)
    points = {ord(t.text): t.token for t in made if t.typed}
    by_point = np.zeros(max(points, default=0) + 2, np.uint8)
    by_point[list(points)] = list(points.values())
    tokens: dict[str, int] = {}
    pad = np.arange(TOKENS, dtype=np.uint8)
    for t in made:
        key, at = layout.keys[t.key], t.token
        key_names[at], codes[at], text[at] = t.name, key.code, t.text
        physical[at], finger[at], row[at] = t.key + 1, key.finger, key.row
        level[at], dead[at], capital[at] = t.level, t.dead, t.capital
        tokens.setdefault(key.code, at)
        if key.key and len(key.key) > 1:
            tokens.setdefault(key.key, at)
        if not t.typed and t.text and ord(t.text) in points:
            pad[points[ord(t.text)]] = at

    alt_graph = tokens.get("AltGraph", 0)
    if level.max() > 1 and not alt_graph:
        raise DeskhandError(f"{layout.name}: has characters with AltGr, but no key 'AltGraph'.")
    # The other hand holds Shift; thumbs have the left one's.
    shift = np.where(finger <= _LEFT_THUMB, tokens["ShiftRight"], tokens["ShiftLeft"])
    shift = shift.astype(np.uint8)
    for table in (tables, capital, by_point, pad, shift):
        table.setflags(write=False)
    return KeyboardLayout(
        name=layout.name,
        key_names=tuple(key_names),
        codes=tuple(codes),
        text=tuple(text),
        physical=physical,
        finger=finger,
        row=row,
        level=level,
        capital=capital,
        dead=dead,
        numeric_pad=pad,
        characters=bytes(dict.fromkeys([ENTER, *points.values()])),
        tokens=tokens,
        neighbours=_neighbours(layout, made),
        shift=shift,
        shift_stays=True,
        main_keys=int(physical[tokens["F12"]]) if "F12" in tokens else len(layout.keys),
        alt_graph=alt_graph,
        caps_lock=tokens.get("CapsLock", 0),
        by_point=by_point,
    )


def _neighbours(layout: LayoutKeys, made: Sequence[KeyToken]) -> tuple[bytes, ...]:
    at = np.array([(key.x, key.y) for key in layout.keys])
    near = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) < _TOO_FAR
    np.fill_diagonal(near, False)
    # The space bar is no one's neighbour: a thumb strikes it, and it ends words.
    own = [t for t in made if t.typed and t.token not in (ENTER, SPACE)]
    grid = np.zeros((4, len(at)), np.uint8)
    for t in own:
        if not t.dead:
            grid[t.level, t.key] = t.token
    beside = [b""] * TOKENS
    for t in own:
        beside[t.token] = grid[t.level, near[t.key] & (grid[t.level] > 0)].tobytes()
    return tuple(beside)
