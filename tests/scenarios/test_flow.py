"""Pictures of flows: everything is on them, inside of them, and nothing lies upon anything else."""

import json
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.cli import main
from deskhand.recipe import load_recipe
from deskhand.scenarios.flow.blocks import written_flow
from deskhand.scenarios.flow.drawing import Card, Frame, Line, Picture, Words, drawn
from deskhand.scenarios.flow.followed import Taken, followed, followed_flow
from deskhand.scenarios.json_form.reading import load_scenario_file

SHOT = {"do": "screenshot"}
SVG = "{http://www.w3.org/2000/svg}"


def written(folder: Path, steps: list[Any]) -> Path:
    head = {"format": "deskhand.scenario/1", "name": "a.task", "app": "crm", "opens": "crm/leads"}
    path = folder / "task.json"
    path.write_text(json.dumps({**head, "steps": steps}))
    return path


def check_picture(picture: Picture) -> None:
    cards = [mark for mark in picture.marks if isinstance(mark, Card)]
    boxes = [(c.x, c.y, c.x + c.width, c.y + c.height) for c in cards]
    for left, top, right, bottom in boxes:
        assert left >= -0.01
        assert top >= -0.01
        assert right <= picture.width + 0.01
        assert bottom <= picture.height + 0.01
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for mark in picture.marks:
        if isinstance(mark, Frame):
            assert 0 <= mark.x <= mark.x + mark.width <= picture.width + 0.01
    # What is drawn is XML.
    ET.fromstring(drawn(picture))


click = st.fixed_dictionaries(
    {
        "do": st.just("click"),
        "target": st.text(st.sampled_from("ab<&\"'ü."), min_size=1, max_size=60),
    }
)


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    steps = st.lists(inner, min_size=1, max_size=3)
    ways = st.tuples(steps, st.lists(inner, max_size=2)).map(
        lambda both: {
            "do": "branch",
            "ways": [
                {"probability": 0.3, "remark": "x" * 50, "steps": both[0]},
                {"steps": both[1]},
            ],
        }
    )
    loops = steps.map(lambda s: {"do": "repeat", "times": {"from": 1, "to": 2}, "steps": s})
    interrupted = st.tuples(steps, steps).map(
        lambda both: {
            "do": "interrupted",
            "by": [{"per_hour": 2, "steps": both[0]}, {"probability": 0.2, "steps": both[0]}],
            "steps": both[1],
        }
    )
    return st.one_of(ways, loops, interrupted)


@given(st.lists(st.recursive(click, compound, max_leaves=8), min_size=1, max_size=4))
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_parts_of_any_scenario_lie_beside_one_another(tmp_path: Path, steps: list[Any]) -> None:
    path = written(tmp_path, steps)
    picture = written_flow(load_scenario_file(path)[0])
    check_picture(picture)
    cards = [mark for mark in picture.marks if isinstance(mark, Card)]
    # The beginning, the end, and every click.
    assert len(cards) == 2 + path.read_text().count('"do": "click"')


def test_a_picture_says_how_often(tmp_path: Path) -> None:
    ways = [{"probability": 0.35, "remark": "a study", "steps": [SHOT]}, {"steps": []}]
    steps: list[Any] = [
        {"do": "branch", "ways": ways},
        {"do": "repeat", "times": {"mean": 2.5, "most": 8}, "until": 0.1, "steps": [SHOT]},
        {"do": "interrupted", "by": [{"per_hour": 6, "steps": [SHOT]}], "steps": [SHOT]},
        {"do": "type", "text": {"fake": "name"}, "into": "lead.name"},
        {"do": "scenario", "name": "auth.login"},
    ]
    root = ET.fromstring(drawn(written_flow(load_scenario_file(written(tmp_path, steps))[0])))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for words in (
        *(
            "a.task",
            "opens crm/leads",
            "35 %",
            "a study",
            "65 %",
            "6 an hour",
            "may be interrupted",
        ),
        "2.5 times on average, 8 at most; enough after a round: 10 %",
        *("type lead.name", "a made-up name", "auth.login", "done"),
    ):
        assert words in texts


def test_ways_that_were_taken_are_counted() -> None:
    first: Sequence[Taken] = [("t", "click", "a"), ("t", "click", "b"), ("t", "click", "b")]
    flow = followed("a.task", [first, [("t", "click", "b")]])
    assert (flow.trials, flow.steps["click b"], flow.steps["click a"]) == (2, 2, 1)
    assert flow.ways["click a", "click b"] == 1
    assert flow.ways["click b", "click b"] == 1


def test_rows_of_a_list_are_one_step_and_tasks_of_a_day_are_steps() -> None:
    flow = followed("a.task", [[("t", "click", "row.1"), ("t", "click", "row.23")]])
    assert flow.steps["click row.N"] == 1
    flow = followed("a.task", [[("a", "click", "x"), ("a", "click", "y"), ("b", "click", "x")]])
    assert flow.ways["a", "b"] == 1


steps_taken = st.tuples(
    st.just("t"), st.sampled_from(["click", "read"]), st.sampled_from([None, *"abcdefg"])
)


@given(st.lists(st.lists(steps_taken, min_size=1, max_size=9), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_steps_that_trials_took_lie_beside_one_another(trials: list[list[Taken]]) -> None:
    picture = followed_flow(load_recipe("crm.create_lead").scenario, trials)
    check_picture(picture)
    cards = [mark for mark in picture.marks if isinstance(mark, Card)]
    assert len(cards) == len(followed("a.task", trials).steps)
    # Every step can be come to and left.
    lines = [mark for mark in picture.marks if isinstance(mark, Line)]
    assert len(lines) >= len(cards) - 1


@pytest.mark.parametrize("scenario", ["task.json", "auth.login"])
def test_the_command_writes_the_same_picture_again(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, [SHOT])
    for name in ("a.svg", "b.svg"):
        words = ["scenarios", "draw", scenario, "--out", name, "--trials", "3"]
        assert main(words) == 0
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()


@pytest.mark.parametrize(
    ("out", "words"), [("a.png", "try --out a.svg"), ("no/a.svg", "cannot be written")]
)
def test_a_picture_that_cannot_be_written_is_refused(
    out: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, [SHOT])
    assert main(["scenarios", "draw", "task.json", "--out", out]) == 2
    assert words in capsys.readouterr().err
    assert not Path("no").exists()


def test_shares_are_written_beside_ways_that_part() -> None:
    trials: list[list[Taken]] = [[("t", "click", what)] for what in "aaab"]
    picture = followed_flow(load_recipe("crm.create_lead").scenario, trials)
    said = {mark.text for mark in picture.marks if isinstance(mark, Words)}
    assert {"75 %", "25 %"} <= said


def test_the_picture_of_the_documentation_is_of_what_stands_beside_it(tmp_path: Path) -> None:
    docs = Path(__file__).parent.parent.parent / "docs"
    text = (docs / "scenarios.md").read_text()
    for name, quote in (("customers.csv", '"""'), ("call_back.json", 'r"""')):
        (content,) = re.findall(rf'Path\("{name}"\).write_text\({quote}(.*?)"""', text, re.S)
        (tmp_path / name).write_text(content)
    picture = drawn(written_flow(load_scenario_file(tmp_path / "call_back.json")[0]))
    assert picture == (docs / "scenario_flow.svg").read_text()
