"""Recordings read back: our own as KEEPS promises, other recorders' by what their events mean."""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.losses import Dropped
from deskhand.exports.rrweb import recording_file
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.field_text import edit_between, edited
from deskhand.screen import Screen
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import SESSION_ID, START_WALL_US, Script, hand_made_session, table
from tests.exports.hand_made_screens import LOGIN, NAME, PASSWORD, STAGE, USER

Events = list[dict[str, Any]]
Rows = list[dict[str, Any]]


def read(events: Any, folder: Path, dropped: Dropped | None = None) -> Session:
    path = folder / "recording.json"
    path.write_bytes(events if isinstance(events, bytes) else json.dumps(events).encode())
    return next(rrweb.read(path, dropped))


# --- canonical -> rrweb -> canonical --------------------------------------------------------------

Act = Callable[[Script], None]
LETTERS = st.text("abn ", min_size=1, max_size=5)


def move(at: tuple[int, int]) -> Act:
    return lambda does: does.move(*at, 250_000)


def click(target: str, box: tuple[int, ...], count: int = 1, button: int = 0) -> Act:
    return lambda does: does.click(target, box, focus=target, count=count, button=button)


def write(target: str, box: tuple[int, ...], typed: str, erased: int, *, masked: bool) -> Act:
    def act(does: Script) -> None:
        click(target, box)(does)
        held = does.__dict__.setdefault("held", {})
        edits: list[tuple[str, str | None]] = [("insertText", letter) for letter in typed]
        edits += [("deleteContentBackward", None)] * erased
        for kind, letter in edits:
            before = held.get(target, "")
            if letter is None and not before:
                continue
            held[target] = before + letter if letter else before[:-1]
            does.add(
                "input", 90_000, target=target, input_type=kind, masked=masked,
                value=None if masked else letter, detail=len(before), value_length=len(held[target]),
            )  # fmt: skip

    return act


def choose(value: str, label: str) -> Act:
    def act(does: Script) -> None:
        click("lead.stage", STAGE)(does)
        does.add("select.open", target="lead.stage")
        does.t_us += 400_000
        does.add("select.change", target="lead.stage", value=label, value_length=len(label))
        does.add("input", target="lead.stage", value=value, value_length=len(value))
        does.add("select.close", target="lead.stage")

    return act


def scroll(notches: int) -> Act:
    def act(does: Script) -> None:
        for notch in range(notches):
            does.add("scroll", 40_000, target="document", delta_x=0.0, delta_y=50.0 * (notch + 1))
        does.t_us += 300_000

    return act


PLACES = st.tuples(st.integers(0, 799), st.integers(0, 599)).map(move)
ON_LOGIN = st.lists(
    st.one_of(
        PLACES,
        st.builds(write, st.just("login.user"), st.just(USER), LETTERS, st.integers(0, 4), masked=st.just(False)),
        st.builds(write, st.just("login.password"), st.just(PASSWORD), LETTERS, st.integers(0, 4), masked=st.just(True)),
        st.builds(click, st.just("login.go"), st.just(LOGIN), st.sampled_from([1, 2]), st.sampled_from([0, 2])),
    ),
    max_size=6,
)  # fmt: skip
ON_FORM = st.lists(
    st.one_of(
        PLACES,
        st.builds(write, st.just("lead.name"), st.just(NAME), LETTERS, st.integers(0, 4), masked=st.just(False)),
        st.sampled_from([choose("won", "Won"), choose("new", "New")]),
        st.integers(1, 5).map(scroll),
    ),
    max_size=5,
)  # fmt: skip


def name_elements(screen: Screen) -> None:
    """Put the elements' keys into the page, where the shipped pages have them."""
    keys = {element.id: key for key, element in screen.elements.items()}
    for found in nodes_of(dict(screen.dom)):
        if found["id"] in keys:
            found["attributes"]["data-name"] = keys[found["id"]]


def made_up(on_login: list[Act], on_form: list[Act], wall_us: int) -> Session:
    base = hand_made_session(start_wall_us=wall_us)
    for screen in base.screens.values():
        name_elements(screen)
    does = Script(base.screens)
    does.rows.append({"t_us": 0, "type": "session.start"})
    does.add("window.focus", reference="auth/login", url=base.screens["auth/login"].href)
    does.act("click", None)
    for act in on_login:
        act(does)
    does.show("crm/lead-form", "navigation")
    for act in on_form:
        act(does)
    does.rows.append({"t_us": does.t_us + 1_000_000, "type": "session.end"})
    marks = {k: base.header[k] for k in ("session_id", "synthetic", "provenance_id")}
    rows = [{"masked": False, **row, "seq": n, **marks} for n, row in enumerate(does.rows)]
    header = {**base.header, "duration_us": does.rows[-1]["t_us"], "event_count": len(rows)}
    return replace(base, events=table("events", rows), header=header)


def texts(rows: Rows) -> dict[str, list[tuple[int, str | int]]]:
    """What each field held after each of its input rows that changed it; of masked ones the length."""
    held: dict[str, str] = {}
    told: dict[str, list[tuple[int, str | int]]] = {}
    for row in rows:
        if row["type"] == "navigation":
            held = {}
        if row["type"] != "input":
            continue
        target = row["target"]
        if row["masked"]:
            now: str | int = row["value_length"]
        else:
            now = held[target] = edited(held.get(target, ""), row)
        told.setdefault(target, []).append((row["t_us"], now))
    return told


@settings(max_examples=40, deadline=None)
@given(
    ON_LOGIN, ON_FORM, st.sampled_from([START_WALL_US, START_WALL_US - 750, START_WALL_US + 249])
)
def test_what_is_promised_comes_back(
    tmp_path_factory: pytest.TempPathFactory, on_login: list[Act], on_form: list[Act], wall_us: int
) -> None:
    session = made_up(on_login, on_form, wall_us)
    with rrweb.open_writer(folder := tmp_path_factory.mktemp("trip")) as writer:
        writer.write(session)
    dropped = Dropped()
    back = next(rrweb.read(next((folder / "rrweb").glob("*.json")), dropped))
    start_ms = wall_us // 1000

    def floored(t_us: int) -> int:
        return ((wall_us + t_us) // 1000 - start_ms) * 1000

    def told(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
        return [(floored(r["t_us"]), *(r[c] for c in columns)) for r in rows]

    def same(kind: str, columns: tuple[str, ...]) -> None:
        found = [(r["t_us"], *(r[c] for c in columns)) for r in rows_of(back, kind)]
        assert found == told(rows_of(session, kind), *columns), kind

    assert back.session_id == SESSION_ID
    assert back.header["synthetic"] is True
    assert back.header["provenance_id"] == "rrweb:syn_hand_made"
    assert back.header["start_wall_us"] == start_ms * 1000
    assert set(rrweb.KEEPS) >= set(pc.unique(back.events["type"].cast("string")).to_pylist())
    for kind in ("pointerdown", "pointerup", "focus", "session.start", "session.end"):
        same(kind, rrweb.KEEPS[kind].columns)
    # A window that comes to the front opens its page too.
    opened = rows_of(session, "navigation", "window.focus")
    assert [r["url"] for r in rows_of(back, "navigation")] == [r["url"] for r in opened]
    # The button and the click count come back wherever a click follows.
    presses = zip(rows_of(session, "pointerdown"), rows_of(back, "pointerdown"), strict=True)
    assert all(r["button"] in (None, s["button"]) for s, r in presses)
    given = texts(rows_of(session))
    for target, past in texts(rows_of(back)).items():
        wanted = [(floored(t_us), now) for t_us, now in given[target]]
        assert [entry for entry in wanted if entry in past] == past
        assert past[-1][1] == wanted[-1][1]
    masked = {r["target"] for r in rows_of(session, "input") if r["masked"]}
    assert {r["target"] for r in rows_of(back, "redaction")} <= masked
    assert {r["target"] for r in rows_of(back, "input") if r["masked"]} <= masked
    changes = told(rows_of(session, "select.change"), "target", "value", "value_length")
    assert {
        (r["t_us"], r["target"], r["value"], r["value_length"])
        for r in rows_of(back, "select.change")
    } <= set(changes)
    offsets = [r["delta_y"] for r in rows_of(session, "scroll")]
    assert [r["delta_y"] for r in rows_of(back, "scroll")][-1:] == offsets[-1:]
    path = session.events.filter(pc.field("type") == "pointermove")
    at, x, y = (path[c].to_numpy() for c in ("t_us", "client_x", "client_y"))
    for row in rows_of(back, "pointermove"):
        # Taken within this millisecond: the last move before, or one that comes within it.
        first = max(0, np.searchsorted(at, row["t_us"] - 1_000, "right") - 1)
        last = np.searchsorted(at, row["t_us"] + 1_999, "right")
        near = {(int(a), int(b)) for a, b in zip(x[first:last], y[first:last], strict=True)}
        assert (row["client_x"], row["client_y"]) in near


@given(st.text("ab\n", max_size=6), st.text("ab\n", max_size=6))
def test_an_edit_between_two_texts_makes_the_second(before: str, after: str) -> None:
    if before != after:
        assert edited(before, edit_between(before, after)) == after


# --- what events of other recorders mean ----------------------------------------------------------

AT = 1_772_438_400_000
HREF = "https://shop.example/basket?token=secret"


def node(node_id: int, tag: str, children: Rows | None = None, **attributes: Any) -> dict[str, Any]:
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
    return {
        "type": 2,
        "id": node_id,
        "tagName": tag,
        "attributes": named,
        "childNodes": children or [],
    }


def text(node_id: int, content: str) -> dict[str, Any]:
    return {"type": 3, "id": node_id, "textContent": content}


PAGE = {"type": 0, "id": 1, "childNodes": [node(2, "html", [node(3, "body", [
    node(4, "input", id="user", value="ann"),
    node(5, "input", type="password", name="pin"),
    node(6, "select", [node(7, "option", [text(8, "No")], value="n"), node(9, "option", [text(10, "Yes")], value="y")], name="sure"),
    node(11, "input", type="checkbox", id="agree"),
    node(12, "label", [text(13, "I agree")], for_="agree"),
    node(14, "button", [node(15, "span", [text(16, "Pay now")])], data_name="basket.pay"),
    node(17, "input", type="date", id="user"),
    node(18, "textarea", [text(19, "draft")], aria_label="Remark"),
    node(20, "input", type="radio", name="way", value="a"),
    node(21, "input", type="radio", name="way", value="b"),
])])]}  # fmt: skip


def inner(ms: int, **data: Any) -> dict[str, Any]:
    return {"type": 3, "data": data, "timestamp": AT + ms}


def page(*events: dict[str, Any]) -> Events:
    return [
        {"type": 4, "data": {"href": HREF, "width": 800, "height": 600}, "timestamp": AT},
        {
            "type": 2,
            "data": {"node": PAGE, "initialOffset": {"top": 0, "left": 0}},
            "timestamp": AT,
        },
        *events,
    ]


def press(ms: int, kind: int, node_id: int = 15, **more: Any) -> dict[str, Any]:
    return inner(ms, source=2, type=kind, id=node_id, x=10.5, y=20, **more)


def typed(ms: int, node_id: int, content: str, **more: Any) -> dict[str, Any]:
    return inner(ms, source=5, id=node_id, text=content, isChecked=False, **more)


def brief(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[c] for c in columns) for row in rows]


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


# --- files ----------------------------------------------------------------------------------------


def packed(value: Any) -> str:
    return gzip.compress(json.dumps(value).encode(), mtime=0).decode("latin-1")


def in_posthogs_way(events: Events) -> Events:
    told = [*events]
    told[1] = {**events[1], "cv": "2024-10", "data": packed(events[1]["data"])}
    return [
        {**e, "cv": "2024-10", "data": {**e["data"], **{k: packed(e["data"][k]) for k in ("texts", "attributes", "removes", "adds")}}}
        if e["type"] == 3 and e["data"]["source"] == 0 else e
        for e in told
    ]  # fmt: skip


LINES = page(
    inner(1, source=0, texts=[], attributes=[], removes=[], adds=[{"parentId": 3, "nextId": None, "node": node(30, "a", id="go")}]),
    press(5, 1, 30), press(9, 0, 30), typed(20, 4, "ä" * 3),
)  # fmt: skip
FILES: Mapping[str, Callable[[Events], bytes]] = {
    "array": lambda e: json.dumps(e, indent=1).encode(),
    "byte order mark": lambda e: b"\xef\xbb\xbf" + json.dumps(e).encode(),
    "lines": lambda e: "\n".join(map(json.dumps, e)).encode() + b"\n\n",
    "gzip": lambda e: gzip.compress(json.dumps(e).encode()),
    "gzip of lines in two members": lambda e: b"".join(gzip.compress(json.dumps(x).encode() + b"\n") for x in e),
    "posthog": lambda e: json.dumps(in_posthogs_way(e)).encode(),
    "posthog's windows": lambda e: "\n".join(json.dumps({"window_id": "w", "data": [x]}) for x in in_posthogs_way(e)).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_kind_of_file(name: str, tmp_path: Path) -> None:
    content = FILES[name](LINES)
    path = tmp_path / "recording.any"
    path.write_bytes(content)
    assert rrweb.recognises(path)
    assert not list(rrweb.findings(path))
    session = next(rrweb.read(path))
    assert path.read_bytes() == content
    rows = rows_of(session, "pointerdown", "input", "navigation")
    assert brief(rows, "type", "target", "value_length") == [
        ("navigation", None, None), ("pointerdown", "#go", None), ("input", "#user", 3)]  # fmt: skip
    assert {row["window"] for row in rows} == {"w" if "windows" in name else "window-1"}


def test_windows_keep_their_fields_apart(tmp_path: Path) -> None:
    lines = [
        {"window_id": window, "data": page(typed(5, 4, "ann" + window), press(30, 1))}
        for window in ("b", "a")
    ]
    session = read("\n".join(map(json.dumps, lines)).encode(), tmp_path)
    rows = rows_of(session, "input")
    assert {(r["window"], r["value"], r["detail"]) for r in rows} == {("a", "a", 3), ("b", "b", 3)}


BAD: Mapping[str, bytes] = {
    "empty": b"",
    "text": b"hello",
    "number": b"7",
    "half": b'[{"type": 4, "data": {"href": "x"',
    "half a line": b'{"type":1,"data":{},"timestamp":1772438400000}\n{"type":',
    "NUL": b"[\0]",
    "UTF-16": "[]".encode("utf-16"),
    "no events": b"[]",
    "other events": b'[{"a": 1}, 5, null]',
    "half gzip": gzip.compress(b"[1, 2, 3]" * 30)[:-8],
    "broken gzip": b"\x1f\x8b" + b"\xff" * 40,
    "windows without events": b'{"window_id": "w", "data": 5}',
    "broken pack": json.dumps([{"type": 2, "data": "\x1f\x8b\x08" + "x" * 20, "timestamp": AT}]).encode(),
    "no bytes in a pack": json.dumps([{"type": 2, "data": "\x1f\x8b\u20ac", "timestamp": AT}]).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_what_cannot_be_read_says_so(name: str, tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    path.write_bytes(BAD[name])
    with pytest.raises(DeskhandError, match=r"recording\.json: "):
        list(rrweb.read(path))
    assert list(rrweb.findings(path))
    with pytest.raises(DeskhandError, match="cannot be read"):
        list(rrweb.read(tmp_path))


def test_what_inflates_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_file, "MOST_BYTES", 1 << 20)
    path = tmp_path / "recording.json"
    path.write_bytes(gzip.compress(b"[" + b" " * (1 << 21) + b"]"))
    with pytest.raises(DeskhandError, match="more than 1 MiB"):
        list(rrweb.read(path))
    one = packed(" " * (1 << 19))
    event = {"type": 2, "data": one, "timestamp": AT}
    path.write_text(json.dumps([event] * 3))
    with pytest.raises(DeskhandError, match="more than 1 MiB"):
        list(rrweb.read(path))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(FILES[data.draw(st.sampled_from(sorted(FILES)))](LINES))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(bytes(content))
    with suppress(DeskhandError):
        for session in rrweb.read(path):
            session.events.validate(full=True)
    list(rrweb.findings(path))
    assert zlib.crc32(path.read_bytes()) == zlib.crc32(content)
