"""ActivityWatch exports: what a real server keeps of them, and what watchers see of a session."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import activitywatch
from deskhand.exports.activitywatch.heartbeats import Heartbeats, events_of, iso_texts, merged
from deskhand.exports.activitywatch.watchers import heartbeats, watched
from deskhand.exports.captured import captured_session
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.servers import aw_server, program

HERE = Path(__file__).parent
DAY_TYPES = ("currentwindow", "afkstatus", "os.hid.input", "web.tab.current")


class Server:
    """The REST interface of a running aw-server."""

    def __init__(self, root: str) -> None:
        self._root = f"{root}/api/0/"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._root + path, data, {"Content-Type": "application/json"}
        )
        with self._opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with aw_server(tmp_path_factory.mktemp("aw")) as root:
        yield Server(root)


def plain(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (e["timestamp"], round(e["duration"], 6), json.dumps(e["data"], sort_keys=True))
        for e in events
    )


def bucket(document: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(b for b in document["buckets"].values() if b["type"] == kind)
    return found


def written(session: Session, folder: Path, argument: str | None = None) -> Path:
    with activitywatch.open_writer(folder, argument) as writer:
        writer.write(session)
    (path,) = (folder / "activitywatch").iterdir()
    assert path.name == f"{session.session_id}.json"
    return path


def test_server_imports_the_export_and_gives_it_back(
    server: Server, day: Session, tmp_path: Path
) -> None:
    document = json.loads(written(day, tmp_path).read_bytes())
    server.call("import", document)
    kept = server.call("buckets/")
    assert {b["type"] for b in document["buckets"].values()} == set(DAY_TYPES)
    for key, sent in document["buckets"].items():
        assert kept[key]["hostname"].startswith("synthetic-desk-")
        for name in ("type", "client", "hostname"):
            assert kept[key][name] == sent[name]
        assert sent["events"]
        back = server.call(f"buckets/{key}/events?limit=-1")
        assert plain(back) == plain(sent["events"])
        again = server.call(f"buckets/{key}/export")["buckets"][key]["events"]
        assert [e["timestamp"] for e in again] == [e["timestamp"] for e in sent["events"]]


def sliced(sent: Heartbeats, first: int, last: int) -> Heartbeats:
    return Heartbeats(
        t_us=sent.t_us[first:last],
        duration_us=sent.duration_us[first:last],
        pulse_us=sent.pulse_us[first:last],
        data=sent.data[first:last],
        kinds=sent.kinds,
    )


def beat(server: Server, key: str, sent: Heartbeats) -> list[dict[str, Any]]:
    server.call(f"buckets/{key}", {"client": "test", "type": "test", "hostname": "synthetic"})
    rows = zip(
        iso_texts(sent.t_us), sent.duration_us.tolist(), sent.pulse_us.tolist(), sent.data.tolist(),
        strict=True,
    )  # fmt: skip
    for at, duration, pulse, kind in rows:
        body = {"timestamp": at, "duration": duration / 1e6, "data": sent.kinds[kind]}
        server.call(f"buckets/{key}/heartbeat?pulsetime={pulse / 1e6}", body)
    events: list[dict[str, Any]] = server.call(f"buckets/{key}/events?limit=-1")
    return events


@pytest.mark.parametrize("kind", DAY_TYPES)
def test_server_merges_the_heartbeats_alike(server: Server, lead: Session, kind: str) -> None:
    sent = next(s for w, s in heartbeats(watched(lead, None)) if w.type == kind)
    assert len(sent.t_us) >= 2
    assert plain(beat(server, f"lead-{kind}", sent)) == plain(events_of(sent))


def test_server_merges_presence_alike(server: Server, day: Session) -> None:
    sent = next(s for w, s in heartbeats(watched(day, None)) if w.type == "afkstatus")
    # With someone who touches the mouse once and looks: the next heartbeat is older than the event.
    overlaps = 0
    for place in np.flatnonzero(np.diff(sent.t_us) < 0).tolist():
        part = sliced(sent, max(0, place - 8), place + 14)
        kept = beat(server, f"presence-{place}", part)
        assert plain(kept) == plain(events_of(part))
        times = sorted((datetime.fromisoformat(e["timestamp"]), e["duration"]) for e in kept)
        overlaps += sum(
            (later - start).total_seconds() + 0.001 < lasts
            for (start, lasts), (later, _) in pairwise(times)
        )
    # The server itself keeps two events that overlap.
    assert overlaps


def test_server_refuses_what_is_broken(server: Server, lead: Session, tmp_path: Path) -> None:
    document = json.loads(written(lead, tmp_path).read_bytes())
    bucket(document, "currentwindow")["events"][0]["timestamp"] = "yesterday"
    with pytest.raises(urllib.error.HTTPError):
        server.call("import", document)


def test_its_own_schemas_accept_buckets_and_events(lead: Session) -> None:
    python = Path(program("aw-server")).with_name("python")
    check = (
        "import json, sys; from aw_core.schema import get_json_schema as schema; "
        "from jsonschema import Draft4Validator as V, FormatChecker as F; "
        "event, bucket = (V(schema(n), format_checker=F()) for n in ('event', 'bucket')); "
        "found = json.load(sys.stdin)['buckets'].values(); "
        "[bucket.validate({k: v for k, v in b.items() if k not in ('events', 'name')}) for b in found]; "
        "print(sum(event.validate(e) is None for b in found for e in b['events']))"
    )
    document = activitywatch.export(lead)
    done = subprocess.run(
        [python, "-c", check],
        input=json.dumps(document),
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == sum(len(b["events"]) for b in document["buckets"].values())


def test_windows_are_those_in_front(day: Session) -> None:
    events = bucket(activitywatch.export(day), "currentwindow")["events"][::-1]
    start = day.header["start_wall_us"] + day.header["clock_skew_us"]
    shown = day.events.filter(
        pc.is_in(day.events["type"], pa.array(["window.focus", "navigation"]))
    )
    at = shown["t_us"].to_numpy() + start
    apps, references = shown["app"].to_pylist(), shown["reference"].to_pylist()
    begins = np.array([e["timestamp"][:-6] for e in events], "datetime64[us]").astype(np.int64)
    # Times are cut to milliseconds.
    polled = begins + 999
    for begin, event in zip(polled, events, strict=True):
        row = int(np.searchsorted(at, begin, side="right")) - 1
        title = day.screens[references[row]].title
        assert event["data"] == {"app": apps[row], "title": title}
    # Polls are a second and a few milliseconds apart: nothing that lasts longer is missed.
    ends = np.append(at[1:], start + day.header["duration_us"])
    long_ones = np.flatnonzero(ends - at > 1_013_000)
    covered = np.searchsorted(polled, ends[long_ones], side="left") - 1
    for row, place in zip(long_ones.tolist(), covered.tolist(), strict=True):
        assert events[place]["data"]["title"] == day.screens[references[row]].title


def test_counts_add_up(day: Session) -> None:
    events = bucket(activitywatch.export(day), "os.hid.input")["events"]
    end = max(e["timestamp"] for e in events)
    # Two intervals with the same counts become one event, and nobody can tell from their sum.
    total = {
        name: sum(e["data"][name] * -(-e["duration"] // 5.01) for e in events)
        for name in events[0]["data"]
    }
    start = day.header["start_wall_us"] + day.header["clock_skew_us"]
    until = int(np.datetime64(end[:-6], "us").astype(np.int64)) - start + 5_000_000
    rows = day.events.filter(pc.less(day.events["t_us"], until))
    kinds = rows["type"].to_pylist()
    keys = rows.filter(pc.equal(rows["type"], "keydown"))
    fresh = len(keys) - (pc.sum(keys["repeat"]).as_py() or 0)
    # What comes in the milliseconds by which the watcher wakes late is another interval's.
    assert abs(total["presses"] - fresh) <= 2
    assert abs(total["clicks"] - kinds.count("pointerdown")) <= 1
    assert abs(total["scrollY"] - kinds.count("wheel")) <= 2
    assert total["deltaX"] > total["clicks"]


def test_presence_is_within_what_the_session_says(day: Session) -> None:
    events = bucket(activitywatch.export(day), "afkstatus")["events"]
    away = sum(e["duration"] for e in events if e["data"]["status"] == "afk")
    # At a turn the watcher tells the old status once more, which the server keeps as a short event within the
    # one before; so the time that is covered counts, not the sum.
    spans = sorted(
        (datetime.fromisoformat(e["timestamp"]).timestamp(), e["duration"]) for e in events
    )
    covered, until = 0.0, 0.0
    for start, length in spans:
        covered += max(0.0, start + length - max(start, until))
        until = max(until, start + length)
    assert abs(covered - day.header["duration_us"] / 1e6) < 10
    assert all(e["duration"] >= 175 for e in events if e["data"]["status"] == "afk")
    assert away > 3600


def test_only_presence_told_twice_overlaps() -> None:
    twice = 0
    for seed in (1, 2, 5, 7):
        seen = watched(deskhand.simulate("workday", seed=seed), None)
        sent = next(s for w, s in heartbeats(seen) if w.type == "afkstatus")
        start, lasts, status = merged(sent)
        # Times are cut to milliseconds, so one event may reach that far into the next.
        until = np.maximum.accumulate(start + lasts)[:-1] - 1000
        over = np.flatnonzero(start[1:] < until)
        twice += len(over)
        # Both say that someone is there and begin at one moment; the second ends no sooner.
        told = {sent.kinds[kind]["status"] for kind in (*status[over], *status[over + 1])}
        assert told <= {"not-afk"}
        assert np.array_equal(start[over], start[over + 1])
        assert (lasts[over] <= lasts[over + 1]).all()
    assert twice


def test_titles_can_be_excluded(day: Session, tmp_path: Path) -> None:
    document = json.loads(written(day, tmp_path, "sidebench|SIGN IN").read_bytes())
    text = json.dumps(document)
    assert "Sidebench" not in text
    assert "Sign in" not in text
    titles = {e["data"]["title"] for e in bucket(document, "currentwindow")["events"]}
    assert "excluded" in titles
    assert len(titles) > 3
    assert not any(
        "chat." in e["data"]["url"] for e in bucket(document, "web.tab.current")["events"]
    )


def test_a_bad_expression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="regular expression for titles"):
        activitywatch.open_writer(tmp_path, "(")


def test_what_is_typed_is_in_no_export(lead: Session, tmp_path: Path) -> None:
    content = written(lead, tmp_path).read_text()
    marks = lead.events.filter(pc.equal(lead.events["type"], "mark"))["value"].to_pylist()
    shown = {text for value in marks if value for text in json.loads(value).values()}
    assert shown
    assert not any(text in content for text in shown)


def test_same_session_same_bytes_and_no_host(lead: Session, tmp_path: Path) -> None:
    one, other = (written(lead, tmp_path / name).read_bytes() for name in "ab")
    assert one == other
    assert socket.gethostname().encode() not in one


def test_read_back(day: Session, tmp_path: Path) -> None:
    path = written(day, tmp_path)
    assert activitywatch.recognises(path)
    assert list(activitywatch.findings(path)) == []
    dropped = Dropped()
    (back,) = activitywatch.read(path, dropped)
    assert back.session_id == day.session_id
    assert back.header["synthetic"] is True
    assert back.header["provenance_id"] == f"activitywatch:{day.header['provenance_id']}"
    document = json.loads(path.read_bytes())
    kinds = back.events["type"].to_pylist()
    windows = bucket(document, "currentwindow")["events"]
    assert kinds.count("window.focus") == len(windows)
    assert kinds.count("mark") == len(bucket(document, "os.hid.input")["events"])
    assert kinds.count("idle.start") == kinds.count("idle.end") > 10
    marks = back.events.filter(pc.equal(back.events["type"], "mark"))
    first = json.loads(marks["value"][0].as_py())
    wanted = bucket(document, "os.hid.input")["events"][-1]
    assert first == {**wanted["data"], "duration_us": round(wanted["duration"] * 1e6)}
    assert sorted(dropped.counts) == ["web.tab.current: fields beside url and title"]


times = st.lists(st.integers(0, 10**8), min_size=1, max_size=30, unique=True)


@settings(max_examples=25, deadline=None)
@given(
    times,
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=30, max_size=30),
    st.lists(st.integers(0, 10**10), min_size=30, max_size=30),
)
def test_any_export_is_read_as_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    at_ms: list[int],
    pages: list[tuple[str, str]],
    long_us: list[int],
) -> None:
    at = np.sort(np.array(at_ms, np.int64)) * 1000
    events = [
        {"timestamp": text, "duration": long / 1e6, "data": {"app": app, "title": title}}
        for text, long, (app, title) in zip(iso_texts(at), long_us, pages, strict=False)
    ]
    made = {"id": "w", "type": "currentwindow", "client": "c", "hostname": "h"}
    document = {"buckets": {"w": {**made, "created": events[0]["timestamp"], "events": events}}}
    path = tmp_path_factory.mktemp("any") / "export.json"
    path.write_text(json.dumps(document))
    (back,) = activitywatch.read(path)
    rows = back.events.filter(pc.equal(back.events["type"], "window.focus"))
    assert (rows["t_us"].to_numpy() + back.header["start_wall_us"]).tolist() == at.tolist()
    assert (
        list(zip(rows["app"].to_pylist(), rows["window"].to_pylist(), strict=True))
        == pages[: len(at)]
    )
    assert back.header["synthetic"] is False
    again = activitywatch.export(back)
    assert not any(b["data"].get("synthetic") for b in again["buckets"].values())
    assert not any("synthetic" in key for key in again["buckets"])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4_000), st.integers(0, 2), st.integers(0, 3_000), st.integers(0, 2_000)
        ),
        min_size=1,
        max_size=40,
    )
)
def test_merging_is_what_one_by_one_gives(beats: list[tuple[int, int, int, int]]) -> None:
    step, data, long, pulse = (np.array(c, np.int64) for c in zip(*beats, strict=True))
    sent = Heartbeats(
        t_us=np.cumsum(step) * 1000,
        duration_us=long * 1000,
        pulse_us=pulse * 1000,
        data=data,
        kinds=[{}, {}, {}],
    )
    wanted: list[list[int]] = []
    for at, duration, within, kind in zip(
        sent.t_us.tolist(), sent.duration_us.tolist(), sent.pulse_us.tolist(), data.tolist(),
        strict=True,
    ):  # fmt: skip
        last = wanted[-1] if wanted else None
        if last and last[2] == kind and at <= last[0] + last[1] + within:
            last[1] = max(last[1], at - last[0] + duration)
        else:
            wanted.append([at, duration, kind])
    assert [list(row) for row in zip(*(c.tolist() for c in merged(sent)), strict=True)] == wanted


def test_a_session_of_years_is_refused() -> None:
    rows = {"type": ["mark", "mark"], "t_us": [0, 10**15]}
    years = captured_session(rows, session_id="cap_x", start_wall_us=0, source="x")
    with pytest.raises(DeskhandError, match="days long"):
        activitywatch.export(years)


def test_an_empty_session_is_an_export(tmp_path: Path) -> None:
    nothing = captured_session(
        {"type": [], "t_us": []}, session_id="cap_x", start_wall_us=0, source="x"
    )
    path = written(nothing, tmp_path)
    assert list(activitywatch.findings(path)) == []
    (back,) = activitywatch.read(path)
    assert back.session_id == "cap_x"


def broken(change: str) -> bytes:
    document = {
        "buckets": {
            "w": {
                "id": "w",
                "type": "currentwindow",
                "client": "c",
                "hostname": "h",
                "created": "2026-03-02T09:00:00+00:00",
                "events": [
                    {"timestamp": f"2026-03-02T09:00:0{k}+00:00", "duration": 1.0, "data": {"app": "a", "title": "t"}}
                    for k in (5, 3, 1)
                ],
            }
        }
    }  # fmt: skip
    made = document["buckets"]["w"]
    events: Any = made["events"]
    text = json.dumps(document).encode()
    match change:
        case "half":
            return text[: len(text) // 2]
        case "nul":
            return text.replace(b'"a"', b'"\x00"')
        case "utf-16":
            return text.decode().encode("utf-16")
        case "empty":
            return b""
        case "list":
            return b'{"buckets": []}'
        case "no created":
            made.pop("created")
        case "other id":
            made["id"] = "v"
        case "time":
            events[1]["timestamp"] = "soon"
        case "number":
            events[1]["timestamp"] = 1_772_442_000
        case "negative":
            events[1]["duration"] = -1
        case "not a number":
            events[1]["duration"] = float("nan")
        case "overlap":
            events[2]["duration"] = 60
        case "order":
            events.append({**events[0], "timestamp": "2026-03-02T09:00:09+00:00"})
        case "no title":
            events[0]["data"] = {"app": "a"}
        case "data":
            events[0]["data"] = [1]
        case "status":
            made["type"] = "afkstatus"
        case "counts":
            made["type"] = "os.hid.input"
    return json.dumps(document).encode()


BAD = (
    "half", "nul", "utf-16", "empty", "list", "no created", "other id", "time", "number", "negative",
    "not a number", "overlap", "order", "no title", "data", "status", "counts",
)  # fmt: skip


@pytest.mark.parametrize("change", BAD)
def test_bad_files_are_found(tmp_path: Path, change: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(broken(change))
    found = list(activitywatch.findings(path))
    assert found, change
    assert all(f.remedy for f in found)
    # Where it can be read at all it is read; else the refusal names the file.
    with suppress(DeskhandError):
        list(activitywatch.read(path))


@pytest.mark.parametrize("change", ["half", "empty", "list", "time", "data", "not a number"])
def test_bad_files_are_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(broken(change))
    with pytest.raises(DeskhandError, match=re.escape(str(path))):
        list(activitywatch.read(path))


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "good.json"
    path.write_bytes(broken("nothing"))
    assert list(activitywatch.findings(path)) == []


def test_unknown_buckets_are_counted(tmp_path: Path) -> None:
    document = json.loads(broken("nothing"))
    document["buckets"]["e"] = {
        **document["buckets"]["w"],
        "id": "e",
        "type": "app.editor.activity",
    }
    path = tmp_path / "two.json"
    path.write_text(json.dumps(document))
    dropped = Dropped()
    list(activitywatch.read(path, dropped))
    (line,) = dropped.lines()
    assert line == "3 x bucket of type app.editor.activity: no canonical event is like it"
    assert list(activitywatch.findings(path)) == []


def test_two_computers_are_two_sessions(tmp_path: Path) -> None:
    document = json.loads(broken("nothing"))
    document["buckets"]["e"] = {**document["buckets"]["w"], "id": "e", "hostname": "other"}
    path = tmp_path / "two.json"
    path.write_text(json.dumps(document))
    one, other = activitywatch.read(path)
    assert one.session_id != other.session_id
    assert one.events.num_rows == other.events.num_rows == 5


def test_it_is_quick(day: Session) -> None:
    began = time.perf_counter()
    activitywatch.export(day)
    assert time.perf_counter() - began < 5
