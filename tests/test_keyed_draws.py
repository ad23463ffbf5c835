"""Keyed draws: their distribution, their independence, and that no row knows of another.

Goodness of fit is on fixed seeds; had the seeds been drawn anew, each test would raise a false alarm
once in a thousand runs.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deskhand.keyed_draws import keys, mixed, normals, uniforms

FALSE_ALARM = 1e-3
N = 20_000
KEYS = keys(11, "test", range(N))
COUNTED = mixed(np.full(N, KEYS[0]), np.arange(N))
WHOLE = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize("which", [KEYS, COUNTED], ids=["names", "counted"])
@pytest.mark.parametrize("slot", [0, 1, 2**40, -3])
def test_uniform_and_normal_over_keys(which: np.ndarray, slot: int) -> None:
    assert stats.kstest(uniforms(which, slot), "uniform").pvalue > FALSE_ALARM
    assert stats.kstest(normals(which, slot), "norm").pvalue > FALSE_ALARM


def test_uniform_and_normal_over_the_slots_of_one_key() -> None:
    slots = np.arange(N)
    assert stats.kstest(uniforms(KEYS[:1], slots), "uniform").pvalue > FALSE_ALARM
    assert stats.kstest(normals(KEYS[:1], slots), "norm").pvalue > FALSE_ALARM


def test_uniforms_are_never_0_nor_1() -> None:
    u = uniforms(KEYS[:1000], np.arange(300)[:, np.newaxis])
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert u.min() < 1e-4
    assert u.max() > 1 - 1e-4


def test_slots_are_independent_of_one_another() -> None:
    slots = 12
    u = uniforms(KEYS, np.arange(slots)[:, np.newaxis])
    z = normals(KEYS, np.arange(slots, 2 * slots)[:, np.newaxis])
    found = np.corrcoef(np.concatenate([u, z, z * z]))[np.triu_indices(3 * slots, 1)]
    # Of 630 correlations of independent numbers, each normal with variance 1/n.
    limit = stats.norm.isf(FALSE_ALARM / 2 / len(found)) / np.sqrt(N)
    assert np.abs(found).max() < limit


def test_neighbouring_keys_are_independent_of_one_another() -> None:
    u = uniforms(COUNTED, 0)
    for lag in (1, 2, 64):
        assert stats.pearsonr(u[:-lag], u[lag:]).pvalue > FALSE_ALARM / 3
    pairs = np.histogram2d(u[:-1], u[1:], bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(pairs.ravel()).pvalue > FALSE_ALARM


def test_every_bit_of_a_key_changes_half_of_the_numbers_bits() -> None:
    changed = KEYS[:64] ^ (np.uint64(1) << np.arange(64, dtype=np.uint64))
    words = [
        (uniforms(key, np.arange(100)[:, np.newaxis]) * 2**23).astype(np.uint32)
        for key in (KEYS[:64], changed)
    ]
    bits = np.bitwise_count(words[0] ^ words[1]).mean(axis=0)
    # Mean of 100 draws from a binomial distribution of 23 bits, for 64 keys.
    limit = stats.norm.isf(FALSE_ALARM / 2 / 64) * np.sqrt(23 / 4 / 100)
    assert np.abs(bits - 11.5).max() < limit


@given(st.permutations(range(40)), st.integers(1, 39))
def test_a_row_depends_on_its_key_alone(order: list[int], kept: int) -> None:
    chosen = np.array(order[:kept])
    for draw in (uniforms, normals):
        whole = draw(KEYS[:40], np.arange(5)[:, np.newaxis])
        part = draw(KEYS[:40][chosen], np.arange(5)[:, np.newaxis])
        assert part.tobytes() == np.ascontiguousarray(whole[:, chosen]).tobytes()


@given(WHOLE, WHOLE)
def test_mixed_tells_all_whole_numbers_apart(first: int, second: int) -> None:
    a, b = (int(mixed(KEYS[:1], word)[0]) for word in (first, second))
    assert (a == b) == (first == second)
    there, back = (int(mixed(KEYS[:1], *pair)[0]) for pair in ((first, second), (second, first)))
    assert (there == back) == (first == second)


def test_keys_belong_to_seed_purpose_and_name() -> None:
    found = {
        int(keys(seed, purpose, [name])[0])
        for seed in (0, 1, 2**64 - 1)
        for purpose in ("hand", "eye")
        for name in ("1", "ann", "bob")
    }
    assert len(found) == 18
    forward = keys(3, "hand", ["ann", "bob", "cy"])
    assert forward[::-1].tolist() == keys(3, "hand", ["cy", "bob", "ann"]).tolist()
