"""People of known law as sides of a comparison: pointer, keys and events of many people."""

from typing import Any

import numpy as np
import pyarrow as pa

from deskhand.calibration.recording import read_recording
from deskhand.evaluation.realism.side import EventStream, Side
from deskhand.events import TYPE_CODE
from tests.evaluation.made_hands import hands
from tests.evaluation.made_typists import typists


def pointer_table(seed: int, people: int = 24, **law: Any) -> pa.Table:
    """Return a tidy table of movements that each end in a click."""
    moves = hands(seed, people=people, each=15, **law)
    rng = np.random.default_rng(seed)
    hold_us = np.rint(80_000 * np.exp(0.3 * rng.standard_normal(len(moves)))).astype(np.int64)
    parts = []
    clock = 0
    for k in range(len(moves)):
        rows = slice(int(moves.first[k]), int(moves.last[k]) + 1)
        t = moves.t_us[rows] + clock
        down = int(t[-1]) + int(moves.dwell_us[k])
        x, y = moves.x[rows], moves.y[rows]
        parts.append(
            (
                np.full(len(t) + 2, moves.person[k]),
                np.append(t, [down, down + hold_us[k]]),
                ["move"] * len(t) + ["down", "up"],
                np.append(x, [x[-1]] * 2),
                np.append(y, [y[-1]] * 2),
            )
        )
        clock = down + int(hold_us[k]) + 1_000_000
    who, t_us, kind, x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    user = np.char.add("p", who.astype(str))
    return pa.table(
        {"user": user, "session": user, "t_s": t_us / 1e6, "event": kind, "x": x, "y": y}
    )


def stream(seed: int, people: int = 24, acts: int = 600, *, tempo: float = 1.0) -> EventStream:
    """Return acts with a tempo that wanders, so that gaps hang together, in two applications."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), acts)
    state = np.zeros((people, acts))
    for k in range(1, acts):
        state[:, k] = 0.8 * state[:, k - 1] + 0.6 * rng.standard_normal(people)
    own = 0.2 * rng.standard_normal((people, 1))
    gaps = np.exp(0.7 * state + own + 0.5 * rng.standard_normal((people, acts))) * tempo
    steps = (rng.random((people, acts)) < 0.1).cumsum(axis=1)
    names = ("keydown", "keydown", "keydown", "pointerdown", "wheel")
    codes = np.array([TYPE_CODE[name] for name in names])
    # Runs of a kind, as people type and scroll in runs.
    kind = codes[(steps * 7 + rng.integers(0, 5, (people, 1))) % 5]
    return EventStream(
        person=person.astype(np.int32),
        session=person.astype(np.int32),
        t_us=np.rint(1e6 * np.cumsum(gaps, axis=1)).astype(np.int64).ravel(),
        kind=kind.ravel(),
        app=(steps // 4 % 2).ravel().astype(np.int64),
        apps=("crm", "mail"),
        start_s=rng.normal(9 * 3600, 1800, people),
    )


def side(seed: int, people: int = 24, *, tempo: float = 1.0, **law: Any) -> Side:
    """Return a whole side."""
    recording = read_recording(pointer_table(seed, people, **law))
    return Side(
        people=[f"p{k}" for k in range(people)],
        pointer=recording,
        keys=typists(seed, people=people, memory=0.3, space=0.7, spacing_ms=180.0 * tempo),
        events=stream(seed, people, tempo=tempo),
        sessions=people,
    )
