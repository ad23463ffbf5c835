"""The file of a table of research data: its shape, told by its first line, its columns, its sidecar."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from deskhand.errors import DeskhandError
from deskhand.exports.capture_files import content_of
from deskhand.exports.evdev.text import joined
from deskhand.exports.research_csv import fixed_text, pointer_log, sentences

SUFFIX = ".csv"
SIDECAR = ".synthetic.json"
SEPARATORS = {"aalto": "\t"}
_HEADS = {
    "balabit": ",".join(pointer_log.COLUMNS["balabit"]),
    "sapimouse": ",".join(pointer_log.COLUMNS["sapimouse"]),
    "cmu": ",".join(fixed_text.MARKS) + ",H.",
    "aalto": "\t".join(sentences.COLUMNS[:2]),
}
_WORDS = {"button", "state", "subject", "SENTENCE", "USER_INPUT", "LETTER"}
# A header is short; the longest known, of a text of 40 keys, has 1.5 kB.
_HEAD_BYTES = 4096


def table_bytes(table: pa.Table, separator: str) -> bytes:
    """Return a table as text without quotes, which these data sets do not have.

    Parameters
    ----------
    table : pyarrow.Table
        None of whose words holds the separator.
    separator : str
        Comma or tab.
    """
    head = separator.join(table.column_names).encode() + b"\n"
    if not len(table):
        return head
    cells = [column.combine_chunks().cast(pa.string()) for column in table.columns]
    parts = [part for cell in cells for part in (separator, pc.fill_null(cell, ""))][1:]
    return head + joined(*parts, "\n")


def table_path(path: Path) -> Path | None:
    """Return the table that a path names: a file, or the first table of a folder."""
    if path.is_dir():
        found = [p for p in sorted(path.iterdir()) if p.suffix in (SUFFIX, ".txt", ".tsv")]
        return next((p for p in found if not p.is_symlink() and shape_of(p)), None)
    return path if path.is_file() else None


def shape_of(path: Path) -> str | None:
    """Return whose columns the first line of a file names."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).split(b"\n", 1)[0].decode("latin-1").strip()
    head = head.removeprefix("\xef\xbb\xbf")
    return next((shape for shape, begin in _HEADS.items() if head.startswith(begin)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A table as it was read; ``invalid`` are the lines that are no rows of it."""

    path: Path
    content: bytes
    shape: str
    table: pa.Table
    invalid: list[str]
    sidecar: Mapping[str, Any]


def load(path: Path) -> TableFile:
    """Return a table.

    Raises
    ------
    DeskhandError
        When its columns are not known, or a cell is no number where one must be.
    """
    found = table_path(path)
    shape = shape_of(found) if found is not None else None
    if found is None or shape is None:
        raise DeskhandError(
            f"{path}: no table of research data; its first line names the columns of "
            f"{', '.join(_HEADS)}."
        )
    content = content_of(found)
    invalid: list[str] = []

    def bad(row: Any) -> str:
        invalid.append(row.text)
        return "skip"

    tabs = shape == "aalto"
    parse = pa.csv.ParseOptions(
        delimiter="\t" if tabs else ",", quote_char=False, invalid_row_handler=bad
    )
    head = content.split(b"\n", 1)[0].decode("latin-1").strip().removeprefix("\xef\xbb\xbf")
    names = head.split("\t" if tabs else ",")
    kinds = {n: pa.string() if n in _WORDS else pa.float64() for n in names}
    try:
        # Old files are in Latin-1, in which every byte is a character.
        encoding = "utf8" if _is_utf8(content) else "latin1"
        table = pa.csv.read_csv(
            pa.BufferReader(content),
            read_options=pa.csv.ReadOptions(encoding=encoding, use_threads=False),
            parse_options=parse,
            convert_options=pa.csv.ConvertOptions(
                column_types=kinds,
                null_values=["", "null", "NULL", "NaN"],
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise DeskhandError(f"{found}: {error}; the table cannot be read.") from error
    needed = pointer_log.COLUMNS.get(shape) or (sentences.COLUMNS if shape == "aalto" else ())
    if missing := [name for name in needed if name not in table.column_names]:
        raise DeskhandError(f"{found}: no column {missing[0]!r}; a table of {shape} has it.")
    return TableFile(
        path=found,
        content=content,
        shape=shape,
        table=table,
        invalid=invalid,
        sidecar=_sidecar(found),
    )


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sidecar(path: Path) -> Mapping[str, Any]:
    beside = path.with_name(path.name + SIDECAR)
    try:
        record = orjson.loads(content_of(beside, 1 << 16)) if beside.is_file() else {}
        wanted = {"provenance_id": str, "session_id": str, "start_wall_us": int, "first_us": int}
        good = isinstance(record, dict) and all(
            isinstance(record.get(name), kind) for name, kind in wanted.items()
        )
        screen = record.get("screen") if good else None
        good = good and isinstance(screen, list) and len(screen) == 2
        good = good and all(isinstance(px, int) and 0 < px < 2**31 for px in screen or ())
        named = good and str(record["session_id"]).replace("_", "").isalnum()
        return record if named and record.get("synthetic") is True else {}
    except (orjson.JSONDecodeError, DeskhandError):
        return {}
