"""Entries: what was typed into one field of one page, and whether it has to be masked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.field_text import edited
from deskhand.safeguards.secret_patterns import STAR, Secrets, first_found
from deskhand.screen import Screen
from deskhand.session import Session

NAMED = "safeguards"
_READ = (
    "type", "window", "target", "reference", "detail", "value", "value_length", "masked",
    "input_type",
)  # fmt: skip
_KEYS = ("keydown", "keyup")
_KINDS = ("navigation", "window.focus", "input", *_KEYS)
# Shorter texts are found everywhere (assumed).
SHORTEST = 4


@dataclass(slots=True)
class Entry:
    """One field of one page, from its load on.

    Parameters
    ----------
    target : str
        The field.
    text : str
        What it holds; stars where that is not known.
    edits, keys : list of int
        Its ``input`` rows, and the rows of the keys that were struck in it.
    reason : str or None
        Why it is masked: the name of a pattern, or that the field is named; None when it is not.
    texts : set of str
        What it held whenever something was taken away from it, and at the end.
    """

    target: str
    text: str
    edits: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    reason: str | None = None
    texts: set[str] = field(default_factory=set)

    def stood(self, secrets: Secrets) -> None:
        """Look at what the field holds now."""
        if len(self.text) >= SHORTEST and self.text.strip(STAR):
            self.texts.add(self.text)
            if self.reason is None:
                self.reason = first_found(secrets, self.text)

    def edit(self, place: int, row: Mapping[str, Any], secrets: Secrets) -> None:
        """Take in an edit."""
        self.edits.append(place)
        kind = row["input_type"]
        if kind is None or not kind.startswith("insert"):
            # What was there is gone now, so it is looked at before.
            self.stood(secrets)
        if row["masked"]:
            self.text = STAR * (row["value_length"] or 0)
        else:
            self.text = edited(self.text, row)


def masked_entries(session: Session, named: Collection[str], secrets: Secrets) -> Iterator[Entry]:
    """Yield the entries that are to be masked.

    Parameters
    ----------
    session : Session
        Its compiled screens tell what fields hold at first.
    named : collection of str
        Fields that are masked whatever they hold.
    secrets : Secrets
        Patterns that no field may come to hold.
    """
    events = session.events
    where = np.flatnonzero(np.asarray(pc.is_in(events["type"].cast(pa.string()), pa.array(_KINDS))))
    shown: dict[str | None, Screen | None] = {}
    open_: dict[tuple[str | None, str], Entry] = {}
    done: list[Entry] = []
    rows = events.select(list(_READ)).take(where).to_pylist()
    for place, row in zip(where.tolist(), rows, strict=True):
        kind, window, target = row["type"], row["window"], row["target"]
        if kind in ("navigation", "window.focus"):
            shown[window] = session.screens.get(row["reference"])
            if kind == "navigation":
                done += [open_.pop(at) for at in list(open_) if at[0] == window]
            continue
        if target is None:
            continue
        entry = open_.get((window, target))
        if entry is None:
            screen = shown.get(window)
            element = None if screen is None else screen.elements.get(target)
            entry = Entry(target, "" if element is None else element.value)
            entry.reason = NAMED if target in named else None
            open_[window, target] = entry
        if kind == "input":
            entry.edit(place, row, secrets)
        else:
            entry.keys.append(place)
    for entry in (*done, *open_.values()):
        entry.stood(secrets)
        if entry.reason is not None:
            yield entry
