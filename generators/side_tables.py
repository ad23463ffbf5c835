"""The tables beside the events: actions, elements, screenshots, and the session's header."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deskhand.events import ACTIONS, ELEMENTS, SCREENSHOTS
from deskhand.generators.columns import WordIndex, columns_of
from deskhand.generators.merge import dictionary_array
from deskhand.generators.plan import Action, SessionPlan
from deskhand.monitors import written


def actions_table(plan: SessionPlan, strokes: NDArray[np.int32]) -> pa.Table:
    """Return the ground truth of a session.

    Parameters
    ----------
    plan : SessionPlan
        Its actions and moves.
    strokes : NDArray[np.int32], shape (number of moves,)
        Strokes of each planned move; an action's submovements are the strokes of its moves.
    """
    columns = columns_of(plan.actions, Action._fields)
    ids = np.array(columns["action_id"], np.int64)
    owners = np.array([move.action_id for move in plan.moves], np.int64)
    known = owners >= 0
    total = np.bincount(owners[known], strokes[known], minlength=int(ids.max(initial=-1)) + 1)
    columns["persona"] = (plan.persona.persona_id,) * len(ids)
    columns["submovement_count"] = total[ids].astype(np.int32)
    return _table(columns, ACTIONS, plan, len(ids))


def elements_table(plan: SessionPlan) -> pa.Table:
    """Return the elements that the session's actions refer to."""
    columns: dict[str, Sequence[Any]] = {
        name: [row.get(name) for row in plan.elements.values()] for name in ELEMENTS.names
    }
    columns["screen"] = [screen for screen, _ in plan.elements]
    columns["target"] = [target for _, target in plan.elements]
    return _table(columns, ELEMENTS, plan, len(plan.elements))


def screenshots_table(plan: SessionPlan) -> pa.Table:
    """Return the references to the session's screenshots."""
    names = ("t_us", "screen", "reference", "width", "height")
    columns = columns_of(plan.screenshots, names)
    return _table(columns, SCREENSHOTS, plan, len(plan.screenshots))


def session_header(plan: SessionPlan, event_count: int) -> dict[str, Any]:
    """Return the session's row of the sessions table."""
    persona, device = plan.persona, plan.persona.device
    return {
        "session_id": plan.session_id,
        "seed": plan.seed,
        "scenario": plan.scenario,
        "team": plan.team,
        "person": plan.person,
        "day": plan.day,
        "persona": persona.persona_id,
        "role": persona.role,
        "condition": persona.condition,
        "fidelity": plan.fidelity,
        "profile": persona.profile,
        "profile_mode": persona.profile_mode,
        "start_wall_us": plan.start_wall_us,
        "time_zone": plan.time_zone,
        "clock_skew_us": device.clock_skew_us,
        "duration_us": plan.duration_us,
        "event_count": event_count,
        "action_count": len(plan.actions),
        "screen_width": device.screen_width,
        "screen_height": device.screen_height,
        "viewport_width": plan.viewport[0],
        "viewport_height": plan.viewport[1],
        "device": device.name,
        "poll_hz": device.poll_hz,
        "keyboard_layout": persona.keyboard_layout,
        "monitors": None if device.second is None else written(device.monitors),
        "synthetic": True,
        "provenance_id": plan.provenance_id,
    }


def _table(
    columns: Mapping[str, Sequence[Any] | NDArray[Any]],
    schema: pa.Schema,
    plan: SessionPlan,
    rows: int,
) -> pa.Table:
    constant = {
        "session_id": plan.session_id,
        "provenance_id": plan.provenance_id,
        "synthetic": True,
    }
    arrays = []
    for field in schema:
        values: Any = columns.get(field.name, ())
        if field.name in constant:
            values = [constant[field.name]] * rows
        if pa.types.is_dictionary(field.type):
            index = WordIndex()
            codes = index.encode(values)
            arrays.append(dictionary_array(codes, index.words(), field.type))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)
