"""A session in memory: its header and its Arrow tables, all of them canonical."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from deskhand.formats import written
from deskhand.goals import Goal
from deskhand.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person's session.

    ``header`` is the session's row of the sessions table as a dict. ``screens`` holds every compiled
    screen that the events refer to, by name, so that an export can render the page.
    ``goals`` says what the tasks of a simulated session were for, and ``submovements`` which stroke of
    its movement each event belongs to, counted from 0; files hold neither.
    """

    header: Mapping[str, Any]
    events: pa.Table
    actions: pa.Table
    elements: pa.Table
    screenshots: pa.Table
    screens: Mapping[str, Screen]
    goals: tuple[Goal, ...] = ()
    submovements: pa.Array | None = None

    @property
    def session_id(self) -> str:
        """The session's identifier."""
        return str(self.header["session_id"])

    @property
    def device_start_us(self) -> int:
        """Unix time in microseconds that the person's own computer shows when the session starts."""
        return int(self.header["start_wall_us"]) + int(self.header["clock_skew_us"])

    def write(self, path: str | Path, format: str = "parquet") -> None:  # noqa: A002
        """Write the session in an export format.

        Parameters
        ----------
        path : str or pathlib.Path
            The file to write, for a format that keeps a session in one file, such as rrweb; a new
            or empty folder for a format of several files, such as Parquet.
        format : str
            A registered export, with its argument behind a colon if it takes one.

        Raises
        ------
        DeskhandError
            When the format is not known or the path cannot be used.
        """
        with written(Path(path), format) as writer:
            writer.write(self)
