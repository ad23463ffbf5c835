"""What holds for every operator and every family of bots, on any capture."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.datasets.augmentation.augment import augment
from deskhand.datasets.bots.families import FAMILIES
from deskhand.errors import DeskhandError
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches
from tests.datasets.made_captures import captures

# The law's profile has both hand and typing and is quick.
OPERATORS = ("persona_transfer:literature", "time_warp:0.5..2", "jitter:2")
WAYS = st.sampled_from([*OPERATORS, *FAMILIES])
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def made(session: Session, way: str, seed: int) -> Session:
    if way in FAMILIES:
        return FAMILIES[way](session, seed=seed)
    try:
        return augment(session, way, seed=seed)
    except DeskhandError:
        # Nothing in it that a hand does.
        assume(False)
        raise


def rows(session: Session, *columns: str) -> list[dict[str, Any]]:
    return session.events.select(["type", "t_us", *columns]).to_pylist()  # type: ignore[no-any-return]


def told(session: Session) -> list[dict[str, Any]]:
    """Return what every row tells but for its time, without moves, and without releases of keys."""
    marks = ("seq", "t_us", "session_id", "provenance_id", "synthetic")
    return [
        {name: value for name, value in row.items() if name not in marks}
        for row in session.events.to_pylist()
        if row["type"] not in ("pointermove", "keyup")
    ]


@SLOW
@given(captures(), WAYS, st.integers(0, 2**64 - 1))
def test_laws(source: Session, way: str, seed: int) -> None:
    new = made(source, way, seed)
    assert [breach.rule for breach in event_breaches(new.events)] == []
    assert list(session_breaches(new)) == []
    # Presses, their places and targets, keys, and whatever the page did: the same, in the same order.
    assert told(new) == told(source)
    assert Counter(r["key"] for r in rows(new, "key") if r["type"] == "keyup") == Counter(
        r["key"] for r in rows(source, "key") if r["type"] == "keyup"
    )
    _every_down_before_its_up(new, source)
    _what_follows_at_once_does_so_still(new, source)
    stamps = {row["t_us"] for row in rows(source)}
    if len(stamps) > 5 and all(t_us % 1_000 == 0 for t_us in stamps):
        assert all(row["t_us"] % 1_000 == 0 for row in rows(new))


def _every_down_before_its_up(new: Session, source: Session) -> None:
    held: set[str] = set()
    for row in rows(new, "key"):
        if row["type"] == "keydown":
            assert row["key"] not in held
            held.add(row["key"])
        elif row["type"] == "keyup":
            held.remove(row["key"])
    # A modifier is held over the same keys.
    assert _keys_under_shift(new) == _keys_under_shift(source)


def _keys_under_shift(session: Session) -> list[tuple[str, bool]]:
    shift, found = False, []
    for row in rows(session, "key"):
        if row["key"] == "Shift":
            shift = row["type"] == "keydown"
        elif row["type"] == "keydown":
            found.append((row["key"], shift))
    return found


def _what_follows_at_once_does_so_still(new: Session, source: Session) -> None:
    def delays(session: Session) -> list[int]:
        found, last = [], {"type": None, "t_us": 0}
        for row in rows(session):
            if row["type"] in ("keydown", "pointerdown"):
                last = row
            elif row["type"] in ("input", "focus") and last["type"] is not None:
                found.append(row["t_us"] - last["t_us"])
        return found

    # An input or focus comes as long after its key or press as it did.
    assert delays(new) == delays(source)


@SLOW
@given(captures(), WAYS)
def test_paths_end_where_the_press_is(source: Session, way: str) -> None:
    new = made(source, way, 7)
    axes = ("screen_x", "screen_y")
    if all(row["screen_x"] is None for row in rows(source, *axes)):
        axes = ("client_x", "client_y")
    last = None
    moved_to = []
    for row in rows(new, *axes):
        if row["type"] == "pointerdown" and last is not None and last["type"] == "pointermove":
            moved_to.append((last[axes[0]], row[axes[0]], last[axes[1]], row[axes[1]]))
        if row["type"].startswith("pointer") or row["type"] == "keydown":
            last = row
    before = len([r for r in rows(source) if r["type"] == "pointermove"])
    if way in FAMILIES:
        assert all(a == b and c == d for a, b, c, d in moved_to)
    assert before or not moved_to


@pytest.mark.parametrize("way", [*OPERATORS, *FAMILIES])
def test_same_seed_same_rows_another_seed_others(way: str) -> None:
    source = deskhand.simulate("crm.create_lead", seed=5)
    first, again, other = (made(source, way, seed) for seed in (7, 7, 8))
    assert first.events.equals(again.events)
    assert first.header == again.header
    if way not in ("headless", "minimum_jerk"):
        times = [s.events["t_us"].to_pylist() for s in (first, other)]
        assert times[0] != times[1]
    assert first.session_id != other.session_id


@pytest.mark.parametrize(
    "scenario", ["crm.create_lead", "tracker.create_issue", "crm.update_opportunity"]
)
@pytest.mark.parametrize("way", [*OPERATORS, "resynthesise", *FAMILIES])
def test_synthetic_sessions_stay_whole(scenario: str, way: str) -> None:
    source = deskhand.simulate(scenario, seed=11)
    new = made(source, way, 7)
    assert [breach.rule for breach in event_breaches(new.events)] == []
    assert list(session_breaches(new)) == []
    assert told(new) == told(source)
    pauses = [np.diff(s.events["t_us"].to_numpy()).max() for s in (source, new)]
    if way in FAMILIES:
        # Nobody reads; what remains is the page's own.
        assert pauses[1] < pauses[0]
