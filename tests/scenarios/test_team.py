import json
from collections.abc import Sequence
from itertools import pairwise

import pytest

from deskhand.behavior_models.profile import load_profile
from deskhand.errors import DeskhandError
from deskhand.generators.plan import SessionPlan
from deskhand.generators.render import render
from deskhand.generators.typing_pool import TypingPool
from deskhand.registry import load
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.apps.chat.tasks import answer, write
from deskhand.scenarios.apps.crm.tasks import browse_leads
from deskhand.scenarios.apps.tracker.tasks import answer_issue
from deskhand.scenarios.records import Records
from deskhand.scenarios.scenario import Scenario
from deskhand.scenarios.team import TeamDay, begin_day, pass_days
from deskhand.screen import parse_reference

NAMED = (
    "auth.login",
    "crm.create_lead",
    "crm.update_opportunity",
    "tracker.create_issue",
    "tracker.triage_board",
)
INNER = (browse_leads, answer_issue, write)


def team(
    scenario: Scenario | str,
    people: Sequence[int] = (0, 1, 2),
    *,
    seed: int = 7,
    role: str | None = None,
) -> list[SessionPlan]:
    begun = begin(scenario, people, TypingPool(), seed=seed, role=role)
    pass_days([begun])
    return begun.plans


def begin(
    scenario: Scenario | str,
    people: Sequence[int],
    pool: TypingPool,
    *,
    seed: int = 7,
    role: str | None = None,
) -> TeamDay:
    return begin_day(
        load("deskhand.scenarios", scenario) if isinstance(scenario, str) else scenario,
        seed=seed,
        team=0,
        people=people,
        day=0,
        profile=load_profile("office"),
        role=role,
        start_wall_us=1_772_442_000_000_000,
        time_zone="Europe/Berlin",
        screens=shipped_screens(),
        provenance_id="test",
        pool=pool,
    )


@pytest.fixture(scope="module")
def morning() -> list[SessionPlan]:
    return team("morning", range(4))


def check(plan: SessionPlan) -> None:
    ends = 0
    for number, action in enumerate(plan.actions):
        assert action.action_id == number
        assert ends <= action.start_us <= action.end_us
        ends = action.end_us
    for press in plan.presses:
        action = plan.actions[press.action_id]
        assert action.start_us <= press.down_us < press.up_us <= action.end_us
    for typed in plan.typed:
        action = plan.actions[typed.action_id]
        assert action.start_us <= typed.start_us
        assert typed.start_us + typed.typing.duration_us <= action.end_us
    for move in plan.moves:
        action = plan.actions[move.action_id]
        assert action.start_us <= move.start_us < move.end_us <= action.end_us
    times = [row.t_us for row in plan.rows]
    assert times == sorted(times)
    assert (plan.rows[0].type, plan.rows[-1].type) == ("session.start", "session.end")


def check_screens(plan: SessionPlan) -> None:
    """Every target is an element that the screen has in some state; every mark is a state of it."""
    screens = shipped_screens()
    for screen, target in plan.elements:
        if screen.endswith("/notification"):
            continue  # of the desktop, not of a page
        compiled = screens[screen]
        overridden = {key for state in compiled.states.values() for key in state.overrides}
        assert target in compiled.elements or target in overridden
    states: dict[tuple[str, str], str] = {}
    for row in plan.rows:
        if row.type == "navigation":
            name = row.columns["reference"]
            states.update({(name, layer): "base" for layer in screens[name].layers})
        elif row.type == "mark":
            screen, layer, state = parse_reference(row.columns["reference"])
            edges = screens[screen].edges[layer, states[screen, layer]]
            assert state in {edge.to for edge in edges}, row
            states[screen, layer] = state


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scenario", [*NAMED, *INNER], ids=lambda s: getattr(s, "name", s))
def test_laws_of_every_scenario(scenario: str | Scenario, seed: int) -> None:
    for plan in team(scenario, seed=seed):
        check(plan)
        check_screens(plan)


def test_laws_of_a_morning(morning: list[SessionPlan]) -> None:
    for plan in morning:
        check(plan)
        check_screens(plan)


def test_a_morning_has_apps_talk_and_a_break(morning: list[SessionPlan]) -> None:
    for plan in morning:
        apps = {place.app for place in plan.places}
        assert apps >= {"auth", "chat"}
        assert len(apps) >= 3
        scenarios = [action.scenario for action in plan.actions]
        assert scenarios[0] == "auth.login"
        assert answer.name in scenarios
        # Absences have a long tail: one morning in a hundred takes more than 4.7 h.
        assert 3.2 < plan.duration_us / 3.6e9 < 5.5
    left = [(row.t_us, plan) for plan in morning for row in plan.rows if row.type == "idle.start"]
    assert left
    together = [
        plan.start_wall_us + row.t_us
        for plan in morning
        for row in plan.rows
        if row.type == "idle.end" and row.columns["reason"] == "break"
    ]
    # Whoever is at the desk then comes back at the same time.
    assert len(together) >= 2
    assert max(together) - min(together) < 1_000_000


def test_windows_are_switched_both_ways(morning: list[SessionPlan]) -> None:
    switches = [a for plan in morning for a in plan.actions if a.verb == "switch_to"]
    assert {action.text_class for action in switches} == {None, "keys"}


def test_a_morning_is_as_busy_as_measured_ones() -> None:
    # Ranges from studies of office work, widened for a team of six: 2.4 to 4.5 active hours in a
    # day of 8.5 h, so .28 to .53 of the time; here for the mean of a team.
    plans = team("morning", range(6), seed=3)
    shares, clicks, keys = [], [], []
    for plan in plans:
        times = sorted(
            [m.start_us for m in plan.moves]
            + [p.down_us for p in plan.presses]
            + [t.start_us for t in plan.typed]
            + [t.start_us + t.typing.duration_us for t in plan.typed]
            + [w.start_us for w in plan.wheeled]
        )
        gaps = [b - a for a, b in pairwise(times)]
        active_h = sum(gap for gap in gaps if gap < 30_000_000) / 3.6e9
        shares.append(active_h / (plan.duration_us / 3.6e9))
        clicks.append(len(plan.presses) / active_h)
        keys.append(sum(len(t.typing.tokens) for t in plan.typed) / active_h)
    assert 0.28 < sum(shares) / 6 < 0.6
    assert 250 < sum(clicks) / 6 < 650
    assert 1_000 < sum(keys) / 6 < 4_000


def test_secrets_are_in_no_row(morning: list[SessionPlan]) -> None:
    for plan in morning:
        credentials = Records(7, 0, plan.person, 0).credentials()
        written = json.dumps([[row.columns for row in plan.rows], list(plan.elements.values())])
        assert credentials.password not in written
        masked = [t for t in plan.typed if t.masked]
        assert any(t.typing.text == credentials.password for t in masked)
        assert not any(t.typing.text == credentials.password for t in plan.typed if not t.masked)


def test_rendered_secrets_keep_their_length_alone() -> None:
    (plan,) = team("auth.login", (0,))
    events = render(plan, shipped_screens()).events
    rows = events.select(["type", "target", "key", "code", "value", "masked", "value_length"])
    secret = [
        row
        for row in rows.to_pylist()
        if row["target"] in ("auth.password", "auth.code")
        and row["type"] in ("keydown", "keyup", "input")
    ]
    typed = [row for row in secret if row["masked"]]
    assert len(typed) > 3 * len(Records(7, 0, 0, 0).credentials().password)
    assert all(row["key"] is row["code"] is row["value"] is None for row in typed)
    assert {row["key"] for row in secret if not row["masked"]} <= {"Enter", "Tab"}
    assert max(row["value_length"] or 0 for row in typed) >= 8


def test_the_same_seed_gives_the_same_team() -> None:
    def outline(seed: int) -> list[object]:
        plans = team("crm.update_opportunity", seed=seed)
        return [(p.session_id, p.actions, p.moves, p.presses, p.rows) for p in plans]

    assert outline(7) == outline(7)
    assert outline(7) != outline(8)


def test_roles_are_those_of_the_scenario() -> None:
    plans = team("crm.create_lead", range(12))
    known = load("deskhand.scenarios", "crm.create_lead").roles
    roles = {plan.persona.role for plan in plans}
    assert roles <= set(known)
    assert len(roles) > 1
    assert {p.persona.role for p in team("crm.create_lead", role="sales")} == {"sales"}


def test_refusals() -> None:
    with pytest.raises(DeskhandError, match="at least one person"):
        team("auth.login", ())
    lost = Scenario(name="x", app="x", opens="x/y", run=lambda desk: desk.think())
    with pytest.raises(DeskhandError, match="opens screen 'x/y', which is not there"):
        team(lost)


def test_days_that_pass_together_are_those_that_pass_alone() -> None:
    screens, pool = shipped_screens(), TypingPool()
    teams = ((0, 1, 2), (3,), (4, 5))
    together = [begin("morning", people, pool) for people in teams]
    pass_days(together)
    alone = [team("morning", people) for people in teams]
    for others, plans in zip(together, alone, strict=True):
        for one, other in zip(others.plans, plans, strict=True):
            assert render(one, screens).events.equals(render(other, screens).events)
