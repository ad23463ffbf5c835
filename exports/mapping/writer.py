"""Writes records of somebody's own schema, each of them checked against it before a byte is written."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.mapping.mapping_file import OwnMapping
from deskhand.exports.mapping.own_schema import described
from deskhand.exports.mapping.record_text import RecordTexts, made_by, record_texts
from deskhand.exports.mapping.value_text import TEXT
from deskhand.exports.session_files import file_stem
from deskhand.exports.session_tables import Writer
from deskhand.session import Session

FOLDER = "mapping"
# Records that are looked at as one list of texts.
BLOCK = 65_536


class MappingWriter(Writer):
    """Writes files of records below ``mapping/``.

    Files have a temporary name until the writer is closed; after an error there are none.

    Parameters
    ----------
    folder : Path
        Where the folder ``mapping`` goes.
    mapping : OwnMapping
        What records look like.
    """

    def __init__(self, folder: Path, mapping: OwnMapping) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mapping = mapping
        self._made: list[Path] = []
        self._shared: BinaryIO | None = None
        if not mapping.per_session:
            self._shared = self._begin(mapping.name)
        self._empty = True

    def write(self, session: Session) -> None:
        """Add one whole session.

        Raises
        ------
        DeskhandError
            When a record breaks the schema: with its number, the JSON Pointer, the rule, and the
            line of the mapping.
        """
        records = record_texts(self._mapping, session)
        check_records(self._mapping, records, session.session_id)
        if not len(records.texts) and self._mapping.form == "json":
            raise DeskhandError(
                f"session {session.session_id!r} has no event that {self._mapping.source.path.name} "
                "takes, and a file of the form json is one record; widen its when."
            )
        if self._shared is not None:
            self._lines(self._shared, records.texts)
            return
        with self._begin(file_stem(session.session_id)) as file:
            self._empty = True
            self._lines(file, records.texts)
            self._end(file)

    def _begin(self, name: str) -> BinaryIO:
        path = self._folder / f"{name}{self._mapping.suffix}"
        self._made.append(path)
        file = _temporary(path).open("wb")
        if self._mapping.form == "json-array":
            file.write(b"[")
        return file

    def _lines(self, file: BinaryIO, texts: pa.Array) -> None:
        if not len(texts):
            return
        array = self._mapping.form == "json-array"
        ends = pc.binary_join_element_wise(
            pa.scalar(",\n" if array else "", TEXT),
            texts,
            pa.scalar("" if array else "\n", TEXT),
            pa.scalar("", TEXT),
        )
        _, offsets, text = ends.buffers()
        places = np.frombuffer(offsets, np.int64)
        # Of the first record of an array the comma alone is left out.
        skip = 1 if array and self._empty else 0
        file.write(text[int(places[ends.offset]) + skip : int(places[ends.offset + len(ends)])])
        self._empty = False

    def _end(self, file: BinaryIO) -> None:
        if self._mapping.form == "json-array":
            file.write(b"\n]\n")

    def close(self) -> None:
        """Give the files their names."""
        if self._shared is not None:
            self._end(self._shared)
            self._shared.close()
            self._shared = None
        for path in self._made:
            _temporary(path).replace(path)
        self._made = []

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
            return
        if self._shared is not None:
            self._shared.close()
        for path in self._made:
            _temporary(path).unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".making-{path.name}")


def check_records(mapping: OwnMapping, records: RecordTexts, session_id: str) -> None:
    """Refuse records that break the schema.

    Raises
    ------
    DeskhandError
        For the first that does.
    """
    # The referee looks at the first record of every rule.
    shown = set(np.unique(records.rule, return_index=True)[1].tolist())
    for begin in range(0, len(records.texts), BLOCK):
        texts = records.texts.slice(begin, BLOCK).to_pylist()
        for k, error in mapping.schema.invalid(
            map(orjson.loads, texts), {n - begin for n in shown}
        ):
            number = begin + k
            place = made_by(mapping, records, number, list(error.absolute_path))
            raise mapping.source.refusal(
                place,
                f"record {number} of session {session_id}, {described(error)} "
                f"[{mapping.schema.rule_line(error)}]; change the mapping here"
                f"{_remedy(str(error.validator))}, or the schema; nothing was written.",
            )


def _remedy(rule: str) -> str:
    return {
        "type": ' ("round" makes whole numbers, "as": "string" strings, "if_null" fills gaps)',
        "required": ' (add the member, or "if_null" where its column may say nothing)',
        "additionalProperties": " (take the member out)",
        "enum": ' (an "enum" gives columns your names)',
        "const": " (a constant is written as it stands)",
    }.get(rule, "")
