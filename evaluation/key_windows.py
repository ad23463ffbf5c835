"""Windows of keystrokes: stretches of like length out of each session, which a classifier judges."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import Keystrokes

Floats = NDArray[np.float64]

# Keys that write or erase; the others are left out where keys are known.
TEXT = np.array(
    [
        name.startswith("letter:")
        or name in ("digit", "punct", "sentence-punct", "space", "enter", "backspace")
        for name in CLASS_CODE
    ]
)
# Intervals are cut here: what is longer is a pause, however long.
LONGEST_HOLD_MS, LONGEST_SPACING_MS = 5_000.0, 60_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWindows:
    """w windows of k keys each, in whole ms.

    Parameters
    ----------
    person : NDArray[np.int32], shape (w,)
        Whose.
    key : NDArray[np.intp], shape (w, k)
        Places in the vocabulary.
    hold : NDArray[np.float64], shape (w, k)
        From down to up.
    spacing : NDArray[np.float64], shape (w, k - 1)
        From down to the next down.
    gap : NDArray[np.float64], shape (w, k - 1)
        From up to the next down; below 0 both keys are down at once.
    release : NDArray[np.float64], shape (w, k - 1)
        From up to the next up; below 0 the later key is released first.
    third : NDArray[np.bool_], shape (w, k - 2)
        Whether a key goes down while that before the last is still down.
    """

    person: NDArray[np.int32]
    key: NDArray[np.intp]
    hold: Floats
    spacing: Floats
    gap: Floats
    release: Floats
    third: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)


def text_keys(keys: Keystrokes) -> Keystrokes:
    """Return the keystrokes that write or erase: no modifiers, no navigation, nothing unknown."""
    return keys.take(TEXT[keys.key_class])


def key_windows(
    keys: Keystrokes, *, size: int = 40, most: int = 2000, seed: int, dither_ms: float = 0.0
) -> KeyWindows:
    """Return windows that stand one after another in their sessions, from the first key on.

    Parameters
    ----------
    keys : Keystrokes
        Of several people.
    size : int
        Keys of a window.
    most : int
        Of more windows so many are drawn.
    seed : int
        Of the draw and of the dither.
    dither_ms : float
        Every stamp is moved on by a uniform number up to this, which hides the clock that stamped
        it. 0: none.

    Raises
    ------
    DeskhandError
        When no session has so many keys.

    Examples
    --------
    >>> from deskhand.evaluation.key_table import typed_keys
    >>> import pyarrow as pa
    >>> down_s = 0.2 * np.arange(9)
    >>> columns = {"user": ["ann"] * 9, "session": ["1"] * 9, "t_down_s": down_s}
    >>> keys = typed_keys(pa.table(columns | {"t_up_s": down_s + 0.25}))
    >>> windows = key_windows(keys, size=4, seed=0)
    >>> len(windows), windows.hold[0].tolist(), windows.gap[0].tolist()
    (2, [250.0, 250.0, 250.0, 250.0], [-50.0, -50.0, -50.0])
    """
    if size < 3:
        raise DeskhandError(f"a window of {size} keys: it takes at least 3.")
    rng = np.random.default_rng(seed)
    first = keys.first
    fitting = np.diff(first, append=len(keys)) // size
    start = np.repeat(first, fitting)
    start = start + size * (
        np.arange(len(start)) - np.repeat(np.cumsum(fitting) - fitting, fitting)
    )
    if not len(start):
        raise DeskhandError(f"no session has the {size} keys of a window.")
    if len(start) > most:
        start = np.sort(rng.choice(start, most, replace=False))
    place = start[:, np.newaxis] + np.arange(size)
    down, up = keys.down_us[place] / 1e3, keys.up_us[place] / 1e3
    if dither_ms:
        down = down + rng.uniform(0.0, dither_ms, down.shape)
        up = np.maximum(up + rng.uniform(0.0, dither_ms, up.shape), down + 1.0)
    down, up = np.rint(down), np.rint(up)
    return KeyWindows(
        person=keys.person[start],
        key=keys.key[place],
        hold=np.clip(up - down, 0.0, LONGEST_HOLD_MS),
        spacing=np.clip(np.diff(down), 0.0, LONGEST_SPACING_MS),
        gap=np.clip(down[:, 1:] - up[:, :-1], -LONGEST_HOLD_MS, LONGEST_SPACING_MS),
        release=np.clip(np.diff(up), -LONGEST_HOLD_MS, LONGEST_SPACING_MS),
        third=down[:, 2:] < up[:, :-2],
    )
