"""`deskhand fleet verify`: what a service lost, doubled, spoiled or made up."""

import sys
from pathlib import Path

import orjson

from deskhand.option_types import Flag

WRONG = 1


def verify(
    plan: Path,
    *,
    stored: str,
    run: Path | None = None,
    table: str | None = None,
    columns: str = "",
    record: str = "record",
    query: str | None = None,
    order: str | None = None,
    time: str | None = None,
    late_s: float | None = None,
    examples: int = 5,
    json: Flag = False,
) -> int:
    """Compare what a service stored with the answer key; the exit status is 1 when anything is wrong.

    Parameters
    ----------
    plan
        A folder that `deskhand fleet plan` wrote.
    stored
        A folder or glob of Parquet or NDJSON files, an SQLite file, duckdb:FILE, postgresql://...,
        nats://HOST:PORT/STREAM, redis://HOST:PORT/0/STREAM, files:FOLDER, aw:http://HOST:PORT, or
        module:function that yields Arrow tables. It is only read.
    run
        The folder of the run; without it, every batch that is valid must be stored exactly once.
    table
        The table of a data base (events when not given), or the beginning of a folder's file names.
    columns
        What the service calls its columns: session_id=sid,seq=n,batch_id=b.
    record
        A column that holds the whole event as JSON; else its fields are columns.
    query
        SQL for a data base, instead of a table.
    order
        A column by which the service orders its rows, to find events out of order.
    time
        A column with the time of storing, to find late ones.
    late_s
        How many seconds after the answer an event may be stored.
    examples
        How many to show of each kind.
    json
        Print everything as one JSON object.
    """
    from deskhand.fleet.verify.layout import Layout, parse_names
    from deskhand.fleet.verify.stored import open_stored
    from deskhand.fleet.verify.verify import verify as judge

    layout = Layout(names=parse_names(columns), record=record, order=order, time=time)
    rows = open_stored(stored, table=table, query=query, layout=layout)
    verification = judge(plan, rows, run=run, layout=layout, late_s=late_s, examples=examples)
    if json:
        sys.stdout.write(orjson.dumps(verification.as_record()).decode() + "\n")
    else:
        for line in verification.lines():
            print(line)
    return 0 if verification.ok else WRONG
