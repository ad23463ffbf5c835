"""Drop-down lists: which way a person takes to an option, and how long finding it takes.

Search and decision times follow Cockburn, Gutwin and Greenberg (2007), "A predictive model of menu
performance": a novice searches serially, a practised user decides in the time of Hick's law.
Coefficients are quoted from memory; the choice of method is an engineering estimate.
"""

import math

from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.streams import Draws

SEARCH_BASE_S, SEARCH_ITEM_S = 0.30, 0.08
DECIDE_BASE_S, DECIDE_BIT_S = 0.24, 0.08
SCROLLED_ROW_S = 0.08 / 3  # three rows a notch, a notch every 0.08 s
FIRST_SCROLL_S, PAGE_S = 0.4, 0.3
LOG_SD = 0.25  # assumed
MOUSE, ARROWS, TYPE_AHEAD = "mouse", "arrows", "type-ahead"
# Letters further apart begin a new word (Chromium's select, one second).
TYPE_AHEAD_US = 1_000_000


def choose_method(mind: MindTraits, draws: Draws, option_count: int, *, by_keys: bool) -> str:
    """Return the way to an option: ``mouse``, ``arrows`` or ``type-ahead``.

    Parameters
    ----------
    mind : MindTraits
        The person.
    draws : Draws
        The person's own stream.
    option_count : int
        Number of options in the list.
    by_keys : bool
        Whether the list got the focus by Tab, so that the hands lie on the keyboard.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "m"))
    >>> choose_method(mind, Draws(7, "menu"), 9, by_keys=False) in ("mouse", "type-ahead")
    True
    """
    log_odds = -2.2 + 0.9 * math.log(max(option_count, 1) / 5) + 1.2 * mind.keyboard_person
    if draws.uniform() < 1.0 / (1.0 + math.exp(-log_odds)):
        return TYPE_AHEAD
    if by_keys and option_count <= 7 and draws.uniform() < 0.25:
        return ARROWS
    return MOUSE


def search_us(
    mind: MindTraits, draws: Draws, position: int, option_count: int, visible_count: int = 15
) -> int:
    """Return the time from an open list to knowing where to point, in microseconds.

    Parameters
    ----------
    mind : MindTraits
        The person; ``known_list_share`` decides between recall and search.
    draws : Draws
        The person's own stream.
    position : int
        Place of the wanted option, from 0.
    option_count, visible_count : int
        Number of options, and of rows that the open list shows at once.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "m"))
    >>> 100_000 < search_us(mind, Draws(7, "menu"), 3, 9) < 3_000_000
    True
    """
    if draws.uniform() < mind.known_list_share:
        seconds = DECIDE_BASE_S + DECIDE_BIT_S * math.log2(max(option_count, 1))
    else:
        seconds = SEARCH_BASE_S + SEARCH_ITEM_S * (position + 1)
        if position >= visible_count:
            seconds += PAGE_S * (position // visible_count)
    if position >= visible_count:
        seconds += FIRST_SCROLL_S + SCROLLED_ROW_S * (position - visible_count + 1)
    return int(1e6 * mind.tempo * seconds * math.exp(LOG_SD * draws.normal()))


def type_ahead_length(labels: list[str], position: int) -> int:
    """Return how many first letters select an option in a list that jumps to the first match.

    Returns
    -------
    int
        From 1 on; 0 when an earlier option starts with the whole label, so that letters alone
        never reach the wanted one.

    Examples
    --------
    >>> type_ahead_length(["Mail", "Map", "Web"], 1), type_ahead_length(["Mail", "Map", "Web"], 2)
    (3, 1)
    """
    wanted = labels[position].lower()
    for length in range(1, len(wanted) + 1):
        prefix = wanted[:length]
        first = next(i for i, label in enumerate(labels) if label.lower().startswith(prefix))
        if first == position:
            return length
    return 0


def type_ahead_places(labels: list[str], position: int, chosen: int) -> list[int]:
    """Return what each letter typed ahead chooses in a browser's own drop-down, the last the option.

    Parameters
    ----------
    labels : list of str
        The options.
    position : int
        The wanted one, from 0.
    chosen : int
        The one that is chosen now.

    Returns
    -------
    list of int
        As many places as letters are needed; empty when the letters never lead there.

    Notes
    -----
    As in Chromium: the first letter looks from the option after the chosen one on and around the end,
    and so does the same letter again; more letters look from the chosen one on.

    Examples
    --------
    >>> type_ahead_places(["Open", "On hold", "Won", "Other"], 3, 0)
    [1, 3]
    >>> type_ahead_places(["Mail", "Map", "Web"], 0, 1), type_ahead_places(["Map", "Map"], 1, 0)
    ([0], [1])
    """
    wanted = labels[position].lower()
    found = []
    for length in range(1, len(wanted) + 1):
        again = wanted[:length] == wanted[0] * length
        start, prefix = (chosen + 1, wanted[0]) if again else (chosen, wanted[:length])
        around = [(start + step) % len(labels) for step in range(len(labels))]
        chosen = next(place for place in around if labels[place].lower().startswith(prefix))
        found.append(chosen)
        if chosen == position:
            return found
    return []
