"""Two monitors: every place lies on one, windows keep to theirs, and what is in view needs no task bar."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.behavior_models.second_monitor import KEPT_ON_SECOND
from deskhand.errors import DeskhandError
from deskhand.monitors import Monitor, monitors_of, nearest, on_a_monitor
from deskhand.session import Session
from tests.two_monitors import LEFT, RIGHT, two_monitors

Rows = list[dict[str, Any]]
POINTER = ("pointermove", "pointerdown", "pointerup", "wheel")
DAY: dict[str, Any] = {
    "format": "deskhand.day/1",
    "name": "two_screens",
    "hours": 0.6,
    "spread_min": 0,
    "lunch": False,
    "monitors": 2,
    "roles": {
        "clerk": {"tasks": {"crm.log_call": 2, "mail.answer_invitation": 1, "chat.write": 1}},
        "runner": {"tasks": {"crm.log_call": 1}, "monitors": 1},
    },
}


@pytest.fixture(scope="module", params=["day", "left", "right"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    if request.param == "day":
        path = tmp_path_factory.mktemp("day") / "day.json"
        path.write_text(json.dumps(DAY))
        return deskhand.simulate(path, seed=7, role="clerk")
    return two_monitors({"left": LEFT, "right": RIGHT}[request.param])


def _column(session: Session, name: str) -> Any:
    return session.events[name].to_numpy(zero_copy_only=False).astype(float)


def _rows(session: Session, *kinds: str) -> Rows:
    """Return rows of some types with what is looked at here."""
    columns = ["type", "t_us", "app", "window", "target", "action_id"]
    columns += [f"{of}_{axis}" for of in ("screen", "client") for axis in "xy"]
    chosen = pc.is_in(session.events["type"].cast(pa.string()), pa.array(kinds))
    rows: Rows = session.events.filter(chosen).select(columns).to_pylist()
    return rows


def _homes(session: Session) -> dict[str, Monitor]:
    """Return the monitor on which each window's page begins."""
    monitors = monitors_of(session.header)
    found: dict[str, Monitor] = {}
    wide, high = session.header["viewport_width"], session.header["viewport_height"]
    for row in _rows(session, *POINTER[1:]):
        left, top = (row[f"screen_{axis}"] - row[f"client_{axis}"] for axis in "xy")
        home = nearest(monitors, left, top)
        assert found.setdefault(row["window"], home) == home
        assert home.left <= left <= home.right - wide
        assert home.top <= top <= home.bottom - high
    return found


def test_every_place_lies_on_a_monitor_and_both_are_used(session: Session) -> None:
    monitors = monitors_of(session.header)
    assert len(monitors) == 2
    x, y = _column(session, "screen_x"), _column(session, "screen_y")
    there = np.isfinite(x)
    assert on_a_monitor(monitors, x[there], y[there]).all()
    for monitor in monitors:
        assert on_a_monitor([monitor], x[there], y[there]).any()


def test_what_happens_in_a_page_is_on_the_monitor_of_its_window(session: Session) -> None:
    homes = _homes(session)
    assert set(homes.values()) == set(monitors_of(session.header))
    header = session.header
    for row in _rows(session, *POINTER):
        inside = 0 <= row["client_x"] < header["viewport_width"]
        inside &= 0 <= row["client_y"] < header["viewport_height"]
        if inside or row["type"] == "wheel" or row["target"] is not None:
            home = homes[row["window"]]
            assert nearest([home], row["screen_x"], row["screen_y"]) == home
            assert home.left <= row["screen_x"] < home.right
            assert home.top <= row["screen_y"] < home.bottom


def _switches(session: Session) -> Rows:
    """Return the acts of switching, each with what was in view and what came to the front."""
    homes = _homes(session)
    changes = _rows(session, "window.focus")
    foremost: dict[Monitor, str] = {}
    acts: Rows = [act for act in session.actions.to_pylist() if act["verb"] == "switch_to"]
    found = []
    for change in changes:
        # No pointer tells of a window that was passed by, or in which keys alone were used.
        by_habit = monitors_of(session.header)[change["app"] in KEPT_ON_SECOND]
        home = homes.get(change["window"], by_habit)
        assert home == by_habit
        act = [a for a in acts if a["start_us"] < change["t_us"] <= a["end_us"]]
        if act:
            in_view = foremost.get(home) == change["window"]
            found.append({**act[0], "in_view": in_view, "home": home})
        foremost[home] = change["window"]
    return found


def test_a_window_in_view_is_clicked_and_one_behind_others_is_not(session: Session) -> None:
    main = monitors_of(session.header)[0]
    found = [act for act in _switches(session) if act["intended_x"] is not None]
    assert any(act["in_view"] for act in found)
    for act in found:
        on_task_bar = act["intended_y"] > main.bottom - 40 and act["intended_x"] < main.right
        assert on_task_bar != act["in_view"]
        if act["in_view"]:
            home = act["home"]
            assert home.left <= act["actual_x"] < home.right
            assert home.top <= act["actual_y"] < home.bottom


def test_a_window_comes_to_the_front_with_the_press_on_it(session: Session) -> None:
    by_act = {act["action_id"]: act for act in _switches(session) if act["in_view"]}
    presses = [row for row in _rows(session, "pointerdown") if row["action_id"] in by_act]
    assert presses
    focused = {row["t_us"]: row["window"] for row in _rows(session, "window.focus")}
    for press in presses:
        before = max(t_us for t_us in focused if t_us < press["t_us"])
        assert focused[before] == press["window"]
        assert press["t_us"] - before < 5_000


def test_looks_with_the_eyes_alone_leave_no_event() -> None:
    session = two_monitors()
    acts = session.actions.to_pylist()
    used = set(session.events["action_id"].to_pylist())
    looks = [act for act in acts if act["verb"] == "read" and act["action_id"] not in used]
    assert any(act["end_us"] - act["start_us"] == 2_000_000 for act in looks)


def test_ways_across_are_long() -> None:
    session = two_monitors()
    clicks = {act["action_id"] for act in _switches(session) if act["in_view"]}
    ways: dict[int, list[float]] = {}
    for row in _rows(session, "pointermove"):
        if row["action_id"] in clicks:
            ways.setdefault(row["action_id"], []).append(row["screen_x"])
    assert max(max(x) - min(x) for x in ways.values()) > 1_500


def test_who_has_one_monitor_sees_no_other(tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY))
    alone = deskhand.simulate(path, seed=7, role="runner")
    assert alone.header["monitors"] is None
    assert _column(alone, "screen_x")[np.isfinite(_column(alone, "screen_x"))].max() < 1920


def test_sessions_with_two_monitors_come_back_from_files(tmp_path: Path) -> None:
    session = two_monitors(LEFT)
    for name in ("parquet", "jsonl", "arrow"):
        session.write(tmp_path / name, format=name)
        assert deskhand.validate(tmp_path / name).ok
        (back,) = deskhand.read_sessions(tmp_path / name)
        assert back.header == session.header
        for column in ("screen_x", "screen_y", "client_x", "window"):
            assert back.events[column].to_pylist() == session.events[column].to_pylist()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"monitors": 3}, "monitors"),
        ({"monitors": "two"}, "monitors"),
        ({"roles": {"clerk": {"tasks": {"crm.log_call": 1}, "monitors": 0}}}, "monitors"),
    ],
)
def test_other_numbers_are_refused(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY | change))
    with pytest.raises(DeskhandError, match=told):
        deskhand.simulate(path, seed=7)


@pytest.mark.parametrize(
    ("monitors", "rule"),
    [
        ("1920x1080@0,0 1536x864@5000,0", "desktop"),
        ("1920x1080@0,0 800x100@1920,0", "desktop"),
        ("1920x1080 and one more", "monitors"),
        ("1536x864@1920,216 1920x1080@0,0", "monitors"),
    ],
)
def test_monitors_that_do_not_fit_the_events_are_found(
    monitors: str, rule: str, tmp_path: Path
) -> None:
    session = two_monitors()
    wrong = replace(session, header={**session.header, "monitors": monitors})
    wrong.write(tmp_path / "wrong")
    report = deskhand.validate(tmp_path / "wrong")
    assert rule in {finding.rule for finding in report.findings}
