"""The pointing device in a person's hand: its rate and resolution, and the gain of the system under it.

The system multiplies a device's counts by a gain that may grow with the speed of the hand, and shows
the pointer on whole physical pixels, which are parts of a px on a scaled screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile
from deskhand.errors import UnknownNameError
from deskhand.monitors import Monitor

KINDS = ("mouse", "touchpad", "trackball")
# Gain over speed, as a factor of the gain at rest: speeds in inches a second, then the factors.
# "flat": none. "adaptive": libinput's linear profile, slower than counts below .07 in/s, plain up
# to .4, then 1.1 a in/s more up to twice (from memory of its source, not measured). "enhanced":
# Windows' enhance pointer precision; the corners of its smooth curve, from memory, by shape alone.
CURVES = {
    "flat": ((0.0, 1.0), (1.0, 1.0)),
    "adaptive": ((0.0, 0.07, 0.4, 1.309), (0.3, 1.0, 1.0, 2.0)),
    "enhanced": ((0.0, 0.43, 1.25, 3.86, 40.0), (1.0, 1.0, 1.33, 1.98, 4.46)),
}
# Speeds of the hand at which a curve is tabled, in/s; products, which every processor rounds alike.
_TABLE = 1e-5 * np.square(np.square(np.arange(101.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A pointing device, the screen that it moves on, and the error of the computer's clock.

    Parameters
    ----------
    name, kind : str
        One of `KINDS`, and the same with its rate.
    pointer_type : str
        As browsers call it.
    poll_hz, report_jitter_s, dropped_report_share : float
        Reports a second, the spread of their times, and the share that is lost.
    counts_per_inch, px_per_inch : float
        Resolution, and the pointer's way in px for an inch of the hand at a factor of 1.
    curve : str
        One of `CURVES`.
    notch_px : float
        How far a notch of the wheel turns the page.
    scrolls_by : str
        wheel or touchpad.
    screen_width, screen_height : int
        Of the main monitor, in px.
    screen_scale : float
        Physical pixels a px.
    clock_skew_us : int
        How far the computer's clock is ahead.
    second : Monitor or None
        The second monitor, where there is one.
    """

    name: str
    kind: str
    pointer_type: str
    poll_hz: float
    report_jitter_s: float
    dropped_report_share: float
    counts_per_inch: float
    px_per_inch: float
    curve: str
    notch_px: float
    scrolls_by: str
    screen_width: int
    screen_height: int
    screen_scale: float
    clock_skew_us: int
    second: Monitor | None = None

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """All monitors, the main one first."""
        main = Monitor(0, 0, self.screen_width, self.screen_height)
        return (main,) if self.second is None else (main, self.second)

    @property
    def right_px(self) -> float:
        """The main monitor's last physical pixel to the right that does not lie beyond the last whole px."""
        return self.last_px(self.screen_width)

    @property
    def bottom_px(self) -> float:
        """The same at the bottom."""
        return self.last_px(self.screen_height)

    def last_px(self, beyond: int) -> float:
        """Return the last physical pixel that does not lie beyond the last whole px before an edge."""
        return floor((beyond - 1) * self.screen_scale) / self.screen_scale


def draw_device(profile: Profile, rng: np.random.Generator, kind: str | None = None) -> Device:
    """Draw the device of one person.

    Parameters
    ----------
    profile : Profile
        The population, sections ``device`` and ``pointing_device``.
    rng : numpy.random.Generator
        The person's own stream.
    kind : str, optional
        One of `KINDS`, where the person's condition decides it; drawn when not given or when the
        profile has no such device.

    Raises
    ------
    UnknownNameError
        When the profile names an unknown kind or curve.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> draw_device(load_profile("office"), stream(7, "persona.device", 0, 0)).pointer_type
    'mouse'
    """
    kinds = profile["pointing_device", "kinds"]
    for entry in kinds:
        if entry["kind"] not in KINDS:
            raise UnknownNameError("pointing device", entry["kind"], KINDS)
        for curve, _ in entry["curve"]:
            if curve not in CURVES:
                raise UnknownNameError("pointer curve", curve, CURVES)
    rate_place = rng.random()
    skew_us = profile["device", "clock_skew_sd_s"] * rng.standard_normal() * 1e6
    kind_place, resolution_place, curve_place, scale_place = rng.random(4).tolist()
    speed = rng.standard_normal()
    named = {entry["kind"]: entry for entry in kinds}
    drawn = named.get(kind) or _chosen([(e, e["share"]) for e in kinds], kind_place)
    poll_hz = float(_chosen(drawn["report_hz"], rate_place))
    median, log_sd = drawn["px_per_inch"]
    width, height = profile["device", "screen"]
    return Device(
        name=f"{drawn['kind']}-{poll_hz:.0f}hz",
        kind=drawn["kind"],
        # Browsers report a touchpad and a trackball as a mouse.
        pointer_type="mouse",
        poll_hz=poll_hz,
        report_jitter_s=profile["device", "report_jitter_s"],
        dropped_report_share=float(drawn["dropped_share"]),
        counts_per_inch=float(_chosen(drawn["counts_per_inch"], resolution_place)),
        px_per_inch=median * exp(log_sd * speed),
        curve=_chosen(drawn["curve"], curve_place),
        notch_px=profile["device", "notch_px"],
        scrolls_by="touchpad" if drawn["kind"] == "touchpad" else "wheel",
        screen_width=int(width),
        screen_height=int(height),
        screen_scale=float(_chosen(profile["pointing_device", "screen_scale"], scale_place)),
        clock_skew_us=round(skew_us),
    )


def _chosen(shares: Sequence[Sequence[Any]], uniform: float) -> Any:
    """Return one of some (value, share), by a number from [0, 1)."""
    edges = np.cumsum([share for _, share in shares])
    place = int(np.searchsorted(edges / edges[-1], uniform, side="right"))
    return shares[min(place, len(shares) - 1)][0]


def gain_factor(curve: str, inch_s: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the gain's factor at a speed of the hand.

    Examples
    --------
    >>> gain_factor("enhanced", np.array([0.1, 3.86])).tolist()
    [1.0, 1.98]
    """
    factor: NDArray[np.float64] = np.interp(inch_s, *CURVES[curve])
    return factor


def gain_factor_for(curve: str, inch_s: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the factor at which the pointer goes at a speed, given as the hand's at factor 1.

    Examples
    --------
    >>> gain_factor_for("enhanced", np.array([0.1, 1.98 * 3.86])).round(2).tolist()
    [1.0, 1.98]
    """
    factor: NDArray[np.float64] = np.interp(inch_s, *_turned(curve))
    return factor


@cache
def _turned(curve: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    speed = np.union1d(_TABLE, CURVES[curve][0])
    factor = gain_factor(curve, speed)
    return speed * factor, factor
