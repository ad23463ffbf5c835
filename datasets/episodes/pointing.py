"""Whether the places of steps lie on what they are meant for, as Chromium lays the pages out."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from deskhand.datasets.episodes.episode import Episode, EpisodeStep
from deskhand.exports.screen_frames.stage import Stage
from deskhand.monitors import bounds, monitors_of
from deskhand.session import Session

PAGE, AROUND, LIST = "page", "around", "list"


class Pointed(NamedTuple):
    """A step at a place: on a page, on the desktop around it, or on a list that the system draws."""

    step: EpisodeStep
    where: str
    hit: bool


def pointed(session: Session, episode: Episode, on: Callable[..., bool]) -> Iterator[Pointed]:
    """Yield the steps of an episode that are done to something at a place, and whether they hit it.

    Both places have to: the parts of the screen, and the pixels of the picture.

    Parameters
    ----------
    session : Session
        Of which the episode was recorded.
    episode : Episode
        The episode.
    on : callable
        What `deskhand.exact_pages.exact_pointer` gives.

    Yields
    ------
    Pointed
        Not for what is meant for nothing: turns of the wheel, and clicks that went astray.
    """
    size = bounds(monitors_of(session.header))[2:]
    scale = (episode.picture_width / size[0], episode.picture_height / size[1])
    stage = Stage(session)
    for step in episode:
        stage.advance(step.t_us)
        front = stage.front
        if step.x is None or step.y is None or step.target is None or front is None:
            continue
        assert step.x_px is not None
        assert step.y_px is not None
        places = (
            (step.x * size[0], step.y * size[1]),
            (step.x_px / scale[0], step.y_px / scale[1]),
        )
        element = None if front.view is None else front.view.element(step.target)
        if element is not None:
            left, top = front.origin
            hits = [on(front.view, element, x - left, y - top) for x, y in places]
            yield Pointed(step, PAGE, all(hits))
        elif step.role == "option":
            # Lists of sensitive drop-downs are not seen, so nobody could aim there.
            yield Pointed(step, LIST, step.box is None or _inside(step.box, step))
        else:
            yield Pointed(step, AROUND, step.box is not None and _inside(step.box, step))


def _inside(box: Any, step: EpisodeStep) -> bool:
    left, top, width, height = box
    x, y = step.x_px, step.y_px
    return (
        x is not None and y is not None and left <= x <= left + width and top <= y <= top + height
    )
