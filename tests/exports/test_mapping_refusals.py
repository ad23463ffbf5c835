"""Broken mappings, schemas and records: each is refused with its place, the rule and the remedy."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskhand.errors import DeskhandError
from deskhand.exports import mapping
from deskhand.exports.losses import Dropped
from deskhand.session import Session

HEAD = {"made": {"$session": "synthetic"}, "at": {"$clock": "epoch", "unit": "us"}}
KEYS = {"when": {"type": ["keydown"]}, "record": {"kind": "key", "key": {"$column": "key"}}}
MOVES = {
    "when": {"type": ["pointermove"]},
    "record": {
        "kind": "move",
        "points": {"$each": [{"record": {"x": {"$column": "client_x"}}}]},
    },
    "batch": {"count": 5},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "at"],
    "properties": {"kind": {"enum": ["key", "move"]}, "key": {"type": "string"}},
}


def _whole() -> dict[str, Any]:
    given = {
        "format": "deskhand.mapping/1",
        "name": "acme",
        "schema": "acme.schema.json",
        "file": {"form": "jsonl"},
        "common": HEAD,
        "records": [KEYS, MOVES],
    }
    copy: dict[str, Any] = json.loads(json.dumps(given))
    return copy


def _save(folder: Path, given: Any, schema: Any = SCHEMA) -> str:
    path = folder / "acme.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given, indent=1))
    text = schema if isinstance(schema, str) else json.dumps(schema, indent=1)
    (folder / "acme.schema.json").write_text(text)
    return str(path)


def _check_line(path: Path, place: str, text: str) -> None:
    """The message begins with the file, the pointer, and the line on which its last key stands."""
    found = re.match(rf"acme\.json line (\d+), {re.escape(place)}: ", text)
    assert found, text
    key = place.rpartition("/")[2]
    shown = path.read_text().splitlines()[int(found[1]) - 1]
    given = json.loads(path.read_text())
    for part in place.split("/")[1:-1]:
        given = given[int(part)] if isinstance(given, list) else given[part]
    if isinstance(given, dict) and key:
        assert shown.lstrip().startswith(f'"{key}": ')
    elif key:
        assert shown.strip(" ,") == json.dumps(given[int(key)], indent=1).splitlines()[0]


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        inner: Any = given
        for key in path[:-1]:
            inner = inner[key]
        if to is None:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to

    return change


KEY = ("records", 0, "record", "key")
POINT = ("records", 1, "record", "points")
# What is changed, the pointer, and what the message says.
MAPPINGS: list[tuple[Callable[[dict[str, Any]], None], str, str]] = [
    (_set("format", to="deskhand.mapping/9"), "/format", '"deskhand.mapping/9", not'),
    (_set("schema", to=None), "/", "'schema' is missing; add it"),
    (_set("nmae", to="x"), "/nmae", "did you mean 'name'?"),
    (_set("name", to="../x"), "/name", "letters, digits, dot, dash"),
    (_set("file", "form", to="jsonlines"), "/file/form", "did you mean 'jsonl'?"),
    (_set("file", "suffix", to="/x.json"), "/file/suffix", "such as .jsonl"),
    (_set("records", to=[]), "/records", "breaks the rule minItems"),
    (_set(*KEY, to={"$colum": "key"}), "/records/0/record/key/$colum", "mean '$column'?"),
    (_set(*KEY, to={"$column": "clientx"}), "/records/0/record/key/$column", "'client_x'?"),
    (_set(*KEY, to={"$session": "persna"}), "/records/0/record/key/$session", "'persona'?"),
    (_set(*KEY, to={"$column": "key", "scale": 2}), "/records/0/record/key", "only numbers"),
    (_set(*KEY, to={"$column": "detail", "scale": 0}), "/records/0/record/key/scale", "other"),
    (_set(*KEY, to={"$column": "key", "bit": 1}), "/records/0/record/key", "bits are in"),
    (
        _set(*KEY, to={"$column": "button", "enum": {"left": 1}}),
        "/records/0/record/key/enum/left",
        "'left' is no value of column button",
    ),
    (
        _set(*KEY, to={"$column": "client_x", "enum": {"1": 1}}),
        "/records/0/record/key",
        "use scale and round",
    ),
    (
        _set(*KEY, to={"$column": "button", "enum": {"0": "a"}, "scale": 2}),
        "/records/0/record/key",
        "enum and scale together",
    ),
    (
        _set(*KEY, to={"$column": "detail", "digits": 2}),
        "/records/0/record/key",
        "digits needs round",
    ),
    (
        _set(*KEY, to={"$column": "type", "enum": {"keyup": "up"}}),
        "/records/0/record/key/enum",
        "keydown not in the enum",
    ),
    (_set(*KEY, to={"$clock": "epoch"}), "/records/0/record/key", "'unit' is missing"),
    (
        _set(*KEY, to={"$clock": "session", "unit": "iso8601"}),
        "/records/0/record/key",
        "iso8601 is a date",
    ),
    (
        _set(*KEY, to={"$clock": "epoch", "unit": "ms", "round": "floor", "digits": 4}),
        "/records/0/record/key",
        "4 digits of ms",
    ),
    (
        _set(*KEY, to={"$clock": "batch", "unit": "ms"}),
        "/records/0/record/key",
        "a clock of a batch",
    ),
    (_set(*KEY, to={"$count": "events"}), "/records/0/record/key", "rule without batch"),
    (_set(*KEY, to={"$each": [{"record": {}}]}), "/records/0/record/key", "$each in a rule"),
    (_set("records", 0, "batch", to={}), "/records/0/batch", "a batch without"),
    (
        _set("records", 1, "record", "x", to={"$column": "client_x"}),
        "/records/1/record/x",
        'add "same": ["client_x"]',
    ),
    (
        _set("records", 1, "record", "more", to={"$each": [{"record": 1}]}),
        "/records/1/record/more",
        "a second $each",
    ),
    (
        _set(*POINT, "$each", 0, "record", "x", to={"$each": [{"record": 1}]}),
        "/records/1/record/points/$each/0/record/x",
        "batches do not nest",
    ),
    (_set("records", 1, "batch", "count", to=0), "/records/1/batch/count", "from 1"),
    (_set("records", 0, "when", "type", to=["keydwn"]), "/records/0/when/type/0", "'keydown'?"),
    (
        _set("records", 0, "when", "button", to=["left"]),
        "/records/0/when/button",
        "'left' is no value of column button",
    ),
    (
        _set("records", 0, "when", "keys", to=["a"]),
        "/records/0/when/keys",
        "did you mean 'key'?",
    ),
    (
        _set("records", 1, "when", to={"type": ["keydown"]}),
        "/records/1/record/points/$each/0",
        "no event comes to this rule",
    ),
    (_set("records", 0, "record", to={"$const": {}}), "/records/0/record", "is an object"),
    (_set("common", "made", to=True), "/records/0", "whether it is synthetic"),
    (
        _set("common", "made", to={"$session": "synthetic", "enum": {"true": "x", "false": "x"}}),
        "/records/0",
        "whether it is synthetic",
    ),
    (_set("file", "per", to="all"), "/records/0", "no session_id in a record"),
    (_set("file", "form", to="json"), "/file/form", "one record that holds one session"),
    (_set("schema", to="../acme.schema.json"), "/schema", "not in the folder of the mapping"),
    (_set("schema", to="https://acme.example/x"), "/schema", "not in the folder"),
    (_set("schema", to="other.json"), "/schema", "no such file"),
]


@pytest.mark.parametrize(
    ("change", "place", "message"), MAPPINGS, ids=[f"{m[1]} {m[2]}" for m in MAPPINGS]
)
def test_broken_mappings(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], place: str, message: str
) -> None:
    given = _whole()
    mapping.open_writer(tmp_path / "before", _save(tmp_path, given)).close()
    change(given)
    path = _save(tmp_path, given)
    with pytest.raises(DeskhandError) as refusal:
        mapping.open_writer(tmp_path / "after", path)
    text = str(refusal.value)
    assert message in text
    _check_line(Path(path), place, text)
    # The rule and the remedy follow what was given.
    assert "; " in text
    assert text.endswith((".", "?"))
    assert not (tmp_path / "after").exists()


TEXTS = [
    ("", "line 1: '' is no JSON value"),
    ('{"a": 1,\n "b": }', "line 2: '}' is no JSON value"),
    ('{"a": 1\n "b": 2}', "line 2: '\"' where ',' or '}' is due"),
    ('{"a": [1, 2}', "line 1: '}' where ',' or ']' is due"),
    ('{"a": 1', "the end of the file where"),
    ('{"a": 1}\n\n]', "line 3: more after the end"),
    ('{"a": 1,\n"a": 2}', "line 2: the key 'a' a second time"),
    ("{'a': 1}", "where '\"' is due"),
    ("{ // why\n}", "where '\"' is due"),
    ('{"a": NaN}', "'NaN}' is no JSON value"),
    ('{"a": "\\x"}', "Invalid \\escape"),
    ("[" * 99, "nested more than 64 deep"),
    ("[]", "line 1, /: [] is not of type object"),
]


@pytest.mark.parametrize(("text", "message"), TEXTS, ids=[m for _, m in TEXTS])
def test_files_that_are_no_json(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DeskhandError) as refusal:
        mapping.losses(_save(tmp_path, text))
    assert message in str(refusal.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match=r"which mapping\? Write its file behind a colon"):
        mapping.open_writer(tmp_path)
    with pytest.raises(DeskhandError, match="No such file"):
        mapping.losses(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes(b'{\n"name": "caf\xe9"}')
    with pytest.raises(DeskhandError, match=r"latin\.json line 2: not UTF-8"):
        mapping.losses(tmp_path / "latin.json")
    (tmp_path / "big.json").write_bytes(b" " * (5 << 20))
    with pytest.raises(DeskhandError, match="a mapping or a schema is small"):
        mapping.losses(tmp_path / "big.json")
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.json").symlink_to(outside)
    with pytest.raises(DeskhandError, match="not in the folder of the mapping"):
        mapping.losses(_save(tmp_path / "in", {**_whole(), "schema": "link.json"}))


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
        mapping.open_writer(tmp_path, _save(tmp_path, _whole(), text))
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
    with mapping.open_writer(tmp_path, _save(tmp_path, _whole(), schema)) as writer:
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
    path = _save(tmp_path, _whole(), schema)
    with (
        pytest.raises(DeskhandError) as refusal,
        mapping.open_writer(tmp_path, path) as writer,
    ):
        writer.write(session)
    text = str(refusal.value)
    _check_line(Path(path), place, text)
    assert f"of session {session.session_id}, {where}" in text
    assert rule in text
    assert "nothing was written" in text
    assert not list((tmp_path / "mapping").iterdir())


def test_a_value_that_the_enum_does_not_list(tmp_path: Path, session: Session) -> None:
    given = _whole()
    given["records"][0]["record"]["key"]["enum"] = {"a": "A"}
    with (
        pytest.raises(DeskhandError) as refusal,
        mapping.open_writer(tmp_path, _save(tmp_path, given)) as writer,
    ):
        writer.write(session)
    _check_line(tmp_path / "acme.json", "/records/0/record/key/enum", str(refusal.value))
    assert "which is not in the enum" in str(refusal.value)
    assert not list((tmp_path / "mapping").iterdir())


def test_earlier_sessions_of_a_shared_file_are_not_left_behind(
    tmp_path: Path, session: Session
) -> None:
    given = _whole()
    given["file"]["per"] = "all"
    given["common"]["id"] = {"$session": "session_id"}
    given["common"]["user"] = {"$session": "persona"}
    schema = {"properties": {"user": {"const": session.header["persona"]}}}
    other = {**session.header, "persona": "somebody else"}
    path = _save(tmp_path, given, schema)

    def write() -> None:
        with mapping.open_writer(tmp_path, path) as writer:
            writer.write(session)
            writer.write(_with_header(session, other))

    with pytest.raises(DeskhandError, match="nothing was written"):
        write()
    assert not list((tmp_path / "mapping").iterdir())


def _with_header(session: Session, header: Any) -> Session:
    return Session(
        header=header,
        events=session.events,
        actions=session.actions,
        elements=session.elements,
        screenshots=session.screenshots,
        screens={},
    )


FILES = [
    (b'{"kind": "key", "at": 5, "made"', "line 1: not JSON"),
    (b'{"kind": "key"}\n\xff\xfe\n', "line 2: not JSON"),
    (b'{"kind":"key","at":5,"made":true}\n{"kind":', "line 2: not JSON"),
    (b"\x00\x00", "line 1: not JSON"),
    (b'{"kind": "tap", "at": 5, "made": true}', "is it the mapping of these records?"),
    (b"[1, 2]\n", "is it the mapping"),
]


@pytest.mark.parametrize(("content", "message"), FILES, ids=[m for _, m in FILES])
def test_captures_that_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    path = _save(tmp_path, _whole())
    file = tmp_path / "capture.jsonl"
    file.write_bytes(content)
    with pytest.raises(DeskhandError) as refusal:
        list(mapping.read(file, Dropped(), path))
    assert message in str(refusal.value)
    assert file.read_bytes() == content


def test_captures_of_another_form(tmp_path: Path) -> None:
    given = _whole()
    given["file"]["form"] = "json-array"
    path = _save(tmp_path, given)
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(DeskhandError, match="no array; the mapping says json-array"):
        list(mapping.read(tmp_path / "a.json", None, path))
    (tmp_path / "a.json").write_text("[{]")
    with pytest.raises(DeskhandError, match="not JSON"):
        list(mapping.read(tmp_path / "a.json", None, path))
    with pytest.raises(DeskhandError, match="No such file"):
        list(mapping.read(tmp_path / "b.json", None, path))
    (tmp_path / "hollow").mkdir()
    with pytest.raises(DeskhandError, match=r"no file that ends in \.json"):
        list(mapping.read(tmp_path / "hollow", None, path))


def test_a_capture_cannot_choose_where_it_is_written(tmp_path: Path, session: Session) -> None:
    away = _with_header(session, {**session.header, "session_id": "cap_/../../../away"})
    with (
        pytest.raises(DeskhandError, match="no file can have that name"),
        mapping.open_writer(tmp_path / "out", _save(tmp_path, _whole())) as writer,
    ):
        writer.write(away)
    assert [p.name for p in (tmp_path / "out").rglob("*")] == ["mapping"]
