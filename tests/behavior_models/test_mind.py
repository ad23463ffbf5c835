import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deskhand.behavior_models.attention import Attention
from deskhand.behavior_models.habits import takes_tab
from deskhand.behavior_models.menu_search import search_us, type_ahead_length, type_ahead_places
from deskhand.behavior_models.mind_traits import KEYBOARD_PERSON, MindTraits, draw_mind
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.reading import reading_stretches
from deskhand.behavior_models.think_time import LONGEST_US, Tempo
from deskhand.streams import Draws, stream

PROFILE = load_profile("office")


def mind(seed: int = 7) -> MindTraits:
    return draw_mind(PROFILE, stream(seed, "mind"))


def test_think_times_keep_their_marginal() -> None:
    # One in a hundred of such tests fails by chance; the seed is fixed. People's sessions are drawn
    # anew each time, since thoughts of one session are correlated.
    traits = replace(mind(), tempo=1.0)
    gaps = [Tempo(traits, Draws(7, "think", n)).think_us("decide") / 1e6 for n in range(400)]
    median, log_sd = PROFILE["mind", "think_s"]["decide"]
    z = (np.log(gaps) - math.log(median)) / log_sd
    assert stats.kstest(z, "norm").pvalue > 0.01


def test_think_times_hang_together() -> None:
    traits = mind()
    tempo = Tempo(traits, Draws(7, "think"))
    z = np.log([tempo.think_us("next") for _ in range(20_000)])
    z = (z - z.mean()) / z.std()
    a, phi = traits.tempo_share, traits.tempo_persistence
    b, slow = traits.slow_share, traits.slow_persistence
    for lag in (1, 5, 20):
        measured = float(np.mean(z[:-lag] * z[lag:]))
        assert measured == pytest.approx(a * phi**lag + b * slow**lag, abs=0.07)


def fano(gaps: np.ndarray, window: float) -> float:
    times = np.cumsum(gaps)
    counts = np.bincount((times / window).astype(int))[:-1]
    return float(counts.var() / counts.mean())


def test_shuffled_think_times_are_too_even() -> None:
    tempo = Tempo(mind(), Draws(7, "think"))
    gaps = np.array([tempo.think_us("decide") for _ in range(10_000)]) / 1e6
    shuffled = stream(7, "shuffle").permutation(gaps)
    assert fano(gaps, 60) > 2 * fano(shuffled, 60)


def test_a_new_task_starts_a_new_tempo() -> None:
    tempo = Tempo(mind(), Draws(7, "think"))
    pairs = []
    for _ in range(4_000):
        before = math.log(tempo.think_us("next"))
        tempo.start_task()
        pairs.append((before, math.log(tempo.think_us("next"))))
    correlation = np.corrcoef(np.array(pairs).T)[0, 1]
    assert correlation < 0.2


def test_thoughts_never_last_longer_than_an_absence() -> None:
    tempo = Tempo(replace(mind(), tempo=20.0), Draws(7, "think"))
    assert max(tempo.think_us("resume") for _ in range(200)) == LONGEST_US


@given(words=st.floats(1, 5_000), seed=st.integers(0, 50))
def test_reading_takes_the_time_of_its_words(words: float, seed: int) -> None:
    reader = mind(seed)
    stretches = reading_stretches(reader, Draws(seed, "read"), words)
    seconds = sum(pause for pause, _ in stretches) / 1e6
    assert 0.3 < seconds / (60 * words / reader.reading_wpm) < 3.0
    assert stretches[-1][1] == 0.0
    assert all(abs(notches) >= 1.5 for _, notches in stretches[:-1])


@given(st.lists(st.text("abcd", min_size=1, max_size=4), min_size=1, max_size=12), st.data())
def test_type_ahead_reaches_the_option(labels: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(labels) - 1))
    length = type_ahead_length(labels, place)
    first = [
        next(i for i, label in enumerate(labels) if label.startswith(labels[place][:n]))
        for n in range(1, len(labels[place]) + 1)
    ]
    assert length == (first.index(place) + 1 if place in first else 0)


@given(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=9), st.data())
def test_letters_in_a_browsers_list_look_on_from_the_chosen_option(
    labels: list[str], data: st.DataObject
) -> None:
    place, chosen = (data.draw(st.integers(0, len(labels) - 1)) for _ in range(2))
    places = type_ahead_places(labels, place, chosen)
    assert place not in places[:-1]
    for number, found in enumerate(places, 1):
        typed = labels[place][:number]
        assert labels[found].startswith(typed[0] if len(set(typed)) == 1 else typed)
    if places:
        assert places[-1] == place
        after = [*range(chosen + 1, len(labels)), *range(chosen + 1)]
        assert places[0] == next(k for k in after if labels[k][0] == labels[place][0])
    # Whatever is alone with its first letter is reached by it.
    elif [label[0] for label in labels].count(labels[place][0]) == 1:
        pytest.fail(f"{labels[place]!r} is not reached")


def test_unknown_lists_are_searched_row_by_row() -> None:
    novice = replace(mind(), known_list_share=0.0, tempo=1.0)
    draws = Draws(7, "menu")
    mean_s = [
        float(np.mean([search_us(novice, draws, place, 30) for _ in range(400)])) / 1e6
        for place in (0, 7, 14, 29)
    ]
    assert mean_s == sorted(mean_s)
    assert mean_s[1] == pytest.approx(0.30 + 0.08 * 8, rel=0.1)


def test_keyboard_people_use_the_keyboard() -> None:
    people = [mind(seed) for seed in range(400)]
    habit = {
        kind: float(np.mean([p.tab_habit for p in people if p.keyboard_person == kind]))
        for kind in KEYBOARD_PERSON
    }
    assert list(habit.values()) == sorted(habit.values())
    overall = float(np.mean([p.tab_habit for p in people]))
    assert overall == pytest.approx(PROFILE["mind", "tab_share"], abs=0.08)
    draws = Draws(7, "tab")
    assert not any(takes_tab(people[0], draws, away, on_keyboard=True) for away in (0, 4, 9))


def test_breaks_have_a_floor_and_an_end() -> None:
    attention = Attention(PROFILE, Draws(7, "attention"))
    pauses = [attention.pause_us() / 1e6 for _ in range(500)]
    absences = [attention.absence_us() / 1e6 for _ in range(500)]
    assert min(pauses) >= 60
    assert max(pauses) == 300
    assert min(absences) >= 300
    assert max(absences) == 3600
    bouts = np.array([attention.bout_us() / 1e6 for _ in range(2_000)])
    shape, scale = PROFILE["mind", "bout_weibull"]
    assert stats.kstest(bouts, stats.weibull_min(shape, scale=scale).cdf).pvalue > 0.01
