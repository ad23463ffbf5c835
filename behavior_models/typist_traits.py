"""Typist traits: how one person types, drawn jointly from the population."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.profile import Profile
from deskhand.keyed_draws import Keys, mixed, normals

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
# People beyond this many standard deviations are not drawn.
_FARTHEST = 2.8


@dataclass(frozen=True, slots=True, kw_only=True)
class TypistTraits:
    """One person's typing.

    Parameters
    ----------
    profile : Profile
        The population whose laws the person follows.
    spacing_z, hold_z : float
        The person's place in the population, in standard deviations: mean log down-down
        spacing and mean log hold.
    spacing_spread, hold_spread : float
        The person's residual spread relative to the population's, 1 on average (in logs).
    pause_factor : float
        The person's rate of pauses relative to the population's.
    error_factor : float
        The person's rate of errors relative to the population's.
    clock_us : int
        Grid of the person's key stamps: the keyboard's polling and the system's timer.
    effects_key : int
        Names the person's own effects of key pair and key.
    """

    profile: Profile
    spacing_z: float
    hold_z: float
    spacing_spread: float
    hold_spread: float
    pause_factor: float
    error_factor: float
    clock_us: int
    effects_key: int

    def mean_log_spacing(self, mode: str) -> float:
        """Return the mean of the logarithm of the down-down spacing, in ln s."""
        law = LAW_OF_MODE[mode]
        mean = float(self.profile["keyboard", "person_mean"][law][0])
        mean += float(self.profile["keyboard", "person_sd"][law][0]) * self.spacing_z
        if mode == "password":
            mean += float(self.profile["keyboard", "password_pace"])
        return mean

    def mean_log_hold(self, mode: str) -> float:
        """Return the mean of the logarithm of the hold, in ln s."""
        law = LAW_OF_MODE[mode]
        mean = float(self.profile["keyboard", "person_mean"][law][1])
        return mean + float(self.profile["keyboard", "person_sd"][law][1]) * self.hold_z


def draw_typist(profile: Profile, rng: np.random.Generator) -> TypistTraits:
    """Draw one person's typing.

    Parameters
    ----------
    profile : Profile
        The population; section ``keyboard``.
    rng : numpy.random.Generator
        The person's own stream.

    Returns
    -------
    TypistTraits
        Speed and hold correlate; the other traits are drawn independently.

    Source
    ------
    Mean log spacing and hold are jointly normal over people, as are the logs of their spreads;
    figures and people counted in the profile.

    Examples
    --------
    >>> from deskhand.behavior_models.profile import load_profile
    >>> from deskhand.streams import stream
    >>> typist = draw_typist(load_profile("office"), stream(7, "doctest"))
    >>> -4 < typist.mean_log_hold("form") < -1  # ln s
    True
    """
    z = rng.standard_normal(6)
    correlation = float(profile["keyboard", "spacing_hold_correlation"])
    spread = profile["keyboard", "person_sd"]["transcription"]
    pause_sd = float(profile["keyboard", "pause_rate_log_sd"])
    error_sd = float(profile["keyboard", "error_rate_log_sd"])
    clocks = profile["keyboard", "clock_us"]
    share = np.array([share for _, share in clocks], dtype=float)
    return TypistTraits(
        profile=profile,
        spacing_z=float(z[0]),
        hold_z=float(correlation * z[0] + np.sqrt(1.0 - correlation**2) * z[1]),
        spacing_spread=float(np.exp(float(spread[2]) * z[2])),
        hold_spread=float(np.exp(float(spread[3]) * z[3])),
        # Rates are log-normal with mean 1, so that the population keeps the profile's rates.
        pause_factor=float(np.exp(pause_sd * z[4] - pause_sd**2 / 2)),
        error_factor=float(np.exp(error_sd * z[5] - error_sd**2 / 2)),
        clock_us=int(clocks[int(rng.choice(len(clocks), p=share / share.sum()))][0]),
        effects_key=int(rng.integers(2**62)),
    )


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
