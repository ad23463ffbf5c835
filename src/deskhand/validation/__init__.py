"""Checks of what deskhand has written: columns vectorised, records by JSON Schema, rrweb replayable."""

from pathlib import Path

from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.findings import Finding, Report
from deskhand.formats import EXPORTS, parts_of, recognise, split_format
from deskhand.validation.checker import CANONICAL, FORMATS, Checker, holds_sessions

__all__ = ["Finding", "Report", "validate_path"]

SAMPLE = 2000


def validate_path(path: Path, *, format: str | None = None, sample: int = SAMPLE) -> Report:  # noqa: A002
    """Check what a folder or a file holds.

    Parameters
    ----------
    path : Path
        The output folder of a run, one of its shard folders, a table, or a file or folder in any
        format that has rules.
    format : str, optional
        The format; recognised by what is there when not given.
    sample : int
        How many records of each table, and of all recordings together, are checked against JSON
        Schema as well; the first of every type is among them. 0 leaves that out.

    Returns
    -------
    Report
        What was checked and what was found; ``report.ok`` when nothing was.

    Raises
    ------
    DeskhandError
        When there is nothing at the path that can be checked.
    """
    checker = Checker(sample)
    if not path.exists():
        raise DeskhandError(f"{path}: not found; name a folder or a file to check.")
    name = None if format is None else split_format(format)[0]
    shards = sorted(path.glob("shard=*")) if path.is_dir() else []
    if format is not None and name is not None and name not in CANONICAL:
        for folder in shards or [path]:
            for part in parts_of(folder, format):
                checker.capture(part, name, format)
    elif shards:
        for folder in shards:
            checker.folder(folder)
    elif path.suffix in FORMATS and path.stem in TABLES and path.is_file():
        checker.table(path, path.stem, path.suffix)
    elif path.is_dir() and (name is not None or holds_sessions(path)):
        checker.folder(path)
    elif path.is_dir() and path.name in registry.names(EXPORTS):
        # The folder in which a run keeps one format.
        for part in sorted(path.iterdir()):
            checker.capture(part, path.name, path.name)
    else:
        found = recognise(path)
        checker.capture(path, found, found)
    return checker.report
