"""An issue tracker: writing issues, answering them, and moving cards on a board."""

from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Issue
from deskhand.scenarios.scenario import Steps, scenario

MAKERS = ("engineer", "support", "designer", "manager", "analyst")
COLUMNS = ("todo", "doing", "review", "done")
# Where the page `tracker/board` shows each card at first; a card's home column is called `base`.
HOME = ("todo", "todo", "doing", "review", "todo", "doing", "review", "done")
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
    modelled_on="reporting a fault in an issue tracker; branches are estimates",
)
def create_issue(desk: Desk, issue: Issue) -> Steps:
    """Report a fault with a title, a description and its labels."""
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
    modelled_on="a stand-up at a task board, three to eight moves; an estimate",
)
def triage_board(desk: Desk) -> Steps:
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
        yield from desk.drag(card, f"board.column.{COLUMNS[at + step]}")
        yield from desk.read(words=8)


@scenario(
    "tracker.answer_issue",
    app="tracker",
    opens="tracker/issues",
    roles=MAKERS,
    modelled_on="working through a list of issues; probabilities are estimates",
)
def answer_issue(desk: Desk, issue: Issue) -> Steps:
    """Read an issue to its end, comment on it, and move it on."""
    if desk.chance(FILTERS_FIRST):
        for _ in range(1 + desk.one_of(2)):
            yield from desk.click(f"issues.filter.{FILTERS[desk.one_of(len(FILTERS))]}")
            yield from desk.read(words=20, skim=True)
        yield from desk.click("issues.filter.all")
    yield from desk.read(words=16, skim=True)
    yield from desk.click("issues.row.1")
    yield from desk.read(words=150, skim=desk.chance(SKIMS))
    if desk.chance(CHANGES_STATUS):
        yield from desk.choose(("Doing", "In review", "Done")[desk.one_of(3)], of="issue.status")
    if desk.chance(COMMENTS):
        yield from desk.type(issue.comment, into="issue.comment", mode="composition")
        yield from desk.click("issue.comment.send", shortcut="Control+Enter")
        yield from desk.read(words=10)
    yield from desk.click("issue.back")
