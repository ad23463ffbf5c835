"""Documents and mutations as the compiler writes them, held against the rrweb recorder itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from deskhand.scenarios.screen_compiler.chromium import apart, started
from deskhand.scenarios.screen_compiler.live_page import LivePage, opened
from deskhand.scenarios.screen_compiler.page_files import PageFiles

APPS = Path(__file__).parents[2] / "scenarios" / "apps"
PAGES = sorted(APPS.glob("*/*.html"))

PAGE = """<!DOCTYPE html><body><div id=a><p id=p1>one</p><p id=p2>two</p></div><div id=b></div>
<ul id=l><li>1</li><li>2</li><li>3</li></ul><textarea id=t>x</textarea>
<style>p { color: red; background: url(q.png) }</style><dialog id=d>hi</dialog>
<input id=i type=password><div id=styled style="color:red;margin:1px"></div>
<select><option>1<option selected>2</select><input type=checkbox checked><a href=x.html>x</a></body>"""

CHANGES = [
    "a.insertAdjacentHTML('beforeend', '<section><h3>x<b>y</b></h3> <i>z</i></section>')",
    "b.append(p1)",
    "b.prepend(p2); b.append(document.createElement('hr'))",
    "l.append(l.firstChild)",
    "l.innerHTML = '<li>a</li><li>b<em>c</em></li>'",
    "p1.textContent = 'changed'",
    "p1.firstChild.data = 'again'; p1.firstChild.data = 'again2'",
    "p1.className = 'q'; p1.setAttribute('title', 't'); p1.removeAttribute('title')",
    "styled.style.color = 'blue'; styled.style.padding = '3px'",
    "styled.style.marginTop = '9px'; styled.style.removeProperty('color')",
    "t.textContent = 'new text'",
    "d.showModal()",
    "d.close()",
    "i.setAttribute('value', 'secret')",
    "const n = document.createElement('style'); n.textContent = 'i{color:green}'; document.head.append(n)",
    "const x = document.createElement('div'); a.append(x); x.remove()",
    "const y = document.createElement('s'); y.append('1'); a.append(y); y.firstChild.data = '2'",
    "a.replaceChildren(...[...b.childNodes])",
    "l.lastChild.remove(); const q = a; q.remove(); document.body.prepend(q)",
    "const k = l.firstChild; l.removeChild(k); a.append(k); k.append(document.createElement('u'))",
    "document.body.insertAdjacentHTML('beforeend', '<svg><g><rect width=3 /></g></svg><img src=/q.png>')",
    "l.replaceChildren()",
    "a.innerHTML = ''; a.innerHTML = '<p>1</p><p>2</p>'; a.firstChild.remove()",
    "b.hidden = true; b.hidden = false",
]


@pytest.fixture(scope="module")
def recorder(node_modules: Path) -> str:
    folder = node_modules / "@rrweb" / "record" / "dist"
    return (folder / "record.umd.min.cjs").read_text(encoding="utf-8")


def recorded(live: LivePage) -> list[dict[str, Any]]:
    text = live.page.evaluate(
        "() => { const text = JSON.stringify(out); out.length = 0; return text; }"
    )
    events: list[dict[str, Any]] = json.loads(text)
    return events


def start(live: LivePage, recorder: str) -> list[dict[str, Any]]:
    live.page.evaluate(recorder)
    live.page.evaluate(
        "() => { window.out = []; rrwebRecord.record({ emit: (event) => out.push(event) }); }"
    )
    return recorded(live)


@pytest.fixture(scope="module")
def documents(chromium: str, recorder: str) -> dict[Path, tuple[str, str]]:
    """Each shipped page's document as the compiler writes it, and as the recorder does."""

    def written(live: LivePage) -> str:
        live.inject()
        return json.dumps(live.snapshot()["dom"])

    def recorded_node(live: LivePage) -> str:
        (full,) = [event for event in start(live, recorder) if event["type"] == 2]
        return json.dumps(full["data"]["node"])

    def all_pages() -> dict[Path, tuple[str, str]]:
        found = {}
        with started(chromium) as browser:
            for page in PAGES:
                files = PageFiles(page=page, root=page.parent, href="https://x.deskhand.example/a")
                # The recorder first: were ours to change the page, its document would tell.
                with opened(browser, files, (1280, 720)) as live:
                    theirs = recorded_node(live)
                    found[page] = (written(live), theirs)
        return found

    return apart(all_pages)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_document_is_the_recorders_own(page: Path, documents: dict[Path, tuple[str, str]]) -> None:
    # As text: the order of the fields is the same, too.
    ours, theirs = documents[page]
    assert ours == theirs


def test_mutations_are_the_recorders_own(tmp_path: Path, chromium: str, recorder: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    files = PageFiles(page=page, root=tmp_path, href="https://x.deskhand.example/page")
    size = (800, 600)

    def compare() -> None:
        with (
            started(chromium) as browser,
            opened(browser, files, size) as ours,
            opened(browser, files, size) as theirs,
        ):
            ours.inject()
            snapshot = ours.snapshot()["dom"]
            ours.call("record")
            (full,) = [event for event in start(theirs, recorder) if event["type"] == 2]
            assert json.dumps(snapshot) == json.dumps(full["data"]["node"])
            for change in CHANGES:
                for live in (ours, theirs):
                    live.page.evaluate(f"() => {{ {change} }}")
                mine = [batch["data"] for batch in ours.call("taken")]
                real = [event["data"] for event in recorded(theirs) if event["type"] == 3]
                assert mine == [data for data in real if data["source"] == 0], change

    apart(compare)
