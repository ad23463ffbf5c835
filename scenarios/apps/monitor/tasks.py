"""Monitoring, on call: answering an alert, and walking through a dashboard."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.chat.tasks import send
from deskhand.scenarios.apps.monitor.records import (
    ESCALATE,
    FALSE_ALARM,
    PAGE,
    QUERIES,
    RANGES,
    RUNBOOK,
    Page,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

ROLES = ("engineer", "support", "analyst", "manager")
REASONS = {FALSE_ALARM: "False alarm", RUNBOOK: "Fixed by runbook"}
STEPS = 4
# The drags over a chart that `monitor/dashboard` answers: from one mark to another.
WINDOWS = ((2, 5), (4, 6))
# Estimates, as are one to four looks at a chart and a step of a runbook of a quarter of a minute.
QUERY_WRONG, HOVERS, MUTES, FORGETS_REASON = 0.12, 0.5, 0.4, 0.05
STEP_S, STEP_LOG_SD = 15.0, 0.5


def _end(page: Page) -> Reached:
    if page.outcome == ESCALATE:
        held = {"escalate.to": page.to, "escalate.customer": page.customer}
        return reached("monitor/alert", "escalated", held | {"escalate.message": page.note})
    ticked = {f"runbook.{n}": "true" for n in range(1, STEPS + 1) if page.outcome == RUNBOOK}
    held = {"alert.reason": REASONS[page.outcome], "alert.note": page.note}
    return reached("monitor/alert", "resolved", held | ticked)


@scenario(
    "monitor.answer_page",
    apps=("chat",),
    app="monitor",
    opens="monitor/alerts",
    roles=ROLES,
    modelled_on="Datadog: an alert on call, from the list to the answer; branches are estimates",
    records=(PAGE,),
    spoil=lambda page: {"page": replace(page, time_range="Past 10 years")},
)
def answer_page(desk: Desk, page: Page) -> Steps:
    """Take an alert, look for its cause, tell the team, and answer it."""
    become = {
        FALSE_ALARM: "resolve it as a false alarm",
        RUNBOOK: "work through its runbook and resolve it",
        ESCALATE: f"escalate it to {page.to!r} for the customer {page.customer}",
    }
    desk.aim(
        f"Acknowledge the critical alert, look at the dashboard for {page.time_range!r} and at the "
        f"logs with {QUERIES[page.query]!r}, tell the team, and {become[page.outcome]} with the note "
        f"{page.note!r}.",
        reached("monitor/alerts", "acknowledged"),
        reached("monitor/dashboard", page.query, {"logs.query": QUERIES[page.query]}, layer="logs"),
        _end(page),
    )
    if desk.live.page.state["page"] != "base":
        yield from desk.navigate("monitor/alerts")
    yield from desk.read(words=30, skim=True)
    yield from desk.click("alerts.ack", shortcut="a")
    yield from desk.click("alerts.row.1")
    yield from desk.read(words=70, skim=True)
    yield from desk.click("alert.dashboard")
    yield from look_for_cause(desk, page)
    yield from desk.go_to("chat/channel")
    yield from send(desk, page.status)
    yield from desk.switch_to("monitor")
    yield from desk.click("nav.alerts")
    yield from desk.click("alerts.row.1")
    yield from give_answer(desk, page)


def look_for_cause(desk: Desk, page: Page) -> Steps:
    """Choose a time range, mark windows of a chart, and search the logs."""
    yield from desk.choose(page.time_range, of="dash.range")
    yield from desk.read(words=30)
    for _ in range(1 + desk.one_of(4)):
        yield from look_at_window(desk)
    if desk.chance(HOVERS):
        yield from desk.hover("dash.hosts")
        yield from desk.read(words=12)
    if desk.chance(QUERY_WRONG):
        field, _, value = page.asked.partition(":")
        yield from desk.type(f"{field} {value}", into="logs.query")
        yield from desk.press("Enter", to="none")
        yield from desk.read(words=8)
    yield from desk.type(page.asked, into="logs.query", clear=True)
    yield from desk.press("Enter", to=page.query)
    yield from desk.read(words=60, skim=True)


def look_at_window(desk: Desk) -> Steps:
    """Mark a window of the latency and look at it; or give up the one that is marked."""
    if desk.live.page.state["zoom"] != "base":
        yield from desk.click("latency.reset")
    first, last = WINDOWS[desk.one_of(len(WINDOWS))]
    # A window is marked with the mouse alone; without it the latency is looked at as a whole.
    if not desk.keys_alone:
        yield from desk.drag(f"latency.at.{first}", f"latency.at.{last}")
    yield from desk.read(words=14)


def give_answer(desk: Desk, page: Page) -> Steps:
    """Resolve the alert, after its runbook where it has to be, or escalate it."""
    if page.outcome == ESCALATE:
        yield from desk.click("alert.escalate")
        yield from desk.choose(page.to, of="escalate.to")
        yield from desk.type(page.customer, into="escalate.customer")
        yield from desk.type(page.note, into="escalate.message", mode="composition")
        yield from desk.click("escalate.send", shortcut="Control+Enter")
    else:
        if page.outcome == RUNBOOK:
            for step in range(1, STEPS + 1):
                yield from desk.read(words=9)
                yield from desk.pause(median_s=STEP_S, log_sd=STEP_LOG_SD)
                yield from desk.check(f"runbook.{step}")
        elif desk.chance(MUTES):
            yield from desk.choose(page.mute, of="alert.mute")
        yield from desk.type(page.note, into="alert.note", mode="composition")
        if desk.chance(FORGETS_REASON):
            yield from desk.click("alert.resolve", to="invalid")
        yield from desk.choose(REASONS[page.outcome], of="alert.reason")
        yield from desk.click("alert.resolve", to="resolved")
    yield from desk.wait_for("alert.toast")
    yield from desk.read(words=6)


@scenario(
    "monitor.walk_dashboard",
    app="monitor",
    opens="monitor/alerts",
    roles=ROLES,
    modelled_on="Grafana: a walk through a dashboard between other work; an estimate",
    records=(PAGE,),
    spoil=lambda page: {"page": replace(page, time_range="Past 10 years")},
)
def walk_dashboard(desk: Desk, page: Page) -> Steps:
    """Go through the list of alerts, and through a dashboard from top to bottom."""
    chosen = RANGES.index(page.time_range) + 1 if page.time_range in RANGES else 0
    desk.aim(
        f"Look through the alerts, and through the dashboard of the shop for {page.time_range!r}.",
        reached("monitor/dashboard", f"chosen-{chosen}", layer="range"),
    )
    place = desk.live.page.state["cursor"]
    for _ in range(2 + desk.one_of(3)):
        if place == "row-5":
            break
        yield from desk.press("j")
        yield from desk.read(words=8)
        place = desk.live.page.state["cursor"]
    if desk.chance(HOVERS) and place != "row-1":
        yield from desk.press("k")
        yield from desk.read(words=12)
    yield from desk.click("nav.dashboard")
    yield from desk.read(words=20)
    yield from desk.choose(page.time_range, of="dash.range")
    yield from desk.read(words=40)
    if desk.chance(HOVERS):
        yield from look_at_window(desk)
    yield from desk.scroll(notches=4)
    yield from desk.read(words=60, skim=True)
    yield from desk.scroll(notches=-4)
