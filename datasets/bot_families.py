"""Families of bots as a data set has them: their names, and a session as one of them does it."""

from dataclasses import replace

from deskhand.datasets.bots.families import FAMILIES
from deskhand.datasets.tables import HUMAN_LIKE
from deskhand.goals import Goal
from deskhand.session import Session
from deskhand.streams import stream_key


def family_names() -> list[str]:
    """Return the names of the families of bots."""
    return sorted(FAMILIES)


def unseen(name: str) -> bool:
    """Return whether a family is kept for testing detectors on what they were not trained with."""
    return name in FAMILIES and FAMILIES[name].unseen


def acted(session: Session, family: str) -> Session:
    """Return a session as one of a family would have done it.

    Parameters
    ----------
    session : Session
        As a person would do it.
    family : str
        A name of `family_names`, or ``human-like`` for the session as it is.
    """
    if family == HUMAN_LIKE:
        return session
    header = session.header
    key = stream_key(int(header["seed"]), "dataset.bot", family, str(header["session_id"]))
    # 53 bits, which every reader of JSON keeps.
    made = FAMILIES[family](session, seed=key >> 11)
    return replace(made, goals=_taken_up_again(session, made))


def _taken_up_again(before: Session, made: Session) -> tuple[Goal, ...]:
    """Return goals with the times at which a bot takes them up: of the first act that followed."""
    numbers = before.actions["action_id"].to_pylist()
    starts = dict(zip(numbers, before.actions["start_us"].to_pylist(), strict=True))
    at_us = dict(
        zip(
            made.actions["action_id"].to_pylist(),
            made.actions["start_us"].to_pylist(),
            strict=True,
        )
    )
    goals = []
    for goal in before.goals:
        followed = [number for number, start in starts.items() if start >= goal.since_us]
        since_us = min((at_us[number] for number in followed if number in at_us), default=0)
        goals.append(replace(goal, since_us=since_us))
    return tuple(goals)
