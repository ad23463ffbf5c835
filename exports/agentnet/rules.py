"""What must hold in an episode, so that neither AgentNetTool nor OpenCUA stumbles over it.

OpenCUA's first stage returns nothing, without a word, for an episode that lacks a file or whose two
reduced files differ in length; so these are findings here.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.agentnet.episode_files import (
    EVENTS_FILE,
    METADATA_FILE,
    episodes,
    json_object,
    raw_rows,
)
from deskhand.exports.capture_files import content_of
from deskhand.findings import Finding
from deskhand.json_schema import describe, validator

PACKAGE = "deskhand.exports.agentnet"
REDUCED = ("reduced_events_complete.jsonl", "reduced_events_vis.jsonl")
KEPT_ACTIONS = ("move", "click", "scroll", "press", "release", "pause", "resume")
# Fields in the order in which the recorder writes them.
ORDER = {
    "move": ["time_stamp", "action", "x", "y", "event_idx"],
    "click": ["time_stamp", "action", "x", "y", "button", "pressed", "event_idx"],
    "scroll": ["time_stamp", "action", "x", "y", "dx", "dy", "event_idx"],
    "press": ["time_stamp", "action", "name", "pynput_key", "event_idx"],
    "release": ["time_stamp", "action", "name", "pynput_key", "event_idx"],
}
# How many raw rows, and how many reduced actions, the JSON Schema looks at beside the first of each kind.
SAMPLE = 200
REDUCED_SAMPLE = 40


def findings(path: Path, argument: str | None = None) -> Iterator[Finding]:
    """Yield everything that is wrong with an episode, or with all below a folder.

    Parameters
    ----------
    path : pathlib.Path
        The folder of an episode, or one that holds some.
    argument : str, optional
        ``mp4`` where a film is wanted, as OpenCUA's converter does.

    Yields
    ------
    Finding
        A row is a line of the file.

    Raises
    ------
    DeskhandError
        When there is no episode.
    """
    for folder in episodes(path):
        yield from _metadata(folder)
        yield from _rows(folder / EVENTS_FILE)
        yield from _reduced(folder)
        if argument == "mp4" and not any(folder.glob("*.mp4")):
            yield Finding(
                rule="film",
                path=folder,
                given="no mp4",
                remedy="OpenCUA's converter passes over it; write with --format agentnet:mp4",
            )


def _metadata(folder: Path) -> Iterator[Finding]:
    for name, kind in ((METADATA_FILE, "metadata"), ("task_name.json", "task_name")):
        path = folder / name
        try:
            record = json_object(path)
        except DeskhandError as error:
            yield Finding(
                rule="file", path=path, given=str(error), remedy="write the episode again"
            )
            continue
        yield from _against(path, None, kind, record)


def _against(path: Path, row: int | None, kind: str, record: Any) -> Iterator[Finding]:
    for breach in validator("agentnet", PACKAGE).iter_errors({kind: record}):
        yield Finding(
            rule="schema",
            path=path,
            row=row,
            given=describe(breach),
            remedy="fields are those of AgentNetTool; see agentnet.schema.json",
        )
        return


def _rows(path: Path) -> Iterator[Finding]:
    try:
        rows = raw_rows(path)
    except DeskhandError as error:
        yield Finding(rule="file", path=path, given=str(error), remedy="record it again")
        return

    def first(rule: str, wrong: Any, column: str, remedy: str) -> Iterator[Finding]:
        places = np.flatnonzero(np.asarray(wrong))
        if len(places):
            row = int(places[0])
            given = str(rows[column][row].as_py())
            yield Finding(
                rule=rule,
                path=path,
                row=row,
                column=column,
                given=given,
                remedy=remedy,
                count=len(places),
            )

    known = pc.fill_null(pc.is_in(rows["action"], pa.array(KEPT_ACTIONS)), fill_value=False)
    yield from first(
        "action", pc.invert(known), "action", f"an action is one of {', '.join(KEPT_ACTIONS)}"
    )
    stamps = np.asarray(pc.fill_null(rows["time_stamp"], float("nan")))
    back = np.zeros(len(stamps), np.bool_)
    back[1:] = ~(np.diff(stamps) >= 0)
    yield from first("order", back, "time_stamp", "times ascend; they are the machine's uptime")
    numbers = np.asarray(pc.fill_null(rows["event_idx"], -1))
    yield from first(
        "event_idx", numbers != np.arange(len(rows)), "event_idx", "rows are numbered 0, 1, 2 ..."
    )
    yield from _sampled(path, rows)


def _sampled(path: Path, rows: pa.Table) -> Iterator[Finding]:
    """Check the first rows of each action, and some of all, against JSON Schema and in their order."""
    actions = rows["action"].combine_chunks()
    firsts = [pc.index(actions, action).as_py() for action in ORDER]
    wanted = {k for k in firsts if k >= 0}
    wanted |= set(np.linspace(0, max(len(rows) - 1, 0), SAMPLE).astype(int).tolist())
    with path.open("rb") as file:
        for number, line in enumerate(line for line in file if line.strip()):
            if number not in wanted:
                continue
            record = json.loads(line)
            yield from _against(path, number, "event", record)
            order = ORDER.get(record.get("action"))
            if order is not None and list(record) != order:
                yield Finding(
                    rule="fields",
                    path=path,
                    row=number,
                    given=", ".join(record),
                    remedy=f"the recorder writes {', '.join(order)}",
                )
                return


def _records(path: Path) -> tuple[list[Any], list[Finding]]:
    found: list[Any] = []
    wrong: list[Finding] = []
    try:
        lines = content_of(path).splitlines()
    except DeskhandError as error:
        again = "reduce the episode again"
        return [], [Finding(rule="file", path=path, given=str(error), remedy=again)]
    for row, line in enumerate(lines):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            wrong.append(
                Finding(
                    rule="file",
                    path=path,
                    row=row,
                    given=f"not JSON ({error})",
                    remedy="reduce the episode again",
                )
            )
    return found, wrong


def _some(records: Sequence[Any]) -> list[int]:
    """Return the rows of the first action of each kind, and of some of all."""
    firsts: dict[Any, int] = {}
    for row, record in enumerate(records):
        kind = record.get("action") if isinstance(record, dict) else None
        firsts.setdefault(kind if isinstance(kind, str) else None, row)
    spread = np.linspace(0, max(len(records) - 1, 0), REDUCED_SAMPLE).astype(int).tolist()
    return sorted({*firsts.values(), *(spread if records else [])})


def _reduced(folder: Path) -> Iterator[Finding]:
    kinds: Sequence[str] = ("complete", "vis")
    both = {}
    for name, kind in zip(REDUCED, kinds, strict=True):
        records, wrong = _records(folder / name)
        yield from wrong
        if not wrong:
            both[kind] = records
            for row in _some(records):
                yield from _against(folder / name, row, kind, records[row])
    raw = folder / EVENTS_FILE
    if any(both.values()) and raw.is_file() and not raw.stat().st_size:
        yield Finding(
            rule="events",
            path=raw,
            given="no event, yet there are actions",
            remedy="actions are reduced from events; record the episode again",
        )
    if len(both) == 2 and len(both["complete"]) != len(both["vis"]):
        yield Finding(
            rule="lengths",
            path=folder / REDUCED[1],
            given=f"{len(both['vis'])} lines beside {len(both['complete'])}",
            remedy="both reduced files have one line for each action, or OpenCUA drops the episode",
        )
