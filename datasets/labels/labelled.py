"""A session in, its rows of the four tables of a data set out, labels and all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.datasets.labels.attention import attention
from deskhand.datasets.labels.causes import Added, causes
from deskhand.datasets.labels.intent import intent
from deskhand.datasets.labels.presses import Moment, moments
from deskhand.datasets.labels.strokes import parsed_strokes
from deskhand.datasets.tables import HUMAN_LIKE, TABLES
from deskhand.goals import missed
from deskhand.session import Session

_NO_MOMENT = Moment()


def labelled(session: Session, family: str = HUMAN_LIKE) -> dict[str, pa.Table]:
    """Return a session's rows of each table of a data set.

    Parameters
    ----------
    session : Session
        As it was simulated, or as a bot family has changed it; with its screens.
    family : str
        What drew its motion and timing.

    Returns
    -------
    dict
        Tables of the schemas `deskhand.datasets.tables.TABLES`, by name.

    Examples
    --------
    >>> import deskhand
    >>> tables = labelled(deskhand.simulate("crm.create_lead", seed=7))
    >>> tables["actions"]["intent"][0].as_py()
    "click link 'New lead'"
    >>> tables["events"]["action_id"].null_count
    0
    """
    action_id, added = causes(session)
    rows = session.actions.to_pylist() + [_added_row(session, one) for one in added]
    minds = attention(session, rows, action_id)
    aims = moments(session)
    names = _names(session)
    by_number = {row["action_id"]: row for row in rows}
    own = len(session.actions)
    for place, (row, mind) in enumerate(zip(rows, minds, strict=True)):
        aim = aims.get(row["action_id"], _NO_MOMENT)
        row["by_person"] = place < own
        row["attention"] = mind
        row["intent"] = _intent(row, by_number, aim, names)
        row["press_us"], row["hit"] = aim.press_us, aim.hit
        row["intended_target"] = aim.intended_target
        sides = ("box_left", "box_top", "box_width", "box_height")
        row.update(zip(sides, aim.box, strict=True))
    bot = family != HUMAN_LIKE
    strokes = None if bot else session.submovements
    if strokes is None or len(strokes) != len(session.events):
        # The plan was another hand's, or there is none.
        strokes, counts = parsed_strokes(session, action_id)
        for row in rows:
            row["submovement_count"] = counts.get(row["action_id"], 0)
    header = {
        **session.header,
        "action_count": len(rows),
        "is_bot": bot,
        "generator_family": family,
        "goals": len(session.goals),
        "goals_missed": len(missed(session)) if session.goals else 0,
    }
    return {
        "events": _events(session, action_id, rows, strokes),
        "actions": pa.Table.from_pylist(rows, schema=TABLES["actions"]),
        "elements": session.elements.cast(TABLES["elements"]),
        "sessions": pa.Table.from_pylist([header], schema=TABLES["sessions"]),
    }


def _added_row(session: Session, added: Added) -> dict[str, Any]:
    header = session.header
    return {
        "session_id": header["session_id"],
        "action_id": added.action_id,
        "persona": header["persona"],
        "scenario": header["scenario"],
        "task": 0,
        "step": -1,
        "verb": added.verb,
        "target": None,
        "start_us": added.start_us,
        "end_us": added.end_us,
        "text_class": None,
        "error_of": None,
        "correction_of": None,
        "error_count": 0,
        "submovement_count": 0,
        "synthetic": header["synthetic"],
        "provenance_id": header["provenance_id"],
    }


def _names(session: Session) -> Mapping[tuple[str | None, str], tuple[str, str]]:
    """Return roles and names, as they were shown, by screen and element."""
    rows = session.elements.select(["screen", "target", "role", "name"]).to_pylist()
    return {(row["screen"], row["target"]): (row["role"], row["name"]) for row in rows}


def _intent(
    row: Mapping[str, Any],
    by_number: Mapping[int, Mapping[str, Any]],
    aim: Moment,
    names: Mapping[tuple[str | None, str], tuple[str, str]],
) -> str | None:
    # Somebody who hits the wrong thing meant what is done after it.
    meant = by_number.get(row["error_of"], row) if row["error_of"] is not None else row
    slip = by_number.get(row["correction_of"]) if row["correction_of"] is not None else None
    element = names.get((aim.screen, meant["target"] or ""))
    if element is None and aim.element is not None:
        element = (aim.element.role, aim.element.name)
    takes_back = slip is not None and slip["error_of"] != row["action_id"]
    return intent(meant["verb"], meant["text_class"], element, takes_back=takes_back)


def _events(
    session: Session,
    action_id: NDArray[np.int32],
    rows: Sequence[Mapping[str, Any]],
    strokes: pa.Array,
) -> pa.Table:
    events = session.events
    place = events.schema.get_field_index("action_id")
    events = events.set_column(place, "action_id", pa.array(action_id))
    numbers = np.array([row["action_id"] for row in rows], np.int32)
    order = np.argsort(numbers)
    of = order[np.searchsorted(numbers[order], action_id)]
    minds = pa.array([row["attention"] for row in rows]).dictionary_encode()
    labels = {"submovement": strokes, "attention": minds.take(pa.array(of)).cast(pa.string())}
    for name, column in labels.items():
        events = events.append_column(name, column)
    return events.cast(TABLES["events"])
