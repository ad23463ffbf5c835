"""The desktop around the pages: windows with their bars, task bar, lists, notifications, the pointer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

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
from deskhand.exports.screen_frames.field_painter import Place
from deskhand.exports.screen_frames.page_view import PageView
from deskhand.monitors import Monitor, bounds, nearest
from deskhand.screen import Box, Element

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

# The list of a native drop-down: height of a line, and how many lines show.
LIST_ROW_PX, LIST_ROWS = 22, 15
ARROW = ((0, 0), (0, 16.5), (3.9, 13), (6.6, 19), (9.2, 17.9), (6.6, 12), (12, 12))

BLOCKED = "#8a9099"
GAP = "#000000"
WALLPAPER, BAR, TITLE, TITLE_BEHIND = "#3f5a70", "#20262e", "#c7cbd3", "#d9dbe0"
ADDRESS, PAPER, INK, FAINT, EDGE, LIT = (
    "#f2f3f5", "#ffffff", "#16181d", "#565b66", "#b3b8c0", "#1967d2",
)  # fmt: skip


Point = tuple[float, float]
Painter = Callable[[PageView], tuple["Image", Place | None]]
"""From what a page shows to the picture of its viewport, and the caret's box in it, if there is one."""


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
    zoom: float = 1.0

    def around(self) -> tuple[Any, ...]:
        """Return what the window shows around its page."""
        title = None if self.view is None else self.view.screen.title
        return self.name, self.app, self.origin, self.url, self.excluded, self.zoom, title

    def page(self, viewport: tuple[int, int], paint: Painter) -> "Image":
        """Return the page's picture, painted anew when something has changed."""
        from PIL import Image

        if self.image is None or self.stale:
            self.stale = False
            if self.view is None or self.excluded:
                colour = BLOCKED if self.excluded else PAPER
                self.image, self.caret = Image.new("RGB", viewport, colour), None
            else:
                self.image, self.caret = paint(self.view)
            if self.zoom > 1.0:
                self._enlarge(self.image)
        return self.image

    def _enlarge(self, page: "Image") -> None:
        from PIL.Image import Resampling

        part = (0.0, 0.0, page.width / self.zoom, page.height / self.zoom)
        self.image = page.resize(page.size, Resampling.BICUBIC, box=part)
        if self.caret is not None:
            left, top, right, bottom = (round(self.zoom * at) for at in self.caret)
            self.caret = (left, top, right, bottom)


def desktop(
    windows: list[Window],
    *,
    monitors: Sequence[Monitor],
    viewport: tuple[int, int],
    bookmarks: Sequence[str],
    paint: Painter,
) -> "Image":
    """Return the desktop with its windows, the last one in front.

    Parameters
    ----------
    windows : list of Window
        From back to front.
    monitors : sequence of Monitor
        Where they lie in the picture, the main one, which has the task bar, first.
    viewport : tuple of int
        Width and height of a page that is not known, px.
    bookmarks : sequence of str
        What stands in the bar above every page.
    paint : callable
        Paints a page.
    """
    from PIL import Image

    whole, main = bounds(monitors), monitors[0]
    made = Image.new("RGB", (whole.width, whole.height), GAP)
    for monitor in monitors:
        made.paste(WALLPAPER, (monitor.left, monitor.top, monitor.right, monitor.bottom))
    for window in windows:
        page = window.page(viewport, paint)
        _frame(made, window, page.width, bookmarks, front=window is windows[-1])
        made.paste(page, window.origin)
    buttons = [(w.number, None if w.excluded else w.app or w.name) for w in windows]
    bar = _task_bar(tuple(buttons), main.width)
    made.paste(bar, (main.left, main.bottom - TASK_BAR_PX))
    return made


def _frame(
    onto: "Image", window: Window, width: int, bookmarks: Sequence[str], *, front: bool
) -> None:
    named = window.view.screen.title if window.view else window.app or window.name
    shown = window.url.partition("://")[2] or window.url
    texts = None if window.excluded else (named, shown, *bookmarks[:BOOKMARKS])
    bars = _bars(texts, width, front)
    onto.paste(bars, (window.origin[0], window.origin[1] - bars.height))


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


def draw_list(
    onto: "Image", window: Window, monitors: Sequence[Monitor], at: Point | None
) -> Place | None:
    """Draw the open list of a native drop-down, the line under the pointer lit; returns its box."""
    shown = open_list(window, monitors)
    if shown is None:
        return None
    from PIL import ImageDraw

    pen = ImageDraw.Draw(onto)
    left, top, first = shown.left, shown.top, shown.first
    right, bottom = left + shown.width, top + LIST_ROW_PX * shown.lines
    over = shown.chosen
    if at is not None and left <= at[0] < right and top <= at[1] < bottom:
        over = first + int((at[1] - top) // LIST_ROW_PX)
    pen.rectangle((left - 1, top - 1, right, bottom), fill=PAPER, outline=EDGE)
    for k, option in enumerate(shown.element.options[first : first + shown.lines]):
        y = top + LIST_ROW_PX * k
        lit = first + k == over
        if lit:
            pen.rectangle((left, y, right - 1, y + LIST_ROW_PX - 1), fill=LIT)
        text = lettering.shortened(option.label, 14, shown.width - 12)
        lettering.write(onto, (left + 6, y + 16), text, 14, PAPER if lit else INK)
    return int(left) - 2, int(top) - 2, int(right) + 2, int(bottom) + 2


def draw_notification(onto: "Image", app: str, title: str, box: Box) -> Place:
    """Draw a notification over everything but the pointer: what tells it, what it says, and its cross.

    Returns its box.
    """
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
    return int(left), int(top), int(left + width) + 4, int(top + height) + 6


def draw_pointer(pen: "ImageDraw", x: float, y: float) -> Place:
    """Draw the arrow of the pointer, its tip at a point; returns its box."""
    pen.polygon([(x + dx, y + dy) for dx, dy in ARROW], fill="#15171c", outline="#ffffff")
    wide, high = max(dx for dx, _ in ARROW), max(dy for _, dy in ARROW)
    return int(x) - 2, int(y) - 2, int(x + wide) + 3, int(y + high) + 3
