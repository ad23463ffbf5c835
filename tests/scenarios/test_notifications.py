"""Notifications: when they show, what is done about them, and that the page sees nothing of it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.cli import main
from deskhand.errors import UnknownNameError
from deskhand.exports.rrweb.recording import record
from deskhand.generators.plan import SessionPlan
from deskhand.generators.render import render
from deskhand.safeguards import safeguarded
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.notified import BLIND_US, LURKS_US, STAYS_US
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.screen import Screen
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches
from tests.safeguards.files import made
from tests.scenarios.laws import check_laws

Act = Callable[..., SessionPlan]
NOTE, CROSS = "b.notification", "b.notification.close"


def spans(plan: SessionPlan) -> list[tuple[int, int]]:
    """Return from when to when a notification showed."""
    rows = [row for row in plan.rows if row.columns.get("reason") == "notification"]
    assert [row.columns["value"] for row in rows] == ["visible", "hidden"] * (len(rows) // 2)
    return [(a.t_us, b.t_us) for a, b in zip(rows[::2], rows[1::2], strict=True)]


def fronts(plan: SessionPlan) -> list[str]:
    return [place.app for place in plan.places]


def notes(plan: SessionPlan) -> list[Any]:
    return [p for p in plan.presses if "notification" in (p.down_target or "")]


def test_one_that_is_left_alone_goes_by_itself(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.notify("b/form", then="leave")
        yield from desk.read(words=200)

    plan = act(script)
    assert [end - start for start, end in spans(plan)] == [STAYS_US]
    assert notes(plan) == []
    check_laws(plan)


@pytest.mark.parametrize(("then", "pressed", "front"), [("close", CROSS, "a"), ("open", NOTE, "b")])
def test_one_that_is_pressed_goes_at_once(act: Act, then: str, pressed: str, front: str) -> None:
    plan = act(lambda desk: desk.notify("b/form", then=then))
    (press,) = notes(plan)
    assert press.down_target == pressed
    assert spans(plan)[0][1] == press.up_us
    assert fronts(plan)[-1] == front
    left, top, width, height = (
        plan.elements["b/notification", pressed][name]
        for name in ("left", "top", "width", "height")
    )
    assert left <= press.x0 < left + width
    assert top <= press.y0 < top + height


def test_an_application_in_front_tells_nothing(act: Act) -> None:
    assert spans(act(lambda desk: desk.notify("a/list", then="close"))) == []


def test_the_next_one_takes_the_place(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.notify("b/form", then="leave")
        yield from desk.notify("b/form", then="leave")

    (first, second) = spans(act(script))
    assert first[1] <= second[0]


def test_unknown_answers_and_screens_are_refused(act: Act) -> None:
    with pytest.raises(UnknownNameError, match=r"'ignore'.*mispress"):
        act(lambda desk: desk.notify("b/form", then="ignore"))
    with pytest.raises(UnknownNameError, match=r"screen 'c/form'"):
        act(lambda desk: desk.notify("c/form"))


@scenario("test.corner", app="builder", opens="builder/canvas")
def corner(desk: Desk) -> Steps:
    """Press what lies in the corner of the page just when a notification comes up there."""
    yield from desk.notify("mail/inbox", then="mispress")
    yield from desk.click("canvas.preview")
    yield from desk.read(words=8)
    yield from desk.click("preview.close")


@pytest.fixture(scope="module")
def session() -> Session:
    return deskhand.simulate(corner, seed=7)


def test_a_press_that_lands_on_it_is_taken_back(session: Session) -> None:
    actions = session.actions.to_pylist()
    wrong, back, right = actions[:3]
    assert (wrong["target"], wrong["error_of"]) == ("mail.notification", right["action_id"])
    assert [a["correction_of"] for a in (back, right)] == [wrong["action_id"]] * 2
    assert (back["verb"], right["target"]) == ("switch_to", "canvas.preview")
    events = session.events.to_pylist()
    apps = [row["app"] for row in events if row["type"] == "window.focus"]
    assert apps == ["builder", "mail", "builder"]
    # It comes up while the hand is on its way, or about to press.
    (shows,) = (row["t_us"] for row in events if row["value"] == "visible")
    (down,) = (
        r["t_us"] for r in events if (r["type"], r["target"]) == ("pointerdown", wrong["target"])
    )
    assert BLIND_US[0] <= down - shows <= BLIND_US[1] or shows == wrong["start_us"]


def test_the_page_sees_nothing_of_it(session: Session) -> None:
    assert [*event_breaches(session.events), *session_breaches(session)] == []
    for row in session.events.to_pylist():
        if row["target"] == "mail.notification" and row["screen_x"] is not None:
            assert row["client_x"] is None
            assert row["client_y"] is None
    targets = [
        r["target"]
        for r in session.events.to_pylist()
        if r["type"] == "pointerdown" and r["client_x"]
    ]
    assert "canvas.preview" in targets


def test_a_recording_of_the_page_has_no_press_on_it(session: Session) -> None:
    rows = session.events.to_pylist()
    # A millisecond is lost in a recording.
    down_ms, up_ms = (
        (session.device_start_us + row["t_us"]) // 1000
        for row in rows
        if row["target"] == "mail.notification" and row["screen_x"] is not None
    )
    pressed = [
        event["timestamp"]
        for event in record(session)
        if event["type"] == 3 and event["data"]["source"] == 2 and event["data"]["type"] in (0, 1)
    ]
    assert len(pressed) >= 4
    assert not {down_ms, up_ms} & {*pressed}


def test_nobody_hits_one_that_lies_elsewhere(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.notify("b/form", then="mispress")
        yield from desk.click("form.agree")
        assert spans_so_far(desk) == 0
        yield from desk.pause(median_s=1e-6 * LURKS_US, log_sd=0.0)

    plan = act(script)
    assert notes(plan) == []
    assert len(spans(plan)) == 1


def spans_so_far(desk: Desk) -> int:
    return sum(row.type == "visibility" for row in desk.plan.rows)


def test_who_needs_what_lies_under_it_closes_it_or_waits() -> None:
    ways = set()
    for seed in range(12):

        @scenario("test.under", app="builder", opens="builder/canvas")
        def under(desk: Desk) -> Steps:
            """Need what lies under a notification."""
            yield from desk.notify("mail/inbox", then="leave")
            yield from desk.click("canvas.preview")

        events = deskhand.simulate(under, seed=seed).events.to_pylist()
        (gone,) = (row["t_us"] for row in events if row["value"] == "hidden")
        downs = {r["target"]: r["t_us"] for r in events if r["type"] == "pointerdown"}
        assert gone <= downs["canvas.preview"]
        ways.add("mail.notification.close" in downs)
    assert ways == {True, False}


def test_who_uses_keys_alone_never_points_at_one(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        desk.keys_alone = True
        for then in ("close", "leave", "mispress", "open"):
            yield from desk.notify("b/form", then=then)

    plan = act(script)
    assert plan.presses == []
    assert fronts(plan) == ["a", "b"]


def test_days_have_some() -> None:
    day = deskhand.simulate("workday", seed=7, condition="none")
    events = day.events.to_pylist()
    shown = [r for r in events if r["value"] == "visible" and r["reason"] == "notification"]
    assert len(shown) > 5
    assert {row["target"] for row in shown} <= {"chat.notification", "mail.notification"}
    assert [*event_breaches(day.events), *session_breaches(day)] == []


def test_a_hidden_application_has_no_notification(session: Session, tmp_path: Path) -> None:
    kept = safeguarded(session, made(tmp_path, exclude=["mail"]))
    assert [*event_breaches(kept.events), *session_breaches(kept)] == []
    for table in (kept.events, kept.actions, kept.elements):
        assert not any("mail" in (word or "") for word in table["target"].to_pylist())


def test_rendering_without_one_has_every_client_coordinate(
    act: Act, screens: Mapping[str, Screen]
) -> None:
    plan = act(lambda desk: desk.click("form.agree"))
    events = render(plan, screens).events
    assert events["client_x"].null_count == events["screen_x"].null_count


def test_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pinged.json"
    steps = [
        {"do": "notify", "screen": "chat/channel", "text": {"fake": "name"}, "then": "open"},
        {"do": "read", "words": 5},
        {"do": "switch_to", "app": "crm"},
        {"do": "notify", "screen": "mail/inbox"},
        {"do": "click", "target": "lead.opt_in"},
    ]
    head = {
        "format": "deskhand.scenario/1",
        "name": "crm.pinged",
        "app": "crm",
        "opens": "crm/lead-form",
        "summary": "Be told of a message.",
        "modelled_on": "nobody was observed; a test",
    }
    file.write_text(json.dumps({**head, "steps": steps}))
    assert main(["scenarios", "check", str(file)]) == 0
    told = {
        row["target"]: row["name"] for row in deskhand.simulate(file, seed=7).elements.to_pylist()
    }
    assert told["chat.notification"] not in ("", "New message")
    file.write_text(json.dumps({**head, "steps": [*steps, {"do": "notify", "screen": "crm/leed"}]}))
    assert main(["scenarios", "check", str(file)]) == 2
    assert "crm/leed" in "".join(capsys.readouterr())
