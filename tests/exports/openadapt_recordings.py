"""Small OpenAdapt recordings, and what their databases hold."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deskhand.exports import openadapt
from deskhand.exports.captured import captured_session
from deskhand.session import Session

START_US = 1_767_000_000_123_457
MARKS: dict[str, Any] = {"session_id": "syn_session_1", "made_by": "syn_prov_1", "source": "made"}


def written(folder: Path, session: Session, argument: str | None = "0") -> Path:
    with openadapt.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "openadapt" / session.session_id


def session_of(rows: Sequence[dict[str, Any]], **header: Any) -> Session:
    names = {name for row in rows for name in row} | {"type", "t_us"}
    columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    columns["masked"] = [bool(row.get("masked")) for row in rows]
    size = {"screen_width": 1920, "screen_height": 1080}
    return captured_session(columns, start_wall_us=START_US, header={**size, **header}, **MARKS)


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
