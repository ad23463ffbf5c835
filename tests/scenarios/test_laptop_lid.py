"""The lid of a laptop: hidden, asleep, shown, unlocked; and nothing in between."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

import deskhand
from deskhand.scenarios.laptop_lid import CLOSES, LAPTOP_SHARE, Lid

DAY: dict[str, Any] = {
    "format": "deskhand.day/1",
    "name": "with_lunch",
    "hours": 4.5,
    "spread_min": 0,
    "roles": {"clerk": {"tasks": {"crm.log_call": 1}, "meetings_h": 0}},
}


Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float, int], Rows]:
    folder = tmp_path_factory.mktemp("days")

    @cache
    def made(share: float, person: int) -> Rows:
        path = folder / "day.json"
        path.write_text(json.dumps(DAY | {"laptop_share": share}))
        session = deskhand.simulate(path, seed=7, person=person)
        session.write(folder / f"{share}-{person}")
        assert deskhand.validate(folder / f"{share}-{person}").ok
        rows: Rows = session.events.to_pylist()
        return rows

    return made


def test_a_device_that_sleeps_tells_nothing(rows_of: Callable[[float, int], Rows]) -> None:
    slept = 0
    for person in range(2):
        rows = rows_of(1.0, person)
        places = [n for n, row in enumerate(rows) if row["type"] == "visibility"]
        assert [rows[n]["value"] for n in places] == ["hidden", "visible"] * (len(places) // 2)
        for hidden, visible in zip(places[::2], places[1::2], strict=True):
            assert visible == hidden + 1
            assert {rows[hidden]["reason"], rows[visible]["reason"]} == {"lid"}
            # The person has left, and comes back to a locked screen.
            assert rows[hidden - 1]["type"] == "idle.start"
            assert rows[visible + 1]["type"] == "idle.end"
            assert rows[visible]["t_us"] - rows[hidden]["t_us"] > 500e6
            later = [row for row in rows[visible:] if row["type"] == "window.focus"]
            assert later[0]["app"] == "auth"
            slept += 1
    assert slept


def test_without_laptops_no_lid_is_closed_and_nothing_else_differs(
    rows_of: Callable[[float, int], Rows],
) -> None:
    bare = rows_of(0.0, 0)
    lids = [row for row in rows_of(1.0, 0) if row["type"] != "visibility"]
    names = [name for name in bare[0] if name not in ("seq", "provenance_id")]
    assert pa.Table.from_pylist(bare).select(names) == pa.Table.from_pylist(lids).select(names)


def test_laptops_and_closed_lids_are_as_frequent_as_stated() -> None:
    closed = [Lid(7, (p // 5, p, 0), "wheel").closes() for p in range(4000)]
    assert sum(closed) / len(closed) == pytest.approx(LAPTOP_SHARE * CLOSES, abs=0.03)
    touchpad = [Lid(7, (p // 5, p, 0), "touchpad").closes() for p in range(4000)]
    assert sum(touchpad) / len(touchpad) == pytest.approx(CLOSES, abs=0.03)
