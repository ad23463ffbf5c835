"""What a session tells of its person, on sessions made by hand, good and odd."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deskhand.calibration.letter_effects import letter_effects, letter_places
from deskhand.calibration.person_statistics import STATISTICS, PeopleGathered
from deskhand.calibration.session_measures import MEASURES, SessionMeasures, measured_session
from deskhand.capture_reading import check_usable
from deskhand.errors import DeskhandError
from deskhand.events import CONTROL
from deskhand.exports.captured import captured_session
from deskhand.session import Session

LABELS = {"crm.exe": "crm", "mail": "mail"}


def captured(rows: list[dict[str, Any]]) -> Session:
    names = sorted({name for row in rows for name in row})
    columns = {name: [row.get(name) for row in rows] for name in names}
    return captured_session(
        columns, session_id="cap_one", source="test", start_wall_us=0, made_by=None
    )


def keys(word: str, spacing_us: int, hold_us: int, *, up: bool = True) -> list[dict[str, Any]]:
    rows = []
    for place, letter in enumerate(word):
        at = place * spacing_us
        row = {"key": letter, "code": f"Key{letter.upper()}", "modifiers": 0, "repeat": False}
        rows.append({"t_us": at, "type": "keydown", **row})
        if up:
            rows.append({"t_us": at + hold_us, "type": "keyup", **row})
    return sorted(rows, key=lambda row: row["t_us"])


def test_spacings_and_holds_are_found_though_keys_overlap() -> None:
    told = measured_session(captured(keys("the quick".replace(" ", ""), 100_000, 130_000)), LABELS)
    letters = letter_places(list("thequick"))[:-1]
    effects = letter_effects()
    spacing = np.log(0.1) - effects.spacing[letters[:-1], letters[1:]]
    assert told.values["spacing"] == pytest.approx(spacing)
    assert sorted(told.values["hold"]) == pytest.approx(
        sorted(np.log(0.13) - effects.hold[letters])
    )


def test_keys_that_never_come_up_have_no_hold() -> None:
    told = measured_session(captured(keys("hello", 150_000, 0, up=False)), LABELS)
    assert len(told.values["hold"]) == 0
    assert len(told.values["spacing"]) == 4


def test_a_clock_that_goes_back_is_refused() -> None:
    session = captured(keys("ab", 100_000, 50_000))
    t_us = pa.array([300_000, *session.events["t_us"].to_pylist()[1:]], pa.int64())
    place = session.events.schema.get_field_index("t_us")
    events = session.events.set_column(place, session.events.schema.field(place), t_us)
    from dataclasses import replace

    with pytest.raises(DeskhandError, match="clock goes back"):
        check_usable(replace(session, events=events))


def test_habits_and_work() -> None:
    rows: list[dict[str, Any]] = []
    for step, cause in enumerate(["tab", "click", "tab", "tab"]):
        at = 1_000_000 * step
        if cause == "tab":
            rows.append({"t_us": at, "type": "keydown", "key": "Tab", "code": "Tab"})
        else:
            rows.append({"t_us": at, "type": "pointerdown", "screen_x": 5.0, "screen_y": 5.0})
        rows.append({"t_us": at + 500_000, "type": "keydown", "key": "a", "code": "KeyA"})
    rows.append(
        {"t_us": 5_000_000, "type": "keydown", "key": "s", "code": "KeyS", "modifiers": CONTROL}
    )
    for row in rows:
        row["app"] = "crm.exe" if row["t_us"] < 2_000_000 else "mail"
    rows.append({"t_us": 6_000_000, "type": "window.focus", "app": "A private diary"})
    told = measured_session(captured(rows), LABELS)
    assert told.values["tab"].tolist() == [1.0, 0.0, 1.0, 1.0]
    assert told.values["shortcut"].tolist() == [0.0, 1.0]
    assert told.work.changes.tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert told.work.time_s.tolist() == pytest.approx([2.0, 3.0])


def told_of(values: Mapping[str, Any]) -> SessionMeasures:
    empty = measured_session(captured(keys("a", 1, 1)), LABELS)
    every = {name: np.asarray(values.get(name, ()), np.float64) for name in MEASURES}
    return SessionMeasures(every, empty.work)


def test_constant_values_and_few_values() -> None:
    gathered = PeopleGathered(LABELS)
    gathered.add("ann", told_of({"spacing": np.full(40, -2.0), "hold": np.full(15, -2.0)}))
    found = gathered.statistics()
    place = {one.name: k for k, one in enumerate(STATISTICS)}
    assert found.halves[:, 0, place["spacing"]].tolist() == [-2.0, -2.0]
    assert np.isfinite(found.halves[:, 0, place["spacing_spread"]]).all()
    assert np.isnan(found.halves[:, 0, place["hold"]]).all()


def test_a_person_with_nine_tenths_of_the_data_is_one_person() -> None:
    gathered = PeopleGathered(LABELS)
    for number in range(9):
        gathered.add(str(number), told_of({"spacing": np.full(40, -2.0)}))
    for _ in range(9):
        gathered.add("heavy", told_of({"spacing": np.full(360, 5.0)}))
    found = gathered.statistics()
    assert sorted(found.halves[0, :, 0].tolist()) == [-2.0] * 9 + [5.0]


def test_no_more_than_most_values_count() -> None:
    gathered = PeopleGathered(LABELS, most=100)
    for value in (-2.0, 5.0):
        for _ in range(2):
            gathered.add("ann", told_of({"spacing": np.full(50, value)}))
    assert len(gathered) == 1
    assert gathered.statistics().halves[:, 0, 0].tolist() == [-2.0, -2.0]
