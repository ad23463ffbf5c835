"""What has changed on a page while the recorder looked away, as it is told afterwards."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deskhand.safeguards.fronts import Front
from deskhand.safeguards.secret_patterns import STAR
from deskhand.screen import Element

Row = Mapping[str, Any]
_CHOSEN = ("checkbox", "radio", "select", "date")


def shown_field(row: Row, element: Element | None) -> bool:
    """Return whether a field's later edits lean on the text that an edit leaves behind."""
    if element is not None:
        return element.widget not in _CHOSEN
    return row["input_type"] is not None


@dataclass(slots=True)
class Unseen:
    """Changes of one window's page.

    Parameters
    ----------
    loaded : bool
        Whether the page itself is new.
    marks : list of dict
        Rows of the states that it has entered.
    lengths : dict of str to int
        The length of what fields hold, by element.
    scroll : dict or None
        The last row of a scroll.
    """

    loaded: bool = False
    marks: list[Row] = field(default_factory=list)
    lengths: dict[str, int] = field(default_factory=dict)
    scroll: Row | None = None

    def rows(self, front: Front) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield type and columns of the rows that tell the page as it stands, texts left out.

        Parameters
        ----------
        front : Front
            The window and its page.
        """
        here = front.place()
        if self.loaded:
            yield "navigation", {**here, **front.page()}
        for mark in self.marks:
            value = None if mark["value"] is None else starred_slots(mark["value"])
            yield "mark", {**here, "reference": mark["reference"], "value": value}
        for target, length in self.lengths.items():
            yield "input", {**here, "target": target, "value_length": length, "masked": True}
        if self.scroll is not None:
            names = ("target", "delta_x", "delta_y")
            yield "scroll", {**here, **{name: self.scroll[name] for name in names}}


def starred_slots(value: str) -> str:
    """Return the texts that a page shows with a star for each character.

    Examples
    --------
    >>> starred_slots('{"name": "Ada"}')
    '{"name": "***"}'
    """
    slots = json.loads(value)
    return json.dumps({slot: STAR * len(text) for slot, text in slots.items()}, sort_keys=True)
