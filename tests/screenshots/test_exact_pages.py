"""What is composed from compiled pictures against what Chromium itself paints: not one pixel differs."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import deskhand
from deskhand.cli import main
from deskhand.exact_pages import exact_painter, exact_pointer
from deskhand.exact_pages.painter import edges_to
from deskhand.exports.screen_frames import frames
from deskhand.exports.screen_frames.canvas import Painter
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.exports.screenshots import Shot
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.session import Session

STATES = [
    ("auth/login", "page:wrong"),
    ("crm/lead-form", "page:invalid"),
    ("expense/bank", "page:open"),
    ("tracker/board", "card.2:review"),
    ("wiki/page", "note:open"),
    # With texts that a session fills in.
    ("chat/channel", "page:srs"),
    ("crm/lead-form", "page:saved"),
    ("tracker/issue-form", "page:saved"),
]
FILLED = [
    ("crm/lead-form", "lead.name", "Marissa Watkins, AVATAR To fly 7%"),
    ("crm/lead-form", "lead.status", "qualified"),
    ("crm/lead-form", "lead.follow_up", "2026-04-17"),
    (
        "crm/lead-form",
        "lead.notes",
        "Please call back, Ann.\nThe list was sent on 3 May. Yours, Tom",
    ),
    ("sheet/book", "sheet.a2", "Brush set 12"),
    ("sheet/book", "sheet.g2", "1,204.50"),
    ("monitor/alerts", "alerts.search", "db-2 AND (cpu > 90)"),
    ("auth/login", "auth.password", 9),
    ("crm/lead-form", "lead.opt_in", True),
]
# The corners of the ring around a field with the focus: Chromium blends smoothed paths with another
# rounding than letters. Measured on fields of three kinds.
RING_LEVELS, RING_PIXELS = 3, 40


@pytest.fixture(scope="module")
def exact(chromium: str) -> Iterator[Painter]:
    with exact_painter(chromium) as (paint, _):
        yield paint


def pixels(paint: Painter, view: PageView) -> NDArray[np.uint8]:
    return np.asarray(paint(view)[0])


@pytest.mark.parametrize(("name", "at"), STATES)
def test_states_are_the_same_in_every_pixel(name: str, at: str, exact: Painter) -> None:
    view = PageView(shipped_screens()[name])
    base = pixels(painted, view)
    assert np.count_nonzero(base != pixels(exact, view)) == 0
    layer, _, state = at.partition(":")
    view.page.state[layer] = state
    mine = pixels(painted, view)
    assert np.count_nonzero(mine != pixels(exact, view)) == 0
    assert (mine != base).any()


def test_a_page_that_is_scrolled_is_the_same(exact: Painter) -> None:
    view = PageView(shipped_screens()["wiki/page"])
    base = pixels(painted, view)
    view.page.scroll_y = 433
    mine = pixels(painted, view)
    assert np.count_nonzero(mine != pixels(exact, view)) == 0
    assert (mine != base).any()


@pytest.mark.parametrize(("name", "key", "value"), FILLED)
def test_what_is_filled_in_is_the_same(
    name: str, key: str, value: str | int | bool, exact: Painter
) -> None:
    view = PageView(shipped_screens()[name])
    base = pixels(painted, view)
    if isinstance(value, bool):
        view.checked[key] = value
    elif isinstance(value, int):
        view.dots[key] = value
    else:
        view.texts[key] = value
    mine = pixels(painted, view)
    assert np.count_nonzero(mine != pixels(exact, view)) == 0
    assert (mine != base).any()


@pytest.mark.parametrize("key", ["lead.name", "lead.status", "lead.notes"])
def test_the_focus_is_nearly_the_same(key: str, exact: Painter) -> None:
    view = PageView(shipped_screens()["crm/lead-form"])
    view.focused = key
    apart = np.abs(pixels(painted, view).astype(int) - pixels(exact, view))
    assert apart.max() <= RING_LEVELS
    assert np.count_nonzero(apart.max(axis=2)) <= RING_PIXELS


@pytest.mark.parametrize("place", range(1, 7))
def test_an_open_list_with_the_focus_is_the_same(place: int, exact: Painter) -> None:
    view = PageView(shipped_screens()["crm/lead-form"])
    view.page.state["source"] = f"open-{place}"
    view.focused = "lead.source"
    assert np.count_nonzero(pixels(painted, view) != pixels(exact, view)) == 0


def test_a_text_of_many_words_moves_nothing_that_is_to_be_clicked(chromium: str) -> None:
    view = PageView(shipped_screens()["editor/workspace"])
    words = "hours are counted before the fee of the pilot is known " * 6
    view.page.state["agent"] = "diff"
    view.slots.update(prompt=words, plan=words, answer=words)
    with exact_pointer(chromium) as on:
        for key in ("agent.accept", "agent.reject"):
            element = view.page.elements[key]
            left, top, width, height = element.box
            # In the middle of each edge, since corners are rounded.
            assert on(view, element, left + width / 2, top + 2)
            assert on(view, element, left + width / 2, top + height - 2)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session in which both kinds of lists are opened, and nothing is typed."""
    scenario = {
        "format": "deskhand.scenario/1",
        "name": "own.lists",
        "app": "crm",
        "opens": "crm/lead-form",
        "steps": [
            {"do": "click", "target": "lead.name"},
            {"do": "choose", "option": "Referral", "of": "lead.source", "by": "mouse"},
            {"do": "choose", "option": "Contacted", "of": "lead.status", "by": "mouse"},
        ],
    }
    path = tmp_path_factory.mktemp("lists") / "lists.json"
    path.write_text(json.dumps(scenario))
    return deskhand.simulate(path, seed=7)


def test_lists_caret_and_pointer_of_a_session_are_the_same_in_both(
    opened: Session, exact: Painter
) -> None:
    rows = opened.events.to_pylist()
    at = {
        (row["type"], row["target"]): row["t_us"]
        for row in rows
        if row["type"] in ("focus", "select.open", "select.close")
    }
    times = sorted(
        [
            0,
            at["focus", "lead.name"] + 10_000,
            (at["select.open", "lead.source"] + at["select.close", "lead.source"]) // 2,
            (at["select.open", "lead.status"] + at["select.close", "lead.status"]) // 2,
        ]
    )
    mine = list(frames(opened, times))
    for composed, from_chromium in zip(mine, frames(opened, times, paint=exact), strict=True):
        apart = np.abs(np.asarray(composed).astype(int) - np.asarray(from_chromium))
        assert apart.max() <= RING_LEVELS
        assert np.count_nonzero(apart.max(axis=2)) <= RING_PIXELS
    assert mine[0] == next(frames(opened, [0], paint=exact))
    # At the start the pointer has not been seen yet.
    bare = list(frames(opened, times, pointer=False))
    mine, bare = mine[1:], bare[1:]
    assert all(with_pointer != without for with_pointer, without in zip(mine, bare, strict=True))


def test_every_state_is_reached_by_recorded_transitions() -> None:
    screen = shipped_screens()["expense/claim-form"]
    for layer, state in screen.states:
        way = edges_to(screen, layer, state)
        assert [edge.source for edge in way] == ["base", *(edge.to for edge in way)][: len(way)]
        assert (way[-1].to if way else "base") == state


def test_exact_pictures_from_the_command_line(chromium: str, tmp_path: Path) -> None:
    deskhand.generate("auth.unlock", people=1, seed=7, out=tmp_path / "run")
    words = ["--policy", "on-window-switch", "--exact", "--chromium", chromium]
    out = tmp_path / "shots"
    assert main(["screenshots", str(tmp_path / "run"), "--out", str(out), *words]) == 0
    record = json.loads((out / "manifest.json").read_bytes())
    assert record["arguments"]["exact"]
    assert record["versions"]["chromium"].split(".")[0].isdigit()
    assert list(out.glob("*/*.png"))


def test_several_exact_pictures_at_once_and_beside_a_loop(chromium: str, opened: Session) -> None:
    async def first() -> list[Shot]:
        how: dict[str, Any] = {"exact": True, "chromium": chromium, "scale": 0.25}
        two = [deskhand.screenshots(opened, "before-action", **how) for _ in range(2)]
        return [next(shots) for shots in two]

    one, other = asyncio.run(first())
    assert one.picture == other.picture
