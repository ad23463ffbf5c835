"""Episodes of people with two monitors: one picture of both, and every click in the box of its target."""

import pytest

import deskhand
from deskhand.datasets.episodes.recording import Look, recorded
from deskhand.datasets.episodes.tables import episode_row
from deskhand.monitors import bounds, monitors_of
from deskhand.scenarios.apps.mail.tasks import answer_invitation
from tests.two_monitors import LEFT, RIGHT, with_monitors


@pytest.mark.parametrize("person", [LEFT, RIGHT])
def test_clicks_lie_in_the_boxes_of_their_targets(person: int) -> None:
    session = deskhand.simulate(with_monitors(answer_invitation, 2), seed=11, person=person)
    made = recorded(session, 0, Look(encoding="none"))
    assert made.success
    whole = bounds(monitors_of(session.header))
    row = episode_row(made)
    assert (row["screen_width"], row["screen_height"]) == whole[2:]
    clicks = [step for step in made.steps if step.kind == "click" and step.box is not None]
    assert clicks
    for step in clicks:
        assert step.box is not None
        assert step.x_px is not None
        assert step.y_px is not None
        left, top, width, height = step.box
        assert left - 1 <= step.x_px <= left + width
        assert top - 1 <= step.y_px <= top + height
        assert step.x == pytest.approx(step.x_px / made.picture_width, abs=2e-3)
        calls = step.calls["anthropic"]
        assert isinstance(calls, list)
        assert calls[0]["input"]["coordinate"] == [step.x_px, step.y_px]
