"""JSON Schema as referee: a sample of the rows of a table, or of the events of a recording."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

SCHEMA_OF_TABLE = {
    "events": "event",
    "actions": "action",
    "elements": "element",
    "sessions": "session",
    "screenshots": "screenshot",
}


def sampled(table: pa.Table, sample: int, kinds: str | None = None) -> list[int]:
    """Return the rows to check: the first of every kind, and others evenly spread.

    Parameters
    ----------
    table : pyarrow.Table
        The rows to choose from.
    sample : int
        How many, at least; 0 chooses none.
    kinds : str, optional
        The dictionary-coded column whose every value is to be met.
    """
    if sample <= 0 or not len(table):
        return []
    chosen = set(np.linspace(0, len(table) - 1, min(sample, len(table)), dtype=int).tolist())
    if kinds is not None:
        codes = np.asarray(table[kinds].combine_chunks().indices)
        chosen.update(np.unique(codes, return_index=True)[1].tolist())
    return sorted(chosen)


def records(table: pa.Table, rows: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows as JSON objects: null columns are left out."""
    chosen = table.take(pa.array(rows, pa.int64())).to_pylist()
    for row, record in zip(rows, chosen, strict=True):
        yield row, {name: value for name, value in record.items() if value is not None}
