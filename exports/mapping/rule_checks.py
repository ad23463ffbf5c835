"""What the JSON Schema of mappings cannot say of a rule."""

import pyarrow as pa

from deskhand.events import EVENTS
from deskhand.exports.mapping.positions import LocatedJson
from deskhand.exports.mapping.template import (
    OF_THE_SESSION,
    UNIT_US,
    Clock,
    Count,
    Each,
    Node,
    Rule,
    Value,
    canonical_value,
    nodes,
)


def check_rule(rule: Rule, source: LocatedJson) -> None:
    """Refuse what the JSON Schema of mappings cannot say of a rule.

    Raises
    ------
    DeskhandError
        With the line of the mapping, the rule and the remedy.
    """
    each = rule.each
    if (each is None) != (rule.batch is None):
        place, text = (
            ((*rule.place, "batch"), 'a batch without {"$each": [...]} in its record')
            if each is None
            else (each.place, "$each in a rule without batch")
        )
        raise source.refusal(
            place,
            f'{text}; the record of a batch says with $each where its events go; write both, "batch": {{}} '
            "for one record a session, or neither.",
        )
    _check_filters(rule, source)
    batched = rule.batch is not None
    arrays = 0
    for node in nodes(rule.record):
        arrays += isinstance(node, Each)
        if arrays > 1:
            raise source.refusal(node.place, "a second $each; the events of a batch go one way.")
        _check_node(node, rule, source, inside=False)
    if not batched or each is None:
        return
    for inner in each.rules:
        _check_filters(inner, source)
        for node in nodes(inner.record):
            if isinstance(node, Each):
                raise source.refusal(node.place, "$each within $each; batches do not nest.")
            _check_node(node, rule, source, inside=True)


def _check_node(node: Node, rule: Rule, source: LocatedJson, *, inside: bool) -> None:
    batch = rule.batch
    if isinstance(node, Value):
        _check_value(node, source)
        if batch is None or inside or node.of_session:
            return
        if node.name not in (*OF_THE_SESSION, *batch.same):
            raise source.refusal(
                node.place,
                f"column {node.name} outside of $each; the events of a batch may differ in it; move it "
                f'into $each, or add "same": ["{node.name}"] to the batch.',
            )
    elif isinstance(node, Clock):
        if node.unit == "iso8601" and node.since != "epoch":
            raise source.refusal(
                node.place, 'iso8601 is a date; write "$clock": "epoch", or a unit of time.'
            )
        if node.rounding and node.digits > UNIT_US[node.unit][1]:
            raise source.refusal(
                node.place,
                f"{node.digits} digits of {node.unit}; times are whole microseconds, which are "
                f"{UNIT_US[node.unit][1]} digits at most; give fewer, or leave round out.",
            )
        if batch is None and (node.since == "batch" or node.of == "last"):
            raise source.refusal(
                node.place, "a clock of a batch in a rule without batch; use epoch or session."
            )
    elif isinstance(node, Count) and node.what == "count" and batch is None:
        raise source.refusal(
            node.place, "$count in a rule without batch; its record is one event; write 1."
        )


def _check_value(node: Value, source: LocatedJson) -> None:
    options = node.options
    numeric = [k for k in ("scale", "offset", "round", "as") if k in options]
    if numeric and not node.is_number:
        raise source.refusal(
            node.place,
            f"{', '.join(numeric)} of column {node.name}, which holds {node.kind}; only numbers are "
            "scaled and rounded; leave it out, or use enum.",
        )
    if "bit" in options and not pa.types.is_integer(node.kind):
        raise source.refusal(
            node.place,
            f"bit of column {node.name}, which holds {node.kind}; bits are in modifiers and buttons.",
        )
    whole = [k for k in ("enum", "bit") if k in options]
    if len(whole) + bool(numeric) > 1:
        raise source.refusal(
            node.place,
            f"{' and '.join([*whole, *numeric])} together; an enum and a bit take the column as it "
            "is; write one of them.",
        )
    if "enum" not in options:
        return
    if pa.types.is_floating(node.kind):
        raise source.refusal(
            node.place,
            f"an enum of column {node.name}, which holds fractions; use scale and round.",
        )
    for key in options["enum"]:
        try:
            canonical_value(key, node.kind)
        except (ValueError, pa.ArrowInvalid, OverflowError) as error:
            raise source.refusal(
                (*node.place, "enum", key),
                f"{key!r} is no value of column {node.name}, which holds {node.kind}; "
                "write its values as strings, such as "
                f"{'true' if pa.types.is_boolean(node.kind) else '0'!r}.",
            ) from error


def _check_filters(rule: Rule, source: LocatedJson) -> None:
    for name, wanted in rule.when.items():
        kind = EVENTS.field(name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        for value in wanted.values:
            fits = value is None or (
                isinstance(value, bool)
                if pa.types.is_boolean(kind)
                else isinstance(value, str)
                if pa.types.is_string(kind)
                else isinstance(value, int | float) and not isinstance(value, bool)
            )
            try:
                if fits:
                    pa.scalar(value, kind)
            except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
                fits = False
            if not fits:
                raise source.refusal(
                    (*rule.place, "when", name),
                    f"{value!r} is no value of column {name}, which holds {kind}; "
                    "no event could match; correct the value.",
                )
