"""Whole sessions by the law and by networks: the same acts, other times; recorded, resumable, valid."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.manifest import read_record
from deskhand.recipe import load_recipe
from deskhand.session import Session
from tests.run.conftest import SCENARIO, hashes

RUN: dict[str, Any] = {"people": 2, "days": 2, "seed": 7, "team_size": 1, "fidelity": "learned"}


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("learned") / "run"
    deskhand.generate(SCENARIO, out=out, formats="parquet,rrweb", **RUN)
    return out


@pytest.fixture(scope="module", params=["law", "learned"])
def session(request: pytest.FixtureRequest) -> Session:
    return deskhand.simulate(SCENARIO, seed=7, fidelity=request.param)


def _of(session: Session, *types: str) -> pa.Table:
    events = session.events
    return events.filter(pc.is_in(events["type"].cast(pa.string()), pa.array(types)))


def test_time_never_runs_back_and_every_down_has_its_up(session: Session) -> None:
    assert pc.min(pc.pairwise_diff(session.events["t_us"].combine_chunks())).as_py() >= 0
    presses = _of(session, "pointerdown", "pointerup")["type"].to_pylist()
    assert presses == ["pointerdown", "pointerup"] * (len(presses) // 2)
    assert presses


def test_every_path_ends_where_the_press_lands(session: Session) -> None:
    rows = _of(session, "pointermove", "pointerdown").select(["type", "screen_x", "screen_y"])
    before = None
    landed = 0
    for kind, x, y in zip(*rows.to_pydict().values(), strict=True):
        if kind == "pointerdown" and before is not None:
            assert (x, y) == before
            landed += 1
        before = x, y
    assert landed >= 3


def test_a_press_lies_in_its_target(session: Session) -> None:
    boxes = {row["target"]: row for row in session.elements.to_pylist()}
    # The form does not scroll on this screen, so the boxes are where the presses were.
    inside = 0
    for press in _of(session, "pointerdown").to_pylist():
        box = boxes.get(press["target"])
        if box is not None:
            assert box["left"] <= press["client_x"] < box["left"] + box["width"]
            inside += 1
    assert inside >= 3


def test_both_tiers_do_the_same_at_other_times() -> None:
    law, learned = (
        deskhand.simulate(SCENARIO, seed=7, fidelity=fidelity) for fidelity in ("law", "learned")
    )
    for kinds in (("pointerdown", "pointerup", "wheel"), ("keydown",), ("input",)):
        done = [_of(made, *kinds) for made in (law, learned)]
        columns = ["type", "screen_x", "screen_y", "key", "value", "target"]
        assert done[0].select(columns).equals(done[1].select(columns))
    for kind in ("pointermove", "keydown"):
        times = [_of(made, kind)["t_us"] for made in (law, learned)]
        assert not times[0].equals(times[1])


def test_the_fidelity_is_recorded(learned: Path) -> None:
    for name in ("run.json", "manifest.json"):
        assert read_record(learned / name)["arguments"]["fidelity"] == "learned"
    table = pq.read_table(learned / "shard=t0000-d000" / "sessions.parquet")
    assert table["fidelity"].to_pylist() == ["learned"]
    assert deskhand.simulate(SCENARIO, seed=7).header["fidelity"] == "law"
    # A network that is lent belongs to what the run was made from.
    lent, plain = (load_recipe(SCENARIO, "office", None, tier) for tier in ("learned", "law"))
    assert lent.profile_sha256 != plain.profile_sha256


def test_workers_and_resume_do_not_change_a_byte(learned: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    deskhand.generate(SCENARIO, out=out, formats="parquet,rrweb", workers=2, **RUN)
    assert hashes(out) == hashes(learned)
    shutil.rmtree(out / "shard=t0001-d000")
    deskhand.generate(SCENARIO, out=out, formats="parquet,rrweb", resume=True, **RUN)
    assert hashes(out) == hashes(learned)
    with pytest.raises(DeskhandError, match="arguments fidelity was 'learned' and is 'law'"):
        deskhand.generate(
            SCENARIO, out=out, formats="parquet,rrweb", resume=True, **{**RUN, "fidelity": "law"}
        )


def test_a_learned_run_is_valid(learned: Path) -> None:
    report = deskhand.validate(learned)
    assert report.ok, report.lines()


@pytest.mark.parametrize(
    ("profile", "mode"), [("mouse-web", "research"), ("mouse-game", "research")]
)
def test_a_profile_of_the_hand_alone_makes_sessions(profile: str, mode: str) -> None:
    made = deskhand.simulate(SCENARIO, seed=7, profile=profile, fidelity="learned")
    assert (made.header["profile"], made.header["profile_mode"]) == (profile, mode)
    assert made.events.num_rows > 500


def test_published_numbers_have_no_network_and_are_completed_by_research() -> None:
    made = deskhand.simulate(SCENARIO, seed=7, profile="literature")
    assert made.header["profile_mode"] == "research"
    with pytest.raises(DeskhandError, match="no network; use fidelity 'law'"):
        deskhand.simulate(SCENARIO, seed=7, profile="literature", fidelity="learned")


def test_an_unknown_fidelity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'learned'"):
        deskhand.simulate(SCENARIO, seed=7, fidelity="learnt")
    with pytest.raises(UnknownNameError, match="Known: law, learned"):
        deskhand.generate(SCENARIO, people=1, seed=7, out=tmp_path / "run", fidelity="")
    assert not (tmp_path / "run").exists()
