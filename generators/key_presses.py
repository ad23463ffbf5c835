"""Key presses: when every key of a session goes down and comes up, from its planned typing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_hold import hold_law, releases_us
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.behavior_models.serial_dependence import persistent_log_odds
from deskhand.behavior_models.shift_timing import shift_releases_us, shift_runs
from deskhand.behavior_models.stamp_clock import stamp_clock
from deskhand.behavior_models.typist_traits import LAW_OF_MODE
from deskhand.streams import stream

if TYPE_CHECKING:  # the plan holds typing, so it imports the planning of this room
    from deskhand.generators.plan import SessionPlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyPresses:
    """All keys of a session, in the order of their downs within each typing.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n,)
        Which key, as in `deskhand.behavior_models.keyboard_layout`.
    typing : ndarray of intp, shape (n,)
        Place in the plan's list of typed texts.
    first : ndarray of intp, shape (m,)
        Place of each typing's first key.
    down_us, up_us : ndarray of int64, shape (n,)
        Since the session's start, on the grid of the person's clock.
    """

    tokens: NDArray[np.uint8]
    typing: NDArray[np.intp]
    first: NDArray[np.intp]
    down_us: NDArray[np.int64]
    up_us: NDArray[np.int64]


def key_presses(plan: "SessionPlan") -> KeyPresses:
    """Return the presses of everything typed in a session.

    Parameters
    ----------
    plan : SessionPlan
        At least one text typed; holds are keyed by its seed, team, person and day.

    Returns
    -------
    KeyPresses
        The last key of each typing comes up exactly at its planned end.
    """
    layout = load_layout(plan.persona.keyboard_layout)
    typed, traits = plan.typed, plan.persona.typist
    sizes = np.array([len(item.typing.keys) for item in typed], np.intp)
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    typing = np.repeat(np.arange(len(typed)), sizes)
    tokens = np.frombuffer(b"".join([item.typing.keys for item in typed]), np.uint8)
    since_us = np.concatenate([item.typing.down_us for item in typed])
    ends = np.array([item.start_us + item.typing.duration_us for item in typed], np.int64)
    start_us = np.repeat(np.array([item.start_us for item in typed], np.int64), sizes)
    end_us = np.repeat(ends, sizes)

    rng = stream(plan.seed, "keyboard.hold", plan.team, plan.person, plan.day)
    holds_us = _holds_us(plan, layout, tokens, sizes, rng)
    raw_down_us = start_us + since_us
    # The end is planned: of the last hold, not drawn again.
    holds_us[last] = ends - raw_down_us[last]
    raw_up_us = releases_us(
        traits, layout.physical[tokens], raw_down_us, holds_us, rng.random(len(tokens))
    )
    clock = stamp_clock(traits, rng)
    down_us = start_us + clock.stamp(since_us, start_us)
    up_us = start_us + clock.stamp(raw_up_us - start_us, start_us)
    # Both ends are planned, so that what happens around the typing keeps its order.
    down_us[first] = start_us[first]
    up_us = np.minimum(up_us, end_us)
    up_us[last] = ends

    # Shift of typed text; in a chord Shift is held like any other modifier.
    shifts, shifted = shift_runs(tokens, layout)
    edits = np.array([item.typing.edits for item in typed], dtype=np.bool_)[typing[shifts]]
    shifts, shifted = shifts[edits], shifted[edits]
    if shifts.size:
        after_us = np.append(down_us, 0)[shifted + 1]
        after_us = np.where(shifted == last[typing[shifted]], end_us[shifted], after_us)
        # Relative to each typing's start, where its clock's grid begins.
        origin_us = start_us[shifts]
        up_us[shifts] = origin_us + shift_releases_us(
            traits,
            down_us[shifted] - origin_us,
            raw_up_us[shifted] - origin_us,
            after_us - origin_us,
            rng.logistic(size=len(shifts)),
            clock,
        )

    held = np.array([item.typing.held for item in typed], np.intp)
    if held.any():
        _release_chords(held, first, last, down_us, up_us, holds_us)
    return KeyPresses(tokens=tokens, typing=typing, first=first, down_us=down_us, up_us=up_us)


def _holds_us(
    plan: "SessionPlan",
    layout: KeyboardLayout,
    tokens: NDArray[np.uint8],
    sizes: NDArray[np.intp],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    traits, size = plan.persona.typist, len(tokens)
    share, decay = hold_law(traits, layout, "form").memory
    log_odds, _ = persistent_log_odds(
        rng.standard_normal(size),
        rng.standard_normal(size),
        share=share,
        decay=decay,
        start=float(rng.standard_normal()),
    )
    laws = [LAW_OF_MODE[item.typing.mode] for item in plan.typed]
    used = sorted(set(laws))
    if len(used) == 1:
        return hold_law(traits, layout, used[0]).holds_us(tokens, log_odds)
    holds_us = np.empty(size)
    for law in used:
        here = np.repeat(np.array([law == other for other in laws]), sizes)
        holds_us[here] = hold_law(traits, layout, law).holds_us(tokens[here], log_odds[here])
    return holds_us


def _release_chords(
    held: NDArray[np.intp],
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    down_us: NDArray[np.int64],
    up_us: NDArray[np.int64],
    holds_us: NDArray[np.float64],
) -> None:
    """Set the releases of chords: the key first, then the modifiers, the first of them last."""
    chords = np.flatnonzero(held)
    key, end_us = last[chords], up_us[last[chords]]
    # The key comes up in the first nine tenths of the time that is left (assumed).
    latest_us = down_us[key] + (end_us - down_us[key]) * 9 // 10
    up_us[key] = np.minimum(down_us[key] + holds_us[key].astype(np.int64), latest_us)
    for place in range(int(held.max())):
        here = held[chords] > place
        at, count = chords[here], held[chords][here]
        left_us = end_us[here] - up_us[key[here]]
        up_us[first[at] + place] = end_us[here] - left_us * place // (count + 1)
