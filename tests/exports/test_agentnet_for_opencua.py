"""Episodes as OpenCUA's data processor takes them: its two stages, written anew from what they ask.

Stage 1 (``extract_raw.py``) passes over an episode without a word that lacks a file, a film or a line;
stage 2 parses the English descriptions into pyautogui code and types them as a trajectory.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import agentnet
from deskhand.exports.agentnet.trajectory import pyautogui_key
from deskhand.session import Session
from tests.exports.agentnet_episodes import episode, records, scripted
from tests.exports.hand_made import hand_made_session

Row = dict[str, Any]
TIMES = "\N{MULTIPLICATION SIGN}"
PLACE = re.compile(r"\((-?\d+), (-?\d+)\)")
CLICK = re.compile(r"(Single|Double|Triple) (left|right|middle) Click")
TOKEN = re.compile(r"\$(\w+)\$|(.)", re.S)
CLICKS = {
    ("Single", "left"): "click",
    ("Double", "left"): "doubleClick",
    ("Triple", "left"): "tripleClick",
    ("Single", "right"): "rightClick",
    ("Single", "middle"): "middleClick",
}


def stage_1(folder: Path, *, film: bool) -> Row | None:
    """Return the episode with its described events; None where the processor would."""
    try:
        task = json.loads((folder / "task_name.json").read_text("utf-8-sig"))["task_name"]
        about = json.loads((folder / "metadata.json").read_text("utf-8-sig"))
        if film and not list(folder.glob("*.mp4")):
            return None
        whole = [
            json.loads(line)
            for line in (folder / "reduced_events_complete.jsonl")
            .read_text("utf-8-sig")
            .splitlines()
            if line.strip()
        ]
        with (folder / "reduced_events_vis.jsonl").open(encoding="utf-8-sig") as file:
            shown = [json.loads(line) for line in file]
        if len(shown) != len(whole):
            return None
        for event, full in zip(shown, whole, strict=True):
            event["description"] = full["description"].split("\n")[0]
            if "click" in full["description"].lower() and "(" not in event["description"]:
                at = full["coordinate"]
                event["description"] += f" ({at['x']}, {at['y']})"
            elif "scroll" in full["action"]:
                event["trace"] = full["trace"]
            assert isinstance(event["end_time"] - about["video_start_timestamp"], float)
        return {"task_name": task, "metadata": about, "events": shown}
    except (KeyError, TypeError, ValueError, OSError):
        return None


def stage_2(raw: Row) -> list[str]:
    """Return the code of each event, from nothing but its description and a scroll's trace."""
    width, height = raw["metadata"]["screen_width"], raw["metadata"]["screen_height"]

    def at(x: Any, y: Any) -> str:
        return f"x={round(int(x) / width, 4)}, y={round(int(y) / height, 4)}"

    codes = []
    for event in raw["events"]:
        text = event["description"].removeprefix("⌨️ ")
        places = PLACE.findall(text)
        if click := CLICK.match(text):
            codes.append(f"pyautogui.{CLICKS[click[1], click[2]]}({at(*places[0])})")
        elif text.startswith("Drag from "):
            start, end = places
            codes.append(
                f"pyautogui.moveTo({at(*start)})\npyautogui.dragTo({at(*end)}, button='left')"
            )
        elif text.startswith("Scroll "):
            ups = sum(int(n) for n in re.findall(f"⬆️{TIMES}(\\d+)", text))
            downs = sum(int(n) for n in re.findall(f"⬇️{TIMES}(\\d+)", text))
            first = event["trace"][0]
            move = f"pyautogui.moveTo({at(first['x'], first['y'])})"
            codes.append(
                "\n".join([move, *([f"pyautogui.scroll({ups - downs})"] if ups != downs else [])])
            )
        elif text.startswith("Type: "):
            codes.append(typing(text.removeprefix("Type: ")))
        elif text.startswith("Press: "):
            keys = [
                pyautogui_key(key.strip("$")) for key in text.removeprefix("Press: ").split(" + ")
            ]
            codes.append(
                f"pyautogui.press({keys[0]!r})" if len(keys) == 1 else f"pyautogui.hotkey({keys!r})"
            )
        else:
            raise AssertionError(text)
    return codes


def typing(text: str) -> str:
    lines, written = [], ""
    for name, character in TOKEN.findall(text):
        if character or name == "space":
            written += character or " "
            continue
        if written:
            lines.append(f"pyautogui.write(message={written!r})")
        written = ""
        lines.append(f"pyautogui.press({pyautogui_key(name)!r})")
    return "\n".join([*lines, *([f"pyautogui.write(message={written!r})"] if written else [])])


def typed_trajectory(record: Row) -> Any:
    pydantic = pytest.importorskip("pydantic", reason='python -m pip install -e ".[test]"')
    strict = pydantic.ConfigDict(strict=True, extra="forbid")
    model: Any = pydantic.create_model
    action = model("GUIAction", __config__=strict, code=(str, ...))
    step = {"index": (int, ...), "image": (str | None, ...), "value": (action, ...)}
    steps = list.__class_getitem__(model("Step", __config__=strict, **step))
    named = dict.fromkeys(("task_id", "instruction", "provenance_id"), (str, ...))
    marks = {"synthetic": (bool, ...), "traj": (steps, ...)}
    whole = model("Trajectory", __config__=strict, **named, **marks)
    return whole.model_validate_json(json.dumps(record))


CALLS = {
    "click", "doubleClick", "tripleClick", "rightClick", "middleClick", "moveTo", "dragTo", "scroll",
    "write", "press", "hotkey", "terminate",
}  # fmt: skip


def calls(code: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for line in ast.parse(code).body:
        assert isinstance(line, ast.Expr)
        call = line.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        given = {k.arg or "": ast.literal_eval(k.value) for k in call.keywords}
        found.append((call.func.attr, given))
    return found


def test_both_stages_take_every_episode(lived: Session, tmp_path: Path) -> None:
    folder = episode(lived, tmp_path)
    raw = stage_1(folder, film=False)
    assert raw is not None
    assert stage_1(folder, film=True) is None, "without a film the processor passes over it"
    (record,) = records(folder / "trajectory.jsonl")
    codes = [step.value.code for step in typed_trajectory(record).traj]
    assert [*stage_2(raw), "computer.terminate(status='success')"] == codes
    assert [step["index"] for step in record["traj"]] == list(range(len(codes)))
    for code in codes:
        for name, given in calls(code):
            assert name in CALLS
            assert all(0 <= given[axis] <= 1 for axis in "xy" if axis in given)


def test_the_film_and_its_pictures(tmp_path: Path) -> None:
    av = pytest.importorskip("av", reason='python -m pip install -e ".[test,video]"')
    image = pytest.importorskip("PIL.Image", reason='python -m pip install -e ".[test,screens]"')
    at = {"screen_x": 300, "screen_y": 200, "button": 0}
    rows = [
        {"type": "pointermove", "t_us": 100_000, "screen_x": 290, "screen_y": 200},
        {"type": "pointerdown", "t_us": 600_000, **at},
        {"type": "pointerup", "t_us": 700_000, **at},
        {"type": "keydown", "t_us": 1_000_000, "key": "a"},
        {"type": "keyup", "t_us": 1_100_000, "key": "a"},
    ]
    session = scripted(rows)
    folder = episode(session, tmp_path / "one", "mp4")
    assert not list(agentnet.findings(folder, "mp4"))
    assert stage_1(folder, film=True) is not None
    (film,) = folder.glob("*.mp4")
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert (stream.width, stream.height) == (1920, 1080)
        assert "synthetic" in container.metadata["comment"]
        assert stream.average_rate == 10
    assert len(frames) * 100_000 >= session.header["duration_us"]
    assert (frames[0] != frames[8]).any(), "the pointer is on the film"
    (record,) = records(folder / "trajectory.jsonl")
    pictures = [step["image"] for step in record["traj"]]
    assert len(set(pictures)) == 3
    for name in pictures:
        with image.open(folder / name) as picture:
            assert picture.size == (1920, 1080)
            assert picture.info["synthetic"] == "true"
    again = episode(session, tmp_path / "two", "mp4")
    assert [p.read_bytes() for p in sorted(folder.rglob("*.*"))] == [
        p.read_bytes() for p in sorted(again.rglob("*.*"))
    ]


def test_pictures_come_by_themselves_where_there_are_screens(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason='python -m pip install -e ".[test,screens]"')
    session = hand_made_session()
    with agentnet.open_writer(tmp_path) as writer:
        writer.write(session)
    folder = tmp_path / "agentnet" / session.session_id
    (record,) = records(folder / "trajectory.jsonl")
    shown = {step["image"] for step in record["traj"]}
    assert shown == {f"images/{path.name}" for path in (folder / "images").iterdir()}
    assert not list(folder.glob("*.mp4"))


def test_a_film_that_is_wanted_is_missed(tmp_path: Path) -> None:
    folder = episode(hand_made_session(), tmp_path)
    assert [f.rule for f in agentnet.findings(folder, "mp4")] == ["film"]


def test_films_without_pyav_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PIL", reason='python -m pip install -e ".[test,screens]"')
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(DeskhandError, match=r"deskhand\[video\]"):
        agentnet.open_writer(tmp_path, "mp4")
