"""News: scanning the front page, reading a thread, following a link out and back."""

import math
from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.apps.news.records import READING, STORIES, VOICES, Reading
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

# Engineering estimates: a title is read in 1.2 s, that is about five words; one story in three is
# looked at longer; the wrong arrow is hit at times and taken back.
WORDS_A_TITLE, FIRST_PAGE, SECOND_PAGE = 5, 24, 8
LOOKS_LONGER, VOTES_WRONGLY = 0.35, 0.06
COMMENTS, FOLDS, CLOSES_NOTICE, BACK_BY_LINK = 0.06, 0.25, 0.7, 0.5
# How long people stay on a page: Weibull with k < 1 (Liu, White and Dumais 2010, "Understanding web
# browsing behaviors through Weibull analysis of dwell time"); k and the scale are estimates.
STAY_SHAPE, STAY_S, SHORTEST_S, LONGEST_S = 0.75, 70.0, 8.0, 240.0
# Words that are read in a second, Brysbaert (2019): 238 a minute.
WORDS_A_SECOND = 238 / 60


def stay_words(desk: Desk) -> float:
    """Return how many words are read before the page is left."""
    stay_s = STAY_S * math.pow(-math.log(1.0 - desk.draws.uniform()), 1.0 / STAY_SHAPE)
    return WORDS_A_SECOND * min(max(stay_s, SHORTEST_S), LONGEST_S)


def find_story(desk: Desk, title: str) -> Steps:
    """Go down the front page until a title catches the eye, and open it."""
    yield from desk.read(words=WORDS_A_TITLE * (4 + desk.one_of(FIRST_PAGE - 4)))
    yield from desk.click(f'role=link[name="{title}"]')


@scenario(
    "news.scan_front",
    app="news",
    opens="news/front",
    modelled_on="Hacker News: scanning the front page; estimates, reading speed as measured",
    records=(READING,),
    spoil=lambda reading: {"reading": replace(reading, story="The harbour from its roofs")},
)
def scan_front(desk: Desk, reading: Reading) -> Steps:
    """Go through the titles of two pages and vote for a story."""
    place = STORIES.index(reading.story) + 1 if reading.story in STORIES else 1
    desk.aim(
        f"Look through the stories of the first two pages and vote for {reading.story!r}.",
        reached("news/front", "more"),
        reached("news/front", "up", layer=f"vote.{place}"),
    )
    if desk.live.page.state["page"] != "base" or desk.live.page.state[f"vote.{place}"] != "base":
        yield from desk.navigate("news/front")
    yield from desk.read(words=WORDS_A_TITLE * FIRST_PAGE)
    if desk.chance(LOOKS_LONGER):
        yield from desk.hover(f"news.story.{3 + desk.one_of(2)}")
        yield from desk.read(words=20)
    yield from desk.click("news.more")
    yield from desk.wait_for("news.second")
    yield from desk.read(words=WORDS_A_TITLE * SECOND_PAGE)
    if desk.chance(VOTES_WRONGLY):
        other = f"news.vote.{place % len(STORIES) + 1}"
        yield from desk.click(other)
        yield from desk.think("notice")
        yield from desk.click(other)
    yield from desk.click(f'role=button[name="Vote for {reading.story}"]')


@scenario(
    "news.read_thread",
    app="news",
    opens="news/front",
    sensitive=("news.comment",),
    modelled_on="Hacker News and forums: a thread with comments; dwell after Liu 2010, estimates",
    records=(READING,),
    spoil=lambda reading: {"reading": replace(reading, voice="harbourmaster")},
)
def read_thread(desk: Desk, reading: Reading) -> Steps:
    """Read a thread, vote for a comment, and rarely add one."""
    comments = desk.chance(COMMENTS)
    ends = [reached("news/thread", "up", layer=f"like.{VOICES.get(reading.voice, 1)}")]
    if comments:
        ends.append(reached("news/thread", "commented", {"news.comment": reading.comment}))
    desk.aim(
        f"Read the thread {reading.thread!r} and vote for what {reading.voice} wrote"
        + (f"; add a comment of {len(reading.comment.split())} words." if comments else "."),
        *ends,
    )
    yield from find_story(desk, reading.thread)
    yield from desk.read(words=stay_words(desk))
    if desk.chance(FOLDS):
        yield from desk.click("news.fold.2")
        yield from desk.read(words=30)
        yield from desk.click("news.fold.2")
    yield from desk.click(f'role=button[name="Vote for the comment by {reading.voice}"]')
    if comments:
        yield from desk.type(reading.comment, into="news.comment", mode="composition")
        yield from desk.read(words=len(reading.comment.split()), skim=True)
        yield from desk.click("news.comment.send", shortcut="Control+Enter")
        yield from desk.read(words=10)
    yield from desk.click("news.back")


@scenario(
    "news.follow_link",
    app="news",
    opens="news/front",
    modelled_on="Hacker News: a link out and the way back; dwell after Liu 2010, estimates",
    records=(READING,),
    spoil=lambda reading: {"reading": replace(reading, link="The harbour from its roofs")},
)
def follow_link(desk: Desk, reading: Reading) -> Steps:
    """Follow a link to a page elsewhere, keep it for later, and come back."""
    desk.aim(
        f"Open what {reading.link!r} links to, keep it for later, and come back to the front page.",
        reached("news/article", "kept", layer="keep"),
        reached("news/front", "base"),
    )
    yield from find_story(desk, reading.link)
    yield from desk.read(words=20)
    if desk.chance(CLOSES_NOTICE):
        yield from desk.click("news.notice.close")
    yield from desk.read(words=stay_words(desk))
    yield from desk.click("news.keep")
    if desk.chance(BACK_BY_LINK):
        yield from desk.click("news.home")
    else:
        yield from desk.navigate("news/front")
    yield from desk.read(words=WORDS_A_TITLE * 6)
