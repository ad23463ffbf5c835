"""What holds for every plan of a session, whatever was done in it."""

from collections.abc import Iterator

from deskhand.generators.plan import SessionPlan


def intent_times(plan: SessionPlan) -> Iterator[tuple[int, int, int]]:
    """Yield the action, start and end of every intent of hand and keyboard."""
    yield from ((m.action_id, m.start_us, m.end_us) for m in plan.moves)
    yield from ((p.action_id, p.down_us, p.up_us) for p in plan.presses)
    yield from ((t.action_id, t.start_us, t.start_us + t.typing.duration_us) for t in plan.typed)
    yield from ((w.action_id, w.start_us, w.start_us + w.scroll.duration_us) for w in plan.wheeled)


def check_laws(plan: SessionPlan) -> None:
    ends = 0
    for number, action in enumerate(plan.actions):
        assert action.action_id == number
        assert ends <= action.start_us <= action.end_us
        ends = action.end_us
    assert ends <= plan.duration_us
    for action_id, start, end in intent_times(plan):
        action = plan.actions[action_id]
        assert action.start_us <= start < end <= action.end_us, action
    lists: list[list[int]] = [
        [m.start_us for m in plan.moves],
        [p.down_us for p in plan.presses],
        [t.start_us for t in plan.typed],
        [w.start_us for w in plan.wheeled],
        [row.t_us for row in plan.rows],
        [place.t_us for place in plan.places],
    ]
    for times in lists:
        assert times == sorted(times)
    assert all(0 <= row.t_us <= plan.duration_us for row in plan.rows)
    check_pointer(plan)
    check_targets(plan)


def check_pointer(plan: SessionPlan) -> None:
    """The pointer never jumps: every move starts where the one before ended, presses lie there."""
    at: tuple[float, float] | None = None
    timeline = sorted(
        [(m.start_us, m.x0, m.y0, m.x1, m.y1) for m in plan.moves]
        + [(p.down_us, p.x0, p.y0, p.x0, p.y0) for p in plan.presses if p.x0 == p.x1]
        + [(w.start_us, w.x, w.y, w.x, w.y) for w in plan.wheeled]
    )
    for _, x0, y0, x1, y1 in timeline:
        assert at is None or at == (x0, y0)
        at = (x1, y1)


def check_targets(plan: SessionPlan) -> None:
    known = {target for _, target in plan.elements}
    for row in plan.rows:
        assert row.columns.get("target") is None or row.columns["target"] in known, row
    for press in plan.presses:
        assert press.down_target is None or press.down_target in known
    focus: str | None = None
    for row in plan.rows:
        if row.type == "focus":
            assert focus is None, row
            focus = row.columns["target"]
        elif row.type == "blur":
            assert focus == row.columns["target"], row
            focus = None
        elif row.type in ("navigation", "window.focus"):
            focus = None


def marks(plan: SessionPlan) -> list[tuple[str, int]]:
    return [(r.columns["reference"].split("#")[1], r.t_us) for r in plan.rows if r.type == "mark"]
