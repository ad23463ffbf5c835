"""What somebody alone finds in the team chat: messages that have come in, and where to write."""

from collections.abc import Sequence
from functools import lru_cache

from deskhand.scenarios.records import POOL_SIZE, RecordKind, pools
from deskhand.scenarios.world import Message
from deskhand.streams import stream

# A person comes back to one to three new messages (an estimate).
MOST_MESSAGES = 3
CHANNEL_NAMES = ("general", "support", "releases")


@lru_cache(maxsize=4)
def _unread(seed: int) -> Sequence[tuple[Message, ...]]:
    rng = stream(seed, "records.chat")
    texts = pools(seed).message
    return tuple(
        tuple(
            Message(0, None, texts[int(place)])
            for place in rng.integers(len(texts), size=int(rng.integers(1, MOST_MESSAGES + 1)))
        )
        for _ in range(POOL_SIZE)
    )


MESSAGES = RecordKind(name="messages", pool=_unread)
# The team talks in one channel; the others are looked at.
CHANNEL = RecordKind(name="channel", pool=lambda _: CHANNEL_NAMES[:1])
