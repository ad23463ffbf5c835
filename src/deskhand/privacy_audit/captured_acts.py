"""Typing and pointing of people: out of captures, or made anew by a profile's people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.calibration.movements import Movements, cut_movements
from deskhand.calibration.recording import read_recording
from deskhand.calibration.session_keystrokes import keystroke_table
from deskhand.capture_fit import Captures
from deskhand.capture_people import captured_people
from deskhand.capture_reading import unshown_sessions
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.path_table import movement_requests, path_movements
from deskhand.keyboard_motor import time_keys
from deskhand.pointer_motor import pointer_paths
from deskhand.privacy_audit.subject import check_as_written
from deskhand.progress import Progress
from deskhand.session import Session

RECORDER = "mouse-web"


class Acts(NamedTuple):
    """What people did; None where nobody did any."""

    typing: Keystrokes | None
    pointer: Movements | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedActs:
    """What captured people did, and their names, which nobody is to see."""

    names: frozenset[str]
    acts: Acts


def captured_acts(captures: Captures, progress: Progress | None = None) -> CapturedActs:
    """Return what people did in captures.

    Parameters
    ----------
    captures : Captures
        Files and folders, and how to read them.
    progress : callable, optional
        Called with the number of sessions read, 0 and events so far.

    Raises
    ------
    DeskhandError
        When a capture cannot be read or used.
    InvalidDataError
        When one is damaged, or another than the manifest beside it lists.
    """
    for path in captures.paths:
        check_as_written(path)
    sessions: dict[str, list[Session]] = {}
    read = events = 0
    for person, session in captured_people(
        captures.paths,
        person=captures.person,
        format=captures.format,
        stand_ins=captures.stand_ins,
    ):
        sessions.setdefault(person, []).append(session)
        read, events = read + 1, events + session.events.num_rows
        if progress is not None:
            progress(read, 0, events)
    return CapturedActs(names=frozenset(sessions), acts=session_acts(sessions))


def released_acts(path: Path) -> Acts:
    """Return what the people of synthetic or derived sessions do.

    Parameters
    ----------
    path : pathlib.Path
        A folder or a file.

    Raises
    ------
    InvalidDataError
        When the sessions are damaged.
    """
    sessions: dict[str, list[Session]] = {}
    for session in unshown_sessions(path):
        sessions.setdefault(str(session.header["persona"]), []).append(session)
    return session_acts(sessions)


def session_acts(sessions: Mapping[str, Sequence[Session]]) -> Acts:
    """Return what people did in sessions, by person."""
    people = sorted(sessions)
    typing = pointer = None
    if any(_has(one, "keydown") for theirs in sessions.values() for one in theirs):
        typing = typed_keys(keystroke_table(sessions), people)
    moving = {
        person: [one for one in theirs if _has(one, "pointermove")]
        for person, theirs in sessions.items()
    }
    named = [
        replace(one, header={**one.header, "persona": person})
        for person in people
        for one in moving[person]
    ]
    if named:
        pointer = cut_movements(read_recording(named))
    return Acts(typing, pointer)


def made_acts(profile: Profile, like: Acts, seed: int) -> Acts:
    """Return what as many people of a profile do: the same keys, and movements between the same points.

    Parameters
    ----------
    profile : Profile
        What it has no numbers of is not made.
    like : Acts
        Of people who were not fitted, so that what is asked for tells nothing of those who were.
    seed : int
        Of the synthetic people.
    """
    typing = pointer = None
    if like.typing is not None and "keystrokes" in profile.sections and len(like.typing):
        typing = _typed(profile, like.typing, seed)
    if like.pointer is not None and "pointer" in profile.sections and len(like.pointer):
        lent = {"recorder": load_profile(RECORDER).sections["recorder"]}
        whole = replace(profile, sections=lent | dict(profile.sections))
        asked = movement_requests(like.pointer)
        people = sorted(set(asked["person"].to_pylist()))
        pointer = path_movements(pointer_paths(asked, profile=whole, seed=seed), people)[0]
    return Acts(typing, pointer)


def _typed(profile: Profile, like: Keystrokes, seed: int) -> Keystrokes:
    names = np.array(like.vocabulary.names, dtype=object)
    asked = {
        "sequence": like.session.astype(str),
        "person": like.person.astype(str),
        "key": names[like.key].astype(str),
    }
    made = time_keys(asked, profile=profile, seed=seed)
    return typed_keys(
        pa.table(
            {
                "user": made["person"].cast(pa.string()),
                "session": made["sequence"].cast(pa.string()),
                "t_down_s": made["down_us"].to_numpy() / 1e6,
                "t_up_s": made["up_us"].to_numpy() / 1e6,
                "key": made["key"].cast(pa.string()),
            }
        )
    )


def check_apart(members: CapturedActs, others: CapturedActs) -> None:
    """Refuse people who are on both sides.

    Raises
    ------
    DeskhandError
        When there is one.
    """
    both = len(members.names & others.names)
    if both:
        raise DeskhandError(
            f"{both} people are among --members and among --others by their names; --others are people "
            "who were not fitted. Leave them out on one side, or name people with --person."
        )


def _has(session: Session, kind: str) -> bool:
    types = session.events["type"].cast(pa.string())
    return kind in set(types.unique().to_pylist())
