"""The rules of the JSON form, from its JSON Schema, and their breaches in words."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from deskhand.errors import UnknownNameError
from deskhand.json_schema import schema

# Arguments that are texts, and those that are locators or states: a slot may stand in either.
TEXTS = ("text", "option")
NAMED = ("target", "into", "of", "onto", "into_view", "to")


def scenario_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of the form."""
    return schema("scenario")


def verbs() -> list[str]:
    """Return what a step can ``do``.

    Examples
    --------
    >>> {"click", "switch_to", "branch"} <= set(verbs())
    True
    """
    listed: list[str] = scenario_schema()["$defs"]["step"]["properties"]["do"]["enum"]
    return listed


@cache
def _validator(verb: str | None) -> Draft202012Validator:
    rules = scenario_schema()
    # Steps within are checked one by one, so that each breach is told by its own rule.
    defs = {**rules["$defs"], "steps": {"type": "array"}}
    own = {**rules, "$id": "", "$defs": defs}
    return Draft202012Validator(own if verb is None else {"$ref": f"#/$defs/{verb}", "$defs": defs})


def breach(
    data: Mapping[str, Any], verb: str | None = None
) -> tuple[tuple[str | int, ...], str] | None:
    """Return the breach that tells most, if any: where in the data, and what, why and instead.

    Parameters
    ----------
    data : mapping
        A step; without ``verb`` a whole scenario, the steps of which are not looked into.
    verb : str, optional
        What the step does.
    """
    error: Any = best_match(_validator(verb).iter_errors(data))
    if error is None:
        return None
    outer = error
    while outer is not None:
        # Which of several forms was meant is not known, so the rule that names them all is told.
        error = outer if outer.validator == "oneOf" else error
        outer = outer.parent
    at = tuple(error.absolute_path)
    unknown = _unknown(error)
    return at + ((unknown,) if unknown else ()), _explain(error, at, unknown, verb)


def _unknown(error: ValidationError) -> str | None:
    if error.validator != "additionalProperties" or not isinstance(error.validator_value, bool):
        return None
    instance: Any = error.instance
    known: Any = error.schema
    unknown: str = next(key for key in instance if key not in known.get("properties", ()))
    return unknown


def _explain(
    error: ValidationError, at: tuple[str | int, ...], unknown: str | None, verb: str | None
) -> str:
    instance: Any = error.instance
    rule: Any = error.validator_value
    own: Any = error.schema
    members = list(_members(at))
    of_whom = members[-1] if members else f"{verb!r}" if verb else "a scenario"
    member = " ".join(members)
    if unknown is not None:
        return str(UnknownNameError(f"argument of {of_whom}:", unknown, own["properties"]))
    if error.validator == "required":
        missing = next(key for key in rule if key not in instance)
        say = own["properties"].get(missing, {}).get("description", "")
        return f"{of_whom} needs {missing!r}, which is missing. {say}".rstrip()
    if error.validator in ("enum", "const"):
        allowed = rule if error.validator == "enum" else [rule]
        return str(UnknownNameError(f"{member}:", str(instance), map(str, allowed)))
    given = json.dumps(instance)
    given = given if len(given) < 60 else given[:57] + "..."
    if error.validator == "oneOf" and all("required" in form and len(form) == 1 for form in rule):
        return f"{member}: give one of {', '.join(repr(form['required'][0]) for form in rule)}."
    if own.get("description") and error.validator in ("oneOf", "type", "pattern", "minLength"):
        return f"{member}: {given}: {own['description']}"
    return f"{member}: {given}: {error.message}."


def _members(at: tuple[str | int, ...]) -> Iterator[str]:
    """Yield the names of a place, a number with the name before it.

    Examples
    --------
    >>> list(_members(("ways", 1, "probability")))
    ["'ways' 2", "'probability'"]
    """
    for number, name in enumerate(at):
        if isinstance(name, str):
            after = at[number + 1] if number + 1 < len(at) else None
            yield f"{name!r} {after + 1}" if isinstance(after, int) else f"{name!r}"
