"""Checks of what deskhand has written: columns vectorised, records by JSON Schema, rrweb replayable."""

from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.exports import rrweb
from deskhand.findings import Finding, Report
from deskhand.validation.checker import FORMATS, Checker

__all__ = ["Finding", "Report", "validate_path"]

SAMPLE = 2000


def validate_path(path: Path, *, sample: int = SAMPLE) -> Report:
    """Check what was written to a folder or a file.

    Parameters
    ----------
    path : Path
        The output folder of a run, one of its shard folders, a table, or an rrweb recording.
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
    if path.is_dir():
        shards = sorted(path.glob("shard=*"))
        if path.name == rrweb.FOLDER and not shards:
            for recording in sorted(path.glob(f"*{rrweb.SUFFIX}")):
                checker.recording(recording)
        else:
            for folder in shards or [path]:
                checker.folder(folder)
    elif not path.exists():
        raise DeskhandError(f"{path}: not found; name a folder or a file that deskhand wrote.")
    elif path.suffix in FORMATS and path.stem in TABLES:
        checker.table(path, path.stem, path.suffix)
    elif path.suffix == rrweb.SUFFIX:
        checker.recording(path)
    else:
        raise DeskhandError(
            f"{path}: neither a table ({', '.join(TABLES)} as {', '.join(FORMATS)}) nor an rrweb "
            "recording (.json); name one of these or a folder that `deskhand generate` wrote."
        )
    return checker.report
