"""The table of formats: what each keeps and loses, as the formats themselves say it."""

import textwrap
from collections.abc import Iterator
from typing import Any

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.events import EVENT_TYPES
from deskhand.formats import EXPORTS

WIDTH = 100


def format_records() -> list[dict[str, Any]]:
    """Return a record for each registered format.

    Returns
    -------
    list of dict
        With ``name``, ``summary``, ``reads`` (whether it is read back), ``keeps`` (event types to
        columns, resolution of time in microseconds and remark), ``loses`` (a sentence).

    Examples
    --------
    >>> [r["reads"] for r in format_records() if r["name"] == "parquet"]
    [True]
    """
    records = []
    for name in registry.names(EXPORTS):
        try:
            module = registry.load(EXPORTS, name)
        except DeskhandError as error:
            # One broken package must not hide the others.
            records.append({"name": name, "summary": f"cannot be used: {error}", "reads": False})
            continue
        kept = getattr(module, "KEEPS", {})
        records.append(
            {
                "name": name,
                "summary": getattr(module, "SUMMARY", ""),
                "reads": hasattr(module, "read"),
                "keeps": {
                    kind: {
                        "columns": list(kept[kind].columns),
                        "step_us": kept[kind].step_us,
                        "remark": kept[kind].remark,
                    }
                    for kind in EVENT_TYPES
                    if kind in kept
                },
                "loses": getattr(module, "LOSES", ""),
            }
        )
    return records


def format_lines() -> Iterator[str]:
    """Yield the table as text."""
    for record in format_records():
        ways = "written and read" if record["reads"] else "written"
        yield f"{record['name']:16}{ways:18}{record['summary']}"
        kept = record.get("keeps", {})
        every = len(kept) == len(EVENT_TYPES)
        words = "every event" if every else ", ".join(kept) or "not said"
        for label, text in (("keeps", words), ("loses", record.get("loses", ""))):
            if text:
                lines = textwrap.wrap(text, WIDTH - 24)
                yield f"{'':16}{label:8}{lines[0]}"
                yield from (f"{'':24}{line}" for line in lines[1:])
