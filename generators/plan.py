"""The plan of one session: what a person does and when, before any of it is rendered.

A scenario appends intents in time order; the kernels of this room then render all intents of one
kind at once, exactly within the planned bounds. Lists of plain tuples, since a day holds thousands.
Points are screen pixels; times are microseconds since the session's start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from deskhand.behavior_models.persona import Persona
from deskhand.generators.typing_plan import Typing
from deskhand.generators.wheel import Scroll
from deskhand.goals import Goal


class Move(NamedTuple):
    """A pointer movement: from one point to another within [start_us, end_us].

    ``kind`` is aim, drag, drift (the hand shifts while its owner reads) or return (back from the
    keyboard). ``width_px`` is the target's extent along the path, 0 when there is no target.
    """

    action_id: int
    kind: str
    start_us: int
    end_us: int
    x0: float
    y0: float
    x1: float
    y1: float
    width_px: float
    buttons: int


class Press(NamedTuple):
    """One press and release of a button; ``down_us < up_us``; ``count`` is the click count.

    For a drag the press and the release differ in place and target.
    """

    action_id: int
    down_us: int
    up_us: int
    x0: float
    y0: float
    x1: float
    y1: float
    button: int
    count: int  # type: ignore[assignment]  # shadows tuple.count, which nobody calls
    down_target: str | None
    up_target: str | None


class Typed(NamedTuple):
    """Keys typed into a target from ``start_us`` on.

    ``offset`` is the caret before the first key, ``length`` the value's length before it.
    """

    action_id: int
    start_us: int
    typing: Typing
    target: str | None
    offset: int
    length: int
    masked: bool


class Wheeled(NamedTuple):
    """A scroll by wheel or touchpad at one pointer place; ``scroll_y`` is the offset before it.

    ``limit_y`` is the largest offset the page allows. With ``control`` held the wheel zooms, and the
    page stays where it is.
    """

    action_id: int
    start_us: int
    scroll: Scroll
    x: float
    y: float
    target: str | None
    scroll_y: float
    limit_y: float
    control: bool = False


class Row(NamedTuple):
    """An event that needs no rendering: its type and the columns it fills."""

    t_us: int
    type: str
    action_id: int | None
    columns: Mapping[str, Any]


class Place(NamedTuple):
    """From ``t_us`` on the person is in this app and window, whose page starts at this origin.

    ``zoom`` is how many px of the screen a px of the page takes.
    """

    t_us: int
    app: str
    window: str
    origin_x: int
    origin_y: int
    zoom: float = 1.0


class Cover(NamedTuple):
    """After ``start_us`` and up to ``end_us`` something of the desktop lies over the page, in screen px."""

    start_us: int
    end_us: int
    left: float
    top: float
    width: float
    height: float


class Action(NamedTuple):
    """Ground truth: one verb on one target, with its intended and its actual point."""

    action_id: int
    scenario: str
    task: int
    step: int
    verb: str
    target: str | None
    start_us: int
    end_us: int
    intended_x: float | None
    intended_y: float | None
    actual_x: float | None
    actual_y: float | None
    text_class: str | None
    error_of: int | None
    correction_of: int | None
    error_count: int


@dataclass(slots=True, kw_only=True)
class SessionPlan:
    """Everything that one person does in one session.

    ``fidelity`` is the tier that draws keys and paths, ``law`` or ``learned``.
    ``elements`` maps (screen, target) to the element's row; ``screenshots`` holds (t_us, screen,
    reference, width, height).
    """

    session_id: str
    seed: int
    scenario: str
    team: int
    person: int
    day: int
    persona: Persona
    start_wall_us: int
    time_zone: str
    provenance_id: str
    viewport: tuple[int, int]
    fidelity: str = "law"
    duration_us: int = 0
    places: list[Place] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    wheeled: list[Wheeled] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    elements: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    screenshots: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
