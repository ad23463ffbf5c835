"""A session without what was typed into some fields, and without texts that look like secrets."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.compact_tables import compact
from deskhand.events import ALT, CONTROL, META
from deskhand.safeguards.entries import Entry, masked_entries
from deskhand.safeguards.event_edits import Edits, with_column
from deskhand.safeguards.partners import partners
from deskhand.safeguards.safeguards_file import Safeguards
from deskhand.safeguards.secret_patterns import STAR, starred
from deskhand.session import Session

MASK, SECRET = "mask", "secret"
# Keys that edit nothing stay, as they do in a field that a scenario masks.
_PLAIN = frozenset(
    (
        *("Tab", "Enter", "Escape", "Home", "End", "PageUp", "PageDown", "Control", "Meta"),
        *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"),
    )
)
# Columns in which a text may stand that a person or a page chose.
_TEXTS = ("value", "url", "window", "app")

Change = Callable[[str], str]


def masked(session: Session, safeguards: Safeguards) -> Session:
    """Return a session whose secrets are masked; the same one when it has none.

    Parameters
    ----------
    session : Session
        What was done. Of rows that are masked already nothing changes.
    safeguards : Safeguards
        The elements and patterns.
    """
    named = {*safeguards.mask, *safeguards.block}
    if not named and not safeguards.secrets:
        return session
    entries = list(masked_entries(session, named, safeguards.secrets))
    texts = sorted({text for entry in entries for text in entry.texts}, key=lambda t: (-len(t), t))

    def change(word: str) -> str:
        for text in texts:
            word = word.replace(text, STAR * len(text))
        return starred(safeguards.secrets, word)

    hidden = _rows_to_mask(session, entries) | _choices(session, named, change)
    made = _with_reasons(session, entries)
    events = _starred(session.events, _TEXTS, change)
    elements = _starred(session.elements, ("name",), change)
    if not hidden.any() and events is session.events and elements is session.elements:
        return made
    places = _places_now(hidden, made, session)
    events = _starred(made.events, _TEXTS, change)
    for name in ("key", "code", "modifiers", "value"):
        events = with_column(events, name, _blanked(events[name], places))
    flags = np.asarray(events["masked"]).astype(np.bool_) | places
    events = compact(with_column(events, "masked", flags))
    reasons = {entry.target: str(entry.reason) for entry in entries}
    return replace(
        made,
        events=events,
        elements=_marked(elements, reasons),
        actions=_secret(made.actions, events),
        goals=(),
    )


def _rows_to_mask(session: Session, entries: Iterable[Entry]) -> NDArray[np.bool_]:
    """Return the rows of edits and keys that are to be masked and are not yet, shape (n,)."""
    found = np.zeros(len(session.events), np.bool_)
    struck: set[int] = set()
    for entry in entries:
        found[entry.edits] = True
        struck.update(entry.keys)
    if struck:
        for each in partners(session.events):
            if each.opens in struck and _edits_text(each.row):
                found[[each.opens, *each.repeats]] = True
                if each.closes is not None:
                    found[each.closes] = True
    return found & ~np.asarray(session.events["masked"]).astype(np.bool_)


def _edits_text(row: Any) -> bool:
    held = row["modifiers"] or 0
    # With Alt beside it, Control is how some keyboards write a third letter on a key.
    chord = bool(held & (CONTROL | META)) and not held & ALT
    return row["type"] == "keydown" and row["key"] not in _PLAIN and not chord


def _choices(session: Session, named: set[str], change: Change) -> NDArray[np.bool_]:
    """Return the choices whose label holds a secret, or that are made in a named element."""
    events = session.events
    rows = np.flatnonzero(np.asarray(pc.equal(events["type"].cast(pa.string()), "select.change")))
    found = np.zeros(len(events), np.bool_)
    for place, row in zip(
        rows.tolist(), events.select(["target", "value"]).take(rows).to_pylist(), strict=True
    ):
        label = row["value"]
        found[place] = label is not None and (row["target"] in named or change(label) != label)
    return found


def _with_reasons(session: Session, entries: Iterable[Entry]) -> Session:
    """Tell of each entry why it is masked, unless that has been told of its field."""
    events = session.events
    told = events.filter(pc.equal(events["type"].cast(pa.string()), "redaction"))
    known = set(told["target"].cast(pa.string()).to_pylist())
    edits = Edits(session)
    for entry in entries:
        rows = entry.edits + entry.keys
        if entry.target in known or not rows:
            continue
        first = min(rows)
        row = events.slice(first, 1).to_pylist()[0]
        here = {name: row[name] for name in ("app", "window", "target")}
        edits.before(
            first, row["t_us"], "redaction", {**here, "reason": entry.reason, "policy": MASK}
        )
    if not edits:
        return session
    made = edits.applied()
    return replace(made, header={**made.header, "event_count": len(made.events)})


def _places_now(rows: NDArray[np.bool_], made: Session, before: Session) -> NDArray[np.bool_]:
    """Return flags of rows as flags of the same rows after others were added between them."""
    if made is before:
        return rows
    # Rows that were added are redactions; all others are the old ones in their order.
    kinds = made.events["type"].cast(pa.string())
    old_kinds = before.events["type"].cast(pa.string())
    added = len(made.events) - len(before.events)
    flags = np.zeros(len(made.events), np.bool_)
    if added:
        new = np.asarray(pc.not_equal(kinds, "redaction"))
        old = np.asarray(pc.not_equal(old_kinds, "redaction"))
        flags[new] = rows[old]
        return flags
    return rows


def _starred(table: pa.Table, names: Iterable[str], change: Change) -> pa.Table:
    """Return the table with texts changed; the same one when none changes."""
    for name in names:
        column = table[name].unify_dictionaries().combine_chunks()
        words = column.dictionary.to_pylist()
        new = [_changed(word, change) for word in words]
        if new != words:
            array = pa.array(new, pa.string()).take(column.indices).dictionary_encode()
            table = with_column(table, name, array.cast(column.type))
    return table


def _changed(word: str, change: Change) -> str:
    if not word.startswith("{"):
        return change(word)
    try:
        slots = json.loads(word)
    except ValueError:
        return change(word)
    if not isinstance(slots, dict) or not all(isinstance(text, str) for text in slots.values()):
        return change(word)
    new = {slot: change(text) for slot, text in slots.items()}
    return word if new == slots else json.dumps(new, sort_keys=True)


def _blanked(column: Any, rows: NDArray[np.bool_]) -> pa.Array:
    array = column.unify_dictionaries().combine_chunks()
    keep = pa.array(~rows)
    if not pa.types.is_dictionary(array.type):
        return pc.if_else(keep, array, None)
    indices = pc.if_else(keep, array.indices, None)
    return pa.DictionaryArray.from_arrays(indices, array.dictionary)


def _marked(elements: pa.Table, reasons: dict[str, str]) -> pa.Table:
    """Return the elements with the reasons why those are masked that were not before."""
    if not len(elements):
        return elements
    now = [
        row["sensitive"] if row["sensitive"] is not None else reasons.get(row["target"])
        for row in elements.select(["target", "sensitive"]).to_pylist()
    ]
    kind = elements.schema.field("sensitive").type
    return compact(with_column(elements, "sensitive", pa.array(now, pa.string()).cast(kind)))


def _secret(actions: pa.Table, events: pa.Table) -> pa.Table:
    """Return the acts, those whose text is masked as acts of a secret text."""
    if not len(actions):
        return actions
    kinds = pa.array(("keydown", "input"))
    typed = pc.and_(events["masked"], pc.is_in(events["type"].cast(pa.string()), kinds))
    ids = set(events.filter(typed)["action_id"].unique().to_pylist())
    now = [
        SECRET if row["action_id"] in ids and row["text_class"] in ("field", "prose")
        else row["text_class"]
        for row in actions.select(["action_id", "text_class"]).to_pylist()
    ]  # fmt: skip
    kind = actions.schema.field("text_class").type
    return with_column(actions, "text_class", pa.array(now, pa.string()).cast(kind))
