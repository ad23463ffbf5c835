"""Keys as OpenAdapt's observer for X11 names them, and W3C's names for them again.

A key has pynput's name, or its X11 name where pynput has none, and the character that it writes; a
printable key has its character alone, but the space bar both. Its number is X11's keycode, which is
that of Linux' input-event-codes.h and 8.
"""

from functools import lru_cache
from typing import NamedTuple

from deskhand.exports.evdev.codes import KEYS

X11_ABOVE_LINUX = 8

# Names by W3C's `key`; of keys that are there twice, that of the right one.
NAMES = {
    "Alt": "alt",
    "Backspace": "backspace",
    "CapsLock": "caps_lock",
    "Control": "ctrl",
    "Delete": "delete",
    "ArrowDown": "down",
    "End": "end",
    "Escape": "esc",
    "Home": "home",
    "ArrowLeft": "left",
    "Meta": "cmd",
    "PageDown": "page_down",
    "PageUp": "page_up",
    "Enter": "enter",
    "ArrowRight": "right",
    "Shift": "shift",
    "Tab": "tab",
    "ArrowUp": "up",
    " ": "space",
    # Keys that pynput has no name for keep X11's.
    "AltGraph": "ISO_Level3_Shift",
    "ContextMenu": "Menu",
    "Dead": "dead_acute",
    "NumLock": "Num_Lock",
    "PrintScreen": "Print",
    "ScrollLock": "Scroll_Lock",
}
RIGHT = ("Alt", "Control", "Meta", "Shift")
W3C_NAMES = {
    **{name: key for key, name in NAMES.items()},
    **{f"{NAMES[key]}_{side}": key for key in RIGHT for side in "lr"},
    "alt_gr": "AltGraph",
    "insert": "Insert",
    "menu": "ContextMenu",
    "num_lock": "NumLock",
    "print_screen": "PrintScreen",
    "scroll_lock": "ScrollLock",
    **{f"f{n}": f"F{n}" for n in range(1, 25)},
}

KEYCODES = {key.code: key.number + X11_ABOVE_LINUX for key in KEYS}
W3C_CODES = {str(number): code for code, number in KEYCODES.items()}


class KeyIdentity(NamedTuple):
    """What a press or a release says of its key."""

    name: str | None
    char: str | None
    vk: str | None
    canonical_name: str | None
    canonical_char: str | None
    canonical_vk: str | None


@lru_cache(maxsize=4096)
def key_identity(key: str | None, code: str | None) -> KeyIdentity | None:
    """Return how a key is written, None for one that is not known.

    Examples
    --------
    >>> key_identity("M", "KeyM")[:3], key_identity("Control", "ControlRight")[:3]
    ((None, 'M', '58'), ('ctrl_r', None, '105'))
    >>> key_identity(" ", "Space")[:2], key_identity(None, None)
    (('space', ' '), None)
    """
    number = KEYCODES.get(code or "")
    vk = None if number is None else str(number)
    if not key:
        return None if vk is None else KeyIdentity(f"keycode_{vk}", None, vk, None, None, vk)
    char = key if len(key) == 1 else None
    name = NAMES.get(key)
    if name is not None and key in RIGHT and (code or "").endswith("Right"):
        name += "_r"
    if name is None and char is None:
        name = key
    return KeyIdentity(name, char, vk, name, char.lower() if char else None, vk)


@lru_cache(maxsize=4096)
def w3c_key(name: str | None, char: str | None, vk: str | None) -> tuple[str | None, str | None]:
    """Return W3C's key and code of a row; the code of Linux' keys alone.

    Examples
    --------
    >>> w3c_key("ctrl_r", None, "105"), w3c_key(None, "M", "58")
    (('Control', 'ControlRight'), ('M', 'KeyM'))
    """
    code = W3C_CODES.get(vk or "")
    if char:
        return char, code
    if not name or name.startswith("keycode_"):
        return None, code
    return W3C_NAMES.get(name, name), code
