"""What one person brings to a desk besides the hands: tempo, reading speed and habits."""

import math
from dataclasses import dataclass

import numpy as np

from deskhand.behavior_models.profile import Profile

KEYBOARD_PERSON = (0.0, 1.0, 3.0)
"""Degrees of keyboard use: rarely leaves the mouse, uses both, rarely leaves the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindTraits:
    """Traits of one person's pace and habits.

    ``tempo`` multiplies every think time (1 is the population's median). ``keyboard_person`` is one
    of `KEYBOARD_PERSON`. Habits are probabilities: ``tab_habit`` of moving between neighbouring
    fields with Tab, ``shortcut_habit`` of using a shortcut where one exists, ``alt_tab_habit`` of
    switching windows by keys, ``known_list_share`` of knowing a list well enough to go straight to
    the wanted row, ``slip_rate`` of pressing beside the target or on its neighbour.

    ``tempo_share``, ``tempo_persistence``, ``slow_share`` and ``slow_persistence`` are the latent
    states of `deskhand.behavior_models.think_time.Tempo`; ``think_log_median`` and ``think_log_sd``
    map the kind of thought to the log of its median in seconds and to its log standard deviation.
    """

    tempo: float
    reading_wpm: float
    keyboard_person: float
    tab_habit: float
    shortcut_habit: float
    alt_tab_habit: float
    known_list_share: float
    slip_rate: float
    tempo_share: float
    tempo_persistence: float
    slow_share: float
    slow_persistence: float
    think_log_median: dict[str, float]
    think_log_sd: dict[str, float]


def _shifted(share: float, log_odds: float) -> float:
    """Return a probability moved by an amount of log odds."""
    return 1.0 / (1.0 + (1.0 / share - 1.0) * math.exp(-log_odds))


def draw_mind(profile: Profile, rng: np.random.Generator) -> MindTraits:
    """Draw the traits of one person.

    Parameters
    ----------
    profile : Profile
        The population; its section ``mind`` is read.
    rng : numpy.random.Generator
        The person's own stream.

    Returns
    -------
    MindTraits
        Keyboard people lean towards Tab, shortcuts and Alt+Tab together.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "mind"))
    >>> 100 < mind.reading_wpm < 500
    True
    """
    sd = profile["mind", "habit_log_odds_sd"]
    z = rng.standard_normal(7).tolist()
    kind = int(rng.choice(len(KEYBOARD_PERSON), p=profile["mind", "keyboard_person_share"]))
    lean = profile["mind", "keyboard_person_log_odds"][kind]
    think = profile["mind", "think_s"]
    return MindTraits(
        tempo=math.exp(profile["mind", "tempo_log_sd"] * z[0]),
        reading_wpm=profile["mind", "reading_wpm"]
        * math.exp(profile["mind", "reading_log_sd"] * z[1]),
        keyboard_person=KEYBOARD_PERSON[kind],
        tab_habit=_shifted(profile["mind", "tab_share"], lean + sd * z[2]),
        shortcut_habit=_shifted(profile["mind", "shortcut_share"], lean + sd * z[3]),
        alt_tab_habit=_shifted(profile["mind", "alt_tab_share"], lean + sd * z[4]),
        known_list_share=_shifted(profile["mind", "known_list_share"], sd * z[5]),
        slip_rate=_shifted(profile["mind", "slip_rate"], sd * z[6]),
        tempo_share=profile["mind", "tempo_share"],
        tempo_persistence=profile["mind", "tempo_persistence"],
        slow_share=profile["mind", "slow_share"],
        slow_persistence=profile["mind", "slow_persistence"],
        think_log_median={kind: math.log(value[0]) for kind, value in think.items()},
        think_log_sd={kind: value[1] for kind, value in think.items()},
    )
