"""Clicks on the wrong thing: what they hit, how they are taken back, and that the work comes out right."""

from collections.abc import Callable
from dataclasses import replace
from math import hypot
from typing import Any

import pytest

import deskhand
from deskhand.generators.plan import Action, SessionPlan
from deskhand.goals import missed
from deskhand.registry import load
from deskhand.scenarios.app_screens import shipped_screens
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.live_page import LivePage
from deskhand.scenarios.scenario import Scenario, Steps, infeasible
from deskhand.scenarios.wrong_target import HISTORY_BACK, NEIGHBOUR_PX, WayBack, wrong_target
from deskhand.screen import Screen
from deskhand.validation.session_rules import session_breaches
from tests.scenarios.laws import check_laws, marks

Act = Callable[..., SessionPlan]
EASY = ("mail.triage", "builder.edit_page", "tracker.create_issue", "sheet.clean_orders")


def clumsy(task: Scenario) -> Scenario:
    """Return the task done by somebody who slips with every click."""

    def run(desk: Desk, **given: object) -> Steps:
        desk.mind = replace(desk.mind, slip_rate=1.0)
        yield from task.run(desk, **given)

    return replace(task, run=run)


@pytest.fixture
def page(act: Act) -> Callable[..., LivePage]:
    """Return a function that opens a shipped page, with its layers in given states."""
    plan = act(lambda desk: desk.think())

    def opened(name: str, **states: str) -> LivePage:
        live = LivePage(shipped_screens()[name], plan, ())
        live.page.state.update(states)
        live.elements = live.page.elements
        return live

    return opened


@pytest.mark.parametrize(
    ("screen", "states", "meant", "hit", "way"),
    [
        # A wrong entry, a wrong filter, a wrong field: the right one is clicked, and that is all.
        ("mail/inbox", {"reading": "m3"}, "mail.row.5", "mail.row.4", None),
        ("tracker/issues", {}, "issues.filter.review", "issues.filter.open", None),
        ("crm/lead-form", {}, "lead.email", "lead.phone", None),
        # What is archived is brought back, what is ticked cleared, what was opened closed.
        ("mail/inbox", {}, "mail.delete.2", "mail.archive.2", WayBack("mail.undo.2", None, "base")),
        ("builder/prompt", {}, "prompt.make", "prompt.pictures", WayBack("prompt.pictures")),
        (
            "builder/canvas",
            {},
            "canvas.save",
            "canvas.preview",
            WayBack("preview.close", None, "base"),
        ),
        # A wrong link, also one of the same list: back by a link of that page.
        ("crm/leads", {}, "leads.search", "leads.new", WayBack("nav.leads")),
        ("crm/leads", {}, "leads.row.2", "leads.row.3", WayBack("nav.leads")),
        # Nobody loses what was searched for, sends a mail, or throws it away by mistake.
        ("crm/leads", {"page": "found-2"}, "leads.search", None, None),
        ("mail/inbox", {"page": "open-compose"}, "mail.attach", "mail.body", None),
        ("mail/inbox", {"page": "open-compose"}, "mail.send", None, None),
    ],
)
def test_what_a_slip_hits_and_how_it_is_taken_back(
    screen: str,
    states: dict[str, str],
    meant: str,
    hit: str | None,
    way: WayBack | None,
    page: Callable[..., LivePage],
) -> None:
    live = page(screen, **states)
    found = wrong_target(live, live.elements[meant], shipped_screens(), ())
    assert (found and found.element.key, found and found.back) == (hit, way)


def test_nobody_comes_to_the_end_of_a_task_by_mistake(page: Callable[..., LivePage]) -> None:
    live = page("mail/inbox", reading="m3")
    meant, screens = live.elements["mail.row.5"], shipped_screens()
    ends = ["mail/inbox#reading:m4", "mail/inbox#row.4:archived"]
    found = [wrong_target(live, meant, screens, ends[:count]) for count in range(len(ends) + 1)]
    hit = [wrong and wrong.element.key for wrong in found]
    assert hit == ["mail.row.4", "mail.archive.4", None]


def click(live: LivePage, target: str | None, to: str | None = None) -> bool:
    """Take the transition that a click starts; returns whether there was one."""
    edge = live.edge("click", target, to=to)
    if edge is not None:
        live.take(edge, 0, None)
    return edge is not None


def test_every_neighbour_of_every_page_is_taken_back_to_the_state_before(
    page: Callable[..., LivePage],
) -> None:
    seen = 0
    for name in shipped_screens():
        live = page(name)
        for meant in list(live.elements.values()):
            found = wrong_target(live, meant, shipped_screens(), ())
            if found is None:
                continue
            seen += 1
            left, top, width, height = meant.box
            x, y, w, h = found.element.box
            away = (max(x - left - width, left - x - w, 0), max(y - top - height, top - y - h, 0))
            assert hypot(*away) <= NEIGHBOUR_PX
            fresh = page(name)
            if not click(fresh, found.element.key):
                continue
            back, once = found.back, page(name)
            if back is None:
                # The right one makes up for it: as if it had been clicked at once.
                assert click(fresh, meant.key)
                assert click(once, meant.key)
            elif back.keys is not None:
                edges = [e for e in fresh.page.edges() if e.key == back.keys and e.to == back.to]
                fresh.take(edges[0], 1, None)
            else:
                assert click(fresh, back.target, to=back.to)
            assert fresh.page.state == once.page.state, (name, meant.key, found)
    assert seen > 200


@pytest.mark.parametrize("name", EASY)
def test_somebody_who_slips_with_every_click_comes_to_the_goal_all_the_same(name: str) -> None:
    task = clumsy(load("deskhand.scenarios", name))
    hit = 0
    for seed in range(3):
        session = deskhand.simulate(task, seed=seed)
        assert missed(session) == [], seed
        assert not list(session_breaches(session))
        hit += check_links(session.actions.to_pylist())
        assert missed(deskhand.simulate(infeasible(task), seed=seed)), seed
    assert hit > 0


def check_links(actions: list[dict[str, Any]]) -> int:
    """Check that errors and what mends them name one another; returns how many hit an element."""
    hit = 0
    for action in actions:
        error = action["error_of"]
        if error is None:
            continue
        number, meant = action["action_id"], actions[error]
        between = actions[number + 1 : error + 1]
        assert between
        assert all(each["correction_of"] is not None for each in between)
        assert meant["start_us"] >= action["end_us"]
        if action["verb"] == "click":
            assert meant["correction_of"] == number
            assert meant["target"] != action["target"]
            hit += action["target"] is not None
    return hit


def test_a_wrong_link_leads_away_and_back_by_the_page_or_by_the_history(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        desk.mind = replace(desk.mind, slip_rate=1.0)
        yield from desk.click("form.save")

    ways = set()
    for seed in range(5):
        plan = act(script, seed=seed)
        check_laws(plan)
        gone = [r.columns["reference"] for r in plan.rows if r.type == "navigation"]
        wrong = [a for a in plan.actions if a.error_of is not None and a.target == "form.back"]
        assert gone == ["a/form", *(["a/list", "a/form"] if wrong else [])]
        assert len(marks(plan)) >= 1
        ways |= {a.verb for a in plan.actions if a.correction_of is not None}
    assert "click" in ways


def test_a_wrong_row_of_a_list_is_followed_by_the_right_one(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        desk.mind = replace(desk.mind, slip_rate=1.0)
        yield from desk.choose("Open", of="form.status", by="mouse")

    labels = set()
    for seed in range(6):
        plan = act(script, seed=seed)
        check_laws(plan)
        changes = [r.columns["value"] for r in plan.rows if r.type == "select.change"]
        assert changes[-1] == "Open"
        labels |= {*changes[:-1]}
        first, second = (a for a in plan.actions if a.verb == "choose")
        assert (first.error_of, second.correction_of) == (second.action_id, first.action_id)
    assert labels in ({"On hold"}, {"New", "On hold"})


def test_few_clicks_go_wrong_and_no_slip_moves_what_others_draw(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        for _ in range(40):
            yield from desk.click("form.name")
            yield from desk.click("form.phone")

    clicks: list[Action] = []
    for seed in range(6):
        clicks += [a for a in act(script, seed=seed).actions if a.verb == "click"]
    wrong = [a for a in clicks if a.error_of is not None]
    # Medians of .02 a click over people; the mean of people lies a little above.
    assert 0.005 < len(wrong) / len(clicks) < 0.06
    assert {a.target for a in wrong} >= {None, "form.name"}


def test_the_history_is_the_way_back_where_the_page_has_no_link(
    page: Callable[..., LivePage],
) -> None:
    live = page("sheet/files")
    found = wrong_target(live, live.elements["files.book"], shipped_screens(), ())
    assert found is not None
    assert found.back == WayBack("sheet.tab.files")
    pivot = Screen({**shipped_screens()["sheet/pivot"].data, "links": {}})
    found = wrong_target(live, live.elements["files.book"], {"sheet/pivot": pivot}, ())
    assert found is not None
    assert found.back == WayBack(keys=HISTORY_BACK)
