"""Clarity payloads: what clarity-decode finds in them, and what clarity-js tells of the same page."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import clarity
from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.look_ahead import FRAME_US
from deskhand.exports.clarity.masking import Privacy, mangled, scrubbed
from deskhand.exports.clarity.page_tree import PageTree, referred
from deskhand.exports.clarity.selectors import hashed
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.json_schema import worst
from deskhand.session import Session
from tests.exports.event_rows import rows_of
from tests.exports.hand_made import START_WALL_US, hand_made_session

Payloads = list[dict[str, Any]]
APPS = Path(__file__).parents[2] / "scenarios" / "apps"


def written(session: Session, folder: Path) -> Path:
    with clarity.open_writer(folder) as writer:
        writer.write(session)
    path: Path = next((folder / clarity.FOLDER).iterdir())
    return path


def pages(payloads: Payloads) -> Iterator[tuple[int, Payloads]]:
    """Yield each page's start by the wall clock and its payloads."""
    by_page: dict[tuple[str, int], Payloads] = {}
    for payload in payloads:
        envelope = payload["envelope"]
        by_page.setdefault((envelope["sessionId"], envelope["pageNum"]), []).append(payload)
    for held in by_page.values():
        yield held[0]["metric"][0]["data"]["0"], held


def all_of(payloads: Payloads, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the decoded events of a kind with their time by the wall clock, ascending."""
    found = [
        (start_ms + event["time"], {"event": event["event"], **event["data"]})
        for start_ms, held in pages(payloads)
        for payload in held
        for event in payload.get(kind, ())
    ]
    return sorted(found, key=lambda entry: entry[0])


def wall_ms(session: Session, t_us: int) -> int:
    header = session.header
    return int(header["start_wall_us"] + header["clock_skew_us"] + t_us) // 1000


@pytest.mark.parametrize(
    "make", [hand_made_session, lambda: deskhand.simulate("auth.login", seed=7)]
)
def test_presses_are_where_and_when_they_were(
    make: Callable[[], Session], decoded: Callable[[Session], Payloads]
) -> None:
    session = make()
    told = [
        (at, "pointerdown" if e["event"] == cl.MOUSE_DOWN else "pointerup", e["x"], e["y"])
        for at, e in all_of(decoded(session), "pointer")
        if e["event"] in (cl.MOUSE_DOWN, cl.MOUSE_UP)
    ]
    wanted = [
        (wall_ms(session, row["t_us"]), row["type"], round(row["client_x"]), round(row["client_y"]))
        for row in rows_of(session, "pointerdown", "pointerup")
    ]
    # A press on an opened native list is in a window of its own.
    assert set(told) <= set(wanted)
    assert len(told) >= len(wanted) - 2


def test_moves_are_taken_from_those_there_were(
    lead: Session, decoded: Callable[[Session], Payloads]
) -> None:
    told = [(at, e["x"], e["y"]) for at, e in all_of(decoded(lead), "pointer") if e["event"] == 12]
    moves = [
        (wall_ms(lead, row["t_us"]), int(row["client_x"] + 0.5), int(row["client_y"] + 0.5))
        for row in rows_of(lead, "pointermove")
    ]
    assert set(told) <= set(moves)
    # Every move on the page is near one that was told; a native list is no part of the page.
    opened, closed = (
        [wall_ms(lead, r["t_us"]) for r in rows_of(lead, f"select.{act}")]
        for act in ("open", "close")
    )
    lists = list(zip(opened, closed, strict=True))
    width, height = lead.header["viewport_width"], lead.header["viewport_height"]
    taken = [at for at, _, _ in told]
    for at, x, y in moves:
        inside = 0 <= x < width and 0 <= y < height
        if inside and not any(start <= at <= end for start, end in lists):
            after = bisect_left(taken, at)
            gaps = [abs(at - t) for t in taken[max(after - 1, 0) : after + 1]]
            assert min(gaps) <= cl.POINTER_INTERVAL_MS + FRAME_US // 1000
    # Of two in a row one is 25 ms or 20 px off, and there are at most 60 a second.
    assert len(told) < 0.5 * len(moves)
    for before, now in zip(told, told[2:], strict=False):
        assert now[0] - before[0] >= 16


def test_clicks_are_on_the_elements_that_were_clicked(
    lead: Session, decoded: Callable[[Session], Payloads]
) -> None:
    payloads = decoded(lead)
    clicks = all_of(payloads, "click")
    downs = [row for row in rows_of(lead, "pointerup") if row["detail"] == 1 or row["detail"] == 0]
    assert len(clicks) >= len(downs) - 1
    texts = [e["text"] for _, e in clicks]
    assert "New lead" in texts
    assert "Save" in texts
    assert next(e["reaction"] for _, e in clicks if e["tag"] == "input") == 0
    link = next(e for _, e in clicks if e["tag"] == "a")
    assert link["link"] == "https://crm.deskhand.example/leads/new"
    assert all(e["hash"] and e["hashBeta"] for _, e in clicks)
    # Its place in the element's box, of 32767.
    assert 0 < link["eX"] < cl.CLICK_PRECISION > link["eY"] > 0


def test_scrolls_wheel_and_page_coordinates(decoded: Callable[[Session], Payloads]) -> None:
    session = hand_made_session()
    payloads = decoded(session)
    scrolls = [(at, e["x"], e["y"]) for at, e in all_of(payloads, "scroll")]
    assert scrolls == [
        (wall_ms(session, row["t_us"]), 0, row["delta_y"]) for row in rows_of(session, "scroll")
    ]
    wheel = [(at, e["x"], e["y"]) for at, e in all_of(payloads, "pointer") if e["event"] == 15]
    offsets = iter((0, 100, 200))
    assert wheel == [
        (wall_ms(session, row["t_us"]), row["client_x"], row["client_y"] + next(offsets))
        for row in rows_of(session, "wheel")
    ]


def test_fields_tell_no_more_than_a_rounded_length(decoded: Callable[[Session], Payloads]) -> None:
    session = hand_made_session()
    payloads = decoded(session)
    inputs = [e["value"] for _, e in all_of(payloads, "input")]
    assert inputs == [
        "•••••", "••••", "•••••", "••••", "•••••", "••••• •••• ••••", "true",
    ]  # fmt: skip
    changes = [(e["type"], e["value"], e["checksum"]) for _, e in all_of(payloads, "change")]
    assert ("text", "•••••", "") in changes
    assert ("date", mangled("2026-03-02"), hashed("2026-03-02", 28)) in changes
    assert not any(word in json.dumps(payloads) for word in ("secret", "5550100", "2026-03-02"))


def test_resize_and_clipboard(decoded: Callable[[Session], Payloads]) -> None:
    session = hand_made_session()
    rows = session.events.to_pylist()
    at = next(k for k, row in enumerate(rows) if row["type"] == "wheel")
    common = {
        n: rows[at][n] for n in ("session_id", "t_us", "masked", "synthetic", "provenance_id")
    }
    extra = [
        {**common, "type": "clipboard", "input_type": "copy"},
        {**common, "type": "resize", "delta_x": 700.0, "delta_y": 500.0},
    ]
    rows[at:at] = extra
    rows = [{**row, "seq": seq} for seq, row in enumerate(rows)]
    session = replace(session, events=pa.Table.from_pylist(rows, schema=session.events.schema))
    payloads = decoded(session)
    when = wall_ms(session, common["t_us"])
    sizes = [(t, e["width"], e["height"]) for t, e in all_of(payloads, "resize")]
    assert (when + cl.LOOK_AHEAD_MS, 700, 500) in sizes
    assert [(t, e["action"]) for t, e in all_of(payloads, "clipboard")] == [(when, 1)]


def test_each_page_begins_with_its_nodes_and_its_marker(
    lead: Session, decoded: Callable[[Session], Payloads]
) -> None:
    for start_ms, held in pages(decoded(lead)):
        first = held[0]
        variables = {k: v for entry in first["variable"] for k, v in entry["data"].items()}
        provenance = lead.header["provenance_id"]
        assert variables == {"synthetic": ["true"], "provenance_id": [provenance]}
        nodes = first["dom"][0]["data"]
        assert [n["tag"] for n in nodes[:3]] == ["*D", "HTML", "HEAD"]
        assert start_ms > START_WALL_US // 1000
        assert held[-1]["envelope"]["end"] == 1
        assert held[-1]["unload"][0]["data"] == {"name": "pagehide", "persisted": 0}
        told = {node["id"] for p in held for dom in p.get("dom", ()) for node in dom["data"]}
        assert {e["data"]["target"] for p in held for e in p.get("pointer", ())} <= told


def test_a_capture_does_not_claim_to_be_synthetic(lead: Session) -> None:
    real = replace(lead, header={**lead.header, "synthetic": False})
    assert "synthetic" not in json.dumps(list(clarity.payloads(real)))


def test_uploads_wait_ever_longer(lead: Session) -> None:
    payloads = list(clarity.payloads(lead))
    page = [p["e"] for p in payloads if p["e"][7] == 2]
    assert [e[1] for e in page] == list(range(1, len(page) + 1))
    assert page[0][3] == cl.MIN_UPLOAD_DELAY_MS
    for before, after in pairwise(page):
        assert after[2] == before[2] + before[3]
    assert page[5][3] > page[2][3] >= 2 * cl.UPLOAD_DELAY_MS
    assert [p["e"][9] for p in payloads if p["e"][7] == 2] == [0] * (len(page) - 1) + [1]


def test_a_page_that_rests_is_suspended_and_begins_anew(
    decoded: Callable[[Session], Payloads],
) -> None:
    session = hand_made_session()
    rows = session.events.to_pylist()
    late_us = 3_600_000_000
    at = max(k for k, row in enumerate(rows) if row["type"] == "mark") + 1
    rows = [{**row, "t_us": row["t_us"] + late_us * (k >= at)} for k, row in enumerate(rows)]
    header = {**session.header, "duration_us": session.header["duration_us"] + late_us}
    table = pa.Table.from_pylist(rows, schema=session.events.schema)
    payloads = decoded(replace(session, events=table, header=header))
    told = [(e["key"], e["value"]) for _, e in all_of(payloads, "custom")]
    assert told[-1] == ("clarity", "restart")
    assert ("clarity", "suspend") in told
    gaps = [e["gap"] for _, e in all_of(payloads, "ping")]
    assert cl.PING_TIMEOUT_MS in gaps
    assert max(gaps) == cl.PING_TIMEOUT_MS
    # A visit ends after 30 minutes: another session, whose pages are counted anew.
    assert payloads[-1]["envelope"]["pageNum"] == 1
    assert payloads[-1]["envelope"]["sessionId"] != payloads[0]["envelope"]["sessionId"]
    assert payloads[-1]["envelope"]["userId"] == payloads[0]["envelope"]["userId"]


def test_files_are_right_and_the_same_each_time(lead: Session, tmp_path: Path) -> None:
    for session in (lead, hand_made_session()):
        one, other = (written(session, tmp_path / f"{session.session_id}-{n}") for n in range(2))
        assert one.read_bytes() == other.read_bytes()
        assert clarity.recognises(one)
        assert [str(finding) for finding in clarity.findings(one)] == []


def test_takes_no_argument(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="takes nothing"):
        clarity.open_writer(tmp_path, "lean")


def test_a_session_without_pages_is_refused(lead: Session, tmp_path: Path) -> None:
    bare = replace(lead, events=lead.events.slice(0, 1))
    with pytest.raises(DeskhandError, match="opens no compiled screen"):
        written(bare, tmp_path)


def test_the_schema_itself_takes_what_is_written(lead: Session) -> None:
    for payload in clarity.payloads(lead):
        assert worst("clarity", payload, "deskhand.exports.clarity") is None


# --- clarity-js itself ----------------------------------------------------------------------


def spelled(tokens: list[Any]) -> list[list[Any]]:
    """Return nodes, references replaced by what they refer to; attributes in any order."""
    flat = [
        word
        for token in tokens[2:]
        for word in ([tokens[k] for k in token] if isinstance(token, list) else [token])
    ]
    nodes: list[list[Any]] = []
    for word in flat:
        if isinstance(word, int) and (not nodes or isinstance(nodes[-1][-1], str)):
            nodes.append([word])
        else:
            nodes[-1].append(word)
    # rrweb's recorder writes a style's rules without its blanks.
    return [n[: n.index("STYLE")] if "STYLE" in n else n for n in nodes]


def test_nodes_and_hashes_are_those_of_clarity_js(
    lead: Session, chromium: str, node_modules: Path
) -> None:
    from playwright.sync_api import sync_playwright

    script = (node_modules / "clarity-js/build/clarity.min.js").read_text("utf-8")
    screen = lead.screens["crm/lead-form"]
    html = (APPS / "crm" / "lead-form.html").read_text("utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(screen.href)
        page.evaluate(script)
        page.evaluate(
            "() => { window.sent = []; clarity('start', {projectId: 'deskhand', track: false, "
            "delay: 300, upload: body => window.sent.push(body)}) }"
        )
        page.wait_for_function("window.sent.length > 0")
        name = screen.elements["lead.name"].box
        page.mouse.click(name[0] + 30, name[1] + 10)
        page.keyboard.type("Ada Lovelace 12")
        page.mouse.click(5, 5)
        page.wait_for_timeout(1500)
        sent = [json.loads(body) for body in page.evaluate("window.sent")]
        browser.close()
    theirs = next(e for body in sent for e in body.get("p", ()) if e[1] == cl.DISCOVER)
    tree = PageTree(LivePage(screen, ()), screen.href, frozenset())
    ours = referred([0, cl.DISCOVER, *tree.discover()])
    assert spelled(ours) == spelled(theirs)
    events = [e for body in sent for e in body["a"]]
    click = next(e for e in events if e[1] == cl.CLICK)
    told = next(e for p in clarity.payloads(lead) for e in p["a"]
                if e[1] == cl.CLICK and e[2] == click[2])  # fmt: skip
    same = [2, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert [told[k] for k in same] == [click[k] for k in same]
    edit = next(e for e in events if e[1] == cl.INPUT)
    assert edit[2:] == [click[2], scrubbed("Ada Lovelace 12", "input", Privacy.TEXT), 1]
    change = next(e for e in events if e[1] == cl.CHANGE)
    assert change[3:] == ["text", mangled("Ada Lovelace 12"), hashed("Ada Lovelace 12", 28)]
