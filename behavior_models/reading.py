"""Reading: from words to time, in stretches that each end with a burst of scrolling."""

import math

from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.streams import Draws

# A burst of scrolling comes every 60 to 120 words and turns 3 to 7 notches; every tenth goes back
# up: engineering estimates checked against 107 bursts an hour in public pointer logs.
WORDS_A_BURST = (60.0, 120.0)
NOTCHES_A_BURST = (3.0, 7.0)
SCROLL_BACK_SHARE = 0.1
# How a stretch's speed varies around its reader's own (assumed).
STRETCH_LOG_SD = 0.25


def reading_us(mind: MindTraits, draws: Draws, words: float) -> int:
    """Return how long a person takes to read some words, in microseconds.

    Parameters
    ----------
    mind : MindTraits
        The reader.
    draws : Draws
        The reader's own stream.
    words : float
        Number of words that are read; skimmed words count in part.

    Notes
    -----
    Source: Brysbaert (2019), "How many words do we read per minute?": 238 words a minute for
    non-fiction in silence, 175 to 300 across readers.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "m"))
    >>> 2_000_000 < reading_us(mind, Draws(7, "read"), 40) < 60_000_000
    True
    """
    pace = math.exp(STRETCH_LOG_SD * draws.normal())
    return int(words * 60e6 / mind.reading_wpm * pace)


def reading_stretches(mind: MindTraits, draws: Draws, words: float) -> list[tuple[int, float]]:
    """Split a text into stretches.

    Returns
    -------
    list of (int, float)
        For each stretch the reading time in microseconds and the notches scrolled after it,
        negative when the reader goes back up; 0 after the last stretch.
    """
    stretches: list[tuple[int, float]] = []
    low, high = WORDS_A_BURST
    while True:
        part = low + (high - low) * draws.uniform()
        if part >= words:
            stretches.append((reading_us(mind, draws, words), 0.0))
            return stretches
        words -= part
        few, many = NOTCHES_A_BURST
        notches = few + (many - few) * draws.uniform()
        if draws.uniform() < SCROLL_BACK_SHARE:
            notches = -0.5 * notches
        stretches.append((reading_us(mind, draws, part), notches))
