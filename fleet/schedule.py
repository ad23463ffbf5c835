"""When sessions start: a Poisson process whose rate follows the clock on each device's wall.

The cumulative rate of a time zone is a broken line. A device's number of sessions is one Poisson
draw, and each start is one uniform draw sent back through that line, which is the exact process
(Cinlar 1975, "Introduction to Stochastic Processes", inversion of the cumulative rate).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.draws import Floats, check_rates, keyed_uniforms, poisson_counts

DAY_US = 86_400_000_000
# Every zone's offset from UTC is a multiple of a quarter of an hour today.
STEP_US = 900_000_000

# Shares of a day's sessions by local hour, from 0. "office" is where active-window events of one
# academic fell on 64 weekdays, Jan-May 2025 (github.com/ibeerepoot/object_and_activity_recognition,
# ocel_log.json; counted for this project, and of one person only); hours that had none have none.
CURVES: dict[str, tuple[float, ...]] = {
    "even": (1.0,) * 24,
    "office": (
        *(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.001, 0.019, 0.083, 0.097, 0.082),
        *(0.103, 0.104, 0.129, 0.119, 0.132, 0.064, 0.034, 0.023, 0.008, 0.002, 0.0, 0.0),
    ),
}


class Starts(NamedTuple):
    """Sessions in order of start, then device; ``which`` counts a device's sessions from 0."""

    device: npt.NDArray[np.int32]
    start_us: npt.NDArray[np.int64]
    which: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How often sessions start.

    Parameters
    ----------
    per_device_day : float
        Mean sessions of a device on a day of factor 1 (assumed).
    curve : str or sequence of 24 float
        ``"office"``, ``"even"``, or weights of the local hours.
    weekday_factor : sequence of 7 float
        From Monday (assumed: Fridays are shorter, weekends nearly free).

    Examples
    --------
    >>> Arrivals(per_device_day=6, curve="even").hours.sum().round(9)
    np.float64(1.0)
    """

    per_device_day: float = 4.0
    curve: str | Sequence[float] = "office"
    weekday_factor: Sequence[float] = (1.05, 1.05, 1.05, 1.0, 0.85, 0.06, 0.06)

    def __post_init__(self) -> None:
        check_rates(self, per_device_day=10_000)
        if isinstance(self.curve, str) and self.curve not in CURVES:
            raise UnknownNameError("arrival curve", self.curve, CURVES)
        curve = CURVES[self.curve] if isinstance(self.curve, str) else self.curve
        for name, given, length in (
            ("curve", curve, 24),
            ("weekday_factor", self.weekday_factor, 7),
        ):
            line = np.asarray(given, np.float64)
            if line.shape != (length,) or not np.isfinite(line).all() or line.min() < 0:
                raise DeskhandError(f"{name}={given!r}: must be {length} numbers of 0 or more.")
        if not sum(curve):
            raise DeskhandError('curve: one hour must have a weight above 0; try "even".')

    @property
    def hours(self) -> Floats:
        """Shares of the 24 local hours, which sum to 1."""
        line = np.array(CURVES[self.curve] if isinstance(self.curve, str) else self.curve, float)
        return np.asarray(line / line.sum())


def expected_starts(
    arrivals: Arrivals, zone: str, day: date, duration_us: int
) -> tuple[Floats, Floats]:
    """Return the cumulative rate of one time zone, as a broken line.

    Parameters
    ----------
    arrivals : Arrivals
    zone : str
        IANA name; its change to and from summer time falls where it does.
    day : date
        The plan starts at its midnight in UTC.
    duration_us : int
        Of the plan.

    Returns
    -------
    edges_us, expected : ndarray of float64, shape (steps + 1,)
        Expected sessions of one device up to each edge.

    Examples
    --------
    >>> edges_us, expected = expected_starts(Arrivals(), "UTC", date(2026, 3, 2), DAY_US)
    >>> len(edges_us), float(expected[-1].round(9))
    (97, 4.2)
    """
    edges_us = np.append(np.arange(0, duration_us, STEP_US), duration_us).astype(np.float64)
    try:
        local_zone = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise DeskhandError(
            f"time zone {zone!r} is not known; name one of the IANA data base, such as Europe/Berlin."
        ) from None
    midnight = datetime.combine(day, time(), UTC)
    hours, rates = arrivals.hours, []
    for edge_us in edges_us[:-1]:
        local = (midnight + timedelta(microseconds=int(edge_us))).astimezone(local_zone)
        rates.append(hours[local.hour] * arrivals.weekday_factor[local.weekday()])
    an_hour_us = DAY_US / 24
    steps = np.array(rates) * np.diff(edges_us) / an_hour_us * arrivals.per_device_day
    return edges_us, np.concatenate([[0.0], np.cumsum(steps)])


def session_starts(
    seed: int,
    arrivals: Arrivals,
    device: npt.NDArray[np.int32],
    zone: npt.NDArray[np.int16],
    zones: Sequence[str],
    day: date,
    duration_us: int,
) -> Starts:
    """Return when the sessions of some devices start.

    Parameters
    ----------
    seed : int
        The plan's seed.
    arrivals : Arrivals
    device, zone : ndarray, shape (n,)
        Columns of `deskhand.fleet.devices.make_devices`; device numbers ascend.
    zones : sequence of str
        IANA names in sorted order, which ``zone`` counts.
    day : date
        Its midnight in UTC is the plan's time 0.
    duration_us : int
        Of the plan.

    Returns
    -------
    Starts
        Columns of shape (sessions,), sorted by start, then device.

    Raises
    ------
    DeskhandError
        When devices times duration is beyond 2**63 (a million devices for 100 days).

    Examples
    --------
    >>> device, zone = np.arange(100, dtype=np.int32), np.zeros(100, np.int16)
    >>> made = session_starts(7, Arrivals(), device, zone, ["UTC"], date(2026, 3, 2), DAY_US)
    >>> 350 < len(made.device) < 500, bool(np.all(np.diff(made.start_us) >= 0))
    (True, True)
    """
    if (len(device) + 1) * max(duration_us, 1) >= 2**63:
        raise DeskhandError(
            f"{len(device)} devices for {duration_us / DAY_US:.0f} days: too many at once; "
            "make them in shards, or shorten the duration."
        )
    counts = np.zeros(len(device), np.int64)
    lines = [expected_starts(arrivals, name, day, duration_us) for name in zones]
    share = keyed_uniforms(seed, "fleet.sessions", device)
    for number, (_, expected) in enumerate(lines):
        here = zone == number
        counts[here] = poisson_counts(float(expected[-1]), share[here])
    owner = np.repeat(np.arange(len(device)), counts)
    which = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    drawn = keyed_uniforms(seed, "fleet.starts", device[owner], which)
    start_us = np.zeros(len(owner), np.int64)
    owner_zone = zone[owner]
    for number, (edges_us, expected) in enumerate(lines):
        here = owner_zone == number
        start_us[here] = np.interp(drawn[here] * expected[-1], expected, edges_us).astype(np.int64)
    start_us = np.minimum(start_us, duration_us - 1)
    # Within a device by time, so that `which` counts in that order; one sort of whole numbers each.
    block = max(duration_us, 1)
    start_us = np.sort(owner * block + start_us) - owner * block
    order = np.argsort(start_us * max(len(device), 1) + owner, kind="stable")
    return Starts(device[owner][order], start_us[order], which[order].astype(np.int32))
