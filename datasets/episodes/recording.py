"""From a session to its episode: pictures, trees, calls and descriptions of all steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from deskhand.datasets.episodes.accessibility import HOLDING, Tree, is_open, value_of
from deskhand.datasets.episodes.descriptions import description
from deskhand.datasets.episodes.episode import Episode, EpisodeStep
from deskhand.datasets.episodes.pictures import NONE, Album, size_of
from deskhand.datasets.episodes.steps import Step, steps_of
from deskhand.datasets.episodes.vocabularies import VOCABULARIES, Speaker, placeholder
from deskhand.datasets.episodes.wordings import wordings
from deskhand.errors import DeskhandError
from deskhand.events import ALT, CONTROL, META
from deskhand.exports.act_kinds import Act, Drag, Press, Type
from deskhand.exports.screen_frames.black_boxes import blacked_out
from deskhand.exports.screen_frames.canvas import Painter
from deskhand.exports.screen_frames.desktop import OpenList, open_list
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screen_frames.stage import Stage
from deskhand.goals import missed
from deskhand.monitors import bounds, monitors_of
from deskhand.page import Page
from deskhand.plain_values import plain_rows
from deskhand.scenarios.scenario import INFEASIBLE
from deskhand.screen import Box, Element
from deskhand.session import Session
from deskhand.streams import Draws

WAYS = {"click": "mouse", "key": "arrows", "type": "type-ahead"}
# Places are given to about a fiftieth of a pixel of the screen.
DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How steps are shown: pixels for each of the screen, encoding of pictures, vocabularies."""

    scale: float = 0.5
    encoding: str = "jpeg"
    vocabularies: Sequence[str] = VOCABULARIES
    paint: Painter = painted


class _Thing(NamedTuple):
    """What a step is done to, and its box on the desktop, px."""

    key: str | None = None
    role: str | None = None
    name: str | None = None
    box: Box | None = None


def recorded(session: Session, number: int, look: Look, album: Album | None = None) -> Episode:
    """Return the episode of a session.

    Parameters
    ----------
    session : Session
        One task, simulated.
    number : int
        The episode's place in the run.
    look : Look
        How steps are shown.
    album : Album, optional
        What `album_of` gives for the look; made for one episode after the other it saves time.

    Raises
    ------
    DeskhandError
        When the session is not of one task that says what it is for, or Pillow is missing.

    Examples
    --------
    >>> import deskhand
    >>> episode = recorded(deskhand.simulate("auth.login", seed=7), 0, Look(encoding="none"))
    >>> episode.success, episode.steps[1].description
    (True, 'Type "mackenzie.meyers" into the field "User name"')
    """
    scenario = str(session.header["scenario"])
    if not session.goals:
        raise DeskhandError(
            f"scenario {scenario!r} does not say what it is for; have it call desk.aim(...), or "
            'give its file a "goal".'
        )
    if len({goal.task for goal in session.goals}) > 1:
        raise DeskhandError(
            f"scenario {scenario!r} is made of several tasks, and an episode is one; name the tasks."
        )
    return _Recorder(session, number, look, album or album_of(look)).episode()


def album_of(look: Look) -> Album:
    """Return what makes pictures of a look."""
    return Album(look.scale, look.encoding, blacked_out(look.paint))


class _Recorder:
    """Records one session."""

    def __init__(self, session: Session, number: int, look: Look, album: Album) -> None:
        header = session.header
        self._album = album
        self._session = session
        self._number = number
        self._look = look
        self._whole = bounds(monitors_of(header))
        self._size = self._whole[2:]
        self._picture = size_of(self._size, look.scale)
        self._elements = {(row["app"], row["target"]): row for row in plain_rows(session.elements)}
        bookmarks = sorted({name.partition("/")[0] for name in session.screens})
        self._tree = Tree(self._size, look.scale, bookmarks)
        self._speaker = Speaker(session.events, self._whole, look.scale, session.session_id)

    def episode(self) -> Episode:
        session, header = self._session, self._session.header
        scenario = str(header["scenario"])
        feasible = not scenario.endswith(INFEASIBLE)
        wrong = missed(session)
        answer = "It is done."
        if not feasible:
            why = next((goal.impossible for goal in session.goals if goal.impossible), "")
            answer = f"It cannot be done: {why or 'what is asked for is not there'}."
        steps = steps_of(session)
        end_us = int(header["duration_us"])
        times = [*(step.seen_us for step in steps), end_us]
        firsts: dict[int, int] = {}
        for place, step in enumerate(steps):
            firsts.setdefault(step.action["action_id"], place)
        found: list[EpisodeStep] = []
        final, opens = b"", ""
        for place, (stage, picture) in enumerate(self._seen(times)):
            if not place:
                opens = next(w.view.screen.name for w in stage.windows if w.view is not None)
            shown: dict[str, Any] = {"number": place, "picture": picture}
            shown["tree"] = self._tree.json(stage)
            shown["t_us"] = times[place]
            if place < len(steps):
                found.append(self._step(steps[place], place, stage, firsts, shown))
                continue
            calls = {
                words: self._speaker.answer(answer, place, words, done=feasible)
                for words in self._look.vocabularies
            }
            said = f"Answer: {answer}"
            found.append(
                EpisodeStep(**shown, kind="answer", text=answer, description=said, calls=calls)
            )
            final = orjson.dumps([*_windows(stage)])
        draws = Draws(int(header["seed"]), "episodes.wording", session.session_id)
        worded = wordings(session.goals, session.screens, opens, draws)
        chosen = worded[int(len(worded) * draws.uniform())]
        return Episode(
            episode_id=session.session_id,
            number=self._number,
            scenario=scenario,
            app=scenario.partition(".")[0],
            feasible=feasible,
            success=not wrong,
            missed=wrong,
            instruction=chosen.text,
            register=chosen.register,
            instructions=worded,
            answer=answer,
            steps=found,
            final_state=final,
            header=header,
            picture_width=self._picture[0],
            picture_height=self._picture[1],
        )

    def _seen(self, times: Sequence[int]) -> Iterator[tuple[Stage, bytes | None]]:
        """Yield what stands on the desktop at each time, and its picture."""
        if self._look.encoding == NONE:
            stage = Stage(self._session)
            for now_us in times:
                stage.advance(now_us)
                yield stage, None
            return
        yield from self._album.files(self._session, times)

    def _step(
        self, step: Step, number: int, stage: Stage, firsts: dict[int, int], shown: dict[str, Any]
    ) -> EpisodeStep:
        act, action = step.act, step.action
        thing = self._thing(step, stage)
        (x, y), (end_x, end_y) = self._place(act), self._place(act, "end_")
        onto = self._under(stage, end_x, end_y) if isinstance(act, Drag) else _Thing()
        wide, high = self._size
        view = None if stage.front is None else stage.front.view
        element = view.element(act.target) if view is not None else None
        opened = view is not None and element is not None and is_open(view, element)
        opens = step.kind == "click" and thing.role == "combobox"
        text = None
        if isinstance(act, Type):
            text = placeholder(act.target) if act.text is None else act.text
        return EpisodeStep(
            **shown,
            kind=step.kind,
            verb=action["verb"],
            action_id=action["action_id"],
            way=WAYS.get(step.kind) if action["verb"] == "choose" or opens else None,
            shortcut=isinstance(act, Press) and bool(act.modifiers & (CONTROL | ALT | META)),
            target=thing.key,
            role=thing.role,
            name=thing.name,
            box=None if thing.box is None else self._scaled(thing.box),
            x=_part(x, wide),
            y=_part(y, high),
            end_x=_part(end_x, wide),
            end_y=_part(end_y, high),
            x_px=self._pixel(x, wide),
            y_px=self._pixel(y, high),
            end_x_px=self._pixel(end_x, wide),
            end_y_px=self._pixel(end_y, high),
            text=text,
            description=description(step, thing.role, thing.name, onto.name, opened=opened),
            calls={w: self._speaker.calls(step, number, w) for w in self._look.vocabularies},
            error_of=firsts.get(action["error_of"]),
            correction_of=firsts.get(action["correction_of"]),
            slips=action["error_count"] if isinstance(act, Type) else 0,
        )

    def _place(self, act: Act, prefix: str = "") -> tuple[Any, Any]:
        """Return where an act was in a picture, px before it is made smaller; None where nowhere."""
        x, y = (getattr(act, f"{prefix}screen_{axis}", None) for axis in "xy")
        left, top = self._whole[:2]
        return None if x is None else x - left, None if y is None else y - top

    def _pixel(self, at: float | None, size: int) -> int | None:
        return None if at is None else int(min(max(round(at), 0), size - 1) * self._look.scale)

    def _scaled(self, box: Box) -> tuple[int, int, int, int]:
        left, top, width, height = (round(each * self._look.scale) for each in box)
        return left, top, width, height

    def _thing(self, step: Step, stage: Stage) -> _Thing:
        """Return what a step is done to, as it is seen before it."""
        act, front = step.act, stage.front
        x, y = self._place(act)
        if front is None or (act.target is None and x is None):
            return _Thing()
        if act.target is None:
            return self._tree_part(stage, x, y)
        view = front.view
        element = view.element(act.target) if view is not None else None
        if view is None or element is None:
            known = self._elements.get((act.app or front.app, act.target))
            return _Thing(act.target, *((known["role"], known["name"]) if known else (None, None)))
        left, top, width, height = element.box
        dx, dy = (0, 0) if element.fixed else (view.page.scroll_x, view.page.scroll_y)
        box = (left - dx + front.origin[0], top - dy + front.origin[1], width, height)
        opened = view.opened == element.key and element.widget == "select" and x is not None
        if opened and not (box[0] <= x < box[0] + width and box[1] <= y < box[1] + height):
            return _option(element, open_list(front, stage.monitors), y)
        return _Thing(element.key, element.role, element.name, box)

    def _tree_part(self, stage: Stage, x: Any, y: Any) -> _Thing:
        """Return the part of the desktop around pages that lies under a point."""
        for key, role, name, box in self._tree.desktop_parts(stage):
            left, top, width, height = box
            if left <= x < left + width and top <= y < top + height:
                return _Thing(key, role, name, box)
        return _Thing()

    def _under(self, stage: Stage, x: Any, y: Any) -> _Thing:
        """Return the smallest element of the page in front that lies under a point."""
        front = stage.front
        if front is None or front.view is None or x is None:
            return _Thing()
        page: Page = front.view.page
        at = (x - front.origin[0] + page.scroll_x, y - front.origin[1] + page.scroll_y)
        under = [
            element
            for element in page.elements.values()
            if element.box[0] <= at[0] < element.box[0] + element.box[2]
            and element.box[1] <= at[1] < element.box[1] + element.box[3]
        ]
        found = min(under, key=lambda element: element.box[2] * element.box[3], default=None)
        return _Thing() if found is None else _Thing(found.key, found.role, found.name)


def _option(element: Element, shown: OpenList | None, y: float) -> _Thing:
    """Return the option of an open list that lies at a height, px."""
    if shown is None:
        # Of a sensitive drop-down the list is not seen, and the choice not told.
        return _Thing(f"{element.key}.option", "option", placeholder(element.key))
    place = shown.first + int((y - shown.top) // shown.row(1)[3])
    place = min(max(place, shown.first), shown.first + shown.lines - 1)
    label = element.options[place].label
    return _Thing(f"{element.key}.option.{place}", "option", label, shown.row(place))


def _part(at: float | None, size: int) -> float | None:
    return None if at is None else round(min(max(at / size, 0.0), 1.0), DIGITS)


def _windows(stage: Stage) -> Iterator[dict[str, Any]]:
    """Yield what each window shows: page, states and what was filled in."""
    for window in stage.windows:
        view = window.view
        told: dict[str, Any] = {"window": window.name, "app": window.app, "url": window.url}
        told["front"] = window is stage.front
        if view is not None and not window.excluded:
            elements = view.page.elements
            told |= {"screen": view.screen.name, "states": dict(view.page.state)}
            told["fields"] = {
                key: value_of(view, elements[key])
                for key in sorted(view.texts.keys() | view.dots.keys())
                if key in elements and elements[key].widget in HOLDING
            }
            told["ticked"] = {
                key: on
                for key, on in sorted(view.checked.items())
                if key in elements and not view.is_sensitive(elements[key])
            }
        yield told
