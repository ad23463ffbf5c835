"""What rrweb's own recorder wrote in Chromium is read as the acts that were done there."""

import json
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.exports import rrweb
from deskhand.exports.losses import Dropped
from deskhand.field_text import edited
from deskhand.scenarios.scenario import Scenario
from deskhand.session import Session
from tests.replay import recorder_acts as acts
from tests.replay.real_recorder import recorded

# The page answers when the browser gets to it; our rows say when the device reported (see
# test_against_recorder).
LATE_US = 20_000


def rows_of(session: Session, kind: str) -> list[dict[str, Any]]:
    return [row for row in session.events.to_pylist() if row["type"] == kind]


def last_texts(session: Session) -> dict[str, str | int]:
    """What fields hold at the end; of masked ones the length."""
    held: dict[str, Any] = {}
    for row in session.events.to_pylist():
        if row["type"] == "navigation":
            held = {}
        elif row["type"] == "input":
            before = held.get(row["target"], "")
            held[row["target"]] = row["value_length"] if row["masked"] else edited(before, row)
    return held


@pytest.mark.parametrize("scenario", ["auth.login", acts.form], ids=["login", "form"])
def test_a_real_capture_tells_what_was_done(
    scenario: str | Scenario, chromium: str, node_modules: Path, tmp_path: Path
) -> None:
    session = deskhand.simulate(scenario, seed=4)
    ours = rrweb.record(session)
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(recorded(session, ours, chromium, node_modules)))
    assert [str(finding) for finding in rrweb.findings(path)] == []
    dropped = Dropped()
    back = next(rrweb.read(path, dropped))
    assert back.header["synthetic"] is False
    assert not any("broken" in what for what in dropped.counts)
    start_us = back.device_start_us - session.device_start_us

    for kind in ("pointerdown", "pointerup"):
        done, read = rows_of(session, kind), rows_of(back, kind)
        # A native list is a window of its own: presses in it are not heard.
        heard = [
            r
            for r in done
            if (r["client_x"], r["client_y"]) in {(b["client_x"], b["client_y"]) for b in read}
        ]
        assert [r["pointer_type"] for r in heard] == [r["pointer_type"] for r in read]
        assert len(read) >= len(done) - 2
        for was, row in zip(heard, read, strict=True):
            assert 0 <= row["t_us"] + start_us - was["t_us"] + 1_000 < LATE_US
            assert row["button"] in (was["button"], None)
            assert row["target"] == was["target"] or row["detail"] is None
    assert {r["target"] for r in rows_of(back, "focus")} == {
        r["target"] for r in rows_of(session, "focus")
    }
    assert [r["url"] for r in rows_of(back, "navigation")] == [
        r["url"] for r in rows_of(session, "navigation")
    ]
    assert last_texts(back) == last_texts(session)
    masked = {r["target"] for r in rows_of(session, "redaction")}
    assert {r["target"] for r in rows_of(back, "redaction")} == masked
    assert masked == {r["target"] for r in rows_of(back, "input") if r["masked"]}
    assert len(rows_of(back, "pointermove")) > 20
    names = {e["target"]: (e["role"], e["name"]) for e in session.elements.to_pylist()}
    told = {e["target"]: (e["role"], e["name"]) for e in back.elements.to_pylist()}
    known = set(names) & set(told)
    assert len(known) >= 4
    assert [told[k] for k in sorted(known) if told[k] != names[k]] == []
