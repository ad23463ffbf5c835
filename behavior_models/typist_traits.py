"""Typist traits: how one person types, drawn jointly from the population."""

from dataclasses import dataclass

import numpy as np

from deskhand.behavior_models.profile import Profile

MODES = ("form", "transcription", "composition", "password")
# Forms are filled and passwords typed from a source or by heart, as in transcription.
LAW_OF_MODE = {
    "form": "transcription",
    "transcription": "transcription",
    "password": "transcription",
    "composition": "composition",
}


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
