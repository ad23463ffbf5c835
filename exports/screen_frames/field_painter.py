"""What fields hold, painted over the page's picture: text, dots, ticks, choices; focus and caret."""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from deskhand.exports.screen_frames import lettering, letters
from deskhand.exports.screen_frames.canvas import Draw, Place
from deskhand.exports.screen_frames.letters import rises
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.screen import Element, Look, Screen

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER = "#ffffff"
# The calendar sign at the right of a date field, px, as Chromium draws it.
DATE_SIGN_PX = 22
# The arrow at the right of a drop-down whose look is not known.
SELECT_SIGN_PX = 24
# Where a page's style does not say it: the colour of Chromium's own ring and of its tick boxes.
RING, TICK = "#101010", "#0075ff"
# The part of a ring that is rounded: that of a field with a radius of 8 px.
CORNER_PX = 12
# So far to the left of a field's text its paper is looked at.
PAPER_PX = 4
# What stands for each letter of a masked field.
DOT = "\u2022"
_RING = re.compile(r":focus[^{}]*\{[^{}]*outline:[^;{}]*?(#[0-9a-fA-F]{6}|var\((--[\w-]+)\))")


def filled(view: PageView) -> set[str]:
    """Return the fields that hold what the picture does not show, and the one with the focus."""
    held = view.texts.keys() | view.dots.keys() | view.checked.keys()
    return held if view.focused is None else held | {view.focused}


def field_parts(view: PageView, keys: Collection[str]) -> Iterator[Draw]:
    """Yield what some fields hold where it is not what the picture shows, and a ring for the focus."""
    held = view.texts.keys() | view.dots.keys() | view.checked.keys()
    for key in sorted(held & set(keys)):
        element = view.element(key)
        if element is None or element.widget == "combobox":
            continue
        if element.widget in ("checkbox", "radio"):
            on = view.checked[key]
            # Otherwise the picture shows it.
            if on != element.checked:
                drawn = partial(_tick, element=element, on=on)
                yield Draw(_around(element), (id(element), on), drawn)
        else:
            end = view.focused == key
            text = _shown(view, element)
            drawn = partial(_field, element=element, text=text, end=end)
            yield Draw(_field_box(element, text), (id(element), text, end), drawn)
    focused = view.element(view.focused)
    if focused is not None and focused.key in keys and has_ring(focused):
        colour = ring_colour(view.screen)
        drawn = partial(_ring, element=focused, colour=colour)
        yield Draw(_around(focused), (id(focused), colour), drawn)


def _around(element: Element) -> Place:
    """Return the box of an element with the ring around it, or with what is read of its paper."""
    left, top, width, height = (round(v) for v in element.box)
    wide, high = max(width, CORNER_PX), max(height, CORNER_PX)
    return left - 2, top - 2, left + wide + 3, top + high + 3


def _ring(onto: "Image", element: Element, colour: str) -> None:
    """Paint the ring around a field: its corners as Chromium rounds them, lines between them."""
    from PIL import ImageDraw

    left, top, width, height = (round(v) for v in element.box)
    right, bottom = left + width + 1, top + height + 1
    left, top = left - 1, top - 1
    pen = ImageDraw.Draw(onto)
    paper: Any = onto.getpixel((min(left + CORNER_PX, onto.width - 1), top + 3))
    far = letters.RING_PX - CORNER_PX
    for x, from_x in ((left, 0), (right - CORNER_PX, far)):
        for y, from_y in ((top, 0), (bottom - CORNER_PX, far)):
            onto.paste(_corner(colour, paper, from_x, from_y), (x, y))
    for y in (top, bottom - 2):
        pen.rectangle((left + CORNER_PX, y, right - CORNER_PX - 1, y + 1), fill=colour)
    for x in (left, right - 2):
        pen.rectangle((x, top + CORNER_PX, x + 1, bottom - CORNER_PX - 1), fill=colour)


@lru_cache(maxsize=256)
def _corner(colour: str, paper: Any, from_x: int, from_y: int) -> "Image":
    """Return a corner of a ring on its paper; the edge beneath takes the ring's colour."""
    from PIL import Image

    made, ring = Image.new("RGB", (CORNER_PX, CORNER_PX), paper), letters.sign(letters.RING)
    for row in (0, letters.RING_PX):
        corner = ring[row + from_y :, from_x:][:CORNER_PX, :CORNER_PX]
        letters.blend(made, colour, [(corner, 0, 0)])
    return made


def has_ring(element: Element) -> bool:
    """Return whether an element shows that it has the focus, however it came by it."""
    return element.widget in ("text", "textarea", "password", "date", "select", "combobox")


def _room(element: Element) -> tuple[Look, float, float, float, float]:
    """Return a field's look and the left, top, right and bottom of the room for its text."""
    look = element.look or Look()
    left, top, width, height = element.box
    inset = look.inset
    right = left + width - inset[2]
    if element.widget == "date":
        right -= DATE_SIGN_PX
    elif element.widget == "select" and element.look is None:
        right -= SELECT_SIGN_PX
    return look, left + inset[0], top + inset[1], right, top + height - inset[3]


def _shown(view: PageView, element: Element) -> str:
    if element.key in view.dots:
        return DOT * view.dots[element.key]
    text = view.texts.get(element.key, element.value)
    if element.widget == "select":
        return next((o.label for o in element.options if o.value == text), text)
    if element.widget == "date":
        try:
            return f"{date.fromisoformat(text):%m/%d/%Y}"
        except ValueError:
            return text or "mm/dd/yyyy"
    return text


def _lines(element: Element, text: str) -> tuple[Sequence[tuple[int, str]], int]:
    """Return the lines of a field with their places in the text, and the first that is seen."""
    look, left, top, right, bottom = _room(element)
    if element.widget != "textarea":
        return [(0, text)], 0
    lines = lettering.wrapped(text, round(look.font_px), right - left)
    high = max(1, int((bottom - top) / look.line_px + 0.25))
    return lines, max(0, len(lines) - high)


def _field(onto: "Image", element: Element, text: str, *, end: bool) -> None:
    from PIL import ImageDraw

    _, left, top, right, bottom = _room(element)
    x = min(max(int(left) - PAPER_PX, 0), onto.width - 1)
    paper: Any = onto.getpixel((x, min(int((top + bottom) / 2), onto.height - 1)))
    box = (int(left) - 1, int(top) + 1, int(right), int(bottom) - 2)
    ImageDraw.Draw(onto).rectangle(box, fill=paper)
    lines, first = _lines(element, text)
    for row, (_, line) in enumerate(lines[first:]):
        _line(onto, element, line, row, paper, end=end)


def _field_box(element: Element, text: str) -> Place:
    """Return the box of what `_field` paints and reads."""
    look, left, top, right, bottom = _room(element)
    lines, first = _lines(element, text)
    size = round(look.font_px)
    above = _line_top(size, _baseline(element, 0))
    below = _line_top(size, _baseline(element, len(lines) - first - 1)) + _line_height(size)
    return (
        int(left) - PAPER_PX,
        min(int(top), above),
        max(int(right), int(left)) + 1,
        max(int(bottom), below),
    )


def _line_top(size: int, baseline: int) -> int:
    return round(baseline - size * 1.1)


def _line_height(size: int) -> int:
    return round(size * 1.5)


def _line(onto: "Image", element: Element, line: str, row: int, paper: Any, *, end: bool) -> None:
    """Write one line of a field; one that is too long shows its end while it is being written."""
    look, left, _, right, _ = _room(element)
    size = round(look.font_px)
    baseline = _baseline(element, row)
    wide = lettering.width_px(line, size, look.spacing_px, bold=look.bold)
    # Chromium counts in 64ths of a pixel, and rounds widths of lines up.
    wide = math.ceil(wide * 64) / 64
    spare = right - left - wide
    shift = max(spare, 0) * {"center": 0.5, "right": 1.0}.get(look.align, 0.0)
    if spare < 0 and end:
        shift = spare
    top = _line_top(size, baseline)
    parts = tuple(_parts(element, line))
    room = (max(1, int(right) - int(left)), _line_height(size))
    place = (shift + left - int(left), baseline - top)
    onto.paste(_strip(parts, look, room, place, paper), (int(left), top))


@lru_cache(maxsize=4096)
def _strip(
    parts: tuple[tuple[float, str], ...],
    look: Look,
    room: tuple[int, int],
    place: tuple[float, float],
    paper: Any,
) -> "Image":
    """Return a line of a field on its paper; most lines are the same from picture to picture."""
    from PIL import Image

    strip = Image.new("RGB", room, paper)
    for start, part in parts:
        lettering.write(
            strip,
            (place[0] + start, place[1]),
            part,
            round(look.font_px),
            look.colour,
            bold=look.bold,
            spacing_px=look.spacing_px,
        )
    return strip


def _parts(element: Element, line: str) -> Iterator[tuple[float, str]]:
    """Yield the parts of a line that are written by themselves, and where each begins, px."""
    if element.widget != "date":
        yield 0.0, line
        return
    # Chromium leaves a pixel on both sides of the parts of a date.
    look, x = element.look or Look(), 0.0
    for part in re.split("(/)", line):
        room = 0 if part == "/" else 1
        yield x + room, part
        x += lettering.width_px(part, round(look.font_px), bold=look.bold) + 2 * room


def _baseline(element: Element, row: int) -> int:
    look, _, top, _, bottom = _room(element)
    above, below = rises(round(look.font_px))
    line_px = look.line_px if element.widget == "textarea" else bottom - top
    return int(top + line_px * row + (line_px - above - below) / 2 + 0.5) + above


def _tick(onto: "Image", element: Element, *, on: bool) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(onto)
    left, top, width, height = (round(v) for v in element.box)
    box = (left, top, left + width - 1, top + height - 1)
    colour = element.look.colour if element.look is not None else TICK
    if element.widget == "radio":
        pen.ellipse(box, fill=PAPER, outline=colour if on else "#767676", width=1)
        if on:
            pen.ellipse((left + 4, top + 4, left + width - 5, top + height - 5), fill=colour)
        return
    if on and (width, height) == (letters.TICK_PX, letters.TICK_PX):
        pen.rectangle(box, fill=PAPER)
        letters.blend(onto, colour, [(letters.sign(letters.TICK), left, top)])
        return
    pen.rounded_rectangle(box, 2, fill=colour if on else PAPER, outline=colour if on else "#767676")
    if on:
        at = [(0.22, 0.52), (0.42, 0.72), (0.78, 0.3)]
        pen.line([(left + width * x, top + height * y) for x, y in at], fill=PAPER, width=2)


def caret_of(view: PageView) -> Place | None:
    """Return the box of the caret in the page's viewport, None where there is none."""
    element = view.element(view.focused)
    if element is None or element.widget not in ("text", "textarea", "password"):
        return None
    left, top, right, bottom = _caret(view, element)
    x, y = (0, 0) if element.fixed else (view.page.scroll_x, view.page.scroll_y)
    return left - x, top - y, right - x, bottom - y


def _caret(view: PageView, element: Element) -> Place:
    look, left, _, right, _ = _room(element)
    size = round(look.font_px)
    text = _shown(view, element)
    at = view.carets.get(element.key, len(text))
    lines, first = _lines(element, text)
    row = max((k for k, (start, _) in enumerate(lines) if start <= at), default=0)
    start, line = lines[row]
    x = left + lettering.starts_px(line, size, look.spacing_px, bold=look.bold)[at - start]
    row = max(row - first, 0)
    x = min(x, right)
    baseline = _baseline(element, row)
    return (round(x), round(baseline - size), round(x), round(baseline + size * 0.25))


@lru_cache(maxsize=32)
def ring_colour(screen: Screen) -> str:
    """Return the colour of the ring around a field that has the focus."""
    style = "".join(_styles(screen.dom))
    found = _RING.search(style)
    if found is None:
        return RING
    if found[2] is None:
        return found[1]
    named = re.search(re.escape(found[2]) + r":\s*(#[0-9a-fA-F]{6})", style)
    return named[1] if named else RING


def _styles(node: Any) -> list[str]:
    attributes = node.get("attributes", {})
    found = [attributes["_cssText"]] if "_cssText" in attributes else []
    for child in node.get("childNodes", ()):
        if node.get("tagName") == "style" and "textContent" in child:
            found.append(child["textContent"])
        found += _styles(child)
    return found
