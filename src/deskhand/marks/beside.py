"""Marks that are not in a file: its name, a record beside it, a manifest that lists its hash.

A table of research data or a raw recording has no room for a mark. A record that says so for it holds
its sha256, so that nobody's recording becomes synthetic by being put there.
"""

import json
import re
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

from deskhand.marks.verdict import Judgement, Verdict

SIDECAR, EPISODE = ".synthetic.json", "metadata.json"
MANIFESTS = ("manifest.json", "shard.json", "plan.json")
# So many folders up a manifest is looked for: session, format, shard and run lie within one another.
LEVELS = 5
_NAMED = re.compile(r"(syn|der)_session_[0-9a-f]{16}(?![0-9a-f])")


def judge_beside(path: Path) -> Judgement | None:
    """Return what stands beside a file about it, None for nothing.

    Parameters
    ----------
    path : pathlib.Path
        The file; what is beside a file that was changed since does not speak of it.
    """
    for record, name, where in (
        (path.with_name(path.name + SIDECAR), "", "record beside it"),
        (path.with_name(EPISODE), path.name, f"listed in {EPISODE}"),
    ):
        told = _read(record)
        about = told.get("deskhand", told) if name else told
        if isinstance(about, dict) and "synthetic" in about:
            listed = about.get("files", {}).get(name) if name else about.get("sha256")
            if listed is not None and listed == _sha256(path):
                return _judgement(path, about, where)
    folder = path.absolute().parent
    for up in [folder, *list(folder.parents)[:LEVELS]]:
        for name in MANIFESTS:
            listed = _listed(_read(up / name)).get(path.absolute().relative_to(up).as_posix())
            if listed is not None and listed == _sha256(path):
                return _judgement(path, _read(up / name), f"listed in {name}")
    return None


def judge_name(path: Path) -> Judgement | None:
    """Return what a file's own name says, None for nothing.

    Examples
    --------
    >>> found = judge_name(Path("syn_session_0123456789abcdef.csv"))
    >>> found is not None and str(found.verdict)
    'synthetic'
    """
    found = _NAMED.match(path.name)
    if found is None:
        return None
    verdict = Verdict.SYNTHETIC if found[1] == "syn" else Verdict.DERIVED
    return Judgement(path=path, verdict=verdict, marks=(f"name: {found[0]}",))


def _judgement(path: Path, about: dict[str, Any], where: str) -> Judgement | None:
    if about.get("synthetic") is True or "synthetic" not in about:
        verdict = Verdict.SYNTHETIC
    else:
        derived = (
            str(about.get("provenance_id", "")).startswith("der_") or about.get("mode") == "derived"
        )
        verdict = Verdict.DERIVED if derived else Verdict.NOT
    return Judgement(path=path, verdict=verdict, marks=(where,))


@lru_cache(maxsize=64)
def _cached(path: Path, _changed_ns: int) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return _cached(path, path.stat().st_mtime_ns)
    except OSError:
        return {}


def _listed(told: dict[str, Any]) -> dict[str, str]:
    """Return the sha256 of the files that a manifest lists; a shard's record need not say what it is."""
    if not str(told.get("format", "")).startswith("deskhand."):
        return {}
    if "synthetic" not in told and not told["format"].startswith("deskhand.shard/"):
        return {}
    parts = [told.get("files", {}), *(case.get("files", {}) for case in told.get("cases", ()))]
    return {name: file["sha256"] for files in parts for name, file in files.items()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
