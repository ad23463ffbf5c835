"""What a family of bots is: how it moves, presses, waits and types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay
from deskhand.keyed_draws import Keys
from deskhand.session import Session

Floats = NDArray[np.float64]
Points = tuple[Floats, Floats]


class Ways(NamedTuple):
    """Ways from one point to another that m movements have to take.

    Parameters
    ----------
    start, end : NDArray[np.float64], shape (m, 2)
        Different points, in px.
    size_px : NDArray[np.float64], shape (m,)
        The target's smaller side; 0 where it is not known.
    bot : NDArray[np.uint64], shape (m,)
        A key of the bot that moves; the same bot has the same settings.
    key : NDArray[np.uint64], shape (m,)
        A key of the movement itself.
    seed : int
        The run's seed, for what all bots share.
    """

    start: Floats
    end: Floats
    size_px: Floats
    bot: Keys
    key: Keys
    seed: int

    def across(self, row: NDArray[np.intp], along: Floats, aside: Floats) -> Points:
        """Return points given by their shares of the way along it and to its left, in px."""
        x0, y0 = self.start[row].T
        dx, dy = (self.end - self.start)[row].T
        return x0 + along * dx - aside * dy, y0 + along * dy + aside * dx

    @property
    def distance_px(self) -> Floats:
        """Lengths of the straight ways, shape (m,)."""
        distance: Floats = np.hypot(*(self.end - self.start).T)
        return distance


class Course(NamedTuple):
    """Where pointers are at any time of m movements.

    Parameters
    ----------
    duration_us : NDArray[np.int64], shape (m,)
        0 where the pointer is put at the end without a movement.
    where : callable
        Of movements (their rows, shape (n,)) and of times since their starts (us, shape (n,)), the
        x and y in px.
    """

    duration_us: NDArray[np.int64]
    where: Callable[[NDArray[np.intp], Floats], Points]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of bot.

    Parameters
    ----------
    name : str
    about : str
        What it does, in a few words.
    source : str
        Published tools that move so, and where its numbers are from.
    course : callable
        Of `Ways`, the `Course` that the pointer takes.
    dwell, hold : Delay
        From the last report to the press, and from press to release.
    wait : Delay
        From a page being ready to the next thing that is done.
    typing : str
        A name of `deskhand.datasets.bots.key_times.KEY_FAMILIES`.
    unseen : bool
        Kept out of training, to test how a detector does with bots that it has not seen.
    """

    name: str
    about: str
    source: str
    course: Callable[[Ways], Course]
    dwell: Delay
    hold: Delay
    wait: Delay
    typing: str
    unseen: bool = False

    def __call__(self, session: Session, *, seed: int) -> Session:
        """Return a session's acts as a bot of this family does them; see `bot_session`."""
        # A session by bots is made of families, so it cannot be known before them.
        from deskhand.datasets.bots.session import bot_session

        return bot_session(session, self, seed=seed)
