"""Write the tables of docs/formats/README.md from what the formats say of themselves.

`python docs/write_format_tables.py` fills what stands between ``<!-- table: NAME -->`` and
``<!-- end -->``, so that no promise on the page differs from the one that the tests hold to.
"""

import re
from pathlib import Path
from typing import Any

from deskhand.events import EVENT_TYPES
from deskhand.format_table import format_records

PAGE = Path(__file__).parent / "formats" / "README.md"
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.S)
CANONICAL = ("arrow", "jsonl", "parquet")
UNITS = ((1, "µs"), (1_000, "ms"), (1_000_000, "s"))


def step(microseconds: int) -> str:
    """Return a resolution of time in words.

    Examples
    --------
    >>> step(1), step(1_000), step(50_000), step(1_000_000)
    ('1 µs', '1 ms', '50 ms', '1 s')
    """
    size, unit = max((u for u in UNITS if microseconds % u[0] == 0), key=lambda u: u[0])
    return f"{microseconds // size} {unit}"


def table(lines: list[list[str]]) -> str:
    """Return rows as a table; the first of them is its head."""
    lines = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _link(name: str) -> str:
    return f"[`{name}`]({name}.md)" if (PAGE.parent / f"{name}.md").exists() else f"`{name}`"


def formats(records: list[dict[str, Any]]) -> str:
    """Return the table of formats."""
    lines = [["format", "ways", "what it is", "what is lost"]]
    for record in records:
        ways = "written, read" if record["reads"] else "written"
        lines.append([_link(record["name"]), ways, record["summary"], record["loses"]])
    return table(lines)


def losses(records: list[dict[str, Any]]) -> str:
    """Return the table of event types by format: the resolution of time, or nothing."""
    shown = [r for r in records if r["name"] not in CANONICAL and r["keeps"]]
    lines = [["event", *(f"`{record['name']}`" for record in shown)]]
    for kind in EVENT_TYPES:
        cells = [
            step(record["keeps"][kind]["step_us"]) if kind in record["keeps"] else ""
            for record in shown
        ]
        lines.append([f"`{kind}`", *cells])
    return table(lines)


def columns(records: list[dict[str, Any]]) -> str:
    """Return what comes back, column by column, of the formats that are read."""
    lines = [["format", "event", "columns that come back as they were", "remark"]]
    for record in records:
        if record["reads"] and record["name"] not in CANONICAL:
            for kind, kept in record["keeps"].items():
                named = ", ".join(kept["columns"])
                lines.append([f"`{record['name']}`", f"`{kind}`", named, kept["remark"]])
    return table(lines)


TABLES = {"formats": formats, "losses": losses, "columns": columns}


def filled(page: str) -> str:
    """Return the page with every marked table written anew."""
    records = format_records()
    return MARKED.sub(lambda m: m[1] + TABLES[m[2]](records) + m[3], page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
