"""What a task is called: one instruction in several registers, from what its goals say.

Each register has sentences that say the same; which of them is taken is drawn. None tells more than
the goal's own words do, so an answer that has to be found is in none of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from deskhand.datasets.episodes.vocabularies import placeholder
from deskhand.goals import Goal, Reached
from deskhand.screen import PAGE, Element, Screen, parse_reference
from deskhand.streams import Draws

TERSE, POLITE, DETAILED, GOAL_ONLY = REGISTERS = ("terse", "polite", "detailed", "goal-only")
SAYINGS: Mapping[str, tuple[str, ...]] = {
    TERSE: ("{plain}", "{app}: {small}", "To do in {app}: {small}"),
    POLITE: (
        "Could you please do this for me: {small}. Thank you!",
        "Hello! I would like you to {do}. Thanks a lot.",
        "Please {do}. Thank you.",
        "When you have a moment, please {do}.",
    ),
    DETAILED: (
        "The application {app} is open on the page {title!r}. {whole}{fields} {done}",
        "You work in {app}, where the page {title!r} is in front. {whole}{fields} {done}",
    ),
    GOAL_ONLY: ("In the end {ends}.", "Goal: {ends}.", "What I want: {ends}."),
}
# Where the ends alone would not say everything.
AIMS = ("The aim is to {do}.", "Goal: to {do}.", "What I want is to {do}.")
DONE = (
    "Stop as soon as this is done; if it cannot be done, say so and why.",
    "Do nothing beyond that. Should it turn out to be impossible, tell me the reason.",
)
# States that pages come to when something is finished, as their names say.
FINISHED = ("saved", "sent", "published", "made", "done", "submitted")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")


class Wording(NamedTuple):
    """An instruction in one register."""

    register: str
    text: str


def wordings(
    goals: Sequence[Goal], screens: Mapping[str, Screen], opens: str, draws: Draws
) -> list[Wording]:
    """Return a task's instruction in all registers.

    Parameters
    ----------
    goals : sequence of Goal
        What the task is for; at least one.
    screens : mapping of str to Screen
        The screens that they name.
    opens : str
        The screen in front when the task begins.
    draws : Draws
        Chooses among sentences that say the same.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.unlock", seed=7)
    >>> made = wordings(session.goals, session.screens, "auth/lock", Draws(7, "example"))
    >>> [wording.register for wording in made]
    ['terse', 'polite', 'detailed', 'goal-only']
    """
    whole = " ".join(dict.fromkeys(goal.instruction.strip() for goal in goals))
    plain = whole.removesuffix(".")
    held = [*_held(goals, screens)]
    ends = [*dict.fromkeys(_end(end, screens) for goal in goals for end in goal.ends)]
    screen = screens[opens]
    small = plain[0].lower() + plain[1:]
    words = {
        "whole": whole if whole.endswith((".", "!", "?")) else f"{whole}.",
        "plain": plain,
        "small": small,
        # Most begin with a verb, and a few with where something is to be done.
        "do": f"do this: {small}" if small.startswith("in ") else small,
        "done": DONE[int(len(DONE) * draws.uniform())],
        "app": screen.app.replace("_", " "),
        "title": screen.title,
        "fields": _fields(held, whole),
        "ends": "; ".join(ends),
    }
    quoted = [one or other for one, other in _QUOTED.findall(whole)]
    complete = all(text in words["ends"] for text in quoted) and all(
        text in whole for _, text in held
    )
    found = []
    for register in REGISTERS:
        sayings = SAYINGS[register]
        if register == GOAL_ONLY and not (held and complete and all(ends)):
            sayings = AIMS
        saying = sayings[int(len(sayings) * draws.uniform())]
        found.append(Wording(register, saying.format(**words)))
    return found


def _held(goals: Sequence[Goal], screens: Mapping[str, Screen]) -> Iterator[tuple[str, str]]:
    """Yield the names of fields and what they have to hold, as far as that is a text."""
    for end in (end for goal in goals for end in goal.ends):
        screen = screens[parse_reference(end.state)[0]]
        for key, text in end.holding.items():
            if text and text not in ("true", "false"):
                element = _element(screen, key)
                secret = not text.strip("*")
                name = key if element is None or not element.name else element.name
                yield name, placeholder(key) if secret else text


def _element(screen: Screen, key: str) -> Element | None:
    if key in screen.elements:
        return screen.elements[key]
    for (layer, name), state in screen.states.items():
        if state.overrides.get(key) is not None:
            return screen.changed_element(layer, name, key)
    return None


def _fields(held: Sequence[tuple[str, str]], whole: str) -> str:
    """Return which of the given texts goes where."""
    told = dict.fromkeys((name, text) for name, text in held if text in whole)
    listed = ", ".join(f"{text!r} for {name!r}" for name, text in told)
    return f" Enter exactly {listed}." if listed else ""


def _end(end: Reached, screens: Mapping[str, Screen]) -> str:
    """Return what a page is in the end, as people would say it; nothing where they would not."""
    name, layer, state = parse_reference(end.state)
    if layer != PAGE or state not in FINISHED:
        return ""
    held = []
    for key, text in end.holding.items():
        element = _element(screens[name], key)
        field = repr(key if element is None or not element.name else element.name)
        if text in ("true", "false"):
            held.append(f"{field} {'ticked' if text == 'true' else 'not ticked'}")
        else:
            secret = bool(text) and not text.strip("*")
            held.append(f"{placeholder(key) if secret else repr(text)} for {field}")
    listed = f", with {', '.join(held)}" if held else ""
    return f"the page {screens[name].title!r} is {state}{listed}"
