"""One person's hand, drawn from a profile."""

from dataclasses import dataclass, fields, replace
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.drag import DragTraits, own_drag, read_drag
from deskhand.behavior_models.fatigue import FatigueTraits, read_fatigue
from deskhand.behavior_models.homing import HomingTraits, own_homing, read_homing
from deskhand.behavior_models.hover import HoverTraits, own_hover, read_hover
from deskhand.behavior_models.idle_hand import IdleTraits, own_idle, read_idle
from deskhand.behavior_models.press import PressTraits, own_press, read_press
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.scrolling import ScrollTraits, own_scroll, read_scroll
from deskhand.behavior_models.steering import SteeringTraits, own_steering, read_steering
from deskhand.behavior_models.touchpad_scroll import (
    TouchpadTraits,
    own_touchpad,
    read_touchpad,
)
from deskhand.keyed_draws import Keys, normals

Number = float | NDArray[np.floating]
"""One person's value, or a column of several people's or movements'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTraits:
    """The parameters of one person's hand; see the profile's sections for sources.

    Shares and gains are relative to the distance of a movement, ``*_log_sd`` are standard
    deviations of a natural logarithm. ``population`` is whose person it is, ``key`` the person's own
    number, from which other models draw traits that stand for nothing here, and ``tempo`` the ln of
    the person's factor on times in standard deviations.
    """

    population: Profile
    key: int
    tempo: float
    fitts_intercept_s: float
    fitts_slope_s_per_bit: float
    distance_log_intercept: float
    distance_log_slope_per_bit: float
    movement_time_log_sd: float
    movement_time_tail: float
    movement_time_floor_s: float
    movement_time_ceiling_s: float
    endpoint_offset_sd: float
    press: PressTraits
    drag: DragTraits
    hover: HoverTraits
    idle: IdleTraits
    homing: HomingTraits
    steering: SteeringTraits
    fatigue: FatigueTraits
    strokes: "StrokeTraits"
    scroll: ScrollTraits
    touchpad: TouchpadTraits


@dataclass(frozen=True, slots=True, kw_only=True)
class StrokeTraits:
    """The strokes that people's movements are made of, and the noise on them.

    Lengths are shares of a movement's distance unless their name ends in ``_px``. Times and
    logarithms of medians are those of a movement of 300 px and .6 s. The two factors are shares of a
    recorder's rests that the strokes do not make themselves.
    """

    sigma: Number
    correction_sigma: Number
    sigma_sd: Number
    onset: Number
    onset_sd: Number
    brake: Number
    final_brake: Number
    brake_sd: Number
    turn_rad: Number
    turn_scale_rad: Number
    wander_share: Number
    wander_log_median: Number
    wander_log_sd: Number
    wander_time_slope: Number
    wander_distance_slope: Number
    wander_limit: Number
    wander_direction_sd_rad: Number
    wander_time_s: Number
    wander_time_log_sd: Number
    wander_overlap: Number
    detour_share: Number
    detour_time_slope: Number
    detour_log_px: Number
    detour_log_sd: Number
    detour_direction_sd_rad: Number
    detour_time_share: Number
    primary_gain: Number
    primary_gain_sd: Number
    primary_lateral_sd: Number
    miss_log_sd: Number
    miss_distance_slope: Number
    primary_time_s: Number
    correction_share: Number
    on_target_factor: Number
    further_correction_share: Number
    correction_time_s: Number
    correction_overlap: Number
    removed_share: Number
    removed_sd: Number
    correction_scatter_px: Number
    speed_limit_px_s: Number
    time_exponent: Number
    time_distance_exponent: Number
    time_log_sd: Number
    drift_share: Number
    drift_tau_s: Number
    drift_smooth_s: Number
    tremor_px: Number
    tremor_hz: Number
    tremor_bandwidth_hz: Number
    rest_factor: Number
    first_rest_factor: Number

    def take(self, index: NDArray[np.integer]) -> "StrokeTraits":
        """Return rows in the order given; what all people share stays one number."""
        return replace(self, **_rows(self, index))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What pointing at targets needs of many people's hands; a column has shape (p,).

    The names are those of `HandTraits`.
    """

    fitts_intercept_s: NDArray[np.float64]
    fitts_slope_s_per_bit: NDArray[np.float64]
    distance_log_intercept: NDArray[np.float64]
    distance_log_slope_per_bit: float
    movement_time_log_sd: float
    movement_time_tail: float
    movement_time_floor_s: float
    movement_time_ceiling_s: float
    strokes: StrokeTraits

    def take(self, index: NDArray[np.integer]) -> "Hands":
        """Return rows in the order given, for example each movement's from its person's."""
        return replace(self, strokes=self.strokes.take(index), **_rows(self, index))


# Entries that are one person's value as they stand in the profile's section `pointer`.
_PLAIN = (
    "distance_log_slope_per_bit",
    "movement_time_tail",
    "movement_time_floor_s",
    "movement_time_ceiling_s",
    "endpoint_offset_sd",
)


# Entries of the section `strokes` in which people are taken to be alike.
_PLAIN_STROKES = (
    "correction_sigma",
    "sigma_sd",
    "onset",
    "onset_sd",
    "brake",
    "final_brake",
    "brake_sd",
    "turn_scale_rad",
    "wander_share",
    "wander_log_median",
    "wander_log_sd",
    "wander_time_slope",
    "wander_distance_slope",
    "wander_limit",
    "wander_direction_sd_rad",
    "wander_time_log_sd",
    "wander_overlap",
    "detour_share",
    "detour_time_slope",
    "detour_log_px",
    "detour_log_sd",
    "detour_direction_sd_rad",
    "detour_time_share",
    "primary_gain_sd",
    "primary_lateral_sd",
    "miss_log_sd",
    "miss_distance_slope",
    "correction_share",
    "on_target_factor",
    "further_correction_share",
    "correction_overlap",
    "removed_share",
    "removed_sd",
    "correction_scatter_px",
    "speed_limit_px_s",
    "time_exponent",
    "time_distance_exponent",
    "time_log_sd",
    "drift_share",
    "drift_tau_s",
    "drift_smooth_s",
    "tremor_hz",
    "tremor_bandwidth_hz",
    "rest_factor",
    "first_rest_factor",
)


def draw_hand(profile: Profile, rng: np.random.Generator) -> HandTraits:
    """Draw one person's hand.

    Parameters
    ----------
    profile : Profile
        The population, sections ``pointer``, ``strokes``, ``press``, ``drag``, ``hover``, ``idle``,
        ``homing``, ``steering``, ``fatigue``, ``wheel`` and ``touchpad``.
    rng : numpy.random.Generator
        The person's own stream.

    Returns
    -------
    HandTraits
        People differ in tempo, presses, gain, stroke shape, turn, tremor, scrolling and rest.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> hand = draw_hand(load_profile("office"), stream(7, "persona.hand", 0, 0))
    >>> 0.01 < hand.press.hold_s.median < 0.5
    True
    """

    def at(name: str) -> Any:
        return profile["pointer", name]

    z = rng.standard_normal(14).tolist()
    key = int(rng.integers(2**64, dtype=np.uint64))
    between_log_sd = float(at("movement_time_between_log_sd"))
    log_tempo = between_log_sd * z[0]
    # The regressions give the population's mean, so the mean of the factor has to be 1.
    tempo = exp(log_tempo - between_log_sd**2 / 2)

    return HandTraits(
        population=profile,
        key=key,
        tempo=z[0],
        **{name: float(at(name)) for name in _PLAIN},
        fitts_intercept_s=at("fitts_intercept_s") * tempo,
        fitts_slope_s_per_bit=at("fitts_slope_s_per_bit") * tempo,
        distance_log_intercept=at("distance_log_intercept") + log_tempo,
        movement_time_log_sd=at("movement_time_within_log_sd"),
        press=own_press(read_press(profile), z[1:4]),
        drag=own_drag(read_drag(profile), z[1]),
        hover=own_hover(read_hover(profile), z[12]),
        idle=own_idle(read_idle(profile), z[13]),
        homing=own_homing(read_homing(profile), z[0]),
        steering=own_steering(read_steering(profile), tempo),
        fatigue=read_fatigue(profile),
        strokes=_strokes(profile, z[4:8], tempo),
        scroll=own_scroll(read_scroll(profile), z[8]),
        touchpad=own_touchpad(read_touchpad(profile), (z[9], z[10], z[11])),
    )


def draw_hands(profile: Profile, person_keys: Keys) -> Hands:
    """Draw the hands of many people at once, for pointing alone.

    Parameters
    ----------
    profile : Profile
        The population, sections ``pointer`` and ``strokes``.
    person_keys : NDArray[np.uint64], shape (p,)
        One key a person.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> hands = draw_hands(load_profile("office"), keys(7, "hand", ["ann", "bob"]))
    >>> hands.take(np.array([1, 1, 0])).fitts_slope_s_per_bit.shape
    (3,)
    """

    def at(name: str) -> float:
        return float(profile["pointer", name])

    z = normals(person_keys, np.arange(5)[:, np.newaxis])
    between_log_sd = at("movement_time_between_log_sd")
    log_tempo = between_log_sd * z[0].astype(np.float64)
    tempo = np.exp(log_tempo - between_log_sd**2 / 2)
    return Hands(
        fitts_intercept_s=at("fitts_intercept_s") * tempo,
        fitts_slope_s_per_bit=at("fitts_slope_s_per_bit") * tempo,
        distance_log_intercept=at("distance_log_intercept") + log_tempo,
        distance_log_slope_per_bit=at("distance_log_slope_per_bit"),
        movement_time_log_sd=at("movement_time_within_log_sd"),
        movement_time_tail=at("movement_time_tail"),
        movement_time_floor_s=at("movement_time_floor_s"),
        movement_time_ceiling_s=at("movement_time_ceiling_s"),
        # Strokes are drawn in single precision, as are their numbers.
        strokes=_strokes(profile, z[1:], tempo.astype(np.float32)),
    )


def _strokes(profile: Profile, z: list[float] | NDArray[np.float32], tempo: Number) -> StrokeTraits:
    def at(name: str) -> float:
        return float(profile["strokes", name])

    # A stroke's own time follows the person's tempo as it follows the movement's time.
    slow = tempo ** at("time_exponent")
    return StrokeTraits(
        **{name: at(name) for name in _PLAIN_STROKES},
        primary_gain=at("primary_gain") + at("primary_gain_between_sd") * z[0],
        sigma=at("sigma") + at("sigma_between_sd") * z[1],
        turn_rad=at("turn_between_sd_rad") * z[2],
        tremor_px=at("tremor_px") * np.exp(at("tremor_between_log_sd") * z[3]),
        wander_time_s=at("wander_time_s") * slow,
        primary_time_s=at("primary_time_s") * slow,
        correction_time_s=at("correction_time_s") * slow,
    )


def _rows(traits: "StrokeTraits | Hands", index: NDArray[np.integer]) -> dict[str, Any]:
    columns = {f.name: getattr(traits, f.name) for f in fields(traits)}
    return {name: c[index] for name, c in columns.items() if isinstance(c, np.ndarray)}
