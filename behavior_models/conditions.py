"""Conditions: what a tremor, another device, weak sight, a single hand or keys alone change about a person, by name.

A condition is a set of factors on the traits of the hand that a person would have without it, or a
way of using it; so the same person can be drawn with and without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType

from deskhand.behavior_models.hand_traits import HandTraits
from deskhand.behavior_models.mind_traits import MindTraits
from deskhand.errors import UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Factors on the traits of a hand, 1 where nothing changes, and ways of using it.

    Parameters
    ----------
    source : str
        Where the numbers are from.
    slope, intercept : float
        Of Fitts' law and of the steering law.
    scatter : float
        Of movement times within the person.
    dwell, hold, drag : float
        Times of dwell and hold, and moving times of drags.
    offset : float
        Scatter of end points in their target.
    corrections : float
        Chances of a correction and of further ones.
    aim_scatter : float
        Spread of the primary stroke's gain.
    tremor : float
        Amplitude of tremor.
    tremor_hz : float or None
        Its frequency, where it is not the physiological one.
    hover : float
        Share of approaches with a rest on the way.
    mirrored : bool
        Whether habitual turns bend the other way.
    device : str or None
        Kind of device, where it is not a mouse.
    one_handed : bool
        Whether the hand on the mouse is the only one at the keys, see
        `deskhand.behavior_models.one_handed`.
    keys_alone : bool
        Whether the pointer is never used.
    reading : float
        Words read, or heard, a minute.
    zooms : float or None
        Share of what is read in days that a page is made larger for, where it is not that of others.
    """

    source: str
    slope: float = 1.0
    intercept: float = 1.0
    scatter: float = 1.0
    dwell: float = 1.0
    hold: float = 1.0
    drag: float = 1.0
    offset: float = 1.0
    corrections: float = 1.0
    aim_scatter: float = 1.0
    tremor: float = 1.0
    tremor_hz: float | None = None
    hover: float = 1.0
    mirrored: bool = False
    device: str | None = None
    one_handed: bool = False
    keys_alone: bool = False
    reading: float = 1.0
    zooms: float | None = None


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "none": Condition(source="the profile as it is"),
        "tremor": Condition(
            source="Bhatia et al. 2018 (consensus on tremors): essential tremor 4-12 Hz, of which the "
            "middle is taken; that people with motor impairments move slower, pause and correct more: "
            "Hwang, Keates, Langdon & Clarkson 2004; sizes assumed",
            slope=1.4,
            intercept=1.3,
            scatter=1.3,
            dwell=1.6,
            hold=1.4,
            drag=1.3,
            offset=1.2,
            corrections=1.15,
            aim_scatter=1.3,
            tremor=12.0,
            tremor_hz=6.5,
            hover=1.3,
        ),
        "touchpad": Condition(
            source="MacKenzie, Kauppinen & Silfverberg 2001: throughput 2.9 bits/s against 4.9 of a "
            "mouse, so a slope of 1.69; dwell and drag assumed",
            slope=1.69,
            dwell=1.3,
            drag=1.4,
            corrections=1.1,
            aim_scatter=1.1,
            device="touchpad",
        ),
        "trackball": Condition(
            source="MacKenzie, Kauppinen & Silfverberg 2001: throughput 3.0 bits/s against 4.9 of a "
            "mouse, so a slope of 1.63; MacKenzie, Sellen & Buxton 1991: worst at dragging; sizes of "
            "the rest assumed",
            slope=1.63,
            dwell=1.1,
            drag=1.3,
            corrections=1.1,
            device="trackball",
        ),
        "low-vision": Condition(
            source="assumed: a slow approach, more looking before the press, more corrections; that "
            "weak sight makes pointing slower: Jacko et al. 2000; that half of what is longer than a line "
            "is read with the page made larger, assumed",
            slope=1.5,
            intercept=1.5,
            scatter=1.2,
            dwell=2.5,
            corrections=1.1,
            hover=2.0,
            zooms=0.5,
        ),
        "left-handed": Condition(
            source="the mirror image of the right hand (assumed); with the preferred hand on the mouse "
            "times do not differ (Kabbash, MacKenzie & Buxton 1993 compare the two hands)",
            mirrored=True,
        ),
        "one-handed": Condition(
            source="typing at 41-73 % of the speed with two hands: Matias, MacKenzie & Buxton 1996; the "
            "hand on the mouse is as it was, and each way between mouse and keys is its whole homing "
            "(assumed)",
            one_handed=True,
        ),
        "screen-reader": Condition(
            source="listening at 350 words a minute where others read 238: Bragg, Reinecke & Ladner 2021 "
            "(1,409 people, 270 of them with weak sight or none, understood 298 on average, more with "
            "each year of a screen reader); the size, and that quick readers are quick listeners, assumed",
            keys_alone=True,
            reading=350 / 238,
            zooms=0.0,
        ),
    }
)


def condition(name: str) -> Condition:
    """Return a condition by name.

    Raises
    ------
    UnknownNameError
        When there is no such condition.

    Examples
    --------
    >>> condition("touchpad").device
    'touchpad'
    """
    if name not in CONDITIONS:
        raise UnknownNameError("condition", name, CONDITIONS)
    return CONDITIONS[name]


def mind_under(name: str, mind: MindTraits) -> MindTraits:
    """Return the traits of a mind under a condition.

    Parameters
    ----------
    name : str
        Of the condition.
    mind : MindTraits
        The mind without it.

    Raises
    ------
    UnknownNameError
        When there is no such condition.

    Examples
    --------
    >>> from deskhand.behavior_models.mind_traits import draw_mind
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> mind = draw_mind(load_profile("office"), stream(7, "mind"))
    >>> mind_under("screen-reader", mind).reading_wpm > mind.reading_wpm
    True
    """
    return replace(mind, reading_wpm=mind.reading_wpm * condition(name).reading)


def hand_under(name: str, hand: HandTraits) -> HandTraits:
    """Return a hand's traits under a condition.

    Parameters
    ----------
    name : str
        Of the condition.
    hand : HandTraits
        The hand without it.

    Raises
    ------
    UnknownNameError
        When there is no such condition.

    Examples
    --------
    >>> from deskhand.behavior_models.hand_traits import draw_hand
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> hand = draw_hand(load_profile("office"), stream(7, "hand"))
    >>> hand_under("low-vision", hand).fitts_slope_s_per_bit / hand.fitts_slope_s_per_bit
    1.5
    """
    under, strokes = condition(name), hand.strokes
    if under == CONDITIONS["none"]:
        return hand
    return replace(
        hand,
        fitts_intercept_s=hand.fitts_intercept_s * under.intercept,
        fitts_slope_s_per_bit=hand.fitts_slope_s_per_bit * under.slope,
        movement_time_log_sd=hand.movement_time_log_sd * under.scatter,
        endpoint_offset_sd=hand.endpoint_offset_sd * under.offset,
        press=replace(
            hand.press,
            dwell_s=hand.press.dwell_s.times(under.dwell),
            hold_s=hand.press.hold_s.times(under.hold),
            double_hold_s=hand.press.double_hold_s.times(under.hold),
            double_gap_s=hand.press.double_gap_s.times(under.hold),
        ),
        drag=replace(hand.drag, time_log_intercept=hand.drag.time_log_intercept + log(under.drag)),
        steering=replace(
            hand.steering,
            intercept_s=hand.steering.intercept_s * under.intercept,
            slope_s=hand.steering.slope_s * under.slope,
        ),
        hover=replace(hand.hover, share=min(hand.hover.share * under.hover, 0.9)),
        strokes=replace(
            strokes,
            primary_gain_sd=strokes.primary_gain_sd * under.aim_scatter,
            correction_share=min(strokes.correction_share * under.corrections, 0.98),
            further_correction_share=min(strokes.further_correction_share * under.corrections, 0.9),
            tremor_px=strokes.tremor_px * under.tremor,
            tremor_hz=under.tremor_hz or strokes.tremor_hz,
            turn_rad=-strokes.turn_rad if under.mirrored else strokes.turn_rad,
        ),
    )
