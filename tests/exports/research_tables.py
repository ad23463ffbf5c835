"""Tables in the shapes of research data, and made-up sessions for them."""

from pathlib import Path
from typing import Any

import duckdb

from deskhand.exports import research_csv
from deskhand.exports.losses import Dropped
from deskhand.session import Session


def written(session: Session, argument: str, folder: Path) -> Path:
    with research_csv.open_writer(folder, argument) as writer:
        writer.write(session)
    return folder / "research" / session.session_id


def table(folder: Path) -> list[dict[str, Any]]:
    """The table as DuckDB reads it, which knows nothing of us."""
    (path,) = folder.glob("*.csv")
    separator = "\\t" if "\t" in path.read_text().split("\n", 1)[0] else ","
    with duckdb.connect() as base:
        found: list[dict[str, Any]] = (
            base.sql(f"FROM read_csv('{path}', header=true, delim=E'{separator}', quote='')")
            .to_arrow_table()
            .to_pylist()
        )
    return found


def read_back(path: Path) -> tuple[Session, Dropped]:
    dropped = Dropped()
    (session,) = research_csv.read(path, dropped)
    return session, dropped


def typed(texts: list[str], holds: list[int]) -> dict[str, list[Any]]:
    found: list[tuple[int, str, str, str]] = []
    t_us = 1_000_000
    for place, text in enumerate(texts):
        for k, character in enumerate(text):
            t_us += 90_100
            code = f"Key{character.upper()}" if character.isalpha() else "Space"
            hold = holds[k % len(holds)]
            found += [(t_us, "keydown", character, code), (t_us + hold, "keyup", character, code)]
        t_us += 5_000_000 + 100 * place
    found.sort(key=lambda row: row[0])
    names = ("t_us", "type", "key", "code")
    return {n: [row[k] for row in found] for k, n in enumerate(names)}
