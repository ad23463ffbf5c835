"""`deskhand compare`: what it writes, its exit status, and input that is odd or bad."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import deskhand
from deskhand.cli import main
from deskhand.evaluation.realism.controls import CONTROLS
from deskhand.formats import written
from deskhand.json_schema import worst
from deskhand.session import Session
from tests.captured_sessions import CANARY, captured

PEOPLE = 22


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sides")
    for seed in (1, 2):
        deskhand.generate("crm.create_lead", people=PEOPLE, seed=seed, out=folder / str(seed))
    return folder / "1", folder / "2"


def rewritten(source: Path, out: Path, change: Callable[[Session], Session]) -> Path:
    with written(out, "parquet") as writer:
        for session in deskhand.read_sessions(source):
            writer.write(change(session))
    return out


def with_events(session: Session, events: pa.Table) -> Session:
    return replace(session, events=events, header={**session.header, "event_count": len(events)})


def without(kinds: Sequence[str]) -> Callable[[Session], Session]:
    def change(session: Session) -> Session:
        gone = pc.is_in(session.events["type"].cast(pa.string()), pa.array(kinds))
        return with_events(session, session.events.filter(pc.invert(gone)))

    return change


def column(name: str, values: Callable[[pa.Table], object]) -> Callable[[Session], Session]:
    def change(session: Session) -> Session:
        field = session.events.schema.field(name)
        made = pa.array(values(session.events), field.type)
        place = session.events.schema.get_field_index(name)
        return with_events(session, session.events.set_column(place, field, made))

    return change


def compared(out: Path, *words: object) -> tuple[int, dict[str, object]]:
    status = main(["compare", *map(str, words), "--out", str(out)])
    path = out / "report.json"
    return status, orjson.loads(path.read_bytes()) if path.exists() else {}


def test_a_report_is_whole_and_the_same_by_its_seed(
    sides: tuple[Path, Path], tmp_path: Path
) -> None:
    status, record = compared(tmp_path / "one", *sides, "--no-joint")
    assert status in (0, 1)
    assert record["status"] == status
    assert worst("report", record, "deskhand.evaluation.realism") is None
    rows = record["rows"]
    assert isinstance(rows, list)
    assert {row["level"] for row in rows} == {"pointer", "keys", "events", "workflow"}
    page = (tmp_path / "one" / "report.html").read_text()
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    cases = ET.parse(tmp_path / "one" / "report.xml").getroot().iter("testcase")
    assert len(list(cases)) == len(rows) + 1 + len(CONTROLS)
    compared(tmp_path / "two", *sides, "--no-joint")
    for name in ("report.json", "report.html", "report.xml"):
        one, two = ((tmp_path / part / name).read_bytes() for part in ("one", "two"))
        assert one == two
        assert str(tmp_path).encode() not in one


def test_classifiers_are_asked_people_left_out(sides: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason='needs python -m pip install -e ".[test,evaluate]"')
    _, record = compared(tmp_path, *sides)
    rows = record["rows"]
    assert isinstance(rows, list)
    joint = {row["name"]: row for row in rows if row["level"] == "joint"}
    found = joint["classifier: windows of 100 events"]
    assert found["controls"]["independent lognormals"]["verdict"] == "fail"
    assert found["verdict"] in ("pass", "warn")
    # So few people are told from one another by chance alone, now and then.
    judged = [row["name"] for row in joint.values() if row["verdict"] != "not measurable"]
    assert len(judged) >= 5, joint
    straight = "straight to the centre"
    assert joint["classifier: aimed movements"]["controls"][straight]["verdict"] == "fail"
    # What a control leaves as it is, is not asked again.
    assert straight not in joint["classifier: windows of 40 keys"]["controls"]


def test_without_scikit_learn_the_rest_works(
    sides: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("sklearn", "sklearn.ensemble", "sklearn.model_selection"):
        monkeypatch.setitem(sys.modules, part, None)
    status, record = compared(tmp_path, *sides)
    assert status in (0, 1)
    rows = record["rows"]
    assert isinstance(rows, list)
    whys = [row["why"] for row in rows if row["name"].startswith("classifier")]
    assert whys
    assert all('pip install "deskhand[evaluate]"' in why for why in whys)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without(("keydown", "keyup", "input")), "holds no keys"),
        (without(("pointermove", "pointerdown", "pointerup", "wheel", "scroll")), "no pointer"),
        (
            column("t_us", lambda table: table["t_us"].to_numpy()[::-1]),
            "clock goes back",
        ),
    ],
    ids=["no keys", "no pointer", "clock"],
)
def test_odd_references_are_told(
    sides: tuple[Path, Path],
    tmp_path: Path,
    change: Callable[[Session], Session],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = [True]

    def once(session: Session) -> Session:
        if told != "clock goes back":
            return change(session)
        done = change(session) if first[0] else session
        first[0] = False
        return done

    odd = rewritten(sides[1], tmp_path / "odd", once)
    status, _ = compared(tmp_path / "out", sides[0], odd, "--no-joint")
    assert status in (0, 1)
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("screen_x", lambda table: np.full(len(table), 7.0)),
        ("app", lambda table: [None] * len(table)),
        ("key", lambda table: ["a"] * len(table)),
    ],
)
def test_constant_and_missing_values_end_in_a_report(
    sides: tuple[Path, Path], tmp_path: Path, name: str, values: Callable[[pa.Table], object]
) -> None:
    odd = rewritten(sides[1], tmp_path / "odd", column(name, values))
    status, record = compared(tmp_path / "out", sides[0], odd, "--no-joint")
    assert status in (0, 1, 4)
    assert record["rows"]


def test_a_report_repeats_nothing_of_people(
    sides: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with written(tmp_path / "people", "parquet") as writer:
        for number, session in enumerate(deskhand.read_sessions(sides[1])):
            writer.write(captured(session, number))
    status, record = compared(tmp_path / "out", sides[0], tmp_path / "people", "--no-joint")
    assert (status, record["result"]) != (2, "not measurable")
    told = capsys.readouterr()
    pages = [path.read_text("utf-8") for path in (tmp_path / "out").iterdir()]
    assert not any(CANARY in text for text in (told.out, told.err, *pages))
    # The device is called by the name of its owner.
    assert "beside others. Part of what rows tell is the devices'." in told.out


def test_an_invalid_synthetic_side_ends_with_3(sides: tuple[Path, Path], tmp_path: Path) -> None:
    broken = rewritten(sides[0], tmp_path / "broken", column("seq", lambda table: [3] * len(table)))
    status, record = compared(tmp_path / "out", broken, sides[1], "--no-joint")
    assert status == 3
    assert record["result"] == "invalid data"


def test_five_people_are_not_measurable(sides: tuple[Path, Path], tmp_path: Path) -> None:
    deskhand.generate("crm.create_lead", people=5, seed=3, out=tmp_path / "few")
    for pair in ((tmp_path / "few", sides[1]), (sides[0], tmp_path / "few")):
        status, record = compared(tmp_path / "out", *pair)
        assert status == 2
        assert record["result"] == "not measurable"


def test_the_same_folder_on_both_sides_is_told(
    sides: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compared(tmp_path, sides[0], sides[0], "--no-joint")
    assert "Both sides are the same" in capsys.readouterr().out


def test_beside_published_figures(sides: tuple[Path, Path], tmp_path: Path) -> None:
    status, record = compared(tmp_path, sides[0], "published")
    rows = record["rows"]
    assert isinstance(rows, list)
    # One task is no day.
    assert status == 1
    verdict = {row["name"]: row["verdict"] for row in rows}
    assert verdict["active hours a day"] == "fail"


def test_thresholds_decide(sides: tuple[Path, Path], tmp_path: Path) -> None:
    strict, lax = tmp_path / "strict.toml", tmp_path / "lax.toml"
    strict.write_text("[default]\npass = 0.01\nwarn = 0.02\n")
    lax.write_text("[default]\npass = 2.5\nwarn = 5.9\n")
    assert compared(tmp_path / "a", *sides, "--no-joint", "--thresholds", strict)[0] == 1
    assert compared(tmp_path / "b", *sides, "--no-joint", "--thresholds", lax)[0] == 0


@pytest.mark.parametrize("missing", ["synthetic", "reference"])
def test_what_is_not_there_is_refused(
    sides: tuple[Path, Path], tmp_path: Path, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for bad in (tmp_path / "empty", tmp_path / "none"):
        pair = (bad, sides[1]) if missing == "synthetic" else (sides[0], bad)
        assert compared(tmp_path / "out", *pair)[0] == 2
        told = capsys.readouterr().err
        assert str(bad) in told
        assert "Traceback" not in told
        assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(
    sides: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("")
    assert main(["compare", *map(str, sides), "--no-joint", "--out", str(tmp_path / "out")]) == 2
    assert "is a file" in capsys.readouterr().err
