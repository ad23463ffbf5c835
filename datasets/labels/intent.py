"""What a person means to do, in short words: the verb, and the role and name of what it is done to.

The names are those that pages show. What is typed is told by its kind alone, so no secret is in them.
"""

import re
from collections.abc import Mapping

from deskhand.datasets.tables import AWAY, FRAME, PAGE

# With an element, what is done to it; without, what is done.
_WORDS: Mapping[str, tuple[str, str]] = {
    "double_click": ("double-click", "double-click"),
    "right_click": ("open the menu of", "open a menu"),
    "hover": ("point at", "point"),
    "type": ("type into", "type"),
    "paste": ("paste into", "paste"),
    "copy": ("copy from", "copy"),
    "choose": ("choose in", "choose"),
    "check": ("tick or untick", "tick or untick"),
    "press": ("press keys at", "press keys"),
    "scroll": ("scroll to", "scroll the page"),
    "read": ("read", "read the page"),
    "think": ("think about", "think"),
    "switch_to": ("switch to", "switch to another window"),
    "navigate": ("go to", "go to another page"),
    "wait_for": ("wait for", "wait for the page"),
    "undo": ("undo in", "undo"),
}
_TEXTS: Mapping[str, str] = {"field": "a short text", "prose": "prose", "secret": "a secret"}
_BY_NOBODY = (FRAME, PAGE, AWAY)
LONGEST_NAME = 48
# What a page writes into a name when it is shown.
_SLOT = re.compile(r"\{\{\w+\}\}")


def intent(
    verb: str,
    text_class: str | None,
    element: tuple[str, str] | None,
    *,
    takes_back: bool = False,
) -> str | None:
    """Return an action's intent, None when nobody means it.

    Parameters
    ----------
    verb, text_class
        Of the action; of a slip those of the act that was meant.
    element : pair of str, optional
        Role and name of the element that is meant.
    takes_back : bool
        Whether it undoes what a slip did.

    Examples
    --------
    >>> intent("click", None, ("button", "Save"))
    "click button 'Save'"
    >>> intent("type", "secret", ("textbox", "Password"))
    "type a secret into textbox 'Password'"
    >>> intent("read", None, None), intent("page", None, None)
    ('read the page', None)
    """
    if verb in _BY_NOBODY:
        return None
    plain = verb.replace("_", " ")
    to_element, alone = _WORDS.get(verb, (plain, plain))
    words = alone
    if element is not None:
        role, name = element
        words = f"{to_element} {role}" + (f" {_short(name)!r}" if name.strip() else "")
    if verb == "type" and text_class is not None and text_class in _TEXTS:
        words = words.replace("type", f"type {_TEXTS[text_class]}", 1)
    elif text_class == "keys" and verb not in ("press", "type"):
        words += " by keys"
    return f"take back: {words}" if takes_back else words


def _short(name: str) -> str:
    flat = _SLOT.sub("…", " ".join(name.split()))
    return flat if len(flat) <= LONGEST_NAME else flat[: LONGEST_NAME - 1] + "…"
