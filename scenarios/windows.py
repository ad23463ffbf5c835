"""Where windows stand on the desktop, and how their pages load.

The desktop is the persona's monitors. Every application has one browser window whose page keeps the
size of the compiled viewport, on the monitor where it has its home by habit; the pages' origins are
staggered, so that windows overlap but no two have the same corner. Above the page lie a bar of
bookmarks and the address bar, at the bottom of the main monitor a task bar with one button for each
window.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deskhand import desktop_layout
from deskhand.behavior_models.second_monitor import KEPT_ON_SECOND
from deskhand.desktop_layout import BARS_PX, TASK_BAR_PX, TITLE_BUTTONS_PX, TITLE_PX
from deskhand.monitors import Monitor
from deskhand.scenarios.live_page import LivePage
from deskhand.streams import Draws

# All sizes are those of a common browser and desktop at 100 %, in px.
FIRST_ORIGIN = (256, 136)
STAGGER = (32, 24)
STAGGERED = 4
BOOKMARK_ABOVE_PX, BOOKMARK_HIGH_PX = 26, 20
# From a click on a link until the new page is committed (assumed).
LOAD_MEDIAN_S, LOAD_LOG_SD = 0.45, 0.4

Box = tuple[float, float, float, float]


@dataclass(slots=True, kw_only=True)
class Window:
    """One browser window: the application in it, its place in the task bar, and its page.

    ``origin_x`` and ``origin_y`` are where the page starts on the desktop, ``monitor`` is the one on
    which the window lies.
    """

    app: str
    name: str
    number: int
    origin_x: int
    origin_y: int
    monitor: Monitor
    live: LivePage


def home_monitor(app: str, viewport: tuple[int, int], monitors: Sequence[Monitor]) -> Monitor:
    """Return the monitor on which an application's window stands by habit.

    Parameters
    ----------
    app : str
        The application.
    viewport : tuple of int
        Width and height of its pages; a window that would not fit the second monitor is on the main one.
    monitors : sequence of Monitor
        The main one first.

    Examples
    --------
    >>> two = (Monitor(0, 0, 1920, 1080), Monitor(1920, 180, 1440, 900))
    >>> [home_monitor(app, (1280, 720), two).left for app in ("mail", "crm")]
    [1920, 0]
    """
    main, *others = monitors
    for second in others:
        fits = viewport[0] <= second.width and viewport[1] + BARS_PX <= second.height
        if app in KEPT_ON_SECOND and fits:
            return second
    return main


def page_origin(place: int, viewport: tuple[int, int], monitor: Monitor) -> tuple[int, int]:
    """Return where the page of a monitor's n-th window, from 0, starts on the desktop.

    Examples
    --------
    >>> main = Monitor(0, 0, 1920, 1080)
    >>> page_origin(0, (1280, 720), main), page_origin(1, (1280, 720), main)
    ((256, 136), (288, 160))
    """
    place %= STAGGERED
    # The task bar is the main monitor's, at 0, 0.
    bar_px = 0 if any(monitor[:2]) else TASK_BAR_PX
    room_x = max(0, monitor.width - viewport[0])
    room_y = max(0, monitor.height - bar_px - viewport[1])
    return (
        monitor.left + min(FIRST_ORIGIN[0] + STAGGER[0] * place, room_x),
        monitor.top + min(FIRST_ORIGIN[1] + STAGGER[1] * place, room_y),
    )


def task_button(number: int, count: int, desktop: tuple[int, int]) -> Box:
    """Return the box of a window's button in the task bar of the main monitor, in desktop px.

    Examples
    --------
    >>> task_button(1, 4, (1920, 1080))
    (172, 1042, 156, 36)
    """
    left, width = desktop_layout.task_button(number, count, desktop[0])
    return (left, desktop[1] - TASK_BAR_PX + 2, width, TASK_BAR_PX - 4)


def bookmark(window: Window, place: int) -> Box:
    """Return the box of a bookmark above a window's page, in desktop px."""
    left, width = desktop_layout.bookmark(place)
    top = max(window.monitor.top, window.origin_y - BOOKMARK_ABOVE_PX)
    return (window.origin_x + left, top, width, BOOKMARK_HIGH_PX)


def title_bar(window: Window) -> Box:
    """Return the box of a window's title bar without its buttons, in desktop px."""
    top = max(window.monitor.top, window.origin_y - BARS_PX)
    width = window.live.screen.viewport[0] - TITLE_BUTTONS_PX
    return (window.origin_x, top, width, TITLE_PX)


def load_us(draws: Draws) -> int:
    """Return the time from a click on a link until the new page shows, in microseconds."""
    return int(1e6 * LOAD_MEDIAN_S * math.exp(LOAD_LOG_SD * draws.normal()))
