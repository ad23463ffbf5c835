"""Clarity payloads: what clarity-decode finds in them is what the session's rows say."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import clarity
from deskhand.exports.clarity.lookahead import DISTANCE_PX, INTERVAL_US, kept
from deskhand.exports.clarity.tokens import mangled
from deskhand.session import Session

BROWSER = Path(__file__).parents[1] / "browser"


@pytest.fixture(scope="module")
def lead() -> Session:
    return deskhand.simulate("crm.create_lead", seed=7)


@pytest.fixture(scope="module")
def day() -> Session:
    return deskhand.simulate("workday", seed=7)


@pytest.fixture(scope="module")
def decode(node: str, node_modules: Path) -> Any:
    if not (node_modules / "clarity-decode").is_dir():
        pytest.skip("needs npm packages: npm install --prefix tests/browser --no-package-lock")

    def run(path: Path) -> list[dict[str, Any]]:
        done = subprocess.run(
            [node, BROWSER / "clarity_decode.cjs", node_modules],
            input=path.read_bytes(),
            capture_output=True,
            check=True,
        )
        found = json.loads(done.stdout)
        assert found["complaints"] == []
        payloads: list[dict[str, Any]] = found["payloads"]
        return payloads

    return run


def written(session: Session, folder: Path) -> Path:
    with clarity.open_writer(folder) as writer:
        writer.write(session)
    (path,) = (folder / "clarity").iterdir()
    return path


def told(
    payloads: list[dict[str, Any]], name: str, *events: int
) -> list[tuple[int, dict[str, Any]]]:
    """Unix time in milliseconds and data of the decoded events of a kind."""
    found = [
        (payload["envelope"]["start"] + event["time"], event["data"])
        for payload in payloads
        for event in payload.get(name, ())
        if not events or event["event"] in events
    ]
    return sorted(found, key=lambda one: one[0])


def rows(session: Session, *kinds: str) -> list[dict[str, Any]]:
    start = session.header["start_wall_us"] + session.header["clock_skew_us"]
    found = session.events.filter(pc.is_in(session.events["type"], pa.array(kinds))).to_pylist()
    return [{**row, "at": (start + row["t_us"]) / 1000} for row in found]


def test_presses_and_clicks(decode: Any, lead: Session, tmp_path: Path) -> None:
    payloads = decode(written(lead, tmp_path))
    for name, event, kind in (
        ("pointer", 13, "pointerdown"),
        ("pointer", 14, "pointerup"),
        ("click", 9, "pointerup"),
    ):
        found, wanted = told(payloads, name, event), rows(lead, kind)
        assert len(found) == len(wanted) > 5
        for (at, data), row in zip(found, wanted, strict=True):
            assert abs(at - row["at"]) <= 2
            assert (data["x"], data["y"]) == (round(row["client_x"]), round(row["client_y"]))
    links = [data["link"] for _, data in told(payloads, "click") if data["link"]]
    assert links == ["https://crm.deskhand.example/leads/new"]


def test_moves_are_samples_of_the_path(decode: Any, lead: Session, tmp_path: Path) -> None:
    found = told(decode(written(lead, tmp_path)), "pointer", 12)
    moves = rows(lead, "pointermove")
    times = np.array([row["at"] for row in moves])
    assert len(moves) / 6 < len(found) < len(moves)
    for at, data in found:
        near = [
            (round(moves[k]["client_x"]), round(moves[k]["client_y"]))
            for k in range(*np.searchsorted(times, [at - 0.001, at + 2]))
        ]
        assert (data["x"], data["y"]) in near


def test_scrolls(decode: Any, day: Session, tmp_path: Path) -> None:
    found = told(decode(written(day, tmp_path)), "scroll")
    wanted = [(round(r["delta_x"]), round(r["delta_y"])) for r in rows(day, "scroll")]
    assert found
    assert len(found) <= len(wanted)
    assert {(d["x"], d["y"]) for _, d in found} <= set(wanted)


def test_inputs_are_masked(decode: Any, lead: Session, tmp_path: Path) -> None:
    path = written(lead, tmp_path)
    found = told(decode(path), "input")
    screen = lead.screens["crm/lead-form"]
    last = {row["target"]: row["value_length"] for row in rows(lead, "input")}
    for target, length in last.items():
        texts = [data["value"] for _, data in found if data["target"] == screen.elements[target].id]
        box = screen.elements[target].widget == "checkbox"
        assert texts[-1] == ("true" if box else mangled(length))
    content = path.read_text()
    shown = [json.loads(r["value"]) for r in rows(lead, "mark") if r["value"]]
    assert shown
    assert not any(text in content for texts in shown for text in texts.values())


@given(st.integers(1, 500))
def test_masks_tell_a_length_coarsely(length: int) -> None:
    mask = mangled(length)
    assert set(mask) <= {"\u2022", " "}
    assert len(mask) % 5 == 0
    assert 0 < len(mask) - length <= 5


@given(
    st.lists(
        st.tuples(st.integers(1, 20_000), st.integers(-9, 9), st.integers(-9, 9), st.booleans()),
        max_size=80,
    )
)
def test_sampling_is_what_the_queue_does(steps: list[tuple[int, int, int, bool]]) -> None:
    t, x, y, g = (np.array([s[k] for s in steps], np.int64) for k in range(4))
    t = t.cumsum()
    xs, ys = x.cumsum().astype(np.float64), y.cumsum().astype(np.float64)
    queue: list[int] = []
    for k in range(len(t)):
        if len(queue) > 1:
            a = queue[-2]
            near = g[a] == g[k] and np.hypot(xs[a] - xs[k], ys[a] - ys[k]) < DISTANCE_PX
            if near and t[k] - t[a] < INTERVAL_US:
                queue.pop()
        queue.append(k)
    assert kept(t, xs, ys, g).tolist() == queue


def test_payloads_come_later_and_later(decode: Any, day: Session, tmp_path: Path) -> None:
    payloads = decode(written(day, tmp_path))
    pages: dict[int, list[dict[str, Any]]] = {}
    for payload in payloads:
        pages.setdefault(payload["envelope"]["pageNum"], []).append(payload["envelope"])
    assert sorted(pages) == list(range(1, len(pages) + 1))
    assert len(pages) == len(rows(day, "navigation"))
    for sent in pages.values():
        assert [e["sequence"] for e in sent] == list(range(1, len(sent) + 1))
        assert len(sent) <= 128
        ends = [e["duration"] for e in sent]
        assert ends == sorted(ends)


def test_marked_and_the_same_again(decode: Any, lead: Session, tmp_path: Path) -> None:
    one, other = (written(lead, tmp_path / name) for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    first = decode(one)[0]
    assert first["envelope"]["projectId"] == "deskhand-synthetic"
    assert lead.header["provenance_id"] in json.dumps(first["variable"])
    assert clarity.recognises(one)
    assert list(clarity.findings(one)) == []


def broken(path: Path, change: str) -> bytes:
    text = path.read_bytes()
    lines = text.splitlines(keepends=True)
    match change:
        case "empty":
            return b""
        case "half":
            return text[: len(text) // 2]
        case "nul":
            return text.replace(b'"pagehide"', b'"\x00"', 1)
        case "utf-16":
            return text.decode().encode("utf-16")
        case "newer":
            return text.replace(b'"0.8.70"', b'"1.0.0"', 1)
        case "gap":
            return b"".join(lines[1:])
        case "no envelope":
            return text.replace(b'"e":', b'"envelope":', 1)
        case "unmasked":
            return text.replace("\u2022\u2022\u2022\u2022\u2022".encode(), b"Maris", 1)
        case "seconds":
            return text.replace(b"1772442", b"1", 1)
    raise AssertionError(change)


BAD = ("empty", "half", "nul", "utf-16", "newer", "gap", "no envelope", "unmasked", "seconds")


@pytest.mark.parametrize("change", BAD)
def test_bad_files_are_found(lead: Session, tmp_path: Path, change: str) -> None:
    path = written(lead, tmp_path)
    path.write_bytes(broken(path, change))
    found = list(clarity.findings(path))
    assert found
    assert all(f.remedy and f.path == path for f in found)


def test_takes_no_argument(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="takes nothing"):
        clarity.open_writer(tmp_path, "lean")


def test_it_is_quick(day: Session) -> None:
    began = time.perf_counter()
    assert sum(1 for _ in clarity.payloads(day)) > 500
    assert time.perf_counter() - began < 30
