"""Numbers and names of evdev, and what they are in W3C UI Events.

Event types, codes and names are those of Linux (include/uapi/linux/input-event-codes.h); scan codes
are the usages of the USB HID usage tables, page 7 (keyboard) and page 9 (buttons), which the kernel
reports as page << 16 | usage. The recordings of a Logitech K400 Plus and a Saitek R.A.T.5 in
whot/evemu-devices show both.
"""

from collections.abc import Mapping
from typing import NamedTuple

EV_SYN, EV_KEY, EV_REL, EV_MSC, EV_LED, EV_REP = 0, 1, 2, 4, 17, 20
SYN_REPORT, SYN_DROPPED = 0, 3
REL_X, REL_Y, REL_HWHEEL, REL_WHEEL, REL_WHEEL_HI_RES, REL_HWHEEL_HI_RES = 0, 1, 6, 8, 11, 12
MSC_SCAN = 4
# High-resolution units a notch, by the kernel's definition.
HI_RES_PER_NOTCH = 120

KEYBOARD_PAGE, BUTTON_PAGE = 0x70000, 0x90000


class Key(NamedTuple):
    """A key: its W3C code, kernel number and name, HID usage, and what it gives on a US layout."""

    code: str
    number: int
    name: str
    usage: int
    plain: str | None
    shifted: str | None


def _keys() -> tuple[Key, ...]:
    found = []
    # Rows of keys whose kernel numbers follow one another; HID orders letters by the alphabet.
    for first, row, upper in (
        (2, "1234567890", "!@#$%^&*()"),
        (16, "qwertyuiop", "QWERTYUIOP"),
        (30, "asdfghjkl", "ASDFGHJKL"),
        (44, "zxcvbnm", "ZXCVBNM"),
    ):
        for place, (low, high) in enumerate(zip(row, upper, strict=True)):
            code = f"Digit{low}" if low.isdigit() else f"Key{high}"
            usage = 30 + "1234567890".index(low) if low.isdigit() else ord(low) - ord("a") + 4
            found.append(Key(code, first + place, f"KEY_{low.upper()}", usage, low, high))
    for line in _OTHERS.split("\n"):
        code, number, name, page_7, *gives = line.split()
        if code == "Space":
            gives = [" ", " "]
        plain_key, shifted_key = (gives * 2)[:2] if gives else (None, None)
        found.append(Key(code, int(number), f"KEY_{name}", int(page_7), plain_key, shifted_key))
    # F1 to F10 are 59 to 68, F11 and F12 follow the numeric pad; HID has them in a row.
    function = [(k, 58 + k if k <= 10 else 76 + k, 57 + k) for k in range(1, 13)]
    for k, kernel, hid in function:
        found.append(Key(f"F{k}", kernel, f"KEY_F{k}", hid, f"F{k}", f"F{k}"))
    return tuple(sorted(found, key=lambda key: key.number))


_OTHERS = """\
Escape 1 ESC 41 Escape
Minus 12 MINUS 45 - _
Equal 13 EQUAL 46 = +
Backspace 14 BACKSPACE 42 Backspace
Tab 15 TAB 43 Tab
BracketLeft 26 LEFTBRACE 47 [ {
BracketRight 27 RIGHTBRACE 48 ] }
Enter 28 ENTER 40 Enter
ControlLeft 29 LEFTCTRL 224 Control
Semicolon 39 SEMICOLON 51 ; :
Quote 40 APOSTROPHE 52 ' "
Backquote 41 GRAVE 53 ` ~
ShiftLeft 42 LEFTSHIFT 225 Shift
Backslash 43 BACKSLASH 49 \\ |
Comma 51 COMMA 54 , <
Period 52 DOT 55 . >
Slash 53 SLASH 56 / ?
ShiftRight 54 RIGHTSHIFT 229 Shift
NumpadMultiply 55 KPASTERISK 85 *
AltLeft 56 LEFTALT 226 Alt
Space 57 SPACE 44
CapsLock 58 CAPSLOCK 57 CapsLock
NumLock 69 NUMLOCK 83 NumLock
ScrollLock 70 SCROLLLOCK 71 ScrollLock
Numpad7 71 KP7 95 7
Numpad8 72 KP8 96 8
Numpad9 73 KP9 97 9
NumpadSubtract 74 KPMINUS 86 -
Numpad4 75 KP4 92 4
Numpad5 76 KP5 93 5
Numpad6 77 KP6 94 6
NumpadAdd 78 KPPLUS 87 +
Numpad1 79 KP1 89 1
Numpad2 80 KP2 90 2
Numpad3 81 KP3 91 3
Numpad0 82 KP0 98 0
NumpadDecimal 83 KPDOT 99 .
IntlBackslash 86 102ND 100 < >
NumpadEnter 96 KPENTER 88 Enter
ControlRight 97 RIGHTCTRL 228 Control
NumpadDivide 98 KPSLASH 84 /
PrintScreen 99 SYSRQ 70 PrintScreen
AltRight 100 RIGHTALT 230 Alt
Home 102 HOME 74 Home
ArrowUp 103 UP 82 ArrowUp
PageUp 104 PAGEUP 75 PageUp
ArrowLeft 105 LEFT 80 ArrowLeft
ArrowRight 106 RIGHT 79 ArrowRight
End 107 END 77 End
ArrowDown 108 DOWN 81 ArrowDown
PageDown 109 PAGEDOWN 78 PageDown
Insert 110 INSERT 73 Insert
Delete 111 DELETE 76 Delete
Pause 119 PAUSE 72 Pause
MetaLeft 125 LEFTMETA 227 Meta
MetaRight 126 RIGHTMETA 231 Meta
ContextMenu 127 COMPOSE 101 ContextMenu"""

KEYS = _keys()
BY_CODE: Mapping[str, Key] = {key.code: key for key in KEYS}
BY_NUMBER: Mapping[int, Key] = {key.number: key for key in KEYS}
KEY_A = 30

# W3C button number: kernel number, name, and place in the HID button page, from 1.
BUTTONS: Mapping[int, tuple[int, str, int]] = {
    0: (272, "BTN_LEFT", 1),
    1: (274, "BTN_MIDDLE", 3),
    2: (273, "BTN_RIGHT", 2),
    3: (275, "BTN_SIDE", 4),
    4: (276, "BTN_EXTRA", 5),
}
# W3C `buttons` has right before middle.
BUTTON_BITS: Mapping[int, int] = {0: 1, 1: 4, 2: 2, 3: 8, 4: 16}

TYPE_NAMES: Mapping[int, str] = {
    EV_SYN: "EV_SYN", EV_KEY: "EV_KEY", EV_REL: "EV_REL", 3: "EV_ABS", EV_MSC: "EV_MSC",
    5: "EV_SW", EV_LED: "EV_LED", 18: "EV_SND", EV_REP: "EV_REP", 21: "EV_FF",
}  # fmt: skip
CODE_NAMES: Mapping[tuple[int, int], str] = {
    (EV_SYN, SYN_REPORT): "SYN_REPORT",
    (EV_SYN, 1): "SYN_CONFIG",
    (EV_SYN, SYN_DROPPED): "SYN_DROPPED",
    (EV_REL, REL_X): "REL_X",
    (EV_REL, REL_Y): "REL_Y",
    (EV_REL, REL_HWHEEL): "REL_HWHEEL",
    (EV_REL, REL_WHEEL): "REL_WHEEL",
    (EV_REL, REL_WHEEL_HI_RES): "REL_WHEEL_HI_RES",
    (EV_REL, REL_HWHEEL_HI_RES): "REL_HWHEEL_HI_RES",
    (EV_MSC, MSC_SCAN): "MSC_SCAN",
    (EV_LED, 0): "LED_NUML",
    (EV_LED, 1): "LED_CAPSL",
    (EV_LED, 2): "LED_SCROLLL",
    (EV_REP, 0): "REP_DELAY",
    (EV_REP, 1): "REP_PERIOD",
    **{(EV_KEY, key.number): key.name for key in KEYS},
    **{(EV_KEY, number): name for number, name, _ in BUTTONS.values()},
}


def code_name(kind: int, code: int) -> str:
    """Return the kernel's name of an event code.

    Examples
    --------
    >>> code_name(EV_KEY, 30), code_name(EV_REL, 99)
    ('KEY_A', 'EV_REL 99')
    """
    return CODE_NAMES.get((kind, code), f"{TYPE_NAMES.get(kind, f'type {kind}')} {code}")


def hidden(number: int) -> bool:
    """Return whether ``libinput record`` writes KEY_A for a key.

    Escape, Tab, Enter and left Control are written plainly, and so are keys that type nothing, such
    as the arrows. Measured on libinput-record 1.22.1.

    Examples
    --------
    >>> [name for name in ("KeyQ", "Enter", "F5", "ShiftLeft") if hidden(BY_CODE[name].number)]
    ['KeyQ', 'ShiftLeft']
    """
    plain = number in (1, 15, 28, 29)
    return not plain and (2 <= number <= 57 or 71 <= number <= 83)
