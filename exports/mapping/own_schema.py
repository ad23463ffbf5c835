"""Somebody's JSON Schema: read without the network, and every record checked against it.

jsonschema is the referee. Where jsonschema-rs is installed (extra ``mapping``), it looks at every
record, and the referee at each record that it refuses and at a sample; else the referee does all.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import UnknownDialect, specification_with

from deskhand.exports.mapping.positions import LocatedJson, Place, load_located, pointer

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# One record in so many is shown to the referee although the quick validator took it (assumed).
SAMPLE = 997


class Quick(Protocol):
    """What is used of a quick validator."""

    def is_valid(self, instance: Any) -> bool:
        """Return whether a record is valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSchema:
    """The JSON Schema of one record; ``quick`` is None where only the referee is at hand."""

    source: LocatedJson
    referee: Validator
    quick: Quick | None

    def worst(self, record: Any) -> ValidationError | None:
        """Return the most telling breach of a record by the referee, None when there is none."""
        error: ValidationError | None = best_match(self.referee.iter_errors(record))
        return error

    def invalid(
        self, records: Iterable[Any], shown: Iterable[int] = ()
    ) -> Iterator[tuple[int, ValidationError]]:
        """Yield the records that break the schema, by number, each with its most telling breach.

        Parameters
        ----------
        records : iterable of object
            Records as they are read from JSON.
        shown : iterable of int
            Numbers of records that the referee looks at in any case.
        """
        always = set(shown)
        quick = self.quick
        for number, record in enumerate(records):
            if quick and number % SAMPLE and number not in always and quick.is_valid(record):
                continue
            if not self.referee.is_valid(record):
                error = self.worst(record)
                if error is not None:
                    yield number, error

    def rule_line(self, error: ValidationError) -> str:
        """Return the broken rule and, where it is known, its line in the schema's file."""
        place = _place_of(self.source.value, error.schema)
        line = "" if place is None else f" line {self.source.line((*place, str(error.validator)))}"
        return f"{error.validator} of {self.source.path.name}{line}"


def load_own_schema(mapping: LocatedJson, name: str) -> OwnSchema:
    """Read the JSON Schema that a mapping names, and check that it stands by itself.

    Parameters
    ----------
    mapping : LocatedJson
        The mapping.
    name : str
        A path relative to the mapping's folder, and within it.

    Raises
    ------
    DeskhandError
        When the file is elsewhere or missing, is no JSON Schema, or refers to what is not in it.
    """
    path = _within(mapping, name)
    source = load_located(path)
    schema = source.value
    if not isinstance(schema, dict):
        raise source.refusal((), "a JSON Schema is an object here; describe the record.")
    dialect = schema.get("$schema", DIALECT)
    try:
        specification = specification_with(str(dialect).rstrip("#"))
    except UnknownDialect as error:
        raise source.refusal(
            ("$schema",),
            f"{dialect!r} is no dialect that is known here; name a published draft, such as {DIALECT}.",
        ) from error
    cls: Any = validator_for({"$schema": dialect})
    try:
        cls.check_schema(schema)
    except SchemaError as error:
        raise source.refusal(
            tuple(error.absolute_path),
            f"{error.message}; not a JSON Schema of {dialect}; correct it.",
        ) from error
    resource = Resource.from_contents(schema, default_specification=specification)
    registry: Registry[Any] = Registry().with_resource(resource.id() or "", resource)
    _check_references(resource, registry.resolver_with_root(resource), source)
    return OwnSchema(
        source=source,
        referee=cls(schema, registry=registry),
        quick=_quick({"$schema": dialect, **schema}),
    )


def _within(mapping: LocatedJson, name: str) -> Path:
    folder = mapping.path.parent.resolve()
    path = (folder / name).resolve()
    if "://" in name or not path.is_relative_to(folder):
        raise mapping.refusal(
            ("schema",),
            f"{name!r} is not in the folder of the mapping; a mapping reads nothing elsewhere; put the "
            "schema beside it.",
        )
    if not path.is_file():
        raise mapping.refusal(
            ("schema",), f"{name!r}: no such file in the folder of the mapping; correct the name."
        )
    return path


def _check_references(resource: Resource[Any], resolver: Any, source: LocatedJson) -> None:
    contents = resource.contents
    for word in ("$ref", "$dynamicRef", "$recursiveRef"):
        if isinstance(contents, dict) and isinstance(contents.get(word), str):
            try:
                resolver.lookup(contents[word])
            except (Unresolvable, ValueError) as error:
                place = _place_of(source.value, contents) or ()
                raise source.refusal(
                    (*place, word),
                    f"{contents[word]!r} is not in this file; nothing is fetched; put what it refers "
                    "to under $defs and write #/$defs/NAME.",
                ) from error
    for inner in resource.subresources():
        _check_references(inner, resolver.in_subresource(inner), source)


def _place_of(value: Any, wanted: Any, place: Place = ()) -> Place | None:
    """Return where an object stands in a document, told by identity."""
    if value is wanted:
        return place
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        if isinstance(one, dict | list):
            found = _place_of(one, wanted, (*place, key))
            if found is not None:
                return found
    return None


def _quick(schema: dict[str, Any]) -> Quick | None:
    try:
        import jsonschema_rs
    except ImportError:
        return None
    try:
        # A format is a remark in both: whether it binds depends on what else is installed.
        quick: Quick = jsonschema_rs.validator_for(
            schema, validate_formats=False, retriever=_nothing_is_fetched
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        # Such as a pattern that only Python's expressions know.
        return None
    return quick


def _nothing_is_fetched(address: str) -> Any:
    raise ValueError(address)


def described(error: ValidationError) -> str:
    """Return where in the record a breach is, and what is there.

    Examples
    --------
    >>> from jsonschema import Draft202012Validator as V
    >>> error = best_match(V({"properties": {"x": {"type": "integer"}}}).iter_errors({"x": 1.5}))
    >>> described(error)
    "/x: 1.5 is not of type 'integer'"
    """
    message = error.message
    if len(message) > 200:
        message = f"{json.dumps(error.instance)[:80]} ... breaks {error.validator}"
    return f"{pointer(tuple(error.absolute_path))}: {message}"
