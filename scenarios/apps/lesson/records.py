"""What a lesson is made of: sentences in two languages, exercises on them, and weeks of a league."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from deskhand.scenarios.records import POOL_SIZE, RecordKind
from deskhand.streams import stream

# Words were written for this project, all of them without accents.
WHO = {
    "Marco": "Marco",
    "my sister": "mia sorella",
    "our neighbour": "il nostro vicino",
    "a girl": "una ragazza",
    "the doctor": "il medico",
    "the old man": "il vecchio",
    "everybody": "ognuno",
    "his friend": "il suo amico",
}
# Each unit of the page `lesson/home`, from the first row on, with its verbs and things.
UNITS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "At the table": (
        {"eats": "mangia", "wants": "vuole", "brings": "porta", "cuts": "taglia"},
        {"the bread": "il pane", "the cheese": "il formaggio", "the soup": "la zuppa"}
        | {"a pear": "una pera", "the rice": "il riso"},
    ),
    "On the way": (
        {"takes": "prende", "sees": "vede", "waits for": "aspetta", "finds": "trova"},
        {"the train": "il treno", "the ticket": "il biglietto", "the bridge": "il ponte"}
        | {"a square": "una piazza", "the port": "il porto"},
    ),
    "In the house": (
        {"opens": "apre", "cleans": "pulisce", "closes": "chiude", "paints": "dipinge"},
        {"the door": "la porta", "the kitchen": "la cucina", "the window": "la finestra"}
        | {"a bed": "un letto", "the lamp": "la lampada"},
    ),
    "At work": (
        {"reads": "legge", "writes": "scrive", "sends": "manda", "loses": "perde"},
        {"the letter": "la lettera", "the key": "la chiave", "the book": "il libro"}
        | {"a page": "una pagina", "the paper": "la carta"},
    ),
    "In the garden": (
        {"waters": "annaffia", "picks": "coglie", "loves": "ama", "plants": "pianta"},
        {"the rose": "la rosa", "the tree": "un albero", "the apple": "la mela"}
        | {"a flower": "un fiore", "the grass": "il prato"},
    ),
}
OFTEN = {"today": "oggi", "often": "spesso", "": ""}
ODD_WORDS = ("green", "never", "seven", "under", "house", "slowly", "their", "cold", "winter")
# Which words of the page `lesson/practice` make the sentence, in order, and which answer is whose.
WORD_ORDER, ODD_WORD, PAIRS = (3, 1, 6, 8, 2, 5), 4, (2, 4, 1, 3)
LEAST_WORDS = 4
# A lesson has 12 to 17 exercises, of which 40 % are built of given words, 25 % typed, 20 % chosen
# and 15 % matched: engineering estimates.
FEWEST, MOST = 12, 17
KINDS, SHARES = ("bank", "typed", "choice", "pairs"), (0.40, 0.25, 0.20, 0.15)
WEEKS = ("This week", "Last week", "Two weeks ago")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One thing to do; ``texts`` are those of the page, by slot, ``right`` the number to choose."""

    kind: str
    texts: dict[str, str]
    answer: str
    right: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A unit, and the exercises that are set."""

    unit: str
    exercises: tuple[Exercise, ...]

    @property
    def typed(self) -> tuple[str, ...]:
        """What is typed in the course of it."""
        return tuple(each.answer for each in self.exercises if each.kind == "typed")


@lru_cache(maxsize=4)
def _lessons(seed: int) -> tuple[Lesson, ...]:
    rng = stream(seed, "records.lesson")
    return tuple(_lesson(rng) for _ in range(POOL_SIZE))


def _pick(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _lesson(rng: np.random.Generator) -> Lesson:
    unit = _pick(tuple(UNITS), rng)
    count = int(rng.integers(FEWEST, MOST + 1))
    kinds = rng.choice(KINDS, size=count, p=SHARES).tolist()
    return Lesson(unit=unit, exercises=tuple(_exercise(kind, unit, rng) for kind in kinds))


def _sentence(unit: str, rng: np.random.Generator) -> tuple[str, str]:
    """Return a sentence of four to six words in English, and in Italian."""
    verbs, things = UNITS[unit]
    while True:
        who, verb = _pick(tuple(WHO), rng), _pick(tuple(verbs), rng)
        thing, often = _pick(tuple(things), rng), _pick(tuple(OFTEN), rng)
        english = " ".join(filter(None, (who, verb, thing, often)))
        if LEAST_WORDS <= len(english.split()) <= len(WORD_ORDER):
            italian = " ".join(filter(None, (WHO[who], verbs[verb], things[thing], OFTEN[often])))
            return english[0].upper() + english[1:], italian[0].upper() + italian[1:] + "."


def _exercise(kind: str, unit: str, rng: np.random.Generator) -> Exercise:
    if kind == "pairs":
        return _pairs(unit, rng)
    if kind == "choice":
        return _choice(unit, rng)
    english, italian = _sentence(unit, rng)
    if kind == "typed":
        return Exercise(kind=kind, texts={"sentence": italian, "solution": english}, answer=english)
    words = english.lower().split()
    odd = [word for word in ODD_WORDS if word not in words]
    rng.shuffle(odd)
    shown = dict(zip(WORD_ORDER, words, strict=False))
    texts = {f"word{n}": shown.get(n) or odd.pop() for n in range(1, 9)}
    return Exercise(
        kind=kind, texts=texts | {"prompt": italian, "solution": english}, answer=english
    )


def _words(unit: str, count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    verbs, things = UNITS[unit]
    known = [*verbs.items(), *things.items()]
    return [known[place] for place in rng.permutation(len(known))[:count].tolist()]


def _choice(unit: str, rng: np.random.Generator) -> Exercise:
    words = _words(unit, 3, rng)
    right = int(rng.integers(3))
    english, italian = words[right]
    texts = {f"choice{n}": word for n, (_, word) in enumerate(words, 1)}
    texts |= {"prompt": english, "solution": f"{english}: {italian}"}
    return Exercise(kind="choice", texts=texts, answer=italian, right=right + 1)


def _pairs(unit: str, rng: np.random.Generator) -> Exercise:
    words = _words(unit, 4, rng)
    texts = {f"left{n}": italian for n, (_, italian) in enumerate(words, 1)}
    texts |= {f"right{place}": english for place, (english, _) in zip(PAIRS, words, strict=True)}
    texts |= {"prompt": "Four words and what they mean", "solution": "All four pairs."}
    return Exercise(kind="pairs", texts=texts, answer="")


def _weeks(seed: int) -> tuple[str, ...]:
    rng = stream(seed, "records.lesson", 1)
    return tuple(_pick(WEEKS[1:], rng) for _ in range(POOL_SIZE))


LESSON = RecordKind(name="lesson", pool=_lessons, typed=("typed",))
WEEK = RecordKind(name="week", pool=_weeks)
