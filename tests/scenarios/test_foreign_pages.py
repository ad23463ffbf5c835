"""Pages that nobody here wrote, with their own styles and scripts: small, valid, and acted on by role and name."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deskhand.errors import DeskhandError
from deskhand.page import Page
from deskhand.scenarios.screen_compiler import compile_page, write_screen
from deskhand.screen import Screen
from deskhand.shared_styles import take_out
from deskhand.stable_locators import acted_on

SCHEMA = Path(__file__).parents[2] / "src/deskhand/schema/screen.schema.json"
PAGES = {
    "tabler": ("@tabler/preview/dist", "form-elements.html"),
    "gentelella": ("gentelella/dist", "production/form.html"),
}
# The bar for a screen's JSON, compressed, its shared style sheets left out.
MOST_BYTES = 300_000


@pytest.fixture(scope="module", params=PAGES)
def foreign(request: pytest.FixtureRequest, chromium: str, node_modules: Path) -> dict[str, Any]:
    folder, page = PAGES[request.param]
    root = node_modules / folder
    return compile_page(root / page, root=root, viewport=(1280, 800), chromium=chromium)


def test_screen_is_valid_small_and_whole_again_after_writing(
    foreign: dict[str, Any], tmp_path: Path
) -> None:
    path = write_screen(foreign, out=tmp_path)
    sheets = sorted(tmp_path.glob("*.css"))
    assert sheets
    written = path.read_bytes()
    assert len(zlib.compress(written, 9)) < MOST_BYTES
    assert (
        list(Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(json.loads(written)))
        == []
    )
    assert Screen.load(path).data["dom"] == json.loads(json.dumps(foreign["dom"]))
    # A second screen with the same styles shares their files.
    write_screen({**foreign, "name": "own/second"}, out=tmp_path)
    assert sorted(tmp_path.glob("*.css")) == sheets
    sheets[0].write_text(sheets[0].read_text() + "p { margin: 0 }")
    with pytest.raises(DeskhandError, match=r"style sheet .* has been changed"):
        Screen.load(path)
    sheets[0].unlink()
    with pytest.raises(
        DeskhandError, match=r"style sheet .* is missing; .*beside the .screen.json"
    ):
        Screen.load(path)


def test_each_thing_to_act_on_has_a_locator_and_lies_where_the_hit_map_says(
    foreign: dict[str, Any],
) -> None:
    page = Page(Screen(foreign))
    located = acted_on(page)
    assert len(located) > 20
    by_role = [each for each in located if each.locator.startswith("role=")]
    assert len(by_role) == len(located)
    for element, locator in located:
        assert page.element(locator) == element
    ids = {element.id for element, _ in located}
    hit = set(page.screen.hit[::2, ::2].ravel().tolist())
    assert len(ids & hit) > len(ids) / 2
    lists = [element for element, _ in located if element.widget == "select"]
    assert all(element.options for element in lists)


def test_style_sheets_are_taken_out_once() -> None:
    sheet = {
        "tagName": "style",
        "attributes": {"id": "a", "_cssText": "p{}" * 9000, "media": "all"},
    }
    short = {"tagName": "style", "attributes": {"_cssText": "p { margin: 0 }"}}
    document: dict[str, Any] = {
        "childNodes": [sheet, {"childNodes": [json.loads(json.dumps(sheet))]}, short]
    }
    assert list(take_out(document).values()) == ["p{}" * 9000]
    assert list(sheet["attributes"]) == ["id", "_cssFile", "media"]
    assert "_cssText" in short["attributes"]
