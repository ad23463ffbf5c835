"""Doing a scenario of the JSON form at a desk."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.goals import reached
from deskhand.scenarios.desk import NEVER, Desk
from deskhand.scenarios.json_form.rules import NAMED, TEXTS
from deskhand.scenarios.json_form.slots import Texts
from deskhand.scenarios.json_form.steps import (
    Act,
    Branch,
    Interrupt,
    Interrupted,
    Repeat,
    Step,
    Sub,
    Written,
)
from deskhand.scenarios.scenario import Steps

HOUR_US = 3_600_000_000


def runner(written: Written) -> Callable[[Desk], Steps]:
    """Return what does a scenario: a generator function that takes the desk."""

    def run(desk: Desk) -> Steps:
        yield from _Run(desk, written).all()

    return run


def rounds(repeat: Repeat, uniform: Callable[[], float]) -> int:
    """Return how often a loop is gone through, without its way out.

    Parameters
    ----------
    repeat : Repeat
        The loop.
    uniform : callable
        Returns numbers from [0, 1).
    """
    if repeat.mean is None:
        return repeat.least + int((repeat.most - repeat.least + 1) * uniform())
    at = uniform()
    for number, share in enumerate(_shares(repeat.mean, repeat.most), 1):
        at -= share
        if at < 0:
            return number
    return repeat.most


@lru_cache
def _shares(mean: float, most: int) -> tuple[float, ...]:
    """Return how often it is 1, 2 ... ``most`` rounds, with a mean.

    Each number is less often than the one before by the same ratio, or more often.

    Examples
    --------
    >>> [round(share, 3) for share in _shares(2.0, 3)]
    [0.333, 0.333, 0.333]
    """
    if mean > (1 + most) / 2:
        # The same law from the other end, where powers stay small.
        return _shares(1 + most - mean, most)[::-1]
    low, high = 0.0, 1.0
    for _ in range(60):
        ratio = 0.5 * (low + high)
        weights = [ratio**number for number in range(most)]
        total = math.fsum(weights)
        found = math.fsum(n * w for n, w in enumerate(weights, 1)) / total
        low, high = (ratio, high) if found < mean else (low, ratio)
    return tuple(weight / total for weight in weights)


class _Pending:
    """Something that may come up while steps are taken."""

    def __init__(self, desk: Desk, interrupt: Interrupt, steps: int) -> None:
        self.interrupt = interrupt
        self._desk = desk
        self._after: int | None = None
        self._due_us = NEVER
        if interrupt.per_hour is not None:
            self._wait()
        elif desk.chance(interrupt.probability or 0.0):
            # After one of the steps, all alike likely.
            self._after = 1 + desk.one_of(steps)

    def _wait(self) -> None:
        mean_us = HOUR_US / (self.interrupt.per_hour or 1.0)
        lapse_us = int(-mean_us * math.log1p(-self._desk.draws.uniform()))
        self._due_us = int(self._desk.env.now) + lapse_us

    def taken_up(self, done: int) -> bool:
        """Return whether it has come up, after so many steps; it is then over."""
        if self._after is not None and done >= self._after:
            self._after = None
            return True
        if int(self._desk.env.now) >= self._due_us:
            self._due_us = NEVER
            return True
        return False

    def over(self) -> None:
        """Wait for the next one, if there may be more."""
        if self.interrupt.per_hour is not None:
            self._wait()


class _Run:
    """One person's way through a scenario."""

    def __init__(self, desk: Desk, written: Written) -> None:
        self._desk, self._written = desk, written
        self._texts = Texts(desk, written)
        # What may come up, with the number of steps of its own list that are done; inside of what
        # has come up, nothing does.
        self._pending: list[tuple[_Pending, list[int]]] = []

    def all(self) -> Steps:
        written, text = self._written, self._texts.text
        if written.instruction:
            ends = [
                reached(
                    end.screen,
                    end.state,
                    {key: text(given) for key, given in end.holding.items()},
                    layer=end.layer,
                    times=end.times,
                )
                for end in written.ends
            ]
            self._desk.aim(text(written.instruction), *ends)
        yield from self._steps(written.steps)

    def _steps(self, steps: Sequence[Step], done: list[int] | None = None) -> Steps:
        for number, step in enumerate(steps, 1):
            try:
                yield from self._step(step)
            except DeskhandError as error:
                if isinstance(step, Act | Sub):
                    raise DeskhandError(f"{step.place}: {error}") from error
                raise
            if done is not None:
                done[0] = number
            yield from self._border()

    def _step(self, step: Step) -> Steps:
        desk = self._desk
        if isinstance(step, Act):
            yield from _act(desk, step, self._texts)
        elif isinstance(step, Branch):
            at = desk.draws.uniform()
            for way in step.ways:
                at -= way.probability
                if at < 0:
                    break
            yield from self._steps(way.steps)
        elif isinstance(step, Repeat):
            for _ in range(rounds(step, desk.draws.uniform)):
                yield from self._steps(step.steps)
                if step.until and desk.chance(step.until):
                    break
        elif isinstance(step, Interrupted):
            done = [0]
            before = len(self._pending)
            self._pending += [(_Pending(desk, i, len(step.steps)), done) for i in step.by]
            yield from self._steps(step.steps, done)
            del self._pending[before:]
        else:
            yield from desk.do(step.scenario)

    def _border(self) -> Steps:
        """Turn to what has come up, unless the page is about to change, and come back."""
        desk = self._desk
        if desk.live.pending:
            return
        for pending, done in self._pending:
            if pending.taken_up(done[0]):
                outer, self._pending = self._pending, []
                came_from = desk.live.screen.name
                yield from self._steps(pending.interrupt.steps)
                yield from desk.go_to(came_from)
                yield from desk.think("resume")
                self._pending = outer
                pending.over()


def _act(desk: Desk, step: Act, texts: Texts) -> Steps:
    """Return the steps of one verb with its arguments."""
    given: dict[str, Any] = dict(step.given)
    for name in (*TEXTS, *NAMED):
        if name in given:
            given[name] = texts.text(given[name])
    verb = step.verb
    if verb == "type":
        return desk.type(given.pop("text"), **given)
    if verb == "choose":
        return desk.choose(given.pop("option"), **given)
    if verb == "pick":
        return desk.pick(*given.pop("items"), **given)
    if verb == "news":
        return _news(desk, given)
    if verb == "pause":
        return desk.pause(median_s=given["median_s"], log_sd=given.get("log_sd", 0.0))
    made: Steps = getattr(desk, verb)(**given)
    return made


def _news(desk: Desk, given: Mapping[str, Any]) -> Steps:
    after_us = int(1e6 * given.get("after_s", 0))
    if given.get("log_sd"):
        after_us = desk.lapse_us(given.get("after_s", 0), given["log_sd"])
    return desk.news(after_us=after_us, **{given.get("slot", "text"): given["text"]})
