"""Small hand-written pages, and how they are compiled in a real browser."""

import json
from pathlib import Path
from typing import Any

from deskhand.scenarios.screen_compiler import compile_page

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
