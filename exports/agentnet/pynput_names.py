"""Keys and buttons as pynput names them on Windows, and W3C's names of them.

What pynput's listener hands on there was read in pynput 1.8 (``keyboard/_win32.py``): a named key is
``Key.enter``; a key with a character is its ``repr``; Control turns letters into control characters;
a key without a character is its virtual-key code in angle brackets. The recorder's own ``name`` of a
control character is the capital letter, and of a bare code what its table says.
"""

import ast
import re
from functools import cache

from deskhand.events import ALT, CONTROL, META, SHIFT

# pynput's name, W3C's key and code.
NAMED = (
    ("shift", "Shift", "ShiftLeft"), ("shift_r", "Shift", "ShiftRight"),
    ("ctrl_l", "Control", "ControlLeft"), ("ctrl_r", "Control", "ControlRight"),
    ("ctrl", "Control", ""), ("alt_l", "Alt", "AltLeft"), ("alt_r", "Alt", "AltRight"),
    ("alt", "Alt", ""), ("alt_gr", "AltGraph", "AltRight"),
    ("cmd", "Meta", "MetaLeft"), ("cmd_r", "Meta", "MetaRight"),
    ("backspace", "Backspace", "Backspace"), ("caps_lock", "CapsLock", "CapsLock"),
    ("delete", "Delete", "Delete"), ("down", "ArrowDown", "ArrowDown"), ("end", "End", "End"),
    ("enter", "Enter", "Enter"), ("esc", "Escape", "Escape"), ("home", "Home", "Home"),
    ("insert", "Insert", "Insert"), ("left", "ArrowLeft", "ArrowLeft"),
    ("menu", "ContextMenu", "ContextMenu"), ("num_lock", "NumLock", "NumLock"),
    ("page_down", "PageDown", "PageDown"), ("page_up", "PageUp", "PageUp"),
    ("pause", "Pause", "Pause"), ("print_screen", "PrintScreen", "PrintScreen"),
    ("right", "ArrowRight", "ArrowRight"), ("scroll_lock", "ScrollLock", "ScrollLock"),
    ("space", " ", "Space"), ("tab", "Tab", "Tab"), ("up", "ArrowUp", "ArrowUp"),
    ("media_play_pause", "MediaPlayPause", "MediaPlayPause"),
    ("media_volume_mute", "AudioVolumeMute", "AudioVolumeMute"),
    ("media_volume_down", "AudioVolumeDown", "AudioVolumeDown"),
    ("media_volume_up", "AudioVolumeUp", "AudioVolumeUp"),
    ("media_previous", "MediaTrackPrevious", "MediaTrackPrevious"),
    ("media_next", "MediaTrackNext", "MediaTrackNext"),
    *((f"f{n}", f"F{n}", f"F{n}") for n in range(1, 25)),
)  # fmt: skip
W3C_OF = {name: (key, code or None) for name, key, code in NAMED}
_BY_CODE = {(key, code): name for name, key, code in NAMED if code}
_BY_KEY = {key: name for name, key, _ in reversed(NAMED) if name not in ("ctrl", "alt")}
MODIFIER_BITS = {"Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META}
# Virtual-key codes of characters on a keyboard of the United States (winuser.h), with Shift and without.
VK = {
    **{chr(c).lower(): c for c in range(ord("A"), ord("Z") + 1)},
    **{digit: ord(digit) for digit in "0123456789"},
    **dict(zip(";=,-./`[\\]'", (186, 187, 188, 189, 190, 191, 192, 219, 220, 221, 222), strict=True)),
}  # fmt: skip
SHIFTED = dict(zip("1234567890;=,-./`[\\]'", '!@#$%^&*():+<_>?~{|}"', strict=True))
UNSHIFTED = {upper: lower for lower, upper in SHIFTED.items()}
NUMPAD = {f"Numpad{n}": 96 + n for n in range(10)}
BUTTONS = {0: "left", 1: "middle", 2: "right", 3: "x1", 4: "x2"}
W3C_BUTTONS = {name: button for button, name in BUTTONS.items()}


@cache
def named(key: str, code: str | None, modifiers: int) -> tuple[str, str]:
    r"""Return ``name`` and ``pynput_key`` of a key.

    Parameters
    ----------
    key, code : str
        As W3C names them.
    modifiers : int
        Bits of the keys that are held.

    Examples
    --------
    >>> named("Enter", "Enter", 0), named("A", "KeyA", SHIFT)
    (('enter', 'Key.enter'), ('A', "'A'"))
    >>> named("c", "KeyC", CONTROL), named("t", "KeyT", CONTROL | ALT)
    (('C', "'\\x03'"), ('T', '<84>'))
    """
    name = _BY_CODE.get((key, code or "")) or _BY_KEY.get(key)
    if name is not None:
        return name, f"Key.{name}"
    if code in NUMPAD and key.isdigit():
        return key, f"<{NUMPAD[code]}>"
    plain = UNSHIFTED.get(key, key.lower())
    if len(key) != 1:
        return "$Unknown (255)$", "<255>"
    if modifiers & CONTROL and plain in VK and (not modifiers & ALT or plain.isalnum()):
        if plain.isalpha() and not modifiers & ALT:
            return plain.upper(), repr(chr(ord(plain.upper()) - 64))
        return plain.upper(), f"<{VK[plain]}>"
    return key, repr(key)


@cache
def w3c(pynput_key: str, name: str, modifiers: int) -> tuple[str, str | None]:
    r"""Return W3C's key and, for keys without a character, its code.

    Parameters
    ----------
    pynput_key, name : str
        As recorded.
    modifiers : int
        Bits of the keys that are held.

    Examples
    --------
    >>> w3c("Key.ctrl_l", "ctrl_l", 0), w3c("'\\x03'", "C", CONTROL), w3c("<84>", "T", 6)
    (('Control', 'ControlLeft'), ('c', None), ('t', None))
    """
    if pynput_key.startswith("Key."):
        return W3C_OF.get(pynput_key[4:], ("Unidentified", None))
    if (vk := re.fullmatch(r"<(\d{1,4})>", pynput_key)) is not None:
        return _of_virtual_key(int(vk[1]), modifiers)
    if pynput_key.startswith("["):
        return "Dead", None
    try:
        character = ast.literal_eval(pynput_key)
    except (ValueError, SyntaxError):
        character = name
    if not isinstance(character, str) or len(character) != 1:
        return "Unidentified", None
    if 0 < ord(character) <= 26:
        letter = chr(ord(character) + 64)
        return (letter if modifiers & SHIFT else letter.lower()), None
    return character, None


def _of_virtual_key(vk: int, modifiers: int) -> tuple[str, str | None]:
    if 96 <= vk <= 105:
        return str(vk - 96), f"Numpad{vk - 96}"
    plain = next((key for key, code in VK.items() if code == vk), None)
    if plain is None:
        return "Unidentified", None
    shifted = modifiers & SHIFT
    return (SHIFTED.get(plain, plain.upper()) if shifted else plain), None
