"""What a recording is read from, and what is refused."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deskhand.calibration.recording import DOWN, DRAG, EVENTS, MOVE, SCROLL, UP, read_recording
from deskhand.errors import DeskhandError
from tests.exports.hand_made import hand_made_session

TIDY: dict[str, Any] = {
    "user": ["bob", "ann", "bob", "ann", "bob"],
    "session": ["s2", "s1", "s1", "s1", "s2"],
    "t_s": [0.016, 0.5, 7.0, 0.5000004, 0.008],
    "event": ["move", "down", "up", "scroll", "drag"],
    "button": [None, "left", "right", None, "left"],
    "x": [1, 2, 3, None, 5],
    "y": [1.5, 2.5, 3.5, None, 5.5],
}

BOX = {name: [9.0] * 5 for name in ("target_x", "target_y", "target_w", "target_h")}


def _without(*names: str) -> dict[str, Any]:
    return {name: column for name, column in TIDY.items() if name not in names}


def _doubled(*names: str) -> pa.Table:
    table = pa.table(TIDY)
    for name in names:
        table = table.append_column(name, table[name])
    return table


def test_sessions_stand_one_after_another_in_their_given_order() -> None:
    found = read_recording(TIDY)
    assert found.people == ["bob", "ann"]
    assert found.person.tolist() == [0, 0, 0, 1, 1]
    assert found.session.tolist() == [0, 0, 1, 2, 2]
    # Rows of one session stay as given, a time that runs back included.
    assert found.t_us.tolist() == [16_000, 8_000, 7_000_000, 500_000, 500_000]
    assert found.event.tolist() == [MOVE, DRAG, UP, DOWN, SCROLL]
    assert [found.buttons[code] if code >= 0 else None for code in found.button] == [
        *(None, "left", "right", "left", None)
    ]
    assert found.x[:4].tolist() == [1.0, 5.0, 3.0, 2.0]
    assert np.isnan([found.x[4], found.y[4]]).all()
    assert np.isnan(found.target).all()


def test_a_table_a_mapping_a_file_and_a_frame_are_the_same_recording(tmp_path: Path) -> None:
    path = tmp_path / "tidy.parquet"
    coded = pa.table(TIDY)
    coded = coded.set_column(0, "user", coded["user"].dictionary_encode())
    pq.write_table(coded, path)
    wanted = read_recording(TIDY)
    for data in (pa.table(TIDY), coded, path, str(path)):
        found = read_recording(data)
        assert list(found.people) == list(wanted.people)
        for name in ("person", "session", "t_us", "event", "button", "x", "y", "target"):
            assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes()


def test_targets_are_read_where_all_four_are_known() -> None:
    box = {"target_x": [9] * 5, "target_y": [8] * 5, "target_w": [7, 7, 7, None, 7]}
    assert np.isnan(read_recording(TIDY | box).target).all()
    found = read_recording(TIDY | box | {"target_h": [6.5] * 5}).target
    assert found[0].tolist() == [9.0, 8.0, 7.0, 6.5]
    assert np.isnan(found[4, 2])


@pytest.mark.parametrize("lost", [None, np.nan, np.inf, -np.inf, 1e300])
def test_a_number_that_is_no_place_is_none(lost: float | None) -> None:
    found = read_recording(TIDY | {"x": [1, 2, lost, None, 5]} | BOX | {"target_w": [lost] * 5})
    # Bob's release and Ann's scroll.
    assert np.isnan(found.x).tolist() == [False, False, True, False, True]
    assert np.isnan(found.target[:, 2]).all()
    first, last = np.array([0, 0, 2, 3]), np.array([0, 2, 3, 3])
    assert found.placed(first, last).tolist() == [True, False, False, True]


def test_optional_columns_may_be_absent() -> None:
    found = read_recording(_without("session", "button"))
    assert found.session.tolist() == [0, 0, 0, 1, 1]
    assert (found.button == -1).all()


def test_of_people_keeps_their_rows_and_numbers() -> None:
    found = read_recording(TIDY).of_people([1])
    assert found.people == ["bob", "ann"]
    assert found.person.tolist() == [1, 1]
    assert found.event.tolist() == [DOWN, SCROLL]


def test_canonical_sessions_are_read() -> None:
    session = hand_made_session()
    found = read_recording([session, session])
    n = len(found.event) // 2
    events = session.events.to_pylist()
    kept = [e for e in events if e["type"] in ("pointermove", "pointerdown", "pointerup", "scroll")]
    assert n == len(kept) > 0
    assert found.people == [session.header["persona"]]
    assert found.session.tolist() == [0] * n + [1] * n
    assert found.t_us[:n].tolist() == [e["t_us"] for e in kept]
    for event, code, x in zip(kept, found.event[:n], found.x[:n], strict=True):
        kind = EVENTS[code]
        assert event["type"] == (
            "pointermove" if kind == "drag" else "pointer" * (kind != "scroll") + kind
        )
        if event["type"] != "scroll":
            assert (event["screen_x"] is None and np.isnan(x)) or event["screen_x"] == x
    one = read_recording(session)
    assert one.t_us.tobytes() == found.t_us[:n].tobytes()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_without("user", "x"), "columns user, x are missing"),
        (_doubled("x"), "columns x are there more than once"),
        (_doubled("y", "button"), "columns button, y are there more than once"),
        (SimpleNamespace(columns=["user", "x", "x"]), "columns x are there more than once"),
        ({name: [] for name in TIDY}, "empty"),
        (TIDY | {"t_s": [0.0, 1.0, 2.0, float("nan"), 3.0]}, "'t_s' holds NaN"),
        (TIDY | {"t_s": [0.0, 1.0, 2.0, float("inf"), 3.0]}, "'t_s' holds NaN or inf"),
        (TIDY | {"t_s": [0.0, 1.0, 2.0, None, 3.0]}, "'t_s' holds NaN"),
        (TIDY | {"event": ["move", "click", "up", "hop", "up"]}, "'click', 'hop'; known: move"),
        (TIDY | {"event": ["move", None, "up", "up", "up"]}, "'event' holds nulls"),
        (TIDY | {"user": ["ann", None, "ann", "ann", "ann"]}, "'user' holds nulls"),
        (TIDY | {"x": ["a", "b", "c", "d", "e"]}, "'x' has type string; it must be numbers"),
        (TIDY | {"t_s": [[0.1]] * 5}, "'t_s' has type list"),
        (TIDY | {"x": [1.0]}, "mapping of columns"),
        (TIDY | {"x": [10**30] * 5}, "mapping of columns"),
        (TIDY | {"user": ["\ud800"] * 5}, "mapping of columns"),
        (TIDY | {"x": np.zeros((5, 2))}, "mapping of columns"),
        (TIDY | {"t_s": [0.0, 1.0, 2.0, 1e30, 3.0]}, r"'t_s' holds 1e\+30; times are in seconds"),
        (TIDY | {"t_s": [0.0, 1.0, 2.0, -1.8e12, 3.0]}, r"'t_s' holds -1\.8e\+12; .* by 1000"),
        (TIDY | {"event": range(5)}, "'event' holds '0', '1', '2', '3', '4'; known: move"),
        (TIDY | {"event": [1.5] * 5}, "'event' holds '1.5'; known: move"),
        ({k: v * 2 for k, v in TIDY.items()} | {"event": range(10)}, "'4' and 5 others; known"),
        (TIDY | {"user": [1.0, 2.0, float("nan"), 1.0, 1.0]}, "'user' holds nulls"),
        (TIDY | {"user": [["ann"]] * 5}, "'user' has type list.* cannot be read as text"),
        (TIDY | {"user": [{"name": "ann"}] * 5}, "'user' has type struct"),
        (TIDY | {"user": [[{"name": ["ann"]}]] * 5}, "'user' has type list"),
        (TIDY | {"user": [b"\xff"] * 5}, "'user' has type binary"),
        (TIDY | {"session": [["s1"]] * 5}, "'session' has type list"),
        (TIDY | {"button": [{}] * 5}, "'button' has type struct"),
        (TIDY | BOX | {"target_w": [7, 7, -3, 7, 7]}, "'target_w' holds -3; sizes are 0 px"),
        (TIDY | BOX | {"target_h": [-0.5] * 5}, "'target_h' holds -0.5"),
        (42, "data of type int: give a pyarrow table"),
        ([], "no sessions given"),
        ([42], "data of type list: give a pyarrow table"),
        ("nowhere.parquet", "nowhere.parquet: no such file"),
    ],
)
def test_bad_data_is_refused(data: Any, said: str) -> None:
    with pytest.raises(DeskhandError, match=said):
        read_recording(data)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tidy.csv"
    path.write_text("user,t_s\nann,0\n")
    with pytest.raises(DeskhandError, match="not a Parquet table"):
        read_recording(path)


def test_a_file_with_a_doubled_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tidy.parquet"
    pq.write_table(_doubled("x"), path)
    with pytest.raises(DeskhandError, match="columns x are there more than once"):
        read_recording(path)
