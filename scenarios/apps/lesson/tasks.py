"""Language lessons: exercises one after another, those that went wrong once more at the end."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.lesson.records import (
    LESSON,
    ODD_WORD,
    PAIRS,
    WEEK,
    WEEKS,
    WORD_ORDER,
    Exercise,
    Lesson,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario

# Engineering estimates. An exercise goes wrong in 12 % of cases; half of the wrong words are noticed
# before the answer is checked; in one set of pairs in five the first is tried with a wrong word.
GOES_WRONG = 0.12
NOTICES, WRONG_PAIR = 0.5, 0.2
LOOKS_AT_LEAGUE = 0.3
# The next exercise is there within a blink.
NEXT_US = 150_000
TAB = {"Last week": "last", "Two weeks ago": "before"}


@scenario(
    "lesson.practise",
    app="lesson",
    opens="lesson/home",
    modelled_on="Duolingo: a lesson of 12 to 17 exercises; kinds and errors are estimates",
    records=(LESSON,),
    spoil=lambda lesson: {"lesson": replace(lesson, unit="At the opera")},
)
def practise(desk: Desk, lesson: Lesson) -> Steps:
    """Do a lesson: build sentences, translate, choose and match until all of it was right."""
    desk.aim(
        f"Practise the unit {lesson.unit!r} until all {len(lesson.exercises)} exercises are right.",
        reached("lesson/practice", "right", times=len(lesson.exercises)),
        *(typed_right(each) for each in lesson.exercises if each.kind == "typed"),
        reached("lesson/practice", "end"),
    )
    yield from desk.read(words=25, skim=True)
    yield from desk.click(f'role=link[name="Practise {lesson.unit}"]')
    waiting = list(lesson.exercises)
    again: list[Exercise] = []
    number = 0
    while waiting:
        number += 1
        exercise = waiting.pop(0)
        count = f"{number} of {number + len(waiting) + len(again)}"
        # A wrong pair is tried again at once, so all pairs are right in the end.
        right = exercise.kind == "pairs" or not desk.chance(GOES_WRONG)
        if not right:
            again.append(exercise)
        yield from answer(desk, exercise, count, right=right)
        yield from desk.read(words=4)
        yield from desk.click("lesson.continue", shortcut="Enter")
        if not waiting:
            waiting, again = again, []
    errors = number - len(lesson.exercises)
    yield from desk.news(after_us=NEXT_US, summary=f"{number} answers, {errors} of them wrong.")
    yield from desk.read(words=12)
    if desk.chance(LOOKS_AT_LEAGUE):
        yield from desk.click("lesson.league")
        yield from desk.read(words=40, skim=True)
    else:
        yield from desk.click("lesson.home")


def typed_right(exercise: Exercise) -> Reached:
    """Return what a typed answer comes to."""
    return reached("lesson/practice", "right", {"lesson.answer": exercise.answer})


def answer(desk: Desk, exercise: Exercise, count: str, *, right: bool) -> Steps:
    """Do the exercise that comes next."""
    yield from desk.news(after_us=NEXT_US, **exercise.texts, count=count)
    if exercise.kind == "pairs":
        yield from match_pairs(desk)
        return
    verdict = "right" if right else "wrong"
    yield from desk.read(words=len(exercise.answer.split()) + 3)
    if exercise.kind == "choice":
        place = exercise.right if right else 1 + exercise.right % 3
        yield from desk.think("decide")
        yield from desk.click(f"lesson.choice.{place}", to=verdict, shortcut=str(place))
        return
    if exercise.kind == "bank":
        yield from lay_words(desk, len(exercise.answer.split()), right=right)
    else:
        typed = exercise.answer if right else exercise.answer[:-2]
        yield from desk.type(typed, into="lesson.answer")
    yield from desk.click("lesson.check", to=verdict, shortcut="Enter")


def lay_words(desk: Desk, count: int, *, right: bool) -> Steps:
    """Click the words of a sentence in their order; the last one may be an odd one."""
    for place in WORD_ORDER[: count - 1]:
        yield from desk.click(f"lesson.word.{place}")
    last = f"lesson.word.{WORD_ORDER[count - 1]}"
    odd = f"lesson.word.{ODD_WORD}"
    if not right:
        yield from desk.click(odd)
    elif desk.chance(GOES_WRONG * NOTICES):
        yield from desk.click(odd)
        yield from desk.think("notice")
        yield from desk.click(odd)
        yield from desk.click(last)
    else:
        yield from desk.click(last)


def match_pairs(desk: Desk) -> Steps:
    """Match four words with their meanings; the first one at times with a wrong one."""
    for place, partner in enumerate(PAIRS, 1):
        yield from desk.click(f"lesson.left.{place}")
        yield from desk.read(words=2)
        if place == 1 and desk.chance(WRONG_PAIR):
            yield from desk.click(f"lesson.right.{PAIRS[place]}")
            yield from desk.think("notice")
        yield from desk.click(f"lesson.right.{partner}")


@scenario(
    "lesson.look_at_league",
    app="lesson",
    opens="lesson/home",
    modelled_on="Duolingo: a glance at streak and league, a quarter of a minute; estimates",
    records=(WEEK,),
    spoil=lambda week: {"week": f"The week before {week.lower()}"},
)
def look_at_league(desk: Desk, week: str) -> Steps:
    """See how one stands in the league, and how one stood before."""
    desk.aim(
        f"See where you stood in the league: {week.lower()}.",
        reached("lesson/league", TAB.get(week, "unknown")),
    )
    yield from desk.read(words=20, skim=True)
    yield from desk.click("nav.league")
    yield from desk.read(words=20)
    yield from desk.click(f'role=tab[name="{week}"]')
    yield from desk.read(words=15)
    if desk.chance(0.5):
        yield from desk.click(f'role=tab[name="{WEEKS[0]}"]')
    yield from desk.click("nav.home")
