"""Wheel and scroll rows: planned scrolls in, event columns out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, copysign
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.persona import Persona
from deskhand.behavior_models.scrolling import notch_times_s
from deskhand.behavior_models.touchpad_scroll import MOST_SWIPES, scroll_frames
from deskhand.events import CONTROL, TYPE_CODE
from deskhand.generators.columns import Columns, WordIndex, no_columns, stack
from deskhand.streams import Draws

if TYPE_CHECKING:  # the plan holds scrolls, so it imports this module
    from deskhand.generators.plan import SessionPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Scroll:
    """A planned scroll: notches at times relative to its start.

    Parameters
    ----------
    duration_us : int
        From the start of the scroll until the page is at rest.
    t_us : NDArray[np.int64], shape (n,)
        Time of each wheel event, from 0 on, ascending.
    delta_y : NDArray[np.float32], shape (n,)
        Pixels of each wheel event, positive downwards.
    """

    duration_us: int
    t_us: NDArray[np.int64]
    delta_y: NDArray[np.float32]


def plan_scroll(persona: Persona, draws: Draws, distance_px: float, *, reading: bool) -> Scroll:
    """Return a scroll by whole notches of the wheel, or by swipes of two fingers.

    Parameters
    ----------
    persona : Persona
        Whose finger, and the wheel of whose device.
    draws : Draws
        The session's draws for the hand.
    distance_px : float
        How far the page has to move at least, positive downwards; 0 moves nothing.
    reading : bool
        Whether the person reads on the way or seeks a place.
    """
    traits = persona.hand.scroll
    if persona.device.scrolls_by == "touchpad":
        noise = draws.normals(4 * MOST_SWIPES).reshape(4, MOST_SWIPES)
        times_s, delta_px = scroll_frames(persona.hand.touchpad, distance_px, noise)
        return _at(times_s, delta_px, traits.settle_s)
    notch_px = persona.device.notch_px
    notches = ceil(abs(distance_px) / notch_px)
    if notches == 0:
        return _at(np.empty(0), np.empty(0), traits.settle_s)
    drawn = draws.normals(2 * notches).tolist()
    noises = drawn[:notches], drawn[notches:]
    return _at(
        np.array(notch_times_s(traits, reading=reading, noise=noises)),
        np.full(notches, copysign(notch_px, distance_px), np.float32),
        traits.settle_s,
    )


def _at(times_s: NDArray[np.float64], delta_y: NDArray[np.floating], settle_s: float) -> Scroll:
    t_us = np.rint(times_s * 1e6).astype(np.int64)
    duration_us = int(t_us[-1]) + round(settle_s * 1e6) if len(t_us) else 0
    return Scroll(
        duration_us=duration_us, t_us=t_us, delta_y=delta_y.astype(np.float32, copy=False)
    )


def turned(t_us: Sequence[int], notch_px: float) -> Scroll:
    """Return single notches of a wheel at given times, in microseconds from 0 on, ascending."""
    return Scroll(
        duration_us=t_us[-1],
        t_us=np.array(t_us, np.int64),
        delta_y=np.full(len(t_us), notch_px, np.float32),
    )


def render_wheel(plan: "SessionPlan") -> Columns:
    """Return a wheel row for each notch and a scroll row for each notch that moves the page.

    A scroll row follows its wheel row by half a frame. Its ``delta_y`` is the page's new offset,
    which stays between 0 and the limit of the planned scroll.
    """
    wheeled = [w for w in plan.wheeled if len(w.scroll.t_us)]
    if not wheeled:
        return no_columns()
    count = np.array([len(w.scroll.t_us) for w in wheeled])
    last = np.cumsum(count) - 1
    first = last - count + 1
    n = int(last[-1]) + 1
    delta_y = np.concatenate([w.scroll.delta_y for w in wheeled])
    t_us = np.concatenate([w.scroll.t_us for w in wheeled])
    t_us += np.repeat(np.array([w.start_us for w in wheeled], np.int64), count)
    action_id = np.repeat(np.array([w.action_id for w in wheeled], np.int32), count)
    x = np.repeat(np.array([w.x for w in wheeled], np.float32), count)
    y = np.repeat(np.array([w.y for w in wheeled], np.float32), count)
    targets = WordIndex()
    target = np.repeat(targets.encode([w.target for w in wheeled]), count)
    held = np.repeat(np.array([w.control for w in wheeled]), count)
    modifiers = {"modifiers": np.where(held, CONTROL, 0).astype(np.int8)} if held.any() else {}
    wheel = Columns(
        t_us=t_us,
        type=np.full(n, TYPE_CODE["wheel"], np.int8),
        action_id=action_id,
        numbers={
            "screen_x": x,
            "screen_y": y,
            "buttons": np.zeros(n, np.int8),
            "delta_x": np.zeros(n, np.float32),
            "delta_y": delta_y,
            "delta_mode": np.zeros(n, np.int8),
            **modifiers,
        },
        numbers_null=dict.fromkeys(modifiers, ~held),
        words={"target": (target, targets.words())},
    )
    start_y = np.array([w.scroll_y for w in wheeled])
    limit_y = np.array([w.limit_y for w in wheeled])
    offset_y = _bounded(delta_y, start_y, limit_y, first, count)
    before = np.empty(n)
    before[1:] = offset_y[:-1]
    before[first] = start_y
    moved = np.flatnonzero((offset_y != before) & ~held)
    frame_us = round(plan.persona.hand.scroll.frame_s * 1e6)
    scroll = Columns(
        t_us=t_us[moved] + frame_us,
        type=np.full(len(moved), TYPE_CODE["scroll"], np.int8),
        action_id=action_id[moved],
        numbers={
            "delta_x": np.zeros(len(moved), np.float32),
            "delta_y": offset_y[moved].astype(np.float32),
        },
        words={"target": (np.zeros(len(moved), np.int32), ["document"])},
    )
    return stack([wheel, scroll])


def _bounded(
    delta_y: NDArray[np.float32],
    start_y: NDArray[np.float64],
    limit_y: NDArray[np.float64],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the page's offset after each notch; the notches of one scroll have one sign."""
    run = np.cumsum(delta_y, dtype=np.float64)
    run -= np.repeat(run[first] - delta_y[first] - start_y, count)
    return np.clip(run, 0.0, np.repeat(np.maximum(limit_y, 0.0), count))
