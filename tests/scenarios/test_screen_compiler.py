"""The screen compiler in a real browser, held against the browser itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from deskhand.page import Page
from deskhand.scenarios.screen_compiler import compile_page, write_screen
from deskhand.scenarios.screen_compiler.chromium import apart, started
from deskhand.scenarios.screen_compiler.label_map import LabelMap, read_labels
from deskhand.scenarios.screen_compiler.live_page import opened
from deskhand.scenarios.screen_compiler.page_files import PageFiles
from deskhand.screen import Screen
from tests.scenarios.hand_made_pages import FORM, LAYERS, SHAPES, VIEWPORT, compiled


@pytest.fixture(scope="module")
def form(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Screen:
    folder = tmp_path_factory.mktemp("form")
    return Screen.load(write_screen(compiled(folder, FORM, chromium, layers=LAYERS), out=folder))


def test_hit_map_equals_asking_for_every_pixel(tmp_path: Path, chromium: str) -> None:
    page = tmp_path / "shapes.html"
    page.write_text(SHAPES, encoding="utf-8")
    files = PageFiles(page=page, root=tmp_path, href="https://x.deskhand.example/shapes")

    def both() -> tuple[LabelMap, LabelMap]:
        with started(chromium) as browser, opened(browser, files, VIEWPORT) as live:
            live.inject()
            live.snapshot()
            extent = live.call("extent")
            assert extent["height"] > VIEWPORT[1]
            size = (extent["width"], extent["height"])
            return read_labels(live, *size), read_labels(live, *size, 0)

    asked, every = apart(both)
    assert asked.fixed is not None
    assert every.fixed is not None
    assert np.count_nonzero(asked.document != every.document) == 0
    assert np.count_nonzero(asked.fixed != every.fixed) == 0
    assert asked.asked < asked.document.size / 2


def test_elements_have_role_name_place_and_sensitivity(form: Screen) -> None:
    name = form.elements["form.name"]
    assert (name.role, name.name, name.widget, name.tab) == ("textbox", "Full name", "text", 0)
    assert form.elements["form.code"].sensitive == "one-time-code"
    assert name.look is not None
    assert name.look.font_px > 8
    assert name.look.inset[0] + name.look.inset[2] < name.box[2]
    assert form.elements["form.save"].look is None
    assert form.elements["form.phone"].sensitive == "phone"
    left, top, width, height = form.elements["form.save"].box
    middle = form.hit[int(top + height / 2), int(left + width / 2)]
    assert middle == form.elements["form.save"].id


def test_state_is_recorded_with_its_slot_and_its_value_effect(form: Screen) -> None:
    page = Page(form)
    edge = page.edge("click", "form.save")
    assert edge is not None
    assert edge.slots == {"name": "form.name"}
    assert edge.values == {"form.name": ""}
    assert edge.focus == "form.name"
    texts = [add["node"].get("textContent") for add in edge.mutations[0][1]["adds"]]
    assert "Saved {{name}}" in texts
    page.enter(edge)
    assert page.elements["form.saved"].id > form.max_id
    (text,) = form.states["page", "saved"].slot_texts
    left, top, width, height = page.elements["form.saved"].box
    assert text.text == "Saved {{name}}"
    assert (text.box[0], text.room_px) == (left, width)
    assert top <= text.box[1] < text.box[1] + text.box[3] <= top + height
    back = page.edge("wait")
    assert back is not None
    assert (back.to, back.after_us, back.duration_us) == ("base", 1_500_000, 0)
    assert back.focus is None


def test_drop_down_has_every_state_and_every_choice(form: Screen) -> None:
    numbers = ("1", "2")
    expected = {"base", "open", *(f"chosen-{n}" for n in numbers), *(f"open-{n}" for n in numbers)}
    assert {state for layer, state in form.states if layer == "colour"} == expected
    options = form.elements["form.colour"].options
    assert [option.label for option in options] == ["Red", "Blue"]
    page = Page(form)
    for place in (0, 1, 0):
        opening = page.edge("click", "form.colour")
        assert opening is not None
        page.enter(opening)
        choosing = page.edge("click", options[place].target)
        assert choosing is not None
        page.enter(choosing)
        assert page.elements["form.colour"].value == options[place].label


def test_further_ways_into_a_state_use_its_node_ids(form: Screen) -> None:
    made: dict[str, set[int]] = {}
    for edges in form.edges.values():
        for edge in edges:
            if edge.layer == "colour" and edge.to.startswith("chosen"):
                added = {add["node"]["id"] for _, data in edge.mutations for add in data["adds"]}
                made.setdefault(edge.to, set()).update(added)
    assert {len(ids) for ids in made.values()} == {1}


def test_layers_take_node_ids_of_their_own(form: Screen) -> None:
    new: dict[str, set[int]] = {}
    for edges in form.edges.values():
        for edge in edges:
            ids = {add["node"]["id"] for _, data in edge.mutations for add in data["adds"]}
            new.setdefault(edge.layer, set()).update(ids)
    assert new["page"]
    assert new["colour"]
    assert not new["page"] & new["colour"]


def test_compiling_twice_gives_the_same_file(tmp_path: Path, chromium: str, form: Screen) -> None:
    again = compiled(tmp_path, FORM, chromium, layers=LAYERS)
    for part in ("dom", "elements", "hit", "layers", "max_id", "source_sha256"):
        assert json.loads(json.dumps(again[part])) == form.data[part]


def test_no_address_of_this_machine_is_in_the_file(form: Screen) -> None:
    text = json.dumps(form.data)
    assert "127.0.0.1" not in text
    assert "localhost" not in text
    assert str(Path.home()) not in text


def test_names_are_given_by_locator_and_scope(tmp_path: Path, chromium: str) -> None:
    names = {
        "bob.edit": 'role=row[name="Bob"] >> role=button[name="Edit"]',
        "first.edit": 'role=button[name="Edit"] >> nth=0',
        "turned": "css=.turned",
    }
    data = compiled(tmp_path, SHAPES, chromium, names=names)
    assert set(names) <= set(data["elements"])
    assert data["elements"]["bob.edit"]["box"][1] > data["elements"]["first.edit"]["box"][1]


def test_masked_page_keeps_labels_and_loses_content(tmp_path: Path, chromium: str) -> None:
    page = tmp_path / "shapes.html"
    page.write_text(SHAPES, encoding="utf-8")
    data = compile_page(page, viewport=VIEWPORT, chromium=chromium, mask_text=True)
    text = json.dumps({part: data[part] for part in ("dom", "elements", "title")})
    assert "Edit" in text
    assert "Ada" not in text
    assert "Shapes" not in text
