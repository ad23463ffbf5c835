"""`deskhand convert`, `validate` of many files and `formats`, used from a shell."""

import json
from pathlib import Path

import pytest

from deskhand import api, registry
from deskhand.conversion import convert
from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.formats import can_read
from tests.conftest import Deskhand

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("convert") / "out"
    api.generate("crm.create_lead", people=2, seed=7, out=out, formats="parquet,rrweb")
    return out


def test_tables_through_every_canonical_format(made: Path, tmp_path: Path) -> None:
    before = list(api.read_sessions(made))
    convert(made, tmp_path / "a", write_as="jsonl")
    convert(tmp_path / "a", tmp_path / "b", write_as="arrow")
    convert(tmp_path / "b", tmp_path / "c")
    after = list(api.read_sessions(tmp_path / "c"))
    assert [dict(s.header) for s in after] == [dict(s.header) for s in before]
    for one, other in zip(before, after, strict=True):
        for name in TABLES:
            if name != "sessions":
                assert getattr(one, name).to_pylist() == getattr(other, name).to_pylist()


def test_a_run_is_converted_as_it_would_have_been_made(
    made: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    done = deskhand("convert", made, tmp_path / "again", "--to", "rrweb")
    assert done.returncode == 0, done.stderr
    for path in (tmp_path / "again" / "rrweb").iterdir():
        assert path.read_bytes() == next(made.glob(f"shard=*/rrweb/{path.name}")).read_bytes()


def test_one_session_becomes_one_file(made: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    session_id = next(iter(api.read_sessions(made))).session_id
    done = deskhand("convert", made / session_id, tmp_path / "one.json", "--to", "rrweb")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "one.json").read_bytes())
    checked = deskhand("validate", tmp_path / "one.json", made)
    assert checked.returncode == 0, checked.stdout


def test_a_run_without_tables_is_read_from_what_it_has(tmp_path: Path) -> None:
    mapping = f"mapping:{ROOT / 'examples' / 'own_schema' / 'larkspur.json'}"
    run = tmp_path / "run"
    api.generate("auth.login", people=2, seed=7, out=run, formats=[mapping, "rrweb"])
    shard = next(run.glob("shard=*"))
    for source, name in ((run, None), (run, mapping), (shard / "rrweb", None), (shard, "rrweb")):
        done = convert(source, tmp_path / f"{len(list(tmp_path.iterdir()))}", read_as=name)
        assert done.sessions == 2
    report = api.validate(run)
    assert report.ok
    assert any("--format mapping:" in note for note in report.notes)
    assert api.validate(run, format=mapping).files == 2
    assert str(ROOT) not in (run / "run.json").read_text()


def test_findings_as_json(made: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    path = next(made.glob("shard=*/rrweb/*.json"))
    events = json.loads(path.read_bytes())
    events[5]["timestamp"], events[9]["timestamp"] = 1, "late"
    (tmp_path / "broken.json").write_text(json.dumps(events))
    done = deskhand("validate", tmp_path / "broken.json", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    assert {finding["rule"] for finding in report["findings"]} >= {"time"}
    assert report["findings"][0]["path"].endswith("broken.json")


def test_ten_findings_are_told(made: Path, tmp_path: Path, deskhand: Deskhand) -> None:
    events = json.loads(next(made.glob("shard=*/rrweb/*.json")).read_bytes())
    for event in events[::3]:
        event["timestamp"] = str(event["timestamp"])
    (tmp_path / "broken.json").write_text(json.dumps(events))
    done = deskhand("validate", tmp_path / "broken.json")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 12


def test_formats_lists_what_is_kept(deskhand: Deskhand) -> None:
    listed = deskhand("formats")
    assert "parquet         written and read" in listed.stdout
    records = {r["name"]: r for r in json.loads(deskhand("formats", "--json").stdout)}
    assert records["jsonl"]["reads"]
    assert records["jsonl"]["keeps"]["keydown"]["step_us"] == 1


REFUSALS = [
    (["convert", "nothing", "out"], "nothing: not found"),
    (["convert", "{made}", "{made}/in"], "lies within"),
    (["convert", "{made}", "there.txt"], "is there already"),
    (["convert", "{made}", "full"], "a folder that is not empty"),
    (["convert", "{made}", "out", "--to", "rweb"], "did you mean 'rrweb'"),
    (["convert", "{made}", "out", "--to", "parquet:fast"], "takes nothing behind its name"),
    (["convert", "{made}", "out", "--from", "json"], "format 'json' is not known"),
    (["convert", "empty.bin", "out"], "an empty file"),
    (["convert", "notes.txt", "out"], "no known format is recognised"),
    (["convert", "hollow", "out"], "an empty folder"),
    (["convert", "packed.zip", "out"], "Packed archives are unpacked first"),
    (["validate"], "name at least one"),
    (["validate", "notes.txt"], "no known format is recognised"),
    (["validate", "notes.txt", "--format", "nosuch"], "format 'nosuch' is not known"),
    (["fixture", "full"], "not an empty folder"),
    (["fixture", "out", "--format", "rweb"], "did you mean 'rrweb'"),
    (["fixture", "out", "--seed", "-1"], "seed=-1"),
]


@pytest.mark.parametrize(("words", "message"), REFUSALS, ids=[" ".join(w) for w, _ in REFUSALS])
def test_refusals(
    words: list[str],
    message: str,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deskhand_here: Deskhand,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").touch()
    (tmp_path / "hollow").mkdir()
    (tmp_path / "there.txt").write_text("mine")
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    (tmp_path / "empty.bin").touch()
    (tmp_path / "packed.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    present = sorted(tmp_path.iterdir())
    done = deskhand_here(*[word.format(made=made) for word in words])
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == present
    assert (tmp_path / "there.txt").read_text() == "mine"


def test_strict_sees_what_is_lost_behind_the_last_session(made: Path, tmp_path: Path) -> None:
    path = next(made.glob("shard=*/rrweb/*.json"))
    assert convert(path, tmp_path / "loose").not_read
    with pytest.raises(DeskhandError, match="--strict refuses"):
        convert(path, tmp_path / "strict", strict=True)
    assert not (tmp_path / "strict").exists()


def test_a_format_that_is_not_read_back_is_named(made: Path, tmp_path: Path) -> None:
    name = next(n for n in registry.names("deskhand.exports") if not can_read(n))
    with pytest.raises(DeskhandError, match="written and not read back"):
        convert(made, tmp_path / "out", read_as=name)
    assert not (tmp_path / "out").exists()
