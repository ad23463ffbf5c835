"""Keystrokes of bots: laws of the table, and what each family's times are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deskhand.datasets.bots.key_times import KEY_FAMILIES, MODIFIERS, bot_key_times
from deskhand.errors import DeskhandError
from deskhand.keyboard_motor import time_keys

KEYS = st.lists(st.sampled_from(["a", "b", "Shift", "Enter"]), min_size=1, max_size=12)
FAMILY = st.sampled_from(sorted(KEY_FAMILIES))


@settings(max_examples=60, deadline=None)
@given(FAMILY, st.lists(KEYS, min_size=1, max_size=4), st.integers(0, 2**64 - 1))
def test_laws_of_the_table(family: str, sequences: list[list[str]], seed: int) -> None:
    timed = bot_key_times(sequences, family=family, seed=seed)
    assert timed.schema.equals(time_keys(sequences, seed=1, fidelity="law").schema)
    rows = timed.to_pylist()
    assert [row["key"] for row in rows] == [key for keys in sequences for key in keys]
    for number in range(len(sequences)):
        mine = [row for row in rows if row["sequence"] == number]
        downs = [row["down_us"] for row in mine]
        assert downs[0] == 0
        assert downs == sorted(downs)
        assert all(row["up_us"] >= row["down_us"] for row in mine)
        for place, row in enumerate(mine):
            again = [r["down_us"] for r in mine[place + 1 :] if r["key"] == row["key"]]
            assert not again or row["up_us"] <= again[0]
        if mine[0]["key"] in MODIFIERS and len(mine) > 1 and mine[1]["key"] not in MODIFIERS:
            again = [r["down_us"] for r in mine[1:] if r["key"] == mine[0]["key"]]
            assert mine[0]["up_us"] >= min([mine[1]["up_us"], *again])


@pytest.mark.parametrize("family", sorted(KEY_FAMILIES))
def test_a_sequence_depends_on_itself_alone(family: str) -> None:
    words = [list("hand"), list("desk"), list("hand")]
    together = bot_key_times(words, person=["x", "y", "z"], family=family, seed=7)
    for number, word in enumerate(words):
        alone = bot_key_times([word], person="xyz"[number], family=family, seed=7)
        part = together.filter(np.asarray(together["sequence"]) == number)
        assert part["down_us"].to_pylist() == alone["down_us"].to_pylist()
        assert part["up_us"].to_pylist() == alone["up_us"].to_pylist()


def intervals_us(family: str) -> NDArray[np.int64]:
    keys = [[*"the quick brown fox"]] * 20
    timed = bot_key_times(keys, person=[f"bot {k % 4}" for k in range(20)], family=family, seed=7)
    gaps: NDArray[np.int64] = np.diff(timed["down_us"].to_numpy().reshape(20, -1), axis=1)
    return gaps


def test_constant_intervals_are_a_setting_of_the_bot() -> None:
    made = intervals_us("constant")
    assert np.ptp(made, axis=1).max() == 0
    assert len(np.unique(made)) == 4


def test_replayed_rhythm_is_the_same_for_every_text() -> None:
    made = intervals_us("replayed")
    assert np.ptp(made[::4], axis=0).max() == 0
    assert np.ptp(made[0]) > 20_000


def test_even_intervals_have_bounds() -> None:
    made = intervals_us("uniform")
    assert 90_000 <= made.min() < made.max() <= 320_000


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"family": "constan"}, "did you mean 'constant'"),
        ({"seed": 1.5}, "must be a whole number"),
        ({"keys": []}, "keys are empty"),
    ],
)
def test_bad_input(wrong: dict[str, object], said: str) -> None:
    given = {"keys": [["a"]], "family": "uniform", "seed": 7} | wrong
    keys = given.pop("keys")
    with pytest.raises(DeskhandError, match=said):
        bot_key_times(keys, **given)  # type: ignore[arg-type]
