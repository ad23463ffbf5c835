"""The desktop around the pages: windows with their bars, task bar, lists, notifications, the pointer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from deskhand.desktop_layout import (
    BARS_PX,
    BOOKMARKS,
    BOOKMARKS_PX,
    TASK_BAR_PX,
    TITLE_PX,
    bookmark,
    notification_cross,
    task_button,
)
from deskhand.exports.screen_frames import lettering
from deskhand.exports.screen_frames.canvas import Draw, Painter, Part, Paste, Place, moved
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.monitors import Monitor, bounds, nearest
from deskhand.screen import Box, Element

if TYPE_CHECKING:
    from PIL.Image import Image

# The list of a native drop-down: height of a line, and how many lines show.
LIST_ROW_PX, LIST_ROWS = 22, 15
ARROW = ((0, 0), (0, 16.5), (3.9, 13), (6.6, 19), (9.2, 17.9), (6.6, 12), (12, 12))

BLOCKED = "#8a9099"
GAP = CARET = "#000000"
WALLPAPER, BAR, TITLE, TITLE_BEHIND = "#3f5a70", "#20262e", "#c7cbd3", "#d9dbe0"
ADDRESS, PAPER, INK, FAINT, EDGE, LIT = (
    "#f2f3f5", "#ffffff", "#16181d", "#565b66", "#b3b8c0", "#1967d2",
)  # fmt: skip


Point = tuple[float, float]


@dataclass(slots=True, kw_only=True)
class Window:
    """One window: where its page starts on the desktop, and what the page shows.

    Of an ``excluded`` one nothing is shown but that it is there. With a ``zoom`` above 1 the page is
    enlarged from its upper left corner, and what has no room left is cut off; a browser would lay it
    out anew, which a compiled page does not tell.
    """

    name: str
    app: str
    origin: tuple[int, int]
    number: int
    view: PageView | None = None
    url: str = ""
    excluded: bool = False
    stale: bool = True
    image: "Image | None" = None
    caret: Place | None = None
    changed: list[Place] | None = None
    zoom: float = 1.0

    def page(self, viewport: tuple[int, int], paint: Painter) -> "Image":
        """Return the page's picture, painted anew where something has changed."""
        if self.image is None or self.stale:
            self.stale = False
            self.changed = None
            if self.view is None or self.excluded:
                self.image, self.caret = _blank(viewport, BLOCKED if self.excluded else PAPER), None
            else:
                self.image, self.caret, self.changed = paint(self.view)
            if self.zoom > 1.0:
                self._enlarge(self.image)
        else:
            self.changed = []
        return self.image

    def _enlarge(self, page: "Image") -> None:
        from PIL.Image import Resampling

        part = (0.0, 0.0, page.width / self.zoom, page.height / self.zoom)
        self.image, self.changed = page.resize(page.size, Resampling.BICUBIC, box=part), None
        if self.caret is not None:
            left, top, right, bottom = (round(self.zoom * at) for at in self.caret)
            self.caret = (left, top, right, bottom)


@lru_cache(maxsize=8)
def _blank(size: tuple[int, int], colour: str) -> "Image":
    from PIL import Image

    return Image.new("RGB", size, colour)


def desktop_parts(
    windows: Sequence[Window],
    *,
    monitors: tuple[Monitor, ...],
    viewport: tuple[int, int],
    bookmarks: Sequence[str],
    paint: Painter,
) -> tuple[list[Part], list[Place]]:
    """Return the desktop with its windows, the last one in front, and where their pages have changed.

    Parameters
    ----------
    windows : sequence of Window
        From back to front.
    monitors : tuple of Monitor
        Where they lie in the picture, the main one, which has the task bar, first.
    viewport : tuple of int
        Width and height of a page that is not known, px.
    bookmarks : sequence of str
        What stands in the bar above every page.
    paint : callable
        Paints a page.
    """
    parts: list[Part] = [Paste(_wallpaper(monitors), 0, 0)]
    touched: list[Place] = []
    for window in windows:
        page, (left, top) = window.page(viewport, paint), window.origin
        bars = _bars(_told(window, bookmarks), page.width, window is windows[-1])
        parts += [Paste(bars, left, top - bars.height), Paste(page, left, top)]
        everywhere = [(0, 0, *page.size)]
        changed = everywhere if window.changed is None else window.changed
        touched += [moved(box, left, top) for box in changed]
    main = monitors[0]
    buttons = [(w.number, None if w.excluded else w.app or w.name) for w in windows]
    bar = _task_bar(tuple(buttons), main.width)
    parts.append(Paste(bar, main.left, main.bottom - TASK_BAR_PX))
    return parts, touched


@lru_cache(maxsize=4)
def _wallpaper(monitors: tuple[Monitor, ...]) -> "Image":
    """Return what lies behind all windows; gaps between monitors are black."""
    from PIL import Image

    whole = bounds(monitors)
    made = Image.new("RGB", (whole.width, whole.height), GAP)
    for monitor in monitors:
        made.paste(WALLPAPER, (monitor.left, monitor.top, monitor.right, monitor.bottom))
    return made


def _told(window: Window, bookmarks: Sequence[str]) -> tuple[str, ...] | None:
    """Return the texts above a window's page, None where it is excluded."""
    if window.excluded:
        return None
    named = window.view.screen.title if window.view else window.app or window.name
    shown = window.url.partition("://")[2] or window.url
    return named, shown, *bookmarks[:BOOKMARKS]


# What stands above a page and on the task bar is the same from picture to picture.
@lru_cache(maxsize=256)
def _bars(texts: tuple[str, ...] | None, width: int, front: bool) -> "Image":
    """Return title, address and bookmarks of a window; without texts where it is excluded."""
    from PIL import Image, ImageDraw

    top = BARS_PX
    made = Image.new("RGB", (width, top))
    pen = ImageDraw.Draw(made)
    bar, address = top - BOOKMARKS_PX, TITLE_PX
    pen.rectangle((0, 0, width - 1, address - 1), fill=TITLE if front else TITLE_BEHIND)
    pen.rectangle((0, address, width - 1, top - 1), fill=ADDRESS)
    pen.rounded_rectangle((10, address + 3, width - 11, bar - 3), 12, fill=PAPER)
    pen.line((0, top - 1, width - 1, top - 1), fill=EDGE)
    if texts is None:
        return made
    named, shown, *bookmarks = texts
    lettering.write(made, (14, address - 10), named, 13, INK if front else FAINT)
    lettering.write(made, (24, bar - 10), lettering.shortened(shown, 13, width - 60), 13, FAINT)
    for place, name in enumerate(bookmarks):
        offset, room = bookmark(place)
        text = lettering.shortened(name.replace("_", " "), 12, room)
        lettering.write(made, (offset, top - 10), text, 12, FAINT)
    return made


@lru_cache(maxsize=256)
def _task_bar(windows: tuple[tuple[int, str | None], ...], wide: int) -> "Image":
    """Return the task bar with a button for each window, the last one in front."""
    from PIL import Image, ImageDraw

    made = Image.new("RGB", (wide, TASK_BAR_PX), BAR)
    pen = ImageDraw.Draw(made)
    for place, (number, named) in enumerate(windows):
        left, width = task_button(number, len(windows), wide)
        fill = "#3a434e" if place == len(windows) - 1 else "#2a313a"
        pen.rounded_rectangle((left, 4, left + width, TASK_BAR_PX - 5), 4, fill=fill)
        if named is not None:
            text = lettering.shortened(named, 13, width - 24)
            lettering.write(made, (left + 12, 25), text, 13, "#e8eaed")
    return made


class OpenList(NamedTuple):
    """The list of a native drop-down that is open: where it is, px of the desktop, and what it shows.

    The options from ``first`` on are shown, ``lines`` of them; ``chosen`` is the place of the one that
    is chosen.
    """

    element: Element
    left: float
    top: float
    width: float
    first: int
    lines: int
    chosen: int

    def row(self, place: int) -> Box:
        """Return the box of the line that shows an option."""
        return (self.left, self.top + LIST_ROW_PX * (place - self.first), self.width, LIST_ROW_PX)


def open_list(window: Window, monitors: Sequence[Monitor]) -> OpenList | None:
    """Return the open list of a window's native drop-down, None where none is to be seen.

    Of a sensitive one nothing is seen: the line that is lit would tell the choice.

    Parameters
    ----------
    window : Window
        The window in front.
    monitors : sequence of Monitor
        Where they lie in the picture; the list stays on that of the window.
    """
    view = window.view
    element = view.element(view.opened) if view is not None else None
    if view is None or element is None or window.excluded or view.is_sensitive(element):
        return None
    options = element.options
    now = view.texts.get(element.key, element.value)
    chosen = next((k for k, option in enumerate(options) if option.value == now), 0)
    count = min(len(options), LIST_ROWS)
    first = min(max(0, chosen - LIST_ROWS // 2), len(options) - count) if chosen >= count else 0
    box_left, box_top, width, height = element.box
    left = window.origin[0] + box_left - (0 if element.fixed else view.page.scroll_x)
    above = window.origin[1] + box_top - (0 if element.fixed else view.page.scroll_y)
    top = above + height
    monitor = nearest(monitors, *window.origin)
    if top + LIST_ROW_PX * count > monitor.bottom:
        top = max(float(monitor.top), above - LIST_ROW_PX * count)
    return OpenList(element, left, top, width, first, count, chosen)


def list_part(window: Window, monitors: Sequence[Monitor], at: Point | None) -> Draw | None:
    """Return the open list of a native drop-down, the line under the pointer lit."""
    shown = open_list(window, monitors)
    if shown is None:
        return None
    left, top, width = shown.left, shown.top, shown.width
    right, bottom = left + width, top + LIST_ROW_PX * shown.lines
    lit = shown.chosen
    if at is not None and left <= at[0] < right and top <= at[1] < bottom:
        lit = shown.first + int((at[1] - top) // LIST_ROW_PX)
    box = (int(left) - 2, int(top) - 2, int(right) + 2, int(bottom) + 2)
    key = (id(shown.element), left, top, shown.first, lit)
    return Draw(box, key, partial(_list, shown=shown, lit=lit))


def _list(onto: "Image", shown: OpenList, lit: int) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(onto)
    left, top, width, first = shown.left, shown.top, shown.width, shown.first
    right, bottom = left + width, top + LIST_ROW_PX * shown.lines
    pen.rectangle((left - 1, top - 1, right, bottom), fill=PAPER, outline=EDGE)
    for k, option in enumerate(shown.element.options[first : first + shown.lines]):
        y = top + LIST_ROW_PX * k
        over = first + k == lit
        if over:
            pen.rectangle((left, y, right - 1, y + LIST_ROW_PX - 1), fill=LIT)
        text = lettering.shortened(option.label, 14, width - 12)
        lettering.write(onto, (left + 6, y + 16), text, 14, PAPER if over else INK)


def notification_part(app: str, title: str, box: Box) -> Draw:
    """Return a notification: what tells it, what it says, and its cross."""
    left, top, width, height = box
    around = (int(left), int(top), int(left + width) + 4, int(top + height) + 6)
    drawn = partial(_notification, app=app, title=title, box=box)
    return Draw(around, (app, title, *box), drawn)


def _notification(onto: "Image", app: str, title: str, box: Box) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(onto)
    left, top, width, height = box
    shadow = (left + 2, top + 4, left + width + 2, top + height + 4)
    pen.rounded_rectangle(shadow, 8, fill=EDGE)
    pen.rounded_rectangle((left, top, left + width, top + height), 8, fill=PAPER, outline=EDGE)
    pen.rounded_rectangle((left + 16, top + 18, left + 32, top + 34), 4, fill=LIT)
    room = width - 100
    lettering.write(onto, (left + 42, top + 31), lettering.shortened(app, 13, room), 13, FAINT)
    text = lettering.shortened(title, 14, width - 32)
    lettering.write(onto, (left + 16, top + 66), text, 14, INK)
    x, y, wide, high = notification_cross(box)
    middle_x, middle_y, arm = x + wide / 2, y + high / 2, 5
    for slant in (arm, -arm):
        pen.line((middle_x - arm, middle_y - slant, middle_x + arm, middle_y + slant), fill=FAINT)


def caret_part(window: Window) -> Draw | None:
    """Return the caret of a window's page, None where it has none."""
    if window.caret is None:
        return None
    left, top, right, bottom = moved(window.caret, *window.origin)
    box = (left, top, right + 1, bottom + 1)
    return Draw(box, ("caret", box), partial(_caret, line=(left, top, right, bottom)))


def _caret(onto: "Image", line: Place) -> None:
    from PIL import ImageDraw

    ImageDraw.Draw(onto).line(line, fill=CARET)


def pointer_part(x: float, y: float) -> Draw:
    """Return the arrow of the pointer, its tip at a point."""
    wide, high = max(dx for dx, _ in ARROW), max(dy for _, dy in ARROW)
    box = (int(x) - 2, int(y) - 2, int(x + wide) + 3, int(y + high) + 3)
    return Draw(box, ("pointer", x, y), partial(_pointer, x=x, y=y))


def _pointer(onto: "Image", x: float, y: float) -> None:
    from PIL import ImageDraw

    arrow = [(x + dx, y + dy) for dx, dy in ARROW]
    ImageDraw.Draw(onto).polygon(arrow, fill="#15171c", outline="#ffffff")
