"""JSON Schema as referee: a sample of the rows of a table, or of the events of a recording."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

SCHEMA_OF_TABLE = {
    "events": "event",
    "actions": "action",
    "elements": "element",
    "sessions": "session",
    "screenshots": "screenshot",
}


@cache
def schema(name: str) -> Mapping[str, Any]:
    """Return one of the JSON Schemas in ``deskhand/schema``.

    Examples
    --------
    >>> schema("event")["title"]
    'Event'
    """
    text = (files("deskhand.schema") / f"{name}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one of the JSON Schemas."""
    return Draft202012Validator(schema(name))


def worst(name: str, record: Any) -> ValidationError | None:
    """Return the breach that tells most, or None when the record is valid."""
    found: ValidationError | None = best_match(validator(name).iter_errors(record))
    return found


def describe(error: ValidationError) -> str:
    """Return where in the record and what, shortened.

    Examples
    --------
    >>> wrong = worst("rrweb", {"type": 0, "data": 5, "timestamp": 10**12, "synthetic": True})
    >>> describe(wrong or ValidationError(""))
    "data: 5 is not of type 'object'"
    """
    place = "/".join(map(str, error.absolute_path))
    message = error.message if len(error.message) <= 200 else error.message[:197] + "..."
    return f"{place}: {message}" if place else message


def sampled(table: pa.Table, sample: int, kinds: str | None = None) -> list[int]:
    """Return the rows to check: the first of every kind, and others evenly spread.

    Parameters
    ----------
    table : pyarrow.Table
        The rows to choose from.
    sample : int
        How many, at least; 0 chooses none.
    kinds : str, optional
        The dictionary-coded column whose every value is to be met.
    """
    if sample <= 0 or not len(table):
        return []
    chosen = set(np.linspace(0, len(table) - 1, min(sample, len(table)), dtype=int).tolist())
    if kinds is not None:
        codes = np.asarray(table[kinds].combine_chunks().indices)
        chosen.update(np.unique(codes, return_index=True)[1].tolist())
    return sorted(chosen)


def records(table: pa.Table, rows: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows as JSON objects: null columns are left out."""
    chosen = table.take(pa.array(rows, pa.int64())).to_pylist()
    for row, record in zip(rows, chosen, strict=True):
        yield row, {name: value for name, value in record.items() if value is not None}
