"""The typist alone: key times of many people, without a scenario or a page."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import key_vocabulary
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keyboard_layout import KeyboardLayout, load_layout
from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.text_edits import KINDS
from deskhand.behavior_models.text_tokens import (
    UNTYPEABLE,
    TextTokens,
    pasted_texts,
    text_tokens,
)
from deskhand.behavior_models.typing_ranges import check_typing
from deskhand.behavior_models.typist_traits import MODES
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.typed_texts import TextRequests, stamped_keys_us, typed_texts
from deskhand.key_requests import SYNTHETIC, named_people, read_key_requests, timed_keys
from deskhand.keyed_draws import Keys, keys, mixed, ranked, sequence_hashes
from deskhand.streams import check_seed

FIDELITIES = ("law", "learned")
# Not a way of typing, so `time_keys` does not know it.
PASTE = "paste"
# Texts, and their characters, entered at once: memory does not grow with their number but for the
# result. A text is not cut.
BLOCK_TEXTS, BLOCK_CHARACTERS = 4_096, 1 << 18
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
    metadata=SYNTHETIC,
)


class _Texts(NamedTuple):
    """Some texts by some people, the number of the first text, and each of these people's place.

    ``place`` is that among all people.
    """

    requests: TextRequests
    number: int
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
    text_key = ranked(mixed(person_key[of_text], np.concatenate(hashes)))
    names = pa.array(people, pa.string())
    batches, rows = [], 0
    for part in blocks:
        # People without a text in the block are not drawn for it.
        here, whose = np.unique(of_text[part], return_inverse=True)
        requests = TextRequests(
            tokens=tokens_of(part),
            text_key=text_key[part],
            person=whose,
            person_key=person_key[here],
        )
        asked = _Texts(requests, part.start, here)
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
        sequence_key=ranked(
            mixed(person_key[asked.person], sequence_hashes(name_key[asked.key], asked.first))
        ),
    )
    down_us, up_us = stamped_keys_us(population, sequences, mode, fidelity)
    return timed_keys(asked, down_us, up_us)


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
    tokens = asked.requests.tokens
    made = typed_texts(
        profile, board, asked.requests, mode, fidelity=fidelity, uncorrected=uncorrected
    )
    entry, strokes, own, lengths = made.entry, made.strokes, made.own, made.lengths
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
            _words(np.repeat(asked.place[asked.requests.person], lengths), people, pa.int32()),
            _of_tokens(strokes.stroke, board.key_names),
            _of_tokens(strokes.stroke, board.codes),
            pa.array(made.down_us),
            pa.array(made.up_us),
            pa.DictionaryArray.from_arrays(
                pa.array(error - 1, mask=error == 0), pa.array(KINDS[1:], pa.string())
            ),
            pa.array(row[np.where(repairs, corrects, 0)] + first_row, mask=~repairs),
            pa.array(tokens.pasted, pa.string()).take(pa.array(made.pasted, mask=made.pasted < 0)),
        ],
        schema=_TYPED,
    )


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
    return sequence_hashes(content, tokens.first)


def _of_tokens(token: NDArray[np.uint8], names: Sequence[str]) -> pa.DictionaryArray:
    # Two keys may have one name, such as Shift; a dictionary holds it once.
    place = {name: number for number, name in enumerate(dict.fromkeys(names))}
    code = np.array([place[name] for name in names], np.int16)
    return _words(code[token], pa.array(list(place), pa.string()), pa.int16())


def _words(code: NDArray[Any], words: pa.Array, kind: pa.DataType) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(code, kind), words)
