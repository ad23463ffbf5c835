"""Error correction: texts with their edits become the stream of keys, repairs and links included.

The stream is a list of pieces of one pool of keys: stretches of the text, wrong keys, runs of
Backspace and of arrows. It is laid out for a whole batch of texts in a few array operations.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.keyboard_layout import BACKSPACE, ENTER, KeyboardLayout
from deskhand.behavior_models.text_boundaries import TextBoundaries, after, between
from deskhand.behavior_models.text_edits import CODE, NEVER, Detours, LateEdits, Places, text_of

LINE = 60  # characters (assumed): in longer texts a line may wrap, so Control+End replaces End
_FILLS = tuple(CODE[k] for k in ("neighbour", "substitution", "transposition", "capital"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedKeys:
    """What a batch of texts makes the typists press, in the order of the downs, without Shift.

    Parameters
    ----------
    token : NDArray[np.uint8], shape (n,)
        Token of the layout.
    source : NDArray[np.intp], shape (n,)
        Place in the given texts that the key fills, rightly or wrongly; -1 for others.
    error : NDArray[np.uint8], shape (n,)
        Code of `deskhand.behavior_models.text_edits.KINDS`; 0 for a right key. An omission has no
        key of its own: the first key after it has the code.
    corrects : NDArray[np.intp], shape (n,)
        Place in ``error`` of the first key of the error that this key helps to repair: it takes
        it back, moves to it, or types again what it took with it; -1 for others.
    held : NDArray[np.uint16], shape (n,)
        Of a modifier: during how many of the next keys it is down; 0 for others.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first key.
    """

    token: NDArray[np.uint8]
    source: Places
    error: NDArray[np.uint8]
    corrects: Places
    held: NDArray[np.uint16]
    first: Places


def _ranges(start: Places, length: Places) -> Places:
    """Return start, start + 1, ... (length numbers) for each, one after another."""
    offset = start - (np.cumsum(length) - length)
    return np.repeat(offset, length) + np.arange(int(length.sum()), dtype=np.intp)


def _ways_back(edits: LateEdits, boundaries: TextBoundaries) -> tuple[Places, Places, Places]:
    """Return rows of edits in the order of their repair, and the steps by words and by characters.

    Of the edits repaired from one place the nearest comes first, and the way to the next one
    starts where the last repair ended.
    """
    rows = np.flatnonzero(edits.back != NEVER)
    rows = rows[np.lexsort((-edits.place[rows], edits.back[rows]))]
    back = edits.back[rows]
    target = edits.place[rows] + edits.skip[rows]
    start = back.copy()
    chained = np.flatnonzero(back[1:] == back[:-1])
    start[chained + 1] = target[chained]
    # What stays wrong on the way makes it longer or shorter.
    wrong = edits.back == NEVER
    grown = np.append(0, np.cumsum((edits.alt_length - edits.skip)[wrong]))
    low, high = (np.searchsorted(edits.place[wrong], x) for x in (target, start))
    characters = start - target + grown[high] - grown[low]
    jumps = between(boundaries.word_starts, target, start)
    plain = (low == high) & (between(boundaries.broken_words, target, start) == 0)
    jumps[~(edits.jump[rows] & plain)] = 0
    stop = after(boundaries.word_starts, target, 0)
    return rows, jumps, np.where(jumps > 0, stop - target, characters)


def typed_keys(
    tokens: NDArray[np.uint8],
    first: Places,
    others: NDArray[np.uint8],
    detours: Detours,
    edits: LateEdits,
    boundaries: TextBoundaries,
    layout: KeyboardLayout,
) -> TypedKeys:
    """Return the keys of some texts with their edits.

    Parameters
    ----------
    tokens : NDArray[np.uint8], shape (n,)
        The texts one after another.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token.
    others : NDArray[np.uint8]
        Wrong keys; place i of it is n + i in ``alt`` of the edits.
    detours, edits : Detours, LateEdits
        What `deskhand.behavior_models.text_edits.kept_apart` returned.
    boundaries : TextBoundaries
        Of the texts.
    layout : KeyboardLayout
        Whose tokens they are.

    Returns
    -------
    TypedKeys
        Played into an empty text field they leave the texts, wrong only where an edit has no way
        back.
    """
    n, d, e = len(tokens), len(detours.place), len(edits.place)
    rows, jumps, steps = _ways_back(edits, boundaries)
    f = len(rows)

    # The pool, and where its runs start.
    erase = np.where(
        detours.words > 0, detours.words, detours.lead + detours.alt_length + detours.rest
    )
    longest = 1 + max(int(x.max(initial=0)) for x in (erase, edits.alt_length, jumps, steps))
    control, left, end = (layout.token(key) for key in ("Control", "ArrowLeft", "End"))
    runs = [
        np.r_[control, np.full(longest, BACKSPACE)],
        np.r_[control, np.full(longest, left)],
        np.array([control, end]),
    ]
    pool = np.concatenate([tokens, others, *runs]).astype(np.uint8)
    erase_at = n + len(others)
    left_at = erase_at + longest + 1
    end_at = left_at + longest + 1

    # Events in the order of the text: at one place repairs come first, then detours, then edits.
    text_ends = np.append(first[1:], n)
    fix_text = text_of(edits.place[rows], first)
    place = np.concatenate([detours.place, edits.place, edits.back[rows]])
    rank = np.repeat([1, 2, 0], [d, e, f])
    tie = np.concatenate([np.arange(d + e), -edits.place[rows]])
    order = np.append(np.lexsort((tie, rank, place)), d + e + f)  # and the end of all texts
    resume = np.concatenate([detours.place, edits.place + edits.skip, edits.back[rows], [n]])
    place = np.append(place, n)[order]
    resume = resume[order]

    # Pieces: the text up to the event, then up to five of the event's own.
    at = np.zeros((d + e + f + 1, 6), np.intp)
    length = np.zeros_like(at)
    by_words, fix = detours.words > 0, slice(d + e, d + e + f)
    at[:d, 1], length[:d, 1] = detours.place, detours.lead
    at[: d + e, 2] = np.append(detours.alt, edits.alt)
    length[: d + e, 2] = np.append(detours.alt_length, edits.alt_length)
    at[:d, 3], length[:d, 3] = detours.place + detours.lead + detours.skip, detours.rest
    at[:d, 4], length[:d, 4] = erase_at + ~by_words, erase + by_words
    at[fix, 1], length[fix, 1] = left_at, jumps + (jumps > 0)
    at[fix, 2], length[fix, 2] = left_at + 1, steps
    at[fix, 3], length[fix, 3] = erase_at + 1, edits.alt_length[rows]
    at[fix, 4], length[fix, 4] = edits.place[rows], edits.skip[rows]
    # The last repair at a place is followed by the way back to the end of what is typed.
    last = np.append(edits.back[rows][1:] != edits.back[rows][:-1], True)[:f]
    lines = between(np.flatnonzero(tokens == ENTER), first[fix_text], text_ends[fix_text])
    short = (text_ends[fix_text] - first[fix_text] <= LINE) & (lines == 0)
    at[fix, 5], length[fix, 5] = end_at + short, last * (2 - short)
    at, length = at[order], length[order]
    at[:, 0] = np.append(0, resume[:-1])
    length[:, 0] = place - at[:, 0]
    start = (np.cumsum(length) - length.ravel()).reshape(length.shape)

    pick = _ranges(at.ravel(), length.ravel())
    source = np.where(pick < n, pick, -1)
    error = np.zeros(len(pick), np.uint8)
    corrects = np.full(len(pick), -1, np.intp)
    held = np.zeros(len(pick), np.uint16)

    # Where each event went, and the first key of each error.
    went = np.empty(len(order), np.intp)
    went[order] = np.arange(len(order))
    kind = np.append(detours.kind, edits.kind)
    own = went[: d + e]
    has_keys = length[own, 2] > 0
    sign = np.where(has_keys, start[own, 2], np.append(start[own[:d], 3], start[own[d:] + 1, 0]))
    # What is left out at the end of a text has no key after it.
    signed = np.append(
        np.ones(d, np.bool_), resume[own[d:]] < text_ends[text_of(edits.place, first)]
    )
    signed |= has_keys
    error[sign[signed]] = kind[signed]
    wrong = np.where(has_keys, length[own, 2], 0)
    keys = _ranges(start[own, 2], wrong)
    error[keys] = np.repeat(kind, wrong)
    fills = np.isin(kind, _FILLS)
    begin = np.append(detours.place + detours.lead, edits.place)
    meant = np.where(np.repeat(fills, wrong), _ranges(begin, wrong), -1)
    source[keys] = meant

    # Links: what takes back, and what is typed again.
    back = went[:d]
    corrects[_ranges(start[back, 4], length[back, 4])] = np.repeat(sign[:d], length[back, 4])
    again = detours.lead + detours.skip + detours.rest
    again_place, again_sign = _ranges(detours.place, again), np.repeat(sign[:d], again)
    segment = np.searchsorted(at[:, 0], again_place, side="right") - 1
    typed = again_place < at[segment, 0] + length[segment, 0]
    corrects[(start[segment, 0] + again_place - at[segment, 0])[typed]] = again_sign[typed]
    repair = went[fix]
    fix_length = length[repair, 1:].sum(axis=1)
    corrects[_ranges(start[repair, 1], fix_length)] = np.repeat(sign[d:][rows], fix_length)

    held[start[back, 4][by_words]] = detours.words[by_words]
    held[start[repair, 1][jumps > 0]] = jumps[jumps > 0]
    held[start[repair, 5][length[repair, 5] == 2]] = 1

    # Each text starts as much later as the events of the texts before it insert.
    event_text = np.concatenate(
        [text_of(detours.place, first), text_of(edits.place, first), fix_text]
    )
    grown = length[went[:-1], 1:].sum(axis=1) - (resume - place)[went[:-1]]
    added = np.bincount(event_text, grown, len(first)).astype(np.intp)
    return TypedKeys(
        token=pool[pick],
        source=source,
        error=error,
        corrects=corrects,
        held=held,
        first=first + np.cumsum(added) - added,
    )
