"""Folders of episodes, as the libraries read them that they are written for."""

import io
import json
import os
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import deskhand
from deskhand import ml
from deskhand.cli import main
from deskhand.datasets.episodes import parts
from deskhand.datasets.episodes.vocabularies import VOCABULARIES
from deskhand.manifest import describe_files, files_below
from tests.run.unpacking import assert_nowhere

Image = pytest.importorskip(
    "PIL.Image", reason='needs Pillow: python -m pip install -e ".[test,screens]"'
)
ASKED: dict[str, Any] = {"count": 4, "seed": 7, "scale": 0.25}
TASKS = ["auth.unlock", "chat.write"]
HUGGING_FACE = """
import json, sys
from hashlib import sha256
from datasets import Features, load_dataset
folder, cache = sys.argv[1:]
told = json.load(open(folder + "/features.json"))
tables = {name: load_dataset(folder, name, split="train", cache_dir=cache) for name in told}
for name, rows in tables.items():
    assert rows.features == Features.from_dict(told[name]), name
row = tables["steps"][2]
print(json.dumps({
    "instructions": tables["episodes"]["instruction"][:],
    "steps": len(tables["steps"]),
    "size": row["picture"].size,
    "pixels": sha256(row["picture"].tobytes()).hexdigest(),
    "anthropic": row["anthropic"],
    "description": row["description"],
}))
"""
SECRET, OPEN = "Xq7wZk2vJ9pL", "plainly.visible"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    ml.write_episodes(TASKS, out=out, **ASKED)
    return out


def test_hugging_faces_library_opens_rows_and_pictures(made: Path, tmp_path: Path) -> None:
    if not _installed("datasets"):
        pytest.skip('needs python -m pip install -e ".[test,ml]"')
    # In a process of its own, elsewhere: here the room of this name would be found.
    done = subprocess.run(
        [sys.executable, "-c", HUGGING_FACE, str(made), str(tmp_path / "cache")],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PYTHONPATH": ""},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    mine = list(ml.episodes(TASKS, **ASKED))
    assert found["instructions"] == [episode.instruction for episode in mine]
    assert found["steps"] == sum(len(episode.steps) for episode in mine)
    step = mine[0].steps[2]
    assert tuple(found["size"]) == step.image.size
    assert found["pixels"] == sha256(step.image.tobytes()).hexdigest()
    assert json.loads(found["anthropic"]) == step.calls["anthropic"]
    assert found["description"] == step.description


def _installed(package: str) -> bool:
    return any(name.lower() == package for name in packages_distributions().get(package, ()))


# The library leaves its files to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_webdataset_reads_a_sample_a_step(tmp_path: Path) -> None:
    webdataset = pytest.importorskip(
        "webdataset", reason='needs python -m pip install -e ".[test,ml]"'
    )
    ml.write_episodes(TASKS, out=tmp_path / "out", format="webdataset", **ASKED)
    shards = sorted(map(str, tmp_path.glob("out/data/part-*/steps.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil"))
    mine = [(e, step) for e in ml.episodes(TASKS, **ASKED) for step in e]
    assert len(samples) == len(mine)
    for sample, (episode, step) in zip(samples, mine, strict=True):
        assert sample["__key__"] == f"{episode.number:06d}-{step.number:03d}"
        assert sample["jpg"].size == (episode.picture_width, episode.picture_height)
        told = sample["json"]
        assert told["episode"]["instruction"] == episode.instruction
        assert told["openai"] == step.calls["openai"]
        assert told["tree"] == step.nodes
        assert told["synthetic"]


def test_pictures_lie_beside_where_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ml.write_episodes(TASKS, out=out, pictures="png:files", **ASKED)
    table = pq.read_table(out / "data" / "part-00000" / "steps.parquet")
    names = table["picture"].to_pylist()
    pictures = [Image.open(io.BytesIO((out / name).read_bytes())) for name in names]
    sizes = {(e.picture_width, e.picture_height) for e in ml.episodes(TASKS, **ASKED)}
    assert {picture.size for picture in pictures} == sizes
    assert len(names) == len(set(names)) == len(list(out.rglob("*.png")))


def test_tables_without_pictures_and_with_one_vocabulary(tmp_path: Path) -> None:
    ml.write_episodes(TASKS, out=tmp_path / "out", pictures="none", vocabulary="openai", **ASKED)
    (path,) = tmp_path.rglob("steps.parquet")
    columns = set(pq.read_table(path).column_names)
    assert "picture" not in columns
    assert columns & set(VOCABULARIES) == {"openai"}


def test_the_manifest_tells_every_file_and_what_steps_are(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["files"] == describe_files(made, without=["manifest.json"])
    counts = manifest["counts"]
    assert counts["episodes"] == 4
    kinds = [number for name, number in counts.items() if name.startswith("kind ")]
    assert sum(kinds) == counts["steps"] == counts["pictures"]
    assert "synthetic" in (made / "README.md").read_text()
    assert str(made) not in (made / "run.json").read_text() + (made / "manifest.json").read_text()


def test_the_same_bytes_by_two_workers_and_after_a_part_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = ["--count", "51", "--seed", "3", "--pictures", "none", "--vocabulary", "agentnet"]
    for name, workers in (("one", "1"), ("two", "2")):
        out = str(tmp_path / name)
        assert main(["episodes", *TASKS, *how, "--out", out, "--workers", workers]) == 0
    one, two = tmp_path / "one", tmp_path / "two"
    assert describe_files(one) == describe_files(two)
    before = describe_files(one)
    (one / "data" / "part-00001" / "steps.parquet").unlink()
    (one / "manifest.json").unlink()
    made: list[int] = []

    def make(order: parts.Order, part: int) -> dict[str, Any]:
        made.append(part)
        return parts.make_part(order, part)

    monkeypatch.setattr("deskhand.datasets.episodes.run.make_part", make)
    assert main(["episodes", *TASKS, *how, "--out", str(one), "--resume"]) == 0
    assert made == [1]
    assert describe_files(one) == before


BAD: list[tuple[list[str], str]] = [
    (["crm.creat_lead"], "did you mean 'crm.create_lead'"),
    (["workday"], "a day of many tasks"),
    (["auth.unlock", "auth.unlock"], "stands twice"),
    (["auth.unlock", "--vocabulary", "antropic"], "did you mean 'anthropic'"),
    (["auth.unlock", "--vocabulary", ""], "vocabulary"),
    (["auth.unlock", "--count", "0"], "count=0"),
    (["auth.unlock", "--count", "2.5"], "--count"),
    (["auth.unlock", "--seed", "-1"], "seed=-1"),
    (["auth.unlock", "--scale", "2"], "scale=2.0"),
    (["auth.unlock", "--scale", "nan"], "scale=nan"),
    (["auth.unlock", "--pictures", "jpg"], "did you mean 'jpeg'"),
    (["auth.unlock", "--pictures", "jpeg:beside"], "jpeg:files"),
    (["auth.unlock", "--pictures", "png:files", "--format", "webdataset"], "--pictures png"),
    (["auth.unlock", "--format", "webdata"], "did you mean 'webdataset'"),
    (["auth.unlock", "--emphasis", "shortcut"], "did you mean 'shortcuts'"),
    (["auth.unlock", "--emphasis", "drags=much"], "a share of all steps, from 0 to 1"),
    (["auth.unlock", "--emphasis", "drags=0.1,scrolls"], "give each name a share"),
    (["auth.unlock", "--emphasis", "drags=0.6,scrolls=0.6"], "1 or less together"),
    (["auth.unlock", "--infeasible", "1.5"], "infeasible=1.5"),
    (["auth.unlock", "--workers", "0"], "workers=0"),
]


@pytest.mark.parametrize(
    ("words", "told"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_is_refused(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    count = [] if "--count" in words else ["--count", "2"]
    assert main(["episodes", *count, *words, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert told in said
    assert not out.exists()


def test_another_run_is_not_resumed_nor_written_over(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = describe_files(made)
    how = ["episodes", *TASKS, "--count", "4", "--scale", "0.25", "--out", str(made)]
    assert main([*how, "--seed", "8", "--resume"]) == 2
    assert "arguments seed was 7 and is 8" in capsys.readouterr().err
    assert main([*how, "--seed", "7"]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert describe_files(made) == before


def test_without_pillow_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL.Image", None)
    words = ["episodes", "auth.unlock", "--count", "1", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert 'pip install "deskhand[screens]"' in capsys.readouterr().err
    assert main([*words, "--pictures", "none"]) == 0


def test_an_interrupted_run_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(parts, "recorded", stopped)
    with pytest.raises(KeyboardInterrupt):
        ml.write_episodes(TASKS, out=tmp_path / "out", **ASKED)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["parquet", "webdataset"])
def test_a_password_is_in_no_text_tree_or_picture(kind: str, tmp_path: Path) -> None:
    # A masked text is known by its length alone, so pictures do not depend on what it is.
    folders = []
    for name, word in (("one", SECRET), ("other", "Ab3dEf6hIj9k")):
        task = {
            "format": "deskhand.scenario/1",
            "name": "own.sign_in",
            "app": "auth",
            "opens": "auth/login",
            "goal": {
                "instruction": f"Sign in as {OPEN} with the password {word}.",
                "reached": [
                    {
                        "screen": "auth/login",
                        "state": "code",
                        "holding": {"auth.user": OPEN, "auth.password": word},
                    }
                ],
            },
            "steps": [
                {"do": "type", "text": OPEN, "into": "auth.user"},
                {"do": "type", "text": word, "into": "auth.password"},
                {"do": "click", "target": "auth.sign_in"},
            ],
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(task))
        out = tmp_path / name
        ml.write_episodes(
            str(tmp_path / f"{name}.json"), out=out, count=3, seed=7, scale=0.5, format=kind
        )
        folders.append(out)
    assert_nowhere(SECRET, [folders[0] / file for file in files_below(folders[0])])
    episode = next(ml.episodes(str(tmp_path / "one.json"), count=1, seed=7))
    assert "{{auth.password}}" in episode.instruction
    assert any(step.text == "{{auth.password}}" for step in episode)
    shown = episode.steps[-1].image.convert("RGB")
    box = next(n["box"] for n in episode.steps[2].nodes if n["id"] == "auth.password")
    middle = (box[0] + box[2] // 2, box[1] + box[3] // 2)
    inside = [e for e in episode if e.kind in ("click", "key", "type") and e.picture]
    colours = {
        Image.open(io.BytesIO(e.picture or b"")).convert("RGB").getpixel(middle) for e in inside
    }
    assert max(max(colour) for colour in colours) < 16
    assert shown.size == (episode.picture_width, episode.picture_height)


def test_the_search_finds_what_is_not_secret(tmp_path: Path) -> None:
    ml.write_episodes("crm.create_lead", out=tmp_path / "out", count=1, seed=7, scale=0.25)
    session = deskhand.simulate("crm.create_lead", seed=7)
    name = session.goals[0].ends[0].holding["lead.name"]
    with pytest.raises(AssertionError):
        assert_nowhere(name, list((tmp_path / "out").rglob("*.parquet")))
