"""Selecting, cutting, pasting, undoing: what the field holds, and that the rows rebuild it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand.errors import DeskhandError
from deskhand.exports.rrweb import open_writer
from deskhand.field_text import edited
from deskhand.generators.keyboard import render_keyboard
from deskhand.generators.plan import SessionPlan
from deskhand.generators.plan_rows import rows_to_columns
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches
from tests.scenarios.laws import check_laws

Act = Callable[..., SessionPlan]
WAYS = ["double-click", "drag", "keys"]


def filled(plan: SessionPlan, target: str) -> list[str]:
    """Return every text that a field held, rebuilt from its input rows alone."""
    found: list[tuple[int, int, dict[str, Any]]] = []
    for block in (render_keyboard(plan), rows_to_columns(plan.rows)):
        targets, words = block.words["target"]
        kinds, types = block.words["input_type"]
        values, texts = block.words["value"]
        for row, at_us in enumerate(block.t_us.tolist()):
            if kinds[row] >= 0 and words[targets[row]] == target:
                if types[kinds[row]] in ("copy", "cut", "paste"):
                    continue
                numbers = {n: int(block.numbers[n][row]) for n in ("detail", "value_length")}
                value = texts[values[row]] if values[row] >= 0 else None
                more = {"input_type": types[kinds[row]], "value": value}
                found.append((at_us, len(found), {**numbers, **more}))
    text, held = "", []
    for _, _, edit in sorted(found, key=lambda entry: entry[:2]):
        text = edited(text, edit)
        assert len(text) == edit["value_length"]
        held.append(text)
    return held


@pytest.mark.parametrize("by", WAYS)
def test_what_is_typed_replaces_a_selected_word(by: str, act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.type("Ada Mary Quill", into="form.name")
        yield from desk.select("form.name", text="Mary", by=by)
        yield from desk.type("Bea", into="form.name")
        assert desk.live.values["form.name"] == "Ada Bea Quill"
        # The caret is within the text now, and what follows goes to its end.
        yield from desk.type("s", into="form.name")
        yield from desk.undo()
        yield from desk.undo()
        assert desk.live.values["form.name"] == "Ada Mary Quill"

    plan = act(script)
    check_laws(plan)
    held = filled(plan, "form.name")
    assert [text for text in held if text.endswith("Quill")][-1] == held[-1] == "Ada Mary Quill"
    assert {"Ada Bea Quill", "Ada Bea Quills"} <= set(held)
    action = next(a for a in plan.actions if a.verb == "select")
    presses = [p for p in plan.presses if p.action_id == action.action_id]
    assert [p.count for p in presses] == {"double-click": [1, 2], "drag": [1], "keys": []}[by]
    if by == "drag":
        assert presses[0].x1 - presses[0].x0 > 15


def _twice(desk: Desk) -> Steps:
    yield from desk.double_click("form.name")


def _by_keys(desk: Desk) -> Steps:
    yield from desk.select("form.name", by="keys")


def _dragged(desk: Desk) -> Steps:
    yield from desk.select("form.name", by="drag")


def _not_at_all(desk: Desk) -> Steps:
    yield from desk.click("form.name")


@pytest.mark.parametrize(
    ("before", "clicks"), [(_twice, 1), (_by_keys, 1), (_dragged, 1), (_not_at_all, 0)]
)
def test_a_drag_over_what_stands_selected_begins_with_a_click(
    before: Callable[[Desk], Steps], clicks: int, act: Act
) -> None:
    done = []

    def script(desk: Desk) -> Steps:
        yield from desk.type("Ada Mary Quill", into="form.name")
        yield from before(desk)
        done.append(len(desk.plan.actions))
        yield from desk.select("form.name", by="drag")

    plan = act(script)
    check_laws(plan)
    *first, drag = plan.actions[done[0] :]
    assert [a.verb for a in first] == ["click"] * clicks
    (pressed,) = [p for p in plan.presses if p.action_id == drag.action_id]
    for click in (p for a in first for p in plan.presses if p.action_id == a.action_id):
        assert click.count == pressed.count == 1
        # Sooner it would be the second press of a double click.
        assert pressed.down_us - click.down_us > 500_000


def test_cut_and_paste_and_undo(act: Act) -> None:
    for seed in range(12):

        def script(desk: Desk) -> Steps:
            live = desk.live
            yield from desk.type("Ada Quill", into="form.name")
            yield from desk.cut("form.name")
            assert (live.values["form.name"], desk.clipboard) == ("", "Ada Quill")
            yield from desk.undo()
            assert live.values["form.name"] == "Ada Quill"
            yield from desk.type("For Bob.", into="form.notes")
            yield from desk.select("form.notes", text="Bob")
            yield from desk.paste("form.notes")
            assert live.values["form.notes"] == "For Ada Quill."
            yield from desk.undo()
            assert live.values["form.notes"] == "For Bob."

        plan = act(script, seed=seed)
        check_laws(plan)
        assert filled(plan, "form.name")[-2:] == ["", "Ada Quill"]
        assert filled(plan, "form.notes")[-2:] == ["For Ada Quill.", "For Bob."]
        clips = [r.columns["input_type"] for r in plan.rows if r.type == "clipboard"]
        assert clips == ["cut", "paste"]


def test_people_select_in_several_ways(act: Act) -> None:
    ways = set()
    for seed in range(25):

        def script(desk: Desk) -> Steps:
            yield from desk.type("Ada Quill", into="form.name")
            yield from desk.select("form.name")

        plan = act(script, seed=seed)
        check_laws(plan)
        last = plan.actions[-1]
        assert last.verb == "select"
        presses = [p for p in plan.presses if p.action_id == last.action_id]
        ways.add("keys" if last.text_class else len(presses))
    assert ways == {"keys", 1, 3}


def test_what_is_masked_stays_masked(act: Act) -> None:
    def script(desk: Desk) -> Steps:
        yield from desk.type("5551234", into="form.phone")
        yield from desk.cut("form.phone")
        yield from desk.paste("form.name")
        yield from desk.paste("form.phone")
        yield from desk.undo()

    plan = act(script)
    check_laws(plan)
    assert "555" not in repr([row.columns for row in plan.rows])


def test_refusals(act: Act) -> None:
    def refusal(*names: Callable[[Desk], Steps]) -> str:
        def script(desk: Desk) -> Steps:
            for name in names:
                yield from name(desk)

        with pytest.raises(DeskhandError) as caught:
            act(script)
        return str(caught.value)

    def ada(desk: Desk) -> Steps:
        return desk.type("Ada", into="form.name")

    assert "is empty" in refusal(lambda d: d.cut("form.name"))
    assert "no text field" in refusal(lambda d: d.cut("form.card"))
    assert "and not 'Bea'" in refusal(ada, lambda d: d.select("form.name", text="Bea"))
    assert "did you mean 'drag'" in refusal(ada, lambda d: d.select("form.name", by="drug"))
    assert "nobody selects 'd'" in refusal(
        ada, lambda d: d.select("form.name", text="d", by="triple-click")
    )
    assert "masked" in refusal(lambda d: d.select("form.phone", text="1"))


@scenario("check.texts", app="crm", opens="crm/lead-form", modelled_on="a test")
def texts(desk: Desk) -> Steps:
    """Edit the fields of a shipped page."""
    yield from desk.type("Call back on Monday.", into="lead.notes")
    yield from desk.select("lead.notes", text="Monday")
    yield from desk.type("Tuesday", into="lead.notes")
    yield from desk.cut("lead.notes")
    yield from desk.paste("lead.name")
    yield from desk.undo()


@pytest.mark.parametrize("seed", range(4))
def test_a_recording_of_the_page_shows_the_same_texts(seed: int, tmp_path: Path) -> None:
    session = deskhand.simulate(texts, seed=seed)
    assert [*event_breaches(session.events), *session_breaches(session)] == []
    with open_writer(tmp_path) as writer:
        writer.write(session)
    (path,) = (p for p in tmp_path.rglob("*.json*") if p.stat().st_size > 1000)
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    events = json.loads(raw)
    shown = [e["data"]["text"] for e in events if e["type"] == 3 and e["data"]["source"] == 5]
    assert "Call back on Tuesday." in shown
    # Typed, cut, pasted elsewhere, taken back.
    at = shown.index("Call back on Tuesday.")
    assert shown[at + 1 :] == ["", "Call back on Tuesday.", ""]
