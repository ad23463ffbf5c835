"""Reading the steps of the JSON form: each is checked, and becomes a part of `steps`."""

import json
import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.rules import NAMED, TEXTS, breach, verbs
from deskhand.scenarios.json_form.steps import (
    Act,
    Branch,
    Interrupt,
    Interrupted,
    Repeat,
    Step,
    Steps,
    Sub,
    Way,
)
from deskhand.scenarios.scenario import Scenario

# How far a sum of probabilities written with a few digits may be from 1.
ROUNDING = 1e-6
# Problems that are told at once.
MOST_TOLD = 20

At = tuple[str | int, ...]


class StepReader:
    """Reads steps and gathers what is wrong with them.

    Parameters
    ----------
    origin : str
        The file's name.
    data : object
        What it holds.
    lines : mapping
        The line of each value in it.

    Attributes
    ----------
    texts : list
        The texts, locators and states of all steps: where each stands, its step, what it is.
    visited : set of str
        The screens that steps open.
    """

    def __init__(self, origin: str, data: Any, lines: Mapping[At, int]) -> None:
        self.origin, self.data, self.lines = origin, data, lines
        self.texts: list[tuple[At, str, Any]] = []
        self.visited: set[str] = set()
        self._problems: list[str] = []

    @abstractmethod
    def other(self, name: str) -> Scenario:
        """Return another scenario that a step names."""

    def wrong(self, at: At, text: str, number: str = "") -> None:
        """Note what is wrong at a place, and in which step."""
        while at not in self.lines:
            at = at[:-1]
        self._problems.append(f"{Place(self.origin, self.lines[at], number)}: {text}")

    def stop(self) -> None:
        """Refuse the file when something was found to be wrong."""
        if self._problems:
            more = len(self._problems) - MOST_TOLD
            told = self._problems[:MOST_TOLD] + ([f"... and {more} more"] if more > 0 else [])
            raise DeskhandError("\n".join(told))

    def _value(self, at: At) -> Any:
        found = self.data
        for name in at:
            found = found[name]
        return found

    def steps(self, at: At, outer: str = "") -> Steps:
        """Return the steps that stand at a place; ``outer`` goes before their numbers."""
        made = []
        for number, given in enumerate(self._value(at), 1):
            step = self._step((*at, number - 1), given, f"{outer}{number}")
            if step is not None:
                made.append(step)
        return tuple(made)

    def _step(self, at: At, given: Any, number: str) -> Step | None:
        found = _misshapen(given)
        if found is not None:
            self.wrong(at + found[0], found[1], number)
            return None
        verb = given["do"]
        place = Place(self.origin, self.lines[at], number, verb)
        if verb == "branch":
            return Branch(ways=self._ways(at, given["ways"], number), place=place)
        if verb == "repeat":
            return self._repeat(at, given, place)
        if verb == "interrupted":
            by = tuple(self._interrupts(at, given["by"], number))
            return Interrupted(by=by, steps=self.steps((*at, "steps"), f"{number}."), place=place)
        if verb == "scenario":
            return self._sub(at, given["name"], place)
        left = {key: value for key, value in given.items() if key not in ("do", "remark")}
        if verb in ("navigate", "notify"):
            self.visited.add(left["screen"])
        self.texts += [((*at, n), number, left[n]) for n in (*TEXTS, *NAMED) if n in left]
        return Act(verb=verb, given=left, place=place, remark=given.get("remark", ""))

    def _ways(self, at: At, ways: list[dict[str, Any]], number: str) -> tuple[Way, ...]:
        given = [way.get("probability") for way in ways]
        stated = math.fsum(p for p in given if p is not None)
        open_ = [place for place, p in enumerate(given) if p is None]
        listed = " + ".join(f"{p:g}" for p in given if p is not None)
        if open_ and open_ != [len(ways) - 1]:
            self.wrong(
                (*at, "ways", open_[0]),
                f"way {open_[0] + 1} has no 'probability'; only the last way may take the rest.",
                number,
            )
        elif not open_ and abs(stated - 1) > ROUNDING:
            self.wrong(
                (*at, "ways"),
                f"'ways': the probabilities {listed} add up to {stated:g} instead of 1; change "
                "one, or leave out that of the last way, which then takes the rest.",
                number,
            )
        elif open_ and stated > 1 + ROUNDING:
            self.wrong(
                (*at, "ways"),
                f"'ways': the probabilities {listed} add up to {stated:g}, which leaves the last "
                "way less than nothing; lower one.",
                number,
            )
        return tuple(
            Way(
                # The hundredths that a float leaves over are no chance.
                probability=max(0.0, round(1 - stated, 9)) if p is None else float(p),
                steps=self.steps((*at, "ways", place, "steps"), f"{number}.{place + 1}."),
                place=Place(
                    self.origin,
                    self.lines[*at, "ways", place],
                    f"{number}.{place + 1}",
                    "way",
                ),
                remark=way.get("remark", ""),
                rest=p is None,
            )
            for place, (way, p) in enumerate(zip(ways, given, strict=True))
        )

    def _repeat(self, at: At, given: dict[str, Any], place: Place) -> Repeat:
        times = given["times"]
        mean = None
        if isinstance(times, int):
            least = most = times
        elif isinstance(times, float):
            # 3.0 is a whole number to JSON Schema.
            least = most = int(times)
        elif "mean" in times:
            least, most, mean = 1, int(times["most"]), float(times["mean"])
            if mean > most:
                say = f"'times': a mean of {mean:g} is more than 'most', {most}; raise 'most'."
                self.wrong((*at, "times"), say, place.number)
        else:
            least, most = int(times["from"]), int(times["to"])
            if least > most:
                say = f"'times': from {least} to {most} is no range; give the lower number first."
                self.wrong((*at, "times"), say, place.number)
        return Repeat(
            least=least,
            most=most,
            mean=mean,
            until=float(given.get("until", 0.0)),
            steps=self.steps((*at, "steps"), f"{place.number}."),
            place=place,
            remark=given.get("remark", ""),
        )

    def _interrupts(self, at: At, by: list[dict[str, Any]], number: str) -> Iterator[Interrupt]:
        for place, given in enumerate(by):
            inside = (*at, "by", place)
            own = f"{number}.by{place + 1}"
            yield Interrupt(
                probability=given.get("probability"),
                per_hour=given.get("per_hour"),
                steps=self.steps((*inside, "steps"), f"{own}."),
                place=Place(self.origin, self.lines[inside], own, "interrupt"),
                remark=given.get("remark", ""),
            )

    def _sub(self, at: At, name: str, place: Place) -> Sub | None:
        try:
            return Sub(scenario=self.other(name), place=place)
        except DeskhandError as error:
            self.wrong((*at, "name"), f"'name': {error}", place.number)
            return None


def _misshapen(step: Any) -> tuple[At, str] | None:
    """Return what is wrong with a step by itself, if anything: where in it, and what."""
    known = verbs()
    if not isinstance(step, dict):
        return (), f'{json.dumps(step)} is not a step; write {{"do": "click", "target": "..."}}.'
    verb = step.get("do")
    if verb is None:
        return (), f"'do' is missing; it names the verb: {', '.join(known)}."
    if verb not in known:
        near = get_close_matches(str(verb), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return ("do",), f"'do': {verb!r} is not a verb; {hint}Verbs: {', '.join(known)}."
    return breach(step, verb)
