"""The typist alone: key times of many people, without a scenario or a page."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.entry_pauses import entry_pauses_us
from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.key_classes import key_vocabulary, layout_vocabulary
from deskhand.behavior_models.key_clock import draw_clocks, stamped_us, unheld
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.key_strokes import KeyStrokes, key_strokes
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.behavior_models.keystroke_law import law_times
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.learned_keystrokes import learned_times
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.text_edits import KINDS
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.text_tokens import (
    UNTYPEABLE,
    TextTokens,
    pasted_texts,
    text_tokens,
    with_pastes,
)
from deskhand.behavior_models.typing_error_parameters import SECTION as ERRORS
from deskhand.behavior_models.typing_ranges import check_typing
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.key_requests import named_people, read_key_requests
from deskhand.keyed_draws import Keys, keys, mixed
from deskhand.streams import check_seed

FIDELITIES = ("law", "learned")
# Not a way of typing, so `time_keys` does not know it.
PASTE = "paste"
# Texts, and their characters, entered at once: memory does not grow with their number but for the
# result. A text is not cut.
BLOCK_TEXTS, BLOCK_CHARACTERS = 4_096, 1 << 18
_SYNTHETIC = {"synthetic": "true"}
_NOTHING = np.zeros(0, np.intp)
_TYPED = pa.schema(
    [
        pa.field("text", pa.int32(), nullable=False),
        pa.field("person", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("key", pa.dictionary(pa.int16(), pa.string()), nullable=False),
        pa.field("code", pa.dictionary(pa.int16(), pa.string()), nullable=False),
        pa.field("down_us", pa.int64(), nullable=False),
        pa.field("up_us", pa.int64(), nullable=False),
        pa.field("error", pa.dictionary(pa.int8(), pa.string())),
        pa.field("corrects", pa.int64()),
        pa.field("pasted", pa.string()),
    ],
    metadata=_SYNTHETIC,
)


class _Texts(NamedTuple):
    """Some texts as tokens, the number of the first, each with its key and one of some people.

    ``place`` is that of each of these people among all.
    """

    tokens: TextTokens
    number: int
    key: Keys
    person: NDArray[np.intp]
    person_key: Keys
    place: NDArray[np.intp]


def type_text(
    texts: str | Iterable[str],
    *,
    person: str | Sequence[str] | None = None,
    profile: "str | Path | Profile" = "transcription",
    layout: str = "qwerty-us",
    seed: int,
    mode: str = "transcription",
    uncorrected: bool = False,
    untypeable: str = "error",
    fidelity: str | None = None,
) -> pa.Table:
    r"""Return how people type texts: every key, with modifiers, slips and repairs.

    Parameters
    ----------
    texts : str or iterable of str
        What the fields hold in the end; ``"\n"`` is Enter, ``"\t"`` the Tab key, which goes to the
        next field. An empty text takes no keys.
    person : str or sequence of str, optional
        Who types: one name for all, or one for each text; the same name is the same typist. Without
        it every text has a person of its own, named by the text's number.
    profile : str, pathlib.Path or Profile
        The population: a shipped name, the path of a profile, or a profile.
    layout : str
        A name of `deskhand.behavior_models.keyboard_layout.layout_names`.
    seed : int
        From 0 to 2**64 - 1.
    mode : str
        ``transcription``, ``composition``, ``form`` (with a pause before every field),
        ``password`` (codes too: practised, and often all taken back after a slip), or ``paste``:
        every text comes as a whole, by Control and V.
    uncorrected : bool
        Whether errors that nobody notices stay in the text, as people's do.
    untypeable : str
        What becomes of characters that the layout cannot type: ``"error"``, ``"skip"``, or
        ``"paste"``: each run of them, fetched from elsewhere, comes by Control and V.
    fidelity : str, optional
        ``"law"`` or ``"learned"``; unless given, the latter where the profile has a network.

    Returns
    -------
    pyarrow.Table
        A row a key, in the order of the downs of each text: ``text`` (place in the texts),
        ``person``, ``key`` and ``code`` (W3C UI Events), ``down_us`` and ``up_us`` (from the text's
        first down), ``error`` (null, or the kind of error that the key is), ``corrects`` (null,
        or the row of the first key of the error that this key helps to repair) and ``pasted``
        (null, or what the V of Control and V brings into the field). A text's keys depend on the
        seed, the profile, the person and the text alone.

    Raises
    ------
    DeskhandError
        When the layout cannot type a character, a text holds half a surrogate pair or a control
        character other than newline and tab, or something else is no text.

    Examples
    --------
    >>> typed = type_text(["Lind", "ok"], person="ann", seed=7)
    >>> typed["text"].to_pylist()[-1], typed["key"].to_pylist()[:2]
    (1, ['Shift', 'L'])
    >>> typed = type_text("好!", seed=7, untypeable="paste")
    >>> typed["key"].to_pylist(), typed["pasted"].to_pylist()
    (['Control', 'v', 'Shift', '!'], [None, '好', None, None])
    """
    check_seed(seed)
    population, board = _population(profile), load_layout(layout)
    if mode != PASTE and mode not in MODES:
        raise UnknownNameError("typing mode", mode, (*MODES, PASTE))
    if untypeable not in UNTYPEABLE:
        raise UnknownNameError("way with untypeable characters", untypeable, UNTYPEABLE)
    law = "transcription" if mode == PASTE else mode
    fidelity = _fidelity(population, law, fidelity)
    given = [texts] if isinstance(texts, str) else list(texts)
    if not given:
        raise DeskhandError("texts: nothing was given; give at least one text.")
    for place, text in enumerate(given):
        if not isinstance(text, str):
            raise DeskhandError(f"texts, text {place}: {text!r} is no string.")

    def tokens_of(part: slice) -> TextTokens:
        if mode == PASTE:
            return pasted_texts(given[part], board, part.start)
        return text_tokens(given[part], board, untypeable, part.start)

    people, of_text = named_people(person, len(given), "texts")
    person_key = keys(seed, "keyboard.person", people)
    blocks = _blocks(given)
    hashes = [_text_hashes(seed, tokens_of(part)) for part in blocks]
    text_key = _ranked(mixed(person_key[of_text], np.concatenate(hashes)))
    names = pa.array(people, pa.string())
    batches, rows = [], 0
    for part in blocks:
        # People without a text in the block are not drawn for it.
        here, whose = np.unique(of_text[part], return_inverse=True)
        asked = _Texts(tokens_of(part), part.start, text_key[part], whose, person_key[here], here)
        how = (law, fidelity, uncorrected)
        batch = _typed(population, board, how, asked, names, rows)
        batches.append(batch)
        rows += batch.num_rows
    return pa.Table.from_batches(batches, schema=_TYPED)


def time_keys(
    keys: Any,
    *,
    person: str | Sequence[str] | None = None,
    profile: "str | Path | Profile" = "transcription",
    seed: int,
    layout: str = "qwerty-us",
    mode: str = "transcription",
    fidelity: str | None = None,
) -> pa.Table:
    """Return when people press and release keys that are already known, slips included.

    Parameters
    ----------
    keys : list of lists of str, pyarrow.Table, mapping of columns, or data frame
        The keys of each sequence: characters, named keys such as ``"Shift"``, or class names such as
        ``"letter:L2u"`` and ``"?"``; or columns ``sequence``, ``person`` and ``key``, one row a key.
    person : str or sequence of str, optional
        As for `type_text`; a table has a column for it.
    profile : str, pathlib.Path or Profile
    seed : int
    layout : str
    mode : str
    fidelity : str, optional
        As for `type_text`.

    Returns
    -------
    pyarrow.Table
        A row for each given key, in the order given: ``sequence``, ``person``, ``key``, ``down_us``
        and ``up_us`` (from the sequence's first down). A sequence's times depend on the seed, the
        profile, the person and the sequence alone.

    Raises
    ------
    DeskhandError
        When there are no keys, or something else is given.
    UnknownNameError
        When a key is unknown.

    Examples
    --------
    >>> timed = time_keys([["Shift", "H", "i"], ["?", "?"]], person="ann", seed=7)
    >>> timed["sequence"].to_pylist(), timed["down_us"].to_pylist()[0]
    ([0, 0, 0, 1, 1], 0)
    """
    check_seed(seed)
    population, board = _population(profile), load_layout(layout)
    fidelity = _fidelity(population, mode, fidelity)
    asked = read_key_requests(keys, person)
    person_key = _keys(seed, "keyboard.person", asked.people)
    name_key = _keys(seed, "keyboard.name", asked.names).view(np.int64)
    sequences = KeySequences(
        vocabulary=key_vocabulary(asked.names, board),
        key=asked.key,
        first=asked.first,
        person=asked.person,
        person_key=person_key,
        sequence_key=_ranked(
            mixed(person_key[asked.person], _hashes(name_key[asked.key], asked.first))
        ),
    )
    down_us, up_us = _stamped(population, sequences, mode, fidelity)
    sequence = sequences.sequence
    back = np.empty(len(asked.row), np.intp)
    back[asked.row] = np.arange(len(asked.row))
    names, people = pa.array(asked.names, pa.string()), pa.array(asked.people, pa.string())
    return pa.table(
        {
            "sequence": pa.array(sequence[back], pa.int32()),
            "person": _words(asked.person[sequence][back], people, pa.int32()),
            "key": _words(asked.key[back], names, pa.int32()),
            "down_us": pa.array(down_us[back]),
            "up_us": pa.array(up_us[back]),
        }
    ).replace_schema_metadata(_SYNTHETIC)


def _typed(
    profile: Profile,
    board: KeyboardLayout,
    how: tuple[str, str, bool],
    asked: "_Texts",
    people: pa.Array,
    first_row: int,
) -> pa.RecordBatch:
    """Return the rows of some texts, the first of which is number ``first_row``."""
    mode, fidelity, uncorrected = how
    section, tokens = profile.sections[ERRORS], asked.tokens
    habits = draw_error_habits(section, asked.person_key, mode).of(asked.person)
    entry = entered_texts(
        section,
        tokens.token,
        tokens.first,
        asked.key,
        habits,
        board,
        mode,
        uncorrected=uncorrected,
    )
    entry, pasted = with_pastes(entry, tokens, board)
    strokes = key_strokes(entry.token, entry.first, board)
    lengths = np.diff(strokes.first, append=len(strokes.stroke))
    some = np.flatnonzero(lengths)
    sequences = KeySequences(
        vocabulary=layout_vocabulary(board),
        key=strokes.stroke.astype(np.intp),
        first=strokes.first[some],
        person=asked.person[some],
        person_key=asked.person_key,
        sequence_key=asked.key[some],
    )
    own = strokes.stroke == entry.token[strokes.source]
    brings = np.where(own, pasted[strokes.source], -1)
    paste = np.flatnonzero(brings >= 0)
    down_us, up_us = _stamped(profile, sequences, mode, fidelity, paste - 1)
    _hold_modifiers(entry, strokes, sequences, down_us, up_us)
    _release_pastes(paste, sequences, down_us, up_us)

    row = np.empty(len(entry.token), np.int64)
    row[strokes.source[own]] = np.flatnonzero(own)
    error = np.where(own, entry.error[strokes.source], 0).astype(np.int8)
    corrects = entry.corrects[strokes.source]
    repairs = corrects >= 0
    number = asked.number
    text = np.repeat(np.arange(number, number + len(lengths), dtype=np.int32), lengths)
    return pa.record_batch(
        [
            pa.array(text),
            _words(np.repeat(asked.place[asked.person], lengths), people, pa.int32()),
            _of_tokens(strokes.stroke, board.key_names),
            _of_tokens(strokes.stroke, board.codes),
            pa.array(down_us),
            pa.array(up_us),
            pa.DictionaryArray.from_arrays(
                pa.array(error - 1, mask=error == 0), pa.array(KINDS[1:], pa.string())
            ),
            pa.array(row[np.where(repairs, corrects, 0)] + first_row, mask=~repairs),
            pa.array(tokens.pasted, pa.string()).take(pa.array(brings, mask=brings < 0)),
        ],
        schema=_TYPED,
    )


def _hold_modifiers(
    entry: TypedKeys,
    strokes: KeyStrokes,
    sequences: KeySequences,
    down_us: NDArray[np.int64],
    up_us: NDArray[np.int64],
) -> None:
    """Hold modifiers until the last key that needs them is down, and not until the one after it."""
    struck = np.flatnonzero(strokes.stroke == entry.token[strokes.source])
    held = np.flatnonzero(entry.held)
    at = np.append(strokes.held, struck[held])
    last = np.append(strokes.held_to, struck[held + entry.held[held]])
    ends = np.append(sequences.first[1:], len(down_us)) - 1
    follows = last < ends[sequences.sequence[last]]
    after_us = down_us[np.minimum(last + 1, len(down_us) - 1)]
    latest_us = np.where(follows, after_us, np.iinfo(np.int64).max)
    up_us[at] = np.clip(up_us[at], down_us[last] + 1_000, latest_us)


def _release_pastes(
    paste: NDArray[np.intp],
    sequences: KeySequences,
    down_us: NDArray[np.int64],
    up_us: NDArray[np.int64],
) -> None:
    """Let V come up before its Control does, and both before the next key goes down."""
    follows = sequences.place[np.minimum(paste + 1, len(down_us) - 1)] > sequences.place[paste]
    after_us = down_us[np.minimum(paste + 1, len(down_us) - 1)]
    up_us[paste] = np.where(follows, np.minimum(up_us[paste], after_us), up_us[paste])
    up_us[paste - 1] = np.maximum(up_us[paste - 1], up_us[paste])


def _keys(seed: int, purpose: str, names: list[str]) -> Keys:
    return keys(seed, purpose, names)


def _population(profile: "str | Path | Profile") -> Profile:
    found = profile if isinstance(profile, Profile) else load_profile(profile)
    check_typing(found)
    return found


def _fidelity(profile: Profile, mode: str, fidelity: str | None) -> str:
    """Return the tier that is asked for, or the best that the profile has."""
    if mode not in MODES:
        raise UnknownNameError("typing mode", mode, MODES)
    if fidelity is None:
        return "learned" if LEARNED in profile.sections else "law"
    if fidelity not in FIDELITIES:
        raise UnknownNameError("fidelity", fidelity, FIDELITIES)
    return fidelity


def _blocks(texts: Sequence[str]) -> list[slice]:
    """Return the texts in blocks of about as many characters, never of too many texts."""
    total = np.cumsum([len(text) for text in texts]) // BLOCK_CHARACTERS
    cuts = np.flatnonzero(np.diff(total)) + 1
    bounds = np.union1d(cuts, np.arange(0, len(texts), BLOCK_TEXTS)).tolist()
    return [slice(low, high) for low, high in pairwise([*bounds, len(texts)])]


def _text_hashes(seed: int, tokens: TextTokens) -> NDArray[np.int64]:
    """Return a number for each text that depends on what it holds, pastes included."""
    content = tokens.token.astype(np.int64)
    content[tokens.paste] = _keys(seed, "keyboard.pasted", tokens.pasted).view(np.int64)
    return _hashes(content, tokens.first)


def _hashes(content: NDArray[Any], first: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return a number for each sequence that depends on what it holds alone.

    Parameters
    ----------
    content : NDArray of whole numbers, shape (n,)
    first : NDArray[np.intp], shape (m,)
        Place of each sequence's first number; an empty one's is the next one's.
    """
    lengths = np.diff(first, append=len(content))
    place = np.arange(len(content)) - np.repeat(first, lengths)
    part = mixed(np.zeros(len(content), np.uint64), content, place)
    # Sums of whole numbers that wrap around do not depend on their order.
    total = np.append(np.zeros(1, np.uint64), np.cumsum(part, dtype=np.uint64))
    with np.errstate(over="ignore"):
        held = total[first + lengths] - total[first]
    return mixed(held, lengths).view(np.int64)


def _ranked(key: Keys) -> Keys:
    """Return keys of which none are equal: the same thing asked for again is another."""
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    new = np.append(True, ranked[1:] != ranked[:-1])
    number = np.arange(len(key))
    rank = np.empty(len(key), np.int64)
    rank[order] = number - np.maximum.accumulate(np.where(new, number, 0))
    return mixed(key, rank)


def _stamped(
    profile: Profile,
    sequences: KeySequences,
    mode: str,
    fidelity: str,
    paste: NDArray[np.intp] = _NOTHING,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    times = learned_times if fidelity == "learned" else law_times
    down_us, up_us = times(profile, sequences, mode)
    later_us = entry_pauses_us(profile, sequences, mode, paste)
    down_us, up_us = down_us + later_us, up_us + later_us
    clocks = draw_clocks(profile, sequences.person_key)
    down_stamp_us, up_stamp_us = stamped_us(clocks, sequences, down_us, up_us)
    np.copyto(up_stamp_us, down_stamp_us, where=unheld(profile, sequences))
    return down_stamp_us, up_stamp_us


def _of_tokens(token: NDArray[np.uint8], names: Sequence[str]) -> pa.DictionaryArray:
    # Two keys may have one name, such as Shift; a dictionary holds it once.
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    code = np.array([place[name] for name in names], np.int16)
    return _words(code[token], pa.array(list(place), pa.string()), pa.int16())


def _words(code: NDArray[Any], words: pa.Array, kind: pa.DataType) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(code, kind), words)
