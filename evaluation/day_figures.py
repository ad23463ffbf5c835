"""What a day at the computer comes to: how active, how many keys and clicks, how applications change."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Gaps below 30 s count as activity (the rule of pause programmes), those below 15 minutes as being
# there; an application in front for half an hour was left open (rules of the logs compared with).
ACTIVE_S, THERE_S, LEFT_OPEN_S = 30.0, 900.0, 1_800.0
_INPUT = ("pointermove", "pointerdown", "pointerup", "wheel", "keydown", "keyup")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Figures of one session.

    ``apps`` lists the applications in the order in which they came to the front, ``dwell_s``, shape
    (n,), how long each but the last stayed there; ``action_us`` and ``key_us`` are the times of
    presses with turns of the wheel, and of keys.
    """

    length_h: float
    active_h: float
    there_h: float
    keys: int
    clicks: int
    wheel: int
    moves: int
    apps: tuple[str, ...]
    dwell_s: NDArray[np.float64]
    action_us: NDArray[np.int64]
    key_us: NDArray[np.int64]

    @property
    def returns(self) -> float:
        """The share of changes of application that lead back to the one before."""
        apps = self.apps
        back = [one == third for one, third in zip(apps, apps[2:], strict=False)]
        return float(np.mean(back)) if back else float("nan")


def day_figures(events: pa.Table) -> DayFigures:
    """Return the figures of one session.

    Parameters
    ----------
    events : pyarrow.Table
        Canonical events, in order.

    Examples
    --------
    >>> import deskhand
    >>> figures = day_figures(deskhand.simulate("crm.create_lead", seed=7).events)
    >>> figures.keys > 50, figures.apps
    (True, ('crm',))
    """
    kind = events["type"].cast(pa.string()).combine_chunks()
    times_us = events["t_us"].to_numpy()

    def at(*kinds: str) -> NDArray[np.int64]:
        chosen = pc.is_in(kind, pa.array(kinds)).to_numpy(zero_copy_only=False)
        found: NDArray[np.int64] = times_us[chosen]
        return found

    gaps = np.diff(at(*_INPUT)) / 1e6
    focused = events.filter(pc.equal(kind, "window.focus"))
    apps: list[str] = []
    since_us: list[int] = []
    for app, t_us in zip(
        focused["app"].cast(pa.string()).to_pylist(), focused["t_us"].to_pylist(), strict=True
    ):
        if not apps or app != apps[-1]:
            apps.append(app)
            since_us.append(t_us)
    return DayFigures(
        length_h=float(times_us[-1] - times_us[0]) / 3.6e9,
        active_h=float(gaps[gaps < ACTIVE_S].sum()) / 3600.0,
        there_h=float(gaps[gaps < THERE_S].sum()) / 3600.0,
        keys=len(at("keydown")),
        clicks=len(at("pointerdown")),
        wheel=len(at("wheel")),
        moves=len(at("pointermove")),
        apps=tuple(apps),
        dwell_s=np.diff(since_us) / 1e6,
        action_us=at("pointerdown", "wheel"),
        key_us=at("keydown"),
    )
