"""What a device's clock shows: set wrong, running fast, stepping, an hour off, falling back at a reboot."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deskhand.fleet.devices import Columns
from deskhand.fleet.draws import Floats, check_rates, keyed_uniforms, struck
from deskhand.fleet.tables import Fault

AN_HOUR_US = 3_600_000_000
_NAMES = ("offset", "drift", "step", "dst", "reset")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFaults:
    """Shares of devices whose clock is wrong, and by how much at most.

    Sizes are uniform between minus and plus the largest, and each fault is drawn by itself.

    Parameters
    ----------
    offset_share, offset_s : float
        Set wrong from the start (size assumed).
    drift_share, drift_ppm : float
        Runs fast or slow. 500 ppm is the most that NTP corrects (RFC 5905, section 11.3); common
        quartz crystals are good for 20 to 100 ppm (assumed).
    step_share, step_s : float
        Is set anew once, at a moment of the plan, and stays (size assumed).
    dst_share : float
        Is moved by an hour, forwards or back, at a full hour of the plan, and stays.
    reset_share, reset_s, reset_heals_s : float
        A reboot without a battery-backed clock: it falls back to a time saved at most ``reset_s``
        ago (Debian's fake-hwclock saves hourly) until it is set right (duration assumed).
    """

    offset_share: float = 0.0
    offset_s: float = 120.0
    drift_share: float = 0.0
    drift_ppm: float = 100.0
    step_share: float = 0.0
    step_s: float = 60.0
    dst_share: float = 0.0
    reset_share: float = 0.0
    reset_s: float = 3_600.0
    reset_heals_s: float = 300.0

    def __post_init__(self) -> None:
        shares = {f"{name}_share": 1.0 for name in _NAMES}
        check_rates(self, drift_ppm=100_000, **shares)


def device_clocks(settings: ClockFaults, seed: int, device: npt.NDArray[np.int32]) -> Columns:
    """Return how the clocks of devices are wrong, as columns of `deskhand.fleet.tables.DEVICES`.

    Parameters
    ----------
    settings : ClockFaults
    seed : int
        The plan's seed.
    device : ndarray of int32, shape (n,)
        Device numbers.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        ``offset_us``, ``drift_ppm`` and ``faults``: all that will befall the clock at some moment.

    Examples
    --------
    >>> device = np.arange(3, dtype=np.int32)
    >>> clocks = device_clocks(ClockFaults(drift_share=1.0), 7, device)
    >>> clocks["offset_us"].tolist(), bool((clocks["faults"] == Fault.CLOCK_DRIFT).all())
    ([0, 0, 0], True)
    """
    bits = np.zeros(len(device), np.uint32)
    for name in _NAMES:
        share = getattr(settings, f"{name}_share")
        hit = struck(seed, f"fleet.clock.{name}", share, device)
        bits |= np.where(hit, np.uint32(Fault[f"CLOCK_{name.upper()}"]), np.uint32(0))
    offset_us = _between(seed, "offset", device) * settings.offset_s * 1e6
    drift_ppm = _between(seed, "drift", device) * settings.drift_ppm
    return {
        "offset_us": np.where(bits & Fault.CLOCK_OFFSET, offset_us, 0.0).astype(np.int64),
        "drift_ppm": np.where(bits & Fault.CLOCK_DRIFT, drift_ppm, 0.0).astype(np.float32),
        "faults": bits,
    }


def device_times(
    settings: ClockFaults,
    seed: int,
    devices: Columns,
    index: npt.NDArray[np.integer],
    true_us: npt.NDArray[np.int64],
    duration_us: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return what clocks show at true times.

    Parameters
    ----------
    settings : ClockFaults
        With which `device_clocks` was called.
    seed : int
        The plan's seed.
    devices : dict of str to ndarray, shape (n,)
        `make_devices`, updated with `device_clocks`.
    index : ndarray of int, shape (m,)
        Rows of ``devices``.
    true_us : ndarray of int64, shape (m,)
        Microseconds since the plan's start.
    duration_us : int
        Of the plan, over which the moments of steps and reboots are spread.

    Returns
    -------
    device_us : ndarray of int64, shape (m,)
    faults : ndarray of uint32, shape (m,)
        Those that bear on this moment.

    Examples
    --------
    >>> from deskhand.fleet.devices import make_devices
    >>> settings = ClockFaults(offset_share=1.0, offset_s=2.0)
    >>> devices = make_devices(7, 0, 2, {"UTC": 1})
    >>> devices |= device_clocks(settings, 7, devices["device"])
    >>> shown_us, faults = device_times(
    ...     settings, 7, devices, np.array([0, 0]), np.array([0, 5]), 1_000_000
    ... )
    >>> int(shown_us[1] - shown_us[0]), abs(int(shown_us[0])) < 2_000_000, faults.tolist()
    (5, True, [1, 1])
    """
    device, offset_us = devices["device"][index], devices["offset_us"][index]
    fated = devices["faults"][index].astype(np.uint32)
    bits = fated & np.uint32(Fault.CLOCK_OFFSET | Fault.CLOCK_DRIFT)
    drift = devices["drift_ppm"][index].astype(np.float64) * 1e-6
    shown_us = true_us + offset_us.astype(np.int64) + np.rint(true_us * drift).astype(np.int64)
    for kind in (Fault.CLOCK_STEP, Fault.CLOCK_DST, Fault.CLOCK_RESET):
        rows = np.flatnonzero(fated & np.uint32(kind))
        who = device[rows]
        share = keyed_uniforms(seed, f"fleet.clock.{kind.name}.moment", who)
        moment_us = (share * duration_us).astype(np.int64)
        if kind is Fault.CLOCK_DST:
            moment_us -= moment_us % AN_HOUR_US
        since_us = true_us[rows] - moment_us
        moved = since_us >= 0
        if kind is Fault.CLOCK_RESET:
            moved &= since_us < settings.reset_heals_s * 1e6
        move_us = np.where(moved, _moves_us(settings, seed, kind, who), 0.0)
        shown_us[rows] += move_us.astype(np.int64)
        bits[rows] |= np.where(moved, np.uint32(kind), np.uint32(0))
    return shown_us, bits


def _moves_us(settings: ClockFaults, seed: int, kind: Fault, device: npt.NDArray[Any]) -> Floats:
    """Return by how much a step, a change of the hour or a reboot moves a clock."""
    if kind is Fault.CLOCK_STEP:
        return _between(seed, "step", device) * settings.step_s * 1e6
    if kind is Fault.CLOCK_DST:
        return np.where(_between(seed, "dst", device) < 0.0, -1.0, 1.0) * AN_HOUR_US
    return keyed_uniforms(seed, "fleet.clock.reset.size", device) * settings.reset_s * -1e6


def _between(seed: int, name: str, device: npt.NDArray[Any]) -> Floats:
    """Return numbers from -1 to 1."""
    return keyed_uniforms(seed, f"fleet.clock.{name}.size", device) * 2.0 - 1.0
