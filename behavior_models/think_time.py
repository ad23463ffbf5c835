"""Think times that hang together: a latent tempo put through the marginal of each kind of thought.

Independent pauses, however good their distribution, are too even: shuffling the gaps of real
pointer logs drops the Fano factor of a minute's actions from 9.6 to 2.3. A latent first-order
autoregression under the same marginal restores it. All marginals here are log-normal, so the copula
is one exponential: pause = median * exp(sd * z).
"""

import math

from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.streams import Draws

LONGEST_US = 30_000_000
"""Longer pauses are absences, not thoughts: the marginals were fitted on gaps up to 30 s."""


class Tempo:
    """One person's pace through a session.

    The latent ``z = sqrt(a) u + sqrt(b) s + sqrt(1 - a - b) e`` has unit variance: ``u`` is a tempo
    that lasts for about ten actions and starts anew with each task, ``s`` one that lasts for
    hundreds, ``e`` is noise.

    Parameters
    ----------
    mind : MindTraits
        The person.
    draws : Draws
        The person's own stream.

    Attributes
    ----------
    log_pace : float
        Added to the log of every thought, below 0 in what is practised.

    Notes
    -----
    Source: share and persistence by grid search on public pointer logs; the correlation structure
    follows Barabasi (2005), "The origin of bursts and heavy tails in human dynamics", in that
    pauses are clustered; the slow state is assumed.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.streams import stream
    >>> tempo = Tempo(draw_mind(load_profile("office"), stream(7, "m")), Draws(7, "think"))
    >>> 0 < tempo.think_us("decide") <= LONGEST_US
    True
    """

    __slots__ = (
        "_draws",
        "_kinds",
        "_noise",
        "_phi",
        "_phi_slow",
        "_slow",
        "_step",
        "_step_slow",
        "_u",
        "_weight",
        "_weight_slow",
        "log_pace",
    )

    def __init__(self, mind: MindTraits, draws: Draws) -> None:
        self._draws = draws
        self._phi = mind.tempo_persistence
        self._phi_slow = mind.slow_persistence
        self._step = math.sqrt(1.0 - self._phi**2)
        self._step_slow = math.sqrt(1.0 - self._phi_slow**2)
        self._weight = math.sqrt(mind.tempo_share)
        self._weight_slow = math.sqrt(mind.slow_share)
        self._noise = math.sqrt(1.0 - mind.tempo_share - mind.slow_share)
        pace = math.log(1e6 * mind.tempo)
        self._kinds = {
            kind: (median + pace, mind.think_log_sd[kind])
            for kind, median in mind.think_log_median.items()
        }
        self._u = draws.normal()
        self._slow = draws.normal()
        self.log_pace = 0.0

    def start_task(self) -> None:
        """Begin a new task: the short tempo is drawn afresh."""
        self._u = self._draws.normal()

    def think_us(self, kind: str) -> int:
        """Return the length of the next thought in microseconds.

        Parameters
        ----------
        kind : str
            A kind of the profile's ``mind.think_s``: ``next`` (the following field of a form),
            ``decide`` (what to do next), ``look`` (a page that has just changed), ``react`` (to
            something that moved), ``notice`` (a slip) or ``resume`` (after an interruption).
        """
        normal = self._draws.normal
        self._u = self._phi * self._u + self._step * normal()
        self._slow = self._phi_slow * self._slow + self._step_slow * normal()
        z = self._weight * self._u + self._weight_slow * self._slow + self._noise * normal()
        log_median, log_sd = self._kinds[kind]
        pause = int(math.exp(log_median + self.log_pace + log_sd * z))
        return pause if pause < LONGEST_US else LONGEST_US
