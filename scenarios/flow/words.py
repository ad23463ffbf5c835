"""The words on a picture of a flow, and the colours of what is done."""

from typing import Any

from deskhand.scenarios.flow.drawing import BLUE, GREEN, GREY
from deskhand.scenarios.json_form.steps import Act, Repeat, Way

KEYS = ("type", "cut", "paste", "press", "walk", "undo")
POINTING = (
    "click",
    "double_click",
    "right_click",
    "hover",
    "drag",
    "check",
    "choose",
    "pick",
    "select",
    "copy",
)


def colour_of(verb: str) -> str:
    """Return the colour of a verb: of the mouse, the keys, or the eyes.

    Examples
    --------
    >>> colour_of("click") == colour_of("drag") != colour_of("type")
    True
    """
    return BLUE if verb in POINTING else GREEN if verb in KEYS else GREY


def percent(way: Way) -> str:
    """Return how often a way is taken."""
    return f"{100 * way.probability:.3g} %"


def times(step: Repeat) -> str:
    """Return how often a loop is gone through."""
    if step.mean is not None:
        text = f"{step.mean:g} times on average, {step.most} at most"
    elif step.least == step.most:
        text = "once" if step.most == 1 else f"{step.most} times"
    else:
        text = f"{step.least} to {step.most} times"
    return text + (f"; enough after a round: {100 * step.until:g} %" if step.until else "")


def _text(given: Any) -> str:
    if isinstance(given, str):
        return f"“{given}”"
    if "fake" in given:
        return f"a made-up {given['fake'].replace('_', ' ')}"
    if "table" in given:
        return f"{given['column']} of {given['table']}"
    return "one of " + ", ".join(given["one_of"])


def said(step: Act) -> tuple[str, str]:
    """Return the two lines of a step: what is done to what, and how."""
    given = step.given
    verb = step.verb.replace("_", " ")
    what = next(
        (given[name] for name in ("target", "into", "of", "into_view") if name in given), None
    )
    if what is None:
        what = given.get("keys") or given.get("app") or given.get("screen") or ""
    more = [_text(given[name]) for name in ("text", "option") if name in given]
    more += [f"{given['percent']} %"] if "percent" in given else []
    more += [f"then {given['then']}"] if "then" in given else []
    more += [f"{name} {given[name]}" for name in ("onto", "to") if name in given]
    more += [f"or {given['shortcut']}"] if "shortcut" in given else []
    more += [f"{given['words']:g} words"] if "words" in given else []
    more += [f"{given[name]:g} s" for name in ("median_s", "after_s") if name in given]
    return f"{verb} {what}".strip(), ", ".join(more)
