"""What people look for in the news: a story, a thread, a page elsewhere, and what they say about it."""

from dataclasses import dataclass
from functools import lru_cache

from deskhand.scenarios.prose.compose import compose_texts
from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

# The first stories on the page `news/front`, in its order: those that can be voted for.
STORIES = (
    "A kitchen timer that keeps time for forty years",
    "Why our tests were slow, and what we deleted",
    "The lighthouse that is steered from a shed",
    "Ask: how do you keep notes that you find again?",
    "Small maps for large walks",
    "Writing a spreadsheet in two hundred lines",
)
LINK, THREAD = STORIES[2], STORIES[3]
# Who wrote comments on the page `news/thread`, and the comment's place there.
VOICES = {"garnet": 2, "tolland": 4, "finch": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What catches a reader's eye: stories, a voice in the thread, and an own comment."""

    story: str
    thread: str
    voice: str
    comment: str
    link: str


@lru_cache(maxsize=4)
def readings(seed: int) -> tuple[Reading, ...]:
    """Return the readings of a seed.

    Examples
    --------
    >>> readings(7)[0].story in STORIES, readings(7)[0].voice in VOICES
    (True, True)
    """
    rng = stream(seed, "records.news")
    voices = tuple(VOICES)
    return tuple(
        Reading(
            story=STORIES[int(rng.integers(len(STORIES)))],
            thread=THREAD,
            voice=voices[int(rng.integers(len(voices)))],
            comment=comment,
            link=LINK,
        )
        for comment in compose_texts("reply", POOL_SIZE, seed=seed)
    )


READING = RecordKind(name="reading", pool=readings, typed=("comment",), mode="composition")
