"""Families of bots in a data set: their shares, their labels, and that they still reach the goals."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from deskhand.datasets.bot_families import family_names, unseen
from deskhand.datasets.building import build_dataset
from deskhand.datasets.tables import HUMAN_LIKE
from deskhand.manifest import read_record

SHARE = 0.1


@pytest.fixture(scope="module")
def with_bots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bots") / "set"
    build_dataset(
        {
            "format": "deskhand.dataset/1",
            "seed": 7,
            "size": {"sessions": 40},
            "mix": {"scenario": ["crm.create_lead", "mail.triage", "tracker.triage_board"]},
            "bots": dict.fromkeys(family_names(), SHARE),
            "splits": {"train": 0.8, "test": 0.2},
        },
        out,
    )
    return out


def read(folder: Path, table: str) -> pa.Table:
    paths = sorted((folder / table).rglob("*.parquet"))
    return pa.concat_tables([pq.read_table(path, partitioning=None) for path in paths])


def test_families_have_their_shares_and_the_unseen_are_in_test_alone(with_bots: Path) -> None:
    rows = read(with_bots, "sessions").to_pylist()
    found = Counter(row["generator_family"] for row in rows)
    assert {found[name] for name in family_names()} == {4}
    assert found[HUMAN_LIKE] == 40 - 4 * len(family_names())
    for row in rows:
        assert row["is_bot"] == (row["generator_family"] != HUMAN_LIKE)
        assert row["synthetic"] is True
    told = read_record(with_bots / "splits.json")
    kept = {name for name in family_names() if unseen(name)}
    assert kept
    assert not kept & set(told["splits"]["train"]["families"])
    assert kept <= set(told["splits"]["test"]["families"])
    assert set(told["hold_out"]["bots"]) == kept


def test_bots_reach_the_goals_and_press_what_people_press(with_bots: Path) -> None:
    assert pc.sum(read(with_bots, "sessions")["goals_missed"]).as_py() == 0
    families = {
        row["session_id"]: row["generator_family"]
        for row in read(with_bots, "sessions").to_pylist()
    }
    actions: list[dict[str, Any]] = read(with_bots, "actions").to_pylist()
    pressed: Counter[str] = Counter()
    for row in actions:
        if row["hit"] is not None and row["error_of"] is None:
            assert row["hit"], row
            assert row["start_us"] <= row["press_us"] <= row["end_us"], row
            pressed[families[row["session_id"]]] += 1
    assert set(pressed) == {HUMAN_LIKE, *family_names()}


def test_every_event_of_a_bot_has_an_action(with_bots: Path) -> None:
    joined = read(with_bots, "events").join(
        read(with_bots, "actions").select(["session_id", "action_id"]),
        keys=["session_id", "action_id"],
        join_type="left anti",
    )
    assert joined.num_rows == 0
