"""Same seed, same bytes: any number of workers, any order, any part."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from deskhand import api
from deskhand.arguments import Arguments
from deskhand.manifest import read_record
from deskhand.recipe import load_recipe
from deskhand.shard import make_shards, plan_shards
from tests.conftest import Deskhand
from tests.run.conftest import SCENARIO, SMALL, SMALL_WORDS, hashes


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_change_a_byte(small: Path, tmp_path: Path, workers: int) -> None:
    out = tmp_path / "run"
    api.generate(SCENARIO, out=out, formats="jsonl,parquet", workers=workers, **SMALL)
    assert hashes(out) == hashes(small)


def test_command_line_and_function_make_the_same(
    small: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    out = tmp_path / "run"
    words = ["--out", out, "--format", "parquet,jsonl", "--workers", "2"]
    done = deskhand("generate", SCENARIO, *SMALL_WORDS, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert hashes(out) == hashes(small)


def test_script_that_calls_at_its_top_is_not_run_again_by_workers(
    small: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import deskhand\n"
        "print('begun')\n"
        f"deskhand.generate({SCENARIO!r}, out='run', formats='parquet,jsonl', workers=2, **{SMALL})\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("begun\n", "")
    assert hashes(tmp_path / "run") == hashes(small)


def test_order_and_company_do_not_change_a_byte(small: Path, tmp_path: Path) -> None:
    arguments = Arguments(formats=("jsonl", "parquet"), **SMALL)
    recipe = load_recipe(SCENARIO)
    shards = plan_shards(arguments)
    for places in ((5, 0, 7), (2,), (6, 1, 4, 3)):
        list(make_shards(arguments, recipe, [shards[place] for place in places], tmp_path))
    whole = {name: digest for name, digest in hashes(small).items() if name.startswith("shard=")}
    assert hashes(tmp_path) == whole


@pytest.mark.parametrize("only", ["team=3", "day=1", "team=1,day=0"])
def test_part_has_the_bytes_of_the_whole(small: Path, tmp_path: Path, only: str) -> None:
    out = tmp_path / "run"
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", only=only, **SMALL)
    whole, part = hashes(small), hashes(out)
    shards = {name for name in part if name.startswith("shard=")}
    assert shards
    assert {name: part[name] for name in shards} == {name: whole[name] for name in shards}


def test_one_person_has_the_rows_of_the_whole(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    api.generate(SCENARIO, out=out, only="person=5,day=1", **SMALL)
    assert [path.name for path in out.glob("shard=*")] == ["shard=t0002-d001"]
    shard = read_record(out / "shard=t0002-d001" / "shard.json")
    (session,) = shard["sessions"]
    for table in ("events", "actions", "elements", "sessions", "screenshots"):
        part = pq.read_table(out / "shard=t0002-d001" / f"{table}.parquet").to_pylist()
        whole = pq.read_table(small / "shard=t0002-d001" / f"{table}.parquet").to_pylist()
        assert part == [row for row in whole if row["session_id"] == session["session_id"]]


def test_simulated_session_is_the_generated_one(small: Path) -> None:
    session = api.simulate(
        SCENARIO, person=5, day=1, **{k: SMALL[k] for k in ("seed", "people", "team_size")}
    )
    whole = pq.read_table(small / "shard=t0002-d001" / "events.parquet").to_pylist()
    mine = [row for row in whole if row["session_id"] == session.session_id]
    assert mine == session.events.to_pylist()


def test_another_seed_makes_other_bytes(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    api.generate(SCENARIO, out=out, only="team=0,day=0", **{**SMALL, "seed": 8})
    name = "shard=t0000-d000/events.parquet"
    assert hashes(out)[name] != hashes(small)[name]


def test_simpler_processor_makes_the_same(small: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    # numpy picks its inner loops by processor; here every optional one is switched off.
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    optional = [feature for feature in __cpu_dispatch__ if __cpu_features__.get(feature)]
    out = tmp_path / "run"
    words = ["--out", out, "--format", "parquet,jsonl"]
    env = {"NPY_DISABLE_CPU_FEATURES": " ".join(optional), "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    done = deskhand("generate", SCENARIO, *SMALL_WORDS, *words, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert hashes(out) == hashes(small)
