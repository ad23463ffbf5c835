"""Entry pauses: before a form's fields, before what is pasted and after it.

A person reads a field's label before typing into it, fetches what the keyboard cannot type from
elsewhere, and looks at what came. These pauses are added to what the hand needs for the keys.
"""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.profile import Profile
from deskhand.keyed_draws import mixed, normals

Places = NDArray[np.intp]

_PAUSE = 36  # sets these numbers apart from a sequence's others
_US_PER_S = 1e6


def entry_pauses_us(
    profile: Profile, sequences: KeySequences, mode: str, paste: Places
) -> NDArray[np.int64]:
    """Return by how much later each key goes down for the pauses of its sequence so far.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.pause_s``: median, and SD of the logarithm, by the place of the pause.
    sequences : KeySequences
        n keys.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`; fields, which end by Tab or Enter,
        are a form's alone.
    paste : NDArray[np.intp]
        Places of the Control keys that V follows.

    Returns
    -------
    NDArray[np.int64], shape (n,)
        0 of a sequence's first key: what was before it is not timed.

    Examples
    --------
    >>> from deskhand.behavior_models.key_sequences import key_sequences
    >>> from deskhand.behavior_models.keyboard_layout import load_layout
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.keyed_draws import keys
    >>> named = dict(person=[0], person_key=keys(1, "p", "a"), sequence_key=keys(1, "s", "a"))
    >>> made = key_sequences([["a", "Tab", "b", "c"]], load_layout("qwerty-us"), **named)
    >>> later = entry_pauses_us(load_profile("literature"), made, "form", np.zeros(0, np.intp))
    >>> later[:2].tolist(), bool(200_000 < later[2] == later[3])
    ([0, 0], True)
    """
    place, sequence, size = sequences.place, sequences.sequence, len(sequences.key)
    pause_us = np.zeros(size)
    key_class = sequences.vocabulary.key_class[sequences.key]

    def put(row: Places, name: str) -> None:
        row = row[row < size]
        row = row[place[row] > 0]
        median_s, log_sd = profile["keystrokes", "pause_s"][name]
        key = sequences.sequence_key[sequence[row]]
        z = normals(mixed(key, _PAUSE), place[row])
        pause_us[row] = _US_PER_S * median_s * np.exp(log_sd * z, dtype=np.float64)

    if mode == "form":
        ends = (key_class == CLASS_CODE["tab"]) | (key_class == CLASS_CODE["enter"])
        put(np.flatnonzero(ends) + 1, "field start")
    put(paste + 2, "after paste")
    put(paste, "paste")
    later_us: NDArray[np.int64] = np.rint(pause_us).astype(np.int64).cumsum()
    later_us -= later_us[sequences.first][sequence]
    return later_us
