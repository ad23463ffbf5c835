"""What people ask of a builder of web pages: prompts, layouts, and words for search engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from deskhand.scenarios.records import EXAMPLE_DOMAINS, POOL_SIZE, RecordKind
from deskhand.streams import stream

TONES = ("Friendly", "Plain", "Elegant", "Playful", "Serious")
# What each place of `builder/canvas` takes.
PLACES = {
    1: ("text", "picture", "form"),
    2: ("picture", "text", "gallery"),
    3: ("button", "heading", "gallery"),
}
# The widgets that hold a text.
WORDED = ("text", "button", "heading")
COLOURS = ("rose", "ink", "amber", "violet")
CATEGORIES = ("Health", "Food and drink", "Sports", "Arts", "Crafts", "Clubs")
LANGUAGES = ("German", "French", "Spanish", "Italian", "Dutch")
# Who wants a page, and what it is to say; none of it is a firm's.
TRADES = ("bakery", "physiotherapy practice", "rowing club", "pottery", "bicycle workshop", "choir")
MANNERS = ("small", "young", "family-run", "busy", "friendly", "century-old")
ASKS = (
    "says when we are open and how to find us",
    "shows our work with large pictures and few words",
    "lets people book a visit without a call",
    "tells who we are and what a first visit costs",
    "lists the courses of the season and their prices",
    "asks visitors to write to us, with a short form",
)
EXTRAS = (
    "Keep it short.",
    "The picture at the top should be calm.",
    "Put the hours where nobody can miss them.",
    "No more than three sections, please.",
    "It has to read well on a telephone.",
)
HEADLINES = (
    "Open when you need us",
    "Good work, close to home",
    "Made by hand, made to last",
    "Come in, we have time for you",
    "The first visit is on us",
    "Small enough to know your name",
)
SECTIONS = (
    "We began in one room and still know everybody who comes through the door.",
    "Write or call before noon, and you have an answer on the same day.",
    "Every season brings new dates; the old ones fill up quickly, so look early.",
    "Bring what you have and tell us what you want; the rest we find together.",
    "Our prices stand on this page, and nothing is added to them later.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A page that is wanted, and what the builder makes of the wish."""

    prompt: str
    tone: str
    headline: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What goes where on a page, from its first place on, with the words for it."""

    widgets: tuple[str, ...]
    title: str
    label: str
    words: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What search engines are told of a page."""

    title: str
    slug: str
    description: str
    category: str
    language: str
    contact: str


def _picker(seed: int, what: str) -> Callable[[Sequence[str]], str]:
    rng = stream(seed, "records.builder", what)
    return lambda choices: choices[int(rng.integers(len(choices)))]


@lru_cache(maxsize=4)
def wishes(seed: int) -> Sequence[Wish]:
    """Return the wishes of a seed.

    Examples
    --------
    >>> wishes(7)[0] == wishes(7)[0], wishes(7)[0].tone in TONES
    (True, True)
    """
    one = _picker(seed, "wishes")
    return [
        Wish(
            prompt=f"A page for a {one(MANNERS)} {one(TRADES)} that {one(ASKS)}. {one(EXTRAS)}",
            # The form shows the first one already.
            tone=one(TONES[1:]),
            headline=one(HEADLINES),
            sections=(one(SECTIONS), one(SECTIONS)),
        )
        for _ in range(POOL_SIZE)
    ]


@lru_cache(maxsize=4)
def layouts(seed: int) -> Sequence[Layout]:
    """Return the layouts of a seed."""
    one = _picker(seed, "layouts")
    return [
        Layout(
            widgets=tuple(one(kinds) for kinds in PLACES.values()),
            title=one(HEADLINES),
            label=one(("Book a visit", "Ask us", "See all courses")),
            words=one(SECTIONS),
            colour=one(COLOURS),
        )
        for _ in range(POOL_SIZE)
    ]


@lru_cache(maxsize=4)
def listings(seed: int) -> Sequence[Listing]:
    """Return the listings of a seed."""
    from faker import Faker

    one = _picker(seed, "listings")
    fake = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(stream(seed, "records.builder", "faker").integers(2**31)))
    found = []
    for _ in range(POOL_SIZE):
        trade = one(TRADES)
        name = f"{fake.last_name()} {trade}"
        found.append(
            Listing(
                title=f"{name}, {fake.city()}",
                slug=name.lower().replace(" ", "-"),
                description=f"A {one(MANNERS)} {trade}. {one(SECTIONS)}",
                category=one(CATEGORIES),
                language=one(LANGUAGES),
                contact=f"{fake.first_name()}.{fake.last_name()}@{one(EXAMPLE_DOMAINS)}".lower(),
            )
        )
    return found


WISH = RecordKind(name="wish", pool=wishes, typed=("prompt",), mode="composition")
LAYOUT = RecordKind(name="layout", pool=layouts, typed=("title", "label", "words"))
LISTING = RecordKind(
    name="listing", pool=listings, typed=("title", "slug", "description", "contact")
)
