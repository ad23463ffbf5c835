"""Views of keystrokes: nothing is told where laws are the same, and each view sees what it is for."""

import numpy as np
import pyarrow as pa
import pytest

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.evaluation.key_features import CLOCK, DEPENDENCE, DISTRIBUTION, KEYED
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.key_views import VIEWS, key_views, telling_keys, views_of, window_features
from deskhand.evaluation.key_windows import key_windows
from tests.evaluation.made_typists import typists

# 240 windows of 20 people a side: a standard error of .03 from the windows and about .06 from the
# people; a false alarm lies beyond four of them, 1 in 16,000.
UNSEEN = 0.25


@pytest.mark.usefixtures("scikit_learn")
def test_one_law_is_not_told_from_itself() -> None:
    found = key_views(typists(1), typists(2, first_person=20), seed=0)
    assert tuple(found) == VIEWS
    for view, test in found.items():
        assert abs(test.auc - 0.5) < UNSEEN, view
        assert test.rows == 480


@pytest.mark.usefixtures("scikit_learn")
@pytest.mark.parametrize(
    ("made", "seeing", "blind"),
    [
        (typists(2, hold_ms=150.0), ("distribution", "no clock", "timing", "keyed"), ()),
        (typists(2, memory=0.6), ("dependence", "timing"), ("clock",)),
        (typists(2, grid_ms=8.0), ("clock", "timing"), ("no clock",)),
    ],
)
def test_a_view_sees_what_it_is_for(
    made: Keystrokes, seeing: tuple[str, ...], blind: tuple[str, ...]
) -> None:
    found = key_views(typists(1), made, seed=0, views=(*seeing, *blind))
    for view in seeing:
        assert found[view].auc > 0.85, view
    for view in blind:
        assert abs(found[view].auc - 0.5) < UNSEEN, view


@pytest.mark.usefixtures("scikit_learn")
def test_only_known_keys_give_away_the_order_of_fast_and_slow() -> None:
    real = typists(1, space=2.0)
    rng = np.random.default_rng(3)
    # The same spacings in another order: pauses no longer stand before spaces.
    made = typists(2, space=2.0)
    mixed = made.down_us.copy()
    for first in made.first:
        part = slice(first, first + 480)
        gaps = np.diff(made.down_us[part])
        mixed[part] = made.down_us[first] + np.append(0, np.cumsum(rng.permutation(gaps)))
    moved = typed_keys(
        pa.table(
            {
                "user": [made.people[k] for k in made.person],
                "session": made.session.astype(str),
                "t_down_s": mixed / 1e6,
                "t_up_s": (mixed + made.up_us - made.down_us) / 1e6,
                "key": [made.vocabulary.names[k] for k in made.key],
            }
        ),
        made.people,
    )
    found = key_views(real, moved, seed=0, views=("distribution", "keyed"))
    assert abs(found["distribution"].auc - 0.5) < UNSEEN
    assert found["keyed"].auc > 0.85
    named = [name for name, _ in telling_keys(real, moved, views=("keyed",))["keyed"]]
    assert "to space: spacing" in named[:3]


def test_features_have_names_and_rows() -> None:
    keys = typists(4, people=3)
    for view, names in {
        "distribution": DISTRIBUTION,
        "dependence": DEPENDENCE,
        "clock": CLOCK,
        "keyed": (*DISTRIBUTION, *DEPENDENCE, *CLOCK, *KEYED),
    }.items():
        rows, person = window_features(keys, view, seed=0)
        assert rows.shape == (36, len(names))
        assert np.bincount(person).tolist() == [12, 12, 12]
    with pytest.raises(UnknownNameError, match="timing"):
        window_features(keys, "tming", seed=0)


def test_without_known_keys_there_is_no_keyed_view() -> None:
    assert views_of(typists(5, people=2, known=False)) == VIEWS[:-1]


def test_windows_follow_each_other_and_stay_within_sessions() -> None:
    keys = typists(6, people=2, keys=100)
    windows = key_windows(keys, size=40, seed=0)
    assert len(windows) == 4
    assert windows.hold[0].tolist() == np.rint((keys.up_us - keys.down_us)[:40] / 1e3).tolist()
    assert windows.person.tolist() == [0, 0, 1, 1]
    assert len(key_windows(keys, size=40, most=3, seed=0)) == 3
    with pytest.raises(DeskhandError, match="101 keys"):
        key_windows(keys, size=101, seed=0)
    with pytest.raises(DeskhandError, match="at least 3"):
        key_windows(keys, size=2, seed=0)


def test_a_dither_hides_the_grid_alone() -> None:
    keys = typists(7, people=2, grid_ms=8.0)
    plain = key_windows(keys, seed=0)
    moved = key_windows(keys, seed=0, dither_ms=16.0)
    assert np.all(plain.hold % 8 == 0)
    assert np.mean(moved.hold % 8 == 0) < 0.3
    assert np.abs(moved.spacing - plain.spacing).max() <= 17.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"t_up_s": None}, "columns t_up_s are missing"),
        ({"t_down_s": [0.0, float("nan")]}, "must be numbers"),
        ({"user": ["ann", "zoe"]}, "'zoe' is not among the 2 people"),
    ],
)
def test_bad_tables(change: dict[str, object], said: str) -> None:
    columns = {
        "user": ["ann", "bob"],
        "session": ["1", "1"],
        "t_down_s": [0.0, 0.1],
        "t_up_s": [0.1, 0.2],
    }
    given = {name: value for name, value in (columns | change).items() if value is not None}
    with pytest.raises(DeskhandError, match=said):
        typed_keys(pa.table(given), ["ann", "bob"])


def test_a_table_in_any_order_becomes_sessions() -> None:
    table = pa.table(
        {
            "user": pa.array(["bob", "ann", "ann", "ann"]).dictionary_encode(),
            "session": [1, 2, 1, 1],
            "t_down_s": [5.0, 0.0, 0.4, 0.1],
            "t_up_s": [5.1, 0.1, 0.3, 99.0],
            "key": ["a", "BKSP", "no such key", "E"],
        }
    )
    keys = typed_keys(table)
    assert keys.people == ["ann", "bob"]
    names = [keys.vocabulary.names[k] for k in keys.key]
    assert names == ["E", "other", "BKSP", "a"]
    # A release before its press is at the press; a lost one is cut.
    assert (keys.up_us - keys.down_us).tolist() == [5_000_000, 0, 100_000, 100_000]
    assert len(keys.first) == 3
    assert len(keys.of_people([1])) == 1
