"""Key strokes: the keys that a text takes, with Shift, AltGr, Caps Lock and dead keys.

Shift and AltGr are held over a run of characters that need them (Shift for one key by one hand); Caps Lock is struck before and
after words in capitals by those who use it; a dead key is struck before the letter that takes its
accent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import BACKSPACE, SPACE, KeyboardLayout
from deskhand.errors import DeskhandError

# Fewest capitals in a row for which someone strikes Caps Lock (assumed).
CAPS_LOCK_RUN = 4

_Places = NDArray[np.intp]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyStrokes:
    """The strokes of m texts, one text after the other, k in all, h of them held modifiers.

    Parameters
    ----------
    stroke : ndarray of uint8, shape (k,)
        Tokens of the layout in the order of their downs. The letter struck after a dead key is the
        composed character's own token: its code is the letter's key, its name what it writes, as
        browsers report it.
    source : ndarray of intp, shape (k,)
        Place in the given tokens that each stroke serves; for a modifier that of the first key it
        is held for, for a second Caps Lock that of the last capital.
    first : ndarray of intp, shape (m,)
        Place of each text's first stroke; that of an empty text is the next one's.
    held : ndarray of intp, shape (h,)
        Places of the Shift and AltGr strokes, ascending.
    held_from, held_to : ndarray of intp, shape (h,)
        Places of the first and of the last stroke that each of them is held for; no stroke in
        between does without it.
    """

    stroke: NDArray[np.uint8]
    source: _Places
    first: _Places
    held: _Places
    held_from: _Places
    held_to: _Places


def key_strokes(
    tokens: NDArray[np.uint8],
    first: _Places,
    layout: KeyboardLayout,
    caps_lock: _Flags | None = None,
) -> KeyStrokes:
    """Return the strokes that some texts take.

    Parameters
    ----------
    tokens : ndarray of uint8, shape (n,)
        Characters and named keys, as of `KeyboardLayout.encode_all`, without modifiers.
    first : ndarray of intp, shape (m,)
        Place of each text's first token: from 0, ascending.
    layout : KeyboardLayout
        The keyboard.
    caps_lock : ndarray of bool, shape (m,), optional
        Whether the typist of each text strikes Caps Lock for `CAPS_LOCK_RUN` or more capitals
        with nothing but spaces and backspaces between them. Default: none does.

    Raises
    ------
    DeskhandError
        When a token is not on the layout, or the shapes do not fit.

    Examples
    --------
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> layout = load_layout("azerty-fr")
    >>> strokes = key_strokes(*layout.encode_all(["Noël", "a@b"]), layout)
    >>> [layout.codes[token] for token in strokes.stroke[strokes.first[0] : strokes.first[1]]]
    ['ShiftLeft', 'KeyN', 'KeyO', 'ShiftLeft', 'BracketLeft', 'KeyE', 'KeyL']
    >>> [layout.key_names[token] for token in strokes.stroke[strokes.first[1] :]]
    ['a', 'AltGraph', '@', 'b']
    >>> us = load_layout("qwerty-us")
    >>> strokes = key_strokes(*us.encode_all(["an NDA SHOP"]), us, np.array([True]))
    >>> [us.key_names[token] for token in strokes.stroke if us.key_names[token] == "CapsLock"]
    ['CapsLock', 'CapsLock']
    """
    _check(tokens, first, layout, caps_lock)
    runs = _no_runs()
    locked = np.zeros(0, np.bool_)
    if caps_lock is not None and caps_lock.any() and layout.caps_lock:
        runs, locked = _capital_runs(tokens, first, layout, caps_lock)

    keys, source, starts = tokens, np.arange(len(tokens)), first
    dead = layout.dead.take(tokens)
    before = np.flatnonzero(dead)
    if len(before):
        keys, source, _ = _inserted(tokens, source, before, dead[before], before)
        starts = _moved(first, before)
        runs = (_moved(runs[0], before), _moved(runs[1] + 1, before) - 1)
    level = layout.level.take(keys)
    shift = (level & 1).view(np.bool_)
    if len(runs[0]):
        shift &= ~(locked.take(source) & layout.capital.take(keys))

    start = np.zeros(len(keys) + 1, np.bool_)
    start[starts] = True
    alone = start if layout.shift_stays else np.ones_like(start)
    shift_from, shift_to = _runs(shift, alone)
    token = layout.shift[keys[shift_from]]
    altgr_from, altgr_to = _runs(level > 1, start) if layout.alt_graph else _no_runs()

    # At one place a Caps Lock that ends a run stands before one that starts, this before Shift,
    # and Shift before AltGr.
    lock_from, lock_to = runs
    place = np.concatenate([lock_to + 1, lock_from, shift_from, altgr_from])
    locks, altgrs = 2 * len(lock_from), len(altgr_from)
    token = np.concatenate(
        [
            np.full(locks, layout.caps_lock, np.uint8),
            token,
            np.full(altgrs, layout.alt_graph, np.uint8),
        ]
    )
    serves = np.concatenate([lock_to, lock_from, shift_from, altgr_from])
    stroke, strokes_source, at = _inserted(keys, source, place, token, serves)
    held = at[locks:]
    order = np.argsort(held)
    place.sort()
    return KeyStrokes(
        stroke=stroke,
        source=strokes_source,
        first=np.searchsorted(strokes_source, first),
        held=held[order],
        held_from=_at(np.concatenate([shift_from, altgr_from])[order], place),
        held_to=_at(np.concatenate([shift_to, altgr_to])[order], place),
    )


def _check(
    tokens: NDArray[np.uint8], first: _Places, layout: KeyboardLayout, caps_lock: _Flags | None
) -> None:
    if len(first) and (first[0] != 0 or first[-1] > len(tokens) or (np.diff(first) < 0).any()):
        raise DeskhandError(
            f"first={first!r}: must start at 0 and ascend to at most the number of tokens, "
            f"{len(tokens)}."
        )
    if not len(first) and len(tokens):
        raise DeskhandError(f"{len(tokens)} tokens of no text; give 'first'.")
    if caps_lock is not None and caps_lock.shape != first.shape:
        raise DeskhandError(
            f"caps_lock of shape {caps_lock.shape} for {len(first)} texts; give one flag a text."
        )
    known = layout.physical.take(tokens) > 0
    if not known.all():
        place = int(np.argmin(known))
        raise DeskhandError(
            f"token {tokens[place]} at place {place} is not on the keyboard layout "
            f"{layout.name!r}; make tokens with its encode or token."
        )


def _no_runs() -> tuple[_Places, _Places]:
    return np.zeros(0, np.intp), np.zeros(0, np.intp)


def _runs(inside: _Flags, start: _Flags) -> tuple[_Places, _Places]:
    """Return the first and last places of runs of what is inside, which end where a text does.

    Parameters
    ----------
    inside : ndarray of bool, shape (n,)
    start : ndarray of bool, shape (n + 1,)
        Whether a text starts at a place.
    """
    opens, closes = inside.copy(), inside.copy()
    opens[1:] &= ~inside[:-1] | start[1:-1]
    closes[:-1] &= ~inside[1:] | start[1:-1]
    return np.flatnonzero(opens), np.flatnonzero(closes)


def _capital_runs(
    tokens: NDArray[np.uint8], first: _Places, layout: KeyboardLayout, caps_lock: _Flags
) -> tuple[tuple[_Places, _Places], _Flags]:
    """Return the first and last places of runs typed with Caps Lock, and what lies in them."""
    size = len(tokens)
    theirs = np.repeat(caps_lock, np.diff(first, append=size))
    capital = layout.capital.take(tokens) & theirs
    start = np.zeros(size + 1, np.bool_)
    start[first] = True
    begin, end = _runs(capital | ((tokens == SPACE) | (tokens == BACKSPACE)) & theirs, start)
    # From the first to the last capital of each.
    capitals = np.flatnonzero(capital)
    low, high = np.searchsorted(capitals, begin), np.searchsorted(capitals, end, "right")
    enough = high - low >= CAPS_LOCK_RUN
    begin, end = capitals[low[enough]], capitals[high[enough] - 1]
    change = np.zeros(size + 1, np.int8)
    change[begin] += 1
    change[end + 1] -= 1
    return (begin, end), np.cumsum(change[:-1], dtype=np.int8).view(np.bool_)


def _inserted(
    tokens: NDArray[np.uint8],
    source: _Places,
    place: _Places,
    token: NDArray[np.uint8],
    serves: _Places,
) -> tuple[NDArray[np.uint8], _Places, _Places]:
    """Return tokens and sources with others put before some places, and where these now stand.

    What goes before one place keeps its order.
    """
    if not len(place):
        return tokens, source, place
    order = np.argsort(place, kind="stable")
    at = np.empty(len(place), np.intp)
    at[order] = place[order] + np.arange(len(place))
    old = np.ones(len(tokens) + len(place), np.bool_)
    old[at] = False
    all_tokens = np.empty(len(old), np.uint8)
    all_sources = np.empty(len(old), np.intp)
    all_tokens[at], all_tokens[old] = token, tokens
    all_sources[at], all_sources[old] = source[serves], source
    return all_tokens, all_sources, at


def _moved(places: _Places, inserted: _Places) -> _Places:
    """Return where what starts at some places starts when others are put before it."""
    return places + np.searchsorted(inserted, places)


def _at(places: _Places, inserted: _Places) -> _Places:
    """Return where what stands at some places stands when others are put before it."""
    return places + np.searchsorted(inserted, places, "right")
