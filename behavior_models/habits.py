"""Habits: keyboard or mouse, wherever a program offers both."""

from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.streams import Draws

# Beyond this many presses of Tab people take the mouse (assumed).
LONGEST_TAB_RUN = 3
# With the hands on the mouse, the keyboard's share of any choice halves (assumed).
OFF_KEYBOARD = 0.5


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
