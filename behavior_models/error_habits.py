"""Error habits: how often one person slips and how they set it right, for many people at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.typing_error_parameters import Section, of_mode
from deskhand.keyed_draws import Keys, mixed, normals, uniforms

_PURPOSE = 0x5E77  # sets these numbers apart from a person's other traits
_RATE, _REVISION, _WORD_DELETE, _WORD_JUMP = range(4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ErrorHabits:
    """One value for each person (or, after `of`, for each text), shape (p,) each.

    Parameters
    ----------
    slip_factor : NDArray[np.float32]
        The person's rate of errors relative to the population's mean.
    revision_factor : NDArray[np.float32]
        The person's rate of going back into the text relative to the population's mean.
    word_delete : NDArray[np.bool_]
        Whether the person knows Control+Backspace.
    word_jump : NDArray[np.bool_]
        Whether the person knows Control+Arrow.
    """

    slip_factor: NDArray[np.float32]
    revision_factor: NDArray[np.float32]
    word_delete: NDArray[np.bool_]
    word_jump: NDArray[np.bool_]

    def of(self, person: NDArray[np.intp]) -> "ErrorHabits":
        """Return the habits of the person of each text."""
        return ErrorHabits(
            slip_factor=self.slip_factor[person],
            revision_factor=self.revision_factor[person],
            word_delete=self.word_delete[person],
            word_jump=self.word_jump[person],
        )


def draw_error_habits(section: Section, person_key: Keys, mode: str) -> ErrorHabits:
    """Draw the habits of some people.

    Parameters
    ----------
    section : mapping
        The population: a profile's section ``typing_errors``.
    person_key : NDArray[np.uint64], shape (p,)
        Names each person's random numbers.
    mode : str
        One of `deskhand.behavior_models.typist_traits.MODES`.

    Source
    ------
    Rates are log-normal over people with mean 1, so that the population keeps the profile's rates.

    Examples
    --------
    >>> from deskhand.behavior_models.typing_error_parameters import published_typing_errors
    >>> from deskhand.keyed_draws import keys
    >>> people = keys(7, "typist", range(10_000))
    >>> habits = draw_error_habits(published_typing_errors(), people, "transcription")
    >>> bool(0.95 < habits.slip_factor.mean() < 1.05)
    True
    """
    key = mixed(person_key, _PURPOSE)
    return ErrorHabits(
        slip_factor=_factor(key, _RATE, float(of_mode(section, "slip_rate_log_sd", mode))),
        revision_factor=_factor(
            key, _REVISION, float(of_mode(section, "revision_rate_log_sd", mode))
        ),
        word_delete=uniforms(key, _WORD_DELETE) < float(section["word_delete_people"]["value"]),
        word_jump=uniforms(key, _WORD_JUMP) < float(section["word_jump_people"]["value"]),
    )


def _factor(key: Keys, slot: int, log_sd: float) -> NDArray[np.float32]:
    z = log_sd * normals(key, slot) - log_sd**2 / 2
    factor: NDArray[np.float32] = np.exp(z, dtype=np.float64).astype(np.float32)
    return factor
