"""What events of other recorders mean."""

from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.losses import Dropped
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import hand_made_session
from tests.exports.rrweb_recordings import (
    AT,
    HREF,
    PAGE,
    brief,
    inner,
    node,
    page,
    press,
    read,
    text,
    typed,
)


def test_clicks_fill_in_button_and_count(tmp_path: Path) -> None:
    events = page(
        press(100, 1), press(180, 0), press(180, 2, pointerType=0),
        press(300, 1), press(370, 0), press(370, 2, pointerType=0), press(370, 4),
        press(900, 1), press(901, 3), press(980, 0),
        press(1200, 1, pointerType=1), press(1300, 0, pointerType=1), press(1300, 2, pointerType=1),
        press(1500, 7), press(1580, 9), press(1600, 1), press(1700, 10),
        inner(2000, source=2, type=2, id=14, x=0, y=0),
    )  # fmt: skip
    dropped = Dropped()
    session = read(events, tmp_path, dropped)
    rows = rows_of(session, "pointerdown", "pointerup", "pointercancel")
    assert brief(rows, "type", "button", "detail", "pointer_type") == [
        ("pointerdown", 0, 1, "mouse"), ("pointerup", 0, 1, "mouse"),
        ("pointerdown", 0, 2, "mouse"), ("pointerup", 0, 2, "mouse"),
        ("pointerdown", 2, None, "mouse"), ("pointerup", 2, None, "mouse"),
        ("pointerdown", 0, 1, "pen"), ("pointerup", 0, 1, "pen"),
        ("pointerdown", 0, None, "touch"), ("pointerup", 0, None, "touch"),
        ("pointerdown", None, None, "mouse"), ("pointercancel", 0, None, "touch"),
    ]  # fmt: skip
    assert {row["target"] for row in rows} == {"basket.pay"}
    assert list(dropped.lines()) == [
        "1 x Click: no press leads to it; a key, a label or a list does"
    ]


def test_late_batches_are_put_in_order(tmp_path: Path) -> None:
    positions = [{"x": k, "y": 2 * k, "id": -1, "timeOffset": -450 + 50 * k} for k in range(9)]
    session = read(
        page(press(300, 1), press(380, 0), inner(500, source=1, positions=positions)), tmp_path
    )
    rows = rows_of(session, "pointermove", "pointerdown", "pointerup")
    assert [r["t_us"] for r in rows] == sorted(r["t_us"] for r in rows)
    assert [r["type"] for r in rows].index("pointerdown") == 6
    early = [{"x": 1, "y": 1, "id": 3, "timeOffset": -20.4}]
    session = read(page(inner(5, source=12, positions=early)), tmp_path)
    first = rows_of(session, "pointermove")[0]
    assert (first["t_us"], first["buttons"], session.header["start_wall_us"]) == (
        0,
        1,
        (AT - 15) * 1000,
    )
    touched = rows_of(read(page(inner(5, source=6, positions=early)), tmp_path), "pointermove")
    assert touched[0]["pointer_type"] == "touch"


def test_fields_tell_edits(tmp_path: Path) -> None:
    events = page(
        typed(10, 4, "anna"), typed(20, 4, "ana"), typed(30, 4, "Bea"), typed(31, 4, "Bea"),
        typed(40, 17, "2026-03-02"), typed(50, 18, "draft 2"), typed(60, 4, "filled", userTriggered=False),
        typed(70, 6, "y"), inner(80, source=5, id=11, text="on", isChecked=True),
        inner(90, source=5, id=21, text="b", isChecked=True), inner(90, source=5, id=20, text="a", isChecked=False),
    )  # fmt: skip
    dropped = Dropped()
    rows = rows_of(read(events, tmp_path, dropped), "input", "select.change")
    assert brief(rows, "target", "input_type", "value", "detail", "value_length") == [
        ("#user", "insertText", "a", 3, 4),
        ("#user", "deleteContentBackward", None, 3, 3),
        ("#user", "insertText", "Be", 0, 3),
        ("input:17", None, "2026-03-02", None, 10),
        ("textarea:18", "insertText", " 2", 5, 7),
        ("#user", None, "filled", None, 6),
        ("select[name=sure]", None, "Yes", None, 3),
        ("select[name=sure]", None, "y", None, 1),
        ("#agree", None, "true", None, 4),
        ("input:21", None, "true", None, 4),
    ]
    assert set(dropped.counts) == {
        "Input: the text stays as it was",
        "Input: a radio button that another one unchecks",
    }


def test_stars_and_passwords_are_masked(tmp_path: Path) -> None:
    focus = inner(5, source=2, type=5, id=5)
    events = page(focus, typed(10, 5, "h"), typed(20, 5, "hunter2"), typed(30, 5, ""),
                  typed(40, 4, "****"), typed(50, 4, "***"), typed(60, 4, ""), typed(70, 4, "x"))  # fmt: skip
    session = read(events, tmp_path)
    rows = rows_of(session, "input")
    assert brief(rows, "target", "masked", "value", "value_length", "input_type") == [
        ("input[name=pin]", True, None, 1, "insertText"),
        ("input[name=pin]", True, None, 7, "insertText"),
        ("input[name=pin]", True, None, 0, "deleteContentBackward"),
        ("#user", True, None, 4, "insertText"),
        ("#user", True, None, 3, "deleteContentBackward"),
        ("#user", True, None, 0, "deleteContentBackward"),
        ("#user", False, "x", 1, "insertText"),
    ]
    why = rows_of(session, "redaction")
    assert brief(why, "t_us", "target", "reason", "policy") == [
        (5_000, "input[name=pin]", "password", "mask"),
        (40_000, "#user", "masked", "mask"),
    ]
    assert "hunter2" not in str(session.events.to_pylist()) + str(session.elements.to_pylist())


def test_elements_have_roles_and_names_but_no_boxes(tmp_path: Path) -> None:
    events = page(press(1, 1), press(2, 0), typed(3, 5, "*"), inner(4, source=5, id=11, text="on", isChecked=True),
                  typed(5, 18, "d"), inner(6, source=3, id=1, x=0, y=40), inner(7, source=4, width=500, height=400))  # fmt: skip
    session = read(events, tmp_path)
    told = {
        e["target"]: (e["role"], e["name"], e["tag"], e["sensitive"])
        for e in session.elements.to_pylist()
    }
    assert told == {
        "basket.pay": ("button", "Pay now", "button", None),
        "input[name=pin]": ("textbox", "", "input", "password"),
        "#agree": ("checkbox", "I agree", "input", None),
        "textarea:18": ("textbox", "Remark", "textarea", None),
    }
    assert set(session.elements["screen"].to_pylist()) == {"shop.example/basket"}
    assert pc.sum(session.elements["width"]).as_py() == 0
    assert brief(rows_of(session, "scroll", "resize"), "type", "target", "delta_x", "delta_y") == [
        ("scroll", "document", 0, 40), ("resize", None, 500, 400)]  # fmt: skip
    assert (session.header["viewport_width"], session.header["synthetic"]) == (800, False)
    assert session.session_id.startswith("cap_session_")


def test_pages_come_and_change(tmp_path: Path) -> None:
    added = {"parentId": 3, "nextId": None, "node": node(30, "button", [], id="more")}
    label = {"parentId": 30, "nextId": None, "node": text(31, "More")}
    other = "https://shop.example/paid"
    events = [
        *page(
            inner(10, source=0, texts=[], attributes=[{"id": 4, "attributes": {"id": "name"}}], removes=[{"parentId": 3, "id": 14}], adds=[added, label]),
            press(20, 1, 30), press(25, 0, 30), press(30, 1, 14), typed(40, 4, "anne"),
        ),
        {"type": 4, "data": {"href": HREF, "width": 800, "height": 600}, "timestamp": AT + 50},
        {"type": 2, "data": {"node": PAGE, "initialOffset": {"top": 0, "left": 0}}, "timestamp": AT + 50},
        {"type": 5, "data": {"tag": "$url_changed", "payload": {"href": other}}, "timestamp": AT + 60},
        {"type": 0, "data": {}, "timestamp": AT + 70},
        {"type": 1, "data": {}, "timestamp": AT + 80},
        {"type": 4, "data": {"href": other, "width": 800, "height": 600}, "timestamp": AT + 81},
    ]  # fmt: skip
    dropped = Dropped()
    session = read(events, tmp_path, dropped)
    assert brief(rows_of(session, "navigation"), "t_us", "url") == [
        (0, HREF),
        (60_000, other),
        (70_000, other),
    ]
    assert [r["target"] for r in rows_of(session, "pointerdown")] == ["#more", None]
    assert session.elements["name"][0].as_py() == "More"
    assert rows_of(session, "input")[0]["target"] == "#name"
    assert "Meta: the page is shown again, nobody went to it" in dropped.counts


def test_all_that_has_no_like_is_counted(tmp_path: Path) -> None:
    events = page(
        inner(1, source=7, id=4, type=0), inner(2, source=14, ranges=[]), inner(3, source=16, define={}),
        inner(4, source=2, type=8, id=4), inner(5, source=99), {"type": 12, "data": {}, "timestamp": AT},
        typed(6, 4, "a") | {"timestamp": "late"}, inner(7, source=1, positions=[{"x": 1, "y": 1, "id": 3, "timeOffset": -10**8}]),
        {"type": 5, "data": {"tag": "note", "payload": 1}, "timestamp": AT},
        {"type": 6, "data": {"plugin": "rrweb/console@1", "payload": {}}, "timestamp": AT}, press(9, 1),
    )  # fmt: skip
    dropped = Dropped()
    read(events, tmp_path, dropped)
    assert sum(dropped.counts.values()) == 10
    for word in ("MediaInteraction", "Selection", "CustomElement", "TouchMove_Departed", "data/source",
                 "type is not", "timestamp", "a minute older", "'note'", "'rrweb/console@1'"):  # fmt: skip
        assert any(word in what for what in dropped.counts), word


def test_what_was_read_is_not_written_again(tmp_path: Path) -> None:
    captured = replace(read(page(press(1, 1)), tmp_path), screens=hand_made_session().screens)
    with (
        rrweb.open_writer(tmp_path) as writer,
        pytest.raises(DeskhandError, match="no compiled screen"),
    ):
        writer.write(captured)
