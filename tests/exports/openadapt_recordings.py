"""Small OpenAdapt recordings, and what their databases hold."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deskhand.exports import openadapt
from deskhand.session import Session
from tests.exports.made_up_session import columns_of, made_up

START_US = 1_767_000_000_123_457


def written(folder: Path, session: Session, argument: str | None = "0") -> Path:
    with openadapt.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "openadapt" / session.session_id


def session_of(rows: Sequence[dict[str, Any]]) -> Session:
    return made_up(columns_of(rows), start_wall_us=START_US)


def stored(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{folder / 'recording.db'}?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def stroke(t_us: int, key: str, code: str, held_us: int = 60_000) -> list[dict[str, Any]]:
    named = {"key": key, "code": code}
    return [
        {"type": "keydown", "t_us": t_us, **named},
        {"type": "keyup", "t_us": t_us + held_us, **named},
    ]


def press(t_us: int, x: float, y: float, button: int = 0) -> list[dict[str, Any]]:
    at = {"screen_x": x, "screen_y": y, "button": button}
    return [
        {"type": "pointerdown", "t_us": t_us, **at},
        {"type": "pointerup", "t_us": t_us + 60_000, **at},
    ]
