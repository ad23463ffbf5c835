"""The device under the hand: what a mouse, touchpad or trackball counts, and where the pointer goes.

The hand's path is continuous. A device reports whole counts; the system multiplies them by a gain
that may grow with speed, and shows the pointer on whole physical pixels, which are parts of a pixel
on a scaled screen. The hand looks at the pointer: it makes up for what the counts left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand import keyed_draws
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.recorder import KINDS, Recorders

DEVICE_KINDS = ("mouse", "touchpad", "trackball")
# Gain over speed, as a factor of the gain at rest: speeds in inches a second, then the factors.
# "flat": none. "adaptive": libinput's linear profile, slower than counts below .07 in/s, plain up
# to .4, then 1.1 a in/s more up to twice (from memory of its source, not measured). "enhanced":
# Windows' enhance pointer precision; the corners of its smooth curve, from memory, by shape alone.
CURVES = {
    "flat": ((0.0, 1.0), (1.0, 1.0)),
    "adaptive": ((0.0, 0.07, 0.4, 1.309), (0.3, 1.0, 1.0, 2.0)),
    "enhanced": ((0.0, 0.43, 1.25, 3.86, 40.0), (1.0, 1.0, 1.33, 1.98, 4.46)),
}
_CURVE_NAMES = tuple(CURVES)
_KIND, _RATE, _RESOLUTION, _CURVE, _SCALE, _SPEED = range(6)
_DROPPED = 2_000_000  # slots of dropped reports lie at and above
# Speeds at which a curve is tabled to be turned round, in/s.
_TABLE = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 400)])


@dataclass(frozen=True, slots=True, kw_only=True)
class PointingDevices:
    """One device a row, of a movement or of a person.

    Parameters
    ----------
    kind, curve : NDArray[np.int8], shape (m,)
        Places in `DEVICE_KINDS` and in `CURVES`.
    report_hz : NDArray[np.float64], shape (m,)
        Polls a second.
    counts_per_inch : NDArray[np.float64], shape (m,)
        Resolution.
    px_per_inch : NDArray[np.float64], shape (m,)
        Pointer's way for an inch of the hand at a factor of 1, in px.
    screen_scale : NDArray[np.float64], shape (m,)
        Physical pixels a px.
    dropped_share : NDArray[np.float64], shape (m,)
        Share of reports that are lost; the next one holds their counts.
    """

    kind: NDArray[np.int8]
    curve: NDArray[np.int8]
    report_hz: NDArray[np.float64]
    counts_per_inch: NDArray[np.float64]
    px_per_inch: NDArray[np.float64]
    screen_scale: NDArray[np.float64]
    dropped_share: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.kind)

    def take(self, index: NDArray[np.integer]) -> "PointingDevices":
        """Return rows in the order given, for example each movement's from its person's."""
        return PointingDevices(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def draw_pointing_devices(profile: Profile, person_keys: keyed_draws.Keys) -> PointingDevices:
    """Draw the device of each person.

    Parameters
    ----------
    profile : Profile
        The population, section ``pointing_device``.
    person_keys : NDArray[np.uint64], shape (m,)
        One key a person.

    Raises
    ------
    UnknownNameError
        When the profile names an unknown kind or curve.
    """
    kinds = profile["pointing_device", "kinds"]
    for entry in kinds:
        if entry["kind"] not in DEVICE_KINDS:
            raise UnknownNameError("pointing device", entry["kind"], DEVICE_KINDS)
        for name, _ in entry["curve"]:
            if name not in CURVES:
                raise UnknownNameError("pointer curve", name, CURVES)
    m = len(person_keys)
    group = _chosen([entry["share"] for entry in kinds], person_keys, _KIND)
    noise = keyed_draws.normals(person_keys, _SPEED).astype(np.float64)
    columns: dict[str, NDArray[Any]] = {
        name: np.zeros(m)
        for name in ("report_hz", "counts_per_inch", "curve", "px_per_inch", "dropped_share")
    }
    for number, entry in enumerate(kinds):
        mine = np.flatnonzero(group == number)
        for name, slot in (
            ("report_hz", _RATE),
            ("counts_per_inch", _RESOLUTION),
            ("curve", _CURVE),
        ):
            values, shares = zip(*entry[name], strict=True)
            known = [_CURVE_NAMES.index(v) if name == "curve" else float(v) for v in values]
            columns[name][mine] = np.array(known)[_chosen(shares, person_keys[mine], slot)]
        median, log_sd = entry["px_per_inch"]
        columns["px_per_inch"][mine] = median * np.exp(log_sd * noise[mine])
        columns["dropped_share"][mine] = entry["dropped_share"]
    scales, shares = zip(*profile["pointing_device", "screen_scale"], strict=True)
    return PointingDevices(
        kind=np.array([DEVICE_KINDS.index(entry["kind"]) for entry in kinds], np.int8)[group],
        screen_scale=np.array(scales, np.float64)[_chosen(shares, person_keys, _SCALE)],
        **(columns | {"curve": columns["curve"].astype(np.int8)}),
    )


def hooked(recorders: Recorders, devices: PointingDevices) -> Recorders:
    """Return the recorders with the device's rate where they see the device and not the screen.

    Parameters
    ----------
    recorders : Recorders, m rows
    devices : PointingDevices, m rows
    """
    framed = recorders.kind == KINDS.index("browser")
    period_us = np.where(framed, recorders.period_us, 1e6 / devices.report_hz)
    return replace(recorders, period_us=period_us)


def kept_reports(
    devices: PointingDevices, count: NDArray[np.int64], keys: keyed_draws.Keys
) -> NDArray[np.bool_]:
    """Return which reports arrive; the first and the last of a movement always do.

    Parameters
    ----------
    devices : PointingDevices, m rows
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 1; they sum to n.
    keys : NDArray[np.uint64], shape (m,)
        One key a movement.

    Returns
    -------
    NDArray[np.bool_], shape (n,)
    """
    first = np.cumsum(count) - count
    row = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(row)) - first[row]
    kept: NDArray[np.bool_] = (
        keyed_draws.uniforms(keys[row], place + _DROPPED) >= devices.dropped_share[row]
    )
    kept[first] = True
    kept[first + count - 1] = True
    return kept


def counted(
    devices: PointingDevices,
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Return the counts of each report, and where the pointer goes.

    Parameters
    ----------
    devices : PointingDevices, m rows
    count : NDArray[np.int64], shape (m,)
        Reports of each movement, at least 1; they sum to n.
    t_us : NDArray[np.int64], shape (n,)
        Times, ascending within a movement.
    x, y : NDArray[np.float64], shape (n,)
        Where the hand wants the pointer, in px.

    Returns
    -------
    dx, dy : NDArray[np.int32], shape (n,)
        Counts since the report before; 0 in a movement's first report.
    x, y : NDArray[np.float64], shape (n,)
        The pointer's place in px, on whole physical pixels.

    Raises
    ------
    DeskhandError
        When a movement has no report.

    Examples
    --------
    >>> one = PointingDevices(
    ...     kind=np.zeros(1, np.int8),
    ...     curve=np.zeros(1, np.int8),
    ...     report_hz=np.array([125.0]),
    ...     counts_per_inch=np.array([800.0]),
    ...     px_per_inch=np.array([1600.0]),
    ...     screen_scale=np.array([1.0]),
    ...     dropped_share=np.array([0.0]),
    ... )
    >>> t_us = np.array([0, 8_000, 16_000])
    >>> dx, dy, x, y = counted(one, np.array([3]), t_us, np.array([10, 15, 20.0]), np.zeros(3))
    >>> dx.tolist(), x.tolist()
    ([0, 2, 3], [10.0, 14.0, 20.0])
    """
    if len(count) and int(count.min()) < 1:
        raise DeskhandError("a movement without reports; leave it out before it is counted.")
    dx, dy = np.zeros(len(x), np.int32), np.zeros(len(x), np.int32)
    at_x, at_y = np.array(x, np.float64), np.array(y, np.float64)
    order, steps = _steps(count)
    base, curve = (devices.px_per_inch / devices.counts_per_inch)[order], devices.curve[order]
    resolution = devices.counts_per_inch[order]
    for now in steps:
        m = len(now)
        dt_s = np.maximum(1e-6 * (t_us[now] - t_us[now - 1]), 1e-6)
        wanted_x, wanted_y = x[now] - at_x[now - 1], y[now] - at_y[now - 1]
        inch_s = np.hypot(wanted_x, wanted_y) / (base[:m] * resolution[:m] * dt_s)
        gain = base[:m] * _factor_for(curve[:m], inch_s)
        cx, cy = np.rint(wanted_x / gain), np.rint(wanted_y / gain)
        inch_s = np.hypot(cx, cy) / (resolution[:m] * dt_s)
        gain = base[:m] * _factor(curve[:m], inch_s)
        at_x[now], at_y[now] = at_x[now - 1] + gain * cx, at_y[now - 1] + gain * cy
        dx[now], dy[now] = cx, cy
    scale = np.repeat(devices.screen_scale, count)
    return dx, dy, np.rint(at_x * scale) / scale, np.rint(at_y * scale) / scale


def pointer_way(
    devices: PointingDevices,
    count: NDArray[np.int64],
    t_us: NDArray[np.int64],
    dx: NDArray[np.integer],
    dy: NDArray[np.integer],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pointer's way in px that counts make: the transfer function alone.

    Parameters
    ----------
    devices : PointingDevices, m rows
    count : NDArray[np.int64], shape (m,)
    t_us : NDArray[np.int64], shape (n,)
    dx, dy : NDArray of int, shape (n,)
        Counts; those of a movement's first report are not used.

    Returns
    -------
    x, y : NDArray[np.float64], shape (n,)
        Since the movement's first report.
    """
    row = np.repeat(np.arange(len(count)), count)
    dt_s = np.maximum(1e-6 * np.diff(t_us, prepend=t_us[:1]), 1e-6)
    inch_s = np.hypot(dx, dy) / (devices.counts_per_inch[row] * dt_s)
    gain = (devices.px_per_inch / devices.counts_per_inch)[row]
    gain = gain * _factor(devices.curve[row], inch_s)
    gain[np.cumsum(count) - count] = 0.0
    way_x, way_y = gain * dx, gain * dy
    # One sum over all rows would round differently with what stands before.
    for now in _steps(count)[1]:
        way_x[now] += way_x[now - 1]
        way_y[now] += way_y[now - 1]
    return way_x, way_y


def _steps(count: NDArray[np.int64]) -> tuple[NDArray[np.intp], Iterator[NDArray[np.int64]]]:
    """Return movements by falling length, and the rows of their second, third, ... reports.

    The movements still under way at a step are always the first of that order.
    """
    order = np.argsort(-count, kind="stable")
    length, start = count[order], (np.cumsum(count) - count)[order]
    longest = int(length[0]) if len(count) else 0
    under_way = (int(np.searchsorted(-length, -step, side="left")) for step in range(1, longest))
    return order, (start[:m] + step for step, m in enumerate(under_way, 1))


def _chosen(
    shares: list[float] | tuple[float, ...], keys: keyed_draws.Keys, slot: int
) -> NDArray[np.intp]:
    edges = np.cumsum(np.array(shares, np.float64))
    place = np.searchsorted(edges / edges[-1], keyed_draws.uniforms(keys, slot), side="right")
    return place.clip(0, len(edges) - 1)


def _factor(curve: NDArray[np.int8], inch_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain's factor at a speed of the hand."""
    factor = np.ones(len(inch_s))
    for number, (speeds, factors) in enumerate(CURVES.values()):
        mine = np.flatnonzero(curve == number) if number else np.zeros(0, np.intp)
        if len(mine):
            factor[mine] = np.interp(inch_s[mine], speeds, factors)
    return factor


def _factor_for(curve: NDArray[np.int8], inch_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor at which the pointer goes at a speed, given as the hand's at factor 1."""
    factor = np.ones(len(inch_s))
    for number, (speeds, factors) in enumerate(CURVES.values()):
        mine = np.flatnonzero(curve == number) if number else np.zeros(0, np.intp)
        if len(mine):
            reached = _TABLE * np.interp(_TABLE, speeds, factors)
            hand = np.interp(inch_s[mine], reached, _TABLE)
            factor[mine] = np.interp(hand, speeds, factors)
    return factor
