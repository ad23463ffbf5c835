"""Patches by mail: an inline review, and a series that is checked, introduced and sent."""

from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.apps.patches.records import ANSWER, MAILS, PATCH, SERIES, Answer, Series
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import GaveUpError, Steps, scenario

MAKERS = ("engineer",)
# What it takes to read each mail, in words; the fourth is a patch of three hunks.
WORDS = {1: 60, 2: 35, 3: 45, 4: 90, 5: 30, 6: 40}
# Engineering estimates, all of them.
GOES_TOO_FAR = 0.25
GIVES_TAG = 0.3
REMARKS_ON_A_HUNK = 0.75
LOOKS_BACK = 0.15
FORGETS_SIGN_OFF, WRITES_LONG_LINES = 0.25, 0.2  # checkpatch makes a loop of 40 % (estimate)
DRAFT_S, DRAFT_LOG_SD = 8.0, 0.4
TAKES_DRAFT = 0.75
MISTYPES = 0.065  # a password, 5 to 8 % of the time (estimate)


@scenario(
    "patches.review_patch",
    app="patches",
    opens="patches/inbox",
    roles=MAKERS,
    modelled_on="mutt and the Linux kernel's lists: an inline review; probabilities are estimates",
    records=(ANSWER,),
    spoil=lambda answer: {"answer": replace(answer, mail=MAILS + 2)},
)
def review_patch(desk: Desk, answer: Answer) -> Steps:
    """Read mails with j and k until the patch, and answer under its hunks."""
    desk.aim(
        f"Find mail {answer.mail}, the patch to be reviewed, and answer it inline.",
        reached("patches/inbox", "sent", {"reply.1": answer.first}),
    )
    yield from desk.read(words=WORDS[1], skim=True)
    yield from find_mail(desk, answer.mail)
    yield from desk.read(words=WORDS[PATCH])
    yield from desk.press("r", to="open-reply")
    yield from desk.type(answer.first, into="reply.1", mode="composition")
    for hunk, remark in ((2, answer.second), (3, answer.third)):
        yield from desk.read(words=15)
        if desk.chance(REMARKS_ON_A_HUNK):
            yield from desk.type(remark, into=f"reply.{hunk}", mode="composition")
    if desk.chance(GIVES_TAG):
        yield from desk.type(answer.tag, into="reply.tag")
    yield from desk.read(words=60, skim=True)
    yield from desk.click("reply.send", to="sent", shortcut="Control+Enter")
    yield from desk.wait_for("reply.toast")
    yield from desk.read(words=5)


def find_mail(desk: Desk, wanted: int) -> Steps:
    """Go down the list to a mail, reading on the way; past it and back at times."""
    at = 1
    past = 1 if wanted < MAILS and desk.chance(GOES_TOO_FAR) else 0
    while at < min(wanted + past, MAILS):
        at += 1
        yield from desk.press("j", to=f"mail-{at}")
        yield from desk.read(words=WORDS[at], skim=True)
        if at < wanted and desk.chance(LOOKS_BACK):
            yield from desk.press("k")
            yield from desk.read(words=WORDS[at - 1], skim=True)
            yield from desk.press("j", to=f"mail-{at}")
    if wanted > MAILS:
        raise GaveUpError
    for _ in range(past):
        yield from desk.press("k", to=f"mail-{wanted}")


@scenario(
    "patches.send_series",
    app="patches",
    opens="patches/series",
    roles=MAKERS,
    modelled_on="git send-email by the Linux kernel's rules; probabilities are estimates",
    records=(SERIES,),
    spoil=lambda series: {"series": replace(series, to_list="netdev")},
)
def send_series(desk: Desk, series: Series) -> Steps:
    """Write a commit message, mend what checkpatch finds, and send the series."""
    message = series.message + series.sign_off
    subject = series.message.split("\n")[0]
    desk.aim(
        f"Write and sign the message of {subject!r}, let checkpatch find nothing, and send the "
        f"series to {series.to_list!r}.",
        reached("patches/series", "clean", {"series.message": message}, layer="check"),
        reached("patches/series", "sent", {"send.list": series.to_list}, layer="send"),
    )
    yield from desk.read(words=40, skim=True)
    yield from write_message(desk, series)
    yield from introduce(desk, series)
    yield from send(desk, series)


def write_message(desk: Desk, series: Series) -> Steps:
    """Write the commit message and run checkpatch until it is content."""
    message, box = series.message + series.sign_off, "series.message"
    long_lines = desk.chance(WRITES_LONG_LINES)
    signed = not desk.chance(FORGETS_SIGN_OFF)
    first = series.careless if long_lines else series.message
    yield from desk.type(first + (series.sign_off if signed else ""), into=box, mode="composition")
    if not signed:
        yield from check(desk, to="unsigned")
        yield from desk.type(series.sign_off, into=box)
    if long_lines:
        yield from check(desk, to="long")
        yield from desk.type(message, into=box, clear=True, mode="composition")
    yield from check(desk, to="clean")


def check(desk: Desk, *, to: str) -> Steps:
    """Run checkpatch and read what it says."""
    yield from desk.click("check.run", to=to, shortcut="Control+Enter")
    yield from desk.read(words=10 if to == "clean" else 22)


def introduce(desk: Desk, series: Series) -> Steps:
    """Write a cover letter, mostly on the assistant's draft."""
    if desk.chance(TAKES_DRAFT):
        yield from desk.click("assistant.ask")
        after_us = desk.lapse_us(DRAFT_S, DRAFT_LOG_SD)
        yield from desk.news(after_us=after_us, draft=series.draft)
        yield from desk.read(words=len(series.draft.split()))
        yield from desk.click("assistant.take")
    else:
        yield from desk.type(series.draft, into="series.cover", mode="composition")
    yield from desk.type(series.end, into="series.cover")


def send(desk: Desk, series: Series) -> Steps:
    """Choose the recipients and send, with the password that the mail server asks for."""
    yield from desk.click("series.send")
    yield from desk.choose(series.to_list, of="send.list")
    if desk.chance(0.5):
        yield from desk.check("send.cc")
    if desk.chance(MISTYPES):
        yield from desk.type(series.password[:-1], into="send.password")
        yield from desk.press("Enter", to="open-denied")
        yield from desk.read(words=8)
    yield from desk.type(series.password, into="send.password")
    yield from desk.press("Enter", to="sent")
    yield from desk.wait_for("send.toast")
    yield from desk.read(words=5)
