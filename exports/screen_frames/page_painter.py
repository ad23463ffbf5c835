"""A page as it looks: its compiled picture, the crops of its states, and what was filled in."""

import io
from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from deskhand.exports.screen_frames import lettering
from deskhand.exports.screen_frames.canvas import (
    Canvas,
    Draw,
    PaintedPage,
    Part,
    Paste,
    Place,
    moved,
)
from deskhand.exports.screen_frames.field_painter import caret_of, field_parts, filled
from deskhand.exports.screen_frames.letters import rises
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.screen import PAGE, Element, Look, Screen, SlotText, State

if TYPE_CHECKING:
    from PIL.Image import Image

PAPER, INK, LINE = "#ffffff", "#1b2430", "#c4cbd3"


# All of the shipped applications; a picture of a state is small, and one of a page some 3 MB.
@lru_cache(maxsize=1024)
def _crop(image: str) -> "Image":
    from PIL import Image

    return Image.open(io.BytesIO(b64decode(image))).convert("RGB")


@lru_cache(maxsize=64)
def _document(screen: Screen) -> "Image":
    """Return the picture of the whole document in its base state; boxes where there is none."""
    from PIL import Image, ImageDraw

    made = Image.new("RGB", screen.document, PAPER)
    content = screen.picture()
    if content is not None:
        made.paste(Image.open(io.BytesIO(content)).convert("RGB"), (0, 0))
        return made
    pen = ImageDraw.Draw(made)
    for element in screen.elements.values():
        left, top, width, height = element.box
        pen.rectangle((left, top, left + width, top + height), outline=LINE)
        if element.widget in ("button", "link", "other"):
            size = max(8, min(14, int(height * 0.7)))
            text = lettering.shortened(element.name, size, width - 8)
            lettering.write(made, (left + 4, top + height / 2 + size * 0.35), text, size, INK)
    return made


class _Canvases:
    """The pictures of a page while it stands: its document, and what is seen of it."""

    def __init__(self, screen: Screen) -> None:
        self.document = Canvas(screen.document)
        self.viewport: Canvas | None = None


_STANDING: WeakKeyDictionary[PageView, _Canvases] = WeakKeyDictionary()


def painted(view: PageView) -> PaintedPage:
    """Return the viewport of a page, which is painted anew only where it has changed."""
    page, screen = view.page, view.screen
    canvases = _STANDING.get(view)
    if canvases is None:
        canvases = _STANDING[view] = _Canvases(screen)
    # From back to front: what lies over other things, such as an open list, is painted after them.
    states = [screen.states[layer, page.state[layer]] for layer in view.order]
    fields = _by_state(view, states)
    held = [*zip(states, fields, strict=True)]
    whole: list[Part] = [Paste(_document(screen), 0, 0)]
    whole += [part for each in held for part in _state_parts(view, *each, fixed=False)]
    fixed = [part for each in held for part in _state_parts(view, *each, fixed=True)]
    changed = canvases.document.show(whole)
    x, y = page.scroll_x, page.scroll_y
    if not (fixed or x or y) and screen.document == screen.viewport:
        canvases.viewport = None
        return PaintedPage(canvases.document.picture, caret_of(view), changed)
    seen = canvases.viewport = canvases.viewport or Canvas(screen.viewport)
    parts = [Paste(canvases.document.picture, -x, -y), *fixed]
    changed = seen.show(parts, [moved(box, -x, -y) for box in changed])
    return PaintedPage(seen.picture, caret_of(view), changed)


def _by_state(view: PageView, states: Sequence[State]) -> list[list[Element]]:
    """Return the fields to paint with each state: that which brings them up, or the page itself."""
    found: list[list[Element]] = [[] for _ in states]
    page = next(k for k, state in enumerate(states) if state.layer == PAGE)
    for key in filled(view):
        element, base = view.element(key), view.screen.elements.get(key)
        if element is None:
            continue
        over = [k for k, s in enumerate(states) if s.layer != PAGE and s.overrides.get(key)]
        brought = over and (base is None or not base.visible)
        found[over[-1] if brought else page].append(element)
    return found


def _state_parts(
    view: PageView, state: State, fields: Sequence[Element], *, fixed: bool
) -> Iterator[Part]:
    """Yield a state's pictures, what its fields hold, its texts; of what is fixed, or of the rest."""
    for crop in state.crops:
        if bool(crop.get("fixed")) == fixed:
            yield Paste(_crop(crop["image"]), crop["left"], crop["top"])
    yield from field_parts(view, [field.key for field in fields if field.fixed == fixed])
    for text in state.slot_texts:
        if text.fixed == fixed:
            filled = text.text
            for slot, shown in view.slots.items():
                filled = filled.replace("{{" + slot + "}}", shown)
            drawn = partial(_slot_text, text=text, filled=filled)
            yield Draw(_text_box(text), (id(text), filled), drawn)


def _text_box(text: SlotText) -> Place:
    """Return the box of what `_slot_text` paints and reads."""
    left, top, width, height = text.box
    right, bottom = int(left + width) + 2, int(top + height) + 1
    room = _text_room(text)
    return (
        min(int(left) - 2, room[0]),
        min(int(top), room[1]),
        max(right, room[2]),
        max(bottom, room[3]),
    )


def _text_room(text: SlotText) -> Place:
    left = text.box[0]
    size, baseline = round(text.look.font_px), _baseline(text)
    return int(left) - size, baseline - 2 * size, int(left + text.room_px) + size, baseline + size


def _baseline(text: SlotText) -> int:
    _, top, _, height = text.box
    above, below = rises(round(text.look.font_px))
    return int(top + (height - above - below) / 2) + above


def _slot_text(onto: "Image", text: SlotText, filled: str) -> None:
    from PIL import ImageDraw

    left, top, width, height = text.box
    place = (max(int(left) - 2, 0), min(max(int(top), 0), onto.height - 1))
    paper = onto.getpixel(place)
    box = (int(left) - 1, int(top), int(left + width) + 1, int(top + height))
    ImageDraw.Draw(onto).rectangle(box, fill=paper)
    look = text.look
    size = round(look.font_px)
    shown = lettering.shortened(filled, size, text.room_px, bold=look.bold)
    # Most texts stand on one colour, and are the same from picture to picture.
    room = _text_room(text)
    plain = onto.crop(room).getcolors(1)
    if plain is None:
        start = (left, _baseline(text))
        lettering.write(onto, start, shown, size, look.colour, bold=look.bold)
        return
    wide, high = room[2] - room[0], room[3] - room[1]
    strip = _strip(shown, look, (wide, high), left - room[0], plain[0][1])
    onto.paste(strip, room[:2])


@lru_cache(maxsize=4096)
def _strip(text: str, look: Look, room: tuple[int, int], left: float, paper: Any) -> "Image":
    """Return a text on paper of one colour."""
    from PIL import Image

    strip, size = Image.new("RGB", room, paper), round(look.font_px)
    lettering.write(strip, (left, 2 * size), text, size, look.colour, bold=look.bold)
    return strip
