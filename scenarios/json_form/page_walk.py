"""What steps can do to pages, without a person: which pages may be in front after a step.

It follows the rules of the desk's verbs, but knows no time: a change that the page makes by itself may
have happened already when the next step is taken, or not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.page import Page
from deskhand.scenarios.list_rows import place_of
from deskhand.scenarios.live_page import is_news
from deskhand.screen import Edge, Element, Screen


class Shown(NamedTuple):
    """A page: its screen, the state of each layer, and the element with the focus."""

    screen: str
    states: tuple[str, ...]
    focus: str | None = None


class Desktop(NamedTuple):
    """The pages of all windows by application, the application in front, and what has come up."""

    front: str
    pages: tuple[tuple[str, Shown], ...]
    past: frozenset[str] = frozenset()

    @property
    def shown(self) -> Shown:
        """The page in front."""
        return dict(self.pages)[self.front]

    def showing(self, app: str, page: Shown) -> "Desktop":
        """Return the desktop with a page in the window of an application, in front."""
        return self._replace(
            front=app, pages=tuple(sorted({**dict(self.pages), app: page}.items()))
        )


class PageWalk:
    """Steps on the screens of a scenario.

    Parameters
    ----------
    screens : mapping
        Compiled screens by name.

    Attributes
    ----------
    entered : set
        Every (screen, layer, state) that a page came to.
    """

    def __init__(self, screens: Mapping[str, Screen]) -> None:
        self.screens = screens
        self.entered: set[tuple[str, str, str]] = set()

    def page(self, desktop: Desktop) -> Page:
        """Return the page in front."""
        shown = desktop.shown
        page = Page(self.screens[shown.screen])
        page.state = dict(zip(page.screen.layers, shown.states, strict=True))
        return page

    def opened(self, screen: str, desktop: Desktop | None = None) -> Desktop:
        """Return the desktop with a freshly loaded page in front."""
        if screen not in self.screens:
            raise UnknownNameError("screen", screen, self.screens)
        found = self.screens[screen]
        fresh = Shown(screen, tuple(Page(found).state.values()))
        self.entered |= {(screen, layer, "base") for layer in found.layers}
        return (desktop or Desktop(found.app, ())).showing(found.app, fresh)

    def go_to(self, desktop: Desktop, screen: str) -> Desktop:
        """Bring up a screen, fresh or as it is, as `Desk.go_to` does."""
        if screen not in self.screens:
            raise UnknownNameError("screen", screen, self.screens)
        app = self.screens[screen].app
        there = dict(desktop.pages).get(app)
        if there is not None and there.screen == screen:
            return desktop._replace(front=app)
        return self.opened(screen, desktop)

    def later(self, desktop: Desktop) -> list[Desktop]:
        """Return the desktop, and what it becomes when its page changes by itself."""
        found = [desktop]
        for at in found:
            for edge in self._edges(at):
                if edge.kind == "wait" and not is_news(edge):
                    after = self._taken(at, edge)
                    if after not in found:
                        found.append(after)
        return found

    def take(self, desktop: Desktop, verb: str, given: Mapping[str, Any]) -> list[Desktop]:
        """Return what the desktop may be after a verb.

        Raises
        ------
        DeskhandError
            When nobody could do it there, as the desk would say it.
        """
        method = getattr(self, f"_{verb}", None)
        return [desktop] if method is None else list(method(desktop, **given))

    # Verbs; those that change no page are not here.

    def _click(
        self, desktop: Desktop, target: str, to: str | None = None, **_: Any
    ) -> Iterator[Desktop]:
        yield self._pressed(desktop, self.page(desktop).element(target), "click", to)

    def _double_click(self, desktop: Desktop, target: str) -> Iterator[Desktop]:
        once = self._pressed(desktop, self.page(desktop).element(target), "click", None)
        element = self.page(once).elements.get(target)
        yield once if element is None else self._pressed(once, element, "double_click", None)

    def _right_click(self, desktop: Desktop, target: str) -> Iterator[Desktop]:
        yield self._pressed(desktop, self.page(desktop).element(target), "right_click", None)

    def _pick(
        self, desktop: Desktop, items: Sequence[str], of: str, to: str | None = None
    ) -> Iterator[Desktop]:
        after = self._pressed(desktop, self.page(desktop).element(of), "right_click", None)
        *parents, wanted = items
        for parent in parents:
            edge = self._edge(after, "hover", self.page(after).element(parent).key, None)
            after = after if edge is None else self._taken(after, edge)
        yield self._pressed(after, self.page(after).element(wanted), "click", to)

    def _copy(self, desktop: Desktop, target: str) -> Iterator[Desktop]:
        yield _focused(desktop, self.page(desktop).element(target))

    def _hover(self, desktop: Desktop, target: str) -> Iterator[Desktop]:
        self.page(desktop).element(target)
        yield desktop

    _wait_for = _hover

    def _check(self, desktop: Desktop, target: str, on: bool = True) -> Iterator[Desktop]:
        element = self.page(desktop).element(target)
        yield self._pressed(desktop, element, "click", None)
        if element.checked == on:
            yield desktop

    def _select(self, desktop: Desktop, target: str, **_: Any) -> Iterator[Desktop]:
        yield _focused(desktop, self.page(desktop).element(target))

    _cut = _copy

    def _drag(
        self, desktop: Desktop, target: str, onto: str, to: str | None = None
    ) -> Iterator[Desktop]:
        page = self.page(desktop)
        source, goal = page.element(target), page.element(onto)
        edge = self._edge(desktop, "drag", source.key, to, to_target=goal.key)
        if edge is None:
            yield _focused(desktop, source)
            return
        # The page moves the element, which takes the focus from everything.
        after = self._taken(desktop, edge)
        yield after.showing(after.front, after.shown._replace(focus=None))

    def field(self, desktop: Desktop, into: str | None) -> Element:
        """Return the field that is typed into: the named one, or the one with the focus."""
        focus = desktop.shown.focus
        if into is None and focus is None:
            raise DeskhandError(
                f"no field has the focus on screen {desktop.shown.screen!r}; name one by 'into'."
            )
        return self.page(desktop).element(into or focus or "")

    def _type(self, desktop: Desktop, into: str | None = None, **_: Any) -> Iterator[Desktop]:
        element = self.field(desktop, into)
        # By Tab or by a click; a click may open something.
        yield _focused(desktop, element)
        if element.key != desktop.shown.focus:
            yield self._pressed(desktop, element, "click", None)

    _paste = _type

    def _walk(self, desktop: Desktop, target: str) -> Iterator[Desktop]:
        self.field(desktop, None)
        yield _focused(desktop, self.page(desktop).element(target))

    def _undo(self, desktop: Desktop) -> Iterator[Desktop]:
        self.field(desktop, None)
        yield desktop

    def _scroll(
        self, desktop: Desktop, into_view: str | None = None, **_: Any
    ) -> Iterator[Desktop]:
        if into_view is not None:
            self.page(desktop).element(into_view)
        yield desktop

    def _choose(self, desktop: Desktop, option: str | None, of: str, **_: Any) -> Iterator[Desktop]:
        element = self.page(desktop).element(of)
        after = _focused(desktop, element)
        chosen = None if option is None else element.options[place_of(element, option)].target
        if chosen is None:
            yield after
            return
        # An own list is opened where it is not, and one of its elements takes it away again.
        if chosen not in self.page(after).elements:
            after = self._pressed(after, element, "click", None)
        yield self._pressed(after, self.page(after).element(chosen), "click", None)

    def _press(
        self, desktop: Desktop, keys: str, to: str | None = None, **_: Any
    ) -> Iterator[Desktop]:
        focus = desktop.shown.focus
        edge = self._edge(desktop, "press", focus, to, key=keys)
        if edge is None and focus is not None:
            edge = self._edge(desktop, "press", None, to, key=keys)
        if edge is None and to is not None:
            raise self._no_way(desktop, "press", focus or "the page", to)
        element = self.page(desktop).elements.get(focus or "")
        if edge is not None:
            yield self._taken(desktop, edge)
        elif (
            keys in ("Enter", " ") and element is not None and element.widget in ("button", "link")
        ):
            yield self._pressed(desktop, element, "click", None)
        else:
            yield desktop

    def _news(self, desktop: Desktop, slot: str | None = None, **_: Any) -> Iterator[Desktop]:
        edges = [e for e in self._edges(desktop) if is_news(e)]
        edge = next((e for e in edges if slot in (None, "text") or slot in e.slots), None)
        if edge is None:
            raise DeskhandError(
                f"screen {desktop.shown.screen!r}: nothing from outside can reach it in state "
                f"{self.page(desktop).state}; slot {slot or 'text'!r} is not awaited there."
            )
        yield self._taken(desktop, edge)

    def _navigate(self, desktop: Desktop, screen: str) -> Iterator[Desktop]:
        yield self.opened(screen, desktop)

    def _switch_to(self, desktop: Desktop, app: str) -> Iterator[Desktop]:
        windows = dict(desktop.pages)
        if app not in windows:
            raise DeskhandError(
                f"no window of {app!r} is open; navigate to one of its screens first. "
                f"Open: {', '.join(windows)}."
            )
        yield desktop._replace(front=app)

    def _notify(
        self, desktop: Desktop, screen: str, then: str | None = None, **_: Any
    ) -> Iterator[Desktop]:
        if screen not in self.screens:
            raise UnknownNameError("screen", screen, self.screens)
        app = self.screens[screen].app
        known = app in dict(desktop.pages)
        opened = desktop._replace(front=app) if known else self.opened(screen, desktop)
        if app == desktop.front:
            yield desktop
        elif then == "open":
            yield opened
        else:
            # Who opens it by mistake or to look at it comes back.
            yield desktop
            if then in (None, "mispress"):
                yield opened._replace(front=desktop.front)

    # Transitions

    def _edges(self, desktop: Desktop) -> Iterator[Edge]:
        shown = desktop.shown
        screen = self.screens[shown.screen]
        for at in zip(screen.layers, shown.states, strict=True):
            yield from screen.edges.get(at, ())

    def _edge(
        self, desktop: Desktop, kind: str, target: str | None, to: str | None, **more: str
    ) -> Edge | None:
        for edge in self._edges(desktop):
            meant = (edge.kind, edge.target) == (kind, target) and to in (None, edge.to)
            if meant and all(getattr(edge, name) == value for name, value in more.items()):
                return edge
        return None

    def _no_way(self, desktop: Desktop, kind: str, key: str, to: str) -> DeskhandError:
        page = self.page(desktop)
        known = sorted(
            {
                edge.to
                for edges in page.screen.edges.values()
                for edge in edges
                if edge.kind == kind and edge.target in (key, None)
            }
        )
        return DeskhandError(
            f"screen {page.screen.name!r}: {kind} on {key!r} does not lead to state {to!r} from "
            f"{page.state}; it can lead to: {', '.join(known) or 'nothing'}."
        )

    def _pressed(self, desktop: Desktop, element: Element, kind: str, to: str | None) -> Desktop:
        edge = self._edge(desktop, kind, element.key, to)
        if edge is None and to is not None:
            raise self._no_way(desktop, kind, element.key, to)
        link = None
        if kind == "click":
            link = self.screens[desktop.shown.screen].links.get(element.key)
        after = _focused(desktop, element)
        after = after if edge is None else self._taken(after, edge)
        return after if link is None else self.opened(link, after)

    def _taken(self, desktop: Desktop, edge: Edge) -> Desktop:
        shown = desktop.shown
        screen = self.screens[shown.screen]
        self.entered.add((screen.name, edge.layer, edge.to))
        states = tuple(
            edge.to if layer == edge.layer else state
            for layer, state in zip(screen.layers, shown.states, strict=True)
        )
        after = desktop.showing(
            desktop.front, Shown(shown.screen, states, edge.focus or shown.focus)
        )
        focus = after.shown.focus
        if focus is not None and focus not in self.page(after).elements:
            return after.showing(desktop.front, Shown(shown.screen, states))
        return after


def _focused(desktop: Desktop, element: Element) -> Desktop:
    if element.tab < 0 and element.role == "option":
        return desktop
    focus = element.key if element.tab >= 0 else None
    return desktop.showing(desktop.front, desktop.shown._replace(focus=focus))
