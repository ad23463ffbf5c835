"""A page as it looks: its compiled picture, the crops of its states, and what was filled in."""

import io
from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from deskhand.exports.screen_frames import lettering
from deskhand.exports.screen_frames.field_painter import Place, caret_of, filled, paint_fields
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


def painted(view: PageView) -> tuple["Image", Place | None]:
    """Return the viewport of a page, and the box of the caret in it when a field has the focus."""
    page, screen = view.page, view.screen
    now = _document(screen).copy()
    # From back to front: what lies over other things, such as an open list, is painted after them.
    states = [screen.states[layer, page.state[layer]] for layer in view.order]
    fields = _by_state(view, states)
    for state, keys in zip(states, fields, strict=True):
        _paint_state(now, view, state, keys, fixed=False)
    x, y = page.scroll_x, page.scroll_y
    width, height = screen.viewport
    seen = now.crop((x, y, x + width, y + height))
    for state, keys in zip(states, fields, strict=True):
        _paint_state(seen, view, state, keys, fixed=True)
    return seen, caret_of(view)


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


def _paint_state(
    onto: "Image", view: PageView, state: State, fields: Sequence[Element], *, fixed: bool
) -> None:
    """Paint a state: its pictures, what its fields hold, its texts; of what is fixed, or of the rest."""
    for crop in state.crops:
        if bool(crop.get("fixed")) == fixed:
            onto.paste(_crop(crop["image"]), (crop["left"], crop["top"]))
    paint_fields(onto, view, [field.key for field in fields if field.fixed == fixed])
    for text in state.slot_texts:
        if text.fixed == fixed:
            _slot_text(onto, text, view)


def _slot_text(onto: "Image", text: SlotText, view: PageView) -> None:
    from PIL import ImageDraw

    filled = text.text
    for slot, shown in view.slots.items():
        filled = filled.replace("{{" + slot + "}}", shown)
    left, top, width, height = text.box
    place = (max(int(left) - 2, 0), min(max(int(top), 0), onto.height - 1))
    paper = onto.getpixel(place)
    box = (int(left) - 1, int(top), int(left + width) + 1, int(top + height))
    ImageDraw.Draw(onto).rectangle(box, fill=paper)
    look = text.look
    size = round(look.font_px)
    shown = lettering.shortened(filled, size, text.room_px, bold=look.bold)
    above, below = rises(size)
    baseline = int(top + (height - above - below) / 2) + above
    # Most texts stand on one colour, and are the same from picture to picture.
    room = (int(left) - size, baseline - 2 * size, int(left + text.room_px) + size, baseline + size)
    plain = onto.crop(room).getcolors(1)
    if plain is None:
        lettering.write(onto, (left, baseline), shown, size, look.colour, bold=look.bold)
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
