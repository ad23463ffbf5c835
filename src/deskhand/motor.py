"""The typist alone: key times of one person, without a scenario or a page."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_latency import key_times
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.persona import Persona, draw_persona
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.key_presses import key_presses
from deskhand.generators.keyboard_plan import Typing, Typist
from deskhand.generators.plan import SessionPlan, Typed
from deskhand.streams import Draws, check_seed, stream

# Texts are rendered on one time line, this far apart, and then each counted from 0.
GAP_US = 1_000_000


def type_text(
    texts: str | Iterable[str],
    *,
    seed: int,
    mode: str = "transcription",
    profile: str | Path = "office",
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
    profile : str or pathlib.Path
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
    profile: str | Path = "office",
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
    profile : str or pathlib.Path
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


def _plan(seed: int, profile: str | Path, person: int) -> SessionPlan:
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
