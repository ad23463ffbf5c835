"""Pictures of a run as files: index, marks, the same bytes again, and what is taken up again."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand import screenshot_run
from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.exports.screen_frames import png_bytes
from deskhand.exports.screenshots.index_table import SHOTS
from deskhand.manifest import describe_files, files_below
from deskhand.monitors import bounds, monitors_of
from tests.safeguards.files import written

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
HOW: dict[str, Any] = {"policy": "before-action,on-window-switch", "scale": 0.25}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    deskhand.generate("auth.unlock", people=2, seed=7, out=out)
    return out


@pytest.fixture(scope="module")
def taken(run: Path) -> Path:
    out = run.parent / "pictures"
    deskhand.write_screenshots(run, out, **HOW)
    return out


def test_the_index_tells_of_every_picture(run: Path, taken: Path) -> None:
    table = pq.read_table(taken / "index.parquet")
    assert table.schema.equals(SHOTS)
    rows = table.to_pylist()
    sessions = {s.session_id: s for s in deskhand.read_sessions(run)}
    assert {row["session_id"] for row in rows} == set(sessions)
    assert {row["file"] for row in rows} == {n for n in files_below(taken) if n.endswith(".png")}
    for row in rows:
        session = sessions[row["session_id"]]
        whole = bounds(monitors_of(session.header))
        with Image.open(taken / row["file"]) as picture:
            assert (
                picture.size
                == (row["width"], row["height"])
                == (
                    whole.width // 4,
                    whole.height // 4,
                )
            )
            assert picture.text == {
                "synthetic": "true",
                "provenance_id": session.header["provenance_id"],
            }
        assert row["synthetic"]
        assert row["scale"] == 0.25
        assert row["app"] == "auth"
        assert (row["action_id"] is None) == (row["policy"] == "on-window-switch")


def test_a_session_has_an_index_of_its_own(taken: Path) -> None:
    parts = [pq.read_table(path) for path in sorted(taken.glob("*/index.parquet"))]
    whole = pq.read_table(taken / "index.parquet")
    assert len(parts) == 2
    assert sorted(map(str, pa.concat_tables(parts).to_pylist())) == sorted(
        map(str, whole.to_pylist())
    )


def test_the_manifest_names_every_file(taken: Path) -> None:
    manifest = json.loads((taken / "manifest.json").read_bytes())
    assert manifest["files"] == describe_files(taken, without=["manifest.json"])
    assert manifest["counts"]["pictures"] == sum(
        name.endswith(".png") for name in manifest["files"]
    )


def test_the_same_sessions_give_the_same_bytes(run: Path, taken: Path, tmp_path: Path) -> None:
    deskhand.write_screenshots(run, tmp_path / "again", **HOW)
    assert describe_files(tmp_path / "again") == describe_files(taken)


def test_what_was_broken_off_is_completed(
    run: Path, taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, made = tmp_path / "out", []

    def counted(*given: Any) -> bytes:
        made.append(1)
        if len(made) == 3:
            raise KeyboardInterrupt
        return png_bytes(*given)

    monkeypatch.setattr(screenshot_run, "png_bytes", counted)
    with pytest.raises(KeyboardInterrupt):
        deskhand.write_screenshots(run, out, **HOW)
    assert not (out / "manifest.json").exists()
    assert sum(name.endswith(".png") for name in files_below(out)) == 2
    with pytest.raises(DeskhandError, match="--resume"):
        deskhand.write_screenshots(run, out, **HOW)
    with pytest.raises(DeskhandError, match="was begun differently: arguments scale"):
        deskhand.write_screenshots(run, out, **{**HOW, "scale": 0.5}, resume=True)
    whole = deskhand.write_screenshots(run, out, **HOW, resume=True)
    # The two that were there were not packed again.
    assert len(made) - 1 == whole["counts"]["pictures"]
    assert describe_files(out) == describe_files(taken)
    deskhand.write_screenshots(run, out, **HOW, resume=True)
    assert len(made) - 1 == whole["counts"]["pictures"]


def test_a_gap_has_a_row_and_no_picture(run: Path, tmp_path: Path) -> None:
    file = written(tmp_path, exclude=["auth"])
    deskhand.write_screenshots(run, tmp_path / "out", safeguards=file, policy="periodic:1")
    rows = pq.read_table(tmp_path / "out" / "index.parquet").to_pylist()
    assert [row["gap"] for row in rows] == ["excluded-app"] * 2
    assert {row["file"] for row in rows} == {None}
    assert all(row["until_us"] > row["t_us"] for row in rows)
    assert not list(tmp_path.rglob("*.png"))


def test_one_session_of_a_run(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(s.session_id for s in deskhand.read_sessions(run))
    out = tmp_path / "one"
    words = ["screenshots", str(run / name), "--out", str(out), "--policy", "on-window-switch"]
    assert main(words) == 0
    assert {path.parent.name for path in out.glob("*/*.png")} == {name}
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["{run}", "--out", "{new}", "--policy", "befor-action"], "did you mean 'before-action'"),
        (["{run}", "--out", "{new}", "--scale", "0"], "scale=0.0: pictures are from 0.1 to 1"),
        (["{run}", "--out", "{run}/shots"], "only read"),
        (["{run}/nothing-here", "--out", "{new}"], "neither a folder nor a session"),
        (["{run}/run.json", "--out", "{new}"], "no known format"),
        (["{run}", "--out", "{run}/run.json"], "is there already"),
        (["{run}", "--out", "{run}", "--resume"], "only read"),
        pytest.param(
            ["{run}", "--out", "{new}", "--exact", "--chromium", "/no/such"],
            "no such program",
            marks=pytest.mark.skipif(
                find_spec("playwright") is None,
                reason='needs Playwright: python -m pip install -e ".[test,screens]"',
            ),
        ),
        (["{run}", "--out", "{new}", "--safeguards", "{new}.json"], "{new}.json"),
    ],
)
def test_what_cannot_be_done_is_refused(
    words: list[str], told: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"run": str(run), "new": str(tmp_path / "new")}
    assert main(["screenshots", *(word.format(**names) for word in words)]) == 2
    assert told.format(**names) in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
