"""Goes through folders, tables and recordings, and gathers what their rules find."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.exports import arrow, jsonl, parquet
from deskhand.exports import rrweb as rrweb_export
from deskhand.findings import Finding, Report
from deskhand.formats import EXPORTS, load_format, needs_argument
from deskhand.json_schema import describe, worst
from deskhand.session import Session
from deskhand.validation.event_rules import Breach, event_breaches
from deskhand.validation.records import SCHEMA_OF_TABLE, records, sampled
from deskhand.validation.session_rules import session_breaches

FORMATS: dict[str, Any] = {module.SUFFIX: module for module in (parquet, jsonl, arrow)}
CANONICAL = ("parquet", "jsonl", "arrow")
# One broken rule of one file is reported this often in full.
LIMIT = 20


class Checker:
    """Gathers findings in a report.

    Parameters
    ----------
    sample : int
        How many records of each table, and of all recordings together, are checked against JSON
        Schema. Half of what is left goes to the next session, so a large run costs little more
        than a small one; every session has one record of each table checked at least.
    """

    def __init__(self, sample: int) -> None:
        self.sample = sample
        self.report = Report()
        self._left: dict[str, int] = {}
        self._told: dict[tuple[Path, str, str | None], int] = {}

    def _share(self, name: str) -> tuple[int, bool]:
        """Return how many records to check next, and whether every kind is to be among them."""
        if self.sample <= 0:
            return 0, False
        left = self._left.get(name, self.sample)
        share = max(1, left // 2)
        self._left[name] = max(0, left - share)
        return share, left > 1

    def find(self, finding: Finding) -> None:
        """Keep a finding, unless its rule has been reported often enough in that file."""
        key = (finding.path, finding.rule, finding.column)
        self._told[key] = self._told.get(key, 0) + 1
        if self._told[key] <= LIMIT:
            self.report.findings.append(finding)

    def breach(self, path: Path, breach: Breach, first_row: int) -> None:
        """Keep a breach of a column rule."""
        self.find(
            Finding(
                rule=breach.rule,
                path=path,
                row=first_row + int(breach.rows[0]),
                column=breach.column,
                given=breach.given,
                remedy=breach.remedy,
                count=len(breach.rows),
            )
        )

    def refusal(self, path: Path, error: DeskhandError) -> None:
        """Keep that a file cannot be read."""
        self.find(Finding(rule="readable", path=path, given=str(error), remedy="write it again"))

    def records(self, path: Path, name: str, table: pa.Table, first_row: int) -> None:
        """Check a sample of rows against JSON Schema."""
        share, every_kind = self._share(name)
        rows = sampled(table, share, "type" if name == "events" and every_kind else None)
        for row, record in records(table, rows):
            self.report.records += 1
            error = worst(SCHEMA_OF_TABLE[name], record)
            if error is not None:
                schema = f"{SCHEMA_OF_TABLE[name]}.schema.json"
                self.find(
                    Finding(
                        rule="schema",
                        path=path,
                        row=first_row + row,
                        given=describe(error),
                        remedy=f"write the record as {schema} says",
                    )
                )

    def folder(self, folder: Path) -> None:
        """Check a folder that a run filled for one shard."""
        found = [s for s in FORMATS if any((folder / f"{name}{s}").exists() for name in TABLES)]
        beside = [name for name in registry.names(EXPORTS) if (folder / name).is_dir()]
        if not found and not beside:
            raise DeskhandError(
                f"{folder}: holds no sessions; name a folder that `deskhand generate` wrote, one of "
                "its shard folders, or one file."
            )
        named: set[str] = set()
        for suffix in found:
            try:
                named |= self.sessions(folder, suffix)
            except DeskhandError as error:
                self.refusal(folder / f"events{suffix}", error)
        for name in beside:
            if needs_argument(name):
                self.report.notes.append(
                    f"{folder / name}: not checked; name the format with --format {name}:..."
                )
                continue
            parts = sorted((folder / name).iterdir())
            for part in parts:
                self.capture(part, name, name)
            present = {part.name.partition(".")[0] for part in parts}
            if named & present and (lost := named - present):
                self.find(
                    Finding(
                        rule="complete",
                        path=folder / name,
                        given=f"no {name} file of session {min(lost)}",
                        remedy="every session of the tables is there in every format of the run",
                        count=len(lost),
                    )
                )

    def capture(self, path: Path, name: str, format: str) -> None:  # noqa: A002
        """Check a file or folder in a format that is not the canonical tables."""
        if name == rrweb_export.FOLDER:
            self.recording(path)
            return
        module, argument = load_format(format)
        if not hasattr(module, "findings"):
            return
        self.report.files += 1
        found = module.findings(path, argument) if needs_argument(name) else module.findings(path)
        try:
            for finding in found:
                self.find(finding)
        except DeskhandError as error:
            self.refusal(path, error)

    def sessions(self, folder: Path, suffix: str) -> set[str]:
        """Check the tables of one format; returns the sessions that they hold."""
        self.report.files += len(TABLES)
        first_row = dict.fromkeys(TABLES, 0)
        named: set[str] = set()
        for session in FORMATS[suffix].read(folder):
            paths = {name: folder / f"{name}{suffix}" for name in TABLES}
            if session.session_id in named:
                self.find(
                    Finding(
                        rule="session_id",
                        path=paths["sessions"],
                        row=first_row["sessions"],
                        column="session_id",
                        given=f"{session.session_id!r} again",
                        remedy="a session is written once and in one piece",
                    )
                )
            named.add(session.session_id)
            self.report.sessions += 1
            for breach in event_breaches(session.events):
                self.breach(paths["events"], breach, first_row["events"])
            for name, breach in session_breaches(session):
                self.breach(paths[name], breach, first_row[name])
            for name, table in _tables(session).items():
                self.records(paths[name], name, table, first_row[name])
                self.report.rows += len(table)
                first_row[name] += len(table)
        return named

    def table(self, path: Path, name: str, suffix: str) -> None:
        """Check one table by itself."""
        self.report.files += 1
        first_row = 0
        try:
            for table in _by_session(lambda: FORMATS[suffix].read_table(path, name)):
                if name == "events":
                    for breach in event_breaches(table):
                        self.breach(path, breach, first_row)
                self.records(path, name, table, first_row)
                first_row += len(table)
        except DeskhandError as error:
            self.refusal(path, error)
        self.report.rows += first_row

    def recording(self, path: Path) -> None:
        """Check one rrweb file."""
        self.report.files += 1
        share, _ = self._share(rrweb_export.FOLDER)
        for finding in rrweb_export.findings(path, sample=share, report=self.report):
            self.find(finding)


def holds_sessions(folder: Path) -> bool:
    """Return whether a folder looks like a shard: canonical tables, or folders of formats."""
    tables = (folder / f"{name}{suffix}" for name in TABLES for suffix in FORMATS)
    beside = (folder / name for name in registry.names(EXPORTS))
    return any(path.is_file() for path in tables) or any(path.is_dir() for path in beside)


def _tables(session: Session) -> dict[str, pa.Table]:
    header = pa.Table.from_pylist([dict(session.header)], schema=TABLES["sessions"])
    rest = {name: getattr(session, name) for name in TABLES if name != "sessions"}
    return {**rest, "sessions": header}


def _by_session(read: Callable[[], Iterator[pa.RecordBatch]]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    present: str | None = None
    for batch in read():
        ids = batch.column("session_id").cast(pa.string())
        runs = pc.run_end_encode(ids) if len(ids) else None
        start = 0
        for end, run in (
            zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True) if runs else ()
        ):
            if run != present and waiting:
                yield pa.Table.from_batches(waiting)
                waiting = []
            present = run
            waiting.append(batch.slice(start, end - start))
            start = end
    if waiting:
        yield pa.Table.from_batches(waiting)
