"""Compile the layers of a page: their states, and the recorded edges between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.inlined_images import inline_images
from deskhand.scenarios.screen_compiler.label_map import changed_patches, fixed_patches
from deskhand.scenarios.screen_compiler.locators import find_key
from deskhand.scenarios.screen_compiler.page_picture import crops, fixed_changes, fixed_crops
from deskhand.scenarios.screen_compiler.same_document import match_ids, touched_ids, with_ids
from deskhand.scenarios.screen_compiler.screen_elements import keyed, record
from deskhand.scenarios.screen_compiler.sidecar import (
    ACTED_ON,
    DropDown,
    Places,
    Sidecar,
    Transition,
)
from deskhand.scenarios.screen_compiler.state_recorder import Run, State, StateRecorder
from deskhand.screen import BASE, PAGE

# What an element of the file means when a field is left out.
DEFAULTS: Mapping[str, Any] = {
    "fixed": False,
    "visible": True,
    "sensitive": None,
    "value": "",
    "checked": False,
    "options": [],
    "within": [],
    "test_id": None,
}
_TYPED_TAGS = frozenset({"input", "textarea", "select"})


def overrides(
    base: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any] | None]:
    """Return how a state's elements differ from the base page's: changed fields, or None if gone.

    What is typed or chosen in native widgets is left out: it is the person's, not the state's.

    Examples
    --------
    >>> overrides(
    ...     {"a": {"name": "A", "tag": "p"}, "b": {"name": "B", "tag": "p"}},
    ...     {"a": {"name": "Z", "tag": "p"}},
    ... )
    {'a': {'name': 'Z'}, 'b': None}
    """
    found: dict[str, dict[str, Any] | None] = {}
    for key, element in now.items():
        before = base.get(key)
        if before is None:
            found[key] = dict(element)
            continue
        changed = {}
        for name in sorted({*before, *element}):
            if name in ("value", "checked") and element["tag"] in _TYPED_TAGS:
                continue
            value = element.get(name, DEFAULTS.get(name))
            if value != before.get(name, DEFAULTS.get(name)) and name != "options":
                changed[name] = value
        if changed:
            found[key] = changed
    for key in base:
        if key not in now:
            found[key] = None
    return found


@dataclass(slots=True, kw_only=True)
class Layer:
    """A layer being compiled: its states by name, its edges, and the nodes that it touches."""

    name: str
    states: dict[str, State]
    edges: list[dict[str, Any]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    first_id: int
    next_id: int


class LayerCompiler:
    """Compiles one layer after another; each takes a range of node ids of its own.

    Parameters
    ----------
    recorder : StateRecorder
        Reaches and records states.
    sidecar : Sidecar
        What the author says about the page.
    base : State
        The measured base page, its elements keyed.
    """

    def __init__(self, recorder: StateRecorder, sidecar: Sidecar, base: State) -> None:
        self.recorder = recorder
        self.sidecar = sidecar
        self.base = base
        self.next_id = base.next_id
        self.static_keys: dict[int, str] = dict(base.keys)
        self.new_keys: dict[str, str] = {}
        self.layers: dict[str, Layer] = {}

    def compile(self, name: str) -> Layer:
        """Compile the layer of this name and return it."""
        layer = Layer(
            name=name,
            states={BASE: State(**_of(self.base, layer=name))},
            first_id=self.next_id,
            next_id=self.next_id,
        )
        for entry in self.sidecar.layers.get(name, ()):
            if isinstance(entry, Transition):
                self.enter(layer, entry)
            elif isinstance(entry, DropDown):
                from deskhand.scenarios.screen_compiler.drop_down import expand_drop_down

                expand_drop_down(self, layer, entry)
            elif isinstance(entry, Places):
                from deskhand.scenarios.screen_compiler.places import expand_places

                expand_places(self, layer, entry)
        self.next_id = layer.next_id
        self.layers[name] = layer
        return layer

    def enter(self, layer: Layer, step: Transition, *, blur: bool = True) -> State:
        """Record a transition on a fresh page, and measure the state it leads to if it is new."""
        source = layer.states[step.source]
        with self.recorder.at_state(source, layer.first_id) as live:
            run = self.recorder.transition(live, step, source.elements, layer.name)
            tree = live.snapshot()["dom"]
            if step.to in layer.states:
                self.further_way(layer, step, run, tree, live.call("unseenTexts"), {})
                return layer.states[step.to]
            made = State(
                layer=layer.name,
                name=step.to,
                path=(*source.path, step),
                runs=(*source.runs, {"batches": run.batches, "elements": source.elements}),
                tree=tree,
                measured=source.measured,
                next_id=live.call("nextId"),
            )
            made.measured = self.recorder.measure_state(made, layer.first_id, live, blur=blur)
        layer.next_id = max(layer.next_id, made.next_id)
        self.key_elements(layer, made, source)
        layer.states[step.to] = made
        self.add_edge(layer, step, run)
        return made

    def further_way(
        self,
        layer: Layer,
        step: Transition,
        run: Run,
        tree: Mapping[str, Any],
        unseen: list[int],
        live_to_known: Mapping[int, int],
    ) -> dict[int, int]:
        """Record one more way into a known state, in that state's ids; return the ids' mapping.

        ``live_to_known`` maps the live page's ids before the transition to those of its source.

        Raises
        ------
        DeskhandError
            When the page is not the same as when the state was reached first.
        """
        known = layer.states[step.to]
        ids, difference = match_ids(known.tree, tree, set(unseen))
        if difference is not None:
            raise DeskhandError(
                f"screen {self.recorder.screen!r}, layer {layer.name!r}: state {step.to!r} reached "
                f"from {step.source!r} by {_said(step)} is not the page that it was the first time: "
                f"{difference}. Give it a state of its own name, or let the page return to the same "
                "content."
            )
        gone = {live: old for live, old in live_to_known.items() if live not in ids}
        batches = [
            dict(batch, data=with_ids(batch["data"], {**gone, **ids})) for batch in run.batches
        ]
        values = {ids.get(own, own): value for own, value in run.values.items()}
        focus = ids.get(run.focus, run.focus)
        self.add_edge(layer, step, Run(batches=batches, values=values, focus=focus))
        return ids

    def key_elements(self, layer: Layer, state: State, source: State) -> None:
        """Give the elements of a new state their keys."""
        taken = [key for key, owner in self.new_keys.items() if owner != layer.name]
        sighting = state.measured.sighting
        known = {**self.static_keys, **source.keys}
        given = given_keys(self.sidecar, sighting.by_id, self.recorder.screen)
        found = keyed(sighting, known, given, taken)
        state.keys = {**source.keys, **found}
        for own, key in found.items():
            if own < self.base.next_id:
                self.static_keys.setdefault(own, key)
            if key not in self.base.elements:
                self.new_keys[key] = layer.name
        state.elements = {found[own]: record(e) for own, e in sighting.by_id.items()}
        mark_sensitive(state.elements, self.sidecar)

    def add_edge(self, layer: Layer, step: Transition, run: Run) -> None:
        """Write a recorded transition as an edge of the layer."""
        source = layer.states[step.source]

        def key_of(locator: str) -> str:
            return find_key(locator, source.elements, self.recorder.screen, layer.name, step.source)

        trigger = step.trigger
        edge: dict[str, Any] = {"from": step.source, "to": step.to, "kind": step.kind}
        target = next((trigger[k] for k in ACTED_ON if k in trigger), None)
        if target is not None:
            edge["target"] = key_of(target)
        if "drag" in trigger:
            edge["to_target"] = key_of(trigger["to"])
        if "press" in trigger:
            edge["key"] = trigger["press"]
        start_ms = 0
        if "wait_ms" in trigger:
            start_ms = run.batches[0]["after_ms"] if run.batches else trigger["wait_ms"]
            edge["after_us"] = start_ms * 1000
        if step.slots:
            edge["slots"] = {
                slot: None if locator is None else key_of(locator)
                for slot, locator in step.slots.items()
            }
        names = {element["id"]: key for key, element in layer.states[step.to].elements.items()}
        values = {names[own]: value for own, value in run.values.items() if own in names}
        if values:
            edge["values"] = values
        if run.focus in names:
            edge["focus"] = names[run.focus]
        edge["mutations"] = []
        for batch in run.batches:
            data = batch["data"]
            for add in data["adds"]:
                inline_images(add["node"], self.recorder.files)
            layer.touched |= touched_ids(data)
            after_us = max(batch["after_ms"] - start_ms, 0) * 1000
            edge["mutations"].append({"after_us": after_us, "data": data})
        layer.edges.append(edge)

    def content(self, layer: Layer) -> dict[str, Any]:
        """Return a compiled layer as it stands in the file."""
        base = self.base.measured
        states: dict[str, Any] = {}
        for name, state in layer.states.items():
            now = state.measured
            written: dict[str, Any] = {}
            if name != BASE:
                written["elements"] = overrides(self.base.elements, state.elements)
            hits = changed_patches(base.labels.document, now.labels.document)
            cut = crops(base.picture.document, now.picture.document)
            if layer.name == PAGE:
                hits += fixed_patches(now.labels)
                cut += fixed_crops(now.picture)
            elif name != BASE:
                hits += fixed_patches(now.labels, base.labels)
                cut += fixed_changes(base.picture, now.picture)
            if hits:
                written["hits"] = hits
            if cut:
                written["crops"] = cut
            if now.slot_texts and name != BASE:
                written["slot_texts"] = now.slot_texts
            states[name] = written
        return {"states": states, "edges": layer.edges}


def _of(state: State, **changed: Any) -> dict[str, Any]:
    return {name: changed.get(name, getattr(state, name)) for name in State.__slots__}


def _said(step: Transition) -> str:
    return ", ".join(f"{name} {value}" for name, value in step.trigger.items())


def mark_sensitive(elements: Mapping[str, dict[str, Any]], sidecar: Sidecar) -> None:
    """Mark the elements that the sidecar calls sensitive, in place."""
    for key, reason in sidecar.sensitive.items():
        if key in elements:
            elements[key]["sensitive"] = reason


def given_keys(
    sidecar: Sidecar, by_id: Mapping[int, Mapping[str, Any]], screen: str
) -> dict[int, str]:
    """Return the keys that the sidecar's ``names`` give to the elements seen, by node id."""
    slugs = {str(own): record(element) for own, element in by_id.items()}
    given = {}
    for key, locator in sidecar.names.items():
        if locator.startswith("css="):
            continue
        try:
            given[int(find_key(locator, slugs, screen, PAGE, BASE))] = key
        except DeskhandError as error:
            if "matches nothing" not in str(error):
                raise
    return given
