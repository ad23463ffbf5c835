"""Revision: what a writer words otherwise first, takes back, leaves out or puts in later.

The text in the end is the given one, so a revision is a detour from it: other words (borrowed from
elsewhere in the text, so that they are of its language) typed and deleted, or a word that is
missing, too much or another until the writer reads the sentence over and goes back to it.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_habits import ErrorHabits
from deskhand.behavior_models.keyboard_layout import SPACE
from deskhand.behavior_models.slips import LONGEST_WAY_BACK
from deskhand.behavior_models.text_boundaries import TextBoundaries, after, between
from deskhand.behavior_models.text_edits import (
    CODE,
    NEVER,
    Detours,
    LateEdits,
    Places,
    rows_of,
    text_of,
)
from deskhand.behavior_models.typing_error_parameters import Section
from deskhand.keyed_draws import Keys, mixed, uniforms

_PLACES, _REVISIONS = 0x4E51, 0x4E52  # set these numbers apart from those of slips
_KIND, _ELSEWHERE, _LENGTH, _ERASE = range(4)


def draw_revisions(
    section: Section,
    tokens: NDArray[np.uint8],
    first: Places,
    text_key: Keys,
    habits: ErrorHabits,
    boundaries: TextBoundaries,
) -> tuple[Detours, LateEdits]:
    """Draw the revisions of some texts; parameters as for `deskhand.behavior_models.slips`.

    Parameters
    ----------
    section : mapping
        A profile's section ``typing_errors``.
    tokens : NDArray[np.uint8], shape (n,)
        The texts one after another.
    first : NDArray[np.intp], shape (m,)
        Place of each text's first token.
    text_key : NDArray[np.uint64], shape (m,)
        Names each text's random numbers.
    habits : ErrorHabits
        Of the writer of each text.
    boundaries : TextBoundaries
        Of the texts.

    Returns
    -------
    tuple of Detours and LateEdits
        Words taken back at once, and those set right from the end of the sentence. All start with
        a word, after a space.

    Source
    ------
    Rates and lengths: the profile. That they fall on all words alike is an assumption.
    """
    n = len(tokens)
    starts = boundaries.word_starts
    inside = ~np.isin(starts, first) & (tokens[starts - 1] == SPACE)
    place = starts[inside]
    text = text_of(place, first)
    # Rates are for characters; these fall on words.
    count = np.bincount(text, minlength=len(first))
    characters = np.diff(first, append=n) / np.maximum(count, 1)
    rewording = float(section["rewording_rate"]["value"]) * characters
    late = float(section["revision_rate"]["value"]) * characters * habits.revision_factor
    u = uniforms(mixed(text_key, _PLACES)[text], place - first[text])
    rows = u < (rewording + late)[text]
    place, text, u = place[rows], text[rows], u[rows]
    at_once = u < rewording[text]
    key = mixed(text_key[text], _REVISIONS, place - first[text])

    # Other words: from another word of the text on.
    low = np.searchsorted(starts, first[text])
    words = np.searchsorted(starts, np.append(first[1:], n)[text]) - low
    alt = starts[low + (uniforms(key, _ELSEWHERE) * words).astype(np.intp)]
    room = after(boundaries.stops, alt + 1, n) - alt
    table = np.asarray(section["rewording_length"]["value"], np.float64)
    # Lengths are means of equal parts; half a part at either end keeps the mean of all.
    share = uniforms(key, _LENGTH) * len(table) - 0.5
    length = np.interp(share, np.arange(len(table)), table).round().astype(np.intp)
    length = np.minimum(length, room)
    outside = between(boundaries.outside_letters, alt, alt + length)
    plain = outside == between(boundaries.spaces, alt, alt + length)
    by_word = habits.word_delete[text] & plain
    by_word &= uniforms(key, _ERASE) < float(section["word_delete_share"]["value"])
    none = np.zeros_like(place)
    kind = np.full(len(place), CODE["revision"], np.uint8)
    detours = Detours(
        place=place,
        lead=none,
        alt=alt,
        alt_length=length,
        skip=none,
        rest=none,
        words=np.where(by_word, between(starts, alt, alt + length), 0),
        kind=kind,
    )

    # One word and its space, left out, put in or changed for another until the sentence is done.
    end = after(boundaries.spaces, place, n) + 1 - place
    alt_end = after(boundaries.spaces, alt, n) + 1 - alt
    left_out, too_much, _ = section["revision_kinds"]["value"]
    chance = uniforms(key, _KIND)
    skip = np.where((chance >= left_out) & (chance < left_out + too_much), 0, end)
    alt_length = np.where(chance < left_out, 0, alt_end)
    back = after(boundaries.sentence_ends, place + 1, n)
    able = (back > place + skip) & (back - place <= LONGEST_WAY_BACK) & (alt_length <= room)
    edits = LateEdits(
        place=place,
        skip=skip,
        alt=alt,
        alt_length=alt_length,
        back=np.where(able, back, NEVER),
        jump=habits.word_jump[text],
        kind=kind,
    )
    return rows_of(detours, at_once), rows_of(edits, ~at_once & able)
