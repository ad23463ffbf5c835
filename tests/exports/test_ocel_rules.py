"""OCEL logs of others: what is wrong with them is found, also what readers drop without a word."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deskhand
from deskhand.exports import ocel, ocel_rules


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "log.json"
    deskhand.simulate("auth.login", seed=7).write(path, format="ocel")
    return path.read_bytes()


def rules_of(path: Path, content: bytes | str) -> set[str]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = path.read_bytes()
    found = list(ocel.findings(path))
    assert path.read_bytes() == before
    assert all(f.remedy and f.given and f.path == path for f in found)
    return {f.rule for f in found}


def _reference(log: Any) -> None:
    log["events"][2]["relationships"][0]["objectId"] = "user:nobody"


def _part(log: Any) -> None:
    log["objects"][-1]["relationships"][0]["objectId"] = log["events"][0]["id"]


def _object_gone(log: Any) -> None:
    del log["objects"][-1]


def _undeclared(log: Any) -> None:
    del log["eventTypes"][0]


def _declared_twice(log: Any) -> None:
    log["objectTypes"].append(log["objectTypes"][0])


def _id_again(log: Any) -> None:
    log["events"][1]["id"] = log["events"][0]["id"]


def _id_of_both(log: Any) -> None:
    log["events"][1]["id"] = log["objects"][0]["id"]


def _foreign_attribute(log: Any) -> None:
    log["events"][1]["attributes"].append({"name": "mood", "value": "good"})


def _wrong_type(log: Any) -> None:
    entry = next(a for a in log["events"][1]["attributes"] if a["name"] == "start")
    entry["value"] = "perhaps"


def _attribute_again(log: Any) -> None:
    log["events"][1]["attributes"] *= 2


def _no_time(log: Any) -> None:
    log["events"][1]["time"] = "at nine"


def _no_zone(log: Any) -> None:
    log["events"][1]["time"] = "2026-03-02T09:00:00"


def _value_time(log: Any) -> None:
    next(o for o in log["objects"] if o["attributes"])["attributes"][0]["time"] = "ever"


def _no_such_day(log: Any) -> None:
    log["events"][1]["time"] = "2026-02-30T09:00:00Z"


def _unrelated(log: Any) -> None:
    log["events"][1]["relationships"] = []


def _unmarked(log: Any) -> None:
    del log["deskhand"]


def _no_events(log: Any) -> None:
    del log["events"]


def _new_type(log: Any) -> None:
    log["eventTypes"][0]["attributes"][0]["type"] = "picture"


def _no_qualifier(log: Any) -> None:
    del log["events"][1]["relationships"][0]["qualifier"]


OCEL: list[tuple[Callable[[Any], None], set[str]]] = [
    (_reference, {"object"}),
    (_part, {"object"}),
    (_object_gone, {"object"}),
    (_undeclared, {"type"}),
    (_declared_twice, {"type"}),
    (_id_again, {"id"}),
    (_id_of_both, {"id", "object"}),
    (_foreign_attribute, {"attribute"}),
    (_wrong_type, {"attribute"}),
    (_attribute_again, {"attribute"}),
    (_no_time, {"schema"}),
    (_no_zone, {"schema"}),
    (_value_time, {"schema"}),
    (_no_such_day, {"time"}),
    (_unrelated, {"alone"}),
    (_unmarked, {"synthetic"}),
    (_no_events, {"schema"}),
    (_new_type, {"schema"}),
    (_no_qualifier, {"schema"}),
]


@pytest.mark.parametrize(("change", "rules"), OCEL)
def test_ocel(change: Callable[[Any], None], rules: set[str], made: bytes, tmp_path: Path) -> None:
    log = json.loads(made)
    change(log)
    found = rules_of(tmp_path / "log.json", json.dumps(log))
    assert found & rules
    assert found <= rules


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"5", b"{}", b"\xff\xfe", b'{"events": "\0"}', b"[" * 100_000, b'{"events": {}}'],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_ocel(content: bytes, tmp_path: Path) -> None:
    assert rules_of(tmp_path / "log.json", content) <= {"readable", "schema"}
    assert rules_of(tmp_path / "log.json", content)


def test_records_outside_of_the_sample_are_checked_too(
    made: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocel_rules, "SAMPLE", 2)
    for wrong in (5, {"id": "a"}, {"id": "a", "type": "b", "time": 5}, {"id": "a", "type": "b", "time": "", "attributes": [5]},
                  {"id": "a", "type": "b", "time": "", "attributes": [{"name": "a", "value": []}]},
                  {"id": "a", "type": "b", "time": "", "relationships": [None]}):  # fmt: skip
        log = json.loads(made)
        log["events"][1] = wrong
        assert rules_of(tmp_path / "log.json", json.dumps(log)) == {"schema"}


VALUES = [
    ("integer", 5, True), ("integer", "5", True), ("integer", 5.5, False), ("integer", True, False),
    ("float", 5, True), ("float", "1e3", True), ("float", "much", False),
    ("boolean", True, True), ("boolean", "False", True), ("boolean", "no", False),
    ("time", "2026-03-02T09:00:00Z", True), ("time", "soon", False), ("time", 5, False),
    ("string", "x", True), ("string", 5, True),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "fits"), VALUES)
def test_values_are_of_their_declared_type_or_its_text(
    kind: str, value: Any, fits: bool, made: bytes, tmp_path: Path
) -> None:
    log = json.loads(made)
    for declared in log["eventTypes"]:
        declared["attributes"].append({"name": "more", "type": kind})
    log["events"][1]["attributes"].append({"name": "more", "value": value})
    found = rules_of(tmp_path / "log.json", json.dumps(log))
    assert found == (set() if fits else {"attribute"})


def test_the_row_is_that_of_the_whole_log(
    made: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocel_rules, "SAMPLE", 2)
    log = json.loads(made)
    log["events"][-1]["time"] = "soon"
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log))
    (found,) = ocel.findings(path)
    assert (found.rule, found.row) == ("schema", len(log["events"]) - 1)


READ = """
import json, sys, pm4py
log = pm4py.read_ocel2_json(sys.argv[1])
print(json.dumps([log.events["ocel:eid"].tolist(), log.relations["ocel:oid"].tolist()]))
"""


def test_pm4py_drops_what_is_found_here(made: bytes, tmp_path: Path) -> None:
    python = os.environ.get("DESKHAND_PM4PY")
    if not python:
        pytest.skip(
            "needs pm4py in an environment of its own: python -m venv .pm4py && "
            ".pm4py/bin/pip install pm4py==2.7.23 && export DESKHAND_PM4PY=$PWD/.pm4py/bin/python"
        )
    log = json.loads(made)
    gone = log["events"][1]["relationships"][-1]["objectId"]
    log["objects"] = [one for one in log["objects"] if one["id"] != gone]
    log["events"][3]["relationships"] = []
    path = tmp_path / "log.json"
    assert rules_of(path, json.dumps(log)) == {"object", "alone"}
    done = subprocess.run(
        [python, "-W", "ignore", "-c", READ, str(path)],
        check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    events, objects = json.loads(done.stdout.strip().splitlines()[-1])
    assert gone not in objects
    assert log["events"][3]["id"] not in events
    assert len(events) == len(log["events"]) - 1


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damage_never_raises(
    data: st.DataObject, made: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(made)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.mktemp("damage") / "log"
    path.write_bytes(content)
    assert all(str(found) for found in ocel.findings(path))
    assert ocel.recognises(path) in (True, False)
