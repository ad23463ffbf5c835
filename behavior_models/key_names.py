"""Key names: the many names that recordings give to one key, and its ``code`` in W3C UI Events."""

from functools import cache

_SIDED = {
    "Shift": "shift",
    "Control": "ctrl control",
    "Alt": "alt option",
    "Meta": "meta win windows cmd command os super gui",
}
_SIDES = {"Left": ("left", "l"), "Right": ("right", "r")}
_NAMES = {
    "Backspace": "backspace bksp bkspc bs",
    "Tab": "tab",
    "Enter": "enter return",
    "Space": "space spacebar",
    "Escape": "escape esc",
    "Delete": "delete del",
    "Insert": "insert ins",
    "Home": "home",
    "End": "end",
    "PageUp": "pageup pgup",
    "PageDown": "pagedown pgdn pgdown",
    "ArrowLeft": "arrowleft arwleft left leftarrow",
    "ArrowRight": "arrowright arwright right rightarrow",
    "ArrowUp": "arrowup arwup up uparrow",
    "ArrowDown": "arrowdown arwdown down downarrow",
    "CapsLock": "capslock caps",
    "NumLock": "numlock",
    "ScrollLock": "scrolllock",
    "PrintScreen": "printscreen prtsc",
    "Pause": "pause",
    "ContextMenu": "contextmenu menu apps",
    "AltRight": "altgr altgraph",
    **{f"F{number}": f"f{number}" for number in range(1, 25)},
}
# The numbers of KeyboardEvent.keyCode (W3C UI Events, legacy key attributes) that name one key on
# every layout; those of letters and digits are their capitals' ASCII codes.
_KEY_CODES = {
    8: "Backspace",
    9: "Tab",
    13: "Enter",
    16: "ShiftLeft",
    17: "ControlLeft",
    18: "AltLeft",
    19: "Pause",
    20: "CapsLock",
    27: "Escape",
    32: "Space",
    33: "PageUp",
    34: "PageDown",
    35: "End",
    36: "Home",
    37: "ArrowLeft",
    38: "ArrowUp",
    39: "ArrowRight",
    40: "ArrowDown",
    44: "PrintScreen",
    45: "Insert",
    46: "Delete",
    91: "MetaLeft",
    92: "MetaRight",
    93: "ContextMenu",
    **{96 + digit: f"Numpad{digit}" for digit in range(10)},
    106: "NumpadMultiply",
    107: "NumpadAdd",
    109: "NumpadSubtract",
    110: "NumpadDecimal",
    111: "NumpadDivide",
    **{111 + number: f"F{number}" for number in range(1, 25)},
    144: "NumLock",
    145: "ScrollLock",
    225: "AltRight",
}
_ODD = str.maketrans("", "", "_- ")


@cache
def recorded_names() -> dict[str, str]:
    """Return ``code`` by name: lower case, without spaces, hyphens and underscores.

    Examples
    --------
    >>> names = recorded_names()
    >>> names["bksp"], names["shift"], names["shiftr"], names["arwleft"]
    ('Backspace', 'ShiftLeft', 'ShiftRight', 'ArrowLeft')
    """
    codes = {name: code for code, names in _NAMES.items() for name in names.split()}
    for code, names in _SIDED.items():
        for name in names.split():
            codes[name] = f"{code}Left"
            for side, marks in _SIDES.items():
                for mark in marks:
                    codes[name + mark] = codes[mark + name] = code + side
    return codes


def code_of(name: str) -> str | None:
    """Return the ``code`` of a key as a recording names it.

    Parameters
    ----------
    name : str
        A name in any case (``"BKSP"``, ``"Shift_R"``, ``"PAGE_UP"``), or a number of two or three
        digits: the ``keyCode`` of old browsers. A letter or digit by such a number is its
        character.

    Returns
    -------
    str or None
        Empty where a number names no key that is the same on every layout; None where the name
        is not known.

    Examples
    --------
    >>> code_of("PAGE_UP"), code_of("CMD"), code_of("96"), code_of("65"), code_of("229")
    ('PageUp', 'MetaLeft', 'Numpad0', 'a', '')
    >>> code_of("Bakcspace") is None
    True
    """
    if name.isascii() and name.isdigit() and len(name) in (2, 3):
        number = int(name)
        if 48 <= number < 58 or 65 <= number <= 90:
            return chr(number).lower()
        return _KEY_CODES.get(number, "")
    return recorded_names().get(name.lower().translate(_ODD))
