"""Habits: keyboard or mouse, wherever a program offers both."""

from collections.abc import Collection

from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.streams import Draws

# Beyond this many presses of Tab people take the mouse (assumed).
LONGEST_TAB_RUN = 3
# With the hands on the mouse, the keyboard's share of any choice halves (assumed).
OFF_KEYBOARD = 0.5
# Ways to select a text; the mouse takes the double or triple click where it does (estimate).
DOUBLE_CLICK, TRIPLE_CLICK, DRAG, KEYS = "double-click", "triple-click", "drag", "keys"
CLICKS_SHARE = 0.7


def takes_tab(mind: MindTraits, draws: Draws, presses: int, *, on_keyboard: bool) -> bool:
    """Return whether a person walks to a field with Tab instead of clicking it.

    Parameters
    ----------
    mind : MindTraits
        The person; ``tab_habit`` is the probability for the neighbouring field.
    draws : Draws
        The person's own stream.
    presses : int
        How many times Tab must be pressed, from 1 on; 0 or less when Tab does not lead there.
    on_keyboard : bool
        Whether the hands lie on the keyboard now.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "m"))
    >>> takes_tab(mind, Draws(7, "tab"), 9, on_keyboard=True)
    False
    """
    if not 1 <= presses <= LONGEST_TAB_RUN:
        return False
    share = mind.tab_habit / presses
    return draws.uniform() < (share if on_keyboard else OFF_KEYBOARD * share)


def takes_shortcut(mind: MindTraits, draws: Draws, *, on_keyboard: bool) -> bool:
    """Return whether a person presses a shortcut instead of clicking the control it stands for.

    Notes
    -----
    Source: Lane, Napier, Peres and Sandor (2005), "Hidden costs of graphical user interfaces": most
    of 251 experienced users rarely used shortcuts.
    """
    share = mind.shortcut_habit
    return draws.uniform() < (share if on_keyboard else OFF_KEYBOARD * share)


def switches_by_keys(mind: MindTraits, draws: Draws, *, on_keyboard: bool) -> bool:
    """Return whether a person changes to the previous window with Alt+Tab."""
    share = mind.alt_tab_habit
    return draws.uniform() < (share if on_keyboard else OFF_KEYBOARD * share)


def selects_by(mind: MindTraits, draws: Draws, ways: Collection[str], *, on_keyboard: bool) -> str:
    """Return how a person selects a text, of the ways that lead to it.

    Parameters
    ----------
    mind : MindTraits
        The person; ``shortcut_habit`` is the probability of the keys.
    draws : Draws
        The person's own stream.
    ways : collection of str
        One at least of ``double-click``, ``triple-click``, ``drag`` and ``keys``.
    on_keyboard : bool
        Whether the hands lie on the keyboard now.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "m"))
    >>> selects_by(mind, Draws(7, "select"), ["keys"], on_keyboard=False)
    'keys'
    """
    by_keys, by_clicks = draws.uniform(), draws.uniform()
    share = mind.shortcut_habit if on_keyboard else OFF_KEYBOARD * mind.shortcut_habit
    clicks = next((way for way in (TRIPLE_CLICK, DOUBLE_CLICK) if way in ways), None)
    if KEYS in ways and (by_keys < share or len(ways) == 1):
        return KEYS
    if clicks is not None and (by_clicks < CLICKS_SHARE or DRAG not in ways):
        return clicks
    return DRAG
