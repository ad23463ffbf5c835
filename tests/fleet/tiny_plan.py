"""A plan of one small batch that is sent at chosen moments, with chosen faults."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deskhand.fleet.tables import (
    DEVICES,
    FORMAT,
    KEY_BATCHES,
    KEY_SESSIONS,
    POOL_BATCHES,
    POOL_EVENTS,
    POOL_SESSIONS,
    Expected,
    Fault,
)
from deskhand.manifest import canonical_bytes

SEED = 7
EVENTS = 5  # of the one batch in the pool


def filled_table(schema: pa.Schema, **columns: Any) -> pa.Table:
    rows = len(columns[schema.names[0]])
    filled = {name: columns.get(name, np.zeros(rows)) for name in schema.names}
    return pa.table(
        {
            name: pa.array(value if isinstance(value, list) else np.asarray(value)).cast(
                schema.field(name).type
            )
            for name, value in filled.items()
        },
        schema=schema,
    )


def tiny_plan(
    folder: Path,
    intended_ms: list[int],
    *,
    faults: dict[int, Fault] | None = None,
    unsent: tuple[int, ...] = (),
    shards: int = 1,
) -> Path:
    """Write a plan whose batches are dealt out to shards and devices in turn."""
    records = [b'{"seq":%d,"t_us":%d,"type":"keydown"}' % (seq, seq) for seq in range(EVENTS)]
    tables = {
        "pool/sessions.parquet": filled_table(POOL_SESSIONS, pool_session=[0], scenario=["x"]),
        "pool/batches.parquet": filled_table(
            POOL_BATCHES, pool_batch=[0], last_seq=[EVENTS - 1], events=[EVENTS]
        ),
        "pool/events.parquet": filled_table(
            POOL_EVENTS,
            pool_batch=np.zeros(EVENTS, np.int32),
            seq=np.arange(EVENTS),
            record=records,
        ),
    }
    names = []
    for shard in range(shards):
        rows = np.arange(shard, len(intended_ms), shards)
        name = f"shard-{shard:05d}"
        names.append({"name": name})
        place = np.arange(len(rows))
        device = shard * 65_536 + place % 3
        flags = [int((faults or {}).get(row, 0)) for row in rows.tolist()]
        number = (shard << 32) + place
        tables[f"{name}/devices.parquet"] = filled_table(
            DEVICES, device=np.unique(device), faults=np.zeros(len(np.unique(device)))
        )
        tables[f"{name}/sessions.parquet"] = filled_table(
            KEY_SESSIONS, session=number, alias=number, device=device
        )
        tables[f"{name}/batches.parquet"] = filled_table(
            KEY_BATCHES,
            batch=number,
            session=number,
            device=device,
            intended_us=np.array(intended_ms)[rows] * 1000,
            copies=np.where(np.array(flags) & int(Fault.DUPLICATE), 2, 1),
            faults=flags,
            expected=[int(Expected.UNSENT) if row in unsent else 0 for row in rows.tolist()],
            digest=[bytes(32)] * len(rows),
        )
    for path, table in tables.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / path)
    record = {
        "format": FORMAT,
        "seed": SEED,
        "run_id": "syn_0123456789abcdef",
        "start_unix_us": 1_772_409_600_000_000,
        "compression": 1.0,
        "target": "json",
        "shards": names,
        "provenance_id": "syn_p",
        "files": dict.fromkeys(tables, ""),
    }
    (folder / "plan.json").write_bytes(canonical_bytes(record))
    return folder
