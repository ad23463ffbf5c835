"""Bouts of work and the breaks between them: when a person stops, and for how long."""

import math

from deskhand.behavior_models.profile import Profile
from deskhand.streams import Draws


class Attention:
    """Alternating renewal of work and breaks at two scales, short pauses and absences.

    Bouts are Weibull with a shape below 1 (the longer one works, the likelier one goes on); breaks
    have a floor and a log-normal excess.

    Parameters
    ----------
    profile : Profile
        The population; its section ``mind`` is read.
    draws : Draws
        The person's own stream.

    Notes
    -----
    Source: fitted on a public log of pointer use over 177 hours (bouts and pauses); the longest
    values are cut because longer gaps end a session.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> attention = Attention(load_profile("office"), Draws(7, "attention"))
    >>> attention.pause_us() >= 60_000_000
    True
    """

    __slots__ = ("_draws", "_profile")

    def __init__(self, profile: Profile, draws: Draws) -> None:
        self._profile = profile
        self._draws = draws

    def _bout_us(self, name: str) -> int:
        shape, scale_s = self._profile["mind", name]
        return int(1e6 * scale_s * (-math.log1p(-self._draws.uniform())) ** (1.0 / shape))

    def _break_us(self, name: str) -> int:
        floor_s, median_s, log_sd, longest_s = self._profile["mind", name]
        excess_s = median_s * math.exp(log_sd * self._draws.normal())
        return int(1e6 * min(floor_s + excess_s, longest_s))

    def bout_us(self) -> int:
        """Return the length of work until the next short pause, in microseconds."""
        return self._bout_us("bout_weibull")

    def pause_us(self) -> int:
        """Return the length of a short pause in the seat, in microseconds."""
        return self._break_us("pause_s")

    def presence_us(self) -> int:
        """Return the time at the desk until the next absence, in microseconds."""
        return self._bout_us("presence_weibull")

    def absence_us(self) -> int:
        """Return the length of an absence, in microseconds."""
        return self._break_us("absence_s")
