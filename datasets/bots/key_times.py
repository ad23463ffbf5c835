"""Keystrokes of bots alone: the table of `deskhand.time_keys`, by a family instead of a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.datasets.bots.delays import Delay, fixed
from deskhand.errors import UnknownNameError
from deskhand.key_requests import read_key_requests, timed_keys
from deskhand.keyboard_motor import time_keys
from deskhand.keyed_draws import Keys, keys, mixed, normals, ranked, sequence_hashes, uniforms
from deskhand.streams import check_seed

MODIFIERS = ("Shift", "Control", "Alt", "AltGraph", "Meta")
Microseconds = NDArray[np.int64]
# A replayed rhythm is one of so many recordings of so many keys. Assumed.
RECORDINGS, RECORDED_KEYS = 32, 120
_GAP, _HOLD, _WHICH = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFamily:
    """How a kind of bot times its keys.

    Parameters
    ----------
    about, source : str
    times : callable
        Of the keys of the bots (shape (n,)), keys of the keystrokes (shape (n,)), places of the
        keystrokes in their sequences (shape (n,)) and the seed: times from the last down to each
        one, and holds, in us.
    """

    about: str
    source: str
    times: Callable[[Keys, Keys, NDArray[np.intp], int], tuple[Microseconds, Microseconds]]


def _pressed(gap: Delay, hold: Delay) -> Callable[..., tuple[Microseconds, Microseconds]]:
    """Return the times of a tool that presses a key, holds it, lets it go, and waits."""

    def times(
        bot: Keys, key: Keys, place: NDArray[np.intp], _: int
    ) -> tuple[Microseconds, Microseconds]:
        hold_us = hold.draw_us(bot, key, _HOLD)
        since_us = gap.draw_us(bot, key, _GAP) + np.append(0, hold_us[:-1])
        return np.where(place == 0, 0, since_us), hold_us

    return times


def _lognormal(
    bot: Keys, key: Keys, place: NDArray[np.intp], _: int
) -> tuple[Microseconds, Microseconds]:
    # Medians and scatter of people who copy text (keys figures of 47 and 1,417 people).
    since_us = 177e3 * np.exp(0.2 * normals(bot, _GAP) + 0.54 * normals(key, _GAP))
    hold_us = 96e3 * np.exp(0.2 * normals(bot, _HOLD) + 0.3 * normals(key, _HOLD))
    return np.where(place == 0, 0, np.rint(since_us)).astype(np.int64), np.rint(hold_us).astype(
        np.int64
    )


def _replayed(
    bot: Keys, _: Keys, place: NDArray[np.intp], seed: int
) -> tuple[Microseconds, Microseconds]:
    recorded = time_keys([["?"] * RECORDED_KEYS] * RECORDINGS, seed=seed, fidelity="law")
    down_us, up_us = (np.asarray(recorded[name]) for name in ("down_us", "up_us"))
    since_us = np.diff(down_us, prepend=0).reshape(RECORDINGS, -1)
    hold_us = (up_us - down_us).reshape(RECORDINGS, -1)
    which = (uniforms(bot, _WHICH) * RECORDINGS).astype(np.intp)
    # The recording starts anew with its second key, since the first has no key before it.
    at = np.where(place == 0, 0, 1 + (place - 1) % (RECORDED_KEYS - 1))
    return np.where(place == 0, 0, since_us[which, at]), hold_us[which, at]


KEY_FAMILIES: Mapping[str, KeyFamily] = MappingProxyType(
    {
        "constant": KeyFamily(
            about="one interval, one hold",
            source="PyAutoGUI write(interval=...), xdotool type --delay (12 ms unless told), "
            "AutoHotkey SetKeyDelay; settings up to PyAutoGUI's documented .25 s",
            times=_pressed(Delay(low_ms=12.0, high_ms=250.0, own=True), fixed(2.0)),
        ),
        "uniform": KeyFamily(
            about="intervals and holds even between bounds",
            source="pydoll 3.0.0 (holds of 60 to 140 ms), human-typer 1.1.1; bounds of the "
            "interval are assumed",
            times=_pressed(Delay(low_ms=30.0, high_ms=180.0), Delay(low_ms=60.0, high_ms=140.0)),
        ),
        "normal": KeyFamily(
            about="intervals and holds normal, cut off",
            source="humantyping 1.0.3; numbers assumed, for about 60 words a minute",
            times=_pressed(
                Delay(low_ms=20.0, high_ms=600.0, mean_ms=120.0, sd_ms=40.0),
                Delay(low_ms=20.0, high_ms=200.0, mean_ms=80.0, sd_ms=15.0),
            ),
        ),
        "replayed": KeyFamily(
            about="one recorded rhythm for every text",
            source="macro recorders; the recording is synthetic",
            times=_replayed,
        ),
        "headless": KeyFamily(
            about="keys at once, no hold",
            source="Playwright and Puppeteer: keyboard.type(delay=0); a millisecond for the driver's "
            "round trip is assumed",
            times=_pressed(fixed(1.0), fixed(0.0)),
        ),
        "lognormal": KeyFamily(
            about="medians and scatter of people, and nothing else of them; kept out of training",
            source="Aalto 136M keystrokes (Dhakal et al. 2018): medians and log-SDs",
            times=_lognormal,
        ),
    }
)


def bot_key_times(
    keys: Any,
    *,
    person: str | Sequence[str] | None = None,
    family: str,
    seed: int,
) -> pa.Table:
    """Return when bots press and release given keys.

    Parameters
    ----------
    keys : list of lists of str, pyarrow.Table, mapping of columns, or data frame
        As for `deskhand.time_keys`.
    person : str or sequence of str, optional
        As for `deskhand.time_keys`; the same name is the same bot, with the same settings.
    family : str
        A name of `KEY_FAMILIES`.
    seed : int
        From 0 to 2**64 - 1.

    Returns
    -------
    pyarrow.Table
        As from `deskhand.time_keys`. No key goes down before it is up, and a modifier is held until
        the key after it is up.

    Raises
    ------
    DeskhandError
        When the family is unknown or a request cannot be used.

    Examples
    --------
    >>> timed = bot_key_times([["a", "b", "c"]], family="headless", seed=7)
    >>> timed["down_us"].to_pylist(), timed["up_us"].to_pylist()
    ([0, 1000, 2000], [0, 1000, 2000])
    """
    check_seed(seed)
    asked = read_key_requests(keys, person)
    bot = _keys(seed, f"bot.keys.{family}", asked.people)[asked.person]
    name = _keys(seed, "bot.key", asked.names).view(np.int64)
    sequence_key = ranked(mixed(bot, sequence_hashes(name[asked.key], asked.first)))
    length = np.diff(asked.first, append=len(asked.key))
    modifier = np.array([name in MODIFIERS for name in asked.names])[asked.key]
    down_us, up_us = family_times_us(
        family, np.repeat(bot, length), sequence_key, length, asked.key, modifier, seed
    )
    return timed_keys(asked, down_us, up_us)


def family_times_us(
    family: str,
    bot: Keys,
    sequence_key: Keys,
    length: NDArray[np.intp],
    key_number: NDArray[np.intp],
    modifier: NDArray[np.bool_],
    seed: int,
) -> tuple[Microseconds, Microseconds]:
    """Return when the n keys of m sequences go down and up, from each sequence's first down.

    Parameters
    ----------
    family : str
    bot : NDArray[np.uint64], shape (n,)
    sequence_key : NDArray[np.uint64], shape (m,)
    length : NDArray[np.intp], shape (m,)
        Keys of each sequence, at least 1.
    key_number : NDArray[np.intp], shape (n,)
        Equal where the key is the same.
    modifier : NDArray[np.bool_], shape (n,)
    seed : int

    Raises
    ------
    UnknownNameError
        When there is no such family.
    """
    if family not in KEY_FAMILIES:
        raise UnknownNameError("family of key times", family, KEY_FAMILIES)
    sequence = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    place = np.arange(len(sequence)) - first[sequence]
    key = mixed(sequence_key[sequence], place)
    since_us, hold_us = KEY_FAMILIES[family].times(bot, key, place, seed)
    down_us = np.cumsum(since_us)
    down_us -= down_us[first][sequence]
    up_us = down_us + hold_us
    # The same key cannot go down again before it is up.
    order = np.lexsort((place, key_number, sequence))
    same = np.flatnonzero((np.diff(key_number[order]) == 0) & (np.diff(sequence[order]) == 0))
    again, next_down_us = order[same], down_us[order[same + 1]]
    up_us[again] = np.minimum(up_us[again], next_down_us)
    _hold_modifiers(up_us, modifier, sequence)
    up_us[again] = np.minimum(up_us[again], next_down_us)
    return down_us, up_us


def _hold_modifiers(
    up_us: Microseconds, modifier: NDArray[np.bool_], sequence: NDArray[np.intp]
) -> None:
    """Let each modifier up when the key after it is up, in place."""
    # From the back, so that one of two modifiers waits for the other's key.
    for at in np.flatnonzero(modifier)[::-1].tolist():
        if at + 1 < len(up_us) and sequence[at + 1] == sequence[at]:
            up_us[at] = max(up_us[at], up_us[at + 1])


def _keys(seed: int, purpose: str, names: Sequence[str]) -> Keys:
    return keys(seed, purpose, names)
