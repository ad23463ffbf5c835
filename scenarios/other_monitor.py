"""What stands in view on the other monitor: a look over at it, and the click that brings it to the front.

A window on another monitor hides nothing on this one, so people need no task bar: they move the pointer across
and click. They are taken to click the title bar, where a click does nothing else (assumed).
"""

from deskhand.generators.plan import Press
from deskhand.scenarios.hands import Hands
from deskhand.scenarios.live_page import SCRIPT_US
from deskhand.scenarios.windows import Box, title_bar

# Who looks at what stands in view for less than this needs no pointer (assumed).
EYES_ALONE_S = 10.0


def in_view(seat: Hands, app: str) -> bool:
    """Return whether an application's window is the foremost of another monitor than that in front."""
    window = seat.windows.get(app)
    if window is None or window.monitor == seat.window.monitor:
        return False
    there = (one for one in seat.recent if seat.windows[one].monitor == window.monitor)
    return next(there) == app


def look_over(seat: Hands, duration_us: int) -> None:
    """Let the eyes rest on another monitor for a time: no device tells of it."""
    action, start = seat.begin(), seat.t_us
    seat.t_us += duration_us
    seat.live.settle(seat.t_us)
    seat.finish(action, "read", None, start)


def click_into(seat: Hands, action_id: int, app: str) -> Box:
    """Cross over to a window in view and click its title bar; returns where that is.

    A press brings a window to the front, and its page hears so before anybody hears of the press.
    """
    box = title_bar(seat.windows[app])
    seat.point(action_id, box)
    hand = seat.hand
    seat.t_us += hand.dwell_us()
    seat.bring_front(app)
    down = seat.t_us + SCRIPT_US
    up = down + hand.hold_us()
    press = Press(action_id, down, up, hand.x, hand.y, hand.x, hand.y, 0, 1, None, None)
    seat.plan.presses.append(press)
    seat.t_us = up
    seat.live.settle(up)
    return box
