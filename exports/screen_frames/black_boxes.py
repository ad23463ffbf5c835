"""Black boxes over what a picture must not show: sensitive elements, and texts that are masked."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from deskhand.exports.screen_frames.canvas import (
    Canvas,
    Draw,
    PaintedPage,
    Painter,
    Part,
    Paste,
    Place,
)
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.screen import Box, Element, SlotText

if TYPE_CHECKING:
    from PIL.Image import Image

BLACK = "#000000"
# The ring around a field with the focus lies outside of its box, and so may an edge's smoothing.
MARGIN_PX = 2
# What stands for each letter of a text that is masked.
STAR = "*"


def blacked_out(paint: Painter) -> Painter:
    """Return a painter of pages that lays black boxes over what another one paints.

    A box is as large as the element, whatever the element holds, and a caret within it is left out,
    so a picture tells neither a text nor its length.

    Parameters
    ----------
    paint : callable
        Paints a page from what it shows.
    """
    over: WeakKeyDictionary[PageView, Canvas] = WeakKeyDictionary()

    def painted_over(view: PageView) -> PaintedPage:
        page = paint(view)
        boxes = black_boxes(view)
        focused = view.element(view.focused)
        hidden = focused is not None and view.is_sensitive(focused)
        caret = None if hidden else page.caret
        if not boxes:
            over.pop(view, None)
            return page._replace(caret=caret)
        canvas = over.get(view)
        if canvas is None:
            canvas = over[view] = Canvas(page.picture.size)
        parts: list[Part] = [Paste(page.picture, 0, 0)]
        parts += [Draw(seen, (seen, BLACK), partial(_black, box=seen)) for seen in boxes]
        touched = [(0, 0, *page.picture.size)] if page.changed is None else page.changed
        return PaintedPage(canvas.picture, caret, canvas.show(parts, touched))

    return painted_over


def _black(onto: "Image", box: Place) -> None:
    onto.paste(BLACK, box)


def black_boxes(view: PageView) -> list[Place]:
    """Return the boxes of a page that must not be seen: left, top, right, bottom in its viewport."""
    hidden = (*_elements(view), *_texts(view))
    return [_place(box, view, fixed=at) for box, at in hidden if box[2] > 0 and box[3] > 0]


def _elements(view: PageView) -> Iterator[tuple[Box, bool]]:
    elements = view.page.elements
    for element in elements.values():
        if view.is_sensitive(element):
            yield element.box, element.fixed
            yield from _open_list(element, elements)


def _open_list(element: Element, elements: dict[str, Element]) -> Iterator[tuple[Box, bool]]:
    # The line of an open list that is lit tells what is chosen.
    for option in element.options:
        line = elements.get(option.target or "")
        if line is not None:
            yield line.box, line.fixed


def _texts(view: PageView) -> Iterator[tuple[Box, bool]]:
    hidden = {slot for slot, text in view.slots.items() if STAR in text}
    for at in view.page.state.items():
        for text in view.screen.states[at].slot_texts:
            if any("{{" + slot + "}}" in text.text for slot in hidden):
                yield _room(text), text.fixed


def _room(text: SlotText) -> Box:
    left, top, width, height = text.box
    return left, top, max(width, text.room_px), height


def _place(box: Box, view: PageView, *, fixed: bool) -> Place:
    left, top, width, height = box
    x, y = (0, 0) if fixed else (view.page.scroll_x, view.page.scroll_y)
    return (
        int(left - x) - MARGIN_PX,
        int(top - y) - MARGIN_PX,
        int(left - x + width) + MARGIN_PX + 1,
        int(top - y + height) + MARGIN_PX + 1,
    )
