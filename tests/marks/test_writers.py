"""Whatever else deskhand writes is found: pictures, data sets, episodes, shards of loaders, bodies of a fleet."""

import gzip
import tarfile
from pathlib import Path

import pytest

import deskhand
from deskhand import ml
from deskhand.datasets.building import build_dataset
from deskhand.fleet.targets import TARGETS, load_target
from deskhand.marks.json_marks import said_by_body
from deskhand.marks.judging import judge, judge_file
from deskhand.marks.verdict import Verdict
from deskhand.player import write_player
from deskhand.session import Session
from tests.datasets.asked import SMALLEST
from tests.fleet.filled_bodies import RECORDS, batch_of, body_of

PICTURES = 'needs Pillow: python -m pip install -e ".[test,screens]"'


def all_found(folder: Path) -> bool:
    return {one.verdict for one in judge(folder)} == {Verdict.SYNTHETIC}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    deskhand.generate("auth.unlock", people=2, seed=7, out=out, formats="parquet,jsonl")
    return out


def test_a_run(run: Path) -> None:
    found = {one.path.name: one for one in judge(run)}
    assert {one.verdict for one in found.values()} == {Verdict.SYNTHETIC}
    # No row of it could have a mark.
    assert found["screenshots.jsonl"].marks == ("listed in shard.json",)


def test_screenshots(run: Path, tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason=PICTURES)
    manifest = deskhand.write_screenshots(run, tmp_path / "shots", scale=0.2)
    assert manifest["synthetic"] is True
    assert all_found(tmp_path / "shots")


def test_a_data_set(tmp_path: Path) -> None:
    build_dataset(SMALLEST, tmp_path / "set")
    assert all_found(tmp_path / "set")


@pytest.mark.parametrize(
    ("kind", "pictures"),
    [
        ("parquet", "png"),
        ("parquet", "jpeg:files"),
        ("parquet", "webp:files"),
        ("webdataset", "jpeg"),
    ],
)
def test_episodes(kind: str, pictures: str, tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason=PICTURES)
    out = tmp_path / "episodes"
    ml.write_episodes(
        ["auth.unlock"], count=1, out=out, seed=7, scale=0.2, format=kind, pictures=pictures
    )
    assert all_found(out), [one.line() for one in judge(out)]


def test_shards_of_loaders(tmp_path: Path) -> None:
    keys = ml.SyntheticSessions("keystrokes", seed=7, items=4)
    ml.write_web_shards(keys, tmp_path / "shards", per_shard=2)
    assert all_found(tmp_path / "shards")
    with tarfile.open(tmp_path / "shards" / "shard-000000.tar") as shard:
        kept = [name for name in shard.getnames() if not name.startswith("000000001.json")]
        shard.extractall(tmp_path / "out", filter="data")
    with tarfile.open(tmp_path / "less.tar", "w") as less:
        for name in kept:
            less.add(tmp_path / "out" / name, name)
    found = judge_file(tmp_path / "less.tar")
    assert found.verdict == Verdict.PARTLY
    assert "tar: 1 of 2 samples synthetic" in found.marks


def test_a_player_s_page(session: Session, tmp_path: Path) -> None:
    write_player(session, tmp_path / "player.html")
    assert judge_file(tmp_path / "player.html").marks == ("markup: synthetic",)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_bodies_of_a_fleet(name: str, tmp_path: Path) -> None:
    try:
        target = load_target(name, provenance_id="syn_prov_0123456789abcdef")
    except ImportError:
        pytest.skip('needs python -m pip install -e ".[test,queues]"')
    body = body_of(target, batch_of(RECORDS))
    # Of an envelope's lines one has no room for a mark; what was cut off on its way tells it too.
    for part in (body, body[: len(body) * 5 // 8]):
        assert said_by_body(part) in (Verdict.SYNTHETIC, Verdict.PARTLY)
    (tmp_path / "body.gz").write_bytes(gzip.compress(body))
    assert judge_file(tmp_path / "body.gz").verdict == Verdict.SYNTHETIC
