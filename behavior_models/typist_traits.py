"""Typist traits: how one person types, drawn jointly from the population."""

from dataclasses import replace
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.keyed_draws import Keys, mixed, normals

SECTION, CLOCK, LENDER = "keystrokes", "key_clock", "transcription"
MODES = ("form", "transcription", "composition", "password")
# Forms are filled and passwords typed from a source or by heart, as in transcription.
LAW_OF_MODE = {
    "form": "transcription",
    "transcription": "transcription",
    "password": "transcription",
    "composition": "composition",
}
# What one person's keystrokes differ by from another's: the mean ln spacing and ln hold (ln s) with
# their spread (ln of a factor), skew and tail (see `g_and_h`), how far a spacing and a hold go with
# the one before, a hold with the spacing that ends in it and the one that follows, how often Shift
# is what starts a text (log odds), and how long before its letter Shift comes up (s).
TRAITS = (
    "spacing",
    "spacing_spread",
    "spacing_skew",
    "spacing_tail",
    "hold",
    "hold_spread",
    "hold_skew",
    "hold_tail",
    "spacing_memory",
    "hold_memory",
    "own_spacing",
    "next_spacing",
    "shift_use",
    "shift_lead",
)
TRAIT_DRAWS = 11
# What belongs to people is kept from one batch to the next when they are no more than these.
FEW_PEOPLE = 64
# People beyond this many standard deviations are not drawn.
_FARTHEST = 2.8


@lru_cache(maxsize=16)
def typing_profile(profile: Profile, law: str = LENDER) -> Profile:
    """Return the profile that says how people of a profile type: itself, or who lends it.

    A profile of hand and mind alone fills in forms as ``"transcription"`` does and composes texts as
    ``"composition"`` does, at one computer with one clock.

    Parameters
    ----------
    profile : Profile
        The population.
    law : str
        A value of `LAW_OF_MODE`.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> [typing_profile(load_profile(name)).name for name in ("office", "literature")]
    ['transcription', 'literature']
    >>> typing_profile(load_profile("office"), "composition").name
    'composition'
    """
    if SECTION in profile.sections:
        return profile
    lender = load_profile(law)
    clock = {CLOCK: load_profile(LENDER).sections[CLOCK]}
    return replace(lender, sections=dict(lender.sections) | clock)


def draw_typists(profile: Profile, mode: str, person_keys: Keys) -> NDArray[np.float32]:
    """Draw the traits of many people at once.

    Parameters
    ----------
    profile : Profile
        The population; section ``keystrokes``.
    mode : str
        One of `MODES`.
    person_keys : NDArray[np.uint64], shape (p,)
        One key a person.

    Returns
    -------
    NDArray[np.float32], shape (14, p)
        Rows in the order of `TRAITS`; jointly normal, cut off at 2.8 standard deviations.

    Source
    ------
    Profile, ``keystrokes.person_mean``, ``person_sd`` and ``person_correlation``.
    """
    if len(person_keys) <= FEW_PEOPLE:
        return _few_typists(profile, mode, person_keys.tobytes())
    return _typists(profile, mode, person_keys)


@lru_cache(maxsize=256)
def _few_typists(profile: Profile, mode: str, person_keys: bytes) -> NDArray[np.float32]:
    """Return the traits of some people, who are asked for time and again, text after text."""
    traits = _typists(profile, mode, np.frombuffer(person_keys, np.uint64))
    traits.setflags(write=False)
    return traits


def _typists(profile: Profile, mode: str, person_keys: Keys) -> NDArray[np.float32]:
    mean, factor = _person_law(profile, LAW_OF_MODE[mode])
    slots = np.arange(len(TRAITS))[:, np.newaxis]
    z = normals(mixed(person_keys, TRAIT_DRAWS), slots)
    traits = np.empty_like(z)
    for row, (centre, weights) in enumerate(zip(mean, factor, strict=True)):
        # Term by term, so that a person's sum does not depend on how many people there are.
        total = np.zeros(z.shape[1], np.float32)
        for weight, one in zip(weights[: row + 1], z, strict=False):
            total += weight * one
        sd = np.sqrt(np.square(weights).sum())
        traits[row] = centre + np.clip(total, -_FARTHEST * sd, _FARTHEST * sd)
    return traits


@lru_cache(maxsize=16)
def _person_law(profile: Profile, law: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mean of the traits and the triangle that makes them of independent numbers."""
    mean = profile["keystrokes", "person_mean"][law]
    sd = profile["keystrokes", "person_sd"][law]
    correlation = np.eye(len(TRAITS))
    for pair, value in profile["keystrokes", "person_correlation"][law].items():
        one, other = (TRAITS.index(name) for name in pair.split())
        correlation[one, other] = correlation[other, one] = float(value)
    factor = triangle(correlation) * np.array([[float(sd[name])] for name in TRAITS])
    return np.array([mean[name] for name in TRAITS], np.float32), factor.astype(np.float32)


def triangle(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lower triangle L with ``L L' = correlation`` and rows of length 1.

    Where rounded correlations contradict each other it is the triangle of some near them.

    Source
    ------
    Cholesky's decomposition, in plain arithmetic so that every machine gets the same.

    Examples
    --------
    >>> triangle(np.array([[1.0, 0.6], [0.6, 1.0]])).tolist()
    [[1.0, 0.0], [0.6, 0.8]]
    """
    size = len(correlation)
    factor = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            rest = float(correlation[i, j]) - sum(
                float(factor[i, k] * factor[j, k]) for k in range(j)
            )
            factor[i, j] = rest / float(factor[j, j])
        left = 1.0 - sum(float(factor[i, k] ** 2) for k in range(i))
        if left < 0.02:  # as much of its own has every trait
            shrink = sqrt(0.98 / (1.0 - left))
            factor[i, :i] *= shrink
            left = 0.02
        factor[i, i] = sqrt(left)
    return factor
