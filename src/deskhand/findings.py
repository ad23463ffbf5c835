"""What validation finds: the rule, the place, what is there, and the remedy."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of one rule; ``count`` rows break it, ``row`` (from 0) is the first.

    In a file that is no table a row is one of its records, for example an event of an array.
    """

    rule: str
    path: Path
    row: int | None = None
    column: str | None = None
    given: str
    remedy: str
    count: int = 1

    def as_record(self) -> dict[str, Any]:
        """Return the finding as a record of JSON."""
        record = asdict(self) | {"path": self.path.as_posix()}
        return {name: value for name, value in record.items() if value is not None}

    def __str__(self) -> str:
        """Return the finding as one line.

        Examples
        --------
        >>> print(
        ...     Finding(
        ...         rule="seq",
        ...         path=Path("events.parquet"),
        ...         row=4,
        ...         column="seq",
        ...         given="5",
        ...         remedy="number the rows 0, 1, 2 ...",
        ...     )
        ... )
        events.parquet row 4, column seq: 5 [seq]; number the rows 0, 1, 2 ...
        """
        row = "" if self.row is None else f" row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        return f"{self.path}{row}{column}: {self.given} [{self.rule}]{more}; {self.remedy}"


@dataclass(slots=True)
class Report:
    """What was checked and what was found."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: int = 0
    sessions: int = 0
    rows: int = 0
    records: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def lines(self, limit: int = 50) -> Iterator[str]:
        """Yield the report as text, ``limit`` findings at most."""
        for finding in self.findings[:limit]:
            yield str(finding)
        if len(self.findings) > limit:
            yield f"... and {len(self.findings) - limit} more findings"
        yield from self.notes
        verdict = "valid" if self.ok else f"{len(self.findings)} findings"
        # Of formats beside the canonical tables the files alone are counted.
        counted = [
            f"{count:,} {what}"
            for count, what in (
                (self.files, "files"),
                (self.sessions, "sessions"),
                (self.rows, "rows"),
                (self.records, "records against JSON Schema"),
            )
            if count or what == "files"
        ]
        yield f"{', '.join(counted)} checked: {verdict}"
