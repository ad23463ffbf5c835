"""User flows are parsed by Chrome's own player, and play the session again on our pages."""

import json
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports import devtools_recorder
from deskhand.exports.captured import captured_session
from deskhand.field_text import edited
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.session import Session

ROOT = Path(__file__).parent.parent.parent
PLAYER = ROOT / "tests" / "browser" / "play_flow.mjs"


@pytest.fixture(scope="module")
def player(node: str, node_modules: Path) -> list[str]:
    if not (node_modules / "@puppeteer" / "replay").is_dir():
        pytest.skip("needs npm packages: npm install --prefix tests/browser --no-package-lock")
    return [node, str(PLAYER)]


def final_fields(session: Session) -> dict[str, str]:
    """What the last page's fields hold in the end, as far as they were changed."""
    held: dict[str, str] = {}
    screen = None
    for row in session.events.to_pylist():
        if row["type"] == "navigation":
            screen, held = session.screens[row["reference"]], {}
        elif row["type"] == "input":
            element = screen.elements.get(row["target"]) if screen else None
            before = held.get(row["target"], element.value if element else "")
            held[row["target"]] = (
                "*" * row["value_length"] if row["masked"] else edited(before, row)
            )
    return held


@pytest.mark.parametrize("scenario", ["crm.create_lead", "auth.login", "tracker.create_issue"])
def test_a_flow_plays_the_session_again(
    scenario: str, player: list[str], chromium: str, tmp_path: Path
) -> None:
    session = deskhand.simulate(scenario, seed=7)
    flow = tmp_path / "flow.json"
    session.write(flow, format="devtools")
    pages = {
        screen.href: path.read_text()
        for name, screen in shipped_screens().items()
        if (path := ROOT / "scenarios" / "apps" / f"{name}.html").is_file()
    }
    (tmp_path / "pages.json").write_text(json.dumps(pages))
    done = subprocess.run(
        [*player, str(flow), str(tmp_path / "pages.json"), chromium],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["done"] is True
    assert shown["steps"] == len(orjson.loads(flow.read_bytes())["steps"])
    expected = final_fields(session)
    assert len(expected) > 1
    for target, text in expected.items():
        given = shown["fields"][target]
        given = str(given).lower() if isinstance(given, bool) else given
        # A page may refuse stars and empty the field.
        assert given in ((text, "") if set(text) == {"*"} else (text,)), target
    chosen = {
        r["target"]: r["value"] for r in session.events.to_pylist() if r["type"] == "select.change"
    }
    for target, label in chosen.items():
        if target not in expected:
            assert shown["texts"][target] == label


def test_a_flow_says_that_it_is_synthetic_and_masks(session: Session) -> None:
    flow = devtools_recorder.flow(session)
    assert [step["type"] for step in flow["steps"]][:2] == ["setViewport", "navigate"]
    assert "(synthetic)" in flow["title"]
    assert flow["deskhand"]["provenance_id"] == session.header["provenance_id"]
    # This session's windows are named by their titles: only the first is a tab's.
    changes = [step["value"] for step in flow["steps"] if step["type"] == "change"]
    assert changes == ["ada", "******"]
    text = orjson.dumps(flow)
    assert b"secret" not in text
    assert b"5550100" not in text


def test_steps_are_those_of_the_recorder() -> None:
    session = deskhand.simulate("crm.create_lead", seed=7)
    steps = devtools_recorder.flow(session)["steps"]
    form = session.screens["crm/lead-form"]
    led = next(s for s in steps[2:] if "assertedEvents" in s)
    assert led["type"] == "click"
    assert led["assertedEvents"][0] == {"type": "navigation", "url": form.href, "title": form.title}
    assert [s["type"] for s in steps].count("navigate") == 1
    first = next(k for k, s in enumerate(steps) if s["type"] == "keyDown")
    assert [(s["type"], s["key"]) for s in steps[first : first + 2]] == [
        ("keyDown", "Tab"),
        ("keyUp", "Tab"),
    ]
    # Corrections are in the text, not among the keys.
    assert not any(s.get("key") == "Backspace" for s in steps)
    status = [s for s in steps if ["#status"] in s.get("selectors", [])]
    assert [(s["type"], s.get("value")) for s in status] == [("change", "contacted")]
    name = next(s for s in steps if ["aria/Full name"] in s.get("selectors", []))
    left, top, width, height = form.elements["lead.name"].box
    assert name["selectors"][1:3] == [["#name"], ['xpath///*[@id="name"]']]
    assert 0 <= name["offsetX"] <= width
    assert 0 <= name["offsetY"] <= height
    assert min(left, top) > 0


def test_a_flow_without_screens_is_refused(tmp_path: Path) -> None:
    bare = captured_session(
        {"type": ["keydown"], "t_us": [1]}, session_id="cap_1", start_wall_us=0, source="test"
    )
    with pytest.raises(DeskhandError, match="no screens"):
        devtools_recorder.open_writer(tmp_path).write(bare)


GOOD: dict[str, Any] = {
    "title": "t",
    "steps": [
        {"type": "navigate", "url": "https://a.example/"},
        {"type": "click", "selectors": [["aria/Save"]], "offsetX": 1, "offsetY": 2},
        {"type": "keyDown", "key": "Tab"},
        {"type": "keyUp", "key": "Tab"},
        {"type": "change", "selectors": ["#a"], "value": "x"},
    ],
}


@pytest.mark.parametrize(
    ("step", "change", "rule"),
    [
        (1, {"offsetX": None}, "schema"),
        (1, {"selectors": []}, "schema"),
        (1, {"button": "left"}, "schema"),
        (0, {"url": 5}, "schema"),
        (0, {"type": "goto"}, "schema"),
        (3, {"key": "Enter"}, "key"),
        (4, {"value": 7}, "schema"),
        (4, {"timeout": 0}, "schema"),
    ],
)
def test_bad_steps_are_found(step: int, change: dict[str, Any], rule: str, tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(orjson.dumps(GOOD))
    assert devtools_recorder.recognises(path)
    assert not list(devtools_recorder.findings(path))
    bad = orjson.loads(orjson.dumps(GOOD))
    bad["steps"][step].update(change)
    path.write_bytes(orjson.dumps(bad))
    found = list(devtools_recorder.findings(path))
    assert rule in {finding.rule for finding in found}
    assert any(finding.row in (step, None) for finding in found)


@pytest.mark.parametrize(
    "content",
    [b"", b'{"title": "a", "steps"', b"\xff\0", b"[]", b"{}", b'{"steps": 5, "title": ""}'],
)
def test_what_is_no_flow(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    assert list(devtools_recorder.findings(path))
