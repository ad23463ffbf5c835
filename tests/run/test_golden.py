"""The bytes of one small session, pinned for the versions that they depend on.

After a change that is meant to move bytes: DESKHAND_PIN=1 python -m pytest tests/run/test_golden.py
"""

import json
import os
import platform
from hashlib import sha256
from pathlib import Path

import pytest

from deskhand import api
from deskhand.manifest import versions

PINNED = Path(__file__).parent / "golden.json"
PARTS = ("faker", "numpy", "pyarrow", "scipy", "simpy")
FORMATS = ("arrow", "jsonl", "parquet", "rrweb")


def _key() -> str:
    found = versions()
    return " ".join([f"{part} {found[part]}" for part in PARTS] + [platform.machine()])


def _made(out: Path) -> dict[str, str]:
    api.generate("crm.create_lead", people=1, seed=7, out=out, formats=FORMATS)
    shard = out / "shard=t0000-d000"
    return {
        path.relative_to(shard).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(shard.rglob("*"))
        if path.is_file() and path.name != "shard.json"
    }


def test_bytes_are_the_pinned_ones(tmp_path: Path) -> None:
    pinned = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    made = _made(tmp_path / "run")
    if os.environ.get("DESKHAND_PIN"):
        PINNED.write_text(json.dumps({**pinned, _key(): made}, indent=2, sort_keys=True) + "\n")
    elif _key() not in pinned:
        pytest.skip(f"nothing is pinned for {_key()}; run with DESKHAND_PIN=1 to pin")
    else:
        assert made == pinned[_key()], (
            "bytes moved; when that is meant, pin them with DESKHAND_PIN=1"
        )
