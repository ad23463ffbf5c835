"""Read a page's sidecar: names for its elements, and the transitions between its states."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError

FORMAT = "deskhand.states/1"

# The acts that can start a transition, and the kind of edge that each makes.
TRIGGERS = {
    "click": "click",
    "double_click": "double_click",
    "right_click": "right_click",
    "hover": "hover",
    "press": "press",
    "drag": "drag",
    "wait_ms": "wait",
    "event": "wait",
}
# What of an act names the element that it is done to.
ACTED_ON = ("click", "double_click", "right_click", "hover", "drag", "on")

Act = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way from a state of a layer to another: acts of preparation, then the trigger."""

    source: str
    to: str
    acts: tuple[Act, ...]
    slots: Mapping[str, str | None] = field(default_factory=dict)
    sentinels: Mapping[str, str] = field(default_factory=dict)

    @property
    def trigger(self) -> Act:
        """The act that starts the transition: the last one."""
        return self.acts[-1]

    @property
    def kind(self) -> str:
        """The kind of edge: click, double_click, right_click, hover, press, drag or wait."""
        return next(kind for act, kind in TRIGGERS.items() if act in self.trigger)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDown:
    """A custom drop-down: all its options are opened and chosen for real."""

    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A thing that can be dragged between places, from each to each; ``home`` is its base."""

    target: str
    over: tuple[str, ...]
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """What an author says about a page."""

    name: str | None = None
    app: str | None = None
    title: str | None = None
    href: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    sensitive: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, tuple[Transition | DropDown | Places, ...]] = field(default_factory=dict)


@cache
def _schema() -> Any:
    from jsonschema import Draft202012Validator

    text = resources.files("deskhand.schema").joinpath("states.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _refuse(path: Path, where: str, rule: str) -> DeskhandError:
    return DeskhandError(f"{path}: {where}: {rule}")


def read_sidecar(path: Path) -> Sidecar:
    """Read and check a ``.states.json`` file.

    Raises
    ------
    DeskhandError
        When the file cannot be read or breaks a rule; the message names the place and the remedy.
    """
    from jsonschema.exceptions import best_match

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeskhandError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise DeskhandError(f"{path}: not JSON: {error}.") from None
    broken = best_match(_schema().iter_errors(data))
    if broken is not None:
        remedy = broken.schema.get("description", "See the schema states.schema.json.")
        raise _refuse(path, broken.json_path, f"{broken.message:.200}. {remedy}")
    layers: dict[str, tuple[Transition | DropDown | Places, ...]] = {}
    for layer, entries in data.get("layers", {}).items():
        layers[layer] = tuple(_entry(path, layer, n, entry) for n, entry in enumerate(entries))
        _reachable(path, layer, layers[layer])
    fields = {k: v for k, v in data.items() if k not in ("format", "$schema", "layers")}
    return Sidecar(**fields, layers=layers)


def _entry(path: Path, layer: str, place: int, entry: Act) -> Transition | DropDown | Places:
    where = f"$.layers.{layer}[{place}]"
    if "select" in entry:
        return DropDown(target=entry["select"])
    if "explore" in entry:
        if entry["home"] not in entry["over"]:
            raise _refuse(path, f"{where}.home", f"{entry['home']!r} is not one of `over`; add it.")
        return Places(target=entry["explore"], over=tuple(entry["over"]), home=entry["home"])
    acts = tuple(entry["do"])
    if not any(name in acts[-1] for name in TRIGGERS):
        raise _refuse(
            path,
            f"{where}.do[{len(acts) - 1}]",
            f"{json.dumps(acts[-1])} cannot start a transition; end the list with one of "
            f"{', '.join(TRIGGERS)}. Typed text and native widgets need no states.",
        )
    slots = entry.get("slots", {})
    text = json.dumps(acts)
    for slot in slots:
        if "{{" + slot + "}}" not in text:
            raise _refuse(
                path, f"{where}.slots", f"slot {slot!r} is not used; write {{{{{slot}}}}} in `do`."
            )
    return Transition(
        source=entry["from"],
        to=entry["state"],
        acts=acts,
        slots=slots,
        sentinels=entry.get("sentinels", {}),
    )


def _reachable(path: Path, layer: str, entries: tuple[Any, ...]) -> None:
    blocks = [entry for entry in entries if not isinstance(entry, Transition)]
    if blocks and len(entries) > 1:
        raise _refuse(
            path,
            f"$.layers.{layer}",
            "`select` or `explore` makes all states of its layer; give it a layer of its own.",
        )
    known = {"base"}
    for place, entry in enumerate(entries):
        if isinstance(entry, Transition):
            if entry.source not in known:
                raise _refuse(
                    path,
                    f"$.layers.{layer}[{place}].from",
                    f"state {entry.source!r} has not been reached yet; known: "
                    f"{', '.join(sorted(known))}. Put the entry that makes it first.",
                )
            known.add(entry.to)
