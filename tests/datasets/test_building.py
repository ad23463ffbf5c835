"""A data set on disk: its files, the same bytes however it is made, and what is left when it stops."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand import ml
from deskhand.cli import main
from deskhand.datasets.building import build_dataset
from deskhand.datasets.parts import BUILDING
from deskhand.datasets.tables import TABLES
from deskhand.errors import DeskhandError
from deskhand.manifest import differences, read_record
from tests.datasets.asked import ASKED, SMALLEST

# Enough for several parts: each holds 64 tasks at most.
SEVERAL = {**SMALLEST, "size": {"sessions": 80}, "splits": {"train": 0.9, "test": 0.1}}


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("several") / "set"
    build_dataset(SEVERAL, out)
    return out


def test_tables_have_their_schemas_and_the_manifest_counts_them(data_set: Path) -> None:
    manifest = read_record(data_set / "manifest.json")
    assert differences(data_set, manifest["files"], without=["manifest.json"]) == []
    for name, schema in TABLES.items():
        rows = 0
        for path in sorted((data_set / name).rglob("*.parquet")):
            with pq.ParquetFile(path) as file:
                assert file.schema_arrow.equals(schema)
                rows += file.metadata.num_rows
        assert rows == manifest["counts"][name]
    assert manifest["counts"]["sessions"] == 40
    assert manifest["counts"]["people"] == 20


def test_a_session_is_in_one_file_and_in_order(several: Path) -> None:
    seen: set[str] = set()
    for path in sorted((several / "events").rglob("*.parquet")):
        table = pq.read_table(path, columns=["session_id", "seq", "synthetic"], partitioning=None)
        ids = table["session_id"].to_pylist()
        own = list(dict.fromkeys(ids))
        assert not seen & set(own)
        seen |= set(own)
        assert [i for s in own for i in range(ids.count(s))] == table["seq"].to_pylist()
        assert set(table["synthetic"].to_pylist()) == {True}
    assert len(seen) == 80


def test_splits_json_tells_where_everyone_is(data_set: Path) -> None:
    told = read_record(data_set / "splits.json")
    for split, about in told["splits"].items():
        rows = pq.read_table(data_set / "sessions" / f"split={split}", partitioning=None)
        assert {told["personas"][p] for p in rows["persona"].to_pylist()} == {split}
        assert set(rows["seed"].to_pylist()) == {about["seed"]}
        assert sorted(set(rows["scenario"].to_pylist())) == about["scenarios"]
        assert len(rows) == about["sessions"]
    inside = {
        split for split, a in told["splits"].items() if "tracker.create_issue" in a["scenarios"]
    }
    assert inside == {"test"}


def test_the_same_bytes_for_any_number_of_workers(several: Path, tmp_path: Path) -> None:
    build_dataset(SEVERAL, tmp_path / "two", workers=2)
    assert bytes_of(tmp_path / "two") == bytes_of(several)


def test_another_seed_gives_other_people(several: Path, tmp_path: Path) -> None:
    build_dataset({**SMALLEST, "seed": 4}, tmp_path / "other")
    there = read_record(tmp_path / "other" / "splits.json")["personas"]
    assert not set(there) & set(read_record(several / "splits.json")["personas"])


def test_a_build_that_is_killed_goes_on(several: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    description = tmp_path / "asked.json"
    description.write_bytes(orjson.dumps(SEVERAL))
    words = ["dataset", str(description), "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "deskhand", *words])
    for _ in range(2400):
        if any(out.glob(f"{BUILDING}/*/part.json")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in out.glob(f"{BUILDING}/*/part.json")}
    assert kept
    assert not (out / "README.md").exists()
    with pytest.raises(DeskhandError, match="not empty"):
        build_dataset(SEVERAL, out)
    torn = next(iter(kept)).parent / "events.parquet"
    torn.write_bytes(torn.read_bytes()[:-1])
    assert main([*words, "--resume"]) == 0
    assert bytes_of(out) == bytes_of(several)


def test_ctrl_c_says_what_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "stopped"
    # Many parts, so that one is under way whenever the signal comes.
    words = ["dataset", "--size", "5000", "--scenario", "auth.unlock", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "deskhand", *words], stderr=subprocess.PIPE, text=True
    )
    for _ in range(2400):
        if any(out.glob(f"{BUILDING}/.making-*")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == (
        "deskhand: stopped; finished parts are kept, the same command with --resume goes on.\n"
    )
    assert not list(out.rglob(".making-*"))


@contextmanager
def small_files(kib: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("kib", "kept"), [(8, False), (16, True)])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    kib: int, kept: bool, tmp_path: Path
) -> None:
    """With 8 KiB a part's table does not fit, with 16 what goes with the tables."""
    out = tmp_path / "full"
    with (
        small_files(kib),
        pytest.raises(DeskhandError, match=r"cannot be written: .*File too large.*--resume"),
    ):
        build_dataset(SMALLEST, out)
    assert out.exists() == kept
    if kept:
        assert sorted(path.name for path in out.iterdir()) == [BUILDING, "dataset.json"]
    build_dataset(SMALLEST, out, resume=True)
    build_dataset(SMALLEST, tmp_path / "whole")
    assert bytes_of(out) == bytes_of(tmp_path / "whole")


def test_a_finished_data_set_is_left_alone_and_a_spoiled_one_made_good(tmp_path: Path) -> None:
    out = tmp_path / "set"
    made = build_dataset(SMALLEST, out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    assert build_dataset(SMALLEST, out, resume=True) == made
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*")} == before
    whole = bytes_of(out)
    (out / "actions" / "split=train" / "part-00000.parquet").unlink()
    build_dataset(SMALLEST, out, resume=True)
    assert bytes_of(out) == whole


def test_people_and_days(tmp_path: Path) -> None:
    asked = {**SMALLEST, "size": {"people": 3, "days": 2}}
    made = build_dataset(asked, tmp_path / "days")
    assert made["counts"]["sessions"] == 6
    rows = [
        row
        for path in sorted((tmp_path / "days" / "sessions").rglob("*.parquet"))
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]
    assert sorted((row["persona"], row["day"]) for row in rows) == sorted(
        (persona, day) for persona in {row["persona"] for row in rows} for day in (0, 1)
    )


def test_nothing_of_this_machine_is_in_a_data_set(data_set: Path) -> None:
    for path, content in bytes_of(data_set).items():
        assert str(data_set.parent).encode() not in content, path


def test_scenarios_and_profiles_of_ones_own(tmp_path: Path) -> None:
    """Their paths are relative to the description, and no path is in what is made."""
    own = tmp_path / "own"
    own.mkdir()
    steps = [{"do": "read", "words": 30}, {"do": "click", "target": "leads.new"}]
    scenario: dict[str, Any] = {"format": "deskhand.scenario/1", "name": "mine.look", "app": "crm"}
    scenario |= {"opens": "crm/leads", "steps": steps}
    (own / "look.json").write_bytes(orjson.dumps(scenario))
    profiles = Path(deskhand.__file__).parent / "behavior_models" / "profiles"
    profile = orjson.loads((profiles / "mouse-web.json").read_bytes())
    (own / "hands.json").write_bytes(orjson.dumps({**profile, "name": "hands"}))
    asked = {
        **SMALLEST,
        "size": {"sessions": 8},
        "mix": {"scenario": ["look.json", "auth.unlock"], "profile": ["office", "hands.json"]},
        "hold_out": {"scenario": ["look.json"]},
    }
    (own / "asked.json").write_bytes(orjson.dumps(asked))
    build_dataset(own / "asked.json", tmp_path / "set")
    record = read_record(tmp_path / "set" / "dataset.json")["asked"]
    assert record["mix"]["scenario"] == {"mine.look": 1.0, "auth.unlock": 1.0}
    assert record["mix"]["profile"] == {"office": 1.0, "hands": 1.0}
    assert read_record(tmp_path / "set" / "splits.json")["hold_out"] == {"scenario": ["mine.look"]}
    assert ml.check_dataset(tmp_path / "set") == []
    for path, content in bytes_of(tmp_path / "set").items():
        assert str(tmp_path).encode() not in content, path
        assert b"look.json" not in content, path
        assert b"hands.json" not in content, path


def test_the_face_is_lazy() -> None:
    script = "import sys, deskhand.ml; print(sorted(deskhand.ml.__all__), 'numpy' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert told.endswith("False\n")
    assert ml.build_dataset is build_dataset
    missing: Any = ml
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = missing.nothing


def test_asked_is_as_the_card_says(data_set: Path) -> None:
    card = (data_set / "README.md").read_text("utf-8")
    assert f"license: {ASKED['license']}" in card
    assert "in test alone: scenario tracker.create_issue" in card
