"""The history of a worker: a row an attempt, written in files that appear whole."""

import os
from concurrent.futures import Future
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.load.background import background
from deskhand.fleet.load.job import Job
from deskhand.fleet.tables import HISTORY, Outcome
from deskhand.manifest import MAKING

Rows = npt.NDArray[np.void]

HISTORY_FOLDER = "history"
# A file holds no more rows than these; assumed.
ROWS = 131_072
# Texts of errors that are told apart; a service may put something new into each. Assumed.
ERRORS = 1_000
_OTHER = "other errors"
_FIELDS = {
    **dict.fromkeys(("batch", "intended_us", "sent_us", "done_us", "lag_us"), "q"),
    **dict.fromkeys(("first_seq", "last_seq", "bytes_sent", "device"), "i"),
    **dict.fromkeys(("attempt", "part", "status", "error"), "h"),
    **dict.fromkeys(("copy", "outcome", "ours"), "B"),
}
_row = Struct("<" + "".join(_FIELDS.values()))
_NUMPY = {"q": "<i8", "i": "<i4", "h": "<i2", "B": "u1"}
_KIND = np.dtype([(name, _NUMPY[letter]) for name, letter in _FIELDS.items()])


class History:
    """Takes rows at the pace of sending, and writes them in a thread of its own.

    Parameters
    ----------
    folder : pathlib.Path
    worker : int
        Its number, from 0.
    """

    def __init__(self, folder: Path, worker: int) -> None:
        self._folder, self._worker = folder, worker
        self._buffer = _room()
        self._count = self._seen = 0
        self._errors: dict[str, int] = {"": 0}
        self._files = 0
        self._thread = background()
        self._writing: list[Future[None]] = []
        self._fresh: list[Rows] = []

    def add(self, job: Job, done_us: int, status: int, outcome: Outcome, error: str) -> None:
        """Add an attempt."""
        errors = self._errors
        number = errors.get(error)
        if number is None:
            if len(errors) >= ERRORS:
                error = _OTHER
            number = errors.setdefault(error, len(errors))
        sent = job.sent
        attempt, part = job.attempt, job.part
        _row.pack_into(
            self._buffer,
            self._count * _row.size,
            job.batch,
            job.at_us,
            job.sent_us,
            done_us,
            # The lag is the client's, and told once: an attempt that is repeated is late on purpose.
            -1 if attempt or part else job.lag_us,
            sent.first_seq,
            sent.last_seq,
            job.size_bytes,
            sent.device,
            attempt,
            part,
            status,
            number,
            job.copy,
            outcome,
            job.ours,
        )
        self._count += 1
        if self._count == ROWS:
            self.flush()

    def fresh(self) -> Rows:
        """Return the rows since this was asked last."""
        self._fresh.append(self._rows(self._seen))
        self._seen = self._count
        found, self._fresh = self._fresh, []
        return np.concatenate(found)

    def flush(self) -> None:
        """Begin a new file.

        Raises
        ------
        OSError
            When an earlier file could not be written.
        """
        while self._writing and self._writing[0].done():
            self._writing.pop(0).result()
        if not self._count:
            return
        self._fresh.append(self._rows(self._seen))
        rows, errors = self._rows(0), list(self._errors)
        self._buffer = _room()
        self._count = self._seen = 0
        path = self._folder / f"part-{self._worker:03d}-{self._files:05d}.parquet"
        self._files += 1
        self._writing.append(self._thread.submit(_write, path, rows, errors))

    def close(self) -> None:
        """Write what is left, and wait until it is written."""
        self.flush()
        for written in self._writing:
            written.result()
        self._thread.shutdown()

    def _rows(self, first: int) -> Rows:
        rows: Rows = np.frombuffer(self._buffer, _KIND, self._count - first, first * _row.size)
        return rows


def _room() -> memoryview:
    # Not filled with zeros, for which the sending would wait.
    return np.empty(ROWS * _row.size, np.uint8).data


def _write(path: Path, rows: Rows, errors: list[str]) -> None:
    columns: dict[str, Any] = {
        name: np.ascontiguousarray(rows[name]) for name in HISTORY.names if name != "error"
    }
    texts = pa.DictionaryArray.from_arrays(
        pa.array(np.ascontiguousarray(rows["error"]), pa.int16()), pa.array(errors, pa.string())
    )
    table = pa.table({name: columns.get(name, texts) for name in HISTORY.names}, schema=HISTORY)
    making = path.with_name(f"{MAKING}{os.getpid()}-{path.name}")
    try:
        pq.write_table(table, making, compression="zstd")
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
