"""Gaps: where a recorder looks away, what it tells before, and what it has to tell afterwards.

A recorder that looks again tells the page as it stands: which one it is, the states that it has
entered meanwhile and how long its fields are, but not what was typed into them.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from deskhand.safeguards.event_edits import Edits
from deskhand.safeguards.fronts import Front, Fronts
from deskhand.safeguards.unseen import Unseen, shown_field

PAUSE, PAUSED = "pause", "paused"
Row = dict[str, Any]


class Gap(NamedTuple):
    """Rows from ``first`` until before ``end`` that are not seen, from ``start_us`` to ``end_us``.

    ``marker`` is the number of the added row that tells the gap.
    """

    start_us: int
    end_us: int
    first: int
    end: int
    marker: int


class GapFinder:
    """Goes through a session's rows once, and notes in its edits what is not seen.

    Parameters
    ----------
    edits : Edits
        Receives the rows that go and those that are added.
    fronts : Fronts
        What is in front, and why it is hidden.
    blocked : collection of str
        Elements of which nothing is told.
    """

    def __init__(self, edits: Edits, fronts: Fronts, blocked: Collection[str] = ()) -> None:
        self._edits = edits
        self._fronts = fronts
        self._blocked = blocked
        self._last = len(edits.session.events) - 1
        self._paused = False
        self._begun: tuple[int, int, int] | None = None
        self._before = fronts.front
        # By window: the element with the focus, and whether that has been told.
        self._focus: dict[str | None, tuple[str, bool]] = {}
        self._unseen: dict[str | None, Unseen] = {}
        self.gaps: list[Gap] = []

    def pause(self, row: int, t_us: int, *, begins: bool) -> None:
        """Let a pause begin or end before a row."""
        self._paused = begins
        self._gate(row, t_us, "pause")

    def take(self, place: int, row: Row) -> None:
        """Take in a row that tells a place, a page, a focus or an edit."""
        kind = row["type"]
        self._fronts.take(row)
        self._gate(place, row["t_us"], kind)
        if row["target"] in self._blocked:
            return
        if self._begun is not None:
            self._miss(row, kind)
        else:
            self._see(place, row, kind)

    def finish(self, t_us: int) -> None:
        """End the last gap with the session."""
        if self._begun is not None:
            self._close(self._begun, t_us + 1, self._last)

    def _close(self, begun: tuple[int, int, int], end_us: int, end: int) -> None:
        start_us, first, marker = begun
        self._begun = None
        self._edits.dropped[first:end] = True
        self.gaps.append(Gap(start_us, end_us, first, max(first, end), marker))

    def _gate(self, row: int, t_us: int, kind: str) -> None:
        """Begin or end a gap before a row."""
        front = self._fronts.front
        reason = PAUSED if self._paused else front.reason
        if self._begun is None:
            if reason is not None:
                self._open(max(row, 1), t_us, reason)
            else:
                self._before = front
        elif reason is None and row < self._last:
            self._close(self._begun, t_us, row)
            self._before = front
            if kind != "window.focus":
                self._resume(row, t_us, front, loads=kind == "navigation")

    def _open(self, row: int, t_us: int, reason: str) -> None:
        front, edits = self._before, self._edits
        target, told = self._focus.get(front.window, ("", False))
        if told:
            edits.before(row, t_us, "blur", {**front.place(), "target": target})
            self._focus[front.window] = (target, False)
        marker = edits.before(row, t_us, "redaction", {"reason": reason, "policy": PAUSE})
        self._begun = (t_us, row, marker)

    def _resume(self, row: int, t_us: int, front: Front, *, loads: bool) -> None:
        edits = self._edits
        edits.before(row, t_us, "window.focus", {**front.place(), **front.page()})
        if loads:
            return
        for kind, columns in self._missed(front):
            edits.before(row, t_us, kind, columns)
        target, _ = self._focus.get(front.window, ("", False))
        if target:
            edits.before(row, t_us, "focus", {**front.place(), "target": target})
            self._focus[front.window] = (target, True)

    def _missed(self, front: Front) -> list[tuple[str, Row]]:
        unseen = self._unseen.pop(front.window, None)
        return [] if unseen is None else list(unseen.rows(front))

    def _miss(self, row: Row, kind: str) -> None:
        """Keep what a row that is not seen has changed on a page that may be seen again."""
        front, window = self._fronts.front, row["window"]
        if kind == "mark":
            shows = self._fronts.window_of(row)
            if shows is not None and self._fronts.why_hidden(row["reference"]) is None:
                self._unseen.setdefault(shows, Unseen()).marks.append(row)
        elif kind == "focus":
            self._focus[window] = (row["target"], False)
        elif kind in ("blur", "navigation"):
            self._focus.pop(window, None)
        if kind == "navigation":
            self._unseen.pop(window, None)
        if front.reason is not None:
            return
        if kind == "navigation":
            self._unseen[window] = Unseen(loaded=True)
        elif kind == "scroll":
            self._unseen.setdefault(window, Unseen()).scroll = row
        elif kind == "input" and shown_field(row, self._fronts.element(row)):
            self._unseen.setdefault(window, Unseen()).lengths[row["target"]] = row["value_length"]

    def _see(self, place: int, row: Row, kind: str) -> None:
        window = row["window"]
        if kind == "mark" and self._fronts.why_hidden(row["reference"]) is not None:
            # A hidden page may still change in the instant in which another comes to the front.
            self._edits.dropped[place] = True
        elif kind == "navigation":
            self._unseen.pop(window, None)
            self._focus.pop(window, None)
        elif kind == "window.focus":
            for missed, columns in self._missed(self._fronts.front):
                self._edits.after(place, row["t_us"], missed, columns)
        elif kind == "focus":
            self._focus[window] = (row["target"], True)
        elif kind == "blur":
            _, told = self._focus.pop(window, ("", True))
            if not told:
                self._edits.dropped[place] = True

    def close(self, row: int, not_before_us: int, kind: str, columns: Mapping[str, Any]) -> None:
        """Add the end of what was held when the recorder looked away at a row that is dropped.

        Parameters
        ----------
        row : int
            The dropped row that ended it.
        not_before_us : int
            When it began.
        kind, columns : str, mapping
            The row to add.
        """
        at = bisect_right(self.gaps, row, key=lambda gap: gap.first) - 1
        if at >= 0 and row < self.gaps[at].end:
            gap = self.gaps[at]
            self._edits.before(gap.first, gap.start_us, kind, columns, gap.marker)
            return
        t_us = int(self._edits.session.events["t_us"][row].as_py())
        self._edits.instead(row, max(t_us, not_before_us), kind, columns)
