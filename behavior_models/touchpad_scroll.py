"""Two-finger scrolling: swipes of the fingers and the inertia that the system adds after each.

While the fingers touch, the page follows them, faster and faster; when they lift, its speed decays
exponentially. The page moves a little every frame, by far less than a wheel's notch.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.personal_spread import PersonalSpread, fit_spread, read_spread
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError

FRAME_S = 1 / 60
# The speed of fingers that start from rest and lift at full speed follows a quarter of a sine; so
# they cover this share of lift speed times contact time.
CONTACT_SHARE = 2.0 / np.pi
# Inertia ends when a frame would move the page by less than this. Assumed.
STOP_PX = 0.5
# No scroll takes more swipes. Assumed.
MOST_SWIPES = 60
# A tail counts as inertia when it has so many steps, starts so fast and is so straight in the log.
TAIL_STEPS, TAIL_PX, TAIL_R2 = 8, 8.0, 0.9
# A rest that lasts longer is no part of a scroll. Assumed.
LONGEST_PAUSE_S = 3.0
# A distance this near to a multiple of a notch is one; who reaches this score has a wheel (`notch_px`).
NEAR_PX, WHEEL_SCORE = 1.6, 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpadTraits:
    """How a population, or one person of it, scrolls with two fingers.

    Parameters
    ----------
    swipe_px : PersonalSpread
        How far one swipe moves the page, its inertia included.
    contact_s : PersonalSpread
        How long the fingers touch.
    decay_s : PersonalSpread
        Time in which the inertia's speed falls to 1/e; mostly a matter of the system.
    pause_s : PersonalSpread
        From the end of one swipe's motion to the next swipe.
    """

    swipe_px: PersonalSpread
    contact_s: PersonalSpread
    decay_s: PersonalSpread
    pause_s: PersonalSpread


def read_touchpad(profile: Profile) -> TouchpadTraits:
    """Return how a profile's population scrolls with two fingers: its section ``touchpad``.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> 0.02 < read_touchpad(load_profile("office")).decay_s.median < 0.5
    True
    """

    def spread(name: str) -> PersonalSpread:
        return read_spread(profile["touchpad", name])

    return TouchpadTraits(
        swipe_px=spread("swipe_px"),
        contact_s=spread("contact_s"),
        decay_s=spread("decay_s"),
        pause_s=spread("pause_s"),
    )


def own_touchpad(population: TouchpadTraits, noise: tuple[float, float, float]) -> TouchpadTraits:
    """Return how one person scrolls.

    Parameters
    ----------
    population : TouchpadTraits
        Of whom the person is one.
    noise : tuple of float, length 3
        The person's standard normal numbers: reach, haste, system.
    """
    reach, haste, system = noise
    return TouchpadTraits(
        swipe_px=population.swipe_px.own(reach),
        contact_s=population.contact_s.own(haste),
        decay_s=population.decay_s.own(system),
        pause_s=population.pause_s.own(haste),
    )


def swipe_offsets_px(
    since_s: NDArray[np.float64],
    distance_px: NDArray[np.float64],
    contact_s: NDArray[np.float64],
    decay_s: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how far swipes have moved the page.

    Parameters
    ----------
    since_s : NDArray[np.float64], shape (n,)
        Time since the swipe's start, not negative.
    distance_px, contact_s, decay_s : NDArray[np.float64], shape (n,)
        Whole distance with inertia, time of contact and decay time of each swipe.

    Returns
    -------
    NDArray[np.float64], shape (n,)
        From 0 to the distance.

    Examples
    --------
    >>> far = swipe_offsets_px(np.array([0.0, 0.1, 9.0]), *(np.array([v]) for v in (300, 0.1, 0.1)))
    >>> far.round(1).tolist()
    [0.0, 116.7, 300.0]
    """
    # Distance = lift speed x (2 / pi x contact + decay).
    lift_px_s = distance_px / (CONTACT_SHARE * contact_s + decay_s)
    touching = np.minimum(since_s, contact_s)
    pushed = (
        lift_px_s * CONTACT_SHARE * contact_s * (1.0 - np.cos(0.5 * np.pi * touching / contact_s))
    )
    gliding = np.maximum(since_s - contact_s, 0.0)
    offsets: NDArray[np.float64] = pushed - lift_px_s * decay_s * np.expm1(-gliding / decay_s)
    return offsets


def scroll_frames(
    touchpad: TouchpadTraits, distance_px: float, noise: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the steps of one scroll: swipes until the page has moved far enough.

    Parameters
    ----------
    touchpad : TouchpadTraits
        Whose fingers.
    distance_px : float
        How far the page moves, positive downwards; the last swipe is cut to it.
    noise : NDArray[np.float64], shape (4, m)
        Standard normal numbers for up to m swipes: distances, contacts, decays, pauses.

    Returns
    -------
    times_s : NDArray[np.float64], shape (n,)
        Of each step, from one frame on, ascending.
    delta_px : NDArray[np.float64], shape (n,)
        Whole px, none 0; they sum to the distance rounded to whole px.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> touchpad = own_touchpad(read_touchpad(load_profile("office")), (0.0, 0.0, 0.0))
    >>> times_s, delta_px = scroll_frames(touchpad, -800.0, np.zeros((4, 30)))
    >>> float(delta_px.sum()), bool((np.diff(times_s) > 0.01).all())
    (-800.0, True)
    """
    whole = float(np.rint(abs(distance_px)))
    if whole == 0.0:
        return np.empty(0), np.empty(0)
    own = np.zeros(noise.shape[1])
    reach = touchpad.swipe_px.values(own, noise[0])
    before = np.cumsum(reach) - reach
    swipes = max(int(np.searchsorted(before, whole)), 1)
    reach, before = reach[:swipes], before[:swipes]
    # The last swipe ends where its owner wants to be.
    reach[-1] = whole - before[-1]
    contact = touchpad.contact_s.values(own, noise[1])[:swipes]
    decay = touchpad.decay_s.values(own[:1], noise[2][:1]).repeat(swipes)
    lift_px_s = reach / (CONTACT_SHARE * contact + decay)
    glide = decay * np.log(np.maximum(lift_px_s * FRAME_S / STOP_PX, 1.0))
    frames = np.ceil((contact + glide) / FRAME_S).astype(np.int64) + 1
    pause = touchpad.pause_s.values(own, noise[3])[:swipes]
    waits = np.maximum(np.rint(pause / FRAME_S).astype(np.int64), 1)
    first = np.cumsum(frames + waits) - frames - waits
    row = np.repeat(np.arange(swipes), frames)
    within = np.arange(frames.sum()) - np.repeat(np.cumsum(frames) - frames, frames) + 1
    moved = swipe_offsets_px(within * FRAME_S, reach[row], contact[row], decay[row])
    # What the last frame leaves is less than a pixel or two: the page comes to rest there.
    moved[np.cumsum(frames) - 1] = reach
    offset = np.rint(before[row] + moved)
    delta = np.diff(offset, prepend=0.0)
    kept = delta != 0.0
    times_s = (first[row] + within) * FRAME_S
    return times_s[kept], np.copysign(delta[kept], distance_px)


def fit_touchpad(
    t_s: NDArray[np.floating],
    step_px: NDArray[np.floating],
    burst: NDArray[np.integer],
    person: NDArray[np.integer],
    source: str,
) -> dict[str, Any]:
    """Return the profile entries of two-finger scrolling.

    Parameters
    ----------
    t_s : NDArray[np.float64], shape (n,)
        Time of each scroll step, ascending within a person.
    step_px : NDArray[np.float64], shape (n,)
        How far the page moved since the step before.
    burst : NDArray of int, shape (n,)
        Number of the step's burst, 0, 0, 1, ...: steps without a rest between them.
    person : NDArray of int, shape (n,)
        Whose step; only people with a touchpad (see `notch_px`).
    source : str
        Where the data are from.

    Returns
    -------
    dict
        Entries ``swipe_px``, ``contact_s``, ``decay_s`` and ``pause_s``.

    Raises
    ------
    DeskhandError
        When fewer than three people have at least eight swipes with a clear decay.
    """
    if not len(t_s):
        raise DeskhandError("there is no step to fit; give the steps of at least three people.")
    size = np.abs(step_px)
    count = np.bincount(burst)
    last = np.cumsum(count) - 1
    first = last - count + 1
    peak = np.lexsort((np.arange(len(size)), -size, burst))[first]
    # The tail: from the peak to the first step below one px.
    after = np.arange(len(size)) >= peak[burst]
    ends = np.where(after & (size < 1.0), np.arange(len(size)), len(size))
    end = np.minimum(np.minimum.reduceat(ends, first), last + 1)
    tail = after & (np.arange(len(size)) < end[burst])
    b, since = burst[tail], (t_s - t_s[peak][burst])[tail]
    height = np.log(size[tail])
    n = np.maximum(np.bincount(b, minlength=len(count)), 1)
    mean_t, mean_h = (np.bincount(b, v, len(count)) / n for v in (since, height))
    off_t, off_h = since - mean_t[b], height - mean_h[b]
    tt, th, hh = (np.bincount(b, v, len(count)) for v in (off_t**2, off_t * off_h, off_h**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope, r2 = th / tt, th**2 / (tt * hh)
    clear = (n >= TAIL_STEPS) & (size[peak] >= TAIL_PX) & (r2 > TAIL_R2) & (slope < 0.0)
    whose = person[first]
    rest_s = np.append(np.inf, t_s[first[1:]] - t_s[last[:-1]])
    rest_s[np.append(True, whose[1:] != whose[:-1])] = np.inf
    distance = np.abs(np.bincount(burst, step_px))
    contact_s = t_s[peak] - t_s[first] + FRAME_S
    looked = (rest_s > 0.0) & (rest_s < LONGEST_PAUSE_S)
    moved = (distance >= 4.0) & (count >= 3)
    found = {
        "swipe_px": (fit_spread(distance[moved], whose[moved]), "distance of a burst of steps"),
        "contact_s": (
            fit_spread(contact_s[clear], whose[clear], least=FRAME_S, most=0.5),
            "first to largest step",
        ),
        "decay_s": (
            fit_spread(-1.0 / slope[clear], whose[clear], least=0.015, most=1.0),
            "decay of the steps after the largest, where ln step is straight (r2 > .9)",
        ),
        "pause_s": (
            fit_spread(rest_s[looked], whose[looked], most=LONGEST_PAUSE_S),
            "from burst to burst",
        ),
    }
    return {
        name: {"value": spread.as_value(), "source": f"{source}: {what}"}
        for name, (spread, what) in found.items()
    }


def notch_px(distance_px: NDArray[np.floating]) -> tuple[float, float]:
    """Return the notch that a person's scrolls are multiples of, and how well they are.

    A wheel moves a page by whole notches, however smoothly a browser shows it; two fingers do not.

    Parameters
    ----------
    distance_px : NDArray[np.float64], shape (n,)
        Distances of a person's bursts.

    Returns
    -------
    notch : float
        In px, 30 to 160.
    score : float
        Share of the bursts within 1.6 px of a multiple, less what chance would give: near 0 for a
        touchpad, near 1 for a wheel. In the web survey 15 of 45 people lie below .35.

    Examples
    --------
    >>> notch, score = notch_px(np.array([100.0, 300.0, 500.0, 100.0, 200.0]))
    >>> notch, score > 0.9
    (100.0, True)
    """
    grid = np.arange(30.0, 160.25, 0.25)
    far = np.abs(np.asarray(distance_px, np.float64))[:, None]
    far = far[far[:, 0] > 3.0]
    if not len(far):
        return float(grid[0]), 0.0
    off = np.abs(far - np.rint(far / grid) * grid)
    near = (off <= NEAR_PX) & (far >= grid - NEAR_PX)
    share = near.mean(axis=0) - 2.0 * NEAR_PX / grid
    # Of notches that fit alike the one that fits most closely.
    best = int(np.argmax(share - 1e-3 * (off * near).mean(axis=0)))
    return float(grid[best]), float(share[best])
