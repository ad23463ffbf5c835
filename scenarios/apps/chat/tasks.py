"""Team chat: reading what has come in, answering, and writing first."""

from collections.abc import Sequence

from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.scenarios.world import Message

# The page `chat/channel` shows up to this many messages beyond those that it opens with.
ROOM = 4
# Engineering estimates: what people do after reading a thread.
REPLIES, REACTS = 0.50, 0.25
SENDS_BY_ENTER = 0.75
SHORT = ("+1", "ok", "thanks", "on it", "yes", "done")


def make_room(desk: Desk) -> Steps:
    """Open the channel afresh when it cannot show another message."""
    state = desk.live.page.state["page"]
    if state != "base" and (len(state) >= ROOM or set(state) - {"r", "s"}):
        yield from desk.navigate("chat/channel")


def send(desk: Desk, text: str) -> Steps:
    """Write a message and send it."""
    yield from make_room(desk)
    yield from desk.type(text, into="chat.message", mode="composition")
    if desk.chance(SENDS_BY_ENTER):
        yield from desk.press("Enter")
    else:
        yield from desk.click("chat.send")


@scenario(
    "chat.answer",
    app="chat",
    opens="chat/channel",
    modelled_on="reading and answering a thread; probabilities are estimates",
)
def answer(desk: Desk, messages: Sequence[Message]) -> Steps:
    """Read the messages that have come in and answer some of them."""
    desk.typist.foresee(SHORT, "composition")
    for message in messages:
        yield from make_room(desk)
        yield from desk.news(text=message.text)
        yield from desk.read(words=len(message.text.split()) + 12)
        choice = desk.draws.uniform()
        if choice < REPLIES:
            text = desk.records.draw("message")
        elif choice < REPLIES + REACTS:
            text = SHORT[desk.one_of(len(SHORT))]
        else:
            continue
        yield from send(desk, text)
        if message.sender is not None and choice < REPLIES:
            desk.world.post(desk.plan.person, text, message.sender)


@scenario(
    "chat.write",
    app="chat",
    opens="chat/channel",
    modelled_on="starting a thread; an estimate",
)
def write(desk: Desk, message: str) -> Steps:
    """Look through the channels and write to a colleague."""
    if desk.chance(0.3) and desk.live.page.state["page"] == "base":
        yield from desk.click(f"chat.channel.{('support', 'releases')[desk.one_of(2)]}")
        yield from desk.read(words=30, skim=True)
        yield from desk.click("chat.channel.general")
    yield from desk.read(words=30, skim=True)
    yield from send(desk, message)
    colleague = desk.world.colleague_of(desk.plan.person)
    if colleague is not None:
        desk.world.post(desk.plan.person, message, colleague)
