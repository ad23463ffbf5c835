"""A code editor: asking a coding agent, editing until the tests pass, committing and pushing."""

from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.apps.editor.records import (
    CHANGE,
    COMMIT,
    FILES,
    WISH,
    Change,
    Commit,
    Wish,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import GaveUpError, Steps, scenario

MAKERS = ("engineer", "analyst")
# Engineering estimates, all of them. What is done with a change that the agent proposes: applied,
# asked again about, rejected; the rest of the share is edited by hand after it was applied.
APPLIES, ASKS_AGAIN, REJECTS = 0.55, 0.3, 0.05
STOPS = 0.05
# An answer streams for 45 s in the median, its log has a standard deviation of 1 (an estimate); a
# third of that passes before the agent says what it will look at.
STREAM_S, STREAM_LOG_SD, PLAN_SHARE = 45.0, 1.0, 0.33
LOOKS_AT_MOST = 4
READS_MEANWHILE = 0.5
GOES_BY_PALETTE = 0.6
FAILS = 0.35
TESTS = "pytest -q"
TYPED_OFTEN = (TESTS, *FILES)
TESTS_S, TESTS_LOG_SD = 4.0, 0.4
RUNS_BY_COMMAND = 0.35
FORGETS_MESSAGE = 0.1
STAGES_NOTES_FIRST = 0.12
MISTYPES = 0.065  # a passphrase, 5 to 8 % of the time (estimate)


@scenario(
    "editor.ask_agent",
    app="editor",
    opens="editor/workspace",
    sensitive=("agent.prompt", "shell.command"),
    roles=MAKERS,
    modelled_on="Claude Code, Qwen Code: asking a coding agent in a terminal; numbers are estimates",
    records=(WISH,),
    spoil=lambda wish: {"wish": replace(wish, model="heron-9")},
)
def ask_agent(desk: Desk, wish: Wish) -> Steps:
    """Ask a coding agent for a change, read what it proposes, and apply it."""
    desk.aim(
        f"Have {wish.model!r} change the code until you can apply what it proposes, then see the "
        f"tests pass: {wish.prompt}",
        reached("editor/workspace", "accepted", {"agent.model": wish.model}, layer="agent"),
        reached("editor/workspace", "passed", layer="shell"),
    )
    yield from desk.read(words=40, skim=True)
    if wish.model != "wren-large":
        yield from desk.choose(wish.model, of="agent.model")
    said = wish.prompt
    for look in range(LOOKS_AT_MOST):
        yield from ask(desk, said, wish)
        if look == LOOKS_AT_MOST - 1 or desk.chance(1.0 - ASKS_AGAIN - REJECTS):
            break
        said = wish.further
        if desk.chance(REJECTS / (ASKS_AGAIN + REJECTS)):
            yield from desk.click("agent.reject", shortcut="Escape")
            said = wish.prompt
    yield from desk.click("agent.accept", shortcut="1")
    yield from desk.read(words=8)
    if desk.chance(1.0 - APPLIES / (1.0 - ASKS_AGAIN - REJECTS)):
        yield from desk.type("\n# Checked by hand.", into="code.fees")
        yield from desk.press("Control+s", to="shown")
    yield from run_tests(desk, fails=False)


def ask(desk: Desk, said: str, wish: Wish) -> Steps:
    """Send the agent some words, wait while it works, and read the change that it proposes."""
    yield from desk.type(said, into="agent.prompt", mode="composition")
    yield from desk.press("Enter", to="asked")
    stream_us = desk.lapse_us(STREAM_S, STREAM_LOG_SD)
    yield from desk.news(after_us=int(PLAN_SHARE * stream_us), plan=wish.plan)
    if desk.chance(STOPS):
        # It looks in the wrong place: stop it and say the same again.
        yield from desk.read(words=len(wish.plan.split()))
        yield from desk.press("Escape", to="stopped")
        yield from ask(desk, said, wish)
        return
    if desk.chance(READS_MEANWHILE):
        yield from desk.read(words=len(wish.plan.split()))
    yield from desk.news(after_us=int((1.0 - PLAN_SHARE) * stream_us), answer=wish.answer)
    yield from desk.read(words=len(wish.answer.split()) + 25)


def run_tests(desk: Desk, *, fails: bool) -> Steps:
    """Run the tests, wait for them and read what they say."""
    desk.typist.foresee(TYPED_OFTEN)
    if desk.chance(RUNS_BY_COMMAND):
        yield from desk.type(TESTS, into="shell.command")
        yield from desk.press("Enter", to="running")
    else:
        yield from desk.click("shell.run", shortcut="F5")
    after_us = desk.lapse_us(TESTS_S, TESTS_LOG_SD)
    if fails:
        text = "...F..\n\nE   assert 14 == 9\n\n1 failed, 5 passed in 0.31s"
        yield from desk.news(after_us=after_us, failed=text)
    else:
        yield from desk.news(after_us=after_us, passed="......\n\n6 passed in 0.28s")
    yield from desk.read(words=24 if fails else 6)


@scenario(
    "editor.edit_and_run",
    app="editor",
    opens="editor/workspace",
    sensitive=("shell.command",),
    roles=MAKERS,
    modelled_on="Visual Studio Code: an edit-run loop; probabilities are estimates",
    records=(CHANGE,),
    spoil=lambda change: {"change": replace(change, file="pilots.py")},
)
def edit_and_run(desk: Desk, change: Change) -> Steps:
    """Go to a file, add some code, and run the tests until they pass."""
    file = FILES.get(change.file, "none")
    desk.aim(
        f"Add the new code to {change.file}, save it, and run the tests until they pass.",
        reached("editor/workspace", "shown", layer="saved"),
        reached("editor/workspace", "passed", layer="shell"),
    )
    yield from desk.read(words=30, skim=True)
    yield from go_to_file(desk, change.file)
    box = f"code.{file}"
    yield from desk.read(words=35, skim=True)
    yield from desk.type(change.code, into=box, mode="composition")
    yield from desk.press("Control+s", to="shown")
    for _ in range(LOOKS_AT_MOST):
        if not desk.chance(FAILS):
            break
        yield from run_tests(desk, fails=True)
        yield from desk.type(change.mend, into=box, mode="composition")
        yield from desk.press("Control+s")
    yield from run_tests(desk, fails=False)


def go_to_file(desk: Desk, name: str) -> Steps:
    """Bring up a file by the tree, or by typing its name."""
    desk.typist.foresee(TYPED_OFTEN)
    page = desk.live.page
    wanted = "base" if name == "fees.py" else FILES.get(name)
    if page.state["file"] == wanted:
        return
    if wanted is None or desk.chance(GOES_BY_PALETTE):
        yield from desk.press("Control+p", to="open")
        yield from desk.type(name, into="palette.query")
        if wanted is None:
            # No file of the list has that name.
            yield from desk.read(words=12)
            yield from desk.press("Escape", to="base")
            raise GaveUpError
        yield from desk.press("Enter", to=wanted)
    else:
        yield from desk.click(f"tree.{FILES[name]}", to=wanted)


@scenario(
    "editor.commit_and_push",
    app="editor",
    opens="editor/changes",
    roles=MAKERS,
    modelled_on="Visual Studio Code: source control, with a locked key; numbers are estimates",
    records=(COMMIT,),
    spoil=lambda commit: {"commit": replace(commit, branch="release-1.0")},
)
def commit_and_push(desk: Desk, commit: Commit) -> Steps:
    """Look a change over, commit it on a branch, and push it with the passphrase of a key."""
    held = {"changes.branch": commit.branch, "commit.message": commit.message}
    held |= {"changes.stage.late": "true", "changes.stage.notes": "false"}
    subject = commit.message.split("\n")[0]
    desk.aim(
        f"Commit everything but the notes on {commit.branch!r} as {subject!r} and push it.",
        reached("editor/changes", "committed", held, layer="commit"),
        reached("editor/changes", "pushed", layer="push"),
    )
    yield from desk.read(words=60, skim=True)
    if commit.branch != "late-fees":
        yield from desk.choose(commit.branch, of="changes.branch")
    if desk.chance(STAGES_NOTES_FIRST):
        yield from desk.check("changes.stage.notes")
        yield from desk.think("notice")
        yield from desk.check("changes.stage.notes", on=False)
    if desk.chance(FORGETS_MESSAGE):
        yield from desk.click("commit.save", to="invalid")
        yield from desk.read(words=6)
    yield from desk.type(commit.message, into="commit.message", mode="composition")
    yield from desk.click("commit.save", to="committed", shortcut="Control+Enter")
    yield from desk.wait_for("commit.toast")
    yield from desk.click("commit.push")
    if desk.chance(MISTYPES):
        yield from desk.type(commit.passphrase[:-1], into="push.passphrase")
        yield from desk.press("Enter", to="open-denied")
        yield from desk.read(words=5)
    yield from desk.type(commit.passphrase, into="push.passphrase")
    yield from desk.press("Enter", to="pushed")
    yield from desk.read(words=4)
