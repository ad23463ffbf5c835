"""What an observer of the keys sees of errors: each rule, and the model's own keys against people's."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.keyboard_layout import BACKSPACE, load_layout
from deskhand.behavior_models.text_boundaries import token_kinds
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.typing_error_parameters import published_typing_errors
from deskhand.calibration.key_errors import KINDS, NO_CHARACTER, kind_shares, observed
from deskhand.keyed_draws import keys

US = load_layout("qwerty-us")
PROSE = (
    b"The carrier called in the morning and said that the second truck would be late again. "
    b"Please tell the warehouse, and ask whether they can load the other order first. "
    b"We should still be able to deliver all of it before the end of the week, if nothing else "
    b"happens on the way; so keep me posted and let your people know what to expect. "
)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (b"th\bhe", "no-error"),
        (b"tH\bhe", "capital"),
        (b"tht\bee", "substitution"),
        (b"thh\bed", "doubling"),
        (b"te\bhe", "omission"),
        (b" n\bin ", "omission"),
        (b"xe\bthe", "transposition"),
        (b"tj\bhe", "neighbour"),
        (b"Tj\bHe", "neighbour"),
        (b"tx\bhe", "substitution"),
        (b"tx\b\bthe", None),
        (b"\bhe", None),
        (b"th\b", None),
    ],
)
def test_one_backspace_is_classified(typed: bytes, kind: str | None) -> None:
    found = observed(np.frombuffer(typed, np.uint8), np.array([0]), US).kind
    assert [KINDS[k] for k in found if k >= 0] == ([] if kind is None else [kind])


def test_sequences_do_not_run_into_one_another() -> None:
    keys_ = np.frombuffer(b"ab\b\b" + b"\b\bcd", np.uint8)
    assert observed(keys_, np.array([0, 4]), US).length.tolist() == [2, 2]


@cache
def made(mode: str) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the keys of 2,000 people's texts, Control left out."""
    people, text = 2000, PROSE * 3
    names = keys(29, "test.key_errors", range(people))
    section = published_typing_errors()
    entry = entered_texts(
        section,
        np.frombuffer(text * people, np.uint8),
        np.arange(people, dtype=np.intp) * len(text),
        names,
        draw_error_habits(section, names, mode),
        US,
        mode,
    )
    plain = entry.held == 0
    token = entry.token[plain]
    token[~token_kinds(US).character[token] & (token != BACKSPACE)] = NO_CHARACTER
    return token, (np.cumsum(plain) - plain)[entry.first]


# Figures of 103 people copying and 1,500 writers of essays. Ours are of 2,000 people: standard
# error of the rates 1.1 %, of the rarest share (.033 of 20,000) 4 %. Ten per cent are then passed
# by a model that is right but for one run in 80 at worst.
@pytest.mark.parametrize(
    ("mode", "backspaces", "bursts", "mean"),
    [("transcription", 6.36, 3.44, 1.85), ("composition", 14.36, 3.42, 4.19)],
)
def test_backspaces_and_bursts(mode: str, backspaces: float, bursts: float, mean: float) -> None:
    token, first = made(mode)
    characters = np.count_nonzero(token_kinds(US).character[token]) / 100
    found = observed(token, first, US).length
    assert np.count_nonzero(token == BACKSPACE) / characters == pytest.approx(backspaces, rel=0.1)
    assert len(found) / characters == pytest.approx(bursts, rel=0.1)
    assert found.mean() == pytest.approx(mean, rel=0.1)


@pytest.mark.parametrize(
    ("mode", "shares"),
    [
        ("transcription", [0.563, 0.234, 0.101, 0.052]),
        ("composition", [0.412, 0.205, 0.106, 0.068]),
    ],
)
def test_burst_lengths(mode: str, shares: list[float]) -> None:
    length = observed(*made(mode), US).length
    found = np.bincount(length, minlength=5)[1:5] / len(length)
    np.testing.assert_allclose(found, shares, rtol=0.1)
    if mode == "composition":
        assert np.mean(length > 10) == pytest.approx(0.076, rel=0.1)


@pytest.mark.parametrize(
    ("mode", "shares"),
    [
        ("transcription", [0.099, 0.035, 0.242, 0.074, 0.281, 0.268]),
        ("composition", [0.082, 0.033, 0.303, 0.075, 0.169, 0.327]),
    ],
)
def test_kinds_of_single_corrections(mode: str, shares: list[float]) -> None:
    found = kind_shares(observed(*made(mode), US))
    del found["capital"]  # .002 and .011; hardly any capital here
    np.testing.assert_allclose(list(found.values()), shares, rtol=0.1)
