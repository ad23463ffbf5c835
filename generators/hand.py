"""The hand as a planner sees it: where a movement will end and how long it will take.

Single draws from blocks and plain floats, since a scenario asks for one movement at a time; the
paths are rendered later, for the whole session at once.
"""

from math import ceil, floor, hypot
from typing import NamedTuple

from deskhand.behavior_models.drag import time_factor
from deskhand.behavior_models.fitts import movement_time_s, width_along_path_px
from deskhand.behavior_models.homing import push_on_return
from deskhand.behavior_models.hover import rest_on_the_way
from deskhand.behavior_models.idle_hand import idle_motion
from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.press import double_gap_s, re_aim_px
from deskhand.behavior_models.steering import tunnel_time_s
from deskhand.monitors import nearest
from deskhand.streams import Draws

# A pointer that lies this far inside a box, as a share of its extent, need not move. Assumed.
AT_HOME_SHARE = 0.42
# A click never lies nearer to an edge than this share of the extent. Assumed.
EDGE_SHARE = 0.49
# A way shorter than this was not asked for rests in the fit of hesitation.
SHORTEST_HESITATION_PX = 20.0

Box = tuple[float, float, float, float]


class Aim(NamedTuple):
    """A planned movement: its exact end point, its duration, and the target's width on the way.

    ``duration_us`` is 0 when the pointer is there already; then nothing moves.
    """

    x: float
    y: float
    duration_us: int
    width_px: float


class Hand:
    """One person's hand in one session, at a place on the screen.

    Parameters
    ----------
    persona : Persona
        Whose hand, and the screen of whose device.
    draws : Draws
        The session's draws for the hand.

    Attributes
    ----------
    x, y : float
        Place on the desktop in px, on a whole physical pixel of a monitor.
    slowness : float
        Factor on movement times; fatigue raises it.
    """

    __slots__ = (
        "_draws",
        "_edges_of",
        "_hold_s",
        "_monitors",
        "_noise",
        "_scale",
        "_traits",
        "slowness",
        "x",
        "y",
    )

    def __init__(self, persona: Persona, draws: Draws) -> None:
        self._traits = persona.hand
        self._draws = draws
        device = persona.device
        self._scale = device.screen_scale
        self._monitors, last_px = device.monitors, device.last_px
        self._edges_of = {
            m: ((m.left, last_px(m.right)), (m.top, last_px(m.bottom))) for m in self._monitors
        }
        self._hold_s = self._noise = 0.0
        self.slowness = 1.0
        # Where the pointer rests when the session starts: in the middle half of the main monitor. Assumed.
        self.x = self._pixel(device.right_px * (0.25 + 0.5 * draws.uniform()))
        self.y = self._pixel(device.bottom_px * (0.25 + 0.5 * draws.uniform()))

    def aim(self, box: Box) -> Aim:
        """Move to a box, ready to press; returns where and how long, and moves `x` and `y`.

        Parameters
        ----------
        box : tuple of float
            left, top, width, height in screen px.

        Returns
        -------
        Aim
            The end point lies in the box, scattered around its centre.
        """
        return self._go(box, stay=True)

    def steer(self, box: Box, lane_px: float, *, sideways: bool = False) -> Aim:
        """Move up or down an open list to one of its rows, or along a row; `aim` otherwise.

        Parameters
        ----------
        box : tuple of float
            The row, or the end of the way along it.
        lane_px : float
            Width of the list, or height of the row, which the pointer must not leave on its way.
        sideways : bool
            Whether the way is along a row.
        """
        before = self.x if sideways else self.y
        aim = self._go(box, stay=True)
        if not aim.duration_us:
            return aim
        noise = self._draws.normal()
        length_px = abs((aim.x if sideways else aim.y) - before)
        steered_s = tunnel_time_s(self._traits.steering, length_px, lane_px, noise)
        more_us = round(steered_s * self.slowness * 1e6)
        return aim._replace(duration_us=aim.duration_us + more_us)

    def drag(self, box: Box) -> Aim:
        """Move to a box with a button held; the time is that of drags."""
        return self._go(box, stay=False)

    def rest_before(self, box: Box) -> tuple[Aim, int] | None:
        """Hesitate on the way to a box: go to where the pointer rests, and for how long, in us.

        Most approaches have no rest; then nothing happens.
        """
        draws, hover = self._draws, self._traits.hover
        whether = draws.uniform()
        if whether >= hover.share:
            return None
        dx, dy = box[0] + 0.5 * box[2] - self.x, box[1] + 0.5 * box[3] - self.y
        if hypot(dx, dy) < SHORTEST_HESITATION_PX:
            return None
        rest = rest_on_the_way(hover, whether, (draws.normal(), draws.normal()), draws.uniform())
        if rest is None:
            return None
        along, beside = rest.along, rest.beside
        off_x, off_y = along * dx - beside * dy, along * dy + beside * dx
        time_s = movement_time_s(self._traits, hypot(off_x, off_y), 0.0, draws.normal())
        aim = self.drift(off_x, off_y, time_s * self.slowness)
        return (aim, round(rest.rest_s * 1e6)) if aim.duration_us else None

    def drift(self, dx: float, dy: float, time_s: float) -> Aim:
        """Shift the hand without a target, as far as the monitors go.

        Parameters
        ----------
        dx, dy : float
            By how much, in px.
        time_s : float
            How long it takes.
        """
        x, y = self.x + dx, self.y + dy
        (left, right), (top, bottom) = self._edges(x, y)
        x, y = self._pixel(min(max(x, left), right)), self._pixel(min(max(y, top), bottom))
        if x == self.x and y == self.y:
            return Aim(x, y, 0, 0.0)
        self.x, self.y = x, y
        return Aim(x, y, round(time_s * 1e6), 0.0)

    def idle(self, rest_us: int) -> list[tuple[int, int, float, float]]:
        """Return the motions of the resting hand: start and duration in us, and the shift in px."""
        idle, normal, uniform = self._traits.idle, self._draws.normal, self._draws.uniform
        motions: list[tuple[int, int, float, float]] = []
        start_us = round(idle.still_s.value(normal()) * 1e6)
        while start_us < rest_us:
            motion = idle_motion(idle, (normal(), normal()), (uniform(), uniform(), uniform()))
            end_us = start_us + motion.duration_us
            if end_us < rest_us:
                motions.append((start_us, *motion))
            start_us = end_us + round(idle.still_s.value(normal()) * 1e6)
        return motions

    def push(self) -> Aim | None:
        """Close the hand on the mouse: the grip may push it by some pixels."""
        draws = self._draws
        push = push_on_return(
            self._traits.homing,
            draws.uniform(),
            draws.uniform(),
            (draws.normal(), draws.normal()),
        )
        return None if push is None else self.drift(*push)

    def grip_us(self) -> int:
        """Return the time from the press of a drag to its first movement."""
        return round(self._traits.drag.grip_s.value(self._draws.normal()) * 1e6)

    def drop_us(self) -> int:
        """Return the time from the last movement of a drag to the release."""
        return round(self._traits.drag.drop_s.value(self._draws.normal()) * 1e6)

    def dwell_us(self) -> int:
        """Return the time from the last movement to the press."""
        return round(self._traits.press.dwell_s.value(self._draws.normal()) * 1e6)

    def hold_us(self) -> int:
        """Return the time from press to release of a click."""
        self._hold_s = self._traits.press.hold_s.value(self._draws.normal())
        return round(self._hold_s * 1e6)

    def double_hold_us(self) -> int:
        """Return the time from press to release of either press of a double click."""
        self._noise = self._draws.normal()
        self._hold_s = self._traits.press.double_hold_s.value(self._noise)
        return round(self._hold_s * 1e6)

    def double_gap_us(self) -> int:
        """Return the time from press to press of a double click, longer than the latest hold."""
        own = self._draws.normal()
        return round(double_gap_s(self._traits.press, self._hold_s, self._noise, own) * 1e6)

    def re_aim(self) -> None:
        """Shift by a pixel or two, as hands do between the presses of a double click."""
        uniform = self._draws.uniform
        dx, dy = re_aim_px(self._traits.press, uniform(), uniform(), uniform())
        self.drift(dx, dy, 0.0)

    def home_us(self) -> int:
        """Return the time that the hand needs from the keyboard to the mouse or back."""
        return round(self._traits.homing.time_s.value(self._draws.normal()) * 1e6)

    def _go(self, box: Box, *, stay: bool) -> Aim:
        left, top, width, height = box
        x, y = self.x, self.y
        if stay:
            off_x, off_y = x - left - 0.5 * width, y - top - 0.5 * height
            if abs(off_x) <= AT_HOME_SHARE * width and abs(off_y) <= AT_HOME_SHARE * height:
                return Aim(x, y, 0, min(width, height))
        across, down = self._edges(left + 0.5 * width, top + 0.5 * height)
        to_x = self._inside(left, width, across)
        to_y = self._inside(top, height, down)
        dx, dy = to_x - x, to_y - y
        if dx == 0.0 and dy == 0.0:
            return Aim(x, y, 0, min(width, height))
        width_px = width_along_path_px(dx, dy, width, height)
        if width_px < 1.0:
            width_px = 1.0
        distance_px = hypot(dx, dy)
        size_px = max(min(width, height), 1.0)
        time_s = movement_time_s(self._traits, distance_px, size_px, self._draws.normal())
        time_s *= self.slowness
        if not stay:
            time_s *= time_factor(self._traits.drag, distance_px)
        self.x, self.y = to_x, to_y
        return Aim(to_x, to_y, round(time_s * 1e6), width_px)

    def _edges(self, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the first and the last px, across and down, of the monitor at or next to a place."""
        return self._edges_of[nearest(self._monitors, x, y)]

    def _inside(self, low: float, extent: float, edges: tuple[float, float]) -> float:
        sd, normal = self._traits.endpoint_offset_sd, self._draws.normal
        share = sd * normal()
        while not -EDGE_SHARE <= share <= EDGE_SHARE:
            share = sd * normal()
        at = self._pixel(low + (0.5 + share) * extent)
        high = low + extent
        if low <= at < high and edges[0] <= at <= edges[1]:
            return at
        # Rounding has left the box, or the box the monitor.
        scale = self._scale
        first = ceil(low * scale) / scale
        last = max(ceil(high * scale) - 1, floor(low * scale)) / scale
        return min(max(at, first, edges[0]), max(last, edges[0]), edges[1])

    def _pixel(self, place: float) -> float:
        """Return the nearest whole physical pixel, in px."""
        return round(place * self._scale) / self._scale
