"""A laptop's lid: who has one, and when it is closed, so that the device sleeps.

A device that sleeps tells nothing: the page is hidden when the lid is shut and shown when it is opened, and
there is no row in between.
"""

from deskhand.streams import Draws, stream

# Of people with a mouse on the desk, this share has a laptop beside it (assumed); a touchpad is a laptop's.
LAPTOP_SHARE = 0.5
# Who leaves for longer than a lock screen takes closes the lid with this probability (assumed), so long after
# the last act (assumed).
CLOSES, CLOSING_US = 0.5, 2_000_000
TOUCHPAD = "touchpad"
LID = "lid"


class Lid:
    """The lid of one person's device on one day.

    Parameters
    ----------
    seed : int
        The run's seed.
    who : tuple of int
        Team, person and day.
    scrolls_by : str
        What the person scrolls by; a touchpad's owner has a laptop.
    share : float
        Share of the others who have one.

    Examples
    --------
    >>> Lid(7, (0, 0, 0), "wheel", share=0.0).closes()
    False
    """

    def __init__(
        self, seed: int, who: tuple[int, int, int], scrolls_by: str, *, share: float = LAPTOP_SHARE
    ) -> None:
        team, person, _ = who
        drawn = float(stream(seed, "lid.laptop", team, person).uniform())
        self._there = share > 0.0 and (scrolls_by == TOUCHPAD or drawn < share)
        self._draws = Draws(seed, "lid", *who)

    def closes(self) -> bool:
        """Return whether the person closes it on leaving."""
        return self._there and self._draws.uniform() < CLOSES
