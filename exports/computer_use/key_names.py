"""Key names of two computer-use tools, from W3C's names of keys and bits of modifiers."""

from deskhand.events import ALT, CONTROL, META, SHIFT

# Anthropic's tool takes names as xdotool does (its `key` action says Return, BackSpace, Page_Up ...).
XDOTOOL_KEYS = {
    "Enter": "Return", "Backspace": "BackSpace", "ArrowUp": "Up", "ArrowDown": "Down",
    "ArrowLeft": "Left", "ArrowRight": "Right", "PageUp": "Page_Up", "PageDown": "Page_Down",
    " ": "space", "+": "plus", "-": "minus", "Control": "ctrl", "Shift": "shift", "Alt": "alt",
    "Meta": "super", "ContextMenu": "Menu", "PrintScreen": "Print", "CapsLock": "Caps_Lock",
}  # fmt: skip
# OpenAI's reference computers look names up whatever their case (openai-cua-sample-app, MIT).
OPENAI_KEYS = {
    "Escape": "ESC", " ": "SPACE", "Control": "CTRL", "Meta": "SUPER",
    "Enter": "ENTER", "Backspace": "BACKSPACE", "Tab": "TAB", "Delete": "DELETE",
}  # fmt: skip
# Both are written in this order.
MODIFIERS = ((CONTROL, "Control"), (ALT, "Alt"), (SHIFT, "Shift"), (META, "Meta"))


def modifier_keys(modifiers: int) -> list[str]:
    """Return W3C's names of the modifier keys that are held.

    Examples
    --------
    >>> modifier_keys(CONTROL | SHIFT)
    ['Control', 'Shift']
    """
    return [name for bit, name in MODIFIERS if modifiers & bit]


def xdotool(key: str) -> str:
    """Return a key's name for Anthropic's tool.

    Examples
    --------
    >>> xdotool("Enter"), xdotool("C"), xdotool("F5")
    ('Return', 'c', 'F5')
    """
    return XDOTOOL_KEYS.get(key, key.lower() if len(key) == 1 else key)


def openai(key: str) -> str:
    """Return a key's name for OpenAI's tool.

    Examples
    --------
    >>> openai("ArrowDown"), openai("C"), openai("Control")
    ('ARROWDOWN', 'c', 'CTRL')
    """
    return OPENAI_KEYS.get(key, key.lower() if len(key) == 1 else key.upper())
