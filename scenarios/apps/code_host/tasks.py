"""A code host: reviewing a pull request, asking a file who changed it, starring and following."""

from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.apps.code_host.records import (
    COMMITS,
    QUESTION,
    REVIEW,
    VISIT,
    Question,
    Review,
    Visit,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import GaveUpError, Steps, scenario

READERS = ("engineer", "analyst", "manager")
FILES = (1, 2, 3)
# Words of the page by what they take to read: code is read at 80 to 120 lines a minute (estimate),
# so a line counts as two and a half words of prose at 238 words a minute.
WORDS_A_LINE = 2.5
LINES = {1: 15, 2: 13, 3: 12}
# Engineering estimates, all of them.
FILTERS = 0.55
COMMENTS_A_FILE = 0.25
RESTS_ON_A_LINE = 0.4
# An earlier file is looked up again to understand a later one (assumed).
GOES_BACK = 0.5
FORGETS_SUMMARY = 0.3  # of those who ask for changes; the page refuses that
WRITES_SUMMARY = 0.5  # of the others
LOOKS_AGAIN = 0.2
# Another commit than the one looked for is opened first; its neighbour has the same look.
OPENS_ANOTHER = 0.2
STARS_AFTER_READING = 0.7
STARS_BY_MISTAKE_TWICE = 0.08
ENDS = {"Approve": "approved", "Comment": "commented", "Request changes": "changes"}


@scenario(
    "code_host.review_pull",
    app="code_host",
    opens="code_host/pulls",
    sensitive=tuple(f"pull.comment.{file}" for file in FILES),
    roles=("engineer", "analyst"),
    modelled_on="GitHub: reviewing a pull request; shares of verdicts and comments are estimates",
    records=(REVIEW,),
    spoil=lambda review: {"review": replace(review, verdict="Merge at once")},
)
def review_pull(desk: Desk, review: Review) -> Steps:
    """Read the files of a pull request, comment on lines, tick them off and submit a review."""
    viewed = {f"pull.viewed.{file}": "true" for file in FILES}
    end = ENDS.get(review.verdict, "merged")
    desk.aim(
        f"Review pull request 482: mark every file as viewed and submit the verdict {review.verdict!r}.",
        reached("code_host/pull", end, viewed | {"review.verdict": review.verdict}, layer="review"),
    )
    if desk.chance(FILTERS):
        yield from desk.click("pulls.filter.review")
    yield from desk.read(words=24, skim=True)
    yield from desk.click("pulls.row.482")
    yield from desk.read(words=48)
    for file, remark in zip(FILES, (review.first, review.second, review.third), strict=True):
        yield from read_file(desk, file, remark)
    yield from submit(desk, review)


def read_file(desk: Desk, file: int, remark: str) -> Steps:
    """Read a file's changes, perhaps remark on a line, and tick the file off."""
    line = f"pull.line.{file}"
    yield from desk.scroll(into_view=line)
    yield from desk.read(words=WORDS_A_LINE * LINES[file])
    if desk.chance(RESTS_ON_A_LINE):
        yield from desk.hover(line)
    if file != FILES[0] and desk.chance(GOES_BACK):
        earlier = FILES[desk.one_of(file - 1)]
        yield from desk.scroll(into_view=f"pull.line.{earlier}")
        yield from desk.read(words=WORDS_A_LINE * LINES[earlier])
        yield from desk.scroll(into_view=line)
        yield from desk.read(words=WORDS_A_LINE * LINES[file], skim=True)
    if desk.chance(COMMENTS_A_FILE):
        yield from desk.click(line)
        box = f"pull.comment.{file}"
        yield from desk.type(remark, into=box, mode="composition")
        yield from desk.click(f"pull.add.{file}", to="commented", shortcut="Control+Enter")
        yield from desk.read(words=len(remark.split()), skim=True)
    yield from desk.check(f"pull.viewed.{file}")


def submit(desk: Desk, review: Review) -> Steps:
    """Open the review menu, say what one thinks of it all, and send that."""
    yield from desk.click("pull.review")
    if desk.chance(LOOKS_AGAIN):
        yield from desk.click("review.cancel", to="base", shortcut="Escape")
        yield from desk.read(words=40, skim=True)
        yield from desk.click("pull.review")
    asks = review.verdict == "Request changes"
    forgets = asks and desk.chance(FORGETS_SUMMARY)
    if not forgets and (asks or desk.chance(WRITES_SUMMARY)):
        yield from desk.type(review.summary, into="review.summary", mode="composition")
    yield from desk.choose(review.verdict, of="review.verdict")
    end = ENDS[review.verdict]
    if forgets:
        yield from desk.click("review.submit", to="open-invalid")
        yield from desk.read(words=5)
        yield from desk.type(review.summary, into="review.summary", mode="composition")
    yield from desk.click("review.submit", to=end, shortcut="Control+Enter")
    yield from desk.wait_for("review.toast")
    yield from desk.read(words=4)


@scenario(
    "code_host.blame_function",
    app="code_host",
    opens="code_host/repository",
    roles=READERS,
    modelled_on="GitHub: blame of a file down to a commit; branches are estimates",
    records=(QUESTION,),
    spoil=lambda question: {"question": replace(question, function="unload")},
)
def blame_function(desk: Desk, question: Question) -> Steps:
    """Find out which commit wrote a function, by whom and why."""
    commit = COMMITS.get(question.function, 0)
    desk.aim(
        f"Find the commit behind {question.function!r} in berths.py and read who wrote it and why.",
        reached("code_host/blame", f"commit-{commit}"),
    )
    yield from desk.read(words=40, skim=True)
    yield from desk.click("repository.file.berths")
    if commit == 0:
        # It is not in this file, which one knows only after reading all of it.
        yield from desk.read(words=WORDS_A_LINE * 23)
        raise GaveUpError
    yield from desk.read(words=WORDS_A_LINE * 4 * commit)
    if desk.chance(OPENS_ANOTHER):
        another = commit - 1 if commit > 1 else commit + 1
        yield from desk.click(f"blame.commit.{another}")
        yield from desk.read(words=8)
        yield from desk.press("Escape", to="base")
    yield from desk.click(f"blame.commit.{commit}")
    yield from desk.read(words=30)


@scenario(
    "code_host.star_and_follow",
    app="code_host",
    opens="code_host/repository",
    roles=(*READERS, "designer"),
    modelled_on="GitHub: starring a repository and following its author; all numbers are estimates",
    records=(VISIT,),
    spoil=lambda visit: {"visit": replace(visit, branch="release-1.0")},
)
def star_and_follow(desk: Desk, visit: Visit) -> Steps:
    """Look at a branch of a repository, star the repository and follow its author."""
    branch = {"repository.branch": visit.branch}
    desk.aim(
        f"Look at branch {visit.branch!r} of fernhill/tidewater, star it and follow its author.",
        reached("code_host/repository", "starred", layer="star"),
        reached("code_host/repository", "following", branch, layer="follow"),
    )
    reads_first = desk.chance(STARS_AFTER_READING)
    if reads_first:
        yield from desk.read(words=90, skim=True)
    yield from desk.click("repository.star")
    if desk.chance(STARS_BY_MISTAKE_TWICE):
        yield from desk.click("repository.star")
        yield from desk.think("notice")
        yield from desk.click("repository.star")
    if visit.branch != "main":
        yield from desk.choose(visit.branch, of="repository.branch")
    yield from desk.read(words=60, skim=True)
    yield from desk.click("repository.follow")
    yield from desk.read(words=12)
