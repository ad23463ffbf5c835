"""What a task is for: its instruction in words, and a check of what became of it.

A goal is reached when pages came to the states that it names while their fields held what it asks for.
The check reads events alone, so it works for a session that was captured as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from deskhand.field_text import edited
from deskhand.plain_values import plain_rows
from deskhand.screen import BASE, PAGE, Element, Screen, reference

if TYPE_CHECKING:
    from deskhand.session import Session

# What a drop-down showed last, beside the value that it has.
_LABEL = "\0label"
_READ = (
    "t_us",
    "type",
    "target",
    "reference",
    "value",
    "value_length",
    "masked",
    "input_type",
    "detail",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A state that a page has to come to, and what its fields have to hold then.

    ``state`` names it as `deskhand.screen.reference` does; ``holding`` maps elements to texts, of a
    masked field only the length counts; ``times`` says how often it has to happen.
    """

    state: str
    holding: Mapping[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What one task of a session was for; ``since_us`` is when the person took it up.

    ``impossible`` says what the person found out of a task that cannot be done.
    """

    task: int
    scenario: str
    instruction: str
    ends: tuple[Reached, ...]
    since_us: int = 0
    impossible: str = ""


def reached(
    screen: str,
    state: str,
    holding: Mapping[str, str] | None = None,
    *,
    layer: str = "page",
    times: int = 1,
) -> Reached:
    """Return an end of a goal.

    Parameters
    ----------
    screen, state, layer : str
        What the page has to come to; its state ``base`` when it is to be opened.
    holding : mapping of str to str, optional
        What fields have to hold when it does, by the key of the element; ``true`` or ``false`` for a
        checkbox, the option's value or label for a drop-down.
    times : int
        How often.

    Examples
    --------
    >>> reached("crm/lead-form", "saved", {"lead.name": "Ada Berg"}).state
    'crm/lead-form#page:saved'
    """
    return Reached(state=reference(screen, layer, state), holding=dict(holding or {}), times=times)


def missed(session: "Session", goals: Sequence[Goal] | None = None) -> list[str]:
    """Return what was not reached, a line each; nothing when all tasks were done.

    Parameters
    ----------
    session : Session
        Its events are read, and what its screens say that fields hold at first.
    goals : sequence of Goal, optional
        Those of the session itself when not given.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("crm.create_lead", seed=7)
    >>> missed(session)
    []
    >>> never = Goal(task=1, scenario="x", instruction="", ends=(reached("crm/leads", "gone"),))
    >>> missed(session, [never])
    ['x: crm/leads#page:gone was not reached.']
    """
    goals = session.goals if goals is None else goals
    wanted = [(goal, end) for goal in goals for end in goal.ends]
    counts = [0] * len(wanted)
    nearest: list[str] = [""] * len(wanted)
    held: dict[str, str] = {}
    lengths: dict[str, int] = {}
    kinds = pa.array(["input", "select.change", "mark", "navigation"])
    events = session.events.select(_READ)
    for row in plain_rows(events.filter(pc.is_in(events["type"].cast(pa.string()), kinds))):
        kind, target = row["type"], row["target"]
        if kind in ("mark", "navigation"):
            came_to = row["reference"]
            if kind == "navigation":
                came_to = reference(came_to, PAGE, BASE)
            for number, (goal, end) in enumerate(wanted):
                if came_to == end.state and row["t_us"] >= goal.since_us:
                    wrong = _wrong(end.holding, held, lengths)
                    counts[number] += not wrong
                    nearest[number] = wrong or nearest[number]
        if kind == "navigation":
            screen = session.screens.get(row["reference"])
            for key, element in _shown(screen).items() if screen else ():
                ticked = element.widget in ("checkbox", "radio")
                held[key] = str(element.checked).lower() if ticked else element.value
                lengths.pop(key, None)
                labels = [o.label for o in element.options if o.value == element.value]
                held[key + _LABEL] = labels[0] if labels else element.value
        elif kind == "mark" or target is None:
            continue
        elif row["masked"]:
            lengths[target] = row["value_length"]
        elif kind == "select.change":
            held[target + _LABEL] = row["value"]
        else:
            held[target] = edited(held.get(target, ""), row)
    return [
        f"{goal.scenario}: {end.state} was "
        + (f"reached {count} of {end.times} times" if count else "not reached")
        + (f" as asked for: {why}." if why else ".")
        for (goal, end), count, why in zip(wanted, counts, nearest, strict=True)
        if count < end.times
    ]


def _shown(screen: Screen) -> dict[str, Element]:
    """Return a page's elements by key, and those that only some of its states show."""
    found = dict(screen.elements)
    for (layer, name), state in screen.states.items():
        for key, change in state.overrides.items():
            if change is not None and key not in found:
                found[key] = screen.changed_element(layer, name, key)
    return found


def _wrong(holding: Mapping[str, str], held: Mapping[str, str], lengths: Mapping[str, int]) -> str:
    """Return which field does not hold what it should."""
    for key, text in holding.items():
        if key in lengths:
            if lengths[key] != len(text):
                return f"{key} held {lengths[key]} characters instead of {len(text)}"
        elif text not in (held.get(key), held.get(key + _LABEL)):
            return f"{key} held {held.get(key, '')!r} instead of {text!r}"
    return ""
