"""What KEEPS promises of a session comes back from its recording."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.exports import rrweb
from deskhand.exports.losses import Dropped
from deskhand.exports.rrweb.live_dom import nodes_of
from deskhand.field_text import edit_between, edited
from deskhand.screen import Screen
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import SESSION_ID, START_WALL_US, Script, hand_made_session, table
from tests.exports.hand_made_screens import LOGIN, NAME, PASSWORD, STAGE, USER
from tests.exports.rrweb_recordings import Rows

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
