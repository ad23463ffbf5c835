"""Practice of tasks: who has done a task more often does it faster, by the power law of practice.

Sources
-------
Newell & Rosenbloom 1981: times of very different tasks fall as a power of the number of trials. The exponent
.2 lies at the low end of what is reported of beginners, .2 to .4; that people have done each task 100 times
before is assumed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from deskhand.behavior_models.fatigue import FatigueTraits, practice_factor

EXPONENT, PRACTISED = 0.2, 100.0


class TaskPractice:
    """How fast one person does which task, in the course of a run.

    Parameters
    ----------
    hand : FatigueTraits
        Whose hand.
    exponent : float
        Of the power law; with 0 nobody learns.
    practised : float
        Times that each task was done before the run, 1 at least.
    before : mapping of str to float
        Times that it was done in the run before this session, by task.

    Examples
    --------
    >>> from deskhand.behavior_models.fatigue import read_fatigue
    >>> from deskhand.behavior_models.profile import load_profile
    >>> hand = read_fatigue(load_profile("office"))
    >>> practice = TaskPractice(hand, exponent=0.2, practised=1.0, before={"crm.log_call": 31.0})
    >>> practice.begin("crm.log_call"), practice.begin("mail.compose")
    (0.5, 1.0)
    """

    __slots__ = ("_before", "_law", "_today")

    def __init__(
        self,
        hand: FatigueTraits,
        *,
        exponent: float,
        practised: float,
        before: Mapping[str, float],
    ) -> None:
        self._law = replace(hand, practice_exponent=exponent, practised_trials=practised)
        self._before = before
        self._today: Counter[str] = Counter()

    def begin(self, task: str) -> float:
        """Return the factor on the times of the next go at a task, and count it."""
        trials = self._before.get(task, 0.0) + self._today[task]
        self._today[task] += 1
        return float(practice_factor(self._law, np.array([trials]))[0])
