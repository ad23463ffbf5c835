import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.plan import SessionPlan
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps
from deskhand.screen import Screen
from tests.scenarios.laws import check_laws, marks

Act = Callable[..., SessionPlan]
CANARY = "Canary-7h!"


def steps_of(name: str, desk: Desk) -> Steps:
    """Return one verb's steps, valid in any state of the page."""
    table: dict[str, Callable[[], Steps]] = {
        "click": lambda: desk.click("form.name"),
        "double": lambda: desk.double_click("form.name"),
        "right": lambda: desk.right_click("form.phone"),
        "hover": lambda: desk.hover("form.bin"),
        "type": lambda: desk.type("Ada Quill", into="form.name"),
        "retype": lambda: desk.type("Bea Quill", into="form.name", clear=True),
        "secret": lambda: desk.type(CANARY, into="form.secret"),
        "phone": lambda: desk.type(CANARY, into="form.phone"),
        "paste": lambda: desk.paste("form.phone", text=CANARY),
        "copy": lambda: desk.copy("form.phone"),
        "date": lambda: desk.type("2026-03-02", into="form.day"),
        "notes": lambda: desk.type("One, two, three.\nFour and five and six.", into="form.notes"),
        "status": lambda: desk.choose("Won", of="form.status"),
        "keys": lambda: desk.choose("Open", of="form.status", by="arrows"),
        "ahead": lambda: desk.choose("On hold", of="form.status", by="type-ahead"),
        "check": lambda: desk.check("form.agree"),
        "uncheck": lambda: desk.check("form.agree", on=False),
        "read": lambda: desk.read(words=150),
        "skim": lambda: desk.read(words=90, skim=True),
        "scroll": lambda: desk.scroll(notches=2),
        "back up": lambda: desk.scroll(into_view="form.name"),
        "think": desk.think,
        "save": lambda: desk.click("form.save", shortcut="Control+s"),
        "picture": desk.screenshot,
        "other": lambda: desk.go_to("b/form"),
        "home": lambda: desk.go_to("a/form"),
        "list": lambda: desk.click("form.back"),
        "pause": lambda: desk.pause(median_s=5, log_sd=0.3),
        "away": lambda: desk.away(60_000_000, "pause"),
        "close": lambda: desk.notify("b/form", then="close"),
        "leave": lambda: desk.notify("b/form", then="leave"),
        "open": lambda: desk.notify("b/form", then="open"),
        "any": lambda: desk.notify("b/form"),
        "mispress": lambda: desk.notify("b/form", then="mispress"),
        "wheel": lambda: desk.zoom(words=40, by="wheel"),
        "closer": lambda: desk.zoom(words=40, percent=200),
    }
    return table[name]()


VERBS = [
    "click",
    "double",
    "right",
    "hover",
    "type",
    "retype",
    "secret",
    "phone",
    "paste",
    "copy",
    "date",
    "notes",
    "status",
    "keys",
    "ahead",
    "check",
    "uncheck",
    "read",
    "skim",
    "scroll",
    "think",
    "save",
    "picture",
    "other",
    "home",
    "list",
    "pause",
    "away",
    "back up",
    "close",
    "leave",
    "open",
    "any",
    "mispress",
    "wheel",
    "closer",
]


def run(act: Act, names: list[str], seed: int = 7) -> SessionPlan:
    def script(desk: Desk) -> Steps:
        for name in names:
            yield from steps_of(name, desk)

    return act(script, seed=seed)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.sampled_from(VERBS), min_size=1, max_size=25), seed=st.integers(0, 999))
def test_laws_of_every_plan(names: list[str], seed: int, act: Act) -> None:
    plan = run(act, names, seed)
    check_laws(plan)
    written = json.dumps([[row.columns for row in plan.rows], *plan.elements.values()])
    assert CANARY not in written


def test_the_same_seed_gives_the_same_plan(act: Act) -> None:
    def outline(plan: SessionPlan) -> Any:
        return plan.actions, plan.moves, plan.presses, plan.rows, plan.places

    assert outline(run(act, VERBS)) == outline(run(act, VERBS))
    assert outline(run(act, VERBS)) != outline(run(act, VERBS, seed=8))


def test_presses_lie_in_their_targets(act: Act) -> None:
    plan = run(act, ["click", "double", "check", "type", "phone", "notes"] * 5)
    origin = plan.places[0]
    scrolled = False
    for press in plan.presses:
        if press.down_target is not None and not scrolled:
            element = plan.elements["a/form", press.down_target]
            assert 0 <= press.x0 - origin.origin_x - element["left"] <= element["width"]
            assert 0 <= press.y0 - origin.origin_y - element["top"] <= element["height"]


def test_a_password_is_masked_from_the_first_key_on(act: Act) -> None:
    plan = run(act, ["secret"])
    (typed,) = [t for t in plan.typed if t.typing.text]
    assert typed.masked
    (redaction,) = [row for row in plan.rows if row.type == "redaction"]
    assert redaction.columns == {"target": "form.secret", "reason": "password", "policy": "mask"}
    assert redaction.t_us <= typed.start_us
    assert plan.actions[-1].text_class == "secret"


def test_changes_of_the_page_happen_when_they_are_due(act: Act) -> None:
    plan = run(act, ["type", "save", "think", "think", "pause", "pause"])
    (_, saving), (_, saved), (_, base) = found = marks(plan)
    assert [name for name, _ in found] == ["page:saving", "page:saved", "page:base"]
    assert saved - saving == 1_200_000
    assert base - saved == 2_700_000
    (mark, *_) = [row for row in plan.rows if row.type == "mark"]
    assert json.loads(mark.columns["value"]) == {"name": "Ada Quill"}
    emptied = [r for r in plan.rows if r.type == "input" and r.columns["target"] == "form.notes"]
    assert [row.columns["value"] for row in emptied] == [""]


def test_a_person_waits_for_what_a_coming_change_brings(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.click("form.save")
        yield from desk.wait_for("form.toast")

    plan = act(script)
    saved = dict(marks(plan))["page:saved"]
    assert plan.actions[-1].target == "form.toast"
    assert plan.actions[-1].end_us > saved


def test_news_from_outside_reaches_the_page(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.news(after_us=5_000_000, text="Hello")

    plan = act(script)
    (mark,) = [row for row in plan.rows if row.type == "mark"]
    assert (mark.t_us, json.loads(mark.columns["value"])) == (5_000_000, {"text": "Hello"})


def test_a_used_page_is_loaded_afresh(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.afresh()
        yield from desk.type("Ada", into="form.name")
        yield from desk.afresh()
        assert not desk.live.values

    plan = act(script)
    assert [action.verb for action in plan.actions].count("navigate") == 1


def test_a_page_gives_the_focus_and_the_keys_go_there(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.click("form.name")
        yield from desk.news(after_us=5_000_000, text="Hello")
        yield from desk.type("Thanks.")

    plan = act(script)
    moved = [
        (row.type, row.columns["target"]) for row in plan.rows if row.type in ("focus", "blur")
    ]
    assert moved == [("focus", "form.name"), ("blur", "form.name"), ("focus", "form.notes")]
    assert plan.typed[-1].target == "form.notes"
    assert len(plan.presses) == 1


def test_news_may_bring_several_texts(
    act: Act, screens: dict[str, Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    (edge,) = screens["a/form"].edges["news", "base"]
    several = replace(edge, slots={"title": None, "body": None})
    monkeypatch.setitem(screens["a/form"].edges, ("news", "base"), [several])

    def script(desk: Desk) -> Steps:
        yield from desk.news(title="Lunch", body="At noon.")

    (mark,) = [row for row in act(script).rows if row.type == "mark"]
    assert json.loads(mark.columns["value"]) == {"title": "Lunch", "body": "At noon."}

    def too_much(desk: Desk) -> Steps:
        yield from desk.news(title="Lunch", body="At noon.", footer="Nobody waits for it.")

    with pytest.raises(UnknownNameError, match="footer"):
        act(too_much)


@pytest.mark.parametrize("of", ["form.status", "form.source"])
def test_the_way_down_a_list_is_steered(of: str, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    label = {"form.status": "On hold", "form.source": "Fair"}[of]

    def times_us(more_s: float) -> list[int]:
        def script(desk: Desk) -> Steps:
            traits = desk.hand._traits
            slow = replace(traits.steering, slope_s=traits.steering.slope_s + more_s)
            monkeypatch.setattr(desk.hand, "_traits", replace(traits, steering=slow))
            yield from desk.choose(label, of=of, by="mouse")

        plan = act(script)
        check_laws(plan)
        return [move.end_us - move.start_us for move in plan.moves]

    (*first, quick_us), (*same, slow_us) = times_us(0.0), times_us(20.0)
    # Only the way down the open list.
    assert first == same
    assert slow_us > quick_us + 100_000


def test_a_target_below_the_window_is_scrolled_to(act: Act) -> None:
    plan = run(act, ["save"] * 3)
    if not plan.wheeled:
        assert all(action.verb == "press" for action in plan.actions)
        return
    (scroll, *_) = plan.wheeled
    offset = scroll.scroll_y + float(scroll.scroll.delta_y.sum())
    assert 1000 + 16 - min(offset, scroll.limit_y) < 720


def test_a_drag_ends_in_its_goal(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.drag("form.card", "form.bin")

    plan = act(script)
    check_laws(plan)
    press = plan.presses[-1]
    (x, y) = press.x1 - plan.places[0].origin_x, press.y1 - plan.places[0].origin_y
    assert 800 <= x <= 960
    assert 60 <= y <= 360
    assert (press.down_target, press.up_target) == ("form.card", "form.bin")
    assert marks(plan) == [("page:bin", press.up_us + 1000)]
    assert [m.buttons for m in plan.moves if m.kind == "drag"] == [1]


def test_windows_keep_their_pages(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.type("Ada", into="form.name")
        yield from desk.go_to("b/form")
        yield from desk.switch_to("a")
        assert desk.live.values["form.name"] == "Ada"
        yield from desk.type(" Quill", into="form.name")
        assert desk.live.values["form.name"] == "Ada Quill"

    plan = act(script)
    check_laws(plan)
    assert [place.app for place in plan.places] == ["a", "b", "a"]
    assert [row.type for row in plan.rows].count("navigation") == 2
    assert [t.offset for t in plan.typed if t.typing.text] == [0, 3]


def test_errors_that_nobody_notices_stay_where_that_is_wanted(act: Act) -> None:
    text = "We should still be able to deliver all of it before the end of the week. " * 3
    left: list[str] = []

    def script(desk: Desk) -> Steps:
        for uncorrected in (False, True, True, True):
            yield from desk.type(text, into="form.notes", clear=True, uncorrected=uncorrected)
            left.append(desk.live.values["form.notes"])

    plan = act(script)
    check_laws(plan)
    assert left == [t.typing.text for t in plan.typed if t.typing.text]
    assert left[0] == text
    # 1.17 % of characters (Dhakal et al. 2018).
    assert text not in left[1:]


def test_refusals_name_what_was_given_and_the_remedy(act: Act) -> None:
    def refusal(make: Callable[[Desk], Steps]) -> str:
        with pytest.raises(DeskhandError) as caught:
            act(make)
        return str(caught.value)

    assert "form.save" in refusal(lambda desk: desk.click("form.sav"))
    assert "name one" in refusal(lambda desk: desk.type("x"))
    assert "no window of it is open" in refusal(lambda desk: desk.switch_to("b"))
    assert "did you mean 'a/form'" in refusal(lambda desk: desk.navigate("a/from"))
    assert "did you mean 'Won'" in refusal(lambda desk: desk.choose("Wo", of="form.status"))
    assert "it can lead to: saving" in refusal(lambda desk: desk.click("form.save", to="gone"))
