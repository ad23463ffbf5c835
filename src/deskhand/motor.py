"""The motor models alone: pointer paths and key times of one person, without a scenario or a page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from deskhand.behavior_models.digraph_latency import key_times
from deskhand.behavior_models.fitts import movement_times_s
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.persona import Persona, draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.key_presses import key_presses
from deskhand.generators.keyboard_plan import Typing, Typist
from deskhand.generators.plan import Move, SessionPlan, Typed
from deskhand.generators.pointer import render_moves
from deskhand.streams import Draws, check_seed, stream

# Movements and texts are rendered on one time line, this far apart, and then each counted from 0.
GAP_US = 1_000_000
FARTHEST_PX = 32_767


def pointer_paths(
    requests: ArrayLike, *, seed: int, profile: str = "office", person: int = 0
) -> pa.Table:
    """Return how one person's pointer moves between points, as the device reports it.

    Parameters
    ----------
    requests : array_like of float, shape (n, 5)
        Rows of x0, y0, x1, y1 and the target's width along the path, all in px; a width of 0 is
        not known. Points are taken as whole pixels.
    seed : int
        From 0 to 2**64 - 1.
    profile : str
        The population.
    person : int
        Whose hand and device.

    Returns
    -------
    pyarrow.Table
        Columns ``request`` (place in the requests), ``t_us`` (from the movement's start), ``x`` and
        ``y`` (px); one row for each report. Each movement ends in its end point; one that goes
        nowhere has no rows.

    Raises
    ------
    DeskhandError
        When the requests have another shape or are not finite.

    Examples
    --------
    >>> paths = pointer_paths([(100, 100, 700, 300, 40), (700, 300, 90, 500, 25)], seed=7)
    >>> last = paths.filter(pa.compute.equal(paths["request"], 0)).to_pylist()[-1]
    >>> last["x"], last["y"]
    (700.0, 300.0)
    """
    rows = np.asarray(requests, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 5 or not len(rows):
        raise DeskhandError(
            f"requests of shape {rows.shape}: must have shape (n, 5) with n from 1, rows of "
            "x0, y0, x1, y1, width_px."
        )
    points = np.rint(rows[:, :4])
    if not (np.isfinite(rows).all() and (points >= 0).all() and (points <= FARTHEST_PX).all()):
        raise DeskhandError(f"requests: points must be finite and from 0 to {FARTHEST_PX} px.")
    if not (rows[:, 4] >= 0).all():
        raise DeskhandError("requests: a width must be 0 px, for not known, or more.")
    plan = _plan(seed, profile, person)
    plan.persona = _on_screen_of(plan.persona, points)
    noise = stream(seed, "api.pointer", person).standard_normal(len(rows))
    distance_px = np.hypot(points[:, 2] - points[:, 0], points[:, 3] - points[:, 1])
    seconds = movement_times_s(plan.persona.hand, distance_px, rows[:, 4], noise)
    duration_us = np.rint(seconds * 1e6).astype(np.int64)
    start_us = _starts(duration_us)
    plan.moves.extend(
        Move(place, "aim", start, start + duration, x0, y0, x1, y1, width, 0)
        for place, start, duration, (x0, y0, x1, y1), width in zip(
            range(len(rows)),
            start_us.tolist(),
            duration_us.tolist(),
            points.tolist(),
            rows[:, 4].tolist(),
            strict=True,
        )
    )
    columns, _ = render_moves(plan)
    request = columns.action_id
    nothing = np.empty(0, np.float32)
    return pa.table(
        {
            "request": pa.array(request, pa.int32()),
            "t_us": pa.array(columns.t_us - start_us[request], pa.int64()),
            "x": pa.array(columns.numbers.get("screen_x", nothing), pa.float32()),
            "y": pa.array(columns.numbers.get("screen_y", nothing), pa.float32()),
        }
    )


def type_text(
    texts: str | Iterable[str],
    *,
    seed: int,
    mode: str = "transcription",
    profile: str = "office",
    person: int = 0,
) -> pa.Table:
    """Return how one person types texts: every key, with Shift, slips and repairs.

    Parameters
    ----------
    texts : str or iterable of str
        What is in the field in the end.
    seed : int
        From 0 to 2**64 - 1.
    mode : str
        ``form``, ``transcription``, ``composition`` or ``password``.
    profile : str
        The population.
    person : int
        Who types.

    Returns
    -------
    pyarrow.Table
        Columns ``text`` (place in the texts), ``key``, ``code``, ``down_us`` and ``up_us`` (from the
        text's first key), in the order of the downs.

    Examples
    --------
    >>> keys = type_text("Lind", seed=7)
    >>> keys.column_names
    ['text', 'key', 'code', 'down_us', 'up_us']
    """
    plan = _plan(seed, profile, person)
    typist = Typist(plan.persona, Draws(seed, "api.keyboard", person))
    given = [texts] if isinstance(texts, str) else list(texts)
    return _pressed(plan, [typist.type(text, mode=mode) for text in given], "text")


def time_keys(
    keys: Sequence[str],
    *,
    seed: int,
    mode: str = "composition",
    profile: str = "office",
    person: int = 0,
) -> pa.Table:
    """Return when one person presses and releases keys that are already known, slips included.

    Parameters
    ----------
    keys : sequence of str, length n
        Characters, or named keys such as ``"Shift"`` and ``"Backspace"``; a capital stands for its
        key, the Shift before it is a key of its own.
    seed : int
        From 0 to 2**64 - 1.
    mode : str
        ``form``, ``transcription``, ``composition`` or ``password``.
    profile : str
        The population.
    person : int
        Who types.

    Returns
    -------
    pyarrow.Table
        Columns ``key``, ``down_us`` and ``up_us`` (from the first key), n rows in the order given.

    Raises
    ------
    UnknownNameError
        When the keyboard has no such key, or there is no such mode.

    Examples
    --------
    >>> time_keys(["h", "i"], seed=7).num_rows
    2
    """
    if mode not in MODES:
        raise UnknownNameError("typing mode", mode, MODES)
    persona = _plan(seed, profile, person).persona
    down_us, up_us = key_times(
        persona.typist,
        list(keys),
        stream(seed, "api.keys", person),
        mode=mode,
        layout=persona.keyboard_layout,
    )
    return pa.table(
        {
            "key": pa.array(list(keys), pa.string()),
            "down_us": pa.array(down_us, pa.int64()),
            "up_us": pa.array(up_us, pa.int64()),
        }
    )


def _on_screen_of(persona: Persona, points: NDArray[np.float64]) -> Persona:
    # A pointer stops at the edge of its screen; here the screen is as large as the requests need.
    wide, high = (int(points[:, [at, at + 2]].max()) + 1 for at in (0, 1))
    device = persona.device
    large = replace(
        device,
        screen_width=max(device.screen_width, wide),
        screen_height=max(device.screen_height, high),
    )
    return replace(persona, device=large)


def _plan(seed: int, profile: str, person: int) -> SessionPlan:
    check_seed(seed)
    persona: Persona = draw_persona(load_profile(profile), seed, 0, person)
    device = persona.device
    return SessionPlan(
        session_id="api",
        seed=seed,
        scenario="api",
        team=0,
        person=person,
        day=0,
        persona=persona,
        start_wall_us=0,
        time_zone="UTC",
        provenance_id="api",
        viewport=(device.screen_width, device.screen_height),
    )


def _starts(duration_us: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(duration_us + GAP_US) - duration_us


def _pressed(plan: SessionPlan, typings: Sequence[Typing], unit: str) -> pa.Table:
    if not typings:
        raise DeskhandError(f"{unit}s: nothing was given; give at least one {unit}.")
    starts = _starts(np.array([typing.duration_us for typing in typings], np.int64))
    for place, (start, typing) in enumerate(zip(starts.tolist(), typings, strict=True)):
        plan.typed.append(Typed(place, start, typing, None, 0, 0, False))
    presses = key_presses(plan)
    layout = load_layout(plan.persona.keyboard_layout)
    tokens = presses.tokens.tolist()
    return pa.table(
        {
            unit: pa.array(presses.typing, pa.int32()),
            "key": pa.array([layout.key_names[token] for token in tokens], pa.string()),
            "code": pa.array([layout.codes[token] for token in tokens], pa.string()),
            "down_us": pa.array(presses.down_us - starts[presses.typing], pa.int64()),
            "up_us": pa.array(presses.up_us - starts[presses.typing], pa.int64()),
        }
    )
