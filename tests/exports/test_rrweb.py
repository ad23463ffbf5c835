"""What the recorder would have kept of the hand-made session, event by event."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import rrweb
from deskhand.exports.rrweb.live_dom import LiveDom, merge_style, nodes_of
from deskhand.session import Session
from tests.exports.hand_made import START_WALL_US, hand_made_session, table
from tests.exports.hand_made_screens import lead_form, mutation, tag, text

Event = dict[str, Any]
FORM = lead_form()


@pytest.fixture(scope="module")
def events(session: Session) -> list[Event]:
    return rrweb.record(session)


def brief(event: Event) -> tuple[Any, ...]:
    """Return an event without its time: what it is and on which node."""
    data = event["data"]
    if event["type"] != 3:
        return (("dom", "load", "full", "", "meta", "custom")[event["type"]],)
    if data["source"] == 2:
        names = ("up", "down", "click", "menu", "double", "focus", "blur")
        return (names[data["type"]], data["id"])
    if data["source"] == 5:
        return ("input", data["id"], data["text"], data["isChecked"])
    return (("mutation", "moves", "", "scroll")[data["source"]],)


def without_moves(events: list[Event]) -> list[tuple[Any, ...]]:
    return [b for b in map(brief, events) if b[0] != "moves"]


def key_id(key: str) -> int:
    return FORM.elements[key].id


def follows(told: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> bool:
    n = len(wanted)
    return any(told[i : i + n] == wanted for i in range(len(told) - n + 1))


def test_times_ascend_and_start_with_the_session(events: list[Event], session: Session) -> None:
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    assert times[0] == START_WALL_US // 1000
    assert times[-1] <= (START_WALL_US + session.header["duration_us"]) // 1000
    assert all(event["synthetic"] is True for event in events)
    assert events[0]["data"]["payload"]["provenance_id"] == session.header["provenance_id"]


def test_pages_load_in_the_recorders_order(events: list[Event]) -> None:
    told = without_moves(events)
    assert told[:5] == [("custom",), ("dom",), ("load",), ("meta",), ("full",)]
    fresh = [("dom",), ("load",), ("meta",), ("full",)]
    assert follows(told[5:], fresh)
    # A page that comes back to the front does not load again.
    assert sum(t == ("load",) for t in told) == 2
    assert sum(t == ("full",) for t in told) == 4


def test_a_click_that_moves_the_focus(events: list[Event]) -> None:
    due, stage = key_id("lead.due"), key_id("lead.stage")
    wanted = [("down", due), ("blur", stage), ("focus", due), ("up", due), ("click", due)]
    assert follows(without_moves(events), wanted)


def test_a_click_on_a_label(events: list[Event]) -> None:
    name, label = key_id("lead.name"), key_id("label")
    wanted = [("down", label), ("up", label), ("click", label), ("focus", name), ("click", name)]
    assert follows(without_moves(events), wanted)
    agree, label = key_id("lead.agree"), key_id("agree.label")
    checked: list[tuple[Any, ...]] = [
        ("down", label),
        ("blur", key_id("lead.due")),
        ("up", label),
        ("click", label),
        ("focus", agree),
        ("click", agree),
        ("input", agree, "on", True),
    ]
    assert follows(without_moves(events), checked)


def test_a_native_list_stays_unseen(events: list[Event]) -> None:
    stage = key_id("lead.stage")
    told = without_moves(events)
    at = told.index(("input", stage, "won", False))
    assert told[at - 2 : at + 2] == [
        ("up", stage),
        ("click", stage),
        ("input", stage, "won", False),
        ("click", stage),
    ]
    extra = [e for e in events if brief(e) == ("click", stage)][-1]["data"]
    assert (extra["x"], extra["y"]) == (150, 140)


def test_a_custom_list_is_seen(events: list[Event]) -> None:
    source = key_id("lead.source")
    told = without_moves(events)
    at = told.index(("click", source))
    assert told[at + 1] == ("mutation",)
    opened = next(e["data"] for e in events if brief(e) == ("mutation",))
    option = opened["adds"][1]["node"]["id"]
    assert ("down", option) in told[at:]


def test_a_typed_date_passes_through_the_years(events: list[Event]) -> None:
    due = key_id("lead.due")
    told = [t[2] for t in without_moves(events) if t[0] == "input" and t[1] == due]
    assert told == ["0002-03-02", "0020-03-02", "0202-03-02", "2026-03-02"]


def test_sensitive_fields_are_stars_key_by_key(events: list[Event]) -> None:
    stars = [t[2] for t in without_moves(events) if t[0] == "input" and set(t[2]) == {"*"}]
    assert stars == ["*" * n for n in range(1, 7)] + ["*" * n for n in range(1, 8)]
    written = json.dumps(events)
    assert "secret" not in written
    assert "5550100" not in written


def test_a_double_click_and_the_second_button(events: list[Event]) -> None:
    name = key_id("lead.name")
    triple = [("down", name), ("up", name), ("click", name)]
    told = without_moves(events)
    assert told[-4:-1] == [("down", name), ("menu", name), ("up", name)]
    assert follows(told, [("focus", name), *triple[1:], *triple, ("double", name)])


def test_added_nodes_get_fresh_numbers(events: list[Event]) -> None:
    added = [
        node["id"]
        for e in events
        if brief(e) == ("mutation",)
        for add in e["data"]["adds"]
        for node in nodes_of(add["node"])
    ]
    # Both recordings number their first node max_id + 1; the page numbers on.
    assert added == list(range(FORM.max_id + 1, FORM.max_id + 1 + len(added)))
    assert len(added) == 7
    toast = [e for e in events if brief(e) == ("mutation",)][2]["data"]["adds"]
    assert toast[1]["parentId"] == toast[0]["node"]["id"]
    assert toast[1]["node"]["textContent"] == 'Saved Ada "A"'


def test_mutations_come_when_the_page_changes(events: list[Event], session: Session) -> None:
    marks = [r["t_us"] for r in session.events.to_pylist() if r["type"] == "mark"]
    delays_us = (2_000, 3_000, 30_000, 2_700_000)
    due = [(START_WALL_US + t + d) // 1000 for t, d in zip(marks, delays_us, strict=True)]
    assert [e["timestamp"] for e in events if brief(e) == ("mutation",)] == due


def test_a_page_comes_back_as_it_was_left(events: list[Event]) -> None:
    last = [e["data"]["node"] for e in events if e["type"] == 2][-1]
    nodes = {node["id"]: node for node in nodes_of(last)}
    held = {key: nodes[key_id(key)] for key in FORM.elements}
    assert held["lead.name"]["attributes"]["value"] == "Ada"
    assert held["lead.phone"]["attributes"]["value"] == "*******"
    assert held["lead.due"]["attributes"]["value"] == "2026-03-02"
    assert held["lead.agree"]["attributes"]["checked"] is True
    assert held["lead.source"]["childNodes"][0]["textContent"] == "Web"
    chosen = [o["attributes"].get("selected") for o in held["lead.stage"]["childNodes"]]
    assert chosen == [None, True, None]
    assert not [n for n in nodes.values() if n.get("attributes", {}).get("role") == "listbox"]


def test_scrolls_are_throttled_and_the_last_one_counts(events: list[Event]) -> None:
    scrolls = [e for e in events if brief(e) == ("scroll",)]
    assert [e["data"]["y"] for e in scrolls] == [100, 200, 300, 0]
    times = [e["timestamp"] for e in scrolls]
    assert min(b - a for a, b in pairwise(times)) >= 99


def test_moves_name_the_node_below(events: list[Event]) -> None:
    page = None
    for event in events:
        if event["type"] == 4:
            page = event["data"]["href"]
        if brief(event) == ("moves",) and page == FORM.href:
            for place in event["data"]["positions"]:
                here = FORM.hit[place["y"], place["x"]]
                covered = place["id"] > FORM.max_id or 130 <= place["y"] < 190
                assert place["id"] == here or covered


def test_the_stream_depends_on_the_seed_alone(session: Session) -> None:
    again = rrweb.record(hand_made_session())
    assert again == rrweb.record(session)
    other = rrweb.record(hand_made_session(seed=8))
    assert other != again
    assert without_moves(other) == without_moves(again)


def test_a_session_without_screens_is_refused(tmp_path: Path, session: Session) -> None:
    bare = Session(
        header=session.header,
        events=session.events,
        actions=session.actions,
        elements=session.elements,
        screenshots=session.screenshots,
        screens={},
    )
    with (
        rrweb.open_writer(tmp_path) as writer,
        pytest.raises(DeskhandError, match="has no screens"),
    ):
        writer.write(bare)


def live_list() -> tuple[LiveDom, int]:
    root = {"type": 0, "childNodes": [tag("ul", {}, tag("li", {}, "a"), tag("li", {}, "b"))]}
    number = 0
    for node in nodes_of(root):
        number += 1
        node["id"] = number
    return LiveDom(json.dumps(root).encode(), number), number


def test_a_moved_node_keeps_its_number() -> None:
    dom, _ = live_list()
    first, second = (n["id"] for n in dom.root["childNodes"][0]["childNodes"])
    moved = {**tag("li", {}), "id": first}
    change = mutation(
        removes=[{"parentId": 2, "id": first}],
        adds=[{"parentId": 2, "nextId": None, "node": moved}],
    )
    told = dom.apply(change, {})
    assert told["adds"][0]["node"]["id"] == first
    assert [n["id"] for n in dom.root["childNodes"][0]["childNodes"]] == [second, first]


def test_the_same_recording_twice_adds_two_nodes() -> None:
    dom, last = live_list()
    for round_ in range(2):
        ids: dict[int, int] = {}
        added = {**text("c"), "id": last + 1}
        told = dom.apply(mutation(adds=[{"parentId": 2, "nextId": None, "node": added}]), ids)
        assert told["adds"][0]["node"]["id"] == last + 1 + round_ == ids[last + 1]


def dragged(session: Session, *, mark: bool) -> list[tuple[Any, ...]]:
    """Return what is told of a press on the toast that is released on the page below it."""
    rows = session.events.to_pylist()
    press = next(i for i, r in enumerate(rows) if r["target"] == "status")
    release = rows[press + 2]
    assert release["type"] == "pointerup"
    release.update(client_x=400.0, client_y=500.0, screen_x=412.0, screen_y=596.0, target=None)
    if not mark:
        rows = [r for r in rows if not (r["type"] == "mark" and r["reference"].endswith("gone"))]
    for seq, row in enumerate(rows):
        row["seq"] = seq
    changed = replace(session, events=table("events", rows))
    return without_moves(rrweb.record(changed))


def test_a_drag_ends_with_a_click_unless_its_node_leaves(session: Session) -> None:
    toast = FORM.max_id + 6
    body = int(FORM.hit[500, 400])
    told = dragged(session, mark=False)
    at = told.index(("down", toast))
    # The click lands on what the two places have in common.
    assert told[at + 2 : at + 4] == [("up", body), ("click", body)]
    told = dragged(session, mark=True)
    at = told.index(("down", toast))
    assert told[at + 2 : at + 4] == [("up", body), ("mutation",)]


def test_a_node_that_leaves_takes_the_focus_along(session: Session) -> None:
    rows = session.events.to_pylist()
    press = next(i for i, r in enumerate(rows) if r["target"] == "status")
    rows[press + 1]["target"], rows[press + 1]["type"] = "status", "focus"
    told = without_moves(rrweb.record(replace(session, events=table("events", rows))))
    toast = FORM.max_id + 6
    at = told.index(("focus", toast))
    assert told[at + 1 : at + 5] == [
        ("up", toast),
        ("click", toast),
        ("blur", toast),
        ("mutation",),
    ]


def test_a_mutation_of_a_missing_node_is_refused() -> None:
    dom, last = live_list()
    with pytest.raises(DeskhandError, match="compile the page again"):
        dom.apply(mutation(texts=[{"id": last + 5, "value": "x"}]), {})


def test_styles_merge() -> None:
    held = "background: url(data:image/png;base64,AA==); color: red;"
    assert merge_style(held, {"color": ["blue", "important"], "top": "1px"}) == (
        "background: url(data:image/png;base64,AA==); color: blue !important; top: 1px;"
    )
