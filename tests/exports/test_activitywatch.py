"""What ActivityWatch's watchers see of a session."""

import json
import socket
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import activitywatch
from deskhand.exports.activitywatch.heartbeats import Heartbeats, merged
from deskhand.exports.activitywatch.watchers import heartbeats, watched
from deskhand.exports.captured import captured_session
from deskhand.session import Session
from tests.exports.activitywatch_files import bucket, written


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


def test_only_presence_told_twice_overlaps(day: Session) -> None:
    twice = 0
    for session in (day, *(deskhand.simulate("workday", seed=seed) for seed in (1, 2, 5))):
        sent = next(s for w, s in heartbeats(watched(session, None)) if w.type == "afkstatus")
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


def test_it_is_quick(day: Session) -> None:
    began = time.perf_counter()
    activitywatch.export(day)
    assert time.perf_counter() - began < 5
