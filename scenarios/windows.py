"""Where windows stand on the desktop, and how their pages load.

The desktop is the persona's screen. Every application has one browser window whose page keeps the
size of the compiled viewport; the pages' origins are staggered, so that windows overlap but no two
have the same corner. Above the page lie a bar of bookmarks and the address bar, at the bottom of
the desktop a task bar with one button for each window.
"""

import math
from dataclasses import dataclass

from deskhand import desktop_layout
from deskhand.desktop_layout import TASK_BAR_PX
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

    ``origin_x`` and ``origin_y`` are where the page starts on the screen; ``front_us`` is since when
    the window has been in front.
    """

    app: str
    name: str
    number: int
    origin_x: int
    origin_y: int
    live: LivePage
    front_us: int = 0


def page_origin(
    number: int, viewport: tuple[int, int], desktop: tuple[int, int]
) -> tuple[int, int]:
    """Return where the page of the n-th window starts on the screen.

    Examples
    --------
    >>> page_origin(0, (1280, 720), (1920, 1080)), page_origin(1, (1280, 720), (1920, 1080))
    ((256, 136), (288, 160))
    """
    place = number % STAGGERED
    room_x = max(0, desktop[0] - viewport[0])
    room_y = max(0, desktop[1] - TASK_BAR_PX - viewport[1])
    return (
        min(FIRST_ORIGIN[0] + STAGGER[0] * place, room_x),
        min(FIRST_ORIGIN[1] + STAGGER[1] * place, room_y),
    )


def task_button(number: int, count: int, desktop: tuple[int, int]) -> Box:
    """Return the box of a window's button in the task bar, in screen px.

    Examples
    --------
    >>> task_button(1, 4, (1920, 1080))
    (172, 1042, 156, 36)
    """
    left, width = desktop_layout.task_button(number, count, desktop[0])
    return (left, desktop[1] - TASK_BAR_PX + 2, width, TASK_BAR_PX - 4)


def bookmark(window: Window, place: int) -> Box:
    """Return the box of a bookmark above a window's page, in screen px."""
    left, width = desktop_layout.bookmark(place)
    top = max(0, window.origin_y - BOOKMARK_ABOVE_PX)
    return (window.origin_x + left, top, width, BOOKMARK_HIGH_PX)


def load_us(draws: Draws) -> int:
    """Return the time from a click on a link until the new page shows, in microseconds."""
    return int(1e6 * LOAD_MEDIAN_S * math.exp(LOAD_LOG_SD * draws.normal()))
