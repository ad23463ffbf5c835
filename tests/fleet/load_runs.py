"""Runs of a plan by the load core, held to the schema of their record, and their histories."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.fleet.load.run import run
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.tables import HISTORY
from deskhand.manifest import read_record

# A module that is skipped while it is imported by another is left half made, so tests bear the mark.
NEEDS_LOAD_CORE = pytest.mark.skipif(
    not all(map(find_spec, ("uvloop", "httptools", "hdrh"))),
    reason='the load core needs python -m pip install -e ".[test,fleet]"',
)


def run_plan(plan: Path, out: Path, port: int, **settings: Any) -> tuple[dict[str, Any], pa.Table]:
    record = run(
        LoadSettings(
            plan=plan,
            target=settings.pop("target", f"http://127.0.0.1:{port}/in"),
            adapter="json",
            out=out,
            **settings,
        )
    )
    schema = Path(__file__).parents[2] / "fleet" / "report" / "run.schema.json"
    jsonschema.validate(record | {"deskhand": "x"}, json.loads(schema.read_bytes()))
    assert read_record(out / "run.json") == json.loads(json.dumps(record))
    return record, history_of(out)


def history_of(out: Path) -> pa.Table:
    files = sorted((out / "history").glob("part-*.parquet"))
    tables = [pq.read_table(file, partitioning=None) for file in files]
    assert all(table.schema.equals(HISTORY) for table in tables)
    return pa.concat_tables(tables).unify_dictionaries() if tables else HISTORY.empty_table()


def intents_of(history: pa.Table) -> list[tuple[int, int, int]]:
    columns = (history[name].to_pylist() for name in ("batch", "copy", "intended_us"))
    return sorted(set(zip(*columns, strict=True)))
