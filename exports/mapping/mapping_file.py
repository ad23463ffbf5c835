"""A mapping file: read, checked by its JSON Schema and by what that cannot say."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from deskhand.errors import DeskhandError
from deskhand.events import EVENT_TYPES
from deskhand.exports.mapping.own_schema import OwnSchema, load_own_schema
from deskhand.exports.mapping.positions import LocatedJson, Place, load_located
from deskhand.exports.mapping.rule_checks import check_rule
from deskhand.exports.mapping.template import (
    Members,
    Node,
    Rule,
    Value,
    node_of,
    nodes,
    rule_of,
)

DIRECTIVES = ("$column", "$session", "$clock", "$const", "$number", "$count", "$uuid", "$each")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMapping:
    """A mapping between canonical sessions and the records of somebody's schema.

    ``form`` is jsonl, json-array or json; ``per_session`` is false when all sessions share a file.
    """

    source: LocatedJson
    name: str
    schema: OwnSchema
    form: str
    suffix: str
    per_session: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """What becomes of one kind of event: a record, or an entry of a batch."""

    rule: Rule
    entry: Rule | None

    @property
    def types(self) -> set[str]:
        """The event types that it takes."""
        return types_of(self.rule) & (types_of(self.entry) if self.entry else set(EVENT_TYPES))

    @property
    def filters(self) -> dict[str, tuple[Any, ...]]:
        """The columns beside ``type`` that decide whether it takes an event."""
        both = {**self.rule.when, **(self.entry.when if self.entry else {})}
        return {name: wanted.values for name, wanted in both.items() if name != "type"}

    def fixed(self, name: str) -> bool:
        """Return whether a column holds one value in all events that it takes."""
        wanted = (self.entry.when.get(name) if self.entry else None) or self.rule.when[name]
        return not wanted.negated and len(wanted.values) == 1

    @property
    def nodes(self) -> list[Node]:
        """All nodes that the event has a part in."""
        outer = list(nodes(self.rule.record))
        return outer + (list(nodes(self.entry.record)) if self.entry else [])

    @property
    def place(self) -> Place:
        """Where it stands in the mapping."""
        return self.entry.place if self.entry else self.rule.place


def event_rules(mapping: OwnMapping) -> Iterator[EventRule]:
    """Yield the rules, those within batches one by one."""
    for rule in mapping.rules:
        for entry in rule.each.rules if rule.each else (None,):
            yield EventRule(rule=rule, entry=entry)


def types_of(rule: Rule) -> set[str]:
    """Return the event types that a rule lets through."""
    wanted = rule.when.get("type")
    if wanted is None:
        return set(EVENT_TYPES)
    return set(EVENT_TYPES) - set(wanted.values) if wanted.negated else set(wanted.values)


def load_mapping(path: str | Path | None) -> OwnMapping:
    """Read and check a mapping and the JSON Schema that it names.

    Parameters
    ----------
    path : str or pathlib.Path
        What stands behind ``mapping:``.

    Returns
    -------
    OwnMapping
        Ready to write and read with.

    Raises
    ------
    DeskhandError
        With the line, the JSON Pointer, the rule and the remedy.
    """
    if not path:
        raise DeskhandError(
            "format 'mapping': which mapping? Write its file behind a colon, such as "
            "mapping:mycompany.json; docs/formats/own-schema.md shows how to make one."
        )
    place = Path(path).resolve()
    known = _LOADED.get(place)
    if known is not None and known[0] == _contents(known[1]):
        return known[1]
    mapping = _loaded(Path(path))
    _LOADED[place] = (_contents(mapping), mapping)
    return mapping


# A run is read file by file, and checking a mapping takes longer than a short session.
_LOADED: dict[Path, tuple[list[bytes] | None, OwnMapping]] = {}


def _contents(mapping: OwnMapping) -> list[bytes] | None:
    try:
        return [one.path.resolve().read_bytes() for one in (mapping.source, mapping.schema.source)]
    except OSError:
        return None


def _loaded(path: Path) -> OwnMapping:
    source = load_located(path)
    error = best_match(_validator().iter_errors(source.value))
    if error is not None:
        raise source.refusal(*_explained(error))
    given = source.value
    shape = given["file"]
    common = node_of(given.get("common", {}), ("common",))
    if not isinstance(common, Members):
        raise source.refusal(("common",), "common is an object of members; give names to them.")
    mapping = OwnMapping(
        source=source,
        name=given["name"],
        schema=load_own_schema(source, given["schema"]),
        form=shape["form"],
        suffix=shape.get("suffix", ".jsonl" if shape["form"] == "jsonl" else ".json"),
        per_session=shape.get("per", "session") == "session",
        rules=tuple(rule_of(one, ("records", k), common) for k, one in enumerate(given["records"])),
    )
    for rule in mapping.rules:
        check_rule(rule, source)
        if not isinstance(rule.record, Members):
            raise source.refusal(
                (*rule.place, "record"), "a record is an object; give names to its members."
            )
    _check_reach(mapping)
    _check_file(mapping)
    _check_marker(mapping)
    return mapping


@cache
def _validator() -> Draft202012Validator:
    text = files("deskhand.exports.mapping").joinpath("mapping.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _explained(error: ValidationError) -> tuple[Place, str]:
    """Return where a mapping breaks its schema, and what was given, the rule and the remedy."""
    place = tuple(error.absolute_path)
    instance: Any = error.instance
    wanted: Any = error.validator_value
    given = json.dumps(instance, ensure_ascii=False)
    given = given if len(given) < 60 else f"{given[:56]} ..."
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    remedy = str(schema.get("description", ""))
    if "propertyNames" in error.absolute_schema_path:
        place = (*place, instance)
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", ()))
            extra = next(k for k in instance if k not in known)
            place, given = (*place, extra), f"{extra!r} is not known here"
            remedy = f"Known: {', '.join(known)}."
            given += _nearest(extra, known)
        case "required":
            missing = next(k for k in wanted if k not in instance)
            inner = schema["properties"][missing]
            given = f"{missing!r} is missing; add it"
            remedy = str(inner.get("description", ""))
        case "dependentRequired":
            given = f"{given}: {error.message}"
            remedy = "digits needs round, and else needs enum."
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            given = f"{given} is not known{_nearest(str(instance), list(DIRECTIVES))}"
        case "enum":
            given = f"{given} is not known{_nearest(str(instance), wanted)}"
        case "const":
            given = f"{given}, not {json.dumps(wanted)}"
        case "type":
            given = f"{given} is not of type {wanted}"
        case _:
            given = f"{given} breaks the rule {error.validator}"
    return place, f"{given}; {remedy}"


def _nearest(given: str, known: list[Any]) -> str:
    near = get_close_matches(given, [str(k) for k in known], n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _check_reach(mapping: OwnMapping) -> None:
    """Refuse rules that no event can come to, and enums of types that leave one of them out."""
    taken: set[str] = set()
    for one in event_rules(mapping):
        if not one.types - taken:
            raise mapping.source.refusal(
                one.place,
                "no event comes to this rule; those before it, or the rule around it, leave nothing "
                "for it, and the first that matches wins; put it first, or narrow the others.",
            )
        if not one.filters:
            taken |= one.types
        for node in one.nodes:
            if not isinstance(node, Value) or node.name != "type" or "enum" not in node.options:
                continue
            lost = one.types - set(node.options["enum"])
            if lost and "else" not in node.options:
                raise mapping.source.refusal(
                    (*node.place, "enum"),
                    f"{', '.join(sorted(lost))} not in the enum of a rule that takes it; every type "
                    "needs a value; add it, add else, or leave it out of when.",
                )
    for rule in mapping.rules:
        for entry in rule.each.rules if rule.each else ():
            for wrong in set(entry.when) & set(rule.when) - {"type"}:
                raise mapping.source.refusal(
                    (*entry.place, "when", wrong),
                    f"{wrong} is in the when of the batch, too; say it in one of the two.",
                )


def _check_file(mapping: OwnMapping) -> None:
    source = mapping.source
    if mapping.form == "json":
        rule = mapping.rules[0]
        limits = rule.batch and (rule.batch.count or rule.batch.window_us or rule.batch.same)
        if len(mapping.rules) > 1 or rule.batch is None or limits or not mapping.per_session:
            raise source.refusal(
                ("file", "form"),
                'json is one record that holds one session; it takes one rule with "batch": {} and '
                '"per": "session"; use jsonl or json-array for several records.',
            )
    if not mapping.per_session:
        for one in event_rules(mapping):
            if not any(isinstance(n, Value) and n.name == "session_id" for n in one.nodes):
                raise source.refusal(
                    one.place,
                    "no session_id in a record of a file of all sessions; nobody could tell them "
                    'apart; add {"$session": "session_id"}, or write "per": "session".',
                )


def is_marker(node: Node) -> bool:
    """Return whether a node tells synthetic sessions from recorded ones."""
    if not isinstance(node, Value) or node.name != "synthetic":
        return False
    table = node.options.get("enum")
    return table is None or ({*table} == {"true", "false"} and table["true"] != table["false"])


def _check_marker(mapping: OwnMapping) -> None:
    bare = [one for one in event_rules(mapping) if not any(map(is_marker, one.nodes))]
    first = next(
        (o for o in event_rules(mapping) if "session.start" in o.types and not o.filters), None
    )
    headed = mapping.per_session and first is not None and first not in bare
    if bare and not headed:
        raise mapping.source.refusal(
            bare[0].place,
            "a record that does not say whether it is synthetic; nobody may take made-up sessions for "
            'recorded ones; add a member such as "synthetic": {"$session": "synthetic"} (with an enum '
            "of true and false if your schema has words for it), at least to the record of "
            "session.start where each session has a file.",
        )
