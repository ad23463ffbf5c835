"""What comes back of the events that a mapping writes, and what does not: told from the mapping alone."""

from collections.abc import Iterator, Mapping

from deskhand.events import EVENT_TYPES, EVENTS, SESSIONS
from deskhand.exports.losses import Kept
from deskhand.exports.mapping.mapping_file import EventRule, OwnMapping, event_rules
from deskhand.exports.mapping.positions import Place, pointer
from deskhand.exports.mapping.shape import back_table, leaves, shape_of
from deskhand.exports.mapping.template import Clock, Node, Value
from deskhand.exports.mapping.value_text import json_text

# The bits that the columns of bits may have (W3C Pointer Events; `deskhand.events` for modifiers).
BITS: Mapping[str, frozenset[int]] = {
    "modifiers": frozenset((1, 2, 4, 8)),
    "buttons": frozenset((1, 2, 4)),
}
# An offset this many times the scale leaves float32 coordinates whole in float64 (assumed: px).
FAR = 10_000
# A reader makes these anew.
ANEW = ("session_id", "seq", "t_us", "type", "synthetic", "provenance_id")


def kept_by(mapping: OwnMapping) -> dict[str, Kept]:
    """Return what comes back of each event type; see `deskhand.exports.losses.Kept`."""
    rules = list(event_rules(mapping))
    found: dict[str, Kept] = {}
    for kind in EVENT_TYPES:
        own = [one for one in rules if kind in one.types]
        if not own or any(_unreadable(one, rules) for one in own):
            continue
        columns = set.intersection(*(_kept_columns(one) for one in own))
        part = all(one.filters for one in own)
        found[kind] = Kept(
            columns=tuple(name for name in EVENTS.names if name in columns),
            step_us=max(_step_us(one) for one in own),
            remark="only rows that its filters take" if part else "",
        )
    return found


def losses_of(mapping: OwnMapping) -> Iterator[str]:
    """Yield a sentence for everything that does not come back, with its line in the mapping."""
    rules = list(event_rules(mapping))
    line = mapping.source.line
    taken = set().union(*(one.types for one in rules))
    if missing := [kind for kind in EVENT_TYPES if kind not in taken]:
        yield f"no rule takes {', '.join(missing)}"
    told: set[Place] = set()
    for one in rules:
        where = f"line {line(one.place)}, {pointer(one.place)}"
        for name in one.filters:
            yield f"{where}: only events that the filter of {name} lets through"
        if reason := _unreadable(one, rules):
            yield f"{where}: not read back; {reason}"
        else:
            if _step_us(one) > 1:
                yield f"{where}: times come back within {_step_us(one):,} microseconds"
            lost = set(EVENTS.names) - _named(one) - set(ANEW)
            if lost:
                listed = ", ".join(name for name in EVENTS.names if name in lost)
                yield f"{where}: not mapped: {listed}"
        for node in one.nodes:
            if isinstance(node, Value) and node.place not in told:
                told.add(node.place)
                if reason := _lossy(node, one):
                    yield f"line {line(node.place)}, {pointer(node.place)}: {reason}"
    named = {n.name for one in rules for n in one.nodes if isinstance(n, Value) and n.of_session}
    computed = {"duration_us", "event_count", "action_count", *ANEW}
    lost_header = [n for n in SESSIONS.names if n not in named | computed]
    if not any(isinstance(n, Value) and n.name == "provenance_id" for o in rules for n in o.nodes):
        yield "provenance_id is not mapped: a record does not say what it was made from"
    if not _starts(rules):
        yield "no clock tells when a session starts; its first event becomes its start"
    if lost_header:
        yield f"of the session's header not mapped: {', '.join(lost_header)}"
    yield "actions, elements and screenshots: no record holds them"


def _values(one: EventRule) -> Iterator[Value]:
    return (node for node in one.nodes if isinstance(node, Value) and not node.of_session)


def _named(one: EventRule) -> set[str]:
    return {n.name for n in _values(one)} | {n for n in one.filters if one.fixed(n)}


def _kept_columns(one: EventRule) -> set[str]:
    lost = {node.name for node in _values(one) if _lossy(node, one)}
    return _named(one) - lost - set(ANEW)


def _lossy(node: Value, one: EventRule) -> str:
    """Return why a column does not come back as it was; nothing when it does."""
    options = node.options
    whole = node.is_number and node.kind not in (EVENTS.field("client_x").type,)
    if "enum" in options:
        back = {v if isinstance(v, str) else json_text(v) for v in back_table(node).values()}
        many = set(options["enum"]) - back
        if node.name == "type" and not node.of_session:
            many &= one.types
        if many:
            return f"{node.name}: {', '.join(sorted(many))} look like others"
        if "else" in options:
            return f"{node.name}: all that the enum does not list look alike"
    elif options.get("if_null") is not None:
        return f"{node.name}: null and {options['if_null']!r} look alike"
    if "bit" in options:
        mapped = {
            n.options["bit"] for n in _values(one) if n.name == node.name and "bit" in n.options
        }
        lost = BITS.get(node.name, frozenset((1, 2, 4, 8, 16, 32, 64))) - mapped
        return f"{node.name}: bits {sorted(lost)} are not mapped" if lost else ""
    scale, offset = options.get("scale", 1), options.get("offset", 0)
    step = 10.0 ** -options.get("digits", 0)
    if "round" in options and not (
        whole and (scale / step).is_integer() and (offset / step).is_integer()
    ):
        return f"{node.name}: comes back rounded to {step / abs(scale):g}"
    if not whole and abs(offset) > FAR * abs(scale):
        return f"{node.name}: an offset this far takes digits away"
    return ""


def _clocks(one: EventRule) -> list[tuple[bool, Clock]]:
    """Return the clocks of events, each with whether it stands in the entry of a batch."""
    inner = list(leaves(one.entry.record)) if one.entry else []
    sides: list[tuple[bool, Node]] = [(False, n) for _, n in leaves(one.rule.record)]
    sides += [(True, n) for _, n in inner]
    return [(side, n) for side, n in sides if isinstance(n, Clock) and n.of == "event"]


def _step_us(one: EventRule) -> int:
    """Return within how many microseconds times come back."""
    own = one.entry is not None
    direct = [n.step_us for side, n in _clocks(one) if side == own and n.since != "batch"]
    if direct:
        # Both of a wall clock and of the session's start.
        return max(direct)
    batch = [n.step_us for _, n in _clocks(one) if n.since == "batch"]
    outer = [n.step_us for side, n in _clocks(one) if not side]
    return max(1, sum(s for s in (max(batch, default=0), max(outer, default=0)) if s > 1))


def _unreadable(one: EventRule, rules: list[EventRule]) -> str:
    """Return why records of a rule are not read as events; nothing when they are."""
    if len(one.types) > 1 and not any(
        n.name == "type" and not _lossy(n, one) for n in _values(one)
    ):
        return f"nothing in the record says which of {', '.join(sorted(one.types))} it was"
    clocks = _clocks(one)
    own = one.entry is not None
    absolute = any(side == own and n.since != "batch" for side, n in clocks)
    relative = any(n.since == "batch" for _, n in clocks) and any(
        not side and n.since != "batch" for side, n in clocks
    )
    if not absolute and not (own and relative):
        return "nothing in the record says when it was"
    for other in rules[: rules.index(one)]:
        same = other.rule is one.rule
        if one.entry is not None and same and other.entry is not None:
            template, earlier = one.entry.record, other.entry.record
        elif same:
            continue
        else:
            template, earlier = one.rule.record, other.rule.record
        if not shape_of(template, one.types).differs(shape_of(earlier, other.types)):
            return (
                f"its records may look like those of {pointer(other.place)}, which is asked first"
            )
    return ""


def _starts(rules: list[EventRule]) -> bool:
    if any("session.start" in one.types for one in rules):
        return True
    return any(
        (isinstance(n, Clock) and (n.of == "start" or n.since == "session"))
        or (isinstance(n, Value) and n.name == "start_wall_us")
        for one in rules
        for n in one.nodes
    )
