"""The law of keystrokes: when the keys of many sequences go down and come up, all at once.

ln spacing and ln hold are a person's mean plus the person's spread times what the context or key
does, bent from a normal score by a g-and-h curve. Downs are sums of spacings; ups follow from holds.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS, key_contexts
from deskhand.behavior_models.g_and_h import bend
from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES, KeyVocabulary
from deskhand.behavior_models.key_release import Presses, released_us
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keystroke_scores import ScoreRequests, ScoreShares, keystroke_scores
from deskhand.behavior_models.practised_pace import practised_us
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.repeat_runs import repeat_runs
from deskhand.behavior_models.shift_lead import shift_leads_us
from deskhand.behavior_models.typist_traits import LAW_OF_MODE, MODES, TRAITS, draw_typists
from deskhand.errors import UnknownNameError
from deskhand.even_floats import even_exp
from deskhand.keyed_draws import mixed, thirds, words

Floats = NDArray[np.float32]

_US_PER_S = 1e6
# Kinds of keys that are held alike: a finger's letters, and others by what they do.
HOLD_KINDS = (
    "unknown",
    *(f"{hand}{finger}" for hand in "LR" for finger in "1234"),
    "digit",
    "punct",
    "space",
    "enter",
    "backspace",
    "modifier",
    "other",
)
# Keys are timed in blocks that fit a processor's cache; what a block holds changes no time.
_BLOCK = 1 << 15
_CHANCE = 31


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """What a profile says of one mode; rows are centre, scale, skew and tail."""

    spacing: Floats
    hold: Floats
    digraph: dict[str, float]
    letter: dict[str, float]
    shares: ScoreShares


def law_times(
    profile: Profile, sequences: KeySequences, mode: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when keys go down and come up, before any clock stamps them.

    Parameters
    ----------
    profile : Profile
        The population; section ``keystrokes``.
    sequences : KeySequences
        n keys in all.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.

    Returns
    -------
    (NDArray[np.float64], NDArray[np.float64]), shape (n,) each
        Downs and ups in whole microseconds since the first down of the sequence. Downs rise within
        a sequence, ups are after downs, no key goes down while it is down. A sequence's times
        depend on its keys, its key and its person's key alone.

    Raises
    ------
    UnknownNameError
        When there is no such mode.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> made = key_sequences(
    ...     [list("hello"), ["?"] * 4],
    ...     load_layout("qwerty-us"),
    ...     person=[0, 0],
    ...     person_key=keys(7, "typist", ["ann"]),
    ...     sequence_key=keys(7, "keys", [0, 1]),
    ... )
    >>> down, up = law_times(load_profile("literature"), made, "transcription")
    >>> down[[0, 5]].tolist(), bool((up > down).all())
    ([0.0, 0.0], True)
    """
    if mode not in MODES:
        raise UnknownNameError("typing mode", mode, MODES)
    size = len(sequences.key)
    down_us, up_us = np.empty(size), np.empty(size)
    traits = draw_typists(profile, mode, sequences.person_key)
    ends = np.append(sequences.first[1:], size)
    if size <= _BLOCK:
        return _block_times(profile, sequences, traits, mode)
    begin = 0
    while begin < len(sequences):
        # As many whole sequences as a block takes, at least one.
        full = np.searchsorted(ends, sequences.first[begin] + _BLOCK, "right")
        stop = max(int(full), begin + 1)
        rows = slice(int(sequences.first[begin]), int(ends[stop - 1]))
        block = KeySequences(
            vocabulary=sequences.vocabulary,
            key=sequences.key[rows],
            first=sequences.first[begin:stop] - sequences.first[begin],
            person=sequences.person[begin:stop],
            person_key=sequences.person_key,
            sequence_key=sequences.sequence_key[begin:stop],
        )
        down_us[rows], up_us[rows] = _block_times(profile, block, traits, mode)
        begin = stop
    return down_us, up_us


def _block_times(
    profile: Profile, sequences: KeySequences, traits: Floats, mode: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tables = _tables(profile, mode)
    vocabulary, key = sequences.vocabulary, sequences.key
    sequence, place = sequences.sequence, sequences.place
    left = sequences.lengths.take(sequence) - 1 - place
    before = np.empty_like(key)
    before[:1], before[1:] = key[:1], key[:-1]
    context = key_contexts(sequences, before, place)
    by_key = _of_vocabulary(profile, mode, vocabulary)
    own = traits[:, sequences.person]
    person_key = sequences.person_key[sequences.person]

    score_spacing, score_hold = keystroke_scores(
        tables.shares,
        ScoreRequests(
            sequence_key=sequences.sequence_key,
            person_key=person_key,
            traits=own,
            sequence=sequence,
            place=place,
            identity=by_key.identity.take(key),
            identity_before=by_key.identity.take(before),
            context=context,
        ),
    )

    def trait(name: str) -> Floats:
        found: Floats = own[TRAITS.index(name)]
        return found

    def bent(score: Floats, rows: Floats, kind: NDArray[np.integer], side: str) -> Floats:
        skew = rows[2].take(kind)
        skew += trait(f"{side}_skew").take(sequence)
        tail = rows[3].take(kind)
        tail += trait(f"{side}_tail").take(sequence)
        score = bend(score, skew, tail)
        score *= rows[1].take(kind)
        score += rows[0].take(kind)
        return score

    pair = before * len(vocabulary) + key
    log_spacing = bent(score_spacing, tables.spacing, context, "spacing")
    log_spacing += by_key.digraph.reshape(-1).take(pair)
    log_hold = bent(score_hold, tables.hold, by_key.kind.take(key), "hold")
    log_hold += by_key.letter.take(key)
    second = np.float32(np.log(_US_PER_S))
    log_spacing *= even_exp(trait("spacing_spread").copy()).take(sequence)
    log_spacing += (trait("spacing") + second).take(sequence)
    log_hold *= even_exp(trait("hold_spread").copy()).take(sequence)
    log_hold += (trait("hold") + second).take(sequence)

    bounds_s = {name: profile["keystrokes", name] for name in ("spacing_bounds_s", "hold_bounds_s")}
    spacing_us = _bounded(log_spacing, bounds_s["spacing_bounds_s"][LAW_OF_MODE[mode]])
    spacing_us = practised_us(profile, sequences, mode, spacing_us)
    hold_us = _bounded(log_hold, bounds_s["hold_bounds_s"][LAW_OF_MODE[mode]])
    chance = thirds(words(mixed(sequences.sequence_key, _CHANCE).take(sequence), place))
    run = repeat_runs(profile, sequences, sequence, place, chance[2])
    spacing_us[run.row] = run.spacing_us
    spacing_us[sequences.first] = 0.0
    total_us = np.rint(spacing_us).astype(np.int64).cumsum()
    # Whole numbers add up exactly, so the sum before a sequence takes itself away.
    total_us -= total_us[sequences.first].take(sequence)
    down_us = total_us.astype(np.float64)

    shift = (vocabulary.key_class == CLASS_CODE["modifier"]).take(key)
    shift |= _hidden_shift(profile, own, sequences, place, chance[2])
    presses = Presses(
        down_us=down_us,
        up_us=down_us + hold_us,
        left=left,
        physical=vocabulary.physical.take(key),
        letter=(vocabulary.letter > 0).take(key),
        shift=shift,
        capital=vocabulary.capital.take(key),
        lead_us=shift_leads_us(profile, own, sequences, sequence, place, shift),
    )
    up_us = released_us(profile, presses, (chance[0], chance[1]))
    # A key that repeats is logged as up when it is logged as down again.
    up_us[run.row - 1] = down_us[run.row]
    up_us[run.last] = down_us[run.last] + run.last_hold_us
    return down_us, np.maximum(np.rint(up_us), down_us + 1_000.0)


def _bounded(logarithm: Floats, bounds_s: list[float]) -> NDArray[np.float64]:
    low, high = (np.float32(_US_PER_S * float(bound)) for bound in bounds_s)
    # Beyond 80 a number of this size has no exponential.
    even_exp(np.minimum(logarithm, np.float32(80.0), out=logarithm))
    np.clip(logarithm, low, high, out=logarithm)
    return logarithm.astype(np.float64)


@lru_cache(maxsize=16)
def _tables(profile: Profile, mode: str) -> _Tables:
    law = LAW_OF_MODE[mode]
    spacing, hold = profile["keystrokes", "spacing"][law], profile["keystrokes", "hold"][law]
    return _Tables(
        spacing=np.array([spacing[name] for name in CLASS_CONTEXTS], np.float32).T.copy(),
        hold=np.array([hold[name] for name in HOLD_KINDS], np.float32).T.copy(),
        digraph=profile["keystrokes", "digraph"],
        letter=profile["keystrokes", "hold_letter"],
        shares=ScoreShares.of(profile["keystrokes", "score_shares"][law]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _ByKey:
    """What the law knows of each different key, shape (k,), and of each pair of them, (k, k)."""

    identity: NDArray[np.uint8]
    kind: NDArray[np.intp]
    letter: Floats
    digraph: Floats


@lru_cache(maxsize=8)
def _of_vocabulary(profile: Profile, mode: str, vocabulary: KeyVocabulary) -> _ByKey:
    tables = _tables(profile, mode)
    letter, size = vocabulary.letter, len(vocabulary)
    of_letter = np.zeros(27, np.float32)
    for name, effect in tables.letter.items():
        of_letter[ord(name) - 96] = effect
    # Number 27 is the space bar.
    of_pair = np.zeros((28, 28), np.float32)
    for pair, effect in tables.digraph.items():
        of_pair[_letter_number(pair[0]), _letter_number(pair[1])] = effect
    space = vocabulary.key_class == CLASS_CODE["space"]
    number = np.where(space, 27, letter)
    kind = np.array([HOLD_KINDS.index(hold_kind(name)) for name in CLASSES])
    return _ByKey(
        identity=np.where(letter > 0, len(CLASSES) + letter, vocabulary.key_class).astype(np.uint8),
        kind=kind[vocabulary.key_class],
        letter=of_letter[letter],
        digraph=of_pair[np.ix_(number, number)] if size else np.zeros((0, 0), np.float32),
    )


def _letter_number(character: str) -> int:
    return 27 if character == " " else ord(character) - 96


def hold_kind(key_class: str) -> str:
    """Return the kind in `HOLD_KINDS` of a key class.

    Examples
    --------
    >>> hold_kind("letter:L2u"), hold_kind("sentence-punct"), hold_kind("tab")
    ('L2', 'punct', 'other')
    """
    if key_class.startswith("letter:"):
        return key_class[7:9]
    if key_class == "sentence-punct":
        return "punct"
    return key_class if key_class in HOLD_KINDS else "other"


def _hidden_shift(
    profile: Profile,
    own: Floats,
    sequences: KeySequences,
    place: NDArray[np.intp],
    chance: Floats,
) -> NDArray[np.bool_]:
    """Return which of the keys of which nothing is known are Shift."""
    unknown = (sequences.vocabulary.key_class == CLASS_CODE["unknown"]).take(sequences.key)
    share = np.full(len(place), np.float32(profile["keystrokes", "hidden_shift_share"]), np.float32)
    use = own[TRAITS.index("shift_use")]
    share[sequences.first] = 1.0 / (1.0 + np.exp(-use, dtype=np.float64))
    hidden: NDArray[np.bool_] = unknown & (chance < share)
    return hidden
