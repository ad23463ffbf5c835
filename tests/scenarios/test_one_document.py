"""Pages that show other documents, in a real browser: refused by name, or compiled without them."""

import json
import re
from pathlib import Path

import pytest

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler import compile_page
from deskhand.scenarios.screen_compiler.chromium import apart, started
from deskhand.scenarios.screen_compiler.live_page import LivePage, opened
from deskhand.scenarios.screen_compiler.one_document import check_one_document
from deskhand.scenarios.screen_compiler.page_files import PageFiles

SIZE = (480, 300)
ATTACH = """<script>
const root = document.querySelector("x-card").attachShadow({ mode: "MODE" });
root.innerHTML = "<button>Inside</button>";
</script>"""

REFUSED = {
    "same-origin": (
        '<iframe title="Payment" src="inner.html"></iframe>',
        r'<iframe title="Payment"> at \d+,\d+ .* is a frame.*Compile the page that it shows by itself',
    ),
    "cross-origin": (
        '<iframe src="https://ads.deskhand.example/banner"></iframe>',
        r'<iframe src="https://ads\.deskhand\.example/banner"> .*is a frame',
    ),
    "srcdoc": (
        '<iframe id="preview" srcdoc="&lt;p&gt;Hello"></iframe>',
        r'<iframe id="preview">.*Write what its srcdoc holds into the page itself',
    ),
    "object": (
        '<object name="help" type="text/html" data="inner.html"></object>',
        r'<object name="help">.*is a frame',
    ),
    "open shadow root": (
        "<x-card id=card></x-card>" + ATTACH.replace("MODE", "open"),
        r'<x-card id="card"> .*has an open shadow root.*without attachShadow',
    ),
    "closed shadow root": (
        "<x-card class=card></x-card>" + ATTACH.replace("MODE", "closed"),
        r'<x-card class="card"> .*has a closed shadow root',
    ),
    "shadow root in the page's own text": (
        '<x-card><template shadowrootmode="open"><button>Inside</button></template></x-card>',
        r"<x-card> .*has an open shadow root.*--without x-card",
    ),
    "host without a box": (
        '<x-card style="display: contents"></x-card>' + ATTACH.replace("MODE", "open"),
        r"<x-card> has an open shadow root",
    ),
}
ALLOWED = {
    "hidden frame": '<iframe src="inner.html" hidden></iframe>',
    "counting pixel": '<iframe src="https://count.deskhand.example/" width=1 height=1 frameborder=0></iframe>',
    "transparent frame": '<iframe src="inner.html" style="opacity: 0"></iframe>',
    "hidden host": "<x-card hidden></x-card>" + ATTACH.replace("MODE", "closed"),
    "the browser's own roots": "<input type=date><input type=range><textarea></textarea><details><p>More</details>",
    "drawing": '<object type="image/svg+xml" data="drawing.svg" width=40 height=40></object>',
}


@pytest.fixture(scope="module")
def verdicts(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the check says to each page; one browser looks at all of them."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "inner.html").write_text("<!doctype html><title>Inner</title><button>Inside</button>")
    (folder / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><circle cx="9" cy="9" r="9"/></svg>'
    )

    def said(live: LivePage) -> str:
        try:
            check_one_document(live, "own/page", "base")
        except DeskhandError as error:
            return str(error)
        return ""

    def all_pages() -> dict[str, str]:
        found = {}
        refused = {name: body for name, (body, _) in REFUSED.items()}
        with started(chromium) as browser:
            for name, body in (refused | ALLOWED).items():
                page = folder / "page.html"
                page.write_text(
                    f"<!doctype html><title>Page</title><body style='margin:0'><p>Text{body}"
                )
                files = PageFiles(
                    page=page, root=folder, href="https://x.deskhand.example/page.html"
                )
                with opened(browser, files, SIZE) as live:
                    found[name] = said(live)
        return found

    return apart(all_pages)


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_another_document_is_refused_by_name(
    name: str, verdicts: dict[str, str]
) -> None:
    assert re.search(REFUSED[name][1], verdicts[name]), verdicts[name]
    assert "screen 'own/page', state 'base'" in verdicts[name]
    assert "--without" in verdicts[name]


@pytest.mark.parametrize("name", ALLOWED)
def test_what_shows_nothing_of_another_document_is_no_hindrance(
    name: str, verdicts: dict[str, str]
) -> None:
    assert verdicts[name] == ""


DIALOG = """<!doctype html><html lang="en"><title>Page</title><button data-name="pay">Pay</button>
<p>Your order</p><aside><iframe title="Advertisement" src="inner.html"></iframe></aside>
<script>document.querySelector("button").onclick = () => {
  const frame = document.createElement("iframe");
  frame.title = "Card";
  document.body.append(frame);
};</script></html>"""


def test_frame_is_left_out_and_one_that_a_state_brings_up_is_refused(
    tmp_path: Path, chromium: str
) -> None:
    page, states = tmp_path / "page.html", tmp_path / "page.states.json"
    page.write_text(DIALOG)
    without = ['iframe[title="Advertisement"]']
    data = compile_page(page, viewport=SIZE, chromium=chromium, without=without)
    text = json.dumps(data["dom"])
    assert "Advertisement" not in text
    assert "Your order" in text
    paying = {"state": "paying", "from": "base", "do": [{"click": "pay"}]}
    states.write_text(json.dumps({"format": "deskhand.states/1", "layers": {"page": [paying]}}))
    with pytest.raises(DeskhandError, match=r"state 'paying': <iframe title=\"Card\">"):
        compile_page(page, states=states, viewport=SIZE, chromium=chromium, without=without)


@pytest.mark.parametrize(
    ("selector", "message"),
    [("iframe[", "not a CSS selector"), ("#chat", "nothing on the page matches")],
)
def test_what_is_left_out_must_be_there(
    selector: str, message: str, tmp_path: Path, chromium: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>Page</title><p>Text")
    with pytest.raises(DeskhandError, match=message):
        compile_page(page, viewport=SIZE, chromium=chromium, without=[selector])
