"""Compile a page: load it in a real browser once for each state and keep what a session needs."""

import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.scenarios.screen_compiler.chromium import apart, started
from deskhand.scenarios.screen_compiler.commuting import check_commuting
from deskhand.scenarios.screen_compiler.independence import check_independence
from deskhand.scenarios.screen_compiler.inlined_images import inline_images
from deskhand.scenarios.screen_compiler.label_map import BASE_STEP_PX, pack
from deskhand.scenarios.screen_compiler.layer_compiler import (
    LayerCompiler,
    given_keys,
    mark_sensitive,
)
from deskhand.scenarios.screen_compiler.locators import css_id
from deskhand.scenarios.screen_compiler.page_files import PageFiles
from deskhand.scenarios.screen_compiler.page_picture import png_bytes, pool_pictures
from deskhand.scenarios.screen_compiler.screen_elements import keyed, record
from deskhand.scenarios.screen_compiler.sidecar import Sidecar, read_sidecar
from deskhand.scenarios.screen_compiler.state_recorder import State, StateRecorder, measure
from deskhand.screen import BASE, FORMAT, PAGE
from deskhand.shared_styles import take_out


def compile_page(
    page: Path,
    *,
    states: Path | None = None,
    viewport: tuple[int, int] = (1280, 720),
    name: str | None = None,
    app: str | None = None,
    chromium: str | None = None,
    root: Path | None = None,
    mask_text: bool = False,
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """Compile an HTML page into the content of a ``.screen.json`` file.

    Parameters
    ----------
    page : Path
        The HTML file.
    states : Path, optional
        The sidecar that names elements and describes states (``.states.json``).
    viewport : tuple of int
        Width and height of the browser's viewport in CSS pixels (default: (1280, 720)).
    name, app : str, optional
        Name of the screen and of its application; they win over the sidecar's. Without both,
        the file's name and ``own``.
    chromium : str, optional
        Path of the Chromium to use (default: $DESKHAND_CHROMIUM, then one on PATH).
    root : Path, optional
        Folder whose files the page may load (default: the page's folder).
    mask_text : bool
        Replace content (text, values, images) by placeholders before anything is read, for pages
        that hold real data; labels of controls stay. Not for pages with states (default: False).
    without : sequence of str
        CSS selectors of elements to take out of the page first, such as a frame with
        advertisements (default: none).

    Returns
    -------
    dict
        The screen; ``png_bytes`` holds its picture, which `write_screen` puts into a file.

    Raises
    ------
    DeskhandError
        When the page, its sidecar or one of its states cannot be compiled.
    """
    page = Path(page)
    if not page.is_file():
        raise DeskhandError(f"page={str(page)!r}: no such file; give the path of an HTML file.")
    root = Path(root) if root is not None else page.parent
    if not page.resolve().is_relative_to(root.resolve()):
        raise DeskhandError(
            f"root={str(root)!r} does not hold the page {str(page)!r}; give a folder above the page."
        )
    sidecar = read_sidecar(Path(states)) if states is not None else Sidecar()
    if mask_text and sidecar.layers:
        raise DeskhandError(
            "mask_text=True: a page with states writes new text as it runs, which is not masked; "
            "compile it without states, or put test data into the page."
        )
    name = name or sidecar.name or page.stem
    app = app or sidecar.app or (name.split("/")[0] if "/" in name else "own")
    inside = page.resolve().relative_to(root.resolve()).as_posix()
    href = sidecar.href or f"https://{app}.deskhand.example/{inside}"
    files = PageFiles(page=page, root=root, href=href)

    def browse() -> dict[str, Any]:
        with started(chromium) as browser:
            recorder = StateRecorder(
                browser=browser,
                files=files,
                viewport=viewport,
                screen=name,
                mask_text=mask_text,
                without=tuple(without),
            )
            return _compile(recorder, sidecar)

    made = apart(browse)
    page_title = made.pop("title")
    source = hashlib.sha256(files.content(page))
    if states is not None:
        source.update(Path(states).read_bytes())
    return {
        "format": FORMAT,
        "name": name,
        "app": app,
        "title": sidecar.title or page_title,
        "href": href,
        "viewport": {"width": viewport[0], "height": viewport[1], "dpr": 1},
        "source_sha256": source.hexdigest(),
        **made,
    }


def _compile(recorder: StateRecorder, sidecar: Sidecar) -> dict[str, Any]:
    """Return the part of a screen that the browser tells."""
    base, title = _base(recorder, sidecar)
    compiler = LayerCompiler(recorder, sidecar, base)
    for layer in dict.fromkeys((PAGE, *sidecar.layers)):
        compiler.compile(layer)
    if len(compiler.layers) > 1:
        _check(recorder, compiler)
    dom = dict(base.tree)
    inline_images(dom, recorder.files)
    layers = {name: compiler.content(layer) for name, layer in compiler.layers.items()}
    extent = base.measured.extent
    return {
        "title": title,
        "document": extent,
        "engine": f"Chromium {recorder.browser.version}",
        "dom": dom,
        "max_id": base.next_id - 1,
        "links": _links(sidecar, compiler),
        "elements": base.elements,
        "hit": {**extent, "zlib_u16": pack(base.measured.labels.document)},
        "layers": layers,
        "pictures": pool_pictures(layers),
        "png_bytes": png_bytes(base.measured.picture.document),
    }


def _base(recorder: StateRecorder, sidecar: Sidecar) -> tuple[State, str]:
    """Measure the freshly loaded page; return it, its elements keyed, and the page's title."""
    with recorder.at_base() as (live, snapshot):
        by_css = {
            key: css_id(live, locator, recorder.screen)
            for key, locator in sidecar.names.items()
            if locator.startswith("css=")
        }
        title = live.page.title()
        recorder.fresh_values = live.call("values")
        state = State(
            layer=PAGE,
            name=BASE,
            path=(),
            runs=(),
            tree=snapshot["dom"],
            measured=measure(
                live,
                BASE_STEP_PX,
                tuple(by_css.values()),
                screen=recorder.screen,
                state=BASE,
            ),
            next_id=snapshot["maxId"] + 1,
        )
    sighting = state.measured.sighting
    given = given_keys(sidecar, sighting.by_id, recorder.screen)
    given.update({own: key for key, own in by_css.items()})
    state.keys = keyed(sighting, {}, given)
    state.elements = {state.keys[own]: record(e) for own, e in sighting.by_id.items()}
    mark_sensitive(state.elements, sidecar)
    return state, title


def _check(recorder: StateRecorder, compiler: LayerCompiler) -> None:
    with recorder.at_base() as (live, _):
        inside = {
            name: set(live.call("below", sorted(layer.touched)))
            for name, layer in compiler.layers.items()
        }
        names = {
            own: live.call("nameOf", own)
            for layer in compiler.layers.values()
            for own in layer.touched
        }
    check_independence(recorder.screen, compiler.layers, compiler.base.elements, inside, names)
    check_commuting(compiler)


def _links(sidecar: Sidecar, compiler: LayerCompiler) -> dict[str, str]:
    known = {
        key
        for layer in compiler.layers.values()
        for state in layer.states.values()
        for key in state.elements
    }
    for key in (*sidecar.links, *sidecar.sensitive, *sidecar.names):
        if key not in known:
            raise UnknownNameError("element", key, known)
    return dict(sidecar.links)


def write_screen(data: dict[str, Any], png: bytes | None = None, out: str | Path = ".") -> Path:
    """Write a compiled screen as ``<stem>.screen.json`` and its picture as ``<stem>.png``.

    Parameters
    ----------
    data : dict
        What `compile_page` returned.
    png : bytes, optional
        The picture (default: the one that came with the data).
    out : path
        A folder, or the path of the ``.screen.json`` file itself.

    Returns
    -------
    Path
        The path of the screen file.
    """
    out = Path(out)
    stem = str(data["name"]).rsplit("/", 1)[-1]
    path = out if out.name.endswith(".screen.json") else out / f"{stem}.screen.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = path.with_name(path.name.removesuffix(".screen.json") + ".png")
    content = {key: value for key, value in data.items() if key != "png_bytes"}
    content["png"] = picture.name
    # What was handed in stays whole.
    content["dom"] = deepcopy(content["dom"])
    for sheet, css in take_out(content["dom"]).items():
        path.with_name(sheet).write_text(css, encoding="utf-8")
    picture.write_bytes(png if png is not None else data["png_bytes"])
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path
