"""A custom drop-down's states: opened, each option chosen, and opened again from there."""

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.layer_compiler import Layer, LayerCompiler
from deskhand.scenarios.screen_compiler.locators import find_key
from deskhand.scenarios.screen_compiler.sidecar import DropDown, Transition
from deskhand.scenarios.screen_compiler.walking import walk
from deskhand.screen import BASE


def expand_drop_down(compiler: LayerCompiler, layer: Layer, block: DropDown) -> None:
    """Record a drop-down: states ``base``, ``open``, ``chosen-<n>`` and ``open-<n>``, n from 1.

    Every option is chosen from every opened state; an opened list is closed again by a click on the
    drop-down and by Escape.

    Raises
    ------
    DeskhandError
        When a click on the drop-down shows no options.
    """
    base = compiler.base
    screen = compiler.recorder.screen
    target = find_key(block.target, base.elements, screen, layer.name, BASE)
    drop_down = base.elements[target]
    if drop_down["tag"] == "select":
        raise DeskhandError(
            f"screen {screen!r}, layer {layer.name!r}: {target!r} is a native drop-down and needs no "
            "states; remove the layer."
        )

    def step(source: str, to: str, act: str, key: str) -> Transition:
        trigger = {"press": "Escape", "on": key} if act == "Escape" else {"click": key}
        return Transition(source=source, to=to, acts=(trigger,))

    taken = [step(BASE, "open", "click", target)]
    opened = compiler.enter(layer, taken[0], blur=False)
    options = [
        key
        for key, element in opened.elements.items()
        if element["role"] == "option" and key not in base.elements
    ]
    if not options:
        raise DeskhandError(
            f"screen {screen!r}, layer {layer.name!r}: a click on {target!r} shows no elements of "
            "role option; give the list role=listbox and its entries role=option, or describe the "
            "states with `do` lists."
        )
    for place, option in enumerate(options, start=1):
        chosen, again = f"chosen-{place}", f"open-{place}"
        taken.append(step("open", chosen, "click", option))
        compiler.enter(layer, taken[-1])
        taken.append(step(chosen, again, "click", target))
        compiler.enter(layer, taken[-1], blur=False)
    new = []
    for number in range(len(options) + 1):
        closed, shown = (f"chosen-{number}", f"open-{number}") if number else (BASE, "open")
        new.append(step(shown, closed, "click", target))
        new.append(step(shown, closed, "Escape", target))
        for place, option in enumerate(options, start=1):
            if number:
                new.append(step(shown, f"chosen-{place}", "click", option))
    walk(compiler, layer, taken, new)
    seen = opened.measured.sighting.by_id
    drop_down["options"] = [
        {
            "label": opened.elements[key]["name"],
            "value": seen[opened.elements[key]["id"]]["_value"] or opened.elements[key]["name"],
            "target": key,
        }
        for key in options
    ]
    drop_down["widget"] = "combobox"
