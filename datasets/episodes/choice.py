"""Which task each episode is, by whom, and whether it can be done: from its number alone."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from deskhand.api import simulate
from deskhand.datasets.episodes.emphasis import Emphasis, counts_of, tilted
from deskhand.datasets.episodes.steps import steps_of
from deskhand.errors import DeskhandError
from deskhand.recipe import Recipe, load_recipe, scenario_names
from deskhand.scenarios.scenario import INFEASIBLE
from deskhand.session import Session
from deskhand.streams import Draws

# Each episode has a person of its own, and a population that many.
MOST = 1_000_000
# So many sessions of a task tell what it consists of (assumed: shares are met to about a tenth).
PILOTS = 4
GOLDEN = (5**0.5 - 1) / 2
# Of so many episodes the one with most of what is emphasised is taken (assumed: enough to double a
# share, and it costs only simulation).
CANDIDATES = 6


def single_tasks() -> list[str]:
    """Return the registered scenarios that are one task each.

    Examples
    --------
    >>> len(single_tasks()), "workday" in single_tasks()
    (42, False)
    """
    return [name for name in scenario_names() if "." in name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What episodes are drawn from.

    Parameters
    ----------
    scenarios : sequence of str
        Names, paths of files, or ``module:function``; taken in turn.
    seed : int
        The run's seed.
    infeasible : float
        The share of episodes of each scenario that cannot be done.
    emphasis : sequence of Emphasis
        What is to be raised, or to have a share of the steps.
    weights : sequence of float
        How often each scenario is taken, as `weighted` finds; in turn when there are none.
    """

    scenarios: Sequence[str]
    seed: int
    infeasible: float = 0.1
    emphasis: Sequence[Emphasis] = ()
    weights: Sequence[float] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.infeasible <= 1.0:
            raise DeskhandError(
                f"infeasible={self.infeasible!r}: it is a share of the episodes, from 0 to 1."
            )

    def recipes(self) -> Mapping[str, Recipe]:
        """Return what each scenario is made from.

        Raises
        ------
        DeskhandError
            When one of them is not known or broken.
        """
        return {name: load_recipe(name) for name in self.scenarios}

    def session(self, number: int) -> Session:
        """Return the session of an episode.

        Parameters
        ----------
        number : int
            The episode's place in the run, from 0; nothing else matters.
        """
        if not self.emphasis:
            return self._simulated(number, number % len(self.scenarios))
        if self.weights:
            # By steps of the golden section, so that any run of numbers has about its part of each.
            phase = Draws(self.seed, "episodes.weights").uniform()
            at = (phase + number * GOLDEN) % 1.0
            which = bisect(list(accumulate(self.weights)), at)
            return self._simulated(number, min(which, len(self.scenarios) - 1))
        draws = Draws(self.seed, "episodes.candidates", number)
        best: tuple[float, Session] | None = None
        for candidate in range(CANDIDATES):
            # The first one keeps the turn of scenarios, the others are of any.
            drawn = int(len(self.scenarios) * draws.uniform())
            which = drawn if candidate else number % len(self.scenarios)
            session = self._simulated(number, which, day=candidate)
            steps = steps_of(session)
            share = sum(counts_of(self.emphasis, steps)) / max(1, len(steps))
            if best is None or share > best[0]:
                best = (share, session)
        assert best is not None
        return best[1]

    def weighted(self) -> "Choice":
        """Return the same with the weights of scenarios that the shares of its emphasis need."""
        shares = [each.share for each in self.emphasis if each.share is not None]
        if not shares:
            return self
        excess = []
        for name in self.scenarios:
            # On a day of which no episode is.
            pilots = [simulate(name, seed=self.seed, person=k, day=1) for k in range(PILOTS)]
            steps = [step for pilot in pilots for step in steps_of(pilot)]
            # The last step of an episode, its answer, is none of the session's.
            total = len(steps) + PILOTS
            found = zip(counts_of(self.emphasis, steps), shares, strict=True)
            excess.append([(count - share * total) / PILOTS for count, share in found])
        return replace(self, weights=tilted(excess))

    def _simulated(self, number: int, which: int, day: int = 0) -> Session:
        name = self.scenarios[which]
        if self._cannot_be_done(number, which) and _has_variant(name):
            name += INFEASIBLE
        # Nobody does two episodes.
        return simulate(name, seed=self.seed, person=number, day=day)

    def _cannot_be_done(self, number: int, which: int) -> bool:
        """Whether it is the turn of an episode that cannot be done: as many as asked for, spread evenly."""
        turn = number // len(self.scenarios)
        phase = Draws(self.seed, "episodes.infeasible", which).uniform()
        share = self.infeasible
        return int((turn + 1) * share + phase) > int(turn * share + phase)


@cache
def _has_variant(name: str) -> bool:
    """Whether a scenario has a variant that cannot be done, and is none itself."""
    return not name.endswith(INFEASIBLE) and load_recipe(name).scenario.spoil is not None
