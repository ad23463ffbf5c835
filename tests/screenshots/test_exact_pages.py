"""What is composed from compiled pictures against what Chromium itself paints: not one pixel differs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import deskhand
from deskhand.cli import main
from deskhand.exact_pages import exact_painter
from deskhand.exact_pages.painter import edges_to
from deskhand.exports.screen_frames.desktop import Painter
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.scenarios.app_screens import shipped_screens

# States without texts of a session, whose letters are composed in another font.
STATES = [
    ("auth/login", "page:wrong"),
    ("crm/lead-form", "page:invalid"),
    ("expense/bank", "page:open"),
    ("tracker/board", "card.2:review"),
    ("wiki/page", "note:open"),
]


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


@pytest.mark.parametrize("place", range(1, 7))
def test_an_open_list_with_the_focus_is_the_same(place: int, exact: Painter) -> None:
    view = PageView(shipped_screens()["crm/lead-form"])
    view.page.state["source"] = f"open-{place}"
    view.focused = "lead.source"
    assert np.count_nonzero(pixels(painted, view) != pixels(exact, view)) == 0


def test_what_was_filled_in_is_in_the_page(exact: Painter) -> None:
    screen = shipped_screens()["crm/lead-form"]
    base = pixels(exact, PageView(screen))
    filled: dict[str, Any] = {"lead.name": "Ada Lovell", "lead.status": "qualified"}
    for key, value in filled.items():
        view = PageView(screen)
        view.texts[key] = value
        y, x = np.nonzero((pixels(exact, view) != base).any(axis=2))
        left, top, width, height = screen.elements[key].box
        assert left < x.min()
        assert x.max() < left + width
        assert top < y.min()
        assert y.max() < top + height


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
