"""The manifest tells the truth, and nothing about the machine or the moment."""

import errno
import getpass
import json
import platform
import socket
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from deskhand import api
from deskhand.errors import DeskhandError
from deskhand.manifest import (
    canonical_bytes,
    describe_file,
    describe_files,
    differences,
    read_record,
    record_sha256,
    versions,
    write_record,
)
from tests.conftest import Deskhand
from tests.run.conftest import SCENARIO, SMALL, hashes


def test_every_file_is_listed_with_its_hash_and_size(small: Path) -> None:
    manifest = read_record(small / "manifest.json")
    found = hashes(small)
    del found["manifest.json"]
    assert {name: file["sha256"] for name, file in manifest["files"].items()} == found
    for name, file in manifest["files"].items():
        assert (small / name).stat().st_size == file["bytes"]


def test_counts_are_those_of_the_tables(small: Path) -> None:
    counts = read_record(small / "manifest.json")["counts"]
    for table in ("events", "actions", "sessions", "elements", "screenshots"):
        files = [str(path) for path in small.glob(f"shard=*/{table}.parquet")]
        assert counts[table] == ds.dataset(files).count_rows()
    assert counts["shards"] == 8
    assert counts["people"] == 8
    assert counts["sessions"] == 16


def test_manifest_says_what_made_the_run(small: Path) -> None:
    manifest = read_record(small / "manifest.json")
    assert manifest["synthetic"] is True
    assert manifest["versions"] == versions()
    assert manifest["scenario"]["name"] == SCENARIO
    assert manifest["profile"]["name"] == "office"
    assert manifest["arguments"]["seed"] == SMALL["seed"]
    assert set(manifest["screens"]) >= {"crm/lead-form"}
    for digest in [manifest["scenario"]["sha256"], *manifest["screens"].values()]:
        assert len(digest) == 64
    events = ds.dataset(sorted(map(str, small.glob("shard=*/events.parquet")))).to_table()
    assert events["provenance_id"].unique().to_pylist() == [manifest["provenance_id"]]


def test_records_name_neither_machine_nor_moment_nor_place(small: Path) -> None:
    for path in small.rglob("*.json"):
        text = path.read_text()
        for secret in (socket.gethostname(), platform.node(), str(small), str(Path.home())):
            if len(secret) > 3:
                assert secret not in text
        if len(getpass.getuser()) > 4:
            assert getpass.getuser() not in text


def test_run_elsewhere_and_later_has_the_same_manifest(
    small: Path, tmp_path: Path, deskhand: Deskhand
) -> None:
    out = tmp_path / "a" / "place" / "elsewhere"
    words = ["--people", 8, "--days", 2, "--seed", 7, "--team-size", 2, "--workers", 3]
    env = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "12"}
    done = deskhand(
        "generate", SCENARIO, *words, "--format", "jsonl,parquet", "--out", out, env=env
    )
    assert done.returncode == 0, done.stderr
    assert (out / "manifest.json").read_bytes() == (small / "manifest.json").read_bytes()


def test_differences_names_each_kind(tmp_path: Path) -> None:
    for name in ("same", "changed", "longer", "gone"):
        (tmp_path / name).write_text("abc")
    files = describe_files(tmp_path)
    (tmp_path / "changed").write_text("abd")
    (tmp_path / "longer").write_text("abcd")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_text("abc")
    lines = differences(tmp_path, files)
    assert [line.partition(":")[0] for line in lines] == ["gone", "new", "changed", "longer"]
    assert differences(tmp_path, files, without=["new"])[0].startswith("gone")


def test_records_are_plain_json_whatever_their_order() -> None:
    one, other = (
        {"b": [1, 2.5], "a": {"y": None, "x": "é"}},
        {"a": {"x": "é", "y": None}, "b": [1, 2.5]},
    )
    assert canonical_bytes(one) == canonical_bytes(other)
    assert record_sha256(one) == record_sha256(other)
    assert json.loads(canonical_bytes(one)) == one


def test_describe_file_hashes_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    # sha256 of "abc": FIPS 180-2, appendix B.1.
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert describe_file(tmp_path / "abc") == {"sha256": known, "bytes": 3}


@pytest.mark.parametrize("start", ["2026-03-02", "2026-03-02T09:00"])
def test_start_is_written_as_it_is_meant(tmp_path: Path, start: str) -> None:
    out = tmp_path / "run"
    manifest = api.generate(
        SCENARIO, people=1, seed=7, out=out, start=start, time_zone="Europe/Berlin"
    )
    assert manifest["arguments"]["start"] == "2026-03-02T09:00"
    (session,) = api.read_sessions(out)
    # 09:00 in Berlin in winter is 08:00 UTC.
    assert session.header["start_wall_us"] == 1_772_438_400_000_000


def test_full_disk_at_the_manifest_is_reported(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"

    def full(path: Path, record: object) -> None:
        if path.name == "manifest.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_record(path, record)

    with monkeypatch.context() as patch:
        patch.setattr("deskhand.run.write_record", full)
        with pytest.raises(DeskhandError, match=r"No space left on device.*--resume"):
            api.generate(SCENARIO, out=out, formats="parquet,jsonl", **SMALL)
    api.generate(SCENARIO, out=out, formats="parquet,jsonl", resume=True, **SMALL)
    assert hashes(out) == hashes(small)
