"""Key tokens: which byte stands for which key or character of a layout.

A character of Latin-1 is its own byte. Everything else, a named key, a dead key, a key of the
numeric pad or a character beyond Latin-1, takes a control byte, which no text contains; when
these are used up, a byte of Latin-1 that the layout does not write.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from deskhand.behavior_models.layout_keys import LayoutKey, LayoutKeys
from deskhand.errors import DeskhandError

TOKENS = 256
BACKSPACE, TAB, ENTER, SPACE = 8, 9, 10, 32
_FIXED = {"Backspace": BACKSPACE, "Tab": TAB, "Enter": ENTER}
_CONTROL = (*range(1, 8), *range(11, 32), *range(127, 160))
_UPPER = range(160, TOKENS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyToken:
    """What one byte stands for.

    Parameters
    ----------
    token : int
        The byte.
    name : str
        ``key`` of W3C UI Events.
    text : str
        What it writes, empty for nothing.
    key : int
        Place of the key in the layout's list, from 0; of the key struck last.
    level : int
        0 plain, 1 with Shift, 2 with AltGr, 3 with both; of the key struck last.
    typed : bool
        Whether it stands for a character of a text: not for a key of the numeric pad.
    capital : bool
        Whether Caps Lock makes it in Shift's place.
    dead : int
        Token of the dead key to strike before; 0 for none.
    """

    token: int
    name: str
    text: str
    key: int
    level: int = 0
    typed: bool = False
    capital: bool = False
    dead: int = 0


def layout_tokens(layout: LayoutKeys) -> list[KeyToken]:
    """Return the tokens of a layout, those of its keys in their order, then the composed ones.

    A character that several keys write is that of the lowest level, and of the first such key; a
    dead key is struck only where no key writes the character.

    Raises
    ------
    DeskhandError
        When a dead key's letter is not on the layout, or there are more than 255 tokens.

    Examples
    --------
    >>> place = {"hand": "left", "finger": "little", "row": 2, "x": 0.25, "y": 1}
    >>> keys = [{"code": "KeyA", "unshifted": "a", "shifted": "A"}, {"code": "Tab", "key": "Tab"}]
    >>> from deskhand.behavior_models.layout_keys import FORMAT, layout_keys
    >>> data = {"format": FORMAT, "name": "two", "keys": [{**key, **place} for key in keys]}
    >>> [(t.name, t.token, t.level) for t in layout_tokens(layout_keys(data, "two.json"))]
    [('a', 97, 0), ('A', 65, 1), ('Tab', 9, 0)]
    """
    written: dict[str, tuple[int, int]] = {}
    accents: dict[str, tuple[int, int]] = {}
    for place, key in enumerate(layout.keys):
        for level, character in enumerate(key.levels):
            known = accents if key.dead[level] else written
            known[character] = min(known.get(character, (level, place)), (level, place))
    composed = {c: how for c, how in layout.compositions.items() if c not in written}
    characters = {ord(c) for c in (*written, *composed) if c}
    spare = chain(_CONTROL, (token for token in _UPPER if token not in characters))

    made: list[KeyToken] = []
    for place, key in enumerate(layout.keys):
        if key.key:
            text = key.key if len(key.key) == 1 else "\n" if key.key == "Enter" else ""
            token = _FIXED.get(key.code) or _next(spare, layout)
            typed = token == ENTER
            made.append(KeyToken(token=token, name=key.key, text=text, key=place, typed=typed))
        for level, character in enumerate(key.levels):
            if character and written.get(character) == (level, place) and not key.dead[level]:
                made.append(
                    KeyToken(
                        token=_of_character(character, spare, layout),
                        name=character,
                        text=character,
                        key=place,
                        level=level,
                        typed=True,
                        capital=_is_capital(key, level),
                    )
                )
            elif character and accents.get(character) == (level, place) and key.dead[level]:
                token = _next(spare, layout)
                made.append(KeyToken(token=token, name="Dead", text="", key=place, level=level))

    base = {t.text: t for t in made if t.typed}
    dead = {layout.keys[t.key].levels[t.level]: t.token for t in made if t.name == "Dead"}
    for character, (accent, letter) in composed.items():
        if letter not in base:
            raise DeskhandError(
                f"{layout.name}: dead key {accent!r} takes {letter!r}, which no key of the layout "
                "writes; leave that letter out of 'dead_keys'."
            )
        last = base[letter]
        made.append(
            KeyToken(
                token=_of_character(character, spare, layout),
                name=character,
                text=character,
                key=last.key,
                level=last.level,
                typed=True,
                capital=last.capital,
                dead=dead[accent],
            )
        )
    return made


def _is_capital(key: LayoutKey, level: int) -> bool:
    small, character = key.levels[level - 1], key.levels[level]
    return level % 2 == 1 and small != character == small.upper()


def _of_character(character: str, spare: Iterator[int], layout: LayoutKeys) -> int:
    return ord(character) if ord(character) < TOKENS else _next(spare, layout)


def _next(spare: Iterator[int], layout: LayoutKeys) -> int:
    token = next(spare, None)
    if token is None:
        raise DeskhandError(f"{layout.name}: more than 255 keys and characters; leave some out.")
    return token
