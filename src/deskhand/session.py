"""A session in memory: its header and its Arrow tables, all of them canonical."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from deskhand.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person's session.

    ``header`` is the session's row of the sessions table as a dict. ``screens`` holds every compiled
    screen that the events refer to, by name, so that an export can render the page.
    """

    header: Mapping[str, Any]
    events: pa.Table
    actions: pa.Table
    elements: pa.Table
    screenshots: pa.Table
    screens: Mapping[str, Screen]

    @property
    def session_id(self) -> str:
        """The session's identifier."""
        return str(self.header["session_id"])
