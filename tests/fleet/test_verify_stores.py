"""Files and tables are read alike, whatever their form and their names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.cli_fleet.verify import verify as command
from deskhand.errors import DeskhandError
from deskhand.fleet.verify.verdicts import Verdict
from tests.fleet.planned_world import World
from tests.fleet.planted_wrongness import Planting
from tests.fleet.store_forms import STORES, as_parquet_folder, as_sqlite


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_every_kind_of_store_is_read_alike(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    store: Callable[[pa.Table, Path], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    sure = Planting(world, np.random.default_rng(3))
    lost = world.stored["row"].to_numpy()[sure.rows(sure.batch(sure.surely_stored()))]
    kept = ~np.isin(readable["row"].to_numpy(), lost)
    clean = store(readable, tmp_path / "clean.store")
    wrong = store(readable.filter(pa.array(kept)), tmp_path / "wrong.store")
    asked: dict[str, Any] = {"run": run, "order": "row", "time": "stored_us", "late_s": 10.0}
    assert command(world.plan.folder, stored=clean, **asked) == 0
    said = capsys.readouterr().out
    assert "ok <= stored <= ok + unknown holds" in said
    assert command(world.plan.folder, stored=wrong, json=True, **asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["counts"] == {str(one): len(lost) * (one is Verdict.LOST) for one in Verdict}


def test_columns_may_have_any_names(
    world: World, run: Path, readable: pa.Table, tmp_path: Path
) -> None:
    names = ["n", "b", "sid", "number", "at", "payload"]
    stored = as_parquet_folder(readable.rename_columns(names), tmp_path / "renamed")
    columns = "session_id=sid, seq=number,batch_id=b"
    found = command(world.plan.folder, stored=stored, run=run, columns=columns, record="payload")
    assert found == 0


def test_a_function_of_ones_own_is_a_store(
    world: World,
    run: Path,
    readable: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pq.write_table(readable, tmp_path / "mine.parquet")
    (tmp_path / "my_own_store.py").write_text(
        "import pyarrow.parquet as pq\n"
        f"def rows():\n    yield pq.read_table({str(tmp_path / 'mine.parquet')!r})\n"
        "def odd():\n    yield 5\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert command(world.plan.folder, stored="my_own_store:rows", run=run) == 0
    for name, reason in (("odd", "it must yield pyarrow tables"), ("none", "cannot be imported")):
        with pytest.raises(DeskhandError, match=reason):
            command(world.plan.folder, stored=f"my_own_store:{name}", run=run)


def test_a_store_is_never_written_to(
    world: World, run: Path, readable: pa.Table, tmp_path: Path
) -> None:
    stored = as_sqlite(readable, tmp_path / "s.db")
    before = Path(stored).read_bytes()
    with pytest.raises(DeskhandError, match="readonly"):
        command(world.plan.folder, stored=stored, run=run, query="delete from events")
    assert Path(stored).read_bytes() == before
    seen = "select * from events where seq >= 0"
    assert command(world.plan.folder, stored=stored, run=run, query=seen) == 0
