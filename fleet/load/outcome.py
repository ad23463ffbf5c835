"""What a run came to, read from its history: counts, statuses, errors, and a row a second."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.tables import Outcome

_NAMES = [
    *("batch", "copy", "attempt", "part", "intended_us", "sent_us", "done_us"),
    *("status", "outcome", "bytes_sent", "error"),
]


def _counts(table: pa.Table) -> dict[str, int]:
    outcome = np.bincount(table["outcome"].to_numpy(), minlength=3)
    attempt, part = table["attempt"].to_numpy(), table["part"].to_numpy()
    return {
        "sent": table.num_rows,
        "ok": int(outcome[Outcome.OK]),
        "fail": int(outcome[Outcome.FAIL]),
        "unknown": int(outcome[Outcome.UNKNOWN]),
        "retries": int(np.count_nonzero(attempt)),
        "tried": int(np.count_nonzero((attempt == 0) & (part == 0))),
    }


def read_outcome(folder: Path, devices: Mapping[int, int]) -> dict[str, Any]:
    """Return what run.json tells of a history.

    Parameters
    ----------
    folder : pathlib.Path
        Of the history.
    devices : mapping of int to int
        How many devices had an answer, by second.

    Returns
    -------
    dict
        ``counts`` (with ``tried``, the copies of batches that were sent at all), ``statuses``,
        ``errors``, ``bytes_sent`` and ``timeline``.
    """
    counts: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    size_bytes = 0
    times = []
    for path in sorted(folder.glob("part-*.parquet")):
        table = pq.read_table(path, columns=_NAMES, partitioning=None)
        counts.update(_counts(table))
        status, times_of = np.unique(table["status"].to_numpy(), return_counts=True)
        statuses.update(dict(zip(map(str, status.tolist()), times_of.tolist(), strict=True)))
        for entry in table["error"].combine_chunks().value_counts().to_pylist():
            if entry["values"]:
                errors[entry["values"]] += entry["counts"]
        size_bytes += int(table["bytes_sent"].to_numpy().sum(dtype=np.int64))
        times.append(table.drop_columns(["batch", "copy", "part", "error"]))
    rows = pa.concat_tables(times) if times else None
    return {
        "counts": counts,
        "statuses": dict(statuses),
        "errors": dict(errors.most_common()),
        "bytes_sent": size_bytes,
        "timeline": _timeline(rows, devices) if rows is not None else [],
    }


def _timeline(rows: pa.Table, devices: Mapping[int, int]) -> list[dict[str, Any]]:
    column = {name: rows[name].to_numpy() for name in rows.column_names}
    # A clock that was read a moment early must not make a second of its own.
    at = {
        name: np.maximum(column[f"{name}_us"], 0) // 1_000_000
        for name in ("intended", "sent", "done")
    }
    length = 1 + max((int(second.max(initial=0)) for second in at.values()), default=0)
    first = column["attempt"] == 0

    def by(name: str, weights: Any = None) -> Any:
        return np.bincount(at[name], weights, minlength=length).astype(np.int64)

    outcome = {
        word.name.lower(): np.bincount(at["done"][column["outcome"] == word], minlength=length)
        for word in Outcome
    }
    sent, done = by("sent"), by("done")
    p50, p99 = _percentiles(at["done"], column["done_us"] - column["intended_us"], length)
    refused = column["outcome"] != Outcome.OK
    statuses: list[dict[str, int]] = [{} for _ in range(length)]
    pairs = np.stack([at["done"][refused], column["status"][refused]], axis=1)
    for (second, status), count in zip(*np.unique(pairs, axis=0, return_counts=True), strict=True):
        statuses[second][str(status)] = int(count)
    return [
        {
            "second": second,
            "intended": int(intended),
            "sent": int(sent[second]),
            **{word: int(found[second]) for word, found in outcome.items()},
            "retries": int(retries),
            "p50_us": p50[second],
            "p99_us": p99[second],
            "in_flight": int(in_flight),
            "devices": devices.get(second, 0),
            "bytes": int(size_bytes),
            "statuses": statuses[second],
        }
        for second, (intended, retries, in_flight, size_bytes) in enumerate(
            zip(
                by("intended", first),
                by("sent", ~first),
                np.cumsum(sent - done),
                by("sent", column["bytes_sent"]),
                strict=True,
            )
        )
    ]


def _percentiles(second: Any, times_us: Any, length: int) -> tuple[list[Any], list[Any]]:
    order = np.lexsort((times_us, second))
    ordered = times_us[order]
    starts = np.searchsorted(second[order], np.arange(length + 1))
    counts = np.diff(starts)
    found: list[list[Any]] = []
    for share in (0.5, 0.99):
        place = starts[:-1] + np.maximum(np.ceil(share * counts - 1e-6).astype(np.int64), 1) - 1
        found.append(
            [
                max(0, int(ordered[at])) if count else None
                for at, count in zip(place, counts, strict=True)
            ]
        )
    return found[0], found[1]
