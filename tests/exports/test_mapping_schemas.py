"""Broken schemas, and records that break theirs, are refused; nothing is written."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import mapping
from deskhand.session import Session
from tests.exports.small_mapping import SCHEMA, check_line, save, whole

SCHEMAS = [
    ("[1]", "acme.schema.json line 1, /: a JSON Schema is an object"),
    ('{"type":\n "strin"}', "line 1, /type: 'strin' is not valid"),
    ('{"$schema": "https://acme.example/s"}', "line 1, /$schema: "),
    (
        '{"properties":\n{"kind": {"$ref": "https://acme.example/kind.json"}}}',
        "line 2, /properties/kind/$ref: 'https://acme.example/kind.json' is not in this file",
    ),
    ('{"$ref": "other.json"}', "/$ref: 'other.json' is not in this file"),
    ('{"$ref": "file:///etc/passwd"}', "nothing is fetched"),
    ('{"allOf": [{"$ref": "#/$defs/nothing"}]}', "/allOf/0/$ref: '#/$defs/nothing'"),
    ('{"$id": "https://acme.example/a/b", "$ref": "c"}', "/$ref: 'c' is not in this file"),
    ('{"pattern": "("}', "/pattern: '(' is not a 'regex'"),
]


@pytest.mark.parametrize(("text", "message"), SCHEMAS, ids=[m for _, m in SCHEMAS])
def test_broken_schemas(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DeskhandError) as refusal:
        mapping.open_writer(tmp_path, save(tmp_path, whole(), text))
    assert message in str(refusal.value)
    assert not (tmp_path / "mapping").exists()


def test_references_within_the_schema_are_followed(tmp_path: Path, session: Session) -> None:
    schema = {
        "$id": "https://acme.example/schemas/record.json",
        "$ref": "#/$defs/record",
        "properties": {"key": {"$ref": "key.json"}},
        "$defs": {
            "record": {**SCHEMA, "$anchor": "record"},
            "key": {"$id": "key.json", "type": "string"},
            "again": {"$ref": "#record"},
        },
        "const": {"$ref": "https://acme.example/in-a-constant-is-no-reference"},
    }
    del schema["const"]
    schema["default"] = {"$ref": "https://acme.example/in-a-default-is-no-reference"}
    with mapping.open_writer(tmp_path, save(tmp_path, whole(), schema)) as writer:
        writer.write(session)
    assert list((tmp_path / "mapping").iterdir())


RECORDS: list[tuple[Any, str, str, str]] = [
    (
        {"properties": {"key": {"type": "integer"}}},
        "/records/0/record/key",
        "/key: '",
        "is not of type 'integer' [type of acme.schema.json line",
    ),
    (
        {"required": ["version"]},
        "/records/1/record",
        "/: 'version' is a required property",
        "[required of",
    ),
    ({"additionalProperties": False}, "/records/1/record", "/: Additional", "take the member"),
    (
        {"properties": {"kind": {"const": "stroke"}}},
        "/records/1/record/kind",
        "/kind: 'stroke' was expected",
        "a constant is written as it stands",
    ),
    (
        {"properties": {"points": {"maxItems": 2}}},
        "/records/1/record/points",
        "/points: ",
        "[maxItems of",
    ),
    (
        {"properties": {"points": {"items": {"properties": {"x": {"maximum": 9}}}}}},
        "/records/1/record/points/$each/0/record/x",
        "/points/4/x: ",
        "[maximum of",
    ),
    (
        {"properties": {"at": {"type": "string"}}},
        "/common/at",
        "/at: 17",
        '"as": "string"',
    ),
    (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "/records/1/record",
        "/: ",
        "is not valid under any of the given schemas",
    ),
]


@pytest.mark.parametrize(
    ("schema", "place", "where", "rule"), RECORDS, ids=[str(r[0]) for r in RECORDS]
)
def test_records_that_break_the_schema(
    tmp_path: Path, session: Session, schema: Any, place: str, where: str, rule: str
) -> None:
    path = save(tmp_path, whole(), schema)
    with (
        pytest.raises(DeskhandError) as refusal,
        mapping.open_writer(tmp_path, path) as writer,
    ):
        writer.write(session)
    text = str(refusal.value)
    check_line(Path(path), place, text)
    assert f"of session {session.session_id}, {where}" in text
    assert rule in text
    assert "nothing was written" in text
    assert not list((tmp_path / "mapping").iterdir())


def test_a_value_that_the_enum_does_not_list(tmp_path: Path, session: Session) -> None:
    given = whole()
    given["records"][0]["record"]["key"]["enum"] = {"a": "A"}
    with (
        pytest.raises(DeskhandError) as refusal,
        mapping.open_writer(tmp_path, save(tmp_path, given)) as writer,
    ):
        writer.write(session)
    check_line(tmp_path / "acme.json", "/records/0/record/key/enum", str(refusal.value))
    assert "which is not in the enum" in str(refusal.value)
    assert not list((tmp_path / "mapping").iterdir())


def test_earlier_sessions_of_a_shared_file_are_not_left_behind(
    tmp_path: Path, session: Session
) -> None:
    given = whole()
    given["file"]["per"] = "all"
    given["common"]["id"] = {"$session": "session_id"}
    given["common"]["user"] = {"$session": "persona"}
    schema = {"properties": {"user": {"const": session.header["persona"]}}}
    other = {**session.header, "persona": "somebody else"}
    path = save(tmp_path, given, schema)

    def write() -> None:
        with mapping.open_writer(tmp_path, path) as writer:
            writer.write(session)
            writer.write(replace(session, header=other))

    with pytest.raises(DeskhandError, match="nothing was written"):
        write()
    assert not list((tmp_path / "mapping").iterdir())
