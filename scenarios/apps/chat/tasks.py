"""Team chat: reading what has come in, answering, and writing first."""

from collections.abc import Sequence

from deskhand.goals import reached
from deskhand.scenarios.apps.chat.records import CHANNEL, MESSAGES
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.scenarios.world import Message
from deskhand.screen import BASE

# The page `chat/channel` shows up to this many messages beyond those that it opens with.
ROOM = 4
# Engineering estimates: what people do after reading a thread.
REPLIES, REACTS = 0.50, 0.25
SENDS_BY_ENTER = 0.75
SHORT = ("+1", "ok", "thanks", "on it", "yes", "done")


def room(desk: Desk) -> str:
    """Return the state of the channel that the next message meets."""
    state = desk.live.page.state["page"]
    return "" if state == BASE or len(state) >= ROOM or set(state) - {"r", "s"} else state


def make_room(desk: Desk) -> Steps:
    """Open the channel afresh when it cannot show another message."""
    if desk.live.page.state["page"] != (room(desk) or BASE):
        yield from desk.navigate("chat/channel")


def mean_to(desk: Desk, instruction: str, *, sends: str | None = None) -> None:
    """Set a goal: the next message is there, a colleague's or, with its text, one's own."""
    held = {} if sends is None else {"chat.message": sends}
    state = room(desk) + ("r" if sends is None else "s")
    desk.aim(instruction, reached("chat/channel", state, held))


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
    modelled_on="Slack: reading and answering a thread; probabilities are estimates",
    records=(MESSAGES, CHANNEL),
    spoil=lambda messages, channel: {"messages": messages, "channel": f"{channel}-archive"},
    goes_on=True,
)
def answer(desk: Desk, messages: Sequence[Message], channel: str) -> Steps:
    """Read the messages that have come in and answer some of them."""
    desk.typist.foresee(SHORT, "composition")
    for message in messages:
        yield from make_room(desk)
        mean_to(desk, f"Read what comes in in #{channel}, and answer what asks for it.")
        desk.find(f'role=button[name="# {channel}"]')
        yield from desk.news(text=message.text)
        yield from desk.read(words=len(message.text.split()) + 12)
        choice = desk.draws.uniform()
        if choice < REPLIES:
            text = desk.records.draw("message")
        elif choice < REPLIES + REACTS:
            text = SHORT[desk.one_of(len(SHORT))]
        else:
            continue
        mean_to(desk, f"Answer in #{channel}: {text!r}.", sends=text)
        yield from send(desk, text)
        if message.sender is not None and choice < REPLIES:
            desk.world.post(desk.plan.person, text, message.sender)


@scenario(
    "chat.write",
    app="chat",
    opens="chat/channel",
    modelled_on="Slack: looking through the channels and starting a thread; an estimate",
    records=(CHANNEL,),
    spoil=lambda message, channel: {"message": message, "channel": f"{channel}-archive"},
    goes_on=True,
)
def write(desk: Desk, message: str, channel: str) -> Steps:
    """Look through the channels and write to a colleague."""
    mean_to(desk, f"Write to your colleagues in #{channel}: {message!r}.", sends=message)
    desk.find(f'role=button[name="# {channel}"]')
    if desk.chance(0.3) and desk.live.page.state["page"] == "base":
        yield from desk.click(f"chat.channel.{('support', 'releases')[desk.one_of(2)]}")
        yield from desk.read(words=30, skim=True)
        yield from desk.click("chat.channel.general")
    yield from desk.read(words=30, skim=True)
    yield from send(desk, message)
    colleague = desk.world.colleague_of(desk.plan.person)
    if colleague is not None:
        desk.world.post(desk.plan.person, message, colleague)
