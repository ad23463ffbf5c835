"""Texts of the JSON form: made up, from a table, one of several, or mixed from such by a template."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.json_form.steps import Written
from deskhand.scenarios.json_form.tables import Table
from deskhand.scenarios.records import PRIORITIES, SOURCES, STAGES, STATUSES

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
# Made-up texts that are one of a few.
FEW = {"source": SOURCES, "status": STATUSES, "stage": STAGES, "priority": PRIORITIES}
# Ways to fill a template that a check goes through at most.
MOST_TEXTS = 64


def template_parts(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the plain parts of a template, each with the slot behind it.

    Raises
    ------
    DeskhandError
        When a brace is left over, or what stands between braces is no name.

    Examples
    --------
    >>> list(template_parts("Call {company} back"))
    [('Call ', 'company'), (' back', None)]
    """
    try:
        for plain, slot, how, conversion in Formatter().parse(text):
            if slot is not None and (how or conversion or not slot.isidentifier()):
                raise ValueError("only a slot's name may stand between braces")
            yield plain, slot
    except ValueError as error:
        raise DeskhandError(
            f"template {text!r}: {error}; write {{name}} for a slot and {{{{ or }}}} for a brace."
        ) from None


def check_text(given: Any, written: Written) -> None:
    """Refuse a text with an unknown slot or column.

    Raises
    ------
    DeskhandError
        Saying which, and what there is.
    """
    if isinstance(given, str):
        if written.slots is not None:
            for _, slot in template_parts(given):
                if slot is not None and slot not in written.slots:
                    raise UnknownNameError("slot", slot, written.slots)
    elif "table" in given:
        written.tables[given["table"]].column(given["column"])


def possible_texts(given: Any, written: Written) -> list[str] | None:
    """Return all texts that something written may stand for; None when nobody can list them."""
    if isinstance(given, dict):
        if "one_of" in given:
            return list(given["one_of"])
        if "table" in given:
            return list(dict.fromkeys(written.tables[given["table"]].column(given["column"])))
        return list(FEW[given["fake"]]) if given["fake"] in FEW else None
    if written.slots is None:
        return [given]
    found = [""]
    for plain, slot in template_parts(given):
        texts = [""] if slot is None else possible_texts(written.slots[slot], _bare(written))
        if texts is None or len(found) * len(texts) > MOST_TEXTS:
            return None
        found = [start + plain + text for start in found for text in texts]
    return found


def _bare(written: Written) -> Written:
    """Return a scenario whose texts hold no slots: those of slots themselves are no templates."""
    return Written(file=written.file, data={}, steps=(), tables=written.tables)


class Texts:
    """What the texts of one scenario are in one session.

    Parameters
    ----------
    desk : Desk
        Whose session.
    written : Written
        The scenario; its slots are drawn now.
    """

    def __init__(self, desk: Desk, written: Written) -> None:
        plan = desk.plan
        self._desk = desk
        self._who = (plan.team, plan.person, plan.day)
        self._tables: Mapping[str, Table] = written.tables
        self._records: dict[str, Any] = {}
        slots = written.slots
        self._slots = None if slots is None else {k: self._drawn(v) for k, v in slots.items()}

    def text(self, given: Any) -> str:
        """Return what something written stands for now."""
        if not isinstance(given, str) or self._slots is None:
            return self._drawn(given)
        parts = template_parts(given)
        return "".join(plain + (self._slots[slot] if slot else "") for plain, slot in parts)

    def _drawn(self, given: Any) -> str:
        if isinstance(given, str):
            return given
        if "one_of" in given:
            return str(given["one_of"][self._desk.one_of(len(given["one_of"]))])
        if "table" in given:
            table = self._tables[given["table"]]
            return table.columns[given["column"]][table.row(self._desk.plan.seed, *self._who)]
        kind, field = FAKES[given["fake"]]
        if kind not in self._records:
            self._records[kind] = self._desk.records.draw(kind)
        record = self._records[kind]
        return str(getattr(record, field) if field else record)
