"""One side of a comparison: what people did, as columns of pointer, keys and all events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.calibration.recording import Recording, read_recording
from deskhand.calibration.session_keystrokes import coded_column, keystroke_table
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.events import TYPE_CODE
from deskhand.session import Session

_POINTER = ("pointermove", "pointerdown", "pointerup", "scroll")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventStream:
    """All events, session after session.

    Parameters
    ----------
    person, session : NDArray[np.int32], shape (n,)
        Whose, and of which session.
    t_us : NDArray[np.int64], shape (n,)
        On the session's own clock.
    kind : NDArray[np.int64], shape (n,)
        Place in `deskhand.events.EVENT_TYPES`.
    app : NDArray[np.int64], shape (n,)
        Place in ``apps`` of the application in front; -1 where it is not known.
    apps : sequence of str
        Names of applications.
    start_s : NDArray[np.float64], shape (s,)
        Second of the day at which each session begins, on the recorder's clock.
    """

    person: NDArray[np.int32]
    session: NDArray[np.int32]
    t_us: NDArray[np.int64]
    kind: NDArray[np.int64]
    app: NDArray[np.int64]
    apps: Sequence[str]
    start_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.t_us)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One side; a part that no capture holds is None.

    Parameters
    ----------
    people : sequence of str
        Names; they stay in memory.
    pointer : Recording, optional
        Of which ``person`` is a place in ``people``.
    keys : Keystrokes, optional
        As above.
    events : EventStream, optional
        As above.
    sessions : int
        How many.
    roles : sequence of str
        Of each session, where it is known.
    left_out : mapping of str to int
        Why sessions were not looked at, and how many.
    """

    people: Sequence[str]
    pointer: Recording | None = None
    keys: Keystrokes | None = None
    events: EventStream | None = None
    sessions: int = 0
    roles: Sequence[str] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def side_of_sessions(captured: Iterable[tuple[str, Session]]) -> Side:
    """Return the columns of people's sessions.

    Parameters
    ----------
    captured : iterable of (str, Session)
        Each with its person's name.

    Returns
    -------
    Side
        Sessions without events, and those whose clock goes back, are counted and left out.

    Raises
    ------
    DeskhandError
        When nothing is left.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("crm.create_lead", seed=7)
    >>> side = side_of_sessions([("ann", session)])
    >>> side.people, len(side.keys) > 50, len(side.events) == len(session.events)
    (['ann'], True, True)
    """
    place: dict[str, int] = {}
    apps: dict[str, int] = {}
    kept: list[Session] = []
    parts: list[tuple[NDArray[np.int64], ...]] = []
    left_out: dict[str, int] = {}
    for person, session in captured:
        t_us = session.events["t_us"].to_numpy()
        if not len(t_us):
            left_out["without events"] = left_out.get("without events", 0) + 1
            continue
        if (np.diff(t_us) < 0).any():
            left_out["clock goes back"] = left_out.get("clock goes back", 0) + 1
            continue
        who = place.setdefault(person, len(place))
        number = len(kept)
        kept.append(replace(session, header={**session.header, "persona": person}))
        kind, words = coded_column(session.events, "type")
        code = np.array([TYPE_CODE[word] for word in words], np.int64)[kind]
        app, names = coded_column(session.events, "app")
        known = np.array([*(apps.setdefault(name, len(apps)) for name in names), -1], np.int64)
        size = len(t_us)
        parts.append((np.full(size, who), np.full(size, number), t_us, code, known[app]))
    if not kept:
        why = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        raise DeskhandError(f"holds no session that can be compared{f' ({why})' if why else ''}.")
    whose, of, t_us, kind, app = (np.concatenate(column) for column in zip(*parts, strict=True))
    events = EventStream(
        person=whose.astype(np.int32),
        session=of.astype(np.int32),
        t_us=t_us,
        kind=kind,
        app=app,
        apps=list(apps),
        start_s=np.array([s.header["start_wall_us"] / 1e6 % 86_400 for s in kept], np.float64),
    )
    return Side(
        people=list(place),
        pointer=_pointer(kept, place),
        keys=_keys(kept, place),
        events=events,
        sessions=len(kept),
        roles=[str(session.header["role"]) for session in kept],
        left_out=left_out,
    )


def _pointer(sessions: Sequence[Session], place: Mapping[str, int]) -> Recording | None:
    wanted = [s for s in sessions if _has(s, _POINTER)]
    if not wanted:
        return None
    recording = read_recording(wanted)
    number = np.array([place[name] for name in recording.people], np.int32)
    return replace(recording, people=list(place), person=number[recording.person])


def _keys(sessions: Sequence[Session], place: Mapping[str, int]) -> Keystrokes | None:
    wanted = [s for s in sessions if _has(s, ("keydown",))]
    if not wanted:
        return None
    by_person: dict[str, list[Session]] = {}
    for session in wanted:
        by_person.setdefault(str(session.header["persona"]), []).append(session)
    return typed_keys(keystroke_table(by_person), list(place))


def _has(session: Session, kinds: Sequence[str]) -> bool:
    found = pc.unique(session.events["type"].cast("string")).to_pylist()
    return any(kind in found for kind in kinds)
