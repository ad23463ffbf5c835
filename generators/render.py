"""A planned session in, a session of canonical tables out."""

from collections.abc import Mapping

from deskhand.generators.keyboard import render_keyboard
from deskhand.generators.merge import merge
from deskhand.generators.plan import SessionPlan
from deskhand.generators.plan_rows import rows_to_columns
from deskhand.generators.pointer import render_moves, render_presses
from deskhand.generators.side_tables import (
    actions_table,
    elements_table,
    screenshots_table,
    session_header,
)
from deskhand.generators.wheel import render_wheel
from deskhand.screen import Screen
from deskhand.session import Session


def render(plan: SessionPlan, screens: Mapping[str, Screen]) -> Session:
    """Return the session that a plan describes.

    Parameters
    ----------
    plan : SessionPlan
        What the person does and when.
    screens : mapping of str to Screen
        The compiled screens that the plan's rows refer to.

    Returns
    -------
    Session
        Depends on the plan alone, whatever else is rendered before or after it.
    """
    moves, strokes = render_moves(plan, plan.fidelity)
    # At equal times: what opens the session, then what the devices report, then its consequences.
    rows = plan.rows
    opened = next((place for place, row in enumerate(rows) if row.t_us > 0), len(rows))
    events, submovements = merge(
        [
            rows_to_columns(rows[:opened]),
            moves,
            render_presses(plan),
            render_wheel(plan),
            render_keyboard(plan),
            rows_to_columns(rows[opened:]),
        ],
        plan.places,
        plan.session_id,
        plan.provenance_id,
        plan.covers,
    )
    return Session(
        header=session_header(plan, events.num_rows),
        events=events,
        actions=actions_table(plan, strokes),
        elements=elements_table(plan),
        screenshots=screenshots_table(plan),
        screens=screens,
        goals=tuple(plan.goals),
        submovements=submovements,
    )
