"""Pages, layers and locators that the screen compiler refuses, and files that it does not serve."""

from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.chromium import find_chromium
from deskhand.scenarios.screen_compiler.page_files import PageFiles
from tests.scenarios.hand_made_pages import FORM, LAYERS, SAVED, SHAPES, compiled


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


def test_css_locator_must_match_once(tmp_path: Path, chromium: str) -> None:
    with pytest.raises(DeskhandError, match=r"'css=td' matches 4 elements"):
        compiled(tmp_path, SHAPES, chromium, names={"cell": "css=td"})


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
