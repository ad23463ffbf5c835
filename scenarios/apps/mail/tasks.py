"""Mail: going through an inbox, writing a message, answering an invitation."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.mail.records import (
    INVITED,
    LETTER,
    NO_FILE,
    TRIAGE,
    Invitation,
    Letter,
    Triage,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

# What an inbox calls that which happened to a message.
GONE = {"archive": "archived", "delete": "deleted", "file": "moved"}
# Engineering estimates, all of them. Some mail is dealt with by its subject alone; the wrong message
# is archived at times and brought back; 2 % of messages are called back after sending.
BY_SUBJECT, ARCHIVES_WRONGLY, CALLS_BACK = 0.25, 0.05, 0.02
LOOKS_AT_DAY, WRITES_NOTE, SETS_REMINDER = 0.7, 0.2, 0.15
# Words in a message on the page `mail/inbox`, with its head: 28 to 45, counted.
MESSAGE_WORDS = 35


def see_all(desk: Desk) -> Steps:
    """Load the inbox anew when an earlier task has left it changed."""
    if any(state != "base" for state in desk.live.page.state.values()):
        yield from desk.navigate("mail/inbox")


@scenario(
    "mail.triage",
    app="mail",
    opens="mail/inbox",
    sensitive=("mail.reply",),
    modelled_on="Gmail and Outlook: an inbox with a reading pane; shares of fates are estimates",
    records=(TRIAGE,),
    spoil=lambda triage: {
        "triage": replace(
            triage, fates=(*triage.fates[:-1], "file"), folders=("harbour",) * len(triage.folders)
        )
    },
    by_mouse=True,
)
def triage_inbox(desk: Desk, triage: Triage) -> Steps:
    """Go through the newest messages: archive, delete, file, answer or leave each."""
    fates = list(enumerate(triage.fates, 1))
    ends = [
        reached("mail/inbox", GONE[fate], layer=f"row.{number}")
        for number, fate in fates
        if fate in GONE
    ]
    desk.aim(_said(triage), *ends, *_answered(triage))
    yield from see_all(desk)
    yield from desk.read(words=30, skim=True)
    for number, fate in fates:
        if fate in ("archive", "delete") and desk.chance(BY_SUBJECT):
            yield from desk.read(words=12)
        else:
            if number > 1:
                yield from desk.click(f"mail.row.{number}", shortcut="j")
            yield from desk.read(words=MESSAGE_WORDS, skim=fate != "answer")
        if fate == "archive":
            yield from archive(desk, number)
        elif fate == "delete":
            yield from desk.click(f"mail.delete.{number}")
        elif fate == "file":
            yield from desk.drag(f"mail.row.{number}", f"mail.folder.{triage.folders[number - 1]}")
        elif fate == "answer":
            text = triage.answers[number - 1]
            yield from desk.type(text, into="mail.reply", mode="composition")
            yield from desk.click("mail.reply.send", to="sent", shortcut="Control+Enter")
            yield from desk.read(words=4)


def _said(triage: Triage) -> str:
    words = "; ".join(f"{number}: {fate}" for number, fate in enumerate(triage.fates, 1))
    return f"Go through the first {len(triage.fates)} messages of the inbox and do this: {words}."


def _answered(triage: Triage) -> list[Reached]:
    times = triage.fates.count("answer")
    return [reached("mail/inbox", "sent", layer="reply", times=times)] if times else []


def archive(desk: Desk, number: int) -> Steps:
    """Archive a message; at times the one above is hit, and brought back first."""
    above = number - 1
    if above and desk.chance(ARCHIVES_WRONGLY) and desk.live.page.state[f"row.{above}"] == "base":
        yield from desk.click(f"mail.archive.{above}")
        yield from desk.think("notice")
        yield from desk.click(f"mail.undo.{above}")
    yield from desk.click(f"mail.archive.{number}", to="archived", shortcut="e")


@scenario(
    "mail.compose",
    app="mail",
    opens="mail/inbox",
    sensitive=("mail.to", "mail.subject", "mail.body", "mail.attach"),
    modelled_on="Gmail: writing a message, undo send; branches are estimates",
    records=(LETTER,),
    spoil=lambda letter: {"letter": replace(letter, file="Plan of the harbour.pdf")},
)
def compose(desk: Desk, letter: Letter) -> Steps:
    """Write a message and send it, rarely calling it back for one more sentence."""
    calls_back = desk.chance(CALLS_BACK)
    body = letter.body + (letter.addition if calls_back else "")
    held = {"mail.to": letter.to, "mail.subject": letter.subject, "mail.body": body}
    attaches = letter.file != NO_FILE
    if attaches:
        held["mail.attach"] = letter.file
    desk.aim(
        f"Write to {letter.to} about {letter.subject!r}, in {len(body.split())} words, "
        + (f"attach {letter.file!r}, " if attaches else "")
        + "and send it.",
        reached("mail/inbox", "sent", held),
    )
    yield from see_all(desk)
    yield from desk.click("mail.compose", shortcut="c")
    yield from desk.type(letter.to, into="mail.to")
    yield from desk.type(letter.subject, into="mail.subject")
    yield from desk.type(letter.body, into="mail.body", mode="composition")
    if attaches:
        yield from desk.choose(letter.file, of="mail.attach")
    yield from desk.read(words=len(letter.body.split()), skim=True)
    yield from desk.click("mail.send", shortcut="Control+Enter")
    if calls_back:
        yield from desk.click("mail.unsend")
        yield from desk.type(letter.addition, into="mail.body", mode="composition")
        yield from desk.click("mail.send", shortcut="Control+Enter")
    yield from desk.read(words=6)


@scenario(
    "mail.answer_invitation",
    app="mail",
    opens="mail/inbox",
    sensitive=("mail.note",),
    modelled_on="Outlook and Google Calendar: answering an invitation from the inbox; estimates",
    records=(INVITED,),
    spoil=lambda invitation: {
        "invitation": replace(invitation, message="Invitation: a walk round the harbour")
    },
)
def answer_invitation(desk: Desk, invitation: Invitation) -> Steps:
    """Open an invitation, look at the day, and answer it."""
    state = {"accept": "accepted", "maybe": "maybe", "decline": "declined"}[invitation.answer]
    notes = invitation.answer != "accept" or desk.chance(WRITES_NOTE)
    held = {"mail.note": invitation.note} if notes else {}
    desk.aim(
        f"Find the message {invitation.message!r}, open the invitation and answer {state!r}"
        + (f" with the note {invitation.note!r}." if notes else "."),
        reached("mail/invitation", state, held),
    )
    yield from see_all(desk)
    yield from desk.read(words=24, skim=True)
    yield from desk.click(f'role=listitem[name="Elin Marsh: {invitation.message}"]')
    yield from desk.read(words=36)
    yield from desk.click("mail.invitation")
    yield from desk.read(words=50, skim=True)
    if desk.chance(LOOKS_AT_DAY):
        yield from desk.hover("mail.day")
        yield from desk.read(words=16)
    if notes:
        yield from desk.type(invitation.note, into="mail.note", mode="composition")
    if invitation.answer == "accept" and desk.chance(SETS_REMINDER):
        yield from desk.choose(invitation.remind, of="mail.remind")
    yield from desk.click(f"mail.{invitation.answer}")
    yield from desk.wait_for("mail.answered")
    yield from desk.read(words=4)
    yield from desk.click("mail.back")
