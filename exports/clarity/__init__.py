"""Microsoft Clarity: a session as the payloads that its script uploads, without playback of the page."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.clarity.rules import findings
from deskhand.exports.clarity.tokens import COLUMNS, VARIABLE, PageView, page_tokens
from deskhand.exports.losses import Kept
from deskhand.exports.session_tables import Writer
from deskhand.formats import no_argument
from deskhand.screen import Screen
from deskhand.session import Session
from deskhand.streams import stream

__all__ = ["KEEPS", "LOSES", "SUMMARY", "findings", "open_writer", "payloads", "recognises"]

FOLDER = "clarity"
NEEDS_PAGE = True
SUFFIX = ".jsonl"
SUMMARY = (
    "Microsoft Clarity payloads: sampled pointer, clicks, scrolls and masked inputs of each page"
)
KEEPS: Mapping[str, Kept] = {
    "pointermove": Kept(step_us=1000, remark="one in 25 ms, of those on the page"),
    "pointerdown": Kept(step_us=1000),
    "pointerup": Kept(step_us=1000, remark="with a click, a double click or a context menu"),
    "wheel": Kept(step_us=1000, remark="where, not how far"),
    "scroll": Kept(step_us=1000, remark="one in 25 ms"),
    "input": Kept(step_us=1000, remark="the last in 0.75 s, as a masked text"),
    "clipboard": Kept(step_us=1000),
    "navigation": Kept(step_us=1000, remark="as a new page"),
}
LOSES = (
    "keys, all text that was typed, pointer moves in between and outside the page, drop-downs, "
    "windows and pauses; the page itself, as in Clarity's lean mode"
)
VERSION = "0.8.70"
# clarity-js: config.delay, settings MinUploadDelay, MaxUploadDelay, PayloadLimit.
DELAY_US = 1_000_000
MIN_DELAY_US = 100_000
MAX_DELAY_US = 30_000_000
MOST_PAYLOADS = 128


def payloads(session: Session) -> Iterator[dict[str, Any]]:
    """Yield the payloads of all pages of a session, page by page.

    Parameters
    ----------
    session : Session
        Elements are numbered as in its screens; without screens all are the document.
    """
    header = session.header
    seed, person = int(header["seed"]), (int(header["team"]), int(header["person"]))
    user = _short(stream(seed, "clarity", "user", *person))
    visit = _short(stream(seed, "clarity", session.session_id))
    wall_us = int(header["start_wall_us"]) + int(header["clock_skew_us"])
    project = "deskhand-synthetic" if header["synthetic"] else "deskhand"
    for number, page in enumerate(_pages(session), 1):
        tokens = page_tokens(page)
        if header["synthetic"]:
            told = [0, VARIABLE, "deskhand.synthetic", [str(header["provenance_id"])]]
            tokens.insert(0, (page.start_us, told))
        for sequence, (sent_us, batch, last) in enumerate(_uploads(tokens, page.end_us), 1):
            envelope = [
                VERSION, sequence, (wall_us + page.start_us) // 1000,
                (sent_us - page.start_us) // 1000, project, user, visit, number, int(last),
                int(last), 0, page.url,
            ]  # fmt: skip
            yield {"e": envelope, "a": batch}


def _short(rng: np.random.Generator) -> str:
    return np.base_repr(int(rng.integers(36**6, 36**7)), 36).lower()


def _uploads(
    tokens: list[tuple[int, list[Any]]], end_us: int
) -> Iterator[tuple[int, list[list[Any]], bool]]:
    """Yield when payloads are sent and what is in them; each waits a second longer than the last."""
    start, sequence = 0, 0
    while start < len(tokens) and sequence < MOST_PAYLOADS:
        wait_us = min(max(sequence * DELAY_US, MIN_DELAY_US), MAX_DELAY_US)
        sent_us = min(tokens[start][0] + wait_us, end_us)
        stop = start
        while stop < len(tokens) and (tokens[stop][0] <= sent_us or sent_us == end_us):
            stop += 1
        yield sent_us, [token for _, token in tokens[start:stop]], stop == len(tokens)
        start, sequence = stop, sequence + 1


def _pages(session: Session) -> Iterator[PageView]:
    # Plain text once, and no column that nothing reads: pages are many and cut from this.
    header, events = session.header, session.events.select(COLUMNS)
    for place, name in enumerate(COLUMNS):
        if pa.types.is_dictionary(events[name].type):
            events = events.set_column(place, name, events[name].cast(pa.string()))
    type_ = events["type"].cast(pa.string())
    opened = np.flatnonzero(np.asarray(pc.equal(type_, "navigation")))
    names = ("window", "t_us", "url", "reference")
    rows = list(zip(*(events[c].take(opened).to_pylist() for c in names), strict=True))
    labels: dict[str, dict[str, tuple[str, str]]] = {}
    columns = (session.elements[c].to_pylist() for c in ("screen", "target", "name", "tag"))
    for screen, target, label, tag in zip(*columns, strict=True):
        labels.setdefault(screen, {})[target] = (label, tag)
    by_window = {}
    for window in {row[0] for row in rows}:
        at = pc.fill_null(pc.equal(events["window"].cast(pa.string()), window or ""), False)
        by_window[window] = events.filter(at) if window else events
    for k, (window, start_us, url, reference) in enumerate(rows):
        end_us = next((r[1] for r in rows[k + 1 :] if r[0] == window), int(header["duration_us"]))
        mine = by_window[window]
        span = np.searchsorted(mine["t_us"].to_numpy(), [start_us, end_us])
        found = session.screens.get(reference or "")
        yield PageView(
            start_us=start_us,
            end_us=end_us,
            url=url or (found.href if found else "about:blank"),
            screen=found,
            size=(int(header["viewport_width"]), int(header["viewport_height"])),
            rows=mine.slice(int(span[0]), int(span[1] - span[0])),
            labels=labels.get(reference or "", {}),
            links={} if found is None else _links(session, found),
        )


def _links(session: Session, screen: Screen) -> dict[str, str]:
    found = ((key, session.screens.get(name)) for key, name in screen.links.items())
    return {key: other.href for key, other in found if other is not None}


class ClarityWriter(Writer):
    """Writes ``clarity/<session_id>.jsonl`` files, a payload a line.

    Parameters
    ----------
    folder : Path
        Where the folder ``clarity`` goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, session: Session) -> None:
        """Write one session's payloads."""
        path = self._folder / f"{session.session_id}{SUFFIX}"
        lines = (orjson.dumps(p, option=orjson.OPT_APPEND_NEWLINE) for p in payloads(session))
        path.write_bytes(b"".join(lines))

    def close(self) -> None:
        """Do nothing: every file is complete once written."""


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of Clarity payloads.

    Parameters
    ----------
    folder : Path
        Where the folder ``clarity`` goes.
    argument : str, optional
        Not taken.
    """
    no_argument("clarity", argument)
    return ClarityWriter(folder)


def recognises(path: Path) -> bool:
    """Return whether a file begins like a Clarity payload."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(400).lstrip()
    return head.startswith(b'{"e":["') and b'"a":[' in head
