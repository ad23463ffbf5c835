"""What Clarity notes on one page, from its start to its end, in the order in which it queues it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.look_ahead import Edit, Place, kept_edits, kept_places
from deskhand.exports.clarity.masking import scrubbed
from deskhand.exports.clarity.page_tree import PageTree, referred, text_of
from deskhand.exports.clarity.selectors import hashed
from deskhand.exports.rrweb.live_page import LivePage

_NO_REACTION = ("input", "textarea", "radio", "button", "canvas", "select")
_CONTEXTS = {"_blank": 1, "_parent": 2, "_top": 3}
_CHOICES = ("checkbox", "radio")
# A field of these types reports a change with each edit; others when they are left.
_AT_ONCE = (*_CHOICES, "select-one", "select-multiple", "date")
_NO_CHECKSUM = ("password", "secret", "pass", "social", "ssn", "code", "hidden")


class Queued(NamedTuple):
    """An event and when it is queued; ``wakes`` says whether it lets an upload be planned."""

    at_ms: int
    tokens: list[Any]
    wakes: bool = True


class PageLog:
    """The events of one page; times are milliseconds since its start.

    Parameters
    ----------
    live : LivePage
        The page.
    href : str
        Its address.
    start_us : int
        When Clarity starts on it, by the session's clock.
    size : tuple of int
        Width and height of the viewport, in px.
    hidden : frozenset of int
        Nodes that the page's owner masks.
    wall_us : int
        The wall clock at the session's start.
    """

    def __init__(
        self,
        live: LivePage,
        href: str,
        start_us: int,
        size: tuple[int, int],
        hidden: frozenset[int],
        wall_us: int,
    ) -> None:
        self.live = live
        self.href = href
        self.start_us = self.last_us = start_us
        self.start_wall_ms = (wall_us + start_us) // 1000
        self.end_us: int | None = None
        self.suspended = False
        self._wall_us = wall_us
        self._hidden = hidden
        self._tree = PageTree(live, href, hidden)
        self._queued: list[Queued] = []
        self._pointer: list[Place] = []
        self._scrolls: list[Place] = []
        self._edits: list[Edit] = []
        self._entered: list[int] = []
        # The field that was edited since it was entered: (node, type, text).
        self._edited: tuple[int, str, str] | None = None
        height, width = live.screen.hit.shape
        self._queue(start_us, cl.DOCUMENT, max(width, size[0]), max(height, size[1]))
        self._queue(start_us, cl.RESIZE, *size)
        self._queue(start_us, cl.VISIBILITY, 1)
        self._tell_nodes(start_us, cl.DISCOVER, self._tree.discover())

    def ms(self, t_us: int) -> int:
        """Return a time of the session on the page's clock."""
        return max((self._wall_us + t_us) // 1000 - self.start_wall_ms, 0)

    def queued(self) -> list[Queued]:
        """Return everything that is queued before the page's end, in order."""
        end_ms = None if self.end_us is None else self.ms(self.end_us)
        waiting = (cl.MOUSE_MOVE, cl.MOUSE_WHEEL)
        places = sorted(self._pointer, key=_at_ms)
        pointer = kept_places(places, cl.POINTER_INTERVAL_MS, waiting)
        if end_ms is not None:
            # What the pointer did is told even on the way out; fields and scrolls are not.
            pointer = [(min(at, end_ms), place) for at, place in pointer]
        found = [
            *(Queued(at, [*place, "", "true"]) for at, place in pointer),
            *self._queued,
            *(
                # What is at the window's upper and lower part is not known: both hashes are empty.
                Queued(at, [*place, "", "", 1])
                for at, place in kept_places(self._scrolls, cl.SCROLL_INTERVAL_MS, (cl.SCROLL,))
            ),
            *(
                Queued(at, [edit.at_ms, cl.INPUT, edit.node_id, edit.text, 1])
                for at, edit in kept_edits(self._edits, self._entered)
            ),
        ]
        found.sort(key=lambda entry: entry.at_ms)
        return found if end_ms is None else [e for e in found if e.at_ms <= end_ms]

    def _queue(self, t_us: int, event: int, *tokens: Any, wakes: bool = True) -> None:
        at_ms = self.ms(t_us)
        self._queued.append(Queued(at_ms, [at_ms, event, *tokens], wakes))

    def _tell_nodes(self, t_us: int, event: int, tokens: list[Any]) -> None:
        if tokens:
            at_ms = self.ms(t_us)
            self._queued.append(Queued(at_ms, referred([at_ms, event, *tokens])))

    # --- what happens -----------------------------------------------------------------------

    def custom(self, t_us: int, key: str, value: str) -> None:
        """Note an event of Clarity's own."""
        self._queue(t_us, cl.CUSTOM, key, value)

    def front(self, t_us: int, *, is_front: bool) -> None:
        """Note that the page's window comes to the front or leaves it."""
        self._queue(t_us, cl.FOCUS, int(is_front), wakes=False)
        if is_front:
            self._tell_nodes(t_us, cl.MUTATION, self._tree.caught_up())

    def mutation(self, t_us: int, data: dict[str, Any]) -> None:
        """Note what the page changed."""
        self._tell_nodes(t_us, cl.MUTATION, self._tree.mutate(data))

    def pointer(self, t_us: int, event: int, node: int, x: float, y: float) -> None:
        """Note a pointer event in px of the page."""
        told = self._tree.find(node)
        if told is not None:
            place = Place(self.ms(t_us), event, told.node_id, _rounded(x), _rounded(y))
            self._pointer.append(place)

    def scroll(self, t_us: int, node: int, x: float, y: float) -> None:
        """Note where the page or an element of it is scrolled to."""
        told = self._tree.find(node)
        if told is not None:
            at_ms = self.ms(t_us)
            place = Place(at_ms, cl.SCROLL, told.node_id, _rounded(x), _rounded(y))
            self._scrolls.append(place)

    def resize(self, t_us: int, width: int, height: int) -> None:
        """Note a new size of the viewport; it is told 500 ms later, with that time."""
        at_us = t_us + cl.LOOK_AHEAD_MS * 1000
        before_ms = self.ms(t_us)
        self._queued = [e for e in self._queued if e.tokens[1] != cl.RESIZE or e.at_ms <= before_ms]
        self._queue(at_us, cl.RESIZE, width, height)

    def clipboard(self, t_us: int, action: str | None) -> None:
        """Note that something was cut, copied or pasted where the focus is."""
        told = self._tree.find(self.live.focused or self.live.dom.body_id)
        if told is not None and action in cl.CLIPBOARD_ACTIONS:
            self._queue(t_us, cl.CLIPBOARD, told.node_id, cl.CLIPBOARD_ACTIONS[action])

    def enter(self, t_us: int) -> None:
        """Note the Enter key: fields are told at once, and a line reports its change."""
        self._entered.append(self.ms(t_us))
        if self._edited is not None and self._edited[1] != "textarea":
            self.left(t_us)

    def left(self, t_us: int) -> None:
        """Note that the focus leaves its field."""
        if self._edited is not None:
            self._change(t_us, *self._edited)
            self._edited = None

    def edit(self, t_us: int, node: int, text: str, *, checked: bool) -> None:
        """Note what a field holds after an edit."""
        told = self._tree.find(node)
        if told is None:
            return
        kind = self._type(node)
        if kind == "radio" and not checked:
            return  # the button that was chosen speaks for its group
        choice = kind in _CHOICES
        shown = ("false", "true")[checked] if choice else scrubbed(text, "input", told.privacy)
        self._edits.append(Edit(self.ms(t_us), told.node_id, shown))
        if kind in _AT_ONCE:
            self._change(t_us, node, kind, text)
        else:
            self._edited = (node, kind, text)

    def _change(self, t_us: int, node: int, kind: str, text: str) -> None:
        told = self._tree.find(node)
        if told is None:
            return
        secret = node in self._hidden or kind in _NO_CHECKSUM or len(text) < 5
        checksum = "" if secret else hashed(text, 28)
        shown = scrubbed(text, "change", told.privacy)
        self._queue(t_us, cl.CHANGE, told.node_id, kind, shown, checksum)

    def _type(self, node: int) -> str:
        found = self.live.dom.nodes[node]
        if found["tagName"] == "select":
            return "select-multiple" if "multiple" in found["attributes"] else "select-one"
        if found["tagName"] == "textarea":
            return "textarea"
        return str(found["attributes"].get("type") or "text")

    def click(
        self, t_us: int, event: int, node: int, at: tuple[float, float] | None, button: int
    ) -> None:
        """Note a click or a context menu; one without a pointer is in the element's middle.

        Parameters
        ----------
        t_us : int
            When.
        event : int
            Which.
        node : int
            The page's node.
        at : tuple of float
            In px of the page, None without a pointer.
        button : int
            0 or 2.
        """
        told = self._tree.find(node)
        if told is None:
            return
        left, top, width, height = self._box(node)
        if at is None:
            at = (left + width / 2, top + height / 2)
        x, y = (_rounded(value) for value in at)
        inside = [
            max((value - start) * cl.CLICK_PRECISION // size, 0) if size else 0
            for value, start, size in ((x, left, width), (y, top, height))
        ]
        found = self.live.dom.nodes[node]
        tag, attributes = found["tagName"], found["attributes"]
        text = " ".join(text_of(found).split())
        short = text[: cl.CLICK_TEXT]
        shown = scrubbed(short, "click", told.privacy) if text else None
        link = next((n for n in self._above(node) if n.get("tagName") == "a"), None)
        href = None if link is None else link["attributes"].get("href")
        context = 0 if link is None else _CONTEXTS.get(link["attributes"].get("target", ""), 0)
        self._queue(
            t_us, event, told.node_id, x, y, *inside, button, int(tag not in _NO_REACTION),
            context, shown, href, PageTree.hash_of(told), 1, int(bool(text) and short == text),
            width, height, tag[: cl.CLICK_TAG],
            str(attributes.get("class", "")).lower()[: cl.CLICK_CLASS],
            str(attributes.get("id", "")).lower()[: cl.CLICK_ID], 0,
        )  # fmt: skip

    def _above(self, node: int) -> Iterator[dict[str, Any]]:
        at: int | None = node
        while at is not None:
            yield self.live.dom.nodes[at]
            at = self.live.dom.parents.get(at)

    def _box(self, node: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height on the page; zeros for what the screen does not name."""
        page = self.live.page
        for key, element in page.elements.items():
            if self.live.id_of(key) == node:
                left, top, width, height = element.box
                if element.fixed:
                    left, top = left + page.scroll_x, top + page.scroll_y
                return int(left // 1), int(top // 1), int(width // 1), int(height // 1)
        return 0, 0, 0, 0


def _rounded(value: float) -> int:
    """Return the nearest whole number, halves up, as JavaScript rounds."""
    return int((value + 0.5) // 1)


def _at_ms(place: Place) -> int:
    return place.at_ms
