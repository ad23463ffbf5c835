"""Windows hold what they say: every step in its place, none across two sequences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.datasets.loaders.sequences import Sequences, padded
from deskhand.datasets.loaders.windows import Window, cut
from deskhand.errors import DeskhandError


def sequences(gaps: list[list[int]]) -> Sequences:
    count = np.array([len(one) for one in gaps], np.int64)
    t_us = [np.cumsum([0, *one[1:]]) if one else np.empty(0, np.int64) for one in gaps]
    return Sequences(
        count=count,
        steps={
            "t_us": np.concatenate([*t_us, np.empty(0, np.int64)]).astype(np.int64),
            "place": np.arange(int(count.sum())),
        },
        labels={"whose": np.arange(len(count))},
    )


GAPS = st.lists(st.lists(st.integers(0, 400_000), max_size=40), min_size=1, max_size=6)


@given(
    GAPS, st.integers(1, 12), st.integers(1, 15), st.booleans(), st.sampled_from(["events", "s"])
)
def test_windows_are_what_a_plain_loop_cuts(
    gaps: list[list[int]], size: int, stride: int, partial: bool, unit: str
) -> None:
    made = sequences(gaps)
    window = (
        Window(events=size, stride=stride, partial=partial)
        if unit == "events"
        else Window(seconds=size / 10, stride=stride / 10, events=8, partial=partial)
    )
    found = cut(made, window)
    wanted = []
    for whose, first in enumerate(made.first.tolist()):
        n = int(made.count[whose])
        t_us = made.steps["t_us"][first : first + n].tolist()
        begin, reached = 0, 0
        while n and unit == "events":
            whole = begin + size <= n
            if not whole and (not partial or begin >= n or reached >= n):
                break
            wanted.append((whose, list(range(first + begin, first + min(begin + size, n)))))
            reached, begin = begin + size, begin + stride
        while n and unit == "s":
            start, end = begin * 100_000, begin * 100_000 + size * 100_000
            if start > t_us[-1] or (end > t_us[-1] and not partial):
                break
            inside = [first + k for k, at in enumerate(t_us) if start <= at < end][:8]
            if inside:
                wanted.append((whose, inside))
            begin += stride
    places = np.split(found.steps["place"], np.cumsum(found.count))[:-1]
    whose_found = found.labels["whose"].tolist()
    assert [
        (whose, rows.tolist()) for whose, rows in zip(whose_found, places, strict=True)
    ] == wanted
    for rows, start_us in zip(places, found.labels["start_us"].tolist(), strict=True):
        assert made.steps["t_us"][rows[0]] == start_us
    assert (found.steps["t_us"][found.first] == 0).all()


@given(GAPS, st.integers(1, 50))
def test_padding_is_taken_off_by_the_mask(gaps: list[list[int]], length: int) -> None:
    made = sequences(gaps)
    arrays = padded(made, length)
    assert arrays["place"].shape == (len(made), length)
    assert arrays["mask"].sum(1).tolist() == np.minimum(made.count, length).tolist()
    for whose, first in enumerate(made.first.tolist()):
        kept = arrays["place"][whose][arrays["mask"][whose]]
        assert kept.tolist() == list(range(first, first + len(kept)))
    assert (arrays["place"][~arrays["mask"]] == 0).all()


@pytest.mark.parametrize(
    ("given_window", "told"),
    [
        ({}, "give events=128, or seconds=2.0 with events=256"),
        ({"seconds": 2.0}, "give events=128"),
        ({"events": 0}, "events=0: a window has a whole number from 1"),
        ({"events": 1.5}, "events=1.5"),
        ({"events": 8, "seconds": -1.0}, "seconds=-1.0: must be above 0"),
        ({"events": 8, "stride": 0}, "stride=0: must be above 0"),
        ({"events": 8, "stride": 1.5}, "it is a whole number"),
    ],
)
def test_windows_that_cannot_be_are_refused(given_window: dict[str, float], told: str) -> None:
    with pytest.raises(DeskhandError, match=told.replace("(", r"\(")):
        Window(**given_window)  # type: ignore[arg-type]
