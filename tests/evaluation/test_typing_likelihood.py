"""Likelihood of typing: inferring a person's traits helps, and made strangers are as likely as others."""

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

import deskhand
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.typing_likelihood import TypingLikelihood, typing_likelihood
from tests.evaluation.made_typists import TEXT, typists

PROFILE = load_profile("transcription")


@cache
def made(fidelity: str = "learned", people: int = 24) -> Keystrokes:
    """Return what people of the profile's own law type."""
    names = np.repeat([f"p{number:02}" for number in range(people)], 12 * len(TEXT))
    session = np.repeat(np.arange(12 * people), len(TEXT))
    columns = {"sequence": session, "person": names, "key": list(TEXT) * (12 * people)}
    timed = deskhand.time_keys(
        pa.table(columns), profile="transcription", fidelity=fidelity, seed=3
    )
    down_s, up_s = (timed[name].to_numpy() / 1e6 for name in ("down_us", "up_us"))
    table = {"user": names, "session": session, "t_down_s": down_s, "t_up_s": up_s}
    return typed_keys(pa.table(table | {"key": columns["key"]}))


@cache
def found() -> TypingLikelihood:
    return typing_likelihood(made(), PROFILE)


def test_a_person_is_likelier_met_than_unmet() -> None:
    assert np.isfinite(found().met).all()
    better = found().unmet - found().met
    assert better.mean() > 4 * better.std() / np.sqrt(len(better))
    # Traits move ln times by some tenths of their spread: far less than a nat a key.
    assert 0.02 < better.mean() < 0.5


def test_nobody_is_remembered_where_all_are_strangers() -> None:
    one, other = found().met[::2], found().met[1::2]
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    assert abs(one.mean() - other.mean()) < 4 * error


def test_another_law_is_less_likely_than_the_networks_own_typing() -> None:
    assert typing_likelihood(typists(5), PROFILE).met.mean() > found().met.mean() + 0.1


def test_who_else_is_asked_for_changes_little() -> None:
    # Only the draws within ticks of the clock are others'.
    alone = typing_likelihood(made().of_people([3, 4]), PROFILE).met[[3, 4]]
    assert alone == pytest.approx(found().met[[3, 4]], abs=0.1)
    assert np.isnan(typing_likelihood(made().of_people([3, 4]), PROFILE).met[5])


def test_too_few_keys_and_a_profile_without_a_network_are_refused() -> None:
    with pytest.raises(DeskhandError, match="nobody has 100"):
        typing_likelihood(typists(1, keys=60), PROFILE)
    with pytest.raises(DeskhandError, match="no network of keystrokes"):
        typing_likelihood(made(), load_profile("literature"))
