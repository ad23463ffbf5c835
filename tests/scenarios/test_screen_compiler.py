"""The screen compiler in a real browser, held against the browser itself."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.page import Page
from deskhand.scenarios.screen_compiler import compile_page, write_screen
from deskhand.scenarios.screen_compiler.chromium import apart, find_chromium, started
from deskhand.scenarios.screen_compiler.label_map import LabelMap, read_labels
from deskhand.scenarios.screen_compiler.live_page import opened
from deskhand.scenarios.screen_compiler.page_files import PageFiles
from deskhand.screen import Screen

ROOT = Path(__file__).parents[2]
APPS = ROOT / "scenarios" / "apps"
VIEWPORT = (480, 400)

# Rounded corners, a drawing with strokes, a turned box, a wrapped link, generated content, a
# scrolling list and fractional widths: everything that makes boxes lie about what is under a pixel.
SHAPES = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Shapes</title><style>
body { margin: 7.3px; font: 13px/17px 'Liberation Sans', Arial; }
.pill { border-radius: 13px; padding: 4px 14px; border: 1px solid #777; background: #eee; }
.card { border-radius: 9px; border: 1px solid #aaa; width: 41.7%; padding: 6px; float: left; }
.turned { transform: rotate(11deg); width: 60px; height: 22px; background: #cde; margin: 12px; }
.list { height: 40px; width: 90px; overflow: auto; border: 2px solid #555; }
.list li::before { content: "*"; position: absolute; margin-left: -14px; }
header { position: fixed; right: 0; bottom: 10px; width: 70px; height: 20px; border-radius: 6px; background: #dde; }
</style></head><body>
<h1>Shapes</h1><header>Fixed</header>
<p>Some text with <a href="https://x.deskhand.example/a">a link that is so long that it has to wrap
somewhere in the middle of the second line</a> and <b>more</b>.</p>
<div class="card"><button class="pill">Round</button> <input placeholder="Name" size="9"></div>
<div class="turned">turned</div>
<svg width="60" height="40"><circle cx="20" cy="20" r="14" stroke="#000" stroke-width="5"
 fill="none"/><path d="M30 5 L55 35" stroke="#c00"/></svg>
<ul class="list"><li>one</li><li>two</li><li>three</li><li>four</li></ul>
<table><tr><th>Name</th><th>Change</th></tr><tr><td>Ada</td><td><button>Edit</button></td></tr>
<tr><td>Bob</td><td><button>Edit</button></td></tr></table>
<p style="height: 250px">Below the fold</p>
</body></html>"""

FORM = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Form</title><style>
body { margin: 0; font: 14px/20px 'Liberation Sans', Arial; }
form, .menu { position: relative; padding: 10px; }
.field { display: block; height: 30px; }
ul { position: absolute; top: 40px; left: 10px; margin: 0; padding: 0; list-style: none; background: #eee; }
[hidden] { display: none !important; }
</style></head><body>
<form><label class="field">Full name <input data-name="form.name"></label>
<label class="field">Code <input autocomplete="one-time-code" data-name="form.code"></label>
<label class="field">Phone <input type="tel" data-name="form.phone" data-sensitive="phone"></label>
<button type="button" data-name="form.save">Save</button></form>
<div class="menu"><button type="button" role="combobox" aria-haspopup="listbox" aria-expanded="false"
 aria-label="Colour" data-name="form.colour">None</button>
<ul role="listbox" aria-label="Colours" hidden><li role="option">Red</li><li role="option">Blue</li></ul></div>
<div class="rows"></div>
<script>
const at = (name) => document.querySelector(`[data-name="${name}"]`);
at("form.save").addEventListener("click", () => {
  const row = document.createElement("p");
  row.dataset.name = "form.saved";
  row.textContent = "Saved " + at("form.name").value;
  document.querySelector(".rows").append(row);
  at("form.name").value = "";
  at("form.name").focus();
  setTimeout(() => row.remove(), 1500);
});
const button = at("form.colour"), list = document.querySelector("ul");
const show = (open) => { list.hidden = !open; button.setAttribute("aria-expanded", open); };
button.addEventListener("click", () => show(list.hidden));
button.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
list.addEventListener("click", (event) => { button.textContent = event.target.textContent; show(false); });
</script></body></html>"""

SAVE = [{"fill": "form.name", "with": "{{name}}"}, {"click": "form.save"}]
SAVED = {"state": "saved", "from": "base", "slots": {"name": "form.name"}, "do": SAVE}
LAYERS: dict[str, Any] = {
    "page": [SAVED, {"state": "base", "from": "saved", "do": [{"wait_ms": 1500}]}],
    "colour": [{"select": "form.colour"}],
}


def compiled(folder: Path, html: str, chromium: str, **sidecar: Any) -> dict[str, Any]:
    """Compile a page with a sidecar, in a folder of its own."""
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    states = folder / "page.states.json"
    states.write_text(json.dumps({"format": "deskhand.states/1", "name": "own/page", **sidecar}))
    return compile_page(page, states=states, viewport=VIEWPORT, chromium=chromium)


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


def test_layer_that_moves_the_page_is_refused(tmp_path: Path, chromium: str) -> None:
    pushing = FORM.replace("ul { position: absolute; top: 40px; left: 10px;", "ul {").replace(
        '<div class="rows">', '<button data-name="form.below">Below</button><div class="rows">'
    )
    with pytest.raises(DeskhandError, match=r"layer 'colour' moves 'form.below'.*'page'"):
        compiled(tmp_path, pushing, chromium, layers=LAYERS)


def test_layers_that_share_a_node_are_refused(tmp_path: Path, chromium: str) -> None:
    layers = {"page": [SAVED], "other": [{**SAVED, "state": "done"}]}
    with pytest.raises(DeskhandError, match=r"layers 'page' and 'other' both change <div rows>"):
        compiled(tmp_path, FORM, chromium, layers=layers)


def test_page_that_is_not_deterministic_is_refused(tmp_path: Path, chromium: str) -> None:
    html = FORM.replace('"Saved " +', "Math.random() +")
    twice = {**SAVED, "state": "twice", "from": "saved"}
    with pytest.raises(DeskhandError, match=r"going to 'saved' changed the page in another way"):
        compiled(tmp_path, html, chromium, layers={"page": [SAVED, twice]})


def test_state_reached_in_two_ways_must_be_the_same_page(tmp_path: Path, chromium: str) -> None:
    other = {"state": "saved", "from": "base", "do": [{"click": "form.colour"}]}
    with pytest.raises(DeskhandError, match=r"state 'saved' reached from 'base' by click"):
        compiled(tmp_path, FORM, chromium, layers={"page": [SAVED, other]})


@pytest.mark.parametrize(
    ("locator", "message"),
    [
        ('role=button[name="Edit"]', r"matches 2 elements .*Use one of the names"),
        ('role=button[name="Rond"]', r"matches nothing .*Nearest: .*Round"),
        ("shapes.none", r"element 'shapes.none' is not known"),
    ],
)
def test_locator_must_name_one_element(
    tmp_path: Path, chromium: str, locator: str, message: str
) -> None:
    layers = {"page": [{"state": "next", "from": "base", "do": [{"click": locator}]}]}
    with pytest.raises(DeskhandError, match=message):
        compiled(tmp_path, SHAPES, chromium, layers=layers)


def test_names_are_given_by_locator_and_scope(tmp_path: Path, chromium: str) -> None:
    names = {
        "bob.edit": 'role=row[name="Bob"] >> role=button[name="Edit"]',
        "first.edit": 'role=button[name="Edit"] >> nth=0',
        "turned": "css=.turned",
    }
    data = compiled(tmp_path, SHAPES, chromium, names=names)
    assert set(names) <= set(data["elements"])
    assert data["elements"]["bob.edit"]["box"][1] > data["elements"]["first.edit"]["box"][1]


def test_css_locator_must_match_once(tmp_path: Path, chromium: str) -> None:
    with pytest.raises(DeskhandError, match=r"'css=td' matches 4 elements"):
        compiled(tmp_path, SHAPES, chromium, names={"cell": "css=td"})


def test_masked_page_keeps_labels_and_loses_content(tmp_path: Path, chromium: str) -> None:
    page = tmp_path / "shapes.html"
    page.write_text(SHAPES, encoding="utf-8")
    data = compile_page(page, viewport=VIEWPORT, chromium=chromium, mask_text=True)
    text = json.dumps({part: data[part] for part in ("dom", "elements", "title")})
    assert "Edit" in text
    assert "Ada" not in text
    assert "Shapes" not in text


def test_what_lies_outside_the_folder_is_not_served(tmp_path: Path) -> None:
    inner = tmp_path / "site"
    inner.mkdir()
    (inner / "page.html").write_text("page")
    (inner / "style.css").write_text("css")
    (tmp_path / "secret.txt").write_text("secret")
    files = PageFiles(page=inner / "page.html", root=inner, href="https://x.deskhand.example/a/b")
    assert files.file_of("https://x.deskhand.example/a/b#top") == inner / "page.html"
    assert files.file_of("https://x.deskhand.example/a/style.css") == inner / "style.css"
    assert files.file_of("https://x.deskhand.example/style.css") == inner / "style.css"
    assert files.file_of("https://x.deskhand.example/../secret.txt") is None
    assert files.file_of("https://x.deskhand.example/%2e%2e/secret.txt") is None
    assert files.file_of("https://elsewhere.example/style.css") is None


def test_missing_chromium_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("DESKHAND_CHROMIUM", raising=False)
    with pytest.raises(DeskhandError, match="apt-get install chromium"):
        find_chromium()
    with pytest.raises(DeskhandError, match="no such program"):
        find_chromium("/no/chromium")


SHIPPED = sorted(f"{page.parent.name}/{page.stem}" for page in APPS.glob("*/*.html"))
# A page a kind of widget, since each takes a browser up to a minute; `test_apps.py` holds all of them to the
# page they were compiled from. DESKHAND_ALL_SCREENS=1 compiles every one.
SAMPLE = (
    "auth/login",
    "chat/channel",
    "crm/lead-form",
    "news/thread",
    "sheet/contacts",
    "tracker/board",
)
COMPILED = SHIPPED if os.environ.get("DESKHAND_ALL_SCREENS") else SAMPLE


@pytest.mark.parametrize("name", COMPILED)
def test_shipped_screens_compile_again_to_what_is_shipped(name: str, chromium: str) -> None:
    shipped = json.loads((APPS / f"{name}.screen.json").read_bytes())
    size = (shipped["viewport"]["width"], shipped["viewport"]["height"])
    again = compile_page(
        APPS / f"{name}.html",
        states=APPS / f"{name}.states.json",
        viewport=size,
        chromium=chromium,
    )
    for part in ("dom", "links", "max_id", "document", "source_sha256"):
        assert again[part] == shipped[part], part
    for layer, content in shipped["layers"].items():
        assert again["layers"][layer]["edges"] == content["edges"]
        assert list(again["layers"][layer]["states"]) == list(content["states"])
    if again["engine"] != shipped["engine"]:
        # Another Chromium may lay a control out by a fraction of a pixel differently.
        assert set(again["elements"]) == set(shipped["elements"])
        for key, element in shipped["elements"].items():
            assert again["elements"][key]["box"] == pytest.approx(element["box"], abs=1.0), key
        return
    assert again["elements"] == shipped["elements"]
    assert again["hit"] == shipped["hit"]
    for layer, content in shipped["layers"].items():
        for state, written in content["states"].items():
            remade = again["layers"][layer]["states"][state]
            assert remade.get("elements") == written.get("elements")
            assert remade.get("hits") == written.get("hits")


# Two panels that share no node: each is opened by a button of its own. What they show lies above
# the page; a style rule or a script may still answer to both.
PANELS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Panels</title><style>
body { margin: 0; font: 14px/20px 'Liberation Sans', Arial; }
main { padding-top: 120px; }
nav { position: absolute; top: 0; } nav + nav { left: 200px; } nav div { display: none; }
nav.open div { display: block; }
STYLE
</style></head><body>
<nav class="one"><button data-name="one">One</button><div>First</div></nav>
<nav class="two"><button data-name="two">Two</button><div>Second</div></nav>
<main><button data-name="below">Below</button></main>
<script>
for (const nav of document.querySelectorAll("nav")) {
  nav.firstChild.onclick = () => {
    nav.classList.add("open");
    SCRIPT
  };
}
</script></body></html>"""
PANEL_LAYERS: dict[str, Any] = {
    name: [{"state": "open", "from": "base", "do": [{"click": name}]}] for name in ("one", "two")
}


@pytest.mark.parametrize(
    ("style", "script", "message"),
    [
        ("", "", None),
        (
            ".one.open ~ .two.open ~ main { padding-top: 150px; }",
            "",
            r"after one:open, the box of 'below' is .*, 150.* instead of .*, 120.* alone, so",
        ),
        (
            ".one.open ~ .two.open ~ main { display: none; }",
            "",
            r"layer 'two': after one:open, 'below' is gone.*a state of its own",
        ),
        (
            "",
            'nav.lastChild.title = document.querySelectorAll(".open").length;',
            r"layer 'two': after one:open, going to 'open' changes the page in another way",
        ),
    ],
)
def test_layers_must_commute(
    style: str, script: str, message: str | None, tmp_path: Path, chromium: str
) -> None:
    html = PANELS.replace("STYLE", style).replace("SCRIPT", script)
    if message is None:
        data = compiled(tmp_path, html, chromium, layers=PANEL_LAYERS)
        assert {"page", "one", "two"} == set(data["layers"])
        return
    with pytest.raises(DeskhandError, match=message):
        compiled(tmp_path, html, chromium, layers=PANEL_LAYERS)
