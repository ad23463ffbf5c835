"""The parts that a scenario of the JSON form consists of, each with its place in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.tables import Table
from deskhand.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One verb of the desk with its arguments, as they were written."""

    verb: str
    given: Mapping[str, Any]
    place: Place
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of a branch."""

    probability: float
    steps: "Steps"
    place: Place
    remark: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One of several ways is taken."""

    ways: tuple[Way, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Steps are taken from ``least`` to ``most`` times, all alike likely or with a ``mean``.

    ``until`` is the probability that it was enough, after each round.
    """

    least: int
    most: int
    mean: float | None
    until: float
    steps: "Steps"
    place: Place
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """What may come up: once, with a ``probability``, or ``per_hour`` times in an hour."""

    probability: float | None
    per_hour: float | None
    steps: "Steps"
    place: Place
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """Steps between which something may come up."""

    by: tuple[Interrupt, ...]
    steps: "Steps"
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sub:
    """Another scenario, done as a task of its own."""

    scenario: Scenario
    place: Place


Step = Act | Branch | Repeat | Interrupted | Sub
Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A state that the goal names; ``holding`` maps elements to texts as they were written."""

    screen: str
    state: str
    layer: str
    holding: Mapping[str, Any]
    times: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A scenario as it stands in a file.

    ``parts`` holds what else it is made of, by relative path: tables and other scenarios.
    """

    file: str
    data: Mapping[str, Any]
    steps: Steps
    slots: Mapping[str, Any] | None = None
    plain: tuple[str, ...] = ()
    instruction: str = ""
    ends: tuple[End, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)

    def as_record(self) -> Any:
        """Return all that its sessions depend on, for hashing; line ends and indents do not count."""
        return {"scenario": self.data, "parts": self.parts} if self.parts else self.data


def inner(step: Step) -> Iterator[Steps]:
    """Yield the lists of steps that a step holds."""
    if isinstance(step, Branch):
        yield from (way.steps for way in step.ways)
    elif isinstance(step, Repeat):
        yield step.steps
    elif isinstance(step, Interrupted):
        yield step.steps
        yield from (interrupt.steps for interrupt in step.by)


def most_taken(steps: Steps) -> int:
    """Return how many steps are taken at most; what interrupts by a rate counts once a step."""
    total = 0
    for step in steps:
        if isinstance(step, Branch):
            total += max(most_taken(way.steps) for way in step.ways)
        elif isinstance(step, Repeat):
            total += step.most * most_taken(step.steps)
        elif isinstance(step, Interrupted):
            own = most_taken(step.steps)
            total += own
            for interrupt in step.by:
                times = 1 if interrupt.per_hour is None else own
                total += times * most_taken(interrupt.steps)
        elif isinstance(step, Sub) and step.scenario.written is not None:
            total += most_taken(step.scenario.written.steps)
        else:
            total += 1
    return total
