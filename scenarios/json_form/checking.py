"""What is wrong with a scenario of the JSON form on any way through it, and not on one that was drawn.

Every branch is gone into, loops until they bring nothing new, and what may interrupt does so after
each step. The pages are followed as `page_walk` does; where nobody can know them, after a part written
in Python, steps are left to trials.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.json_form.findings import Found, telling_word, without_pages
from deskhand.scenarios.json_form.page_walk import Desktop, PageWalk
from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.rules import NAMED, TEXTS
from deskhand.scenarios.json_form.slots import possible_texts
from deskhand.scenarios.json_form.steps import (
    Act,
    Branch,
    Interrupt,
    Interrupted,
    Repeat,
    Step,
    Steps,
    Written,
)
from deskhand.scenarios.masking import sensitive_keys
from deskhand.scenarios.scenario import Scenario
from deskhand.screen import Element, Screen

# Desktops that are told apart at one place; more are as likely to be alike as to teach anything.
MOST_GROUPS = 256
# A person is at one of these desktops; which one depends on how quickly a page has changed.
Group = frozenset[Desktop]
Groups = frozenset[Group]


def check_written(scenario: Scenario, screens: Mapping[str, Screen]) -> list[Found]:
    """Return what is wrong with a scenario that was read, in the order of its lines.

    Parameters
    ----------
    scenario : Scenario
        One of the JSON form.
    screens : mapping
        Every screen that it may show, by name.
    """
    walk = _Walk(screens)
    walk.task(scenario, None)
    # Its own lines first, then those of the scenarios that it is made of.
    own = scenario.written.file if scenario.written is not None else ""
    walk.found.sort(key=lambda found: (found.place.file != own, *found.place[:2]))
    return list(dict.fromkeys(walk.found))


class _Walk:
    def __init__(self, screens: Mapping[str, Screen]) -> None:
        self.found: list[Found] = []
        self._pages = PageWalk(screens)
        self._screens = screens
        self._masked: set[str] = set()
        self._written: Written
        self._plain: frozenset[str] = frozenset()
        self._interrupts: tuple[Interrupt, ...] = ()
        self._lost = ""
        self._left = False

    def _say(self, place: Place, text: str, *, grave: bool = True) -> None:
        self.found.append(Found(place=place, text=text, grave=grave))

    def task(self, scenario: Scenario, groups: Groups | None) -> Groups:
        """Go through a whole scenario, on fresh pages or on those that are there."""
        written = scenario.written
        assert written is not None
        head = Place(written.file, 1, "")
        outer = (getattr(self, "_written", written), self._plain, self._interrupts)
        self._written, self._interrupts = written, ()
        try:
            self._masked |= sensitive_keys(scenario.sensitive, scenario.opens, self._screens)
            self._plain = sensitive_keys(written.plain, scenario.opens, self._screens)
            if groups is None:
                groups = frozenset({frozenset({self._pages.opened(scenario.opens)})})
            else:
                groups = frozenset(
                    frozenset(self._pages.go_to(d, scenario.opens) for d in group)
                    for group in groups or {frozenset({self._pages.opened(scenario.opens)})}
                )
        except DeskhandError as error:
            self._say(head, str(error))
            groups = frozenset()
        self.found += without_pages(written.steps)
        groups = self._steps(written.steps, groups)
        for group in groups:
            for desktop in group:
                self._pages.later(desktop)
        self._goal(written)
        self._written, self._plain, self._interrupts = outer
        return groups

    def _goal(self, written: Written) -> None:
        for end in written.ends:
            screen = self._screens.get(end.screen)
            if screen is None:
                self._say(end.place, str(UnknownNameError("screen", end.screen, self._screens)))
                continue
            known = [state for layer, state in screen.states if layer == end.layer]
            if end.state not in known:
                what = f"state of {end.screen}, layer {end.layer},"
                self._say(end.place, str(UnknownNameError(what, end.state, known)))
            elif not self._lost and (end.screen, end.layer, end.state) not in self._pages.entered:
                self._say(
                    end.place,
                    f"no way through the steps brings {end.screen} to state {end.state!r}; add the "
                    "step that does, or change the goal.",
                )
            for key in end.holding:
                if key not in screen.elements:
                    self._say(end.place, str(UnknownNameError("element", key, screen.elements)))

    # Structure

    def _steps(self, steps: Steps, groups: Groups) -> Groups:
        for step in steps:
            groups = self._step(step, groups)
            if isinstance(step, Act):
                groups = self._border(groups)
            if len(groups) > MOST_GROUPS:
                # Which are kept must not depend on how sets are ordered.
                groups = frozenset(sorted(groups, key=lambda g: sorted(map(repr, g)))[:MOST_GROUPS])
        return groups

    def _step(self, step: Step, groups: Groups) -> Groups:
        if isinstance(step, Act):
            return self._act(step, groups)
        if isinstance(step, Branch):
            return frozenset().union(*(self._steps(way.steps, groups) for way in step.ways))
        if isinstance(step, Repeat):
            return self._repeat(step, groups)
        if isinstance(step, Interrupted):
            outer = self._interrupts
            self._interrupts = (*outer, *step.by)
            groups = self._steps(step.steps, groups)
            self._interrupts = outer
            # The next time that these steps are taken it may come up again.
            over = {interrupt.place.number for interrupt in step.by}
            return frozenset(
                frozenset(d._replace(past=d.past - over) for d in group) for group in groups
            )
        if step.scenario.written is not None:
            return self.task(step.scenario, groups)
        self._lost = self._lost or f"{step.scenario.name} is written in Python"
        return frozenset()

    def _repeat(self, step: Repeat, groups: Groups) -> Groups:
        left = groups if step.least == 0 else frozenset()
        before: set[Groups] = set()
        for number in range(1, step.most + 1):
            groups = self._steps(step.steps, groups)
            if number >= step.least or step.until:
                left |= groups
            if groups in before:
                return left | groups
            before.add(groups)
        return left

    def _border(self, groups: Groups) -> Groups:
        """Let everything that may come up do so, unless the page is about to change."""
        interrupts, self._interrupts = self._interrupts, ()
        after = groups
        for interrupt in interrupts:
            once = frozenset({interrupt.place.number} if interrupt.per_hour is None else ())
            resting: dict[str, set[Group]] = {}
            for desktop in frozenset().union(*groups):
                if (not once or not once <= desktop.past) and len(self._pages.later(desktop)) == 1:
                    begun = frozenset({desktop._replace(past=desktop.past | once)})
                    resting.setdefault(desktop.shown.screen, set()).add(begun)
            for came_from, here in resting.items():
                for group in self._steps(interrupt.steps, frozenset(here)):
                    after |= {frozenset(self._pages.go_to(d, came_from) for d in group)}
        self._interrupts = interrupts
        return after

    # Acts

    def _act(self, step: Act, groups: Groups) -> Groups:
        if not groups:
            if step.verb != "navigate" or step.given["screen"] not in self._screens:
                self._leave(step.place)
                return groups
            # Where a page is opened, it is known again.
            return frozenset({frozenset({self._pages.opened(step.given["screen"])})})
        after: set[Group] = set()
        for given in self._possible(step):
            if given is None:
                self._lost = self._lost or "what it acts on is made up in the session"
                self._leave(step.place)
                return frozenset()
            after |= {self._taken(step, given, group) for group in groups}
        return frozenset(after)

    def _leave(self, place: Place) -> None:
        """Say once from where on the pages are not known."""
        if self._lost and not self._left:
            self._left = True
            text = f"{self._lost}, so which page is there is not known; from here on trials alone tell."
            self._say(place, text, grave=False)

    def _possible(self, step: Act) -> Iterator[dict[str, Any] | None]:
        """Yield the arguments with every text that they may stand for; None when nobody knows them."""
        names: list[str] = []
        choices: list[Sequence[str | None]] = []
        for name in (*TEXTS, *NAMED):
            # What is typed changes no page.
            if name in step.given and name != "text":
                texts = possible_texts(step.given[name], self._written)
                if texts is None and name != "option":
                    yield None
                    return
                names.append(name)
                choices.append(texts or [None])
        for chosen in product(*choices):
            yield {**step.given, **dict(zip(names, chosen, strict=True))}

    def _taken(self, step: Act, given: Mapping[str, Any], group: Group) -> Group:
        after: set[Desktop] = set()
        refusal: DeskhandError | None = None
        for desktop in sorted(group, key=repr):
            for at in self._pages.later(desktop):
                try:
                    after |= set(self._pages.take(at, step.verb, given))
                except DeskhandError as error:
                    refusal = refusal or error
                    continue
                if step.verb in ("type", "paste"):
                    self._mask(step.place, self._pages.field(at, given.get("into")))
        if not after:
            # A change to come helps nobody here, so the page as it is at first is named.
            self._say(step.place, str(refusal))
            return group
        return frozenset(after)

    def _mask(self, place: Place, element: Element) -> None:
        masked = element.sensitive is not None or element.widget == "password"
        if masked or element.key in self._masked or element.key in self._plain:
            return
        telling = telling_word(element.key, element.name, element.test_id or "")
        if telling is not None:
            self._say(
                place,
                f"{element.key} ({element.name!r}) looks like a {telling} and is written in "
                f"clear; add {element.key!r} to 'sensitive', or to 'plain' if that is meant.",
            )
