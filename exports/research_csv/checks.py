"""What is wrong with a table of research data."""

from collections.abc import Iterator
from typing import Any

from deskhand.exports.research_csv.table_file import SIDECAR, TableFile
from deskhand.findings import Finding


def table_findings(file: TableFile) -> Iterator[Finding]:
    """Yield what is wrong with a table that could be read; a row is one of its data.

    Parameters
    ----------
    file : TableFile
        As `deskhand.exports.research_csv.table_file.load` returns it.
    """

    def found(rule: str, bad: Any, column: str, given: str, remedy: str) -> Iterator[Finding]:
        rows = [k for k, wrong in enumerate(bad) if wrong]
        if rows:
            yield Finding(
                rule=rule, path=file.path, row=rows[0], column=column, given=given, remedy=remedy,
                count=len(rows),
            )  # fmt: skip

    if file.invalid:
        yield Finding(
            rule="columns", path=file.path, given=repr(file.invalid[0][:60]), count=len(file.invalid),
            remedy=f"every row has {len(file.table.column_names)} columns, without quotes",
        )  # fmt: skip
    if not len(file.table) and not file.sidecar:
        yield Finding(rule="empty", path=file.path, given="no row", remedy="the file was cut")
    if file.path.name.startswith("syn_") and not file.sidecar:
        yield Finding(
            rule="synthetic", path=file.path, given="no sidecar",
            remedy=f"keep {file.path.name}{SIDECAR} beside it, which says where it is from",
        )  # fmt: skip
    table = file.table
    times = {
        "balabit": ["client timestamp"], "sapimouse": ["client timestamp"], "aalto": ["PRESS_TIME"],
    }.get(file.shape, [])  # fmt: skip
    for name in times:
        values = table[name].to_pylist()
        yield from found(
            "time", [v is None or v < 0 or v != v for v in values], name, "no time",
            "a time is a number, 0 or more",
        )  # fmt: skip
        pairs = zip([None, *values], values, strict=False)
        yield from found(
            "order", [a is not None and b is not None and b < a for a, b in pairs], name,
            "earlier than the row before", "rows are in the order of their times",
        )  # fmt: skip
    if "state" in table.column_names:
        states = ("Move", "Drag", "Pressed", "Released", "Up", "Down")
        yield from found(
            "state", [s not in states for s in table["state"].to_pylist()], "state", "another word",
            f"a state is one of {', '.join(states)}",
        )  # fmt: skip
    holds = [c for c in table.column_names if c.startswith("H.")]
    for name in holds:
        yield from found(
            "hold", [v is None or not v >= 0 for v in table[name].to_pylist()], name,
            "no time of holding", "a key is held for 0 s or longer",
        )  # fmt: skip
    if file.shape == "aalto":
        pairs = zip(table["PRESS_TIME"].to_pylist(), table["RELEASE_TIME"].to_pylist(), strict=True)
        yield from found(
            "release", [a is not None and b is not None and b < a for a, b in pairs],
            "RELEASE_TIME", "before the press", "a key is released after it was pressed",
        )  # fmt: skip
