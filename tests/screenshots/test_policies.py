"""When screenshots are taken, and when not."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports.captured import captured_session
from deskhand.exports.screenshots import Gap, gaps, parse_policies, seen_moments
from deskhand.safeguards import safeguarded
from deskhand.session import Session
from tests.safeguards.files import made


@pytest.fixture(scope="module")
def lead() -> Session:
    return deskhand.simulate("crm.create_lead", seed=7)


@pytest.fixture(scope="module")
def morning() -> Session:
    return deskhand.simulate("morning", seed=7)


def times(session: Session, policy: str) -> list[int]:
    return [moment.t_us for moment in seen_moments(session, parse_policies(policy))]


@settings(max_examples=25, deadline=None)
@given(st.integers(50, 200_000))
def test_a_period_is_kept_from_start_to_end(lead: Session, period_ms: int) -> None:
    found = times(lead, f"periodic:{period_ms / 1000}")
    assert found[0] == 0
    assert all(b - a == period_ms * 1000 for a, b in pairwise(found))
    assert found[-1] <= lead.header["duration_us"] < found[-1] + period_ms * 1000


def test_a_picture_before_an_act_shows_none_of_its_rows_and_one_after_all(lead: Session) -> None:
    rows = lead.events.filter(pc.is_valid(lead.events["action_id"]))
    first = rows.group_by("action_id").aggregate([("t_us", "min")])
    starts = dict(zip(first["action_id"].to_pylist(), first["t_us_min"].to_pylist(), strict=True))
    before = seen_moments(lead, parse_policies("before-action"))
    after = seen_moments(lead, parse_policies("after-action"))
    ends = {row["action_id"]: row["end_us"] for row in lead.actions.to_pylist()}
    assert [m.action_id for m in before] == [m.action_id for m in after]
    for b, a, following in zip(before, after, [*before[1:], None], strict=True):
        assert b.t_us < starts[b.action_id or 0]
        assert a.t_us >= ends[a.action_id or 0]
        assert following is None or a.t_us <= max(ends[a.action_id or 0], following.t_us)


def test_acts_are_those_of_hand_and_keys(lead: Session) -> None:
    verbs = {r["action_id"]: r["verb"] for r in lead.actions.to_pylist()}
    shown = Counter(
        verbs[m.action_id or 0] for m in seen_moments(lead, parse_policies("before-action"))
    )
    assert set(shown).isdisjoint({"think", "wait_for"})
    assert shown["type"] == sum(verb == "type" for verb in verbs.values())


def test_a_capture_without_a_table_of_acts_has_pictures_of_derived_ones(lead: Session) -> None:
    bare = replace(lead, actions=lead.actions.slice(0, 0))
    found = seen_moments(bare, parse_policies("before-action"))
    assert len(found) > 10
    assert {m.action_id for m in found} == {None}


def test_every_window_that_comes_up_has_a_picture(morning: Session) -> None:
    focus = pc.equal(morning.events["type"].cast(pa.string()), "window.focus")
    assert times(morning, "on-window-switch") == morning.events.filter(focus)["t_us"].to_pylist()
    assert len(times(morning, "on-window-switch")) > 20


def test_policies_together_are_what_each_asks_for(lead: Session) -> None:
    names = ["before-action", "after-action", "on-window-switch", "periodic:7"]
    together = seen_moments(lead, parse_policies(names))
    alone = [m for name in names for m in seen_moments(lead, parse_policies(name))]
    assert Counter(together) == Counter(alone)
    assert [m.t_us for m in together] == sorted(m.t_us for m in alone)


def test_there_is_no_picture_in_a_gap(morning: Session, tmp_path: Path) -> None:
    office = made(tmp_path, exclude=["chat"], pauses=[{"from_s": 30, "to_s": 90}])
    morning = safeguarded(morning, office)
    away = gaps(morning)
    assert {gap.reason for gap in away} == {"paused", "excluded-app", "lid"}
    every = times(morning, "periodic:1")
    whole = range(0, morning.header["duration_us"] + 1, 1_000_000)
    hidden = set(whole) - set(every)
    assert len(hidden) > 50
    assert all(any(g.start_us <= t < g.end_us for g in away) for t in hidden)
    assert not any(g.start_us <= t < g.end_us for g in away for t in every)


def test_there_is_no_picture_while_a_device_sleeps() -> None:
    rows = [
        ("session.start", 0, None, None),
        ("visibility", 2_000_000, "hidden", "lid"),
        # Windows that come up while the lid is down do not wake the device.
        ("window.focus", 3_000_000, None, None),
        ("visibility", 6_000_000, "visible", "lid"),
        # A page behind another is hidden, and the screen can be seen.
        ("visibility", 7_000_000, "hidden", None),
        ("session.end", 9_000_000, None, None),
    ]
    names = ("type", "t_us", "value", "reason")
    session = captured_session(
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
        session_id="cap_session_1",
        start_wall_us=0,
        source="mylog",
    )
    assert gaps(session) == [Gap(2_000_000, 6_000_000, "lid")]
    assert times(session, "periodic:1") == [0, 1_000_000, *range(6_000_000, 9_000_001, 1_000_000)]


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("before-actions", "did you mean 'before-action'"),
        ("", "policy '' is not known"),
        ("periodic", "write periodic:5"),
        ("periodic:", "write periodic:5"),
        ("periodic:0", "write periodic:5"),
        ("periodic:nan", "write periodic:5"),
        ("periodic:-3", "write periodic:5"),
        ("periodic:0.001", "from 0.0333"),
        ("before-action:3", "policy 'before-action:3' is not known"),
        ("before-action,before-action", "stands twice"),
    ],
)
def test_policies_that_are_none_are_refused(policy: str, told: str) -> None:
    with pytest.raises(DeskhandError, match="policy") as refusal:
        parse_policies(policy)
    assert told in str(refusal.value)


def test_no_policy_is_refused() -> None:
    with pytest.raises(DeskhandError, match="no policy"):
        parse_policies([])
