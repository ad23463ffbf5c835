"""Cut letters and signs of fields from Chromium: `python -m deskhand.exact_pages.cut_letters`.

Composed pictures write with these, so what is filled in looks as it does in the browser. Chromium
places letters at quarters of a pixel and smooths them by the brightness of their colour, in eight
steps; so there is one sheet of masks a font and brightness, with four masks a letter.
"""

import io
import json
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deskhand.exports.screen_frames.letters import (
    BRIGHTNESSES,
    CHARACTERS,
    FOLDER,
    METRICS,
    PHASES,
    RING,
    RING_PX,
    TICK,
    TICK_PX,
    brightness,
    cell,
    font_name,
    sheet_name,
)
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.screen_compiler.chromium import started
from deskhand.screen import Look, Screen

if TYPE_CHECKING:
    from playwright.sync_api import Page

FAMILY = '"Liberation Sans", Arial, Helvetica, sans-serif'
# Colours of each brightness, of which one channel is 0 on white or 255 on black: the mask itself.
DARK = ((0, 0, 0), (0, 61, 0), (0, 103, 0), (0, 143, 0), (0, 184, 0))
LIGHT = ((255, 152, 176), (255, 194, 208), (255, 255, 255))
ON_DARK = len(DARK)
_KERNING = """([characters, font]) => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  // With blanks too, as in a document.
  pen.fontKerning = "normal";
  const wide = (text) => pen.measureText(text).width;
  const all = [...characters];
  const advances = all.map(wide);
  const kerning = {};
  all.forEach((a, i) => all.forEach((b, j) => {
    const by = wide(a + b) - advances[i] - advances[j];
    if (Math.abs(by) > 1e-4) kerning[a + b] = by;
  }));
  return { advances, kerning };
}"""
Font = tuple[int, bool]


def _shot(tab: "Page", body: str, width: int, height: int, style: str) -> NDArray[np.uint8]:
    tab.set_viewport_size({"width": width, "height": height})
    tab.set_content(
        f"<!doctype html><meta charset=utf-8><style>body {{ margin: 0; {style} }}</style>{body}"
    )
    raw = tab.screenshot(caret="initial", animations="allow", scale="css")
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))


def cut_sheet(tab: "Page", font: Font, bright: int) -> NDArray[np.uint8]:
    """Return the masks of all letters of a font: a row a letter, a column a phase."""
    size, bold = font
    wide, high = cell(size)
    on_black = bright >= ON_DARK
    red, green, blue = LIGHT[bright - ON_DARK] if on_black else DARK[bright]
    spans = "".join(
        f"<span style='position:absolute;white-space:pre;top:{row * high}px;"
        f"left:{phase * wide + size // 2 + phase / PHASES}px'>{escape(letter)}</span>"
        for row, letter in enumerate(CHARACTERS)
        for phase in range(PHASES)
    )
    style = (
        f"background: {'#000' if on_black else '#fff'}; color: rgb({red}, {green}, {blue}); "
        f"font: {'bold ' if bold else ''}{size}px/{high}px {FAMILY}"
    )
    pixels = _shot(tab, spans, wide * PHASES, high * len(CHARACTERS), style)[..., 0]
    return pixels if on_black else 255 - pixels


def cut_ring(tab: "Page") -> NDArray[np.uint8]:
    """Return two masks, one below the other: of a field's edge, and of the ring for the focus."""
    side = f"width:{RING_PX - 2}px;height:{RING_PX - 2}px"
    edges = ("border:1px solid #000", "outline:2px solid #000;outline-offset:-1px")
    boxes = "".join(
        f"<i style='position:absolute;left:1px;top:{row * RING_PX + 1}px;box-sizing:border-box;"
        f"{side};border-radius:8px;{edge}'></i>"
        for row, edge in enumerate(edges)
    )
    return 255 - _shot(tab, boxes, RING_PX, 2 * RING_PX, "background: #fff")[..., 0]


def cut_tick(tab: "Page") -> NDArray[np.uint8]:
    """Return the mask of a box with a tick, which is left out of it."""
    box = (
        "<input type=checkbox checked style='position:absolute;left:0;top:0;margin:0;"
        f"width:{TICK_PX}px;height:{TICK_PX}px;accent-color:#000'>"
    )
    return 255 - _shot(tab, box, TICK_PX, TICK_PX, "background: #fff")[..., 0]


def _looks(screen: Screen) -> list[Look]:
    changed = [
        screen.changed_element(*at, key)
        for at, state in screen.states.items()
        for key, change in state.overrides.items()
        if change is not None
    ]
    fields = [element.look for element in (*screen.elements.values(), *changed)]
    texts = [text.look for state in screen.states.values() for text in state.slot_texts]
    return [look for look in (*fields, *texts) if look is not None]


def main() -> None:
    """Cut the letters of all looks that the shipped screens have."""
    looks = [look for screen in shipped_screens().values() for look in _looks(screen)]
    wanted = {(round(k.font_px), k.bold, brightness(k.colour)) for k in looks if k.colour[0] == "#"}
    # Bars around the pages.
    wanted |= {(12, False, 3), (13, False, 0), (13, False, 3), (13, False, 7), (14, False, 0)}
    folder = Path(str(files("deskhand.exports.screen_frames"))) / FOLDER
    fonts = {}
    with started() as browser:
        tab = browser.new_context(device_scale_factor=1).new_page()
        for size, bold, bright in sorted(wanted):
            assert bright < BRIGHTNESSES
            sheet = cut_sheet(tab, (size, bold), bright)
            path = folder / sheet_name(size, bright, bold=bold)
            Image.fromarray(sheet).save(path, optimize=True)
            css = f"{'bold ' if bold else ''}{size}px {FAMILY}"
            fonts[font_name(size, bold=bold)] = tab.evaluate(_KERNING, [CHARACTERS, css])
        Image.fromarray(cut_ring(tab)).save(folder / RING, optimize=True)
        Image.fromarray(cut_tick(tab)).save(folder / TICK, optimize=True)
        engine = f"Chromium {browser.version}"
    text = json.dumps({"engine": engine, "fonts": fonts}, indent=1, sort_keys=True)
    (folder / METRICS).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
