"""An issue tracker: writing issues, answering them, and moving cards on a board."""

from collections.abc import Sequence
from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Issue, RecordKind
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.screen import BASE

MAKERS = ("engineer", "support", "designer", "manager", "analyst")
COLUMNS = ("todo", "doing", "review", "done")
COLUMN_NAMES = ("To do", "Doing", "In review", "Done")
# Where the page `tracker/board` shows each card at first; a card's home column is called `base`.
HOME = ("todo", "todo", "doing", "review", "todo", "doing", "review", "done")
# The columns of the board, and the issue that somebody is asked to look into: both are on the pages.
BOARD = RecordKind(name="columns", pool=lambda _: (COLUMN_NAMES,))
WANTED = RecordKind(name="wanted", pool=lambda _: ("Export stops after the first page",))
# Options of an issue's status that somebody moves on to, with the states that show them.
STATUSES = {"Doing": "chosen-2", "In review": "chosen-3", "Done": "chosen-4"}
FILTERS = ("open", "review", "done")
# Engineering estimates: a card is moved on rather than back, with looks at cards in between.
MOVES_ON = 0.8
COMMENTS, CHANGES_STATUS = 0.2, 0.45
FILTERS_FIRST, SKIMS = 0.6, 0.6


@scenario(
    "tracker.create_issue",
    app="tracker",
    opens="tracker/issues",
    roles=MAKERS,
    modelled_on="Linear and Jira: reporting a fault; branches are estimates",
    spoil=lambda issue: {"issue": replace(issue, label="Billing")},
    goes_on=True,
)
def create_issue(desk: Desk, issue: Issue) -> Steps:
    """Report a fault with a title, a description and its labels."""
    held = {"issue.title": issue.title, "issue.description": issue.description}
    held |= {"issue.priority": issue.priority, "issue.label": issue.label}
    if issue.assignee != "Nobody":
        held["issue.assignee"] = issue.assignee
    desk.aim(
        f"Report {issue.title!r} as {issue.label!r} of priority {issue.priority!r} for "
        f"{issue.assignee}, and describe it: {issue.description!r}.",
        reached("tracker/issue-form", "saved", held),
    )
    yield from desk.click("issues.new")
    yield from desk.type(issue.title, into="issue.title", mode="composition")
    yield from desk.type(issue.description, into="issue.description", mode="composition")
    if issue.priority != "Medium":
        yield from desk.choose(issue.priority, of="issue.priority")
    if issue.assignee != "Nobody":
        yield from desk.choose(issue.assignee, of="issue.assignee")
    yield from desk.choose(issue.label, of="issue.label")
    if desk.chance(0.2):
        yield from desk.check("issue.notify", on=False)
    yield from desk.read(words=60, skim=True)
    yield from desk.click("issue.create", to="saved", shortcut="Control+Enter")
    yield from desk.wait_for("issue.toast")
    yield from desk.read(words=8)


@scenario(
    "tracker.triage_board",
    app="tracker",
    opens="tracker/board",
    roles=MAKERS,
    modelled_on="Jira: a stand-up at the board, three to eight moves; an estimate",
    records=(BOARD,),
    spoil=lambda columns: {"columns": tuple(f"{column} (old)" for column in columns)},
    goes_on=True,
    by_mouse=True,
)
def triage_board(desk: Desk, columns: Sequence[str]) -> Steps:
    """Move cards over a board, reading some of them first."""
    yield from desk.read(words=40, skim=True)
    for _ in range(3 + desk.one_of(6)):
        number = 1 + desk.one_of(len(HOME))
        card = f"board.card.{number}"
        if desk.chance(0.4):
            yield from desk.hover(card)
            yield from desk.read(words=8)
        state = desk.live.page.state[f"card.{number}"]
        at = COLUMNS.index(HOME[number - 1] if state == "base" else state)
        step = 1 if (desk.chance(MOVES_ON) and at < len(COLUMNS) - 1) or at == 0 else -1
        column = columns[at + step]
        goal = BASE if COLUMNS[at + step] == HOME[number - 1] else COLUMNS[at + step]
        desk.aim(
            f"Move card {number} to the column {column!r}.",
            reached("tracker/board", goal, layer=f"card.{number}"),
        )
        yield from desk.drag(card, f'role=group[name="{column}"]')
        yield from desk.read(words=8)


@scenario(
    "tracker.answer_issue",
    app="tracker",
    opens="tracker/issues",
    roles=MAKERS,
    modelled_on="Linear and Jira: working through a list of issues; probabilities are estimates",
    records=(WANTED,),
    spoil=lambda issue, wanted: {"issue": issue, "wanted": f"{wanted} (old)"},
    goes_on=True,
)
def answer_issue(desk: Desk, issue: Issue, wanted: str) -> Steps:
    """Read an issue to its end, comment on it, and move it on."""
    desk.aim(
        f"Read the issue {wanted!r} and help it on.",
        reached("tracker/issue", "base"),
    )
    if desk.chance(FILTERS_FIRST):
        for _ in range(1 + desk.one_of(2)):
            yield from desk.click(f"issues.filter.{FILTERS[desk.one_of(len(FILTERS))]}")
            yield from desk.read(words=20, skim=True)
        yield from desk.click("issues.filter.all")
    yield from desk.read(words=16, skim=True)
    yield from desk.click(f'role=link[name="{wanted}"]')
    yield from desk.read(words=150, skim=desk.chance(SKIMS))
    if desk.chance(CHANGES_STATUS):
        status = tuple(STATUSES)[desk.one_of(len(STATUSES))]
        desk.aim(
            f"Set the status of the issue to {status!r}.",
            reached("tracker/issue", STATUSES[status], layer="status"),
        )
        yield from desk.choose(status, of="issue.status")
    if desk.chance(COMMENTS):
        desk.aim(
            f"Comment on the issue: {issue.comment!r}.",
            reached("tracker/issue", "commented-1", {"issue.comment": issue.comment}),
        )
        yield from desk.type(issue.comment, into="issue.comment", mode="composition")
        yield from desk.click("issue.comment.send", shortcut="Control+Enter")
        yield from desk.read(words=10)
    yield from desk.click("issue.back")
