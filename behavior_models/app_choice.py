"""Which application somebody looks at between the steps of a task, and for how long one stays in front.

People go where their work is, by shares that differ from person to person, and then back to what they came
from. Dwell times are log-normal.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError
from deskhand.streams import Draws

SECTION = "work"

# Log-normal of the seconds that an application stays in front: one developer's computer, 6 days, 1,094
# changes (2.51, 1.77); two students' gave (2.33, 1.95) and (1.99, 1.90).
# What is drawn is not that: a change waits for the end of a step, which leaves few short ones, and whoever
# does something elsewhere stays (found by trying with whole days, benchmarks/realism_day.py).
DRAWN_LOG_MEAN, DRAWN_LOG_SD = 0.2, 3.7
# How much people's shares differ from those of their role: log standard deviation (assumed).
SHARE_LOG_SD = 0.3


class WorkHabits(NamedTuple):
    """How much a population works where, against what roles say: factors by application, 1 where none is named.

    ``app_changes`` are factors on going from one application to another, beyond the other's own.
    """

    app_shares: Mapping[str, float]
    app_changes: Mapping[str, Mapping[str, float]]


def read_work(profile: Profile) -> WorkHabits:
    """Return a profile's section ``work``, which few have.

    Raises
    ------
    DeskhandError
        When a factor is not above 0.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> read_work(load_profile("office")).app_shares
    {}
    """
    if SECTION not in profile.sections:
        return WorkHabits({}, {})
    work = WorkHabits(profile[SECTION, "app_shares"], profile[SECTION, "app_changes"])
    _check_factors(work.app_shares, f"{SECTION}.app_shares")
    for app, factors in work.app_changes.items():
        _check_factors(factors, f"{SECTION}.app_changes.{app}")
    return work


def _check_factors(factors: Any, where: str) -> None:
    numbers = factors.values() if isinstance(factors, Mapping) else [None]
    if not all(isinstance(one, int | float) and one > 0.0 for one in numbers):
        raise DeskhandError(
            f"profile: {where} is {factors!r}; it must be factors above 0 by application, such as "
            '{"crm": 1.5}.'
        )


class AppChoice:
    """One person's habit of changing applications.

    Parameters
    ----------
    shares : mapping of str to float
        Weight of each application in the person's work, before personal differences.
    draws : Draws
        The person's own stream.
    changes : mapping of str to mapping, optional
        Factors on going from one application to another, 1 where none is named.

    Examples
    --------
    >>> choice = AppChoice({"mail": 3.0, "chat": 1.0}, Draws(7, "apps"))
    >>> choice.dwell_us() > 0, choice.elsewhere("mail", ("mail", "chat"))
    (True, 'chat')
    """

    __slots__ = ("_changes", "_draws", "_shares")

    def __init__(
        self,
        shares: Mapping[str, float],
        draws: Draws,
        changes: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    ) -> None:
        self._draws = draws
        self._changes = changes
        self._shares = {
            app: share * math.exp(SHARE_LOG_SD * draws.normal()) for app, share in shares.items()
        }

    def dwell_us(self) -> int:
        """Return for how long an application will stay in front, in microseconds."""
        return int(1e6 * math.exp(DRAWN_LOG_MEAN + DRAWN_LOG_SD * self._draws.normal()))

    def elsewhere(self, current: str, among: Sequence[str]) -> str | None:
        """Return another application by the person's shares, or None when there is none.

        Parameters
        ----------
        current : str
            What is in front.
        among : sequence of str
            Those that can be brought up.
        """
        others = [app for app in among if app != current and self._shares.get(app, 0.0) > 0]
        factors = self._changes.get(current, {})
        weights = [self._shares[app] * factors.get(app, 1.0) for app in others]
        at = self._draws.uniform() * sum(weights)
        for app, weight in zip(others, weights, strict=True):
            at -= weight
            if at < 0:
                return app
        return others[-1] if others else None
