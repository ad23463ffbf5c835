"""`deskhand augment` and `augment_files`: every readable format, manifests, balance of classes, refusals."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deskhand
from deskhand import api, registry
from deskhand.cli import main
from deskhand.datasets.augmentation.class_balance import balanced_copies
from deskhand.datasets.augmentation.folder import augment_files
from deskhand.datasets.resynthesis.session_rows import SessionRows
from deskhand.errors import DeskhandError
from deskhand.formats import EXPORTS, can_read, written
from deskhand.session import Session
from tests.datasets.made_captures import as_capture

READABLE = [n for n in registry.names(EXPORTS) if can_read(n) and n != "mapping"]


@pytest.fixture(scope="module")
def capture_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four captures of two roles, one of the first and three of the other."""
    out = tmp_path_factory.mktemp("captures") / "captures"
    with written(out, "parquet") as writer:
        for person, role in enumerate(("sales", "support", "support", "support")):
            made = deskhand.simulate("auth.login", seed=7, person=person, role=role)
            writer.write(as_capture(made))
    return out


def test_manifest_tells_lineage_and_whose_data_it_is(capture_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = augment_files([capture_file], "jitter", out=out, seed=7, copies=2)
    assert manifest == json.loads((out / "manifest.json").read_text())
    assert manifest["mode"] == "derived"
    assert manifest["synthetic"] is False
    assert manifest["personal_data"].startswith("personal data: a person is still in it")
    sources = [session.session_id for session in deskhand.read_sessions(capture_file)]
    assert [(r["made_from"], r["copy"]) for r in manifest["sessions"]] == [
        (source, copy) for source in sources for copy in (0, 1)
    ]
    read = list(deskhand.read_sessions(out))
    assert [s.session_id for s in read] == [r["session_id"] for r in manifest["sessions"]]
    assert {s.header["provenance_id"] for s in read} == {
        r["provenance_id"] for r in manifest["sessions"]
    }
    assert len({s.session_id for s in read}) == 8
    report = api.validate(out)
    assert report.ok, list(report.lines())
    (out / "events.parquet").write_bytes(b"")
    assert not api.validate(out).ok


def test_same_seed_same_bytes(capture_file: Path, tmp_path: Path) -> None:
    held = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        augment_files([capture_file], "persona_transfer:literature", out=tmp_path / name, seed=seed)
        held.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert held[0] == held[1]
    assert held[0]["events.parquet"] != held[2]["events.parquet"]


@pytest.mark.parametrize("by", ["role", "labels.csv", "labels.json"])
def test_classes_become_equal(by: str, capture_file: Path, tmp_path: Path) -> None:
    labels = {s.session_id: s.header["role"] for s in deskhand.read_sessions(capture_file)}
    if by == "labels.csv":
        rows = "".join(f"{name},{label}\n" for name, label in labels.items())
        (tmp_path / by).write_text(f"session_id,label\n{rows}")
    elif by == "labels.json":
        (tmp_path / by).write_text(json.dumps(labels))
    balance = by if by == "role" else str(tmp_path / by)
    out = tmp_path / "out"
    manifest = augment_files(
        [capture_file], f"jitter,class_balance:{balance}", out=out, seed=7, copies=2
    )
    assert manifest["labels"] == {"sales": 6, "support": 6}
    roles = Counter(s.header["role"] for s in deskhand.read_sessions(out))
    assert roles == {"sales": 6, "support": 6}
    assert all(str(tmp_path) not in str(value) for value in manifest.values())


@pytest.mark.parametrize(
    ("labels", "copies", "wanted"),
    [
        (list("aab"), 1, [1, 1, 2]),
        (list("aaabb"), 1, [1, 1, 1, 2, 1]),
        (list("ab"), 3, [3, 3]),
        ([], 1, []),
    ],
)
def test_copies_for_balance(labels: list[str], copies: int, wanted: list[int]) -> None:
    assert balanced_copies(labels, copies) == wanted


@pytest.mark.parametrize("name", READABLE)
def test_every_format_that_is_read(name: str, tmp_path: Path) -> None:
    source = deskhand.simulate("crm.log_call", seed=3)
    with written(tmp_path / "in", name) as writer:
        writer.write(source)
    out = tmp_path / "out"
    do = "persona_transfer:literature,time_warp,jitter"
    if name == "activitywatch":
        # A format of windows and titles alone has nothing that a hand did, and that is said.
        with pytest.raises(DeskhandError, match="holds no aimed movement"):
            augment_files([tmp_path / "in"], do, out=out, seed=7)
        assert not out.exists()
        do = "time_warp,jitter"
    manifest = augment_files([tmp_path / "in"], do, out=out, seed=7)
    assert manifest["synthetic"] is True
    assert manifest["personal_data"] is None
    assert api.validate(out).ok
    read = next(deskhand.read_sessions(tmp_path / "in"))
    for made in deskhand.read_sessions(out):
        assert _presses(made) == _presses(read)


def _presses(session: Session) -> list[Any]:
    rows = SessionRows(session)
    down = np.flatnonzero(rows.is_kind("pointerdown", "keydown"))
    return session.events.select(["target", "key", "screen_x", "screen_y"]).take(down).to_pylist()  # type: ignore[no-any-return]


def test_command_line(
    capture_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["augment", str(capture_file), "--do", "time_warp:0.9..1.1", "--out", str(out)]
    assert main([*words, "--seed", "7", "--copies", "2", "--format", "jsonl"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "8 sessions" in told.err
    assert "a person is still in it" in told.err
    assert main(words) == 2
    assert "new or empty folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"captures": []}, "at least one capture"),
        ({"captures": ["nowhere"]}, "not found"),
        ({"do": "jitter,class_balance:rolle"}, "did you mean 'role'"),
        ({"do": "jitter,class_balance:absent.csv"}, "No such file"),
        ({"do": "class_balance:role"}, "at least one of"),
        ({"copies": 0}, "at least 1"),
        ({"format": "parkett"}, "did you mean 'parquet'"),
        ({"seed": -1}, "must be a whole number"),
        ({"twice": True}, "was given before"),
    ],
)
def test_refusals(change: dict[str, Any], said: str, capture_file: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {"captures": [capture_file], "do": "jitter", "seed": 7} | change
    if given.pop("twice", False):
        given["captures"] = [capture_file, capture_file]
    if given["captures"] == ["nowhere"]:
        given["captures"] = [tmp_path / "nowhere"]
    with pytest.raises(DeskhandError, match=said):
        augment_files(given.pop("captures"), given.pop("do"), out=tmp_path / "out", **given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "id,label\nx,y\n", "columns session_id and label"),
        ("a.json", "[1]", "every session has one label"),
        ("a.json", "{", "no labels"),
        ("a.json", "{}", "no label for session"),
    ],
)
def test_bad_labels(name: str, content: str, said: str, capture_file: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DeskhandError, match=said):
        augment_files(
            [capture_file], f"jitter,class_balance:{tmp_path / name}", out=tmp_path / "o", seed=7
        )
    assert not (tmp_path / "o").exists()


def test_nothing_is_left_of_a_run_that_is_stopped(capture_file: Path, tmp_path: Path) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        augment_files([capture_file], "jitter", out=tmp_path / "o", seed=7, progress=stopped)
    assert list(tmp_path.iterdir()) == []


# --- recordings of people, where they are at hand -----------------------------------------------------

if "DESKHAND_DATA" in os.environ:
    CAPTURES = Path(os.environ["DESKHAND_DATA"]) / "captures"
    REAL = [
        CAPTURES / "agentnet_raw",
        CAPTURES / "rrweb" / "rrweb_player_demo_2018.json",
        CAPTURES / "evemu" / "saitek_rat5_mouse.events",
        CAPTURES / "evemu" / "ps2_generic_mouse.events",
    ]

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
    @pytest.mark.parametrize("do", ["persona_transfer", "resynthesise", "time_warp", "jitter"])
    def test_recordings_of_people(path: Path, do: str, tmp_path: Path) -> None:
        out = tmp_path / "out"
        if path.name == "ps2_generic_mouse.events" and do in ("persona_transfer", "resynthesise"):
            # A hand that only wanders.
            with pytest.raises(DeskhandError, match="holds no aimed movement"):
                augment_files([path], do, out=out, seed=7)
            return
        augment_files([path], do, out=out, seed=7)
        assert api.validate(out).ok
        (source,), (made,) = deskhand.read_sessions(path), deskhand.read_sessions(out)
        assert _presses(made) == _presses(source)
        assert made.header["synthetic"] is False
        assert made.header["profile_mode"] == "derived"
