"""Times of keys, by the law and by the network: what holds of both."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.behavior_models.keystroke_law import law_times
from deskhand.behavior_models.learned_keystrokes import learned_times
from deskhand.behavior_models.profile import load_profile
from deskhand.behavior_models.typist_traits import MODES
from tests.behavior_models.made_sequences import TEXT, Row, made

PROFILE = load_profile("transcription")
Times = Callable[..., tuple[Any, Any]]
both = pytest.mark.parametrize("times", [law_times, learned_times])


@both
@settings(max_examples=50, deadline=None)
@given(rows=st.lists(Row, min_size=1, max_size=6), mode=st.sampled_from(MODES))
def test_downs_rise_ups_follow_and_no_key_is_down_twice(
    times: Times, rows: list[list[str]], mode: str
) -> None:
    sequences = made(rows)
    down, up = times(PROFILE, sequences, mode)
    physical = sequences.vocabulary.physical[sequences.key]
    assert (up > down).all()
    assert np.array_equal(down, np.rint(down))
    assert np.array_equal(up, np.rint(up))
    for number in range(len(sequences)):
        own = sequences.sequence == number
        assert down[own][0] == 0
        assert (np.diff(down[own]) > 0).all()
        for key in set(physical[own][physical[own] >= 0].tolist()):
            same = own & (physical == key)
            assert (up[same][:-1] <= down[same][1:]).all()


@both
@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(Row, min_size=2, max_size=6),
    mode=st.sampled_from(MODES),
    random=st.randoms(use_true_random=False),
)
def test_a_sequence_depends_on_nothing_but_itself(
    times: Times, rows: list[list[str]], mode: str, random: Any
) -> None:
    down, up = times(PROFILE, made(rows), mode)
    order = list(range(len(rows)))
    random.shuffle(order)
    order = order[: max(1, len(order) - 1)]
    part_down, part_up = times(PROFILE, made([rows[k] for k in order], order), mode)
    ends = np.cumsum([len(row) for row in rows])
    wanted = np.concatenate([np.arange(ends[k] - len(rows[k]), ends[k]) for k in order])
    assert np.array_equal(part_down, down[wanted])
    assert np.array_equal(part_up, up[wanted])


@both
def test_blocks_do_not_matter(times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    sequences = made([TEXT * 8] * 12)
    whole = times(PROFILE, sequences, "transcription")
    monkeypatch.setattr(f"{times.__module__}._BLOCK", 1000)
    for one, other in zip(whole, times(PROFILE, sequences, "transcription"), strict=True):
        assert np.array_equal(one, other)


@both
def test_no_sequences_take_no_time(times: Times) -> None:
    down, up = times(PROFILE, made([]), "form")
    assert len(down) == len(up) == 0
