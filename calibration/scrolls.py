"""Scrolls cut out of a recording: notches where it logs them, else the page's steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.touchpad_scroll import WHEEL_SCORE, notch_px
from deskhand.calibration.recording import SCROLL, Recording

# Steps of a page that follow each other within this time are one motion: nine frames of 60 Hz.
REST_S = 0.15
# People with fewer motions are neither called wheel users nor touchpad users.
FEWEST_MOTIONS = 15
# Notches within one smooth motion of a page: their own times do not show. Assumed.
UNSEEN_GAP_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Notches:
    """Notches of a wheel, each with the time since the one before (infinite at a session's start)."""

    gap_s: NDArray[np.floating]
    direction: NDArray[np.int64]
    person: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSteps:
    """Steps of pages that moved smoothly; ``motion`` numbers the runs without a rest."""

    t_s: NDArray[np.floating]
    step_px: NDArray[np.floating]
    motion: NDArray[np.int64]
    person: NDArray[np.int32]

    @property
    def first(self) -> NDArray[np.int64]:
        """Place of the first step of each motion."""
        return np.flatnonzero(np.diff(self.motion, prepend=-1))


def cut_notches(recording: Recording) -> Notches:
    """Return the logged notches; none where the recorder logs offsets."""
    words = np.array([{"up": -1, "down": 1}.get(word, 0) for word in recording.buttons] + [0])
    direction = words[recording.button]
    rows = np.flatnonzero((recording.event == SCROLL) & (direction != 0))
    gap_s = np.full(len(rows), np.inf)
    if len(rows):
        alike = recording.session[rows[1:]] == recording.session[rows[:-1]]
        gap_s[1:] = np.where(alike, np.diff(recording.t_us[rows]) * 1e-6, np.inf)
    return Notches(gap_s=gap_s, direction=direction[rows], person=recording.person[rows])


def cut_steps(recording: Recording) -> PageSteps:
    """Return the steps of pages whose recorder logs offsets; none where it logs notches."""
    offset = np.isfinite(recording.y) & ~np.isfinite(recording.x)
    rows = np.flatnonzero((recording.event == SCROLL) & offset)
    t_s, session = recording.t_us[rows] * 1e-6, recording.session[rows]
    step = np.diff(recording.y[rows], prepend=np.nan)
    same = np.append(False, session[1:] == session[:-1]) if len(rows) else np.zeros(0, np.bool_)
    # The first offset of a session is where the page stood.
    kept = same & (step != 0.0)
    t_s, step, session = t_s[kept], step[kept], session[kept]
    gap_s = np.diff(t_s, prepend=-np.inf)
    turned = np.append(True, np.sign(step[1:]) != np.sign(step[:-1]))[: len(step)]
    other = np.append(True, session[1:] != session[:-1])[: len(step)]
    starts = (gap_s > REST_S) | (gap_s < 0.0) | turned | other
    return PageSteps(
        t_s=t_s,
        step_px=step,
        motion=np.cumsum(starts) - 1,
        person=recording.person[rows][kept],
    )


def wheel_notches_px(steps: PageSteps) -> dict[int, float]:
    """Return for each person with enough motions the wheel's notch in px; 0 is a touchpad."""
    first = steps.first
    whose = steps.person[first]
    distance = np.bincount(steps.motion, steps.step_px) if len(first) else np.empty(0)
    found: dict[int, float] = {}
    for person in np.unique(whose).tolist():
        own = distance[whose == person]
        if (np.abs(own) > 3.0).sum() >= FEWEST_MOTIONS:
            notch, score = notch_px(own)
            found[person] = notch if score >= WHEEL_SCORE else 0.0
    return found


def notches_of(steps: PageSteps, notch: dict[int, float]) -> Notches:
    """Return the notches that the motions of wheel users consist of; their own times do not show."""
    first = steps.first
    whose = steps.person[first]
    distance = np.bincount(steps.motion, steps.step_px) if len(first) else np.empty(0)
    base = np.array([notch.get(person, 0.0) for person in whose.tolist()])
    last = np.append(first[1:], len(steps.t_s)) - 1
    rest_s = np.append(np.inf, steps.t_s[first[1:]] - steps.t_s[last[:-1]])[: len(first)]
    rest_s[np.append(True, whose[1:] != whose[:-1])[: len(first)]] = np.inf
    rest_s[rest_s < 0.0] = np.inf
    count = np.where(base > 0.0, np.rint(np.abs(distance) / np.maximum(base, 1.0)), 0.0).astype(int)
    kept = count > 0
    count = count[kept]
    gap_s = np.full(count.sum(), UNSEEN_GAP_S)
    # A motion that rests goes on for as long as the browser glides: .15 s after its last notch.
    gap_s[np.cumsum(count) - count] = rest_s[kept] + REST_S
    return Notches(
        gap_s=gap_s,
        direction=np.repeat(np.sign(distance[kept]).astype(np.int64), count),
        person=np.repeat(whose[kept], count),
    )
