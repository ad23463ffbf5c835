"""A step in plain words: what is done to what, without a thought on why."""

from deskhand.datasets.episodes.steps import Step
from deskhand.datasets.episodes.vocabularies import placeholder
from deskhand.exports.act_kinds import Press, Scroll, Type, Wait
from deskhand.exports.computer_use.key_names import modifier_keys

# How roles are called by people who use a page rather than write one.
ROLES = {
    "textbox": "field", "searchbox": "search field", "combobox": "drop-down", "checkbox": "box",
    "listitem": "entry", "row": "row", "radio": "button", "menuitem": "entry", "tab": "tab",
    "img": "picture", "gridcell": "cell", "spinbutton": "field",
}  # fmt: skip
KEYS = {"Control": "Ctrl", " ": "Space", "ArrowDown": "Down", "ArrowUp": "Up"}
KEYS |= {"ArrowLeft": "Left", "ArrowRight": "Right", "Meta": "Win"}
CLICKS = {
    "click": "Click",
    "double_click": "Double-click",
    "triple_click": "Triple-click",
    "right_click": "Right-click",
    "middle_click": "Middle-click",
    "hover": "Point at",
}
# A field's text is told up to this length (assumed: a line).
LONGEST = 120


def thing(role: str | None, name: str | None) -> str:
    """Return how something on the screen is called.

    Examples
    --------
    >>> thing("combobox", "Lead source"), thing(None, None)
    ('the drop-down "Lead source"', 'the screen')
    """
    if role is None:
        return "the screen"
    if role == "option" and name and name.startswith("{{"):
        return f"the option {name}"
    said = ROLES.get(role, role)
    return f'the {said} "{name}"' if name else f"the {said}"


def chord(act: Press) -> str:
    """Return the keys of a press, as they stand on menus.

    Examples
    --------
    >>> when = {"start_us": 0, "end_us": 0, "first_row": 0, "last_row": 0, "masked": False}
    >>> nowhere = {"app": None, "window": None, "target": None}
    >>> chord(Press(key="s", code="KeyS", modifiers=2, count=1, **when, **nowhere))
    'Ctrl+S'
    """
    keys = [*modifier_keys(act.modifiers), act.key.upper() if len(act.key) == 1 else act.key]
    return "+".join(KEYS.get(key, key) for key in keys)


def description(
    step: Step,
    role: str | None,
    name: str | None,
    end_name: str | None = None,
    *,
    opened: bool = False,
) -> str:
    """Return what a step does.

    Parameters
    ----------
    step : Step
        The step.
    role, name : str or None
        What it is done to.
    end_name : str or None
        Where a drag ends.
    opened : bool
        Whether it is a drop-down whose list is open.
    """
    said = _said(step, role, name, end_name)
    if opened and said.startswith("Open "):
        said = said.replace("Open ", "Close ", 1)
    if step.action["error_of"] is not None:
        return f"By mistake: {said[0].lower()}{said[1:]}"
    if step.action["correction_of"] is not None:
        return f"To take back the mistake: {said[0].lower()}{said[1:]}"
    return said


def _said(step: Step, role: str | None, name: str | None, end_name: str | None) -> str:
    act, verb, what = step.act, step.action["verb"], thing(role, name)
    if isinstance(act, Wait):
        return f"Wait {max(1, round((act.end_us - act.start_us) / 1e6))} s for the page"
    if isinstance(act, Scroll):
        across = abs(act.notches_x) > abs(act.notches_y)
        notches = act.notches_x if across else act.notches_y
        way = ("right" if notches > 0 else "left") if across else "down" if notches > 0 else "up"
        count = max(1, round(abs(notches)))
        return f"Scroll {way} by {count} notch{'es' if count > 1 else ''}"
    if isinstance(act, Type):
        if verb == "choose":
            return f'Type "{act.text}" to come to the option {_option(step)} of {what}'
        if act.text is None:
            return f"Type {placeholder(act.target)} into {what}"
        text = act.text if len(act.text) <= LONGEST else f"{act.text[:LONGEST]}\u2026"
        return f'Type "{text}" into {what}'.replace("\n", "\u21b5")
    if isinstance(act, Press):
        times = f" {act.count} times" if act.count > 1 else ""
        said = f"Press {chord(act)}{times}"
        if verb == "choose":
            return f"{said} to choose {_option(step)} in {what}"
        if verb == "switch_to":
            return f"{said} to bring another window to the front"
        if verb in ("copy", "paste", "undo"):
            return f"{said} to {verb}"
        return said
    if step.kind == "drag":
        return f"Drag {what}" + (f' to "{end_name}"' if end_name else "")
    if verb == "choose" and role == "option":
        return f"Choose {what}"
    if verb == "choose" or (step.kind == "click" and role == "combobox"):
        return f"Open {what}"
    if step.kind == "click" and role == "checkbox":
        return f"Tick or clear {what}"
    if step.kind == "click" and role in ("textbox", "searchbox"):
        return f"Click into {what}"
    where = "beside what is meant" if role is None else what
    return f"{CLICKS[step.kind]} {where}"


def _option(step: Step) -> str:
    return "that is wanted" if step.chosen is None else f'"{step.chosen}"'
