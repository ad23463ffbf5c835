"""Composed texts: laws of the draws, grammar where it can be checked, and statistics of English."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from deskhand import DeskhandError, compose_texts, type_text
from deskhand.errors import UnknownNameError
from deskhand.keyed_draws import keys
from deskhand.scenarios.prose.compose import KINDS, PHRASE_FILES
from deskhand.scenarios.prose.grammar import Grammar

# Shares of letters in English books, in percent: Norvig 2012, "English Letter Frequency Counts:
# Mayzner Revisited", norvig.com/mayzner.html, of the Google books (743 billion words); checked against
# a copy of his counts.
ENGLISH = dict(
    zip(
        "etaoinsrhldcumfpgwybvkxjqz",
        (
            *(12.49, 9.28, 8.04, 7.64, 7.57, 7.23, 6.51, 6.28, 5.05, 4.07, 3.82, 3.34, 2.73),
            *(2.51, 2.40, 2.14, 1.87, 1.68, 1.66, 1.48, 1.05, 0.54, 0.23, 0.16, 0.12, 0.09),
        ),
        strict=True,
    )
)
SEED = 7


@pytest.fixture(scope="module")
def mails() -> list[str]:
    return compose_texts("mail", 1_000, seed=SEED)


def words(texts: list[str]) -> list[str]:
    return re.findall("[a-z]+", " ".join(texts).lower())


def common(counts: Counter[str], number: int) -> float:
    return sum(n for _, n in counts.most_common(number)) / counts.total()


def test_mails_and_their_sentences_are_distinct(mails: list[str]) -> None:
    assert len(set(mails)) == len(mails)
    said = [
        sentence
        for mail in mails
        for paragraph in mail.split("\n\n")[1:-1]
        for sentence in re.split(r"(?<=[.?]) ", paragraph)
    ]
    assert len(said) > 4_000
    assert len(set(said)) > 0.9 * len(said)


def test_letters_are_as_frequent_as_in_english(mails: list[str]) -> None:
    letters = Counter("".join(words(mails)))
    apart = [abs(100 * letters[letter] / letters.total() - ENGLISH[letter]) for letter in ENGLISH]
    assert sum(apart) / 200 < 0.03


def test_words_and_digraphs_are_as_frequent_as_in_english(mails: list[str]) -> None:
    found = words(mails)
    # Norvig counts 4.79 letters a word; his fifty commonest words are 40 % of all words, his
    # twenty commonest digraphs 32 % of all digraphs.
    assert 4.5 < np.mean([len(word) for word in found]) < 4.8
    assert 0.40 < common(Counter(found), 50) < 0.46
    digraphs = Counter(a + b for word in found for a, b in pairwise(word))
    assert 0.30 < common(digraphs, 20) < 0.36


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_depends_on_its_number_alone(kind: str) -> None:
    assert compose_texts(kind, 3, seed=SEED) == compose_texts(kind, 40, seed=SEED)[:3]
    assert compose_texts(kind, 3, seed=SEED) != compose_texts(kind, 3, seed=SEED + 1)
    assert compose_texts(kind, 0, seed=SEED) == []


@pytest.mark.parametrize("kind", KINDS)
def test_grammar_of_every_kind(kind: str) -> None:
    texts = compose_texts(kind, 1_000, seed=SEED)
    assert len(set(texts)) > 900
    for text in texts:
        assert text.isascii()
        assert text == text.strip()
        assert not re.search(r"  |[{}]| [.,;:?]", text)
        assert not re.search(r"(^|[.?] |\n)[a-z]", text), text
        assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", text), text
        assert kind == "title" or text[-1].isalpha() or text[-1] in ".?"


@pytest.mark.parametrize("kind", KINDS)
def test_a_subject_takes_the_place_of_the_drawn_one(kind: str) -> None:
    for text in compose_texts(kind, 200, seed=SEED, subject="the red lamp"):
        assert "he red lamp" in text


def test_a_subject_leaves_the_rest_as_it_is(mails: list[str]) -> None:
    (given,) = compose_texts("mail", 1, seed=SEED, subject="the red lamp")
    kept = given.split("\n\n")
    assert (kept[0], kept[-1]) == (mails[0].split("\n\n")[0], mails[0].split("\n\n")[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_texts_can_be_typed(kind: str) -> None:
    texts = compose_texts(kind, 3, seed=SEED)
    assert type_text(texts, seed=SEED).num_rows > sum(map(len, texts)) / 2


@pytest.mark.parametrize("kind", ["mial", "", "Mail", None, ["mail"]])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(UnknownNameError, match=r"kind of text .* is not known; .*Known: addition"):
        compose_texts(kind, 1, seed=SEED)


@pytest.mark.parametrize("count", [-1, 1.0, True, "3", None])
def test_a_bad_count_is_refused(count: int) -> None:
    with pytest.raises(DeskhandError, match=r"count=.*whole number from 0; try count=10"):
        compose_texts("mail", count, seed=SEED)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, None, True, "7"])
def test_a_bad_seed_is_refused(seed: int) -> None:
    with pytest.raises(DeskhandError, match=r"seed=.*must be a whole number"):
        compose_texts("mail", 1, seed=seed)


@pytest.mark.parametrize("subject", [3, b"lamp", "", "  ", "two\nlines", ["the lamp"]])
def test_a_bad_subject_is_refused(subject: str) -> None:
    with pytest.raises(DeskhandError, match=r"subject=.*in one line; try subject="):
        compose_texts("mail", 1, seed=SEED, subject=subject)


def test_phrases_of_a_slot_are_equally_likely() -> None:
    grammar = Grammar({"start": ["{what}"], "what": [f"{n}" for n in range(7)]})
    one = keys(SEED, "test", range(7_000))
    drawn = Counter(grammar.text("start", one[i : i + 1]) for i in range(7_000))
    chi_square = sum((drawn[f"{n}"] - 1_000) ** 2 / 1_000 for n in range(7))
    assert chi_square < 16.8  # the 99 % point for 6 degrees of freedom


def test_every_slot_is_used_and_named_once() -> None:
    phrases = {name: said for file in PHRASE_FILES for name, said in file.PHRASES.items()}
    assert len(phrases) == sum(len(file.PHRASES) for file in PHRASE_FILES)
    used = {*KINDS, "brief"}
    for said in phrases.values():
        used |= {name.lower() for phrase in said for name in re.findall(r"{(\w+)}", phrase)}
    assert used == set(phrases)


def test_a_slot_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="slot 'hwo' is not known; did you mean 'who'"):
        Grammar({"start": ["{hwo} came."], "who": ["the smith"]})
