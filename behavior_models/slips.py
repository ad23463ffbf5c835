"""Slips: where a typist errs, in which way, and how soon it is noticed, for whole batches of texts."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deskhand.behavior_models.error_habits import ErrorHabits
from deskhand.behavior_models.keyboard_layout import SPACE, TOKENS, KeyboardLayout
from deskhand.behavior_models.text_boundaries import (
    TextBoundaries,
    TokenKinds,
    after,
    between,
    token_kinds,
)
from deskhand.behavior_models.text_edits import (
    CODE,
    NEVER,
    Detours,
    LateEdits,
    Places,
    rows_of,
    text_of,
)
from deskhand.behavior_models.typing_error_parameters import SLIPS, Section, of_mode
from deskhand.keyed_draws import Keys, mixed, uniforms

LONGEST_WAY_BACK = 120  # characters (assumed): what lies farther back is repaired at once instead
_LETTERS = b"etaoinshrdlucmfwypvbgkjqxz"  # by how often English uses them
_PLACES, _SLIPS = 0x5119, 0x511A  # set the numbers of places and of slips apart
LONGEST_RESTART = 40  # characters (assumed): of a longer password not all is taken back
_BURST, _KIND, _WRONG, _LEAD, _WORD_END, _LATE, _TWO, _ERASE, _RESTART = range(9)
_NEIGHBOUR, _SUBSTITUTION, _OMISSION, _INSERTION, _DOUBLING, _TRANSPOSITION, _CAPITAL, _NO_ERROR = (
    CODE[kind] for kind in SLIPS
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _WrongKeys:
    """What may be struck for a token, as tables by token, shape (256, ...)."""

    neighbours: NDArray[np.uint8]
    neighbour_count: NDArray[np.intp]
    other_case: NDArray[np.uint8]
    frequent: NDArray[np.uint8]


@cache
def _wrong_keys(layout: KeyboardLayout) -> _WrongKeys:
    count = np.array([len(near) for near in layout.neighbours], np.intp)
    neighbours = np.zeros((TOKENS, max(1, int(count.max()))), np.uint8)
    for token, near in enumerate(layout.neighbours):
        neighbours[token, : len(near)] = list(near)
    by_name = {layout.key_names[token]: token for token in layout.characters}
    other_case = np.arange(TOKENS, dtype=np.uint8)
    for name, token in by_name.items():
        other_case[token] = by_name.get(name.swapcase(), token)
    return _WrongKeys(
        neighbours=neighbours,
        neighbour_count=count,
        other_case=other_case,
        frequent=np.array([c for c in _LETTERS if c in layout.characters], np.uint8),
    )


def draw_slips(
    section: Section,
    tokens: NDArray[np.uint8],
    first: Places,
    text_key: Keys,
    habits: ErrorHabits,
    boundaries: TextBoundaries,
    layout: KeyboardLayout,
    mode: str,
    *,
    uncorrected: bool = False,
) -> tuple[Detours, LateEdits, NDArray[np.uint8]]:
    """Draw the slips in some texts.

    Parameters
    ----------
    section : mapping
        A profile's section ``typing_errors``.
    tokens : NDArray[np.uint8], shape (n,)
        The texts one after another, without Shift.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token.
    text_key : NDArray[np.uint64], shape (m,)
        Names each text's random numbers.
    habits : ErrorHabits
        Of the person of each text.
    boundaries : TextBoundaries
        Of the texts.
    layout : KeyboardLayout
        Whose tokens they are.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    uncorrected : bool
        Whether the slips that nobody notices are made too; without them the text comes out right.

    Returns
    -------
    tuple
        Slips taken back at once, those repaired later or never, and the wrong keys of both, which
        follow the texts in the pool of keys. They may touch one another: see
        `deskhand.behavior_models.text_edits.kept_apart`.

    Source
    ------
    Rates, kinds and burst lengths: the profile. A slip is noticed after as many keys as the burst
    of Backspaces is long. That frequent letters replace others more often than rare ones do (the
    square of a uniform number leans to the front of their list) is an assumption.
    """
    n = len(tokens)
    kinds = token_kinds(layout)
    place, never, capital, key = _slip_places(
        section, tokens, first, text_key, habits, kinds, mode, uncorrected=uncorrected
    )
    text = text_of(place, first)
    burst = _chosen(of_mode(section, "burst_length", mode), uniforms(key, _BURST)) + 1
    burst[never] = 2  # long enough for every kind
    length_class = np.minimum(burst, 4) - 1

    u = uniforms(key, _KIND)
    kind = np.empty(len(place), np.intp)
    for number, shares in enumerate(of_mode(section, "kinds", mode)):
        rows = (length_class == number) & ~never
        kind[rows] = 1 + _chosen(shares, u[rows])
    kind[never] = 1 + _chosen(section["uncorrected_kinds"]["value"], u[never])
    kind[capital] = _CAPITAL

    # What is noticed as the word is done lies where its last key is the space after the word.
    seen = np.array(of_mode(section, "word_end_share", mode))[length_class] > uniforms(
        key, _WORD_END
    )
    added = (kind == _INSERTION) | (kind == _DOUBLING)
    gain = np.equal(kind, _OMISSION) * 1 - added
    last = place + burst - 1 + gain
    space = after(boundaries.spaces, last, n)
    moves = seen & (burst > 1) & ~never & ~capital & (space < after(boundaries.stops, place + 1, n))
    place = place + np.where(moves, space - last, 0)

    kind, wrong, before = _kinds_and_keys(
        tokens, first[text], place, burst, kind, key, boundaries, layout
    )
    own = np.ones_like(place)
    own[kind == _TRANSPOSITION] = 2
    own[(kind == _OMISSION) | (kind == _NO_ERROR)] = 0
    skip = own.copy()
    skip[(kind == _INSERTION) | (kind == _DOUBLING)] = 0
    room = after(boundaries.stops, place + 1, n) - place
    two = uniforms(key, _TWO) < float(of_mode(section, "omission_of_two", mode))
    omitted = kind == _OMISSION
    skip[omitted] = 1 + (two & (room > 2))[omitted]
    lead = (uniforms(key, _LEAD) < float(section["lead_share"]["value"])) & (burst > own + 1)
    lead &= before & (kind != _NO_ERROR)
    alt = n + 2 * np.arange(len(place), dtype=np.intp)
    code = kind.astype(np.uint8)

    # Only what stands inside a word, letters for letters, is looked for with the arrow keys.
    inner = before & kinds.letter[wrong].all(axis=1) & (kind < _CAPITAL)
    inner &= between(boundaries.outside_letters, place - 1, place + np.maximum(skip, 1)) == 0
    back = after(boundaries.sentence_ends, place + 1, n)
    late = float(of_mode(section, "late_share", mode)) > uniforms(key, _LATE)
    late &= inner & ~never & (back > place + skip) & (back - place <= LONGEST_WAY_BACK)
    kept = late | (never & (back >= place + skip))
    edits = LateEdits(
        place=place,
        skip=skip,
        alt=alt,
        alt_length=own,
        back=np.where(late, back, NEVER),
        jump=habits.word_jump[text],
        kind=code,
    )
    detours = Detours(
        place=place - lead,
        lead=lead.astype(np.intp),
        alt=alt,
        alt_length=own,
        skip=skip,
        rest=np.minimum(burst - lead - own, room - skip),
        words=np.zeros_like(place),
        kind=code,
    )
    if mode == "password":
        # Dots hide words from the typist and from Control+Backspace.
        anew = uniforms(key, _RESTART) < float(section["restart_share"]["value"])
        detours = _from_the_start(detours, anew, tokens, first[text], boundaries, kinds)
    else:
        eager = uniforms(key, _ERASE) < float(section["word_delete_share"]["value"])
        eager &= habits.word_delete[text] & (burst > 2) & kinds.letter[wrong].all(axis=1)
        detours = _by_word(detours, eager, tokens, first[text], boundaries)
    order = np.argsort(place, kind="stable")
    edits = rows_of(edits, order[kept[order]])
    order = np.argsort(detours.place, kind="stable")
    detours = rows_of(detours, order[~(late | never)[order]])
    return detours, edits, wrong.ravel()


def _chosen(shares: ArrayLike, u: NDArray[np.float32]) -> Places:
    """Return which of the shares each uniform number falls on."""
    total = np.cumsum(np.asarray(shares, np.float64))
    return np.searchsorted(total[:-1] / total[-1], u, side="right")


def _slip_places(
    section: Section,
    tokens: NDArray[np.uint8],
    first: Places,
    text_key: Keys,
    habits: ErrorHabits,
    kinds: TokenKinds,
    mode: str,
    *,
    uncorrected: bool,
) -> tuple[Places, NDArray[np.bool_], NDArray[np.bool_], Keys]:
    """Return where slips are, whether they are never noticed, whether of Shift, and their keys."""
    n = len(tokens)
    length = np.diff(first, append=n)
    small, carried = (float(x) for x in section["capital_slip_rate"]["value"])
    rate = float(of_mode(section, "slip_rate", mode))
    unseen = float(of_mode(section, "uncorrected_rate", mode)) * uncorrected
    factor = np.minimum(habits.slip_factor, 0.5 / (rate + unseen + max(small, carried) + 1e-9))
    factor = factor.astype(np.float32)

    key = mixed(text_key, _PLACES)
    slot = np.arange(n, dtype=np.intp) - np.repeat(first, length)
    u = uniforms(np.repeat(key, length), slot)
    highest = factor * np.float32(rate + unseen + max(small, carried))
    place = np.flatnonzero(u < np.repeat(highest, length))
    place = place[kinds.character[tokens[place]]]
    text = text_of(place, first)
    # How often each place errs: the person's rate, and Shift pressed too late or held too long.
    chance = u[place] / factor[text]
    capital = kinds.capital[tokens]
    after_capital = (place > first[text]) & capital[place - 1] & kinds.letter[tokens[place]]
    of_shift = np.where(capital[place], small, np.where(after_capital, carried, 0.0))
    slips = chance < rate + of_shift + unseen
    place, text, chance, of_shift = place[slips], text[slips], chance[slips], of_shift[slips]
    capital_slip = (chance >= rate) & (chance < rate + of_shift)
    slip_key = mixed(text_key[text], _SLIPS, place - first[text])
    return place, chance >= rate + of_shift, capital_slip, slip_key


def _kinds_and_keys(
    tokens: NDArray[np.uint8],
    first: Places,
    place: Places,
    burst: Places,
    kind: Places,
    key: Keys,
    boundaries: TextBoundaries,
    layout: KeyboardLayout,
) -> tuple[Places, NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the kinds that the text allows, up to two wrong keys, and whether a character is before."""
    n = len(tokens)
    kinds, table = token_kinds(layout), _wrong_keys(layout)
    room = after(boundaries.stops, place + 1, n) - place
    here = tokens[place]
    previous = np.where(place > first, tokens[place - 1], 0).astype(np.uint8)
    previous[~kinds.character[previous]] = 0
    following = np.where(room > 1, tokens[np.minimum(place + 1, n - 1)], 0).astype(np.uint8)

    kind = kind.copy()
    kind[(kind == _DOUBLING) & ((previous == 0) | (previous == here))] = _INSERTION
    pair = (room > 1) & (here != following)
    kind[(kind == _OMISSION) & ~pair] = _SUBSTITUTION
    kind[(kind == _TRANSPOSITION) & ~(pair & (burst > 1))] = _SUBSTITUTION
    kind[(kind == _CAPITAL) & (table.other_case[here] == here)] = _SUBSTITUTION
    # A key is inserted beside the next one; at a space, beside the last one.
    beside = np.where((kind == _INSERTION) & (here == SPACE), previous, here)
    count = table.neighbour_count[beside]
    kind[((kind == _NEIGHBOUR) | (kind == _INSERTION)) & (count == 0)] = _SUBSTITUTION
    mark = ~kinds.letter[here] & (here != SPACE) & (count > 0)
    kind[(kind == _SUBSTITUTION) & mark] = _NEIGHBOUR

    u = uniforms(key, _WRONG)
    pick = (u * count).astype(np.intp)
    rank = (u * u * len(table.frequent)).astype(np.intp)
    near, letter = table.neighbours[beside, pick], table.frequent[rank]
    # A key that stands here or beside would look like another kind of slip.
    for _ in range(3):
        pick = (pick + ((near == following) | (near == previous))) % np.maximum(count, 1)
        near = table.neighbours[beside, pick]
        taken = (letter == following) | (letter == previous)
        taken |= (letter == here) | (table.other_case[letter] == here)
        rank = (rank + taken) % len(table.frequent)
        letter = table.frequent[rank]
    letter = np.where(kinds.capital[here], table.other_case[letter], letter)
    wrong = np.empty((len(place), 2), np.uint8)
    wrong[:, 0] = np.select(
        [kind == _SUBSTITUTION, kind == _DOUBLING, kind == _TRANSPOSITION, kind == _CAPITAL],
        [letter, previous, following, table.other_case[here]],
        near,
    )
    no_key = (kind == _OMISSION) | (kind == _NO_ERROR)
    wrong[:, 0] = np.where(no_key, following, wrong[:, 0])
    wrong[:, 1] = np.where(kind == _TRANSPOSITION, here, wrong[:, 0])
    return kind, wrong, previous > 0


def _from_the_start(
    detours: Detours,
    anew: NDArray[np.bool_],
    tokens: NDArray[np.uint8],
    first: Places,
    boundaries: TextBoundaries,
    kinds: TokenKinds,
) -> Detours:
    """Return the detours with some of them taken back to where their field starts."""
    stop = boundaries.stops[np.searchsorted(boundaries.stops, detours.place, "right") - 1]
    # The end of a text is the start of the next, not a key before it.
    start = np.where(stop <= detours.place, stop + ~kinds.character[tokens[stop % len(tokens)]], 0)
    start = np.maximum(start, first)
    rows = anew & (detours.place - start <= LONGEST_RESTART)
    return replace(
        detours,
        place=np.where(rows, start, detours.place),
        lead=np.where(rows, detours.lead + detours.place - start, detours.lead),
    )


def _by_word(
    detours: Detours,
    eager: NDArray[np.bool_],
    tokens: NDArray[np.uint8],
    first: Places,
    boundaries: TextBoundaries,
) -> Detours:
    """Return the detours with those of eager typists taken back by Control+Backspace.

    It takes a word back to the space before it, so only what lies in one word of letters can go
    this way; the detour then starts with the word.
    """
    outside = boundaries.outside_letters
    at = np.searchsorted(outside, detours.place)
    start = np.append(-1, outside)[at] + 1
    end = detours.place + detours.lead + detours.skip + detours.rest
    whole = (start > first) & (tokens[start - 1] == SPACE) & (between(outside, start, end) == 0)
    rows = eager & whole
    return replace(
        detours,
        place=np.where(rows, start, detours.place),
        lead=np.where(rows, detours.lead + detours.place - start, detours.lead),
        words=rows.astype(np.intp),
    )
