"""Changes of a page that no act of its user causes: a clock that ticks, a bar that moves.

Pages of products change all the time, and most of what a recording weighs are such changes: 226 of
the 272 events, and 63 % of the bytes, of the demonstration that came with rrweb-player in 2018
(81 s). Our pages stand still between acts, so a load test with them asks less of its service than
real recordings do. Noise adds one hidden element to each page and changes it at that rate.
"""

from typing import NamedTuple

import numpy as np
import orjson

from deskhand.errors import DeskhandError
from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_dom import Node
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.timeline import Timeline

# The demonstration of 2018: mutations a second, and how many were of texts, attributes and nodes.
RATE_HZ = 226 / 81.08
TEXTS, ATTRIBUTES, NODES = 81, 140, 5
# Numbers above those of every recorded node; they stand for the page's own (LiveDom.apply).
_FIRST_ID = 2**31
_US = 1_000_000


class _Noisy(NamedTuple):
    """The hidden element of one page."""

    element: int
    text: int


def parsed_rate(argument: str | None) -> float:
    """Return the rate that stands behind the format's name, in mutations a second.

    Parameters
    ----------
    argument : str or None
        ``noise``, ``noise=RATE``, or None for a page that stands still between acts.

    Raises
    ------
    DeskhandError
        When it is something else.

    Examples
    --------
    >>> parsed_rate(None), parsed_rate("noise=5"), round(parsed_rate("noise"), 2)
    (0.0, 5.0, 2.79)
    """
    if argument is None:
        return 0.0
    name, equals, given = argument.partition("=")
    try:
        rate_hz = float(given) if equals else RATE_HZ
    except ValueError:
        rate_hz = -1.0
    if name != "noise" or not 0 <= rate_hz <= 1_000:
        raise DeskhandError(
            f"format {f'rrweb:{argument}'!r}: rrweb takes noise=RATE behind its name, from 0 to 1000 "
            f"changes of the page a second; write rrweb:noise for {RATE_HZ:.2f}."
        )
    return rate_hz


class MutationNoise:
    """Writes the noise of the pages of one recording.

    Parameters
    ----------
    rate_hz : float
        Mutations a second while a page is in front; 0 for none.
    rng : numpy.random.Generator
        The recording's stream of noise.
    timeline : Timeline
        Where the events go.
    """

    def __init__(self, rate_hz: float, rng: np.random.Generator, timeline: Timeline) -> None:
        self._rate_hz = rate_hz
        self._rng = rng
        self._timeline = timeline
        self._noisy: dict[LivePage, _Noisy] = {}
        self._live: LivePage | None = None
        self._since_us = 0
        self._ticks = 0

    def show(self, t_us: int, live: LivePage) -> None:
        """Begin on the page that has come to the front."""
        if not self._rate_hz:
            return
        self._live, self._since_us = live, t_us
        if live not in self._noisy:
            self._noisy[live] = self._add(t_us, live)

    def hide(self, t_us: int) -> None:
        """Write what the page in front changed till it goes to the back."""
        if self._live is None:
            return
        all_kinds = TEXTS + ATTRIBUTES + NODES
        tick_us = int(_US * all_kinds / (TEXTS * self._rate_hz))
        ticks = np.arange(self._since_us + tick_us, t_us, tick_us)
        # Texts are a clock's; the rest comes at random.
        others_hz = self._rate_hz * (1 - TEXTS / all_kinds)
        count = self._rng.poisson(others_hz * max(0, t_us - self._since_us) / _US)
        others = self._rng.integers(self._since_us, max(t_us, self._since_us + 1), count)
        times = np.r_[ticks, others]
        share = NODES / (NODES + ATTRIBUTES)
        kinds = np.r_[np.zeros(len(ticks)), 1 + (self._rng.random(count) < share)]
        order = np.argsort(times, kind="stable")
        widths = self._rng.integers(0, 101, len(times)).tolist()
        for at_us, kind, width in zip(
            times[order].tolist(), kinds[order].tolist(), widths, strict=True
        ):
            if kind == 0:
                self._tick(at_us)
            elif kind == 1:
                self._move(at_us, width)
            else:
                self._draw_anew(at_us)
        self._live = None

    def _write(self, t_us: int, live: LivePage, ids: dict[int, int], **changes: list[Node]) -> None:
        data: Node = {"texts": [], "attributes": [], "removes": [], "adds": [], **changes}
        told = live.dom.apply({"source": rr.MUTATION, **data}, ids)
        self._timeline.add(t_us, rr.INCREMENTAL, orjson.Fragment(orjson.dumps(told)))

    def _add(self, t_us: int, live: LivePage) -> _Noisy:
        element: Node = {
            "type": rr.ELEMENT_NODE, "tagName": "output", "attributes": {"hidden": ""},
            "childNodes": [], "id": _FIRST_ID,
        }  # fmt: skip
        adds = [
            {"parentId": live.dom.body_id, "nextId": None, "node": element},
            {"parentId": _FIRST_ID, "nextId": None, "node": self._text(_FIRST_ID + 1)},
        ]
        ids: dict[int, int] = {}
        self._write(t_us, live, ids, adds=adds)
        return _Noisy(ids[_FIRST_ID], ids[_FIRST_ID + 1])

    def _text(self, node_id: int) -> Node:
        minutes, seconds = divmod(self._ticks, 60)
        return {"type": rr.TEXT_NODE, "textContent": f"{minutes:02}:{seconds:02}", "id": node_id}

    def _tick(self, t_us: int) -> None:
        assert self._live is not None
        self._ticks += 1
        text = self._text(self._noisy[self._live].text)
        change = {"id": text["id"], "value": text["textContent"]}
        self._write(t_us, self._live, {}, texts=[change])

    def _move(self, t_us: int, width: int) -> None:
        assert self._live is not None
        change = {
            "id": self._noisy[self._live].element,
            "attributes": {"style": f"width: {width}%;"},
        }
        self._write(t_us, self._live, {}, attributes=[change])

    def _draw_anew(self, t_us: int) -> None:
        assert self._live is not None
        at = self._noisy[self._live]
        ids: dict[int, int] = {}
        self._write(
            t_us,
            self._live,
            ids,
            removes=[{"parentId": at.element, "id": at.text}],
            adds=[{"parentId": at.element, "nextId": None, "node": self._text(_FIRST_ID)}],
        )
        self._noisy[self._live] = at._replace(text=ids[_FIRST_ID])
