"""Learned keystrokes: what always holds, and what they make of many people.

Tests on fixed seeds state how often they would fail over other seeds though nothing is wrong.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.density_network import whole_inputs
from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.keystroke_history import (
    HOLD_SCORE,
    SPACING_SCORE,
    KeystrokeHistory,
    scores,
    times_us,
)
from deskhand.behavior_models.keystroke_inputs import keystroke_inputs
from deskhand.behavior_models.keystroke_network import HISTORY_INPUTS, TRAITS, KeystrokeNetwork
from deskhand.behavior_models.learned_keystrokes import SECTION, learned_times, network_of
from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from tests.behavior_models.made_sequences import TEXT, made

PROFILE = load_profile("transcription")


def test_parts_of_a_long_sequence_join() -> None:
    # 40 people, 12 joints each. What a key remembers is much the same with a run-in as with all that
    # came before it, so the memory of spacings across a joint is that of any other place.
    sequences = made([TEXT * 36] * 40, list(range(40)), list(range(40)))
    down, _ = learned_times(PROFILE, sequences, "transcription")
    spacing = np.log(np.diff(down.reshape(40, -1), axis=1))
    place = np.arange(spacing.shape[1])
    effect = np.stack([spacing[:, place % len(TEXT) == k].mean() for k in range(len(TEXT))])
    rest = spacing - effect[place % len(TEXT)]
    rest -= rest.mean(axis=1, keepdims=True)
    joint = np.arange(192, spacing.shape[1], 192)

    def memory(at: Any) -> float:
        return float(np.corrcoef(rest[:, at - 1].ravel(), rest[:, at - 2].ravel())[0, 1])

    # 480 pairs: standard error .046; false alarm 1 in 1,000.
    assert abs(memory(joint) - memory(np.arange(2, spacing.shape[1]))) < 0.15


def test_a_record_gives_the_same_network() -> None:
    network = network_of(PROFILE)
    again = KeystrokeNetwork.from_record(network.record)
    assert again.record == network.record
    assert np.array_equal(again.class_places, network.class_places)


@pytest.mark.parametrize("name", ["spacing", "hold"])
def test_what_is_drawn_follows_the_density(name: str) -> None:
    network, rng, size = network_of(PROFILE), np.random.default_rng(4), 20_000
    inputs = keystroke_inputs(made([TEXT]))
    traits = np.repeat(
        whole_inputs(rng.standard_normal((TRAITS, 1)).astype(np.float32)), len(TEXT), 1
    )
    sums = network.text_sums(inputs, np.zeros_like(traits))[name]
    sums += network.trait_sums(name, traits)
    assert np.array_equal(sums, network.text_sums(inputs, traits)[name])
    history = np.zeros((HISTORY_INPUTS[name], 1), np.float32)
    for key in (1, 9):
        grid = np.linspace(-12, 20, 6401, dtype=np.float32)
        one = np.repeat(sums[:, [key]], len(grid), axis=1)
        density = np.exp(network.log_density(name, one, np.repeat(history, len(grid), 1), grid))
        mass = np.cumsum(density) * (grid[1] - grid[0])
        assert mass[-1] == pytest.approx(1.0, abs=0.01)
        chance = rng.random((2, size), dtype=np.float32).clip(1e-6, 1 - 1e-6)
        one = np.repeat(sums[:, [key]], size, axis=1)
        drawn = network.drawn_score(name, one, np.repeat(history, size, 1), chance)
        # Kolmogorov's distance of 20,000 draws: beyond .0138 once in 1,000; .005 for the grid.
        level = np.interp(np.sort(drawn), grid, mass)
        assert np.abs(level - (np.arange(size) + 0.5) / size).max() < 0.0138 + 0.005


def test_a_network_whose_layers_do_not_fit_is_refused() -> None:
    record = network_of(PROFILE).record
    record["hold"] = record["spacing"]
    with pytest.raises(DeskhandError, match="a layer of hold has"):
        KeystrokeNetwork.from_record(record)
    record = network_of(PROFILE).record
    record["spacing"] = record["spacing"][:-1]
    with pytest.raises(DeskhandError, match=r"spacing has \d+ outputs"):
        KeystrokeNetwork.from_record(record)


def test_a_population_without_a_network_is_told() -> None:
    with pytest.raises(DeskhandError, match="no network of keystrokes; use fidelity 'law'"):
        learned_times(load_profile("literature"), made([TEXT]), "transcription")


@settings(max_examples=50, deadline=None)
@given(st.floats(1_000.0, 4e6))
def test_scores_have_an_inverse(time_us: float) -> None:
    for form in (SPACING_SCORE, HOLD_SCORE):
        score = scores(np.array([time_us], np.float32), form)
        assert times_us(score, form, 60.0)[0] == pytest.approx(time_us, rel=1e-3)


def test_history_sees_the_last_two_keys_and_forgets_nobody_elses() -> None:
    history = KeystrokeHistory(2)
    for spacing_ms, hold_ms in ((150, 80), (200, 100), (120, 140)):
        both = np.array([spacing_ms, 2 * spacing_ms], np.float32) * 1e3
        held = np.array([hold_ms, hold_ms], np.float32) * 1e3
        history.add(both, held, first=spacing_ms == 150)
    seen = history.before_spacing(2)
    assert seen[0] == pytest.approx(scores(np.array([120e3, 240e3], np.float32), SPACING_SCORE))
    assert seen[1] == pytest.approx(scores(np.array([200e3, 400e3], np.float32), SPACING_SCORE))
    # 120 ms after a hold of 100 ms: no overlap; 240 ms even less.
    assert (seen[7] < 0).all()


def test_the_network_types_at_the_pace_of_people() -> None:
    # Dhakal et al. 2018, samples of 1,417 and 47 people: medians .170 and .177 s from down to down,
    # holds of .104 and .096 s. 400 typists have a standard error of about 2 %; the texts differ.
    sequences = made([TEXT] * 400, list(range(400)), list(range(400)))
    letters = sequences.vocabulary.key_class[sequences.key] != CLASS_CODE["modifier"]
    inside = (sequences.place > 1) & letters
    down, up = learned_times(PROFILE, sequences, "transcription")
    spacing = np.diff(down, prepend=0.0)[inside]
    assert np.median(spacing) == pytest.approx(173e3, rel=0.1)
    assert np.median((up - down)[inside]) == pytest.approx(100e3, rel=0.1)


def test_people_differ_and_stay_the_same() -> None:
    rows = [TEXT] * 60
    own = made(rows, list(range(60)), [number % 20 for number in range(60)])
    down, _ = learned_times(PROFILE, own, "transcription")
    pace = np.log(np.median(np.diff(down.reshape(60, -1), axis=1), axis=1)).reshape(3, 20)
    # Three texts of each of 20 people: without people of their own r were 0 with SD .23.
    assert np.corrcoef(pace[0], pace[1])[0, 1] > 0.6


def test_profiles_that_share_a_name_keep_their_networks_apart() -> None:
    network = PROFILE[SECTION, "network"]
    other = dict(network, hold=load_profile("composition")[SECTION, "network"]["hold"])
    sections = {
        **PROFILE.sections,
        SECTION: {**PROFILE.sections[SECTION], "network": {"value": other, "source": "made"}},
    }
    changed = replace(PROFILE, sections=sections)
    own, others = (
        learned_times(one, made([TEXT]), "transcription")[1] for one in (PROFILE, changed)
    )
    assert not np.array_equal(own, others)
