"""The two devices of a session and what each of them can report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.exports.evdev import codes as ev


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What one device reported, as columns of one length.

    Parameters
    ----------
    device : str
        ``mouse`` or ``keyboard``; of a file that was read, the device's name.
    t_us : array of int64
        Microseconds from the session's start; of a file that was read, as in the file.
    type, code : array of int32
        The kernel's numbers.
    value : array of int64
        Counts, 0 or 1 or 2 of a key, or a scan code.
    obfuscated : array of bool
        Whether the recorder wrote another key than the one that was pressed.
    """

    device: str
    t_us: NDArray[np.int64]
    type: NDArray[np.int32]
    code: NDArray[np.int32]
    value: NDArray[np.int64]
    obfuscated: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Number of events."""
        return len(self.t_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A device as its recorder describes it; ``supports`` maps event types to codes."""

    name: str
    node: str
    supports: Mapping[int, tuple[int, ...]]
    udev: tuple[str, ...]
    capability: str
    product: int

    @property
    def ids(self) -> tuple[int, int, int, int]:
        """Bus, vendor, product and version: USB, and the vendor that pid.codes gives to anyone."""
        return (3, 0x1209, self.product, 0x111)


DEVICES: Mapping[str, Description] = {
    "mouse": Description(
        name="deskhand USB mouse",
        node="/dev/input/event0",
        supports={
            ev.EV_SYN: (0, 1, 3),
            ev.EV_KEY: tuple(sorted(number for number, _, _ in ev.BUTTONS.values())),
            ev.EV_REL: (0, 1, 6, 8, 11, 12),
            ev.EV_MSC: (4,),
        },
        udev=("ID_INPUT=1", "ID_INPUT_MOUSE=1"),
        capability="pointer",
        product=1,
    ),
    "keyboard": Description(
        name="deskhand USB keyboard",
        node="/dev/input/event1",
        supports={
            ev.EV_SYN: (0, 1, 3),
            ev.EV_KEY: tuple(key.number for key in ev.KEYS),
            ev.EV_MSC: (4,),
            ev.EV_LED: (0, 1, 2),
            ev.EV_REP: (0, 1),
        },
        udev=("ID_INPUT=1", "ID_INPUT_KEY=1", "ID_INPUT_KEYBOARD=1"),
        capability="keyboard",
        product=2,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Where counts are on the screen; a real recording does not say.

    Parameters
    ----------
    start_x, start_y : float
        The pointer before its first report, in counts from the left and top of the desktop.
    counts_per_px : float
        Physical pixels a CSS pixel; one count is one physical pixel.
    """

    start_x: float = 0.0
    start_y: float = 0.0
    counts_per_px: float = 1.0

    def as_record(self) -> dict[str, Any]:
        """Return the geometry as a record of JSON."""
        return {"start": [self.start_x, self.start_y], "counts_per_px": self.counts_per_px}
