"""Shift lead: by how much a modifier comes up before the last key that it is held for."""

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.typist_traits import TRAITS
from deskhand.keyed_draws import mixed, uniforms

Floats = NDArray[np.float32]

_US_PER_S = 1e6
_SHIFT = 34


def shift_leads_us(
    profile: Profile,
    traits: Floats,
    sequences: KeySequences,
    sequence: NDArray[np.intp],
    place: NDArray[np.intp],
    shift: NDArray[np.bool_],
) -> Floats:
    """Return the lead of each key that is a modifier, 0 of the others.

    Parameters
    ----------
    profile : Profile
        ``keystrokes.shift_lead_scale_s``.
    traits : NDArray[np.float32], shape (14, m)
        Of the people of the m sequences, see `deskhand.behavior_models.typist_traits`.
    sequences : KeySequences
        n keys.
    sequence, place : NDArray[np.intp], shape (n,)
        Each key's sequence, and its place in it.
    shift : NDArray[np.bool_], shape (n,)
        Which keys are modifiers.

    Returns
    -------
    NDArray[np.float32], shape (n,)
        Microseconds; negative where the modifier comes up after.
    """
    row = np.flatnonzero(shift)
    lead_us = np.zeros(len(shift), np.float32)
    u = uniforms(mixed(sequences.sequence_key, _SHIFT)[sequence[row]], place[row])
    scale_s = np.float32(profile["keystrokes", "shift_lead_scale_s"])
    lead_s = traits[TRAITS.index("shift_lead")][sequence[row]] + scale_s * np.log(
        u / (1.0 - u), dtype=np.float64
    )
    lead_us[row] = np.float32(_US_PER_S) * lead_s
    return lead_us
