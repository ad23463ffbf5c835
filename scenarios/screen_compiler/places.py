"""The states of a thing that is dragged between places, such as a card between columns."""

from deskhand.scenarios.screen_compiler.layer_compiler import Layer, LayerCompiler
from deskhand.scenarios.screen_compiler.locators import find_key
from deskhand.scenarios.screen_compiler.sidecar import Places, Transition
from deskhand.scenarios.screen_compiler.walking import walk
from deskhand.screen import BASE


def expand_places(compiler: LayerCompiler, layer: Layer, block: Places) -> None:
    """Record a drag from every place to every other; a state is named by its place's last word."""
    base, screen = compiler.base, compiler.recorder.screen

    def key_of(locator: str) -> str:
        return find_key(locator, base.elements, screen, layer.name, BASE)

    target, home = key_of(block.target), key_of(block.home)
    goals = [key_of(place) for place in block.over]
    state = {goal: BASE if goal == home else goal.rsplit(".", 1)[-1] for goal in goals}

    def step(source: str, goal: str) -> Transition:
        return Transition(source=source, to=state[goal], acts=({"drag": target, "to": goal},))

    taken = [step(BASE, goal) for goal in goals if goal != home]
    for first in taken:
        compiler.enter(layer, first)
    new = [
        step(state[source], goal)
        for source in goals
        for goal in goals
        if source not in (home, goal)
    ]
    walk(compiler, layer, taken, new)
