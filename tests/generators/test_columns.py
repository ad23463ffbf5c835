"""Stacking blocks: what one block lacks is null in its rows."""

import numpy as np

from deskhand.generators.columns import Columns, stack


def _block(t_us: int, **words: str) -> Columns:
    return Columns(
        t_us=np.array([t_us]),
        type=np.array([7], np.int8),
        action_id=np.array([0], np.int32),
        words={name: (np.array([0], np.int32), [word]) for name, word in words.items()},
    )


def test_stacked_words_share_one_list() -> None:
    codes, words = stack(
        [_block(1, key="b"), _block(2, key="a"), _block(3), _block(4, key="b")]
    ).words["key"]
    assert [words[c] if c >= 0 else None for c in codes] == ["b", "a", None, "b"]
    assert words == ["b", "a"]


def test_a_whole_number_that_one_block_lacks_is_null_there() -> None:
    one = Columns(
        t_us=np.array([1]),
        type=np.array([7], np.int8),
        action_id=np.array([0], np.int32),
        numbers={"detail": np.array([3], np.int32), "delta_y": np.array([2.5], np.float32)},
    )
    both = stack([one, _block(2)])
    assert both.numbers_null["detail"].tolist() == [False, True]
    assert np.isnan(both.numbers["delta_y"]).tolist() == [False, True]
