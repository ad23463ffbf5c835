"""What a ``recording.db`` must hold to: rules that its columns cannot say."""

import math
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.openadapt.recorded_rows import LATEST_S
from deskhand.exports.openadapt.recording_file import Recordings, opened
from deskhand.exports.openadapt.recording_writer import DERIVED, MARK, schema
from deskhand.findings import Finding

_NEEDS = {
    "move": ("mouse_x", "mouse_y"),
    "click": ("mouse_x", "mouse_y", "mouse_button_name", "mouse_pressed"),
    "scroll": ("mouse_x", "mouse_y", "mouse_dx", "mouse_dy"),
    "press": (),
    "release": (),
}
_KEY = (
    "key_name", "key_char", "key_vk", "canonical_key_name", "canonical_key_char",
    "canonical_key_vk",
)  # fmt: skip
_NUMBERS = ("mouse_x", "mouse_y", "mouse_dx", "mouse_dy")
_COLUMNS = (
    "id", "source_ordinal", "name", "timestamp", "mouse_button_name", "mouse_pressed", *_NUMBERS,
    *_KEY,
)  # fmt: skip
_TIMED = ("action_event", "screenshot", "window_event", "browser_event")
_CUT = 60


def findings(path: Path) -> Iterator[Finding]:
    """Yield a finding for each rule that a recording breaks.

    Parameters
    ----------
    path : Path
        A recording's folder, or its ``recording.db``; it is copied, and the copy is read.
    """
    try:
        with opened(path) as recordings:
            yield from _Rules(recordings).check()
    except DeskhandError as error:
        yield Finding(rule="readable", path=path, given=str(error), remedy="record it again")


class _Rules:
    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._found: dict[tuple[str, str | None], Finding] = {}
        self._counts: Counter[tuple[str, str | None]] = Counter()

    def check(self) -> Iterator[Finding]:
        self._tables()
        self._recording()
        ordinals: list[Any] = []
        for table in _TIMED:
            self._times(table, ordinals)
        seen = Counter(ordinals)
        for ordinal, count in seen.items():
            if count > 1:
                self._note("ordinal", None, "source_ordinal", ordinal, "no two rows share one")
        self._actions()
        self._pictures()
        for key, finding in self._found.items():
            yield Finding(
                rule=finding.rule,
                path=finding.path,
                row=finding.row,
                column=finding.column,
                given=finding.given,
                remedy=finding.remedy,
                count=self._counts[key],
            )

    def _note(self, rule: str, row: Any, column: str | None, given: Any, remedy: str) -> None:
        key = (rule, column)
        self._counts[key] += 1
        if key not in self._found:
            self._found[key] = Finding(
                rule=rule,
                path=self._recordings.file,
                row=row if isinstance(row, int) else None,
                column=column,
                given=f"{given!r:.{_CUT}}",
                remedy=remedy,
            )

    def _tables(self) -> None:
        for table, columns in _wanted().items():
            there = self._recordings.tables.get(table)
            if there is None:
                what = self._recordings.others.get(table, "missing")
                self._note("table", None, table, what, "make it as recording.sql says")
            elif missing := [c for c in columns if c not in there]:
                remedy = "readers would change the file: add it as recording.sql says"
                for column in missing:
                    self._note("column", None, f"{table}.{column}", "missing", remedy)
        for name, what in self._recordings.others.items():
            if name not in _wanted():
                self._note("table", None, name, what, "a recording holds plain tables alone")

    def _recording(self) -> None:
        rows = list(self._recordings.rows("recording", ("id", "timestamp", "config")))
        if len(rows) != 1:
            self._note("recording", None, "id", f"{len(rows)} rows", "readers take one alone")
        for number, at_s, config in rows:
            self._time(number, "recording.timestamp", at_s)
            if config is None:
                continue
            try:
                mark = orjson.loads(config)
            except (TypeError, ValueError):
                self._note("json", number, "config", config, "write JSON there")
                continue
            if isinstance(mark, dict) and MARK in mark:
                said = mark[MARK]
                known = said if isinstance(said, dict) else {}
                wanted = not str(known.get("session_id")).startswith(DERIVED)
                if known.get("synthetic") is not wanted:
                    remedy = f'a recording of that name that deskhand made says "synthetic": {str(wanted).lower()}'
                    self._note("synthetic", number, "config", said, remedy)

    def _time(self, row: Any, column: str, at_s: Any) -> bool:
        good = isinstance(at_s, int | float) and math.isfinite(at_s) and 0 <= at_s < LATEST_S
        if not good:
            self._note("time", row, column, at_s, "a time is Unix time in seconds")
        return good

    def _times(self, table: str, ordinals: list[Any]) -> None:
        last: float | None = None
        columns = ("id", "source_ordinal", "timestamp")
        for number, ordinal, at_s in self._recordings.rows(table, columns):
            if ordinal is not None:
                ordinals.append(ordinal)
            if not self._time(number, f"{table}.timestamp", at_s):
                continue
            if last is not None and at_s < last:
                self._note("order", number, f"{table}.timestamp", at_s, "rows ascend in time")
            last = at_s

    def _actions(self) -> None:
        for values in self._recordings.rows("action_event", _COLUMNS):
            row = dict(zip(_COLUMNS, values, strict=True))
            number, name = row["id"], row["name"]
            if name not in _NEEDS:
                self._note("name", number, "name", name, f"use {', '.join(_NEEDS)}")
                continue
            for column in _NEEDS[name]:
                value = row[column]
                if value is None:
                    self._note("needed", number, column, value, f"{name} needs it")
                elif column in _NUMBERS and not isinstance(value, int | float):
                    self._note("number", number, column, value, "write a number there")
                elif column == "mouse_pressed" and value not in (0, 1):
                    self._note("number", number, column, value, "write 1 or 0 there")
            if not _NEEDS[name] and not any(row[column] for column in _KEY):
                self._note(
                    "needed", number, "key_name", None, "a press names its key, or is not there"
                )

    def _pictures(self) -> None:
        columns = ("id", "png_data", "png_sha256")
        for number, png, digest in self._recordings.rows("screenshot", columns):
            if png is None:
                continue
            if not isinstance(png, bytes) or not png.startswith(b"\x89PNG\r\n\x1a\n"):
                self._note("picture", number, "png_data", "no PNG", "write a PNG file there")
            elif digest is not None and sha256(png).hexdigest() != digest:
                self._note("picture", number, "png_sha256", digest, "write the hash of png_data")


def _wanted() -> dict[str, list[str]]:
    """Return the columns of each table as recording.sql has them."""
    wanted: dict[str, list[str]] = {}
    for line in schema().splitlines():
        words = line.split("--")[0].split()
        if words[:2] == ["CREATE", "TABLE"]:
            wanted[words[2]] = columns = []
        elif len(words) > 1 and line.startswith("  "):
            columns.append(words[0].strip('"'))
    return wanted
