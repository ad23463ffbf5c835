"""Episodes: what their steps do, say and show, held against the sessions that they are made from."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import deskhand
from deskhand import ml
from deskhand.datasets.episodes.choice import Choice, single_tasks
from deskhand.datasets.episodes.episode import Episode
from deskhand.datasets.episodes.recording import Look, recorded
from deskhand.datasets.episodes.steps import steps_of
from deskhand.datasets.episodes.wordings import REGISTERS
from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames.stage import Stage
from deskhand.goals import missed
from deskhand.recipe import load_recipe
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.session import Session
from tests.exports.test_computer_use import vendor_reads

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
BY_HAND = {"read", "think", "wait_for", "screenshot"}
PLAIN = Look(encoding="none")


@pytest.fixture(scope="module")
def made() -> list[tuple[Session, Episode]]:
    """One episode of every task, done, and one of every third that cannot be done."""
    names = single_tasks()
    choice = Choice(scenarios=names, seed=5, infeasible=0.0)
    sessions = [choice.session(number) for number in range(len(names))]
    wrong = Choice(scenarios=names[::3], seed=5, infeasible=1.0)
    sessions += [wrong.session(number) for number in range(len(names[::3]))]
    return [(session, recorded(session, k, PLAIN)) for k, session in enumerate(sessions)]


def test_the_checker_agrees_with_what_can_be_done(made: list[tuple[Session, Episode]]) -> None:
    assert {episode.feasible for _, episode in made} == {True, False}
    for session, episode in made:
        assert episode.success == episode.feasible == (not missed(session)), episode.scenario
        assert episode.answer.startswith(
            "It is done" if episode.feasible else "It cannot be done: "
        )
        assert "what is asked for is not there" not in episode.answer, episode.scenario


def test_every_act_of_hand_and_keys_is_in_steps(made: list[tuple[Session, Episode]]) -> None:
    for session, episode in made:
        events = session.events.select(["type", "action_id"]).to_pylist()
        pressed = {
            r["action_id"] for r in events if r["type"] in ("pointerdown", "keydown", "wheel")
        }
        told = {step.action_id for step in episode.steps}
        assert pressed <= told, episode.scenario
        times = [step.t_us for step in episode.steps]
        assert times == sorted(times)
        assert [step.number for step in episode.steps] == list(range(len(episode.steps)))
        assert [step.kind for step in episode.steps].count("answer") == 1
        assert episode.steps[-1].kind == "answer"


def test_what_is_typed_is_what_the_field_gains(made: list[tuple[Session, Episode]]) -> None:
    typed = 0
    for session, episode in made:
        stage = Stage(session)
        for step, after in zip(episode.steps, episode.steps[1:], strict=False):
            stage.advance(step.t_us)
            view = stage.front.view if stage.front else None
            element = view.element(step.target) if view is not None else None
            if step.kind != "type" or step.verb != "type" or element is None or view is None:
                continue
            if view.is_sensitive(element) or element.widget not in ("text", "textarea"):
                continue
            before = view.texts.get(element.key, element.value)
            stage.advance(after.t_us)
            same = view.texts.get(element.key)
            if same is None or stage.front is None or stage.front.view is not view:
                continue
            if same in ("", before):
                # The page has taken the text at once, as a chat does.
                continue
            assert step.text is not None
            gains = [k for k in range(len(same)) if same[:k] + same[k + len(step.text) :] == before]
            assert step.text in same, episode.scenario
            assert gains or before not in same or not before, (episode.scenario, step.description)
            typed += 1
    assert typed > 40


def test_vocabularies_say_the_same(made: list[tuple[Session, Episode]]) -> None:
    for _, episode in made:
        for step in episode.steps:
            if step.kind == "answer":
                continue
            anthropic: Any = step.calls["anthropic"]
            openai: Any = step.calls["openai"]
            assert anthropic
            assert openai
            assert isinstance(step.calls["agentnet"], str)
            for call in anthropic:
                place = call["input"].get("start_coordinate") or call["input"].get("coordinate")
                if place:
                    assert place == [step.x_px, step.y_px], step.description
            for call in openai:
                action = call["action"]
                at = action["path"][0] if "path" in action else action
                if "x" in at:
                    assert (at["x"], at["y"]) == (step.x_px, step.y_px), step.description
            if step.kind in ("click", "double_click", "right_click"):
                code = str(step.calls["agentnet"])
                said = [
                    float(part.split(")")[0]) for part in code.replace(",", "=").split("=")[1::2]
                ]
                assert said[0] == pytest.approx(step.x, abs=1e-4)
                assert said[1] == pytest.approx(step.y, abs=1e-4)


def test_the_vendors_types_take_the_calls(made: list[tuple[Session, Episode]]) -> None:
    for _, episode in made[::5]:
        for step in episode.steps[:-1]:
            for words in ("anthropic", "openai"):
                for call in step.calls[words]:
                    vendor_reads(words, call)
        assert "computer.terminate(status=" in episode.steps[-1].calls["agentnet"]
        failed = "failure" in episode.steps[-1].calls["agentnet"]
        assert failed != episode.feasible


def test_the_tree_holds_what_a_step_is_done_to(made: list[tuple[Session, Episode]]) -> None:
    seen = 0
    for _, episode in made:
        for step in episode.steps:
            nodes = {node["id"]: node for node in step.nodes}
            for node in nodes.values():
                assert set(node) <= {"id", "role", "name", "box", "states", "value", "within"}
            if step.target is None or step.box is None:
                continue
            assert step.target in nodes, (episode.scenario, step.description)
            node = nodes[step.target]
            assert (node["role"], node["name"]) == (step.role, step.name)
            assert all(abs(a - b) <= 1 for a, b in zip(node["box"], step.box, strict=True))
            seen += 1
    assert seen > 300


def test_instructions_differ_in_register_and_tell_the_task(
    made: list[tuple[Session, Episode]],
) -> None:
    for session, episode in made:
        assert [wording.register for wording in episode.instructions] == list(REGISTERS)
        texts = [wording.text for wording in episode.instructions]
        assert len(set(texts)) == len(REGISTERS)
        assert (episode.register, episode.instruction) in episode.instructions
        said = session.goals[0].instruction.rstrip(".")[1:]
        assert all(said in text for text in texts[:3]), episode.scenario
    assert {episode.register for _, episode in made} == set(REGISTERS)


def test_slips_and_what_takes_them_back_name_their_steps() -> None:
    found = 0
    for number in range(40):
        episode = recorded(deskhand.simulate("crm.browse_leads", seed=11, person=number), 0, PLAIN)
        for step in episode.steps:
            if step.error_of is not None:
                assert step.description.startswith("By mistake: ")
            if step.correction_of is not None:
                assert step.correction_of < step.number
                assert step.description.startswith("To take back the mistake: ")
                found += 1
    assert found


def test_pictures_are_small_marked_and_of_the_step() -> None:
    made = {
        kind: next(ml.episodes("auth.unlock", count=1, seed=7, pictures=kind, scale=0.25))
        for kind in ("jpeg", "png", "webp")
    }
    for kind, episode in made.items():
        for step in episode:
            picture = step.image
            assert picture.size == (episode.picture_width, episode.picture_height)
            assert picture.height == 270
            assert picture.format == kind.upper()
            marks = [*picture.info.values(), *picture.getexif().values()]
            provenance = episode.header["provenance_id"]
            assert any(str(mark).endswith(provenance) for mark in marks)
            assert "synthetic" in [*picture.info, *str(picture.getexif().get(0x010E)).split(";")]
    png, webp = made["png"].steps[2].image, made["webp"].steps[2].image
    assert png.convert("RGB").tobytes() == webp.convert("RGB").tobytes()


def test_a_picture_is_taken_before_the_pointer_sets_off() -> None:
    episode = next(ml.episodes("crm.create_lead", count=1, seed=7, pictures="none"))
    session = deskhand.simulate("crm.create_lead", seed=7)
    chosen = [step for step in steps_of(session) if step.action["verb"] == "choose"]
    assert any(step.part for step in chosen)
    rows = session.events.select(["t_us", "type", "screen_x", "screen_y"]).to_pylist()
    moves = [row for row in rows if row["type"] == "pointermove"]
    assert episode.episode_id == session.session_id
    for step in episode.steps:
        if step.kind == "click" and step.box is not None and step.x is not None:
            before = [row for row in moves if row["t_us"] <= step.t_us]
            if not before:
                continue
            far = abs(before[-1]["screen_x"] / 1920 - step.x) + abs(
                before[-1]["screen_y"] / 1080 - (step.y or 0)
            )
            assert far > 0.004, step.description


def test_emphasis_raises_what_it_names() -> None:
    def share(**how: Any) -> float:
        episodes = list(
            ml.episodes(count=14, seed=3, pictures="none", vocabulary="agentnet", **how)
        )
        steps = [step for episode in episodes for step in episode]
        return sum(step.way is not None for step in steps) / len(steps)

    assert share(emphasis="drop-downs") > 1.4 * share()


SHARED = ("crm.create_lead", "chat.answer", "news.read_thread", "auth.login", "wiki.edit_page")


@pytest.mark.parametrize("wanted", [{"drop-downs": 0.11}, {"scrolls": 0.2, "drop-downs": 0.04}])
def test_shares_of_steps_are_met(wanted: dict[str, float], tmp_path: Path) -> None:
    given = [f"{name}={share}" for name, share in wanted.items()]
    how: dict[str, Any] = {"count": 50, "seed": 3, "pictures": "none", "vocabulary": "agentnet"}
    manifest = ml.write_episodes(SHARED, out=tmp_path / "out", emphasis=given, **how)
    assert manifest["arguments"]["emphasis"] == sorted(given)
    for name, share in wanted.items():
        assert manifest["emphasis"][name]["asked"] == share
        # Of some 600 steps; nobody asked, scrolls are 0.12 of them and drop-downs 0.07.
        assert manifest["emphasis"][name]["found"] == pytest.approx(share, rel=0.3), name


def test_an_argument_that_is_not_known_is_refused(tmp_path: Path) -> None:
    wrong: dict[str, Any] = {"picture": "png"}
    with pytest.raises(DeskhandError, match="did you mean 'pictures'"):
        ml.episodes("auth.unlock", count=1, **wrong)
    with pytest.raises(DeskhandError, match="did you mean 'pictures'"):
        ml.write_episodes("auth.unlock", count=1, out=tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_episodes_depend_on_their_number_alone() -> None:
    def first(count: int) -> Iterator[Episode]:
        return ml.episodes(count=count, seed=9, pictures="jpeg", scale=0.25)

    one, other = next(first(1)), next(first(50))
    assert one == other


def test_what_is_not_one_task_is_refused() -> None:
    @scenario("check.plain", app="crm", opens="crm/leads", modelled_on="a test")
    def plain(desk: Desk) -> Steps:
        """Read."""
        yield from desk.read(words=5)

    with pytest.raises(DeskhandError, match="does not say what it is for"):
        recorded(deskhand.simulate(plain, seed=1), 0, PLAIN)

    @scenario("check.two", app="crm", opens="crm/leads", modelled_on="a test")
    def two(desk: Desk) -> Steps:
        """Two tasks."""
        yield from desk.do(load_recipe("auth.unlock").scenario)
        yield from desk.do(load_recipe("chat.write").scenario)

    with pytest.raises(DeskhandError, match="made of several tasks"):
        recorded(deskhand.simulate(two, seed=1), 0, PLAIN)


def test_calls_are_json() -> None:
    episode = next(ml.episodes("sheet.clean_orders", count=1, seed=7, pictures="none"))
    for step in episode:
        assert json.loads(io.StringIO(json.dumps(step.calls["openai"])).read())
