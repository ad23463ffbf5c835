"""Button presses: the dwell before a press, its hold, and the gap of a double click.

Each is lognormal around the person's median. A press follows a decision, so a dwell has a heavy
tail; the hold is ballistic and varies little.
"""

from math import exp

from deskhand.behavior_models.hand_traits import HandTraits

# The second press of a double click needs the finger to come up first. Assumed.
RELEASE_S = 0.025


def dwell_s(hand: HandTraits, noise: float) -> float:
    """Return the time from the last movement to the press.

    Parameters
    ----------
    hand : HandTraits
        Whose hand.
    noise : float
        A standard normal number.

    Source
    ------
    Profile entries ``dwell_*``.
    """
    return min(hand.dwell_median_s * exp(hand.dwell_log_sd * noise), hand.dwell_ceiling_s)


def hold_s(hand: HandTraits, noise: float) -> float:
    """Return the time from press to release of a click.

    Parameters
    ----------
    hand : HandTraits
        Whose hand.
    noise : float
        A standard normal number.

    Source
    ------
    Profile entries ``hold_*``.
    """
    return max(hand.hold_median_s * exp(hand.hold_log_sd * noise), hand.hold_floor_s)


def double_gap_s(hand: HandTraits, first_hold_s: float, noise: float) -> float:
    """Return the time from the first to the second press of a double click.

    Parameters
    ----------
    hand : HandTraits
        Whose hand.
    first_hold_s : float
        Hold of the first press; the second press cannot come before its release.
    noise : float
        A standard normal number.

    Source
    ------
    Profile entries ``double_gap_*``.
    """
    gap_s = min(
        hand.double_gap_median_s * exp(hand.double_gap_log_sd * noise), hand.double_gap_ceiling_s
    )
    return max(gap_s, first_hold_s + RELEASE_S)
