"""A mapping writes records that a schema takes, and reads them back as far as it can be turned round."""

from pathlib import Path

import jsonschema
import orjson

from deskhand.exports import mapping
from deskhand.session import Session

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
