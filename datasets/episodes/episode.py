"""An episode: a task in words, and each step of a person who does it as an agent would see it."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from deskhand.datasets.episodes.wordings import Wording

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeStep:
    """One step: the screen as it stands, and what is done next.

    Pixels are those of the picture; ``x`` and ``y`` are parts of its width and height, from 0 to 1.

    Parameters
    ----------
    number : int
        Its place in the episode, from 0.
    t_us : int
        When its picture was taken, microseconds since the session's start.
    kind : str
        click, double_click, triple_click, right_click, middle_click, hover, drag, scroll, type, key,
        wait, or answer, which is the last one.
    verb : str or None
        What the person meant to do, in the words of `deskhand.scenarios.desk.Desk`.
    action_id : int or None
        The row of the session's actions.
    way : str or None
        How a drop-down is used: mouse, arrows or type-ahead.
    shortcut : bool
        Whether keys are pressed together to command something.
    target, role, name : str or None
        What it is done to.
    box : tuple of int or None
        That element's left, top, width and height, px.
    x, y, end_x, end_y : float or None
        Where, and where a drag ends.
    x_px, y_px, end_x_px, end_y_px : int or None
        The same in pixels.
    text : str or None
        What is typed or answered; a placeholder for what is never told.
    description : str
        The step in plain words.
    calls : mapping of str to str or list
        The step in each vocabulary: code of pyautogui, or a list of calls.
    error_of, correction_of : int or None
        The step that this one was meant to be, when it is a slip; the slip that it takes back.
    slips : int
        How many slips of typing were made and taken back within the text.
    tree : bytes
        The accessibility tree as JSON.
    picture : bytes or None
        The picture as a file.
    """

    number: int
    t_us: int
    kind: str
    verb: str | None = None
    action_id: int | None = None
    way: str | None = None
    shortcut: bool = False
    target: str | None = None
    role: str | None = None
    name: str | None = None
    box: tuple[int, int, int, int] | None = None
    x: float | None = None
    y: float | None = None
    end_x: float | None = None
    end_y: float | None = None
    x_px: int | None = None
    y_px: int | None = None
    end_x_px: int | None = None
    end_y_px: int | None = None
    text: str | None = None
    description: str
    calls: Mapping[str, str | list[dict[str, Any]]]
    error_of: int | None = None
    correction_of: int | None = None
    slips: int = 0
    tree: bytes
    picture: bytes | None = None

    @property
    def image(self) -> "Image":
        """The picture, opened with Pillow."""
        from PIL import Image

        return Image.open(io.BytesIO(self.picture or b""))

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes of the accessibility tree."""
        found: list[dict[str, Any]] = orjson.loads(self.tree)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A task, whether it can be done, and how a person did it or found that it cannot be done.

    Parameters
    ----------
    episode_id : str
        The session's identifier.
    number : int
        Its place in the run, from 0.
    scenario, app : str
        Which task, in which application.
    feasible, success : bool
        Whether it can be done, and whether the checker of its goals finds it done.
    missed : sequence of str
        What the checker finds missing.
    instruction, register : str
        The task in words, and in which register they are.
    instructions : sequence of Wording
        The same in all registers.
    answer : str
        What an agent says at the end: that it is done, or that it cannot be done, and why.
    steps : sequence of EpisodeStep
        In order; the last one is the answer.
    final_state : bytes
        What each window shows at the end, as JSON.
    header : mapping
        The session's row of the table of sessions.
    picture_width, picture_height : int
        The size of pictures, px.
    """

    episode_id: str
    number: int
    scenario: str
    app: str
    feasible: bool
    success: bool
    missed: Sequence[str]
    instruction: str
    register: str
    instructions: Sequence[Wording]
    answer: str
    steps: Sequence[EpisodeStep]
    final_state: bytes
    header: Mapping[str, Any]
    picture_width: int
    picture_height: int

    def __iter__(self) -> Iterator[EpisodeStep]:
        return iter(self.steps)
