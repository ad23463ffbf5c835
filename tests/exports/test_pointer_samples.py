"""Laws of the recorder's sampling."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deskhand.exports.rrweb.pointer_samples import FLUSH_MS, flushes, sample_moves
from deskhand.streams import stream

seeds = st.integers(0, 2**32)
gaps_us = st.lists(st.integers(0, 30_000) | st.integers(40_000, 3_000_000), max_size=300)
breaks = st.lists(st.integers(0, 5_000_000), max_size=4).map(sorted)


@settings(max_examples=60, deadline=None)
@given(gaps_us, breaks, seeds)
def test_samples_are_moves_50_ms_apart(gaps: list[int], at: list[int], seed: int) -> None:
    t_us = np.cumsum(np.array(gaps, np.int64))
    index, taken = sample_moves(t_us, np.array(at, np.int64), stream(seed, "rrweb"))
    assert len(index) == len(taken)
    if not len(t_us):
        assert not len(index)
        return
    assert (t_us[index] <= taken).all()
    assert (np.diff(taken) > 0).all()
    # Only a page that comes to the front may shorten a gap.
    page = np.searchsorted(at, t_us[index], "right")
    assert (np.diff(taken)[np.diff(page) == 0] >= 50_000).all()
    assert (np.diff(index) > 0).all()
    # The first move of all is always taken.
    assert index[0] == 0 or t_us[index[0]] == t_us[0]


@settings(max_examples=60, deadline=None)
@given(gaps_us, breaks, seeds)
def test_every_sample_is_handed_over_once_and_late(
    gaps: list[int], at: list[int], seed: int
) -> None:
    t_us = np.cumsum(np.array(gaps, np.int64) + 50_000)
    taken_ms = t_us // 1000
    ends_ms = np.array(at, np.int64) // 1000
    batches = flushes(taken_ms, ends_ms, np.zeros(len(at), np.bool_), stream(seed, "rrweb"))
    assert [i for b in batches for i in range(b.start, b.end)] == list(range(len(taken_ms)))
    for batch in batches:
        times = taken_ms[batch.start : batch.end]
        assert (times <= batch.at_ms).all()
        assert batch.at_ms - times[0] < FLUSH_MS + 3
        # A batch belongs to one page and is handed over before the next one shows.
        page = np.searchsorted(ends_ms, times, "right")
        assert len(set(page.tolist())) == 1
        if page[0] < len(ends_ms):
            assert batch.at_ms <= ends_ms[page[0]]
    handed = [b.at_ms for b in batches]
    assert handed == sorted(handed)


@settings(max_examples=60, deadline=None)
@given(gaps_us, breaks, seeds)
def test_what_waits_on_a_page_that_is_unloaded_is_lost(
    gaps: list[int], at: list[int], seed: int
) -> None:
    taken_ms = np.cumsum(np.array(gaps, np.int64) + 50_000) // 1000
    ends_ms = np.array(at, np.int64) // 1000
    kept = [
        flushes(taken_ms, ends_ms, np.full(len(at), lost), stream(seed, "rrweb"))
        for lost in (False, True)
    ]
    # The same batches, but for those that only the end of their page hands over.
    assert set(kept[1]) <= set(kept[0])
    assert all(batch.at_ms in ends_ms for batch in set(kept[0]) - set(kept[1]))


def test_gaps_are_those_of_the_real_recorder() -> None:
    t_us = np.arange(0, 600_000_000, 8_000)
    medians = []
    for recording in range(40):
        _, taken = sample_moves(t_us, np.empty(0, np.int64), stream(7, "rrweb", recording))
        gaps_ms = np.diff(taken // 1000)
        assert gaps_ms.min() >= 49
        assert gaps_ms.max() <= 66
        medians.append(float(np.median(gaps_ms)))
    assert 51.5 <= np.mean(medians) <= 53.5
    # Recordings differ: each has its own jitter.
    assert len(set(medians)) > 1
