"""`deskhand fleet bodies`: a plan's batches as lines that k6 and others can send."""

import sys
from pathlib import Path

from deskhand.option_types import Whole


def bodies(plan: Path, *, out: Path, limit: Whole | None = None, path: str = "") -> None:
    """Write a plan's batches as NDJSON: {"path", "headers", "body"} a line, the body not compressed.

    Parameters
    ----------
    plan
        A folder that `deskhand fleet plan` wrote.
    out
        The file to write. A body that is no UTF-8 is written in base64, with "base64": true.
    limit
        No more than so many lines; all when not given.
    path
        Where batches are posted; the target's own path when not given.
    """
    from deskhand.errors import DeskhandError
    from deskhand.fleet.ndjson import write_ndjson

    if limit is not None and limit < 1:
        raise DeskhandError(f"limit is {limit}; it must be 1 or more.")
    lines = write_ndjson(plan, out, limit=limit, path=path)
    print(f"{out}: {lines:,} batches", file=sys.stderr)
