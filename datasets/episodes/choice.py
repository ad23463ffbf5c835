"""Which task each episode is, by whom, and whether it can be done: from its number alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from deskhand.api import simulate
from deskhand.datasets.episodes.steps import Step, steps_of
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.events import ALT, CONTROL, META
from deskhand.exports.act_kinds import Press
from deskhand.recipe import Recipe, load_recipe, scenario_names
from deskhand.scenarios.scenario import INFEASIBLE
from deskhand.session import Session
from deskhand.streams import Draws

# What people seldom do and models see too little of can be raised.
DROP_DOWNS, SHORTCUTS, DRAGS, SCROLLS, CORRECTIONS = EMPHASES = (
    "drop-downs",
    "shortcuts",
    "drags",
    "scrolls",
    "corrections",
)
# Of so many episodes the one with most of what is emphasised is taken (assumed: enough to double a
# share, and it costs only simulation).
CANDIDATES = 6


def _emphasised(step: Step) -> Iterator[str]:
    act, action = step.act, step.action
    if action["verb"] == "choose":
        yield DROP_DOWNS
    if isinstance(act, Press) and act.modifiers & (CONTROL | ALT | META):
        yield SHORTCUTS
    if step.kind in ("drag", "scroll"):
        yield f"{step.kind}s"
    if action["error_of"] is not None or action["correction_of"] is not None:
        yield CORRECTIONS


def single_tasks() -> list[str]:
    """Return the registered scenarios that are one task each.

    Examples
    --------
    >>> len(single_tasks()), "workday" in single_tasks()
    (42, False)
    """
    return [name for name in scenario_names() if "." in name]


def parse_emphasis(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return what is to be raised.

    Raises
    ------
    UnknownNameError
        When a name is not known.

    Examples
    --------
    >>> parse_emphasis("shortcuts,drop-downs")
    ('drop-downs', 'shortcuts')
    """
    if not given:
        return ()
    names = given.split(",") if isinstance(given, str) else list(given)
    asked = {name.strip() for name in names}
    for name in sorted(asked):
        if name not in EMPHASES:
            raise UnknownNameError("emphasis", name, EMPHASES)
    return tuple(name for name in EMPHASES if name in asked)


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
    emphasis : sequence of str
        What is to be raised.
    """

    scenarios: Sequence[str]
    seed: int
    infeasible: float = 0.1
    emphasis: Sequence[str] = ()

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
        draws = Draws(self.seed, "episodes.candidates", number)
        best: tuple[float, Session] | None = None
        for candidate in range(CANDIDATES):
            # The first one keeps the turn of scenarios, the others are of any.
            drawn = int(len(self.scenarios) * draws.uniform())
            which = drawn if candidate else number % len(self.scenarios)
            session = self._simulated(number, which, day=candidate)
            share = self._share(session)
            if best is None or share > best[0]:
                best = (share, session)
        assert best is not None
        return best[1]

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

    def _share(self, session: Session) -> float:
        steps = steps_of(session)
        wanted: list[Any] = [e for step in steps for e in _emphasised(step) if e in self.emphasis]
        return len(wanted) / max(1, len(steps))


@cache
def _has_variant(name: str) -> bool:
    """Whether a scenario has a variant that cannot be done, and is none itself."""
    return not name.endswith(INFEASIBLE) and load_recipe(name).scenario.spoil is not None
