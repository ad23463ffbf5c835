"""The window on the page in front: its size and where the page is scrolled to, as rrweb tells it."""

from collections.abc import Mapping
from typing import Any

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.throttle import Throttle
from deskhand.exports.rrweb.timeline import Timeline, whole

# rrweb's defaults.
SCROLL_THROTTLE_US = 100_000
RESIZE_THROTTLE_US = 200_000


class Viewport:
    """Keeps the scrolls and resizes of a recording.

    Parameters
    ----------
    size : tuple of int
        Width and height, in px.
    timeline : Timeline
        Where the events go.
    scroll_us, resize_us : int
        The throttles of scrolls and of resizes.
    """

    def __init__(
        self,
        size: tuple[int, int],
        timeline: Timeline,
        scroll_us: int = SCROLL_THROTTLE_US,
        resize_us: int = RESIZE_THROTTLE_US,
    ) -> None:
        self.size = size
        # What this page's recorder told last; it does not know of its own Meta.
        self._told: tuple[int, int] | None = None
        self._timeline = timeline
        self._live: LivePage | None = None
        self._scrolls = Throttle(scroll_us)
        self._resizes = Throttle(resize_us)
        # Node that the waiting scroll is of, and the offsets of elements that scroll by themselves.
        self._scrolled = 0
        self._offsets: dict[int, tuple[float, float]] = {}

    def show(self, live: LivePage) -> None:
        """Start anew on the page that comes to the front."""
        self._live = live
        self._scrolls.restart()
        self._resizes.restart()
        self._told = None
        self._offsets = {}

    def catch_up(self, t_us: int) -> None:
        """Tell what has waited for a throttle's end until a time."""
        scrolled_us = self._scrolls.fires(t_us)
        if scrolled_us is not None:
            self._tell_scroll(scrolled_us, self._scrolled)
        resized_us = self._resizes.fires(t_us)
        if resized_us is not None:
            self._tell_size(resized_us)

    def scroll(self, t_us: int, row: Mapping[str, Any]) -> None:
        """Follow a ``scroll`` row: the page, or an element of it, has a new offset."""
        live, target = self._live, row["target"]
        if live is None or row["delta_y"] is None:
            return
        whole_page = target in (None, "document")
        node_id = int(live.dom.root["id"]) if whole_page else live.id_of(target)
        if node_id is None:
            return
        if whole_page:
            self._timeline.place_samples(t_us, live)
            live.page.scroll_x = int(row["delta_x"] or 0)
            live.page.scroll_y = int(row["delta_y"])
        else:
            self._offsets[node_id] = (row["delta_x"] or 0.0, row["delta_y"])
        waiting = self._scrolls.waiting
        if self._scrolls.passes(t_us):
            self._tell_scroll(t_us, node_id)
        elif not waiting:
            # What waits is the first call; later ones are lost, whatever scrolled then.
            self._scrolled = node_id

    def _tell_scroll(self, t_us: int, node_id: int) -> None:
        assert self._live is not None
        page = self._live.page
        x, y = self._offsets.get(node_id, (page.scroll_x, page.scroll_y))
        self._timeline.change(t_us, rr.SCROLL, id=node_id, x=whole(x), y=whole(y))

    def resize(self, t_us: int, row: Mapping[str, Any]) -> None:
        """Follow a ``resize`` row: the window shows more or less of the page."""
        if row["delta_x"] is None or row["delta_y"] is None:
            return
        self._timeline.place_samples(t_us, self._live)
        self.size = (int(row["delta_x"]), int(row["delta_y"]))
        if self._live is not None and self._resizes.passes(t_us):
            self._tell_size(t_us)

    def _tell_size(self, t_us: int) -> None:
        if self.size != self._told:
            self._told = self.size
            width, height = self.size
            self._timeline.change(t_us, rr.VIEWPORT_RESIZE, width=width, height=height)
