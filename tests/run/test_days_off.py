"""Days without work: no session, told in the records; the wall clock of what is left."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import deskhand
from deskhand.cli import main
from deskhand.errors import DeskhandError

WEEK: dict[str, Any] = {
    "format": "deskhand.day/1",
    "name": "short_day",
    "hours": 0.1,
    "lunch": False,
    "spread_min": 5,
    "calendar": {
        "free_dates": ["2026-03-26"],
        "sick_share": 0.2,
        "weekend_share": 0.3,
        "time_zones": {"Europe/Berlin": 1},
    },
    "roles": {"clerk": {"tasks": {"crm.log_call": 1}}},
}
ROUND_THE_CHANGE = [
    "--people",
    "4",
    "--team-size",
    "2",
    "--days",
    "6",
    "--seed",
    "3",
    "--start",
    "2026-03-26",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    (folder / "week.json").write_text(json.dumps(WEEK))
    words = ["generate", str(folder / "week.json"), *ROUND_THE_CHANGE]
    assert main([*words, "--format", "jsonl", "--out", str(folder / "out")]) == 0
    return folder / "out"


def shards(run: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(run.glob("shard=*/shard.json"))]


def test_everyone_has_a_session_or_a_reason(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    reasons: list[str] = []
    for record in shards(run):
        there = [session["person"] for session in record["sessions"]]
        away = [int(person) for person in record["off"]]
        assert sorted(there + away) == [2 * record["team"], 2 * record["team"] + 1]
        reasons += record["off"].values()
    assert manifest["days_off"] == {why: reasons.count(why) for why in sorted(set(reasons))}
    assert manifest["days_off"]["holiday"] == 4
    assert manifest["days_off"]["weekend"] > 0
    assert manifest["counts"]["sessions"] == 24 - len(reasons)
    assert manifest["calendar"]["sick_share"] == 0.2
    assert deskhand.validate(run).ok


def test_days_begin_at_nine_on_the_wall_before_and_after_the_change(run: Path) -> None:
    offsets = set()
    for session in deskhand.read_sessions(run, format="jsonl"):
        start = datetime.fromtimestamp(
            session.header["start_wall_us"] / 1e6, ZoneInfo(session.header["time_zone"])
        )
        if start.weekday() < 5:
            assert start.hour * 60 + start.minute == pytest.approx(9 * 60, abs=11)
            offsets.add((start.isoformat()[:10] < "2026-03-29", start.utcoffset()))
    assert {before: str(offset) for before, offset in offsets} == {
        True: "1:00:00",
        False: "2:00:00",
    }


def test_a_recorder_that_writes_local_times_shows_the_same_hour(tmp_path: Path) -> None:
    starts, shown = [], []
    for start in ("2026-03-27", "2026-03-30"):
        session = deskhand.simulate("chat.write", seed=7, start=start, time_zone="Europe/Berlin")
        session.write(tmp_path / start, format="agentnet")
        about = next((tmp_path / start).rglob("metadata.json"))
        shown.append(json.loads(about.read_text("utf-8"))["start_time"].split())
        starts.append(session.header["start_wall_us"])
    # The second that the person's own clock shows, which is a little off.
    assert [on for on, _ in shown] == ["2026-03-27", "2026-03-30"]
    assert shown[0][1] == shown[1][1]
    assert starts[1] - starts[0] == (3 * 24 - 1) * 3_600_000_000


def test_short_sessions_are_out_of_hours_and_short(run: Path) -> None:
    short = [
        session
        for session in deskhand.read_sessions(run, format="jsonl")
        if datetime.fromtimestamp(
            session.header["start_wall_us"] / 1e6, ZoneInfo("Europe/Berlin")
        ).weekday()
        > 4
    ]
    assert short
    for session in short:
        assert session.header["duration_us"] < 4.5 * 3_600e6
        reasons = set(session.events["reason"].to_pylist())
        assert not reasons & {"meeting", "lunch", "break"}


def test_one_session_is_the_runs_own_and_a_day_off_is_refused(run: Path) -> None:
    record = next(r for r in shards(run) if r["off"] and r["sessions"])
    arguments: Any = {
        "seed": 3,
        "people": 4,
        "team_size": 2,
        "day": record["day"],
        "start": "2026-03-26",
    }
    there = record["sessions"][0]
    session = deskhand.simulate(run.parent / "week.json", person=there["person"], **arguments)
    assert session.session_id == there["session_id"]
    assert session.events.num_rows == there["counts"]["events"]
    person, why = next(iter(record["off"].items()))
    with pytest.raises(DeskhandError, match=rf"{why}\); day \d+ has one"):
        deskhand.simulate(run.parent / "week.json", person=int(person), **arguments)


def test_a_calendar_can_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "generate",
        "chat.write",
        "--people",
        "1",
        "--days",
        "2",
        "--seed",
        "7",
        "--start",
        "2026-12-25",
        "--calendar",
    ]
    assert main([*words, "office", "--out", str(tmp_path / "office")]) == 0
    assert json.loads((tmp_path / "office/manifest.json").read_text())["days_off"] == {"holiday": 2}
    assert deskhand.validate(tmp_path / "office").ok
    assert main([*words, "ofice", "--out", str(tmp_path / "x")]) == 2
    assert "did you mean 'office'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("calendar", "told"),
    [
        ("ofice", "did you mean 'office'"),
        ({"sick_share": 0.9}, "sick_share: 0.9 is greater than the maximum"),
        ({"weekends": 1}, "'weekends' was unexpected"),
        ({"free_dates": ["2026-02-30"]}, "'2026-02-30' is no date"),
        ({"time_zones": {"Europe/Berlyn": 1}}, "try Europe/Berlin"),
        ({"time_zones": {}}, "time_zones"),
    ],
)
def test_what_is_wrong_in_a_calendar_is_told(tmp_path: Path, calendar: Any, told: str) -> None:
    path = tmp_path / "week.json"
    path.write_text(json.dumps(WEEK | {"calendar": calendar}, indent=1))
    with pytest.raises(DeskhandError, match=rf"week\.json:\d+: .*{told}"):
        deskhand.simulate(path, seed=3)


def test_zones_are_given_once(tmp_path: Path) -> None:
    path = tmp_path / "week.json"
    path.write_text(json.dumps(WEEK))
    with pytest.raises(DeskhandError, match="leave one of them out"):
        deskhand.simulate(path, seed=3, time_zone="Asia/Tokyo")
