"""What cannot be verified is refused with a remedy."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from deskhand.cli_fleet.verify import verify as command
from deskhand.errors import DeskhandError
from deskhand.fleet.verify.verify import verify
from tests.fleet.planned_world import World, write_run
from tests.fleet.store_forms import as_sqlite


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"stored": "nowhere"}, "nothing is stored there"),
        ({"stored": "*.none"}, "nothing is stored there"),
        ({"table": "other"}, "no such table"),
        ({"query": "select 1 from"}, "incomplete input"),
        ({"columns": "session_id"}, "has no name"),
        ({"columns": "sid=session_id"}, "not a column of events"),
        ({"columns": "session_id=sid"}, "no column 'sid'"),
        ({"columns": "seq=number"}, "no column 'number'"),
        ({"columns": "seq=record"}, "should hold whole numbers"),
        ({"record": "seq"}, "should hold text"),
        ({"order": "other"}, "no column 'other'"),
        ({"order": "record"}, "must hold numbers or timestamps"),
        ({"late_s": 5.0}, "needs the column"),
        ({"time": "record", "late_s": 5.0}, "time column 'record'"),
        ({"time": "stored_us", "late_s": -1.0}, "0 or more seconds"),
        ({"run": "nowhere"}, "no such file"),
        ({"plan": "nowhere"}, "no complete plan"),
        ({"examples": -1}, "examples is -1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    stored = as_sqlite(readable.slice(0, 50), tmp_path / "s.db")
    asked: dict[str, Any] = {"stored": stored, "run": run, "plan": world.plan.folder} | given
    for name in ("plan", "run"):
        asked[name] = Path(asked[name])
    with pytest.raises(DeskhandError, match=reason):
        command(asked.pop("plan"), **asked)


def test_files_that_are_none_are_refused(world: World, run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "b.ndjson").write_bytes(b"no json\nat all\n")
    (tmp_path / "c.db").write_bytes(b"SQLite format 3\0 and no more")
    (tmp_path / "empty").mkdir()
    for name, reason in (
        ("a.parquet", "cannot be read as Parquet"),
        ("b.ndjson", "no JSON lines"),
        ("c.db", "not a database|malformed"),
        ("empty", "nothing is stored"),
        ("duckdb:none.db", "no such file"),
    ):
        where = name if ":" in name else str(tmp_path / name)
        with pytest.raises(DeskhandError, match=reason):
            command(world.plan.folder, stored=where, run=run)


def test_a_run_of_another_plan_is_refused(world: World, tmp_path: Path) -> None:
    run = write_run(world, tmp_path / "run")
    record = orjson.loads((run / "run.json").read_bytes())
    (run / "run.json").write_bytes(orjson.dumps(record | {"plan_sha256": "0" * 64}))
    with pytest.raises(DeskhandError, match="a run of another plan"):
        verify(world.plan.folder, [world.stored], run=run)
    odd = {name: column.copy() for name, column in world.history.items()}
    odd["batch"][0] = 10**12
    with pytest.raises(DeskhandError, match="batch 1000000000000 is not in the plan"):
        verify(world.plan.folder, [world.stored], run=write_run(world, tmp_path / "odd", odd))
    (tmp_path / "odd" / "history" / "part-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(DeskhandError, match="history: cannot be read"):
        verify(world.plan.folder, [world.stored], run=tmp_path / "odd")
