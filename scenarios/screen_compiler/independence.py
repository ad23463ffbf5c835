"""Refuse layers whose states cannot be combined: they must share no node and move no element."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.layer_compiler import Layer, overrides
from deskhand.screen import PAGE


def _changes(layer: Layer, base: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the fields that a layer's states change, by element of the base page."""
    found: dict[str, set[str]] = {}
    for state in layer.states.values():
        for key, change in overrides(base, state.elements).items():
            if key in base and change is not None:
                found.setdefault(key, set()).update(change)
    return found


def check_independence(
    screen: str,
    layers: Mapping[str, Layer],
    base: Mapping[str, Mapping[str, Any]],
    inside: Mapping[str, set[int]],
    name_of: Mapping[int, str],
) -> None:
    """Check every two layers of a screen, and that no layer but ``page`` moves what is not its own.

    Parameters
    ----------
    screen : str
        Name of the screen.
    layers : mapping
        The compiled layers by name.
    base : mapping
        Elements of the base page by key.
    inside : mapping
        Ids of the nodes at and below those that each layer touches.
    name_of : mapping
        What a node is called in a message, by id.

    Raises
    ------
    DeskhandError
        Naming both layers, and what they share or move.
    """
    changes = {name: _changes(layer, base) for name, layer in layers.items()}
    for name in layers:
        if name == PAGE:
            continue
        for key, fields in changes[name].items():
            if "box" in fields and base[key]["id"] not in inside[name]:
                raise DeskhandError(
                    f"screen {screen!r}: layer {name!r} moves {key!r}, which is not part of it but of "
                    f"the page, so their states cannot be combined. Let what {name!r} shows lie "
                    f"above the page (position: absolute), or move its states into layer {PAGE!r}."
                )
    for left, right in combinations(layers, 2):
        shared = layers[left].touched & layers[right].touched
        if shared:
            own = min(shared)
            raise DeskhandError(
                f"screen {screen!r}: layers {left!r} and {right!r} both change "
                f"{name_of.get(own, f'node {own}')}, so their states cannot be combined. Give each a "
                "part of the page of its own, or put their states into one layer."
            )
        for key in sorted(changes[left].keys() & changes[right].keys()):
            fields = changes[left][key] & changes[right][key]
            if fields:
                raise DeskhandError(
                    f"screen {screen!r}: layers {left!r} and {right!r} both change the "
                    f"{', '.join(sorted(fields))} of {key!r}, so their states cannot be combined. "
                    "Reserve room for what appears, or put their states into one layer."
                )
