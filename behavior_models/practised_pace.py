"""Practised pace: how passwords and codes, typed time and again, differ from prose in their spacing."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE, CLASSES
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.profile import Profile

# What the pace is given for, and the classes of keys that it is.
KINDS = {
    "letter": tuple(name for name in CLASSES if name.startswith("letter:")),
    "digit": ("digit",),
    "symbol": ("punct", "sentence-punct"),
    "shift": ("modifier",),
}
_Times = TypeVar("_Times", NDArray[np.float32], NDArray[np.float64])
_STEPS = 1 << 20  # to a unit of ln s: whole numbers add up the same in any order


def practised_us(
    profile: Profile, sequences: KeySequences, mode: str, spacing_us: _Times
) -> _Times:
    """Return the spacings of a mode, from those that a person's prose would have.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.practised``, by mode: ``spread``, the share that is left of how far ln spacing
        lies from the sequence's mean, and what is added to it by kind of key.
    sequences : KeySequences
        n keys.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.
    spacing_us : NDArray[np.floating], shape (n,)
        Above 0 but at the sequences' first keys, which stay what they are.

    Source
    ------
    Killourhy & Maxion 2009: 51 people typed one password 400 times each; letter after letter came
    fast and evenly, the digit and the Shift late.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> named = dict(person=[0], person_key=keys(1, "p", "a"), sequence_key=keys(1, "s", "a"))
    >>> made = key_sequences([list("abc4")], load_layout("qwerty-us"), **named)
    >>> prose_us = np.array([0.0, 100.0, 200.0, 150.0])
    >>> practised_us(load_profile("literature"), made, "password", prose_us).round().tolist()
    [0.0, 99.0, 167.0, 189.0]
    """
    known = profile["keystrokes", "practised"]
    if mode not in known:
        return spacing_us
    pace = np.full(len(CLASSES), np.nan, np.float32)
    for kind, classes in KINDS.items():
        pace[[CLASS_CODE[name] for name in classes]] = known[mode][kind]
    of_key = pace[sequences.vocabulary.key_class[sequences.key]]
    row = np.flatnonzero(~np.isnan(of_key) & (sequences.place > 0))
    whole = np.zeros(len(of_key) + 1, np.int64)
    whole[row + 1] = np.rint(np.log(spacing_us[row], dtype=np.float64) * _STEPS)
    count = np.zeros(len(of_key) + 1, np.int64)
    count[row + 1] = 1
    ends = np.append(sequences.first, len(of_key))
    total, keys = (np.diff(np.cumsum(each)[ends]) for each in (whole, count))
    mean = (total / np.maximum(keys, 1) / _STEPS)[sequences.sequence[row]]
    spread = float(known[mode]["spread"])
    made = spacing_us.copy()
    made[row] = np.exp(mean + spread * (whole[row + 1] / _STEPS - mean) + of_key[row])
    return made
