"""What was made from a person's capture says so in every row and in every format; nothing calls it synthetic."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand import registry
from deskhand.datasets.augmentation.augment import augment
from deskhand.datasets.bots.families import FAMILIES
from deskhand.errors import DeskhandError
from deskhand.formats import EXPORTS, can_read, written
from deskhand.player.build import player_html
from deskhand.session import Session
from deskhand.validation import validate_path
from tests.datasets.made_captures import as_capture
from tests.run.unpacking import unpacked

# `mapping` writes what its file says; one such file is looked at beside them.
FORMATS = [name for name in registry.names(EXPORTS) if name != "mapping"]
CANONICAL = ("arrow", "jsonl", "parquet")
# A flag or tag that claims it: "synthetic": true, synthetic=true, <... "synthetic" ... "true">.
CLAIM = re.compile(
    rb"synthetic[\"']?(\s*[:=]\s*|[^a-z0-9]{1,3}value=)[\"']?(true|1\b)", re.IGNORECASE
)
DO = "persona_transfer:literature,jitter"


@pytest.fixture(scope="module")
def capture() -> Session:
    return as_capture(deskhand.simulate("auth.login", seed=7))


@pytest.fixture(scope="module")
def derived(capture: Session) -> list[Session]:
    return [
        augment(capture, DO, seed=7),
        augment(capture, "resynthesise", seed=7),
        FAMILIES["linear"](capture, seed=7),
    ]


def test_every_row_of_every_table_says_derived(derived: list[Session], capture: Session) -> None:
    for session in derived:
        assert session.header["profile_mode"] == "derived"
        for table in (session.events, session.elements, session.screenshots, session.actions):
            assert set(table["synthetic"].to_pylist()) <= {False}
            assert set(table["session_id"].to_pylist()) <= {session.session_id}
            assert set(table["provenance_id"].to_pylist()) <= {session.header["provenance_id"]}
        provenance = session.header["provenance_id"]
        assert re.match(
            rf"der_[0-9a-f]{{16}};from={capture.session_id};do=\S+;seed=7;copy=0$", provenance
        )
        assert session.session_id.startswith("der_session_")
    assert (
        derived[0].header["provenance_id"].split(";")[2]
        == "do=persona_transfer(literature)+jitter(1)"
    )
    assert derived[0].header["persona"].startswith("der_person_")
    assert derived[1].header["persona"] == capture.header["persona"]


def test_schemas_of_tables_and_files_say_so_too(derived: list[Session], tmp_path: Path) -> None:
    derived[0].write(tmp_path / "parquet", format="parquet")
    derived[0].write(tmp_path / "arrow", format="arrow")
    read = [next(deskhand.read_sessions(tmp_path / name)) for name in ("parquet", "arrow")]
    for session in (*derived, *read):
        for table in (session.events, session.elements, session.screenshots, session.actions):
            assert table.schema.metadata[b"synthetic"] == b"false"
    for path in (tmp_path / "parquet").glob("*.parquet"):
        assert pq.read_schema(path).metadata[b"synthetic"] == b"false"
    for path in (tmp_path / "arrow").glob("*.arrow"):
        with pa.ipc.open_file(path) as file:
            assert file.schema.metadata[b"synthetic"] == b"false"


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_a_file_is_of_one_kind(name: str, derived: list[Session], tmp_path: Path) -> None:
    made = deskhand.simulate("auth.login", seed=7)
    for number, (first, second) in enumerate(((derived[0], made), (made, derived[0]))):
        with written(tmp_path / str(number), name) as writer:
            writer.write(first)
            with pytest.raises(DeskhandError, match="write the two kinds into folders of their"):
                writer.write(second)


def test_the_player_says_that_a_person_is_in_it(derived: list[Session]) -> None:
    page = player_html(derived[0])
    assert '<meta name="synthetic" content="false">' in page
    assert "personal data: a person is in this session" in page
    assert "no human" not in page


def test_labels_stay(derived: list[Session], capture: Session) -> None:
    kept = ("scenario", "role", "condition", "team", "person", "day", "device", "screen_width")
    for session in derived:
        assert {name: session.header[name] for name in kept} == {
            name: capture.header[name] for name in kept
        }


OWN = Path(__file__).parents[2] / "examples" / "own_schema" / "larkspur.json"


@pytest.mark.parametrize("name", [*FORMATS, f"mapping:{OWN}"], ids=[*FORMATS, "mapping"])
def test_no_format_calls_it_synthetic(name: str, derived: list[Session], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with written(out, name) as writer:
        for session in derived:
            writer.write(session)
    files = [path for path in [out, *out.rglob("*")] if path.is_file()]
    assert files
    for path in files:
        for text in unpacked(path):
            assert CLAIM.search(text) is None, (path, CLAIM.search(text))
    report = validate_path(out, format=name, sample=20)
    assert [str(finding) for finding in report.findings] == []
    if name.startswith("mapping:") or not can_read(name):
        return
    for session in deskhand.read_sessions(out):
        assert session.header["synthetic"] is False
        assert not any(session.events["synthetic"].to_pylist())
        if session.session_id in {made.session_id for made in derived}:
            assert session.header["profile_mode"] == "derived"
            assert session.header["provenance_id"].startswith("der_")


def test_the_search_finds_a_claim(tmp_path: Path) -> None:
    session = deskhand.simulate("auth.login", seed=7)
    claiming = 0
    for name in FORMATS:
        with written(tmp_path / name, name) as writer:
            writer.write(session)
        path = tmp_path / name
        files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        claiming += any(CLAIM.search(text) for file in files for text in unpacked(file))
    # The binary tables tell it in columns, which the readers above look at.
    assert claiming >= len(FORMATS) - 6


def test_a_synthetic_session_stays_synthetic_and_tells_its_source() -> None:
    source = deskhand.simulate("auth.login", seed=7)
    for made in (augment(source, DO, seed=3, copy=2), FAMILIES["wind"](source, seed=3)):
        assert made.header["synthetic"] is True
        assert all(made.events["synthetic"].to_pylist())
        assert made.session_id.startswith("syn_session_")
        assert f"from={source.session_id}" in made.header["provenance_id"]
        assert made.header["profile_mode"] == source.header["profile_mode"]
        assert made.header["action_count"] == len(made.actions) == len(source.actions)


def test_a_derived_session_can_be_varied_again(derived: list[Session]) -> None:
    again = augment(derived[0], "time_warp", seed=1)
    assert again.header["synthetic"] is False
    assert f"from={derived[0].session_id}" in again.header["provenance_id"]


def test_one_person_becomes_one_other_person(capture: Session) -> None:
    other = as_capture(deskhand.simulate("tracker.create_issue", seed=7))
    other = replace(other, header={**other.header, "persona": capture.header["persona"]})
    people = {augment(s, DO, seed=7).header["persona"] for s in (capture, other)}
    assert len(people) == 1
    assert augment(capture, DO, seed=7, copy=1).header["persona"] not in people


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("", "operator '' is not known"),
        ("time_wrap", "did you mean 'time_warp'"),
        ("time_warp:2..1", "least and the greatest factor"),
        ("time_warp:fast", "least and the greatest factor"),
        ("time_warp:0..1", "least and the greatest factor"),
        ("jitter:-1", "SD of the noise"),
        ("jitter:wild", "SD of the noise"),
        ("resynthesise:me", "takes no argument"),
        ("persona_transfer:nobody", "nobody"),
        ("persona_transfer:office", "no paths of its own"),
        ("persona_transfer:mouse-web+mouse-game", "no model of keys"),
        ("class_balance:role", "at least one of"),
        ("jitter,class_balance:role", "copies of several sessions"),
        ("jitter,class_balance", "a column of the sessions table"),
        ([], "at least one of"),
    ],
)
def test_bad_operators(do: str | list[str], said: str, capture: Session) -> None:
    with pytest.raises(DeskhandError, match=said):
        augment(capture, do, seed=7)


def test_bad_seed(capture: Session) -> None:
    with pytest.raises(DeskhandError, match="must be a whole number"):
        augment(capture, "jitter", seed=-1)
