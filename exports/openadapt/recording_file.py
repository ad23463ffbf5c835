"""A ``recording.db`` that somebody else wrote, opened so that neither side can come to harm.

What is read is a copy in a temporary folder: the original stays as it is, whatever SQLite does to a
file that it opens. Only plain tables are read. Nothing in the file can call functions of SQLite that
are not harmless, load an extension, make a value longer than a limit, or keep a query busy for ever.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.exports.openadapt.recording_writer import FILE

MAGIC = b"SQLite format 3\0"
# A picture of an 8K desktop as PNG has less (assumed).
MOST_VALUE_BYTES = 1 << 26
# Some ten minutes of queries: steps of SQLite's machine, asked after every so many.
STEPS, MOST_ASKS = 1_000_000, 60_000
NEEDED = ("recording", "action_event")
_BESIDE = ("-wal",)


def database_of(path: Path) -> Path:
    """Return the database of a recording: the file itself, or the one in its folder."""
    return path / FILE if path.is_dir() else path


def is_recording(path: Path) -> bool:
    """Return whether a file, or the file in a folder, is a database with OpenAdapt's tables."""
    file = database_of(path)
    try:
        with file.open("rb") as opened:
            if opened.read(len(MAGIC)) != MAGIC:
                return False
            # The tables' names stand in the first page, which is 64 KiB at most.
            head = opened.read(1 << 16)
    except OSError:
        return False
    return all(name.encode() in head for name in NEEDED)


@contextmanager
def opened(path: Path) -> Iterator["Recordings"]:
    """Give the tables of a recording for the length of a ``with`` block.

    Raises
    ------
    DeskhandError
        When there is no such file, it is no SQLite database or a broken one, or lies elsewhere.
    """
    file = database_of(path)
    if file.is_symlink() and path.is_dir():
        raise DeskhandError(f"{file}: a link to another place; put the database itself there.")
    if not file.is_file():
        raise DeskhandError(f"{path}: holds no {FILE}; name a recording's folder.")
    with tempfile.TemporaryDirectory(prefix="deskhand-") as name:
        copy = Path(name) / FILE
        shutil.copyfile(file, copy)
        for ending in _BESIDE:
            beside = file.with_name(file.name + ending)
            if beside.is_file() and not beside.is_symlink():
                shutil.copyfile(beside, copy.with_name(copy.name + ending))
        with copy.open("rb") as start:
            if start.read(len(MAGIC)) != MAGIC:
                raise DeskhandError(f"{file}: no SQLite database; name a recording's folder.")
        database = sqlite3.connect(copy, isolation_level=None)
        try:
            yield Recordings(database, file)
        except sqlite3.Error as error:
            raise DeskhandError(
                f"{file}: {error}; the file is damaged, or no recording of OpenAdapt."
            ) from error
        finally:
            database.close()


class Recordings:
    """The plain tables of one database.

    Parameters
    ----------
    database : sqlite3.Connection
        Of a copy.
    file : Path
        The original, for messages.
    """

    def __init__(self, database: sqlite3.Connection, file: Path) -> None:
        self.file = file
        self._database = database
        self._asked = 0
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_VALUE_BYTES)
        database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        database.set_progress_handler(self._ask, STEPS)
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
            database.execute(f"PRAGMA {pragma}")
        listed = database.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
        self.tables: dict[str, list[str]] = {}
        for kind, name, made in listed:
            if kind == "table" and not _is_virtual(made):
                found = database.execute(
                    "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", (name,)
                )
                self.tables[str(name)] = [str(column) for (column,) in found]
        self.others = {
            str(name): "a virtual table" if kind == "table" else f"a {kind}"
            for kind, name, made in listed
            if kind != "index" and str(name) not in self.tables
        }
        for name in NEEDED:
            if name not in self.tables:
                what = self.others.get(name, "missing")
                raise DeskhandError(
                    f"{file}: table {name!r} is {what}; a recording of OpenAdapt has it as a "
                    "plain table."
                )

    def _ask(self) -> int:
        self._asked += 1
        return int(self._asked > MOST_ASKS)

    def rows(
        self, table: str, columns: tuple[str, ...], recording: Any = None
    ) -> Iterator[tuple[Any, ...]]:
        """Return rows of a table as they stand in it, in the order of their ids.

        Parameters
        ----------
        table : str
            Its name; a table that the file lacks has no rows.
        columns : tuple of str
            Columns that this file lacks are None.
        recording : optional
            The id of the recording whose rows are wanted.
        """
        if table not in self.tables:
            return iter(())
        there = self.tables[table]
        chosen = ", ".join(f'"{name}"' if name in there else "NULL" for name in columns)
        order = ' ORDER BY "id"' if "id" in there else ""
        if recording is None or "recording_id" not in there:
            return self._database.execute(f"SELECT {chosen} FROM {table}{order}")
        where = 'WHERE "recording_id" = ?'
        return self._database.execute(f"SELECT {chosen} FROM {table} {where}{order}", (recording,))


def _is_virtual(statement: Any) -> bool:
    return str(statement).upper().split()[:2] == ["CREATE", "VIRTUAL"]
