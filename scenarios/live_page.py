"""A page in use: its states over time, what was typed and chosen, and the changes still to come."""

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.generators.plan import Row, SessionPlan
from deskhand.page import Page
from deskhand.scenarios.field_state import FieldState
from deskhand.screen import Edge, Element, Screen, reference

MASK = "*"
# A page's script runs about a millisecond after the event that it answers.
SCRIPT_US = 1_000

_encode = json.JSONEncoder(sort_keys=True).encode

_Trigger = tuple[str, str | None]


@lru_cache(maxsize=64)
def _edges_by_trigger(screen: Screen) -> dict[_Trigger, dict[tuple[str, str], list[Edge]]]:
    """Return the edges by what starts them, then by layer and state: most acts start none."""
    index: dict[_Trigger, dict[tuple[str, str], list[Edge]]] = {}
    for at, edges in screen.edges.items():
        for edge in edges:
            if edge.kind != "wait":
                index.setdefault((edge.kind, edge.target), {}).setdefault(at, []).append(edge)
    return index


def is_news(edge: Edge) -> bool:
    """Return whether an edge waits for the outside world: a text that nobody at the desk types."""
    return edge.kind == "wait" and any(source is None for source in edge.slots.values())


class LivePage:
    """A page from its opening to the next navigation.

    Parameters
    ----------
    screen : Screen
        The compiled screen.
    plan : SessionPlan
        Receives the page's rows.
    sensitive : collection of str
        Elements to mask besides those that the screen marks.

    Attributes
    ----------
    elements : dict
        The visible elements in the current state.
    values, checked : dict
        What was typed or chosen, by element; sensitive values are stars of the same length.
    focus : str or None
        The element that takes the keys.
    fields : FieldState
        What is selected, and what can be undone.
    pending : list
        Coming changes of the page as (time in microseconds, edge), earliest first.
    busy_until_us : int
        Until then the latest change is still being drawn.
    """

    __slots__ = (
        "_index",
        "_plan",
        "_sensitive",
        "busy_until_us",
        "checked",
        "elements",
        "fields",
        "focus",
        "limit_y",
        "page",
        "pending",
        "screen",
        "texts",
        "values",
    )

    def __init__(self, screen: Screen, plan: SessionPlan, sensitive: Collection[str]) -> None:
        self.screen = screen
        self.page = Page(screen)
        self.elements = self.page.elements
        self.values: dict[str, str] = {}
        self.checked: dict[str, bool] = {}
        self.texts: dict[str, str] = {}
        self.focus: str | None = None
        self.fields = FieldState()
        self.pending: list[tuple[int, Edge]] = []
        self.busy_until_us = 0
        self.limit_y = max(0, screen.document[1] - screen.viewport[1])
        self._plan = plan
        self._sensitive = sensitive
        self._index = _edges_by_trigger(screen)

    def sensitivity(self, element: Element) -> str | None:
        """Return why an element's content is masked, or None."""
        if element.sensitive is not None:
            return element.sensitive
        if element.widget == "password":
            return "password"
        return "scenario" if element.key in self._sensitive else None

    def value(self, element: Element) -> str:
        """Return what a field holds now."""
        return self.values.get(element.key, element.value)

    def edge(
        self,
        kind: str,
        target: str | None,
        *,
        to: str | None = None,
        to_target: str | None = None,
        key: str | None = None,
    ) -> Edge | None:
        """Return the transition that an act starts now; the first one unless ``to`` names a state."""
        by_state = self._index.get((kind, target))
        if by_state is None:
            return None
        for at in self.page.state.items():
            for edge in by_state.get(at, ()):
                if (
                    (to is None or edge.to == to)
                    and (to_target is None or edge.to_target == to_target)
                    and (key is None or edge.key == key)
                ):
                    return edge
        return None

    def starts_later(self, kind: str, target: str | None, key: str | None = None) -> bool:
        """Return whether an act starts nothing now but does once pending changes have happened."""
        by_state = self._index.get((kind, target))
        if by_state is None or not self.pending or self.edge(kind, target, key=key) is not None:
            return False
        for _, edge in self.pending:
            following: Edge | None = edge
            while following is not None:
                if (edge.layer, following.to) in by_state:
                    return True
                following = self.timed(edge.layer, following.to)
        return False

    def timed(self, layer: str, state: str) -> Edge | None:
        """Return the change that happens by itself some time after a state was entered."""
        for edge in self.screen.edges.get((layer, state), ()):
            if edge.kind == "wait" and not is_news(edge):
                return edge
        return None

    def note(self, element: Element) -> None:
        """Keep an element's row for the table of elements."""
        at = (self.screen.name, element.key)
        if at in self._plan.elements:
            return
        left, top, width, height = element.box
        self._plan.elements[at] = {
            "screen": self.screen.name,
            "target": element.key,
            "app": self.screen.app,
            "role": element.role,
            "name": self.filled(element.name),
            "tag": element.tag,
            "left": left,
            "top": top,
            "width": width,
            "height": height,
            "sensitive": self.sensitivity(element),
        }

    def filled(self, text: str) -> str:
        """Return a text with its slots replaced by what the page shows."""
        if "{{" in text:
            for slot, shown in self.texts.items():
                text = text.replace("{{" + slot + "}}", shown)
        return text

    def take(self, edge: Edge, t_us: int, action_id: int | None, **given: str) -> None:
        """Make a transition: the mark, the new state, values set by the page, what follows later.

        Parameters
        ----------
        edge : Edge
            A transition from the current state.
        t_us : int
            When it starts.
        action_id : int or None
            The act that caused it.
        **given : str
            Texts of slots that no element on the page holds.
        """
        slots: dict[str, str] = {}
        for slot, source in edge.slots.items():
            if source is None:
                if slot not in given:
                    raise DeskhandError(
                        f"screen {self.screen.name!r}, state {edge.to!r}: the page shows a text "
                        f"{slot!r} that nobody typed; give it: desk.news({slot}='...')."
                    )
                slots[slot] = given[slot]
            else:
                held = self.screen.elements.get(source) or self.elements[source]
                slots[slot] = self.value(self.elements.get(source, held))
        self.texts.update(slots)
        rows = self._plan.rows
        columns: dict[str, Any] = {
            "reference": reference(self.screen.name, edge.layer, edge.to),
            "value": _encode(slots) if slots else None,
        }
        rows.append(Row(t_us, "mark", action_id, columns))
        self.page.enter(edge)
        self.elements = self.page.elements
        for key, text in edge.values.items():
            element = self.elements.get(key)
            text = self.filled(text)
            if element is not None and self.sensitivity(element):
                text = MASK * len(text)
            self.values[key] = text
            self.fields.forget(key)
            if element is not None:
                self.write_input(element, t_us + SCRIPT_US, action_id, text)
        if self.focus is not None and self.focus not in self.elements:
            self.focus = None
        if edge.focus is not None:
            self.move_focus(self.elements.get(edge.focus), t_us + SCRIPT_US, action_id)
        self.busy_until_us = max(self.busy_until_us, t_us + edge.duration_us)
        self.pending = [entry for entry in self.pending if entry[1].layer != edge.layer]
        later = self.timed(edge.layer, edge.to)
        if later is not None:
            self.pending.append((t_us + later.after_us, later))
            self.pending.sort(key=lambda entry: entry[0])

    def move_focus(self, element: Element | None, t_us: int, action_id: int | None) -> None:
        """Take the focus from one element and give it to another."""
        old = self.focus
        new = None if element is None else element.key
        if old == new:
            return
        self.fields.leave()
        rows = self._plan.rows
        if old is not None:
            rows.append(Row(t_us, "blur", action_id, {"target": old}))
        self.focus = new
        if element is not None:
            rows.append(Row(t_us, "focus", action_id, {"target": new}))
            self.note(element)
            reason = self.sensitivity(element)
            if reason is not None:
                columns = {"target": new, "reason": reason, "policy": "mask"}
                rows.append(Row(t_us, "redaction", action_id, columns))

    def write_input(
        self, element: Element, t_us: int, action_id: int | None, text: str, **more: Any
    ) -> None:
        """Append an input row that carries a whole value, masked where the element is sensitive."""
        masked = self.sensitivity(element) is not None
        columns = {
            "target": element.key,
            "value": None if masked else text,
            "value_length": len(text),
            "masked": masked,
            **more,
        }
        self._plan.rows.append(Row(t_us, "input", action_id, columns))
        self.note(element)

    def news(self, slot: str | None = None) -> Edge | None:
        """Return the transition that waits for the outside world in the current state, if any."""
        for at in self.page.state.items():
            for edge in self.screen.edges.get(at, ()):
                if is_news(edge) and (slot is None or slot in edge.slots):
                    return edge
        return None

    def settle(self, t_us: int, not_before_us: int = 0) -> None:
        """Let the changes happen that are due by a time.

        Parameters
        ----------
        t_us : int
            The present.
        not_before_us : int
            Since when the page is in front; a page behind others draws nothing.
        """
        while self.pending and self.pending[0][0] <= t_us:
            due, edge = self.pending.pop(0)
            if self.page.state[edge.layer] == edge.source:
                self.take(edge, max(due, not_before_us), None)

    def tab_distance(self, key: str) -> int:
        """Return how many presses of Tab lead from the focus to an element; 0 when none do."""
        if self.focus is None:
            return 0
        start, end = self.elements[self.focus].tab, self.elements[key].tab
        if start < 0 or end <= start:
            return 0
        return sum(1 for e in self.elements.values() if start < e.tab <= end)

    def tab_place(self) -> int:
        """Return where in the Tab order the focus is: before all when nothing has it.

        A radio button to which the arrows led is where its group is.
        """
        if self.focus is None:
            return -1
        here = self.elements[self.focus]
        alike = (here.role, here.within)
        group = (e.tab for e in self.elements.values() if (e.role, e.within) == alike)
        return here.tab if here.tab >= 0 else max(group)

    def tab_stops(self, key: str) -> list[Element]:
        """Return the elements that Tab visits from the focus up to and including an element."""
        start, end = self.tab_place(), self.elements[key].tab
        stops = [e for e in self.elements.values() if start < e.tab <= end]
        return sorted(stops, key=lambda e: e.tab)
