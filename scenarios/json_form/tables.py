"""Tables that scenarios take texts from: .csv files, one row of which belongs to a session."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.streams import stream

# Rows that a table may have; it is held in memory by every worker.
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table by its columns, all of the same length."""

    name: str
    columns: Mapping[str, tuple[str, ...]]

    def column(self, name: str) -> tuple[str, ...]:
        """Return the texts of a column.

        Raises
        ------
        DeskhandError
            When there is no such column, or a cell of it is empty: nobody can type nothing.
        """
        if name not in self.columns:
            raise UnknownNameError(f"{self.name}:1: column", name, self.columns)
        cells = self.columns[name]
        if "" in cells:
            raise DeskhandError(
                f"{self.name}: row {cells.index('') + 1} has nothing in column {name!r}; fill the "
                "cell or leave the row out."
            )
        return cells

    def row(self, seed: int, *who: int) -> int:
        """Return which row belongs to somebody, from 0.

        Examples
        --------
        >>> table = Table(name="x.csv", columns={"a": ("p", "q", "r")})
        >>> table.row(7, 0, 3, 0) == table.row(7, 0, 3, 0)
        True
        """
        rows = len(next(iter(self.columns.values())))
        return int(stream(seed, "scenario.table", self.name, *who).integers(rows))


def read_table(path: Path, name: str) -> Table:
    """Read a .csv file: UTF-8, commas, the names of the columns in its first line.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        What messages call it.

    Raises
    ------
    DeskhandError
        When it is missing or not such a table; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.reader(file, strict=True), name)
    except (FileNotFoundError, IsADirectoryError):
        raise DeskhandError(f"{name}: there is no such file beside the scenario.") from None
    except UnicodeDecodeError as error:
        raise DeskhandError(f"{name}: not UTF-8 text ({error}); save it as UTF-8.") from None


def _read(lines: Any, name: str) -> Table:
    rows: list[list[str]] = []
    head: list[str] = []
    try:
        for cells in lines:
            if not head:
                head = [cell.strip() for cell in cells]
                if "" in head or len(set(head)) < len(head):
                    raise DeskhandError(
                        f"{name}:1: columns {', '.join(map(repr, head)) or 'none'}; the first line "
                        "names each column once."
                    )
            elif cells:
                if len(cells) != len(head):
                    raise DeskhandError(
                        f"{name}:{lines.line_num}: {len(cells)} cells for {len(head)} columns "
                        f"({', '.join(head)}); put texts with a comma into double quotes."
                    )
                rows.append(cells)
            if len(rows) > MOST_ROWS:
                raise DeskhandError(f"{name}: more than {MOST_ROWS} rows; give a part of them.")
    except csv.Error as error:
        raise DeskhandError(
            f"{name}:{lines.line_num}: {error}; look for a double quote that is not closed."
        ) from None
    if not rows:
        raise DeskhandError(
            f"{name}: has no rows; write the names of the columns into the first line and a row "
            "into each line below."
        )
    return Table(name=name, columns=dict(zip(head, zip(*rows, strict=True), strict=True)))
