"""Reach the states of a page by real input, record the way, and measure what is there.

Every state is reached on a freshly loaded page by the same acts, so node ids and times come out
the same each time; a page that behaves differently the second time is refused.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deskhand.errors import DeskhandError
from deskhand.scenarios.screen_compiler.acting import ACT_MS, perform, slotted
from deskhand.scenarios.screen_compiler.label_map import STATE_STEP_PX, LabelMap, read_labels
from deskhand.scenarios.screen_compiler.live_page import LivePage, opened
from deskhand.scenarios.screen_compiler.locators import find_key
from deskhand.scenarios.screen_compiler.one_document import check_one_document
from deskhand.scenarios.screen_compiler.page_files import PageFiles
from deskhand.scenarios.screen_compiler.page_picture import Picture, take_picture
from deskhand.scenarios.screen_compiler.screen_elements import Sighting, sight
from deskhand.scenarios.screen_compiler.sidecar import Transition

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# Acts that give the focus to the element that they name.
FOCUSING = ("click", "double_click", "right_click", "drag", "on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A page in one state: extent, picture, elements, texts to be filled in, and hit map."""

    extent: Mapping[str, int]
    picture: Picture
    sighting: Sighting
    slot_texts: list[dict[str, Any]]
    labels: LabelMap


@dataclass(slots=True, kw_only=True)
class State:
    """A state that has been reached; ``path`` leads to it from the freshly loaded page.

    ``runs`` are the recorded batches of each step of the path, to check a second visit against.
    """

    layer: str
    name: str
    path: tuple[Transition, ...]
    runs: tuple[Any, ...]
    tree: Mapping[str, Any]
    measured: Measured
    next_id: int
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one transition did to the page: batches of mutations, and what makes no mutation.

    ``values`` are the fields whose value the page changed, ``focus`` the element to which it gave the
    focus, 0 for none.
    """

    batches: list[dict[str, Any]]
    values: dict[int, str]
    focus: int = 0


def measure(
    live: LivePage, step: int, wanted: tuple[int, ...] = (), *, screen: str, state: str
) -> Measured:
    """Measure a page as it is now: picture first, then elements, then hit map.

    Raises
    ------
    DeskhandError
        When the page shows something of another document.
    """
    live.call("toTop")
    check_one_document(live, screen, state)
    extent = live.call("extent")
    picture = take_picture(live, extent["width"], extent["height"])
    sighting = sight(live, wanted)
    return Measured(
        extent=extent,
        picture=picture,
        sighting=sighting,
        slot_texts=live.call("slotTexts"),
        labels=read_labels(live, extent["width"], extent["height"], step),
    )


@dataclass(slots=True, kw_only=True)
class StateRecorder:
    """Opens a page again and again, each time on the way to another state."""

    browser: "Browser"
    files: PageFiles
    viewport: tuple[int, int]
    screen: str
    mask_text: bool = False
    without: tuple[str, ...] = ()
    fresh_values: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def at_base(self) -> Iterator[tuple[LivePage, dict[str, Any]]]:
        """Open the page and number its nodes."""
        with opened(self.browser, self.files, self.viewport) as live:
            for selector in self.without:
                live.leave_out(selector)
            if self.mask_text:
                live.mask_text()
            live.inject()
            snapshot = live.snapshot()
            live.call("record")
            yield live, snapshot

    @contextmanager
    def at_state(self, state: State, first_id: int) -> Iterator[LivePage]:
        """Open the page and walk the path to a state; new nodes are numbered from ``first_id``.

        Raises
        ------
        DeskhandError
            When the page does not do the same as on the first visit.
        """
        with self.at_base() as (live, _):
            live.call("startIdsAt", first_id)
            for step, before in zip(state.path, state.runs, strict=True):
                run = self.transition(live, step, before["elements"], state.layer)
                if run.batches != before["batches"]:
                    raise DeskhandError(
                        f"screen {self.screen!r}, layer {state.layer!r}: going to {step.to!r} changed "
                        "the page in another way the second time. Make the page deterministic "
                        "(no random numbers; its clock is fixed while compiling)."
                    )
            yield live

    def transition(
        self,
        live: LivePage,
        step: Transition,
        elements: Mapping[str, Mapping[str, Any]],
        layer: str,
    ) -> Run:
        """Do a transition's acts on a live page and return what changed.

        Changes made by the acts of preparation are put at the start of the transition.
        """

        def resolve(locator: str) -> int:
            if locator in elements:
                return int(elements[locator]["id"])
            # An element that the acts before this one have brought up carries its author's name.
            named = live.call("select", f"[data-name={_quoted(locator)}]")
            if len(named) == 1:
                return int(named[0])
            return int(elements[find_key(locator, elements, self.screen, layer, step.source)]["id"])

        wait_ms = step.trigger.get("wait_ms")
        for act in step.acts[:-1]:
            perform(live, act, resolve, step.sentinels)
        prepared = [dict(batch, after_ms=0) for batch in live.call("taken")]
        before = live.call("values")
        # What has the focus without the page's doing: what the act gives it to, or what had it before.
        acted_on = [resolve(step.trigger[k]) for k in FOCUSING if k in step.trigger]
        focused = {0, *acted_on}
        if not any(live.call("takesFocus", own) for own in acted_on):
            focused.add(live.call("focused"))
        if wait_ms is None:
            live.call("mark")
            perform(live, step.trigger, resolve, step.sentinels)
            live.settle(ACT_MS)
        else:
            # A wait counts from the act before it, after which some time has already passed.
            live.settle(max(wait_ms - live.call("elapsed"), 0))
        batches = [*prepared, *live.call("taken")]
        after = live.call("values")
        values = {
            int(own): value
            for own, value in after.items()
            if own in before and before[own] != value
        }
        focus = live.call("focused")
        return Run(
            batches=slotted(batches, step.sentinels),
            values=slotted(values, step.sentinels),
            focus=0 if focus in focused else focus,
        )

    def measure_state(self, state: State, first_id: int, live: LivePage, *, blur: bool) -> Measured:
        """Measure a state with the pointer parked and the focus dropped, where it survives that.

        A menu may close when it loses the pointer or the focus: then the state is reached again and
        left as it is.
        """

        def measured(page: LivePage) -> Measured:
            return measure(page, STATE_STEP_PX, screen=self.screen, state=state.name)

        if self.parked(live, blur=blur):
            return measured(live)
        with self.at_state(state, first_id) as again:
            if self.parked(again, blur=False):
                return measured(again)
        with self.at_state(state, first_id) as again:
            again.call("restoreValues", self.fresh_values)
            return measured(again)

    def parked(self, live: LivePage, *, blur: bool) -> bool:
        """Take pointer and, with ``blur``, focus off the page; return whether it stayed as it was."""
        live.call("restoreValues", self.fresh_values)
        live.page.mouse.move(0, 0)
        if blur:
            live.call("blur")
        live.settle(1)
        return not live.call("taken")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
