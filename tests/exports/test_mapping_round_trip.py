"""A mapping writes records that a schema takes, and reads them back as far as it can be turned round."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskhand.exports import mapping
from deskhand.exports.losses import Dropped
from deskhand.session import Session
from tests.exports.random_mappings import mappings, random_session

ROOT = Path(__file__).parent.parent.parent
LARKSPUR = ROOT / "examples" / "own_schema" / "larkspur.json"


def test_the_example_is_valid_by_the_referee(tmp_path: Path, session: Session) -> None:
    with mapping.open_writer(tmp_path, str(LARKSPUR)) as writer:
        writer.write(session)
    (path,) = (tmp_path / "mapping").iterdir()
    assert path.name == f"{session.session_id}.events.jsonl"
    schema = orjson.loads(LARKSPUR.with_suffix(".schema.json").read_bytes())
    referee = jsonschema.Draft202012Validator(schema)
    records = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for record in records:
        referee.validate(record)
    assert {record["session"]["origin"] for record in records} == {"generated"}
    points = sum(len(record.get("points", ())) for record in records)
    assert points == session.events["type"].to_pylist().count("pointermove")


def _written(folder: Path, given: Any, schema: Any, *sessions: Session) -> tuple[Path, Path]:
    path = folder / "made.json"
    path.write_text(json.dumps(given, indent=1), encoding="utf-8")
    (folder / given["schema"]).write_text(json.dumps(schema), encoding="utf-8")
    with mapping.open_writer(folder, str(path)) as writer:
        for one in sessions:
            writer.write(one)
    return path, folder / "mapping"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(mappings(), st.integers(0, 2**20))
def test_what_a_mapping_says_it_keeps_comes_back(
    tmp_path_factory: pytest.TempPathFactory, given_mapping: Any, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("made")
    one, two = random_session("syn_a", seed), random_session("syn_b", seed + 1)
    path, out = _written(folder, given_mapping, {"type": "object"}, one, two)
    kept = mapping.keeps(str(path))
    taken = {kind for rule in given_mapping["records"] for kind in rule["when"]["type"]}
    assert set(kept) == taken
    dropped = Dropped()
    back = {s.session_id: s for s in mapping.read(out, dropped, str(path))}
    assert dropped.counts == {}
    assert not list(mapping.findings(out, str(path)))
    for session in (one, two):
        rows = [row for row in session.events.to_pylist() if row["type"] in taken]
        if not rows:
            continue
        twin = back[session.session_id]
        assert twin.header["synthetic"] is True
        assert twin.header["provenance_id"] == f"mapping:{session.header['provenance_id']}"
        for kind, what in kept.items():
            before = [row for row in rows if row["type"] == kind]
            after = [row for row in twin.events.to_pylist() if row["type"] == kind]
            assert len(before) == len(after)
            for row, other in zip(before, after, strict=True):
                assert abs(row["t_us"] - other["t_us"]) < max(2, what.step_us)
                assert {c: row[c] for c in what.columns} == {c: other[c] for c in what.columns}
