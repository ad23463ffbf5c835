"""The hand as a planner sees it: where a movement will end and how long it will take.

Single draws from blocks and plain floats, since a scenario asks for one movement at a time; the
paths are rendered later, for the whole session at once.
"""

from math import ceil, exp, floor, hypot
from typing import NamedTuple

from deskhand.behavior_models.fitts import movement_time_s, width_along_path_px
from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.press import double_gap_s, re_aim_px
from deskhand.streams import Draws

# A pointer that lies this far inside a box, as a share of its extent, need not move. Assumed.
AT_HOME_SHARE = 0.42
# A click never lies nearer to an edge than this share of the extent. Assumed.
EDGE_SHARE = 0.49

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
        Screen position in px, whole numbers.
    """

    __slots__ = ("_bottom", "_draws", "_hold_s", "_noise", "_right", "_traits", "x", "y")

    def __init__(self, persona: Persona, draws: Draws) -> None:
        self._traits = persona.hand
        self._draws = draws
        self._right = float(persona.device.screen_width - 1)
        self._bottom = float(persona.device.screen_height - 1)
        self._hold_s = self._noise = 0.0
        # Where the pointer rests when the session starts: somewhere in the middle half. Assumed.
        self.x = float(round(self._right * (0.25 + 0.5 * draws.uniform())))
        self.y = float(round(self._bottom * (0.25 + 0.5 * draws.uniform())))

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
        return self._go(box, 1.0, stay=True)

    def drag(self, box: Box) -> Aim:
        """Move to a box with a button held; slower than `aim`."""
        return self._go(box, self._traits.drag_time_factor, stay=False)

    def drift(self, reach_px: float) -> Aim:
        """Shift the hand without an aim, as people do while they read.

        Parameters
        ----------
        reach_px : float
            Typical distance; at most three times as far.
        """
        draws, traits = self._draws, self._traits
        dx = min(max(draws.normal(), -2.0), 2.0) * reach_px * 0.8
        dy = min(max(draws.normal(), -2.0), 2.0) * reach_px * 0.8
        x = float(round(min(max(self.x + dx, 0.0), self._right)))
        y = float(round(min(max(self.y + dy, 0.0), self._bottom)))
        if x == self.x and y == self.y:
            return Aim(x, y, 0, 0.0)
        time_s = traits.drift_median_s * exp(traits.drift_log_sd * draws.normal())
        self.x, self.y = x, y
        return Aim(x, y, round(max(time_s, traits.movement_time_floor_s) * 1e6), 0.0)

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
        self.x = min(max(self.x + dx, 0.0), self._right)
        self.y = min(max(self.y + dy, 0.0), self._bottom)

    def home_us(self) -> int:
        """Return the time that the hand needs from the keyboard to the mouse or back."""
        traits = self._traits
        return round(
            traits.homing_median_s * exp(traits.homing_log_sd * self._draws.normal()) * 1e6
        )

    def _go(self, box: Box, factor: float, *, stay: bool) -> Aim:
        left, top, width, height = box
        x, y = self.x, self.y
        if stay:
            off_x, off_y = x - left - 0.5 * width, y - top - 0.5 * height
            if abs(off_x) <= AT_HOME_SHARE * width and abs(off_y) <= AT_HOME_SHARE * height:
                return Aim(x, y, 0, min(width, height))
        to_x = self._inside(left, width, self._right)
        to_y = self._inside(top, height, self._bottom)
        dx, dy = to_x - x, to_y - y
        if dx == 0.0 and dy == 0.0:
            return Aim(x, y, 0, min(width, height))
        width_px = width_along_path_px(dx, dy, width, height)
        if width_px < 1.0:
            width_px = 1.0
        time_s = movement_time_s(self._traits, hypot(dx, dy), width_px, self._draws.normal())
        self.x, self.y = to_x, to_y
        return Aim(to_x, to_y, round(time_s * factor * 1e6), width_px)

    def _inside(self, low: float, extent: float, limit: float) -> float:
        sd, normal = self._traits.endpoint_offset_sd, self._draws.normal
        share = sd * normal()
        while not -EDGE_SHARE <= share <= EDGE_SHARE:
            share = sd * normal()
        at = float(round(low + (0.5 + share) * extent))
        high = low + extent
        if low <= at < high and 0.0 <= at <= limit:
            return at
        # Rounding has left the box, or the box the screen.
        first, last = ceil(low), max(ceil(high) - 1, floor(low))
        return float(min(max(at, first, 0.0), max(last, 0.0), limit))
