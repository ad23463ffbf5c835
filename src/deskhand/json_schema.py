"""JSON Schemas that ship with a package, files that people write by them, and the breach that tells most."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from deskhand.errors import DeskhandError

CANONICAL = "deskhand.schema"


@cache
def schema(name: str, package: str = CANONICAL) -> Mapping[str, Any]:
    """Return the JSON Schema ``<name>.schema.json`` of a package.

    Parameters
    ----------
    name : str
        The file's name without ``.schema.json``.
    package : str
        The package it lies in; a capture format keeps its own beside its writer.

    Examples
    --------
    >>> schema("event")["title"], schema("rrweb", "deskhand.exports.rrweb")["title"]
    ('Event', 'rrweb event')
    """
    text = (files(package) / f"{name}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def validator(name: str, package: str = CANONICAL) -> Draft202012Validator:
    """Return the validator of one of the JSON Schemas."""
    return Draft202012Validator(schema(name, package))


def worst(name: str, record: Any, package: str = CANONICAL) -> ValidationError | None:
    """Return the breach that tells most, or None when the record is valid."""
    found: ValidationError | None = best_match(validator(name, package).iter_errors(record))
    return found


def read_description(path: Path, example: str) -> Any:
    """Return what a person's JSON file says.

    Parameters
    ----------
    path : pathlib.Path
    example : str
        The command that prints such a file.

    Raises
    ------
    DeskhandError
        When it cannot be read or is not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise DeskhandError(
            f"{path}: {error.strerror or error}; name a JSON file; `{example}` prints one."
        ) from error
    except orjson.JSONDecodeError as error:
        raise DeskhandError(f"{path}: not JSON ({error}).") from error


def describe(error: ValidationError) -> str:
    """Return where in the record and what, shortened.

    Examples
    --------
    >>> wrong = worst(
    ...     "rrweb", {"type": 0, "data": 5, "timestamp": 10**12}, "deskhand.exports.rrweb"
    ... )
    >>> describe(wrong or ValidationError(""))
    "data: 5 is not of type 'object'"
    """
    place = "/".join(map(str, error.absolute_path))
    message = error.message if len(error.message) <= 200 else error.message[:197] + "..."
    return f"{place}: {message}" if place else message
