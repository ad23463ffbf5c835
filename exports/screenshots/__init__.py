"""Screenshots of a session as a capture tool takes them: by policies, masked, with gaps."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames import frames, need_pillow
from deskhand.exports.screen_frames.black_boxes import blacked_out
from deskhand.exports.screen_frames.canvas import Painter
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screenshots.gaps import Gap, gaps
from deskhand.exports.screenshots.policies import Moment, Policy, moments, parse_policies
from deskhand.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Gap",
    "Moment",
    "Policy",
    "Shot",
    "check_scale",
    "gaps",
    "parse_policies",
    "seen_moments",
    "shots",
]

# A picture of less than a tenth of the desktop's size shows nothing that can be read (assumed).
SMALLEST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One screenshot: when, why, for which act, of what.

    ``app`` and ``window`` are in front, None where that is not known. Shots of one time share their
    ``picture``.
    """

    t_us: int
    policy: str
    action_id: int | None
    app: str | None
    window: str | None
    picture: "Image"


def shots(
    session: Session,
    policies: Sequence[Policy],
    *,
    pointer: bool = True,
    scale: float = 1.0,
    paint: Painter = painted,
) -> Iterator[Shot]:
    """Yield a session's screenshots in order.

    What is sensitive is under black boxes, and there is none in a gap.

    Parameters
    ----------
    session : Session
        With its compiled screens; other pages are blank.
    policies : sequence of Policy
        When pictures are taken, as `parse_policies` returns them.
    pointer : bool
        Whether the pointer's arrow is drawn.
    scale : float
        Pixels of a picture for each of the desktop, from 0.1 to 1.
    paint : callable
        Paints a page from what it shows.

    Raises
    ------
    DeskhandError
        When Pillow is missing or there is no such scale.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> shot = next(shots(session, parse_policies("before-action"), scale=0.5))
    >>> shot.action_id, shot.app, shot.picture.size
    (0, 'auth', (960, 540))
    """
    need_pillow()
    check_scale(scale)
    wanted = seen_moments(session, policies)
    times = sorted({moment.t_us for moment in wanted})
    pictures = frames(session, times, pointer=pointer, paint=blacked_out(paint))
    return _shots(session, wanted, pictures, scale)


def check_scale(scale: float) -> None:
    """Refuse a scale of pictures that would show nothing, or more than there is.

    Raises
    ------
    DeskhandError
        When it is not from 0.1 to 1.

    Examples
    --------
    >>> check_scale(2.0)
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: scale=2.0: pictures are from 0.1 to 1 times as large as the desktop.
    """
    if not SMALLEST <= scale <= 1.0:
        raise DeskhandError(
            f"scale={scale!r}: pictures are from {SMALLEST:g} to 1 times as large as the desktop."
        )


def seen_moments(session: Session, policies: Sequence[Policy]) -> list[Moment]:
    """Return when pictures are taken: the moments of policies that lie in no gap."""
    found = moments(session, policies)
    away = gaps(session)
    if not away:
        return found
    # A gap ends before the next one begins.
    place = np.searchsorted([gap.start_us for gap in away], [m.t_us for m in found], "right") - 1
    return [
        moment
        for moment, k in zip(found, place.tolist(), strict=True)
        if k < 0 or moment.t_us >= away[k].end_us
    ]


def _shots(
    session: Session, wanted: list[Moment], pictures: Iterator["Image"], scale: float
) -> Iterator[Shot]:
    fronts = _fronts(session.events)
    starts = [t_us for t_us, _, _ in fronts]
    for t_us, together in groupby(wanted, key=lambda moment: moment.t_us):
        picture = next(pictures)
        if scale != 1.0:
            picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        place = bisect_right(starts, t_us) - 1
        _, app, window = fronts[place] if place >= 0 else (0, None, None)
        for moment in together:
            yield Shot(
                t_us=t_us,
                policy=moment.policy,
                action_id=moment.action_id,
                app=app,
                window=window,
                picture=picture,
            )


def _fronts(events: pa.Table) -> list[tuple[int, str | None, str | None]]:
    """Return when which application and window came to the front."""
    kinds = pa.array(["window.focus", "navigation"])
    told = events.filter(pc.is_in(events["type"].cast(pa.string()), kinds))
    rows = told.select(["t_us", "type", "app", "window"]).to_pylist()
    # A page that loads is in front only as long as there is no other.
    kept = [row for place, row in enumerate(rows) if row["type"] == "window.focus" or place == 0]
    return [(row["t_us"], row["app"], row["window"]) for row in kept]
