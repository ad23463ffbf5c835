"""Record many further ways between known states on one live page, without loading it each time."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from deskhand.scenarios.screen_compiler.layer_compiler import Layer, LayerCompiler
from deskhand.scenarios.screen_compiler.live_page import LivePage
from deskhand.scenarios.screen_compiler.same_document import match_ids
from deskhand.scenarios.screen_compiler.sidecar import Transition
from deskhand.screen import BASE


def _route(at: str, steps: Sequence[Transition], goals: set[str]) -> list[Transition]:
    """Return the shortest list of transitions from a state to one of the goals; empty if none."""
    waiting: deque[tuple[str, list[Transition]]] = deque([(at, [])])
    seen = {at}
    while waiting:
        state, way = waiting.popleft()
        if state in goals:
            return way
        for step in steps:
            if step.source == state and step.to not in seen:
                seen.add(step.to)
                waiting.append((step.to, [*way, step]))
    return []


class Walk:
    """A live page that is led from state to state; it knows which of its ids are which of a state's.

    Parameters
    ----------
    compiler : LayerCompiler
        Records what is new.
    layer : Layer
        The layer; all its states are known.
    live : LivePage
        The page, in the base state.
    """

    def __init__(self, compiler: LayerCompiler, layer: Layer, live: LivePage) -> None:
        self.compiler = compiler
        self.layer = layer
        self.live = live
        self.at = BASE
        self.known: dict[int, int] = {}

    def go(self, step: Transition, *, record: bool) -> None:
        """Take a transition; record it as a further way when it is new."""
        source = self.layer.states[step.source]
        of_state = {old: own for own, old in self.known.items()}
        elements: dict[str, dict[str, Any]] = {
            key: dict(element, id=of_state.get(element["id"], element["id"]))
            for key, element in source.elements.items()
        }
        run = self.compiler.recorder.transition(self.live, step, elements, self.layer.name)
        tree = self.live.snapshot()["dom"]
        if record:
            unseen = self.live.call("unseenTexts")
            self.known = self.compiler.further_way(self.layer, step, run, tree, unseen, self.known)
        else:
            self.known, _ = match_ids(self.layer.states[step.to].tree, tree)
        self.at = step.to


def walk(
    compiler: LayerCompiler, layer: Layer, taken: Sequence[Transition], new: Sequence[Transition]
) -> None:
    """Record every new transition of a layer whose states are all known.

    Parameters
    ----------
    compiler : LayerCompiler
        Records what is new.
    layer : Layer
        The layer.
    taken : sequence of Transition
        Transitions that are recorded already, to get about.
    new : sequence of Transition
        Transitions to record.
    """
    left = list(new)
    with compiler.recorder.at_base() as (live, _):
        # Far above every other id: what a walk numbers is rewritten into the ids of its states.
        live.call("startIdsAt", 1_000_000)
        here = Walk(compiler, layer, live)
        while left:
            for step in _route(here.at, (*taken, *new), {step.source for step in left}):
                here.go(step, record=step in left)
                if step in left:
                    left.remove(step)
            onward = next((step for step in left if step.source == here.at), None)
            if onward is not None:
                left.remove(onward)
                here.go(onward, record=True)
