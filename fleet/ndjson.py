"""A plan's batches as lines of JSON, for load tools that read what they send from a file."""

import os
from base64 import b64encode
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from deskhand.fleet.whole_bodies import WholeBatch, WholeBodies
from deskhand.manifest import MAKING


def line(batch: WholeBatch) -> bytes:
    r"""Return one batch as a line.

    Examples
    --------
    >>> from deskhand.fleet.tables import Expected
    >>> line(WholeBatch(0, "/batch", {}, b'{"a":1}', Expected.ACCEPT))
    b'{"path":"/batch","headers":{},"body":"{\\"a\\":1}"}\n'
    >>> line(WholeBatch(0, "/batch", {}, b"\xff", Expected.REJECT))
    b'{"path":"/batch","headers":{},"body":"/w==","base64":true}\n'
    """
    record: dict[str, Any] = {"path": batch.path, "headers": dict(batch.headers)}
    try:
        record["body"] = batch.body.decode("utf-8")
    except UnicodeDecodeError:
        record |= {"body": b64encode(batch.body).decode(), "base64": True}
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def write_ndjson(plan: Path, out: Path, *, limit: int | None = None, path: str = "") -> int:
    """Write a plan's batches as lines; the file appears whole.

    Parameters
    ----------
    plan : pathlib.Path
        A plan's folder.
    out : pathlib.Path
        The file to write.
    limit : int, optional
        No more than so many lines.
    path : str
        Where batches are posted; the target's own path when not given.

    Returns
    -------
    int
        How many lines there are.
    """
    batches = islice(WholeBodies(plan, path=path).part(), limit)
    making = out.with_name(f"{MAKING}{os.getpid()}-{out.name}")
    lines = 0
    try:
        with making.open("wb") as file:
            for batch in batches:
                file.write(line(batch))
                lines += 1
        making.replace(out)
    finally:
        making.unlink(missing_ok=True)
    return lines
