"""Files of safeguards for tests."""

import json
from pathlib import Path
from typing import Any

from deskhand.safeguards import Safeguards, load_safeguards


def written(folder: Path, **members: Any) -> Path:
    path = folder / "office.json"
    path.write_text(json.dumps({"format": "deskhand.safeguards/1", **members}))
    return path


def made(folder: Path, **members: Any) -> Safeguards:
    return load_safeguards(written(folder, **members))
