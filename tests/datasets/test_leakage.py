"""The check that splits share nothing finds what was planted, and nothing else."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from deskhand.cli import main
from deskhand.datasets.building import LeakError, build_dataset
from deskhand.datasets.leakage import check_dataset
from deskhand.errors import DeskhandError
from tests.datasets.asked import SMALLEST


@pytest.fixture
def changed(data_set: Path, tmp_path: Path) -> Path:
    return shutil.copytree(data_set, tmp_path / "changed")


def part(folder: Path, table: str, split: str) -> Path:
    return folder / table / f"split={split}" / "part-00000.parquet"


def read(path: Path) -> pa.Table:
    return pq.read_table(path, partitioning=None)


def test_nothing_leaks(data_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_dataset(data_set) == []
    assert main(["dataset", "check", str(data_set)]) == 0
    assert capsys.readouterr().out == f"{data_set}: test, train, validation share nothing\n"


def test_a_part_that_was_copied(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for table in ("events", "actions", "elements", "sessions"):
        copy = part(changed, table, "test").with_name("part-00009.parquet")
        shutil.copy(part(changed, table, "train"), copy)
    assert main(["dataset", "check", str(changed)]) == 1
    told = capsys.readouterr().out
    for what in ("persona", "seed", "session", "the events of session"):
        assert f"\n  {what} " in told


def test_a_persona_under_another_session(changed: Path) -> None:
    path = part(changed, "sessions", "test")
    table, other = read(path), read(part(changed, "sessions", "train"))
    persona = other["persona"][0].as_py()
    place = table.schema.get_field_index("persona")
    column = pa.array([persona, *table["persona"].to_pylist()[1:]])
    pq.write_table(table.set_column(place, "persona", column), path)
    assert check_dataset(changed) == [f"persona {persona}: in test and in train"]


def test_events_that_were_renamed(changed: Path) -> None:
    """The same recording under other names is found by what happens in it."""
    source = read(part(changed, "events", "train"))
    first = source["session_id"][0].as_py()
    twin = source.filter(pc.equal(source["session_id"], first))
    path = part(changed, "events", "test")
    table = read(path)
    last = table["session_id"][-1].as_py()
    renamed = twin.set_column(0, "session_id", pa.array([last] * len(twin)))
    kept = table.filter(pc.not_equal(table["session_id"], last))
    pq.write_table(pa.concat_tables([kept, renamed.cast(table.schema)]), path)
    (line,) = check_dataset(changed)
    assert line.startswith("the events of session ")
    assert line.endswith(": in test and in train")


def test_a_row_group_may_end_inside_a_session(changed: Path) -> None:
    path = part(changed, "events", "train")
    pq.write_table(read(path), path, row_group_size=1000)
    assert check_dataset(changed) == []


def test_what_is_held_out_elsewhere(changed: Path) -> None:
    path = part(changed, "sessions", "validation")
    table = read(path)
    place = table.schema.get_field_index("scenario")
    column = pa.array(["tracker.create_issue"] * len(table))
    pq.write_table(table.set_column(place, "scenario", column), path)
    assert check_dataset(changed) == [
        "held-out scenario tracker.create_issue: in test and in validation"
    ]


def test_rows_of_a_session_that_is_not_there(changed: Path) -> None:
    part(changed, "actions", "train").rename(
        part(changed, "actions", "validation").with_name("part-00001.parquet")
    )
    (line,) = check_dataset(changed)
    assert line.startswith("actions of syn_session_")
    assert line.endswith("in validation, and its session is not")


def test_a_build_whose_splits_have_one_seed_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault is planted where seeds are given out; the build must not let it pass."""
    monkeypatch.setattr("deskhand.datasets.parts.split_seed", lambda seed, _split: seed)
    out = tmp_path / "leaks"
    with pytest.raises(LeakError, match="persona syn_person_"):
        build_dataset(SMALLEST, out)
    assert not (out / "README.md").exists()
    assert main(["dataset", "--size", "6", "--scenario", "auth.unlock", "--out", f"{out}2"]) == 1
    assert "the splits are not apart" in capsys.readouterr().err


def test_folders_without_a_data_set(tmp_path: Path, changed: Path) -> None:
    with pytest.raises(DeskhandError, match="holds no data set"):
        check_dataset(tmp_path)
    path = part(changed, "events", "train")
    path.write_bytes(b"nothing")
    with pytest.raises(DeskhandError, match="cannot be read as a part of a data set"):
        check_dataset(changed)
    assert main(["dataset", "check", str(tmp_path / "absent")]) == 2
