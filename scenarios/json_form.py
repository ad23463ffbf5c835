"""Scenarios as JSON: steps in a straight line, for people who do not write Python.

The form is closed: ``schema/scenario.schema.json`` lists every verb and every argument. A text may
be ``{"fake": "name"}``: a made-up one, the same for the same seed and person; all such texts of one
session speak of one lead, one opportunity and one issue.
"""

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.json_lines import item_lines, line_of, member_places, parse
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.screen import Screen

FORMAT = "deskhand.scenario/1"
# Which record a made-up text comes from, and under what name.
FAKES: Mapping[str, tuple[str, str]] = {
    **{name: ("lead", name) for name in ("name", "company", "email", "phone", "street")},
    **{name: ("lead", name) for name in ("source", "status", "notes")},
    "date": ("lead", "follow_up"),
    **{name: ("issue", name) for name in ("title", "description", "priority", "assignee")},
    **{name: ("issue", name) for name in ("label", "comment")},
    **{name: ("opportunity", name) for name in ("stage", "amount", "next_step", "prompt")},
    "draft": ("opportunity", "draft"),
    **{name: ("credentials", name) for name in ("user", "password", "code")},
    "message": ("message", ""),
    "word": ("word", ""),
}


@cache
def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of the form."""
    text = (files("deskhand") / "schema" / "scenario.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@cache
def _verb_validator(verb: str) -> Draft202012Validator:
    schema = scenario_schema()
    return Draft202012Validator({"$ref": f"#/$defs/{verb}", "$defs": schema["$defs"]})


def verbs() -> list[str]:
    """Return the verbs of the form.

    Examples
    --------
    >>> "click" in verbs() and "switch_to" in verbs()
    True
    """
    listed: list[str] = scenario_schema()["$defs"]["step"]["properties"]["do"]["enum"]
    return listed


def load_scenario_file(path: str | Path) -> tuple[Scenario, dict[str, Screen]]:
    """Read a JSON scenario and the compiled screens that it names.

    Parameters
    ----------
    path : str or pathlib.Path
        The file; paths of screens in it are relative to it.

    Returns
    -------
    (Scenario, dict of Screen)
        The screens by name.

    Raises
    ------
    DeskhandError
        When the file breaks a rule; the message names the file, the line, the step, the rule and
        the remedy.
    """
    path = Path(path)
    if not path.is_file():
        raise DeskhandError(f"scenario file {str(path)!r} does not exist; give a path.")
    text = path.read_text("utf-8")
    data = parse(text, path.name)
    if not isinstance(data, dict):
        raise DeskhandError(
            f"{path.name}:1: the outermost value is a {type(data).__name__}; a scenario is an "
            'object: {"format": "deskhand.scenario/1", ...}.'
        )
    places = member_places(text)
    lines = item_lines(text, places["steps"]) if isinstance(data.get("steps"), list) else []
    _check_head(data, text, path.name, places)
    for number, (step, line) in enumerate(zip(data["steps"], lines, strict=True), 1):
        _check_step(step, f"{path.name}:{line}: step {number}")
    screens: dict[str, Screen] = {}
    for relative in data.get("screens", ()):
        file = path.parent / relative
        if not file.is_file():
            line = line_of(text, places["screens"])
            raise DeskhandError(
                f"{path.name}:{line}: 'screens': {relative!r} does not exist beside this file; "
                "compile the page with `deskhand screens compile`."
            )
        screen = Screen.load(file)
        screens[screen.name] = screen
    made = Scenario(
        name=data["name"],
        app=data["app"],
        opens=data["opens"],
        run=_runner(data["steps"], lines, path.name),
        sensitive=tuple(data.get("sensitive", ())),
        roles=tuple(data.get("roles", ())),
        summary=data.get("summary", ""),
        modelled_on=data.get("modelled_on", ""),
        screens=screens or None,
    )
    return made, screens


def _check_head(data: dict[str, Any], text: str, origin: str, places: Mapping[str, int]) -> None:
    schema = scenario_schema()
    closed = {**schema, "properties": {**schema["properties"], "steps": {"type": "array"}}}
    closed["properties"]["steps"] = {"type": "array", "minItems": 1}
    error = best_match(Draft202012Validator(closed).iter_errors(data))
    if error is None:
        return
    member = str(error.absolute_path[0]) if error.absolute_path else ""
    line = line_of(text, places.get(member, 0))
    unknown = _unknown_key(error, schema["properties"])
    if unknown is not None:
        line = line_of(text, places[unknown[0]])
    raise DeskhandError(f"{origin}:{line}: {_explain(error, member, schema['properties'])}")


def _check_step(step: Any, where: str) -> None:
    if not isinstance(step, dict):
        raise DeskhandError(
            f'{where}: {json.dumps(step)} is not a step; write {{"do": "click", "target": "..."}}.'
        )
    known = verbs()
    verb = step.get("do")
    if verb is None:
        raise DeskhandError(f"{where}: 'do' is missing; it names the verb: {', '.join(known)}.")
    if verb not in known:
        near = get_close_matches(str(verb), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise DeskhandError(
            f"{where}: 'do': {verb!r} is not a verb; {hint}Verbs: {', '.join(known)}."
        )
    error = best_match(_verb_validator(verb).iter_errors(step))
    if error is not None:
        member = str(error.absolute_path[0]) if error.absolute_path else ""
        properties = scenario_schema()["$defs"][verb]["properties"]
        raise DeskhandError(f"{where}: {_explain(error, member, properties, verb)}")


def _unknown_key(error: ValidationError, properties: Mapping[str, Any]) -> list[str] | None:
    instance: Any = error.instance
    if error.validator != "additionalProperties" or error.absolute_path:
        return None
    return [key for key in instance if key not in properties]


def _explain(
    error: ValidationError, member: str, properties: Mapping[str, Any], verb: str | None = None
) -> str:
    """Return what was given, the rule, and the remedy."""
    of_whom = f"{verb!r}" if verb else "a scenario"
    instance: Any = error.instance
    rule: Any = error.validator_value
    unknown = _unknown_key(error, properties)
    if unknown:
        return str(UnknownNameError(f"argument of {of_whom}:", unknown[0], properties))
    if error.validator == "required":
        missing = next(key for key in rule if key not in instance)
        say = properties.get(missing, {}).get("description", "")
        return f"{of_whom} needs {missing!r}, which is missing. {say}".rstrip()
    given = json.dumps(instance)
    given = given if len(given) < 60 else given[:57] + "..."
    if error.validator in ("enum", "const"):
        allowed = rule if error.validator == "enum" else [rule]
        return str(UnknownNameError(f"{member!r}:", str(instance), map(str, allowed)))
    if member in ("text", "option"):
        fakes = ", ".join(sorted(FAKES))
        return f'{member!r}: {given} is neither a text nor {{"fake": ...}} with one of: {fakes}.'
    return f"{member!r}: {given}: {error.message}."


def _runner(steps: list[dict[str, Any]], lines: list[int], origin: str) -> Callable[[Desk], Steps]:
    def run(desk: Desk) -> Steps:
        drawn: dict[str, Any] = {}
        for number, (step, line) in enumerate(zip(steps, lines, strict=True), 1):
            try:
                yield from _take(desk, step, drawn)
            except DeskhandError as error:
                where = f"{origin}:{line}: step {number} ({step['do']})"
                raise DeskhandError(f"{where}: {error}") from error

    return run


def _fake(desk: Desk, given: Any, drawn: dict[str, Any]) -> Any:
    """Return a given text, or the made-up one that a slot names."""
    if not isinstance(given, dict):
        return given
    kind, field = FAKES[given["fake"]]
    if kind not in drawn:
        drawn[kind] = desk.records.draw(kind)
    return getattr(drawn[kind], field) if field else drawn[kind]


def _take(desk: Desk, step: Mapping[str, Any], drawn: dict[str, Any]) -> Steps:
    """Return the steps of one entry: its verb with its arguments."""
    given = {key: value for key, value in step.items() if key not in ("do", "remark")}
    verb: str = step["do"]
    for slot in ("text", "option"):
        if slot in given:
            given[slot] = _fake(desk, given[slot], drawn)
    if verb == "type":
        return desk.type(given.pop("text"), **given)
    if verb == "choose":
        return desk.choose(given.pop("option"), **given)
    if verb == "news":
        after_us = int(1e6 * given.get("after_s", 0))
        return desk.news(after_us=after_us, **{given.get("slot", "text"): given["text"]})
    if verb == "pause":
        return desk.pause(median_s=given["median_s"], log_sd=given.get("log_sd", 0.0))
    made: Steps = getattr(desk, verb)(**given)
    return made
