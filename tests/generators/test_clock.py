"""Laws of the clocks that stamp events."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.errors import UnknownNameError
from deskhand.generators.clock import CLOCKS, clock, stamp

TIMES = st.lists(st.integers(0, 10**12), min_size=1, max_size=50)


@given(times=TIMES, name=st.sampled_from(sorted(CLOCKS)))
def test_a_clock_keeps_order_and_its_grid_and_is_never_ahead(times: list[int], name: str) -> None:
    known = clock(name)
    t_us = np.sort(np.array(times, np.int64))
    made = stamp(t_us, known.grid_us, known.unit_us)
    assert (np.diff(made) >= 0).all()
    assert (made % known.unit_us == 0).all()
    assert (made <= t_us).all()
    assert (t_us - made < known.grid_us + known.unit_us).all()


@given(times=TIMES, name=st.sampled_from(sorted(CLOCKS)))
def test_a_stamp_stays_where_it_is_when_stamped_with_whole_units(
    times: list[int], name: str
) -> None:
    known = clock(name)
    made = stamp(np.array(times, np.int64), known.grid_us)
    assert (stamp(made, known.grid_us) == made).all()


def test_each_time_may_have_its_own_grid() -> None:
    t_us = np.array([15_999, 15_999, 15_999])
    assert stamp(t_us, np.array([5, 1_000, 15_625])).tolist() == [15_995, 15_000, 15_625]


def test_a_tick_of_64_hz_shows_as_15_and_16_ms() -> None:
    made = stamp(np.arange(0, 1_000_000, 1_000), 15_625, 1_000)
    assert set(np.diff(np.unique(made)).tolist()) == {15_000, 16_000}


def test_an_unknown_clock_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"'date-1s' is not known; .*date-1ms"):
        clock("date-1s")
