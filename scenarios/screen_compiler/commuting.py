"""Check in the browser that layers commute: entered in either order, they give the same screen.

That layers share no node does not tell it: a style rule or a script may answer to the states of two
of them at once. So every layer is put into a state of its own, one after another on one live page,
first in their order and then in the reverse. Each must change the page as it did alone, and the
page must end as the sum of what was recorded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.layer_compiler import Layer, LayerCompiler, overrides
from deskhand.scenarios.screen_compiler.live_page import LivePage
from deskhand.scenarios.screen_compiler.same_document import touched_ids
from deskhand.scenarios.screen_compiler.screen_elements import record, sight
from deskhand.scenarios.screen_compiler.state_recorder import State
from deskhand.screen import BASE

Elements = Mapping[str, Mapping[str, Any]]

# Lengths in pixels are equal up to rounding.
SAME_PX = 0.02


def check_commuting(compiler: LayerCompiler) -> None:
    """Check that the layers of a compiled screen commute.

    A layer that cannot be entered beside the others, as when a dialog covers it, is left out.

    Parameters
    ----------
    compiler : LayerCompiler
        With all layers compiled.

    Raises
    ------
    DeskhandError
        Naming the layer that changed otherwise than alone, those before it, and the difference.
    """
    chosen = [
        (layer, state)
        for layer in compiler.layers.values()
        if (state := _resting(layer)) is not None
    ]
    if len(chosen) < 2:
        return
    for order in (chosen, chosen[::-1]):
        _check_order(compiler, order)


def _resting(layer: Layer) -> State | None:
    """Return the state in which a layer is beside the others: an opened list would be closed."""
    return layer.states.get("chosen-1") or next(
        (state for name, state in reversed(layer.states.items()) if name != BASE), None
    )


def _check_order(compiler: LayerCompiler, order: Sequence[tuple[Layer, State]]) -> None:
    entered: list[tuple[Layer, State]] = []
    undisturbed = True
    with compiler.recorder.at_base() as (live, _):
        for layer, state in order:
            live.call("startIdsAt", layer.first_id)
            kept = _enter(compiler, live, layer, state, entered)
            if kept is None:
                continue
            undisturbed &= kept
            entered.append((layer, state))
        # A page that goes on by itself, or when the pointer leaves, is no longer in these states.
        if undisturbed and compiler.recorder.parked(live, blur=True):
            seen = sight(live).by_id
            now = {key: record(seen[own]) for own, key in compiler.base.keys.items() if own in seen}
            _compare(compiler, now, entered)


def _enter(
    compiler: LayerCompiler,
    live: LivePage,
    layer: Layer,
    state: State,
    entered: Sequence[tuple[Layer, State]],
) -> bool | None:
    """Enter a state; return whether nothing else changed meanwhile, None if it cannot be entered."""
    alone = True
    for place, (step, before) in enumerate(zip(state.path, state.runs, strict=True)):
        try:
            run = compiler.recorder.transition(live, step, before["elements"], layer.name)
        except DeskhandError:
            if place:
                raise
            return None
        others = set().union(*(other.touched for other, _ in entered))
        own = [b for b in run.batches if not touched_ids(b["data"]) <= others]
        alone &= len(own) == len(run.batches)
        if [b["data"] for b in own] != [b["data"] for b in before["batches"]]:
            raise _refused(
                compiler, layer, entered, f"going to {step.to!r} changes the page in another way"
            )
    return alone


def _compare(
    compiler: LayerCompiler, now: Elements, entered: Sequence[tuple[Layer, State]]
) -> None:
    """Hold the elements of the base page, as they are now, against the sum of the states."""
    base = compiler.base.elements
    expected: dict[str, Any] = {key: dict(element) for key, element in base.items()}
    for _, state in entered:
        for key, change in overrides(base, state.elements).items():
            if change is None:
                expected.pop(key, None)
            elif key in expected:
                expected[key].update(change)
    layer = entered[-1][0]
    for key in base:
        if (key in expected) != (key in now):
            shown = "is there" if key in now else "is gone"
            raise _refused(compiler, layer, entered[:-1], f"{key!r} {shown}")
    for key, change in overrides(expected, now).items():
        for field, value in (change or {}).items():
            if not _same(expected[key].get(field), value):
                was = expected[key].get(field)
                raise _refused(
                    compiler,
                    layer,
                    entered[:-1],
                    f"the {field} of {key!r} is {value} instead of {was}",
                )


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return all(map(_same, left, right))
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left - right) <= SAME_PX
    return bool(left == right) or (not left and not right)


def _refused(
    compiler: LayerCompiler, layer: Layer, entered: Sequence[tuple[Layer, State]], what: str
) -> DeskhandError:
    before = " and ".join(f"{other.name}:{state.name}" for other, state in entered)
    return DeskhandError(
        f"screen {compiler.recorder.screen!r}, layer {layer.name!r}: after {before}, {what}, other "
        "than when each is entered alone, so their states cannot be combined. Put the states that go "
        "together into one layer, where the pair is a state of its own."
    )
