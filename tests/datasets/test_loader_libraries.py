"""What Hugging Face's datasets and the webdataset package read of a loader."""

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pytest

from deskhand.errors import DeskhandError
from deskhand.ml import SyntheticSessions, Window, to_hf, write_web_shards

INSTALL = 'needs python -m pip install -e ".[ml]"'
# In a process of its own, for here `datasets` is the folder of that name.
READ = """
import json
import deskhand.ml as ml
keys = ml.SyntheticSessions("keystrokes", seed=7, items=300, window=ml.Window(events=64))
stream = ml.to_hf(keys)
first = next(iter(stream))
plain = next(iter(keys))
assert [int(us) for us in first["hold_us"]] == plain["hold_us"].tolist(), first
assert first["synthetic"] is True and stream.num_shards == 2
sessions = ml.SyntheticSessions("sessions", seed=7, items=4, window=ml.Window(events=64))
table = ml.to_hf(sessions, streaming=False)
assert table.num_rows == len(list(sessions))
scenario = table.features["scenario"]
assert scenario.int2str(table[0]["scenario"]) == sessions.names["scenario"][table[0]["scenario"]]
from torch.utils.data import DataLoader
read = [row for batch in DataLoader(stream.with_format("torch"), batch_size=64, num_workers=2)
        for row in batch["item"].tolist()]
assert sorted(read) == sorted(row["item"] for row in keys)
print(json.dumps({"rows": table.num_rows, "read": len(read)}))
"""


def test_hugging_face_reads_it(tmp_path: Path) -> None:
    script = tmp_path / "read.py"
    script.write_text(READ)
    for name in ("datasets", "torch"):
        # Not whether it can be imported: the folder of this project holds another of that name.
        try:
            version(name)
        except PackageNotFoundError:
            pytest.skip(INSTALL)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=os.environ | {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] > 10


def test_batches_are_no_rows() -> None:
    with pytest.raises(DeskhandError, match=r"leave it out|in another folder"):
        to_hf(SyntheticSessions("movements", seed=7, items=10, batch=5))


# It leaves its files to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:Exception ignored in")
def test_web_dataset_reads_shards(tmp_path: Path) -> None:
    web = pytest.importorskip("webdataset", reason=INSTALL)
    loader = SyntheticSessions("keystrokes", seed=7, items=25, window=Window(events=40))
    paths = write_web_shards(loader, tmp_path / "shards", per_shard=12)
    plain = list(loader)
    read = list(web.WebDataset([str(path) for path in paths], shardshuffle=False).decode())
    assert len(read) == len(plain) > 25
    for one, sample in zip(plain, read, strict=True):
        assert sample["json"]["synthetic"] is True
        assert sample["json"]["person"] == one["person"]
        for name in ("t_us", "hold_us", "mask"):
            assert np.array_equal(sample[f"{name}.npy"], one[name])
    again = write_web_shards(loader, tmp_path / "again", per_shard=12)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    assert not list((tmp_path / "shards").glob(".*"))
    with pytest.raises(DeskhandError, match="holds files already"):
        write_web_shards(loader, tmp_path / "shards")
    with pytest.raises(DeskhandError, match="per_shard=0"):
        write_web_shards(loader, tmp_path / "none", per_shard=0)
