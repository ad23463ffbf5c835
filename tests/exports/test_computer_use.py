"""Tool calls read by the vendors' own published types, and what a person did found in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.events import CONTROL, SHIFT
from deskhand.exports import computer_use
from deskhand.exports.derived_acts import Click, Drag, Press, Scroll, Type, Wait, derived_acts
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session
from tests.exports.made_up_session import columns_of, made_up
from tests.exports.test_derived_acts import key, press, wheel

Trajectory = dict[str, Any]
VOCABULARIES = ("anthropic", "openai")


def _unknown(model: Any) -> Iterator[str]:
    """Yield the fields that a model of the vendor does not know, at any depth."""
    if isinstance(model, list | tuple):
        for item in model:
            yield from _unknown(item)
    elif hasattr(model, "model_fields_set"):
        yield from model.model_extra or {}
        for name in model.model_fields_set:
            yield from _unknown(getattr(model, name))


def vendor_reads(vocabulary: str, call: Any) -> Any:
    """Return a call as the vendor's own type, which must know every field of it."""
    pydantic = pytest.importorskip("pydantic", reason='python -m pip install -e ".[test]"')
    if vocabulary == "anthropic":
        types = pytest.importorskip("anthropic.types", reason='python -m pip install -e ".[test]"')
        block: Any = types.ComputerToolUseBlock
    else:
        types = pytest.importorskip(
            "openai.types.responses", reason='python -m pip install -e ".[test]"'
        )
        block = types.ResponseComputerToolCall
    model = pydantic.TypeAdapter(block).validate_json(json.dumps(call), strict=True)
    assert not list(_unknown(model))
    assert model.model_dump(exclude_unset=True, mode="json") == call
    return model


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_the_vendors_types_take_every_call(lived: Session, vocabulary: str) -> None:
    steps = computer_use.trajectory(lived, vocabulary)["steps"]
    assert steps
    for step in steps:
        vendor_reads(vocabulary, step["call"])


def near(x: float | None, y: float | None, place: Any) -> bool:
    return x is not None and y is not None and abs(x - place[0]) <= 1 and abs(y - place[1]) <= 1


def test_anthropics_calls_do_what_the_person_did(lived: Session) -> None:
    steps = computer_use.trajectory(lived, "anthropic")["steps"]
    calls = [(step["call"]["name"], step["call"]["input"]) for step in steps]
    acts = derived_acts(lived.events)
    clicks = [a for a in acts if isinstance(a, Click)]
    told = [(name, given) for name, given in calls if name.endswith("_click")]
    assert len(told) == len(clicks)
    for act, (name, given) in zip(clicks, told, strict=True):
        wanted = {1: "left_click", 2: "double_click", 3: "triple_click"}[act.count]
        assert name == ("right_click" if act.button == 2 else wanted)
        assert near(act.screen_x, act.screen_y, given["coordinate"])
    texts = [a for a in acts if isinstance(a, Type) and a.length]
    typed = [given["text"] for name, given in calls if name == "type"]
    assert typed == ["*" * a.length if a.text is None else a.text for a in texts]
    drags = [a for a in acts if isinstance(a, Drag)]
    for drag, given in zip(drags, (g for n, g in calls if n == "left_click_drag"), strict=True):
        assert near(drag.screen_x, drag.screen_y, given["start_coordinate"])
        assert near(drag.end_screen_x, drag.end_screen_y, given["coordinate"])
    notches = sum(a.notches_y for a in acts if isinstance(a, Scroll))
    ways = {"down": 1, "up": -1, "left": 0, "right": 0}
    assert notches == sum(
        ways[g["scroll_direction"]] * g["scroll_amount"] for n, g in calls if n == "scroll"
    )
    waited = sum(g["duration"] for n, g in calls if n == "wait")
    rested = [a for a in acts if isinstance(a, Wait)]
    assert abs(waited - sum(a.end_us - a.start_us for a in rested) / 1e6) <= 0.5 * len(rested)


def test_openais_calls_do_what_the_person_did(lived: Session) -> None:
    actions = [step["call"]["action"] for step in computer_use.trajectory(lived, "openai")["steps"]]
    acts = derived_acts(lived.events)
    presses = [a for a in acts if isinstance(a, Click)]
    clicked = [a for a in actions if a["type"] in ("click", "double_click")]
    assert sum(1 + (a["type"] == "double_click") for a in clicked) == sum(a.count for a in presses)
    for act, action in zip(
        [a for a in presses if a.count < 3],
        clicked,
        strict=not any(a.count == 3 for a in presses),
    ):
        assert near(act.screen_x, act.screen_y, (action["x"], action["y"]))
    texts = [a for a in acts if isinstance(a, Type) and a.length]
    typed = [a["text"] for a in actions if a["type"] == "type"]
    assert typed == ["*" * a.length if a.text is None else a.text for a in texts]
    keys = sum(a.count for a in acts if isinstance(a, Press))
    assert sum(a["type"] == "keypress" for a in actions) == keys
    scrolled = sum(a["scroll_y"] for a in actions if a["type"] == "scroll")
    assert scrolled == sum(a.delta_y for a in acts if isinstance(a, Scroll))
    drags = [a for a in acts if isinstance(a, Drag)]
    for drag, action in zip(drags, (a for a in actions if a["type"] == "drag"), strict=True):
        path = [(p["x"], p["y"]) for p in action["path"]]
        assert near(drag.screen_x, drag.screen_y, path[0])
        assert near(drag.end_screen_x, drag.end_screen_y, path[-1])
        assert 2 <= len(path) <= 32


@pytest.mark.parametrize(
    ("rows", "anthropic", "openai"),
    [
        (
            [
                {"type": "keydown", "t_us": 0, "key": "Control"},
                *press(50_000),
                {"type": "keyup", "t_us": 300_000, "key": "Control"},
            ],
            [("left_click", {"coordinate": [10, 10], "text": "ctrl"})],
            [{"type": "click", "button": "left", "x": 10, "y": 10, "keys": ["CTRL"]}],
        ),
        (
            key(0, "T", modifiers=CONTROL | SHIFT),
            [("key", {"text": "ctrl+shift+t"})],
            [{"type": "keypress", "keys": ["CTRL", "SHIFT", "t"]}],
        ),
        (
            key(0, "Backspace") + key(100_000, "Backspace"),
            [("key", {"text": "BackSpace", "repeat": 2})],
            [{"type": "keypress", "keys": ["BACKSPACE"]}] * 2,
        ),
        (
            press(0, button=1),
            [("middle_click", {"coordinate": [10, 10]})],
            [{"type": "click", "button": "wheel", "x": 10, "y": 10}],
        ),
        (
            press(0, button=3),
            [("key", {"text": "alt+Left"})],
            [{"type": "click", "button": "back", "x": 10, "y": 10}],
        ),
        (
            press(0) + press(200_000) + press(400_000),
            [("triple_click", {"coordinate": [10, 10]})],
            [
                {"type": "double_click", "x": 10, "y": 10},
                {"type": "click", "button": "left", "x": 10, "y": 10},
            ],
        ),
        (
            [*press(0), wheel(200_000, -50)],
            [
                ("left_click", {"coordinate": [10, 10]}),
                ("scroll", {"coordinate": [10, 10], "scroll_direction": "up", "scroll_amount": 1}),
            ],
            [
                {"type": "click", "button": "left", "x": 10, "y": 10},
                {"type": "scroll", "x": 10, "y": 10, "scroll_x": 0, "scroll_y": -50},
            ],
        ),
        (
            press(0, x=5000.4, y=-3),
            [("left_click", {"coordinate": [1919, 0]})],
            [{"type": "click", "button": "left", "x": 1919, "y": 0}],
        ),
        (
            key(0, "a") + key(240_000_000, "b"),
            [
                ("type", {"text": "a"}),
                ("wait", {"duration": 100}),
                ("wait", {"duration": 100}),
                ("wait", {"duration": 40}),
                ("type", {"text": "b"}),
            ],
            [
                {"type": "type", "text": "a"},
                {"type": "wait"},
                {"type": "type", "text": "b"},
            ],
        ),
    ],
)
def test_acts_in_both_vocabularies(
    rows: list[dict[str, Any]], anthropic: list[Any], openai: list[Any]
) -> None:
    session = made_up(columns_of(rows), None)
    steps = computer_use.trajectory(session, "anthropic")["steps"]
    assert [(s["call"]["name"], s["call"]["input"]) for s in steps] == anthropic
    for step in steps:
        vendor_reads("anthropic", step["call"])
    steps = computer_use.trajectory(session, "openai")["steps"]
    assert [s["call"]["action"] for s in steps] == openai
    for step in steps:
        vendor_reads("openai", step["call"])


def test_a_screenshot_is_an_act() -> None:
    rows = [{"type": "screenshot", "t_us": 5, "reference": "one.png"}]
    session = made_up(columns_of(rows), None)
    for vocabulary in VOCABULARIES:
        (step,) = computer_use.trajectory(session, vocabulary)["steps"]
        assert step["screenshot"] == "one.png"
        vendor_reads(vocabulary, step["call"])


# ------------------------------------------------------------------ files


@pytest.fixture(params=VOCABULARIES)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    session = hand_made_session()
    with computer_use.open_writer(tmp_path, request.param) as writer:
        writer.write(session)
    return tmp_path / "computer_use" / f"{session.session_id}.json"


def test_a_file_is_recognised_valid_and_says_what_it_is(written: Path) -> None:
    assert computer_use.recognises(written)
    assert not list(computer_use.findings(written))
    document = json.loads(written.read_text())
    other = {"anthropic": "openai", "openai": "anthropic"}[document["vocabulary"]]
    assert not list(computer_use.findings(written, document["vocabulary"]))
    assert [f.rule for f in computer_use.findings(written, other)] == ["vocabulary"]
    assert document["synthetic"] is True
    assert document["provenance_id"] == "syn_hand_made"
    assert "secret" not in written.read_text()
    assert "5550100" not in written.read_text()


def _move(document: Trajectory) -> None:
    document["display_width_px"] = 100


def _extra(document: Trajectory) -> None:
    document["steps"][3]["call"]["speed"] = 1


def _order(document: Trajectory) -> None:
    document["steps"].insert(0, document["steps"].pop())


def _twice(document: Trajectory) -> None:
    document["steps"].append(document["steps"][-1])


def _no_call(document: Trajectory) -> None:
    del document["steps"][2]["call"]


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (_move, "display"),
        (_extra, "schema"),
        (_order, "order"),
        (_twice, "id"),
        (_no_call, "schema"),
    ],
)
def test_damage_is_found(written: Path, damage: Any, rule: str) -> None:
    document = json.loads(written.read_text())
    damage(document)
    written.write_text(json.dumps(document))
    found = list(computer_use.findings(written))
    assert {f.rule for f in found} == {rule}
    assert all(f.remedy for f in found)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"\0", b"[" * 100_000])
def test_what_is_no_trajectory_is_found(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert not computer_use.recognises(path)
    assert list(computer_use.findings(path))


def test_pictures_are_beside_the_steps(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason='python -m pip install -e ".[test,screens]"')
    session = hand_made_session()
    with computer_use.open_writer(tmp_path, "openai,pictures") as writer:
        writer.write(session)
    folder = tmp_path / "computer_use" / session.session_id
    assert computer_use.recognises(folder)
    assert not list(computer_use.findings(folder, "openai,pictures"))
    steps = json.loads((folder / "computer_use.json").read_text())["steps"]
    named = {step["screenshot"] for step in steps}
    assert named == {path.name for path in folder.glob("*.png")}
    with (
        image.open(folder / steps[-1]["screenshot"]) as last,
        image.open(folder / "00000.png") as first,
    ):
        assert last.size == first.size == (1920, 1080)
        assert last.tobytes() != first.tobytes()
    (folder / "00001.png").unlink()
    assert {f.rule for f in computer_use.findings(folder)} == {"picture"}


def test_pictures_that_are_wanted_are_missed(written: Path) -> None:
    assert {f.rule for f in computer_use.findings(written, "pictures")} == {"picture"}


def test_unknown_vocabularies_are_refused(tmp_path: Path) -> None:
    for argument in ("gemini", "", "anthropic,openai", "openai,films"):
        with pytest.raises(DeskhandError, match="anthropic or openai"):
            computer_use.open_writer(tmp_path, argument)
    with pytest.raises(DeskhandError, match="did you mean 'openai'"):
        computer_use.trajectory(hand_made_session(), "openia")
