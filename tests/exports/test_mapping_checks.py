"""Own schemas: the quick validator and the referee agree, and captures are read for what they are."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from deskhand.errors import DeskhandError
from deskhand.events import EVENTS, SESSIONS
from deskhand.exports import mapping
from deskhand.exports.losses import Dropped
from deskhand.exports.mapping import own_schema
from deskhand.exports.mapping.mapping_file import OwnMapping, load_mapping
from deskhand.exports.mapping.record_text import record_texts
from deskhand.session import Session
from tests.exports.hand_made import hand_made_session

ROOT = Path(__file__).parent.parent.parent
LARKSPUR = ROOT / "examples" / "own_schema" / "larkspur.json"
NO_QUICK = 'needs jsonschema-rs: python -m pip install ".[mapping]"'


@pytest.fixture(scope="module")
def larkspur() -> OwnMapping:
    return load_mapping(LARKSPUR)


@pytest.fixture(scope="module")
def records(larkspur: OwnMapping) -> list[Any]:
    texts = record_texts(larkspur, hand_made_session()).texts
    return [orjson.loads(text) for text in texts.to_pylist()]


def _broken(record: Any, rng: np.random.Generator) -> Any:
    """Return a copy of a record with one thing changed somewhere in it."""
    copy = json.loads(json.dumps(record))
    inner = copy
    while True:
        keys: list[Any] = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not keys:
            return copy
        key = keys[rng.integers(len(keys))]
        if isinstance(inner[key], dict | list) and rng.random() < 0.7:
            inner = inner[key]
            continue
        match int(rng.integers(4)):
            case 0:
                del inner[key]
            case 1 if isinstance(inner, dict):
                inner[f"{key}_"] = inner[key]
            case _:
                others = [None, True, -1, 1.0, 2.5, 10**15, "", "LEFT", [], [1, 2], {}, {"id": ""}]
                inner[key] = others[rng.integers(len(others))]
        return copy


def test_quick_validator_and_referee_agree(larkspur: OwnMapping, records: list[Any]) -> None:
    schema = larkspur.schema
    if schema.quick is None:
        pytest.skip(NO_QUICK)
    rng = np.random.default_rng(7)
    broken = 0
    for _ in range(2000):
        record = _broken(records[rng.integers(len(records))], rng)
        verdict = schema.referee.is_valid(record)
        broken += not verdict
        assert schema.quick.is_valid(record) == verdict, record
    assert 500 < broken < 1900


def test_without_a_quick_validator_the_referee_sees_every_record(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Referee:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def is_valid(self, record: Any) -> bool:
            seen.append(record)
            return bool(self.inner.is_valid(record))

    monkeypatch.setattr(own_schema, "_quick", lambda _: None)
    for name in ("larkspur.json", "larkspur.schema.json"):
        shutil.copy(LARKSPUR.with_name(name), tmp_path)
    with mapping.open_writer(tmp_path, str(tmp_path / "larkspur.json")) as writer:
        schema = writer._mapping.schema  # type: ignore[attr-defined]
        object.__setattr__(schema, "referee", Referee(schema.referee))
        writer.write(session)
    (path,) = (tmp_path / "mapping").iterdir()
    assert seen == [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_findings_tell_the_record_the_place_and_the_rule(
    tmp_path: Path, records: list[Any]
) -> None:
    keys = [n for n, record in enumerate(records) if record["kind"] == "key"]
    broken = json.loads(json.dumps(records))
    broken[keys[1]]["action"] = "HIT"
    broken[keys[2]]["hidden"] = "no"
    broken[keys[3]]["pressure"] = 0.5
    path = tmp_path / "capture.events.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, broken)))
    found = list(mapping.findings(path, str(LARKSPUR)))
    by_schema = {(f.rule, f.row) for f in found if f.rule != "mapping"}
    assert by_schema == {("enum", keys[1]), ("type", keys[2])}
    assert "larkspur.schema.json line" in found[0].remedy
    told = {f.given for f in found if f.rule == "mapping"}
    assert "a record that no rule of the mapping makes" in told
    assert "/pressure: a member that the mapping does not name" in told


def test_a_capture_is_read_as_a_capture(tmp_path: Path, records: list[Any]) -> None:
    capture = json.loads(json.dumps(records))
    for record in capture:
        record["session"] = {"id": "7f-11", "origin": "recorded", "user": "u1"}
    capture.insert(3, {"kind": "ping"})
    capture[-1]["more"] = 1
    path = tmp_path / "a.events.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, capture)) + b"\n\n")
    before = path.read_bytes()
    dropped = Dropped()
    (session,) = mapping.read(path, dropped, str(LARKSPUR))
    assert session.session_id == "cap_7f-11"
    assert session.header["synthetic"] is False
    assert not any(session.events["synthetic"].to_pylist())
    assert set(session.events["provenance_id"].to_pylist()) == {"cap_mapping"}
    assert dropped.counts == {
        "a record that no rule of the mapping makes": 1,
        "/more: a member that the mapping does not name": 1,
    }
    assert path.read_bytes() == before
    with pytest.raises(DeskhandError, match="strict reading keeps all or nothing"):
        list(mapping.read(path, None, str(LARKSPUR), strict=True))
    # A capture that is written again does not claim to be made up.
    with mapping.open_writer(tmp_path, str(LARKSPUR)) as writer:
        writer.write(session)
    text = (tmp_path / "mapping" / "cap_7f-11.events.jsonl").read_text()
    assert '"recorded"' in text
    assert "generated" not in text


def test_masked_rows_hold_nothing(tmp_path: Path, session: Session) -> None:
    with mapping.open_writer(tmp_path, str(LARKSPUR)) as writer:
        writer.write(session)
    (path,) = (tmp_path / "mapping").iterdir()
    text = path.read_text()
    assert "secret" not in text
    assert "5550100" not in text
    hidden = [r for r in map(json.loads, text.splitlines()) if r.get("hidden")]
    assert hidden
    assert not any({"key", "code", "text"} & set(record) for record in hidden)


def _own(folder: Path, **changed: Any) -> str:
    given = {
        "format": "deskhand.mapping/1",
        "name": "own",
        "schema": "own.schema.json",
        "file": {"form": "jsonl"},
        "common": {"id": {"$session": "session_id"}, "made": {"$session": "synthetic"}},
        "records": [{"record": {"t": {"$clock": "session", "unit": "us"}}}],
        **changed,
    }
    (folder / "own.json").write_text(json.dumps(given))
    (folder / "own.schema.json").write_text("{}")
    return str(folder / "own.json")


def test_one_document_a_session(tmp_path: Path, session: Session) -> None:
    rule = {
        "batch": {},
        "record": {
            "uid": {"$uuid": "session"},
            "n": {"$count": "events"},
            "took": {"$clock": "session", "of": "last", "unit": "us"},
            "events": {
                "$each": [
                    {
                        "when": {"type": ["keydown"], "masked": [False]},
                        "record": ["key", {"$clock": "session", "unit": "us"}, {"$column": "key"}],
                    },
                    {
                        "when": {"type": {"not": ["pointermove", "keydown"]}},
                        "record": {"uid": {"$uuid": "event"}, "is": {"$column": "type"}},
                    },
                ]
            },
        },
    }
    path = _own(tmp_path, file={"form": "json"}, records=[rule])
    with mapping.open_writer(tmp_path, path) as writer:
        writer.write(session)
    record = json.loads((tmp_path / "mapping" / f"{session.session_id}.json").read_bytes())
    rows = session.events.to_pylist()
    kept = [
        r
        for r in rows
        if r["type"] != "pointermove" and (r["type"] != "keydown" or not r["masked"])
    ]
    assert record["n"] == len(record["events"]) == len(kept)
    assert record["took"] == kept[-1]["t_us"]
    for entry, row in zip(record["events"], kept, strict=True):
        if row["type"] == "keydown":
            assert entry == ["key", row["t_us"], row["key"]]
        else:
            assert entry["is"] == row["type"]
    names = [entry["uid"] for entry in record["events"] if isinstance(entry, dict)]
    assert len(set(names)) == len(names)
    uuid = r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    assert all(re.match(uuid, name) for name in [record["uid"], *names])


def test_all_sessions_in_one_array(tmp_path: Path) -> None:
    path = _own(tmp_path, file={"form": "json-array", "per": "all"})
    given = [hand_made_session(f"syn_{n}") for n in range(3)]
    with mapping.open_writer(tmp_path, path) as writer:
        for one in given:
            writer.write(one)
    records = json.loads((tmp_path / "mapping" / "own.json").read_bytes())
    wanted = [(s.session_id, t) for s in given for t in s.events["t_us"].to_pylist()]
    assert [(r["id"], r["t"]) for r in records] == wanted
    mapping.open_writer(tmp_path / "none", path).close()
    assert json.loads((tmp_path / "none" / "mapping" / "own.json").read_bytes()) == []


def test_what_does_not_come_back_is_told(tmp_path: Path) -> None:
    body = {
        "t": {"$clock": "session", "unit": "ms", "round": "floor"},
        "b": {"$column": "button", "enum": {"0": "l", "1": "other", "2": "other"}},
        "k": {"$column": "key", "enum": {"Enter": "enter"}, "else": "key"},
        "d": {"$column": "detail", "if_null": 0},
        "x": {"$column": "client_x", "round": "nearest"},
        "shift": {"$column": "modifiers", "bit": 1},
    }
    rules = [
        {"when": {"type": ["pointerdown", "pointerup"]}, "record": {"kind": "p", **body}},
        {"when": {"type": ["keydown"], "app": ["crm"]}, "record": {"kind": "k", **body}},
        {"when": {"type": ["keyup"]}, "record": {"kind": "k", **body}},
        {"when": {"type": ["focus"]}, "record": {"kind": "f"}},
    ]
    path = _own(tmp_path, records=rules)
    told = "\n".join(mapping.losses(path))
    for words in (
        "nothing in the record says which of pointerdown, pointerup it was",
        "only events that the filter of app lets through",
        "its records may look like those of /records/1, which is asked first",
        "nothing in the record says when it was",
        "button: 1, 2 look like others",
        "key: all that the enum does not list look alike",
        "detail: null and 0 look alike",
        "client_x: comes back rounded to 1",
        "modifiers: bits [2, 4, 8] are not mapped",
        "times come back within 1,000 microseconds",
        "provenance_id is not mapped",
    ):
        assert words in told
    kept = mapping.keeps(path)
    assert set(kept) == {"keydown"}
    assert kept["keydown"].columns == ("app",)
    assert kept["keydown"].remark


def test_the_schema_of_mappings_knows_the_columns() -> None:
    path = Path(mapping.__file__).with_name("mapping.schema.json")
    words = json.loads(path.read_bytes())["$defs"]
    assert words["column"]["properties"]["$column"]["enum"] == EVENTS.names
    assert words["session"]["properties"]["$session"]["enum"] == SESSIONS.names


def test_any_damage_ends_in_counts_or_a_refusal(tmp_path: Path, records: list[Any]) -> None:
    rng = np.random.default_rng(11)
    path = tmp_path / "damaged.events.jsonl"
    counted = refused = 0
    for _ in range(60):
        damaged = [records[n] for n in rng.integers(len(records), size=12)]
        for n in rng.integers(12, size=4):
            damaged[n] = _broken(damaged[n], rng)
        text = b"\n".join(map(orjson.dumps, damaged))
        if rng.random() < 0.2:
            text = text[: rng.integers(len(text))]
        path.write_bytes(text)
        dropped = Dropped()
        try:
            for session in mapping.read(path, dropped, str(LARKSPUR)):
                assert session.events.schema.equals(EVENTS)
                session.events.validate(full=True)
            counted += bool(dropped.counts)
            list(mapping.findings(path, str(LARKSPUR)))
        except DeskhandError:
            refused += 1
    assert counted > 20
    assert refused > 2


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"$column": "detail", "scale": 10**15}, "overflow"),
        ({"$column": "client_x", "scale": 1e308}, "no such whole or finite number"),
        (
            {"$column": "client_x", "scale": 1e30, "round": "floor"},
            "no such whole or finite number",
        ),
    ],
)
def test_numbers_that_json_cannot_hold(
    tmp_path: Path, session: Session, value: Any, message: str
) -> None:
    rule = {"record": {"t": {"$clock": "session", "unit": "us"}, "v": value}}
    big = session.events.set_column(
        session.events.schema.get_field_index("detail"),
        EVENTS.field("detail"),
        pa.array([2**31 - 1] * len(session.events), pa.int32()),
    )
    changed = replace(session, events=big)
    path = _own(tmp_path, records=[rule])
    with pytest.raises(DeskhandError, match=message), mapping.open_writer(tmp_path, path) as writer:
        writer.write(changed)
    assert not list((tmp_path / "mapping").iterdir())


def test_a_changed_mapping_or_schema_is_read_anew(tmp_path: Path) -> None:
    path = _own(tmp_path)
    first = load_mapping(path)
    assert load_mapping(path) is first
    (tmp_path / "own.schema.json").write_text("[]")
    with pytest.raises(DeskhandError, match="a JSON Schema is an object"):
        load_mapping(path)
    _own(tmp_path, name="new")
    assert load_mapping(path).name == "new"
