"""A closer look: what a browser tells of a page that is made larger, and that all is as it was afterwards."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.exports.derived_acts import Press, Scroll, derived_acts
from deskhand.exports.rrweb.recording import record
from deskhand.generators.plan import SessionPlan
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.scenarios.zooming import FEWEST_WORDS, STEPS
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches

Act = Callable[..., SessionPlan]
CONTROL = 2
# Window sizes that Chromium 156 told at these zooms of a window of 1280 by 720 px.
SIZES = {100: (1280, 720), 110: (1164, 655), 125: (1024, 576), 150: (853, 480)}


def session(by: str, percent: int = 150, notches: int = 0) -> Session:
    @scenario("test.closer", app="wiki", opens="wiki/page")
    def closer(desk: Desk) -> Steps:
        """Look closer at a page."""
        if notches:
            yield from desk.scroll(notches=notches)
        yield from desk.zoom(words=40, percent=percent, by=by)
        yield from desk.read(words=10)

    return deskhand.simulate(closer, seed=7)


def told(made: Session, kind: str) -> list[dict[str, Any]]:
    return [row for row in made.events.to_pylist() if row["type"] == kind]


@pytest.mark.parametrize("by", ["wheel", "keys"])
def test_the_page_comes_back_to_its_size(by: str) -> None:
    made = session(by)
    assert [*event_breaches(made.events), *session_breaches(made)] == []
    sizes = [(row["delta_x"], row["delta_y"]) for row in told(made, "resize")]
    assert sizes[:3] == [SIZES[110], SIZES[125], SIZES[150]]
    assert sizes[3:] in ([SIZES[125], SIZES[110], SIZES[100]], [SIZES[100]])
    assert told(made, "pointerdown") == []


def test_the_wheel_zooms_and_does_not_scroll() -> None:
    made = session("wheel")
    zoomed, back = (act for act in derived_acts(made.events) if isinstance(act, Scroll))
    assert (zoomed.modifiers, back.modifiers) == (CONTROL, CONTROL)
    assert (zoomed.notches_y, back.notches_y) == (-3.0, 3.0)
    assert told(made, "scroll") == []
    keys = [(row["type"], row["key"]) for row in told(made, "keydown") + told(made, "keyup")]
    assert keys == [("keydown", "Control")] * 2 + [("keyup", "Control")] * 2
    wheel = told(made, "wheel")
    for down, up in zip(told(made, "keydown"), told(made, "keyup"), strict=True):
        assert sum(down["t_us"] < row["t_us"] < up["t_us"] for row in wheel) == 3
    # The hand is still; what moves is the page below it.
    assert len({(row["screen_x"], row["screen_y"]) for row in wheel}) == 1
    for row, zoom in zip(wheel, (1.0, 1.1, 1.25, 1.5, 1.25, 1.1), strict=True):
        assert row["client_x"] * zoom == pytest.approx(row["screen_x"] - 256)


def test_keys_zoom_step_by_step() -> None:
    made = session("keys", percent=125)
    larger, smaller = (act for act in derived_acts(made.events) if isinstance(act, Press))
    assert (larger.key, larger.modifiers, larger.count) == ("=", CONTROL, 2)
    assert (smaller.key, smaller.count) in (("-", 2), ("0", 1))


def test_a_scrolled_page_stays_where_it_is_to_a_physical_pixel() -> None:
    made = session("keys", notches=3)
    before = told(made, "scroll")[2]["delta_y"]
    assert before == 300.0
    moved = [row["delta_y"] for row in told(made, "scroll")[3:]]
    # 300 px are whole physical pixels at all of these zooms.
    assert moved == []


def test_an_offset_between_physical_pixels_is_cut(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        desk.live.page.scroll_y = 333
        yield from desk.zoom(words=5, percent=150, by="wheel")

    plan = act(script)
    moved = [row.columns["delta_y"] for row in plan.rows if row.type == "scroll"]
    # What Chromium 156 told of a page that was scrolled to 333 px.
    told_there = [332.7273, 332.8, 332.6667, 332.8, 332.7273, 333.0]
    assert moved == pytest.approx(told_there, abs=1e-4)


def test_a_recording_tells_the_sizes() -> None:
    sizes = [
        (event["data"]["width"], event["data"]["height"])
        for event in record(session("wheel"))
        if event["type"] == 3 and event["data"]["source"] == 4
    ]
    assert sizes[2] == SIZES[150]
    assert sizes[-1] == SIZES[100]


def test_a_habit_is_for_days_and_longer_texts(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        desk.zooms = 1.0
        yield from desk.read(words=FEWEST_WORDS - 1)
        yield from desk.read(words=FEWEST_WORDS)

    verbs = [action.verb for action in act(script).actions]
    assert verbs == ["read", "zoom", "read", "zoom"]


def test_weak_sight_zooms_in_days() -> None:
    weak = deskhand.simulate("morning", seed=7, condition="low-vision")
    assert weak.actions["verb"].to_pylist().count("zoom") > 20
    assert [*event_breaches(weak.events), *session_breaches(weak)] == []
    sizes = [(row["delta_x"], row["delta_y"]) for row in told(weak, "resize")]
    assert sizes[-1] == SIZES[100]
    alone = deskhand.simulate("crm.create_lead", seed=7, condition="low-vision")
    assert "zoom" not in alone.actions["verb"].to_pylist()


def test_wrong_steps_and_ways_are_refused(act: Act) -> None:
    with pytest.raises(DeskhandError, match=rf"percent=120.*{STEPS[0]}, {STEPS[1]}"):
        act(lambda desk: desk.zoom(words=5, percent=120))
    with pytest.raises(DeskhandError, match=r"'pinch'.*wheel"):
        act(lambda desk: desk.zoom(words=5, by="pinch"))


def test_in_json(tmp_path: Path) -> None:
    file = tmp_path / "closer.json"
    head = {
        "format": "deskhand.scenario/1",
        "name": "crm.closer",
        "app": "crm",
        "opens": "crm/lead-form",
        "summary": "Look closer.",
        "modelled_on": "nobody was observed; a test",
    }
    step = {"do": "zoom", "words": 12, "percent": 200, "by": "keys"}
    file.write_text(json.dumps({**head, "steps": [step]}))
    assert main(["scenarios", "check", str(file)]) == 0
    assert len(told(deskhand.simulate(file, seed=7), "resize")) in (6, 10)
