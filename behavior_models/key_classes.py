"""Key classes: what timing knows of a key, whether its name, its place alone, or nothing is known.

A recording may name every key, or, where text must not be readable, only the hand, finger and row
of a letter (``letter:L2u``: left, second finger from the index, upper row), or nothing (``?``). All
three come down to the same small tables, so that one model serves them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_names import code_of, recorded_names
from deskhand.behavior_models.keyboard_layout import TOKENS, KeyboardLayout
from deskhand.errors import UnknownNameError

LETTER_CLASSES = tuple(
    f"{hand}{finger}{row}" for hand in "LR" for finger in "1234" for row in "uhl"
)
CLASSES = (
    "unknown",
    *(f"letter:{place}" for place in LETTER_CLASSES),
    "digit",
    "punct",
    "sentence-punct",
    "space",
    "enter",
    "tab",
    "backspace",
    "delete",
    "modifier",
    "navigation",
    "other",
)
CLASS_CODE = {name: code for code, name in enumerate(CLASSES)}
CAPITAL = "letter-cap:"
UNKNOWN = "?"
_NAMED = {
    "Backspace": "backspace",
    "Delete": "delete",
    "Enter": "enter",
    "Tab": "tab",
    "Shift": "modifier",
    "Control": "modifier",
    "Alt": "modifier",
    "AltGraph": "modifier",
    "Meta": "modifier",
    "CapsLock": "modifier",
}
# Classes of which every member is one key.
_ONE_KEY = {
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Delete",
    "enter": "Enter",
    "tab": "Tab",
}
_NAVIGATION = ("Arrow", "Home", "End", "Page")
# Letters on the row of digits, as on AZERTY, are the upper row's: the classes know three rows.
_ROWS = "uuuhll"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyVocabulary:
    """The different keys of some sequences, as tables by key, shape (k,) each.

    Parameters
    ----------
    names : tuple of str
        As they were given.
    codes : tuple of str
        ``code`` of W3C UI Events, empty where not known.
    key_class : NDArray[np.uint8]
        Place in `CLASSES`.
    letter : NDArray[np.uint8]
        1 to 26 for a to z, accents or not, 0 for anything else and for what is not known; a letter
        that has a key of its own, such as é on AZERTY, is something else.
    capital : NDArray[np.bool_]
        Whether it is a capital letter.
    physical : NDArray[np.int16]
        Number of the physical key; two keys of the same number cannot be down together. Negative
        where not known: then no key is taken to be the same as another.
    """

    names: tuple[str, ...]
    codes: tuple[str, ...]
    key_class: NDArray[np.uint8]
    letter: NDArray[np.uint8]
    capital: NDArray[np.bool_]
    physical: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.names)


def key_vocabulary(names: Sequence[str], layout: KeyboardLayout) -> KeyVocabulary:
    """Return the tables of some keys.

    Parameters
    ----------
    names : sequence of str, length k
        Characters of the layout; named keys and codes of W3C UI Events (``"Backspace"``,
        ``"Numpad0"``), or what recordings call them (``"BKSP"``, ``"96"``; see
        `deskhand.behavior_models.key_names`); or class names (``"letter:L2u"``, ``"space"``,
        ``"?"``).
    layout : KeyboardLayout
        Which finger strikes which key.

    Raises
    ------
    UnknownNameError
        When a name is neither a key of the layout nor a class.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> keys = key_vocabulary(["e", "E", "letter:L2u", "Backspace", "?"], load_layout("qwerty-us"))
    >>> [CLASSES[code] for code in keys.key_class]
    ['letter:L2u', 'letter:L2u', 'letter:L2u', 'backspace', 'unknown']
    >>> keys.letter.tolist(), keys.capital.tolist()
    ([5, 5, 0, 0, 0], [False, True, False, False, False])
    """
    return _vocabulary(names, [_row(name, layout) for name in names])


@cache
def layout_vocabulary(layout: KeyboardLayout) -> KeyVocabulary:
    """Return the tables of a layout's tokens: the place of a key is its token.

    Parameters
    ----------
    layout : KeyboardLayout
        Tokens that are not on it are unknown keys.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> keys = layout_vocabulary(load_layout("qwertz-de"))
    >>> len(keys), [CLASSES[keys.key_class[ord(character)]] for character in "ê?ö"]
    (256, ['letter:L2u', 'sentence-punct', 'letter:R4h'])
    """
    rows = [
        _token_row(token, layout) if layout.codes[token] else ("", 0, 0, False, -1)
        for token in range(TOKENS)
    ]
    return _vocabulary(layout.key_names, rows)


_Row = tuple[str, int, int, bool, int]


def _vocabulary(names: Sequence[str], rows: Sequence[_Row]) -> KeyVocabulary:
    codes, classes, letters, capitals, physical = zip(*rows, strict=True) if rows else ((),) * 5
    return KeyVocabulary(
        names=tuple(names),
        codes=tuple(codes),
        key_class=np.array(classes, np.uint8),
        letter=np.array(letters, np.uint8),
        capital=np.array(capitals, np.bool_),
        physical=np.array(physical, np.int16),
    )


@lru_cache(maxsize=4096)
def _row(name: str, layout: KeyboardLayout) -> _Row:
    if name == UNKNOWN:
        return "", 0, 0, False, -1
    if name not in _ONE_KEY and (name in CLASS_CODE or name.startswith(CAPITAL)):
        plain = name.replace(CAPITAL, "letter:")
        if plain not in CLASS_CODE:
            raise UnknownNameError("key class", name, CLASSES)
        return "", CLASS_CODE[plain], 0, name != plain, -1
    if name == "Dead":
        return "", CLASS_CODE["punct"], 0, False, -1
    token = _token(_ONE_KEY.get(name, name), layout)
    return ("", CLASS_CODE["other"], 0, False, -1) if token is None else _token_row(token, layout)


def _token_row(token: int, layout: KeyboardLayout) -> _Row:
    name = layout.key_names[token]
    return (
        layout.codes[token],
        CLASS_CODE[_class_name(token, layout)],
        _letter(token, layout),
        len(name) == 1 and name.isupper(),
        int(layout.physical[token]),
    )


def _token(name: str, layout: KeyboardLayout) -> int | None:
    """Return the token of a key's name; None for a key that is known but not on the layout."""
    if name in layout.tokens or len(name) == 1:
        return layout.token(name)
    code = code_of(name)
    if code is None:
        raise UnknownNameError("key", name, [*layout.tokens, *CLASSES, *recorded_names()])
    if len(code) == 1 and layout.typeable(code).all():
        return layout.token(code)
    return layout.tokens.get(code)


def _letter(token: int, layout: KeyboardLayout) -> int:
    """Return 1 to 26 for a letter, accented or not, that is struck on that letter's key."""
    base = normalize("NFD", layout.text[token] or " ")[0].lower()
    if not "a" <= base <= "z":
        return 0
    own = layout.typeable(base).all() and layout.physical[layout.token(base)]
    return ord(base) - 96 if own == layout.physical[token] else 0


def _class_name(token: int, layout: KeyboardLayout) -> str:
    """Return the class of a character or a named key of a layout."""
    name = layout.key_names[token]
    if name == "Dead":
        return "punct"
    if len(name) > 1:
        navigates = name.startswith(_NAVIGATION)
        return _NAMED.get(name, "navigation" if navigates else "other")
    if name == " ":
        return "space"
    if name.isdecimal():
        return "digit"
    if not name.isalpha():
        written = name in ".!?" and not layout.codes[token].startswith("Numpad")
        return "sentence-punct" if written else "punct"
    finger, row = int(layout.finger[token]), int(layout.row[token])
    number = 4 - finger if finger < 5 else finger - 5
    place = f"letter:{'L' if finger < 5 else 'R'}{number}{_ROWS[row] if row < 6 else 'h'}"
    return place if place in CLASS_CODE else "other"
