"""The behaviours around a movement, fitted to a recording: from its columns to profile entries.

What a recording cannot tell is left out: one without presses has no holds, one of batched reports no
dwell; a section, or an entry of one, that is missing has to come from another profile.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from deskhand.behavior_models.drag import fit_drag, second_tries, time_line
from deskhand.behavior_models.hover import fit_hover
from deskhand.behavior_models.idle_hand import fit_idle
from deskhand.behavior_models.press import fit_double_click, fit_dwell, fit_hold
from deskhand.behavior_models.scrolling import fit_wheel
from deskhand.behavior_models.touchpad_scroll import fit_touchpad
from deskhand.calibration.clicks import Holds, cut_holds
from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import DOWN, MOVE, Recording
from deskhand.calibration.rests import cut_approaches, cut_idle_runs
from deskhand.calibration.scrolls import cut_notches, cut_steps, notches_of, wheel_notches_px
from deskhand.errors import DeskhandError

Entries = dict[str, Any]
# Moves that follow each other more slowly were bundled by the recorder (60 Hz is 17 ms).
BATCHED_S = 0.06


def fit_behaviours(recording: Recording, source: str) -> dict[str, Entries]:
    """Return the sections ``press``, ``drag``, ``hover``, ``idle``, ``wheel`` and ``touchpad``.

    Parameters
    ----------
    recording : Recording
        Pointer events of at least three people.
    source : str
        Name, people and date of the data, for every entry.

    Returns
    -------
    dict
        Sections of named entries; only what the recording can tell.

    Examples
    --------
    >>> from deskhand.calibration.recording import read_recording
    >>> clicks = [(who, second) for who in ("ann", "bob", "cy") for second in range(40)]
    >>> rows = [(who, second + up, up) for who, second in clicks for up in (0.0, 0.08)]
    >>> recording = read_recording(
    ...     {
    ...         "user": [who for who, _, _ in rows],
    ...         "t_s": [t_s for _, t_s, _ in rows],
    ...         "event": ["up" if up else "down" for _, _, up in rows],
    ...         "x": [5.0] * len(rows),
    ...         "y": [5.0] * len(rows),
    ...     }
    ... )
    >>> fit_behaviours(recording, "made")["press"]["hold_s"]["value"]["median"]
    0.08
    """
    batched = _batched(recording)
    movements, holds = cut_movements(recording), cut_holds(recording)
    found: dict[str, Entries] = {"press": {}, "drag": {}, "hover": {}, "idle": {}}
    found |= {"wheel": {}, "touchpad": {}}
    if not batched and (recording.event == DOWN).any():
        _add(found["press"], lambda: fit_dwell(movements.dwell_us * 1e-6, movements.person, source))
    _add(found["press"], lambda: _clicks(holds, source))
    _add(found["press"], lambda: _double_clicks(holds, source))
    _add(found["drag"], lambda: _drags(recording, holds, movements, source, batched=batched))
    if not batched:
        _add(found["hover"], lambda: _hesitation(recording, source))
    _add(found["idle"], lambda: _idle(recording, source))
    _add(found["wheel"], lambda: _wheel(recording, source, batched=batched))
    _add(found["touchpad"], lambda: _touchpad(recording, source))
    return {section: entries for section, entries in found.items() if entries}


def _add(section: Entries, fit: Callable[[], Mapping[str, Any]]) -> None:
    """Add what a fit finds, or nothing when there are too few people or events for it."""
    try:
        section.update(fit())
    except DeskhandError:
        return


def _batched(recording: Recording) -> bool:
    moving = recording.event == MOVE
    both = moving[1:] & moving[:-1] & (recording.session[1:] == recording.session[:-1])
    gap_s = np.diff(recording.t_us)[both] * 1e-6
    gap_s = gap_s[(gap_s > 0.0) & (gap_s < 0.3)]
    return bool(len(gap_s)) and float(np.median(gap_s)) > BATCHED_S


def _clicks(holds: Holds, source: str) -> Entries:
    return fit_hold(holds.hold_s[holds.single], holds.person[holds.single], source)


def _double_clicks(holds: Holds, source: str) -> Entries:
    second = np.flatnonzero(holds.second)
    first = second - 1
    return fit_double_click(
        holds.hold_s[first],
        holds.gap_s[second],
        holds.hold_s[second],
        holds.apart_px[second],
        holds.person[second],
        source,
    )


def _drags(
    recording: Recording, holds: Holds, movements: Movements, source: str, *, batched: bool
) -> Entries:
    drag = holds.drag
    down, up, person = holds.down[drag], holds.up[drag], holds.person[drag]
    t_s, x, y = recording.t_us * 1e-6, recording.x, recording.y
    return fit_drag(
        holds.moved_px[drag],
        t_s[down + 1] - t_s[down],
        t_s[up - 1] - t_s[down + 1],
        t_s[up] - t_s[up - 1],
        second_tries(person, t_s[down], t_s[up], x[down], y[down], x[up], y[up]),
        person,
        time_line(movements.distance_px, movements.duration_us * 1e-6),
        source,
        batched=batched,
    )


def _hesitation(recording: Recording, source: str) -> Entries:
    ways = cut_approaches(recording)
    return fit_hover(ways.rest_s, ways.left_share, ways.person, source)


def _idle(recording: Recording, source: str) -> Entries:
    runs = cut_idle_runs(recording)
    return fit_idle(runs.still_s, runs.reach_px, runs.duration_s, runs.person, source)


def _wheel(recording: Recording, source: str, *, batched: bool) -> Entries:
    notches = cut_notches(recording)
    if len(notches.gap_s):
        return fit_wheel(notches.gap_s, notches.direction, notches.person, source, batched=batched)
    steps = cut_steps(recording)
    notch = wheel_notches_px(steps)
    notches = notches_of(steps, notch)
    users = sum(size > 0.0 for size in notch.values())
    told = f"{source}; {users} of them by wheel, seen in their page's offsets"
    # The times of single notches do not show in a page that glides.
    return fit_wheel(notches.gap_s, notches.direction, notches.person, told, batched=True)


def _touchpad(recording: Recording, source: str) -> Entries:
    steps = cut_steps(recording)
    users = [person for person, size in wheel_notches_px(steps).items() if size == 0.0]
    fingers = np.isin(steps.person, users)
    motion = np.unique(steps.motion[fingers], return_inverse=True)[1]
    told = f"{source}; {len(users)} of them by touchpad, as their page moves by no whole notches"
    return fit_touchpad(
        steps.t_s[fingers], steps.step_px[fingers], motion, steps.person[fingers], told
    )
