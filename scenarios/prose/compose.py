"""Composed texts for typists and applications, each a function of the seed, its kind and number.

Every phrase was written for this project; no sentence comes from a corpus. Sentences are grammatical
and of office life, but they follow no thought: use them where what is said does not matter. Letters,
digraphs and common words are as frequent as in English; the tests hold the tolerances.
"""

from functools import cache

import numpy as np

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.keyed_draws import mixed
from deskhand.scenarios.prose import (
    clauses,
    mails,
    messages,
    pages,
    people,
    sentences,
    things,
    tickets,
    times,
    verbs,
)
from deskhand.scenarios.prose.grammar import Grammar
from deskhand.streams import check_seed, stream_key

KINDS = (
    "mail",
    "reply",
    "prompt",
    "ticket",
    "title",
    "comment",
    "chat",
    "note",
    "task",
    "addition",
    "wiki",
)
# Kinds that are typed in haste, about something of few words.
BRIEF = ("title", "comment", "chat", "addition", "ticket")
PHRASE_FILES = (clauses, mails, messages, pages, people, sentences, things, tickets, times, verbs)


@cache
def _grammar() -> Grammar:
    return Grammar({name: said for file in PHRASE_FILES for name, said in file.PHRASES.items()})


def compose_texts(kind: str, count: int, *, seed: int, subject: str | None = None) -> list[str]:
    """Compose English texts of office life.

    Parameters
    ----------
    kind : str
        With line breaks: ``"mail"`` and ``"wiki"``, a page. In one paragraph: ``"reply"`` to a
        customer, ``"prompt"`` for an assistant, ``"ticket"`` and its ``"title"``, ``"comment"``,
        ``"chat"``, ``"note"`` on a customer, ``"task"`` to do next, ``"addition"`` to a reply.
    count : int
        How many texts, from 0.
    seed : int
        From 0 to 2**64 - 1. A text depends on the seed, its kind and its number alone: the first
        ten of a thousand are those of ten.
    subject : str, optional
        What all texts are about, as it stands within a sentence, in the singular and with its
        article: ``"the price list"``. Drawn for each text when not given.

    Returns
    -------
    list of str
        Plain ASCII, but for what ``subject`` brings.

    Raises
    ------
    UnknownNameError
        When there is no such kind.
    DeskhandError
        When the count, the seed or the subject cannot be used.

    Examples
    --------
    >>> from deskhand import compose_texts
    >>> compose_texts("chat", 2, seed=7) == compose_texts("chat", 100, seed=7)[:2]
    True
    >>> "the price list" in compose_texts("mail", 1, seed=7, subject="the price list")[0].lower()
    True
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of text", str(kind), KINDS)
    if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < 0:
        raise DeskhandError(f"count={count!r}: must be a whole number from 0; try count=10.")
    check_seed(seed)
    _check_subject(subject)
    key = np.array([stream_key(seed, "prose", kind)], np.uint64)
    grammar = _grammar()
    texts = []
    for number in range(count):
        own = mixed(key, number)
        drawn = "brief" if kind in BRIEF else "topic"
        about = grammar.text(drawn, mixed(own, 1)) if subject is None else subject
        texts.append(grammar.text(kind, own, {"topic": about}))
    return texts


def _check_subject(subject: object) -> None:
    if subject is None:
        return
    if not isinstance(subject, str) or not subject.strip() or not subject.isprintable():
        raise DeskhandError(
            f"subject={subject!r}: must be some words in one line; "
            'try subject="the price list", or leave it out.'
        )
