"""Keyboard layout files: the keys of a layout as its JSON gives them, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from deskhand.errors import DeskhandError

FORMAT = "deskhand.layout/1"
LEVELS = ("unshifted", "shifted", "altgr", "shifted_altgr")
FINGERS = ("little", "ring", "middle", "index", "thumb")
_HANDS = ("left", "right")
_PLACE = ("hand", "finger", "row", "x", "y")
_COMBINING = {"`": "\u0300", "\u00b4": "\u0301", "^": "\u0302", "~": "\u0303", "¨": "\u0308"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutKey:
    """One key.

    Parameters
    ----------
    code : str
        ``code`` of W3C UI Events: where the key is.
    key : str
        ``key`` of a key that is named or on the numeric pad; empty for a key with levels.
    levels : tuple of str, length 4
        What it writes plain, with Shift, with AltGr and with both; empty for nothing.
    dead : tuple of bool, length 4
        Whether that level is a dead key, which waits for a letter to put its accent on.
    finger : int
        0 (left little) to 4 (left thumb), 5 (right thumb) to 9 (right little).
    row : int
        0 (function keys), 1 (digits) to 5 (space bar).
    x, y : float
        Key widths from the upper left key of the number row.
    """

    code: str
    key: str
    levels: tuple[str, str, str, str]
    dead: tuple[bool, bool, bool, bool]
    finger: int
    row: int
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutKeys:
    """The keys of a layout, and the characters that its dead keys compose.

    Parameters
    ----------
    name : str
        The layout.
    keys : tuple of LayoutKey
        In the file's order, those of the layout that it is like first.
    compositions : mapping of str to pair of str
        Character to the accent of its dead key and the character struck after it, a space for the
        accent alone.
    """

    name: str
    keys: tuple[LayoutKey, ...]
    compositions: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def layout_keys(
    data: Mapping[str, object], origin: str, like: LayoutKeys | None = None
) -> LayoutKeys:
    """Return the keys held by parsed JSON.

    Parameters
    ----------
    data : mapping
        ``format``, ``name``, ``keys`` and, where the layout has any, ``dead_keys``: accent to the
        letters that take it.
    origin : str
        What to call the data in a refusal.
    like : LayoutKeys, optional
        The layout that this one is given as changes to (``like``): a key that is not listed stays;
        one that is listed keeps its place, and what it writes, unless the list gives another.

    Raises
    ------
    DeskhandError
        When the format is not `FORMAT`, a field is missing or of a wrong kind, two keys share a
        code, or a dead key and a letter compose no single character.

    Examples
    --------
    >>> tab = {"code": "Tab", "key": "Tab"}
    >>> place = {"hand": "left", "finger": "little", "row": 2, "x": 0.25, "y": 1}
    >>> data = {"format": FORMAT, "name": "one", "keys": [{**tab, **place}]}
    >>> [(key.code, key.finger) for key in layout_keys(data, "one.json").keys]
    [('Tab', 0)]
    """
    if data.get("format") != FORMAT:
        raise DeskhandError(f"{origin}: format {data.get('format')!r}; expected {FORMAT!r}.")
    given, name = data.get("keys"), data.get("name")
    if not isinstance(given, list) or not given or not isinstance(name, str):
        raise DeskhandError(f"{origin}: needs a 'name' and a list 'keys' of at least one key.")
    keys = {key.code: key for key in like.keys} if like else {}
    listed: set[str] = set()
    for number, fields in enumerate(given):
        code = fields.get("code") if isinstance(fields, dict) else None
        if not isinstance(code, str) or not code:
            raise DeskhandError(
                f"{origin}: key {number} has no 'code'; give that of W3C UI Events."
            )
        if code in listed:
            raise DeskhandError(f"{origin}: two keys have the code {code!r}; keep one of them.")
        listed.add(code)
        keys[code] = _key(fields, keys.get(code), f"{origin}: key {code!r}")
    dead = {c for key in keys.values() for c, d in zip(key.levels, key.dead, strict=True) if d}
    return LayoutKeys(
        name=name,
        keys=tuple(keys.values()),
        compositions=_compositions(data.get("dead_keys", {}), dead, origin),
    )


def _key(fields: Mapping[str, object], like: LayoutKey | None, where: str) -> LayoutKey:
    unknown = sorted(set(fields) - {"code", "key", "dead", *LEVELS, *_PLACE})
    if unknown:
        raise DeskhandError(f"{where}: unknown field {unknown[0]!r}; leave it out.")
    writes = like is None or any(name in fields for name in ("key", *LEVELS))
    key, levels, dead = _written(fields, where) if writes or like is None else _of(like)
    place: dict[str, object] = {}
    if like:
        hand, finger = divmod(like.finger, 5)
        place = {"hand": _HANDS[hand], "row": like.row, "x": like.x, "y": like.y}
        place["finger"] = FINGERS[4 - finger if hand else finger]
    place |= {name: fields[name] for name in _PLACE if name in fields}
    hand_name, finger_name, row = place.get("hand"), place.get("finger"), place.get("row")
    if hand_name not in _HANDS or finger_name not in FINGERS:
        raise DeskhandError(
            f"{where}: hand {hand_name!r}, finger {finger_name!r}; must be one of {_HANDS} and one "
            f"of {FINGERS}."
        )
    x, y = place.get("x"), place.get("y")
    if not (isinstance(row, int) and isinstance(x, int | float) and isinstance(y, int | float)):
        raise DeskhandError(f"{where}: needs a whole number 'row' and numbers 'x' and 'y'.")
    number = FINGERS.index(str(finger_name))
    return LayoutKey(
        code=str(fields["code"]),
        key=key,
        levels=levels,
        dead=dead,
        finger=number if hand_name == "left" else 9 - number,
        row=row,
        x=float(x),
        y=float(y),
    )


_Written = tuple[str, tuple[str, str, str, str], tuple[bool, bool, bool, bool]]


def _of(key: LayoutKey) -> _Written:
    return key.key, key.levels, key.dead


def _written(fields: Mapping[str, object], where: str) -> _Written:
    """Return the name, the levels and the dead levels that a key's fields give."""
    key = fields.get("key", "")
    one, two, three, four = (fields.get(name, "") for name in LEVELS)
    levels = (one, two, three, four)
    if not (isinstance(key, str) and all(isinstance(c, str) and len(c) < 2 for c in levels)):
        raise DeskhandError(f"{where}: each level must be one character, 'key' a name.")
    characters = [str(c) for c in levels]
    if bool(key) == bool(characters[0]):
        raise DeskhandError(f"{where}: give either 'key' or 'unshifted' and the other levels.")
    if any(c and not c.isprintable() for c in characters):
        raise DeskhandError(f"{where}: {characters!r}; a character must be printable.")
    dead = fields.get("dead", [])
    if not isinstance(dead, list) or not set(dead) <= set(LEVELS):
        raise DeskhandError(f"{where}: 'dead' {dead!r}; must be a list of levels, of {LEVELS}.")
    plain, shifted, altgr, both = characters
    is_dead = [name in dead and bool(c) for name, c in zip(LEVELS, characters, strict=True)]
    return key, (plain, shifted, altgr, both), (is_dead[0], is_dead[1], is_dead[2], is_dead[3])


def _compositions(given: object, dead: set[str], origin: str) -> dict[str, tuple[str, str]]:
    if not isinstance(given, dict) or set(given) != dead:
        raise DeskhandError(
            f"{origin}: 'dead_keys' must name the dead keys that the layout has: {sorted(dead)}."
        )
    made: dict[str, tuple[str, str]] = {}
    for accent, letters in given.items():
        made[accent] = (accent, " ")
        for letter in letters:
            character = normalize("NFC", letter + _COMBINING.get(accent, ""))
            if len(character) != 1 or character == letter:
                raise DeskhandError(
                    f"{origin}: dead key {accent!r} and {letter!r} make no single character."
                )
            made[character] = (accent, letter)
    return made
