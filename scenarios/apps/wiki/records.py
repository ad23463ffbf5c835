"""What people write in the wiki: sections of a page, comments, and pages made from a template."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deskhand.scenarios.prose.compose import compose_texts
from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

TITLE = "How we ship a release"
# The entries of the menu that the page `wiki/editor` can insert, the most frequent first.
MACROS = ("Table", "Info panel", "Task list", "Code block", "Expand", "Contents")
# How often each is taken: Zipf with exponent 1, an estimate.
MACRO_SHARES = np.array([1 / place for place in range(1, len(MACROS) + 1)])
TEMPLATES = ("incident", "meeting", "decision")
SPACES = (
    "Product handbook",
    "Support desk",
    "People and offices",
    "Sales playbook",
    "Design library",
)
OWNERS = ("Amara Quill", "Bas Terlinden", "Chioma Reyes", "Dario Vance", "Elin Marsh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A section to write into a page, and what a reader says about the page."""

    title: str
    heading: str
    first: str
    rest: str
    afterthought: str
    rows: str
    macro: str
    comment: str

    @property
    def sought(self) -> str:
        """What the page is searched by: the last words of its title."""
        return " ".join(self.title.lower().split()[-3:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A page to make from a template."""

    template: str
    title: str
    space: str
    owner: str
    review: str
    parts: tuple[str, str, str]
    people: str


@lru_cache(maxsize=4)
def articles(seed: int) -> tuple[Article, ...]:
    """Return the sections of a seed.

    Examples
    --------
    >>> articles(7)[0] == articles(7)[0], articles(7)[0].macro in MACROS
    (True, True)
    """
    rng = stream(seed, "records.wiki")
    macros = rng.choice(len(MACROS), size=POOL_SIZE, p=MACRO_SHARES / MACRO_SHARES.sum())
    made = []
    for page, comment, more, macro in zip(
        compose_texts("wiki", POOL_SIZE, seed=seed),
        compose_texts("comment", POOL_SIZE, seed=seed),
        compose_texts("addition", POOL_SIZE, seed=seed),
        macros.tolist(),
        strict=True,
    ):
        heading, first, *rest = page.split("\n\n")
        made.append(
            Article(
                title=TITLE,
                heading=heading,
                first=first,
                rest="\n\n" + "\n\n".join(rest),
                afterthought=f" {more}",
                rows=_table(rng),
                macro=MACROS[macro],
                comment=comment,
            )
        )
    return tuple(made)


def _table(rng: np.random.Generator) -> str:
    """Return rows as a spreadsheet copies them: cells apart by tabs, rows by line breaks."""
    lines = [
        f"{OWNERS[int(rng.integers(len(OWNERS)))]}\t{int(rng.integers(1, 60))} min"
        for _ in range(int(rng.integers(3, 7)))
    ]
    return "\n\n" + "\n".join(lines)


@lru_cache(maxsize=4)
def drafts(seed: int) -> tuple[Draft, ...]:
    """Return the pages of a seed that are made from a template.

    Examples
    --------
    >>> drafts(7)[0].template in TEMPLATES, drafts(7)[0].space in SPACES
    (True, True)
    """
    from faker import Faker

    rng = stream(seed, "records.wiki.drafts")
    fake: Faker = Faker("en_US", use_weighting=False)
    fake.seed_instance(int(rng.integers(2**31)))
    titles = compose_texts("title", POOL_SIZE, seed=seed)
    notes = compose_texts("ticket", POOL_SIZE, seed=seed)
    tasks = compose_texts("task", 2 * POOL_SIZE, seed=seed)
    return tuple(
        Draft(
            template=TEMPLATES[int(rng.integers(len(TEMPLATES)))],
            title=title,
            space=SPACES[int(rng.integers(len(SPACES)))],
            owner=OWNERS[int(rng.integers(len(OWNERS)))],
            review=f"2026-{int(rng.integers(4, 13)):02d}-{int(rng.integers(1, 29)):02d}",
            parts=(note, why, what),
            people=f"{fake.first_name()} {fake.last_name()}, {fake.company()}",
        )
        for title, note, why, what in zip(titles, notes, tasks[::2], tasks[1::2], strict=True)
    )


ARTICLE = RecordKind(
    name="article",
    pool=articles,
    typed=("heading", "first", "rest", "afterthought", "comment", "sought:form"),
    mode="composition",
)
DRAFT = RecordKind(name="draft", pool=drafts, typed=("title", "parts"), mode="composition")
