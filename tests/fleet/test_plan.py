"""Plans: laws of batches and answer keys, the same bytes for any number of workers, and refusals."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet import plan as planning
from deskhand.fleet.batching import batches_of
from deskhand.fleet.checksum import checksum
from deskhand.fleet.description import EXAMPLE, Batcher, described, load_description
from deskhand.fleet.plan import make_plan
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.session_pool import hashes_of, records_of
from deskhand.fleet.shard import make_shard
from deskhand.fleet.tables import SHARD_SHIFT, Expected, Fault
from deskhand.fleet.target import Sent
from deskhand.fleet.targets import load_target
from deskhand.fleet.whole_bodies import WholeBodies


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    out = tmp_path_factory.mktemp("plan") / "p"
    make_plan(described(EXAMPLE), out)
    return Plan.load(out)


def _columns(table: Any) -> dict[str, Any]:
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


@given(
    gaps=st.lists(st.integers(0, 20_000_000), min_size=1, max_size=80),
    sizes=st.lists(st.integers(1, 5_000), min_size=80, max_size=80),
    most=st.integers(1, 20),
    most_bytes=st.integers(1, 20_000),
    age_s=st.floats(0.001, 30),
)
def test_batches_hold_every_event_once_within_all_limits(
    gaps: list[int], sizes: list[int], most: int, most_bytes: int, age_s: float
) -> None:
    t_us = np.cumsum(np.array(gaps, np.int64))
    size = np.array(sizes[: len(t_us)], np.int64)
    settings = Batcher(max_events=most, max_bytes=most_bytes, max_age_s=age_s)
    closed = batches_of(settings, t_us, size)
    assert closed.first[0] == 0
    assert closed.last[-1] == len(t_us)
    assert (closed.first[1:] == closed.last[:-1]).all()
    for first, last, ready_us in zip(*closed, strict=True):
        assert 1 <= last - first <= most
        assert last - first == 1 or size[first:last].sum() <= most_bytes
        assert t_us[last - 1] <= ready_us <= max(t_us[first] + round(age_s * 1e6), t_us[last - 1])
        assert last == len(t_us) or ready_us <= t_us[last] or last - first == 1
    assert (np.diff(closed.ready_us) >= 0).all() or (closed.last - closed.first == 1).any()


def test_hashes_are_those_of_what_a_reader_of_json_finds(plan: Plan) -> None:
    for batch in plan.pool_batch_list():
        hashes = hashes_of(list(batch.records))
        row = plan.pool_batches.slice(batch.pool_batch, 1).to_pylist()[0]
        assert checksum(hashes) == row["checksum"]
        assert len(batch.records) == row["events"]
        assert (row["first_seq"], row["last_seq"]) == (batch.seq[0], batch.seq[-1])


def test_variants_are_as_their_fault_says(plan: Plan) -> None:
    rows = plan.pool_batches.to_pylist()
    batches = plan.pool_batch_list()
    found = {row["variant"] for row in rows}
    assert found == {0, Fault.UNKNOWN_TYPE, Fault.BAD_UTF8, Fault.NUL, Fault.MISSING_END}
    for row in rows:
        body = b"[" + b",".join(batches[row["pool_batch"]].records) + b"]"
        if row["variant"] == Fault.BAD_UTF8:
            with pytest.raises(UnicodeDecodeError):
                json.loads(body)
            assert row["expected"] == Expected.REJECT
        else:
            json.loads(body)
            assert row["expected"] == Expected.ACCEPT
        if row["variant"] == Fault.MISSING_END:
            assert row["events"] == rows[row["plain"]]["events"] - 1
        elif row["variant"]:
            assert row["checksum"] != rows[row["plain"]]["checksum"]


def test_sessions_come_to_what_their_batches_come_to(plan: Plan) -> None:
    (shard,) = plan.shards
    sessions, batches = _columns(plan.sessions(shard)), _columns(plan.batches(shard))
    pool = _columns(plan.pool_batches)
    assert (np.diff(batches["intended_us"]) >= 0).all()
    assert (batches["intended_us"] >= batches["made_us"]).all()
    assert (batches["batch"] >> SHARD_SHIFT == 0).all()
    for row in range(len(sessions["session"])):
        own = np.flatnonzero(batches["session"] == sessions["session"][row])
        assert len(own) == sessions["batches"][row]
        accepted = batches["pool_batch"][own[batches["expected"][own] == Expected.ACCEPT]]
        assert pool["events"][accepted].sum() == sessions["events"][row]
        with np.errstate(over="ignore"):
            total = pool["checksum"][accepted].sum(dtype=np.uint64)
        assert int(total) == int(sessions["checksum"][row])


def test_split_sessions_hold_all_batches_of_one_pool_session(plan: Plan) -> None:
    (shard,) = plan.shards
    sessions, batches = _columns(plan.sessions(shard)), _columns(plan.batches(shard))
    halves = np.flatnonzero(sessions["faults"] & Fault.SPLIT)
    assert len(halves) >= 2
    for first, second in zip(halves[::2], halves[1::2], strict=True):
        assert sessions["device"][first] == sessions["device"][second]
        whose = np.isin(batches["session"], sessions["session"][[first, second]])
        positions = np.sort(batches["position"][whose])
        assert (positions == np.arange(len(positions))).all()


def test_digests_are_of_the_bodies_that_the_target_makes(plan: Plan) -> None:
    from deskhand.fleet.identifiers import identifiers

    (shard,) = plan.shards
    provenance_id = plan.record["provenance_id"]
    target = load_target("json", provenance_id=provenance_id)
    tails = [target.template(batch).tail for batch in plan.pool_batch_list()]
    pool = plan.pool_batches.to_pylist()
    sessions = {row["session"]: row for row in plan.sessions(shard).to_pylist()}
    start_us = plan.record["start_unix_us"]
    for row in plan.batches(shard).to_pylist()[::50]:
        session, of = sessions[row["session"]], pool[row["pool_batch"]]
        numbers = (
            ("batch", row["batch"]),
            ("session", session["alias"]),
            ("device", row["device"]),
        )
        batch_id, session_id, device_id = (
            identifiers(plan.seed, what, [number])[0].decode() for what, number in numbers
        )
        head = target.head(
            Sent(
                plan.record["run_id"],
                batch_id,
                session_id,
                device_id,
                row["device"],
                row["position"],
                of["events"],
                of["first_seq"],
                of["last_seq"],
                start_us + session["device_start_us"],
                start_us + row["device_us"],
            )
        )
        tail = tails[row["pool_batch"]]
        assert row["digest"] == sha256(head + sha256(tail).digest()).digest()
        if of["expected"] == Expected.ACCEPT:
            body = json.loads(head + tail)
            assert body["synthetic"] is True
            assert body["provenance_id"] == provenance_id
            assert [event["seq"] for event in body["events"]][:1] == [of["first_seq"]]


def _bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_bytes_for_one_worker_and_two(tmp_path: Path) -> None:
    # Three shards: the last is not full.
    few = described({**EXAMPLE, "devices": 140_000, "arrivals": {"per_device_day": 0.02}})
    make_plan(few, tmp_path / "one")
    make_plan(few, tmp_path / "two", workers=2)
    assert _bytes_of(tmp_path / "one") == _bytes_of(tmp_path / "two")
    assert [shard["devices"] for shard in Plan.load(tmp_path / "one").record["shards"]] == [
        65_536,
        65_536,
        8_928,
    ]


def test_a_plan_that_broke_off_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = described({**EXAMPLE, "devices": 70_000, "arrivals": {"per_device_day": 0.02}})
    make_plan(few, tmp_path / "whole")
    real = make_shard

    def breaks_off(*given: Any) -> Any:
        if given[1] == 1:
            raise OSError(28, "No space left on device")
        return real(*given)

    monkeypatch.setattr(planning, "make_shard", breaks_off)
    with pytest.raises(DeskhandError, match=r"No space left on device.*--resume"):
        make_plan(few, tmp_path / "broken")
    with pytest.raises(DeskhandError, match="holds no complete plan"):
        Plan.load(tmp_path / "broken")
    monkeypatch.setattr(planning, "make_shard", real)
    with pytest.raises(DeskhandError, match="is not empty"):
        make_plan(few, tmp_path / "broken")
    other = described({**EXAMPLE, "devices": 70_001})
    with pytest.raises(
        DeskhandError, match=r"was begun differently: description .*devices was 70000 and is 70001"
    ):
        make_plan(other, tmp_path / "broken", resume=True)
    make_plan(few, tmp_path / "broken", resume=True)
    assert _bytes_of(tmp_path / "broken") == _bytes_of(tmp_path / "whole")


QUIET = {**EXAMPLE, "faults": {}, "buffer": {}}


@pytest.mark.parametrize(
    ("layer", "settings"),
    [
        ("clock", {"offset_share": 0.5, "reset_share": 0.5}),
        ("transport", {"duplicate": 0.3, "slow": 0.2, "truncate": 0.1}),
        ("content", {"nul": 0.1, "nan": 0.1}),
        ("session", {"missing_start": 0.2, "reused_id": 0.2}),
    ],
)
def test_a_layer_of_faults_moves_nothing_else(
    layer: str, settings: Mapping[str, float], tmp_path: Path
) -> None:
    make_plan(described(QUIET), tmp_path / "quiet")
    make_plan(described({**QUIET, "faults": {layer: settings}}), tmp_path / "loud")
    quiet, loud = Plan.load(tmp_path / "quiet"), Plan.load(tmp_path / "loud")
    (shard,) = quiet.shards
    for name in ("session", "device", "pool_session", "start_us", "batches"):
        assert quiet.sessions(shard)[name].equals(loud.sessions(shard)[name]), name
    for name in ("session", "device", "position", "made_us", "intended_us"):
        assert quiet.batches(shard)[name].equals(loud.batches(shard)[name]), name
    assert np.count_nonzero(loud.batches(shard)["faults"].to_numpy()) or layer == "session"
    assert not quiet.batches(shard)["faults"].to_numpy().any()


def test_events_of_the_pool_are_those_of_simulated_sessions(plan: Plan) -> None:
    import deskhand

    row = plan.pool_sessions.slice(3, 1).to_pylist()[0]
    session = deskhand.simulate(row["scenario"], seed=plan.seed, person=3)
    batches = plan.pool_batches.to_pylist()
    own = [b["pool_batch"] for b in batches if b["pool_session"] == 3 and not b["variant"]]
    records = [record for batch in own for record in plan.pool_batch_list()[batch].records]
    assert records == records_of(session.events)
    assert orjson.loads(records[0])["type"] == "session.start"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"devices": 0}, "devices: 0 is less than the minimum of 1"),
        ({"colour": 1}, "'colour' was unexpected"),
        ({"date": "2026-02-30"}, "write it like 2026-03-02"),
        ({"date": "0001-01-01"}, "years 2012 to 2199"),
        ({"date": "9999-12-31"}, "years 2012 to 2199"),
        ({"time_zones": {"UTC": 0}}, "time_zones: one weight must be above 0"),
        ({"time_zones": {"UTC": 1e308}}, "time_zones/UTC: 1e.308 is greater"),
        ({"client": {"max_bytes": 2**63 - 1}}, "client/max_bytes: .* is greater"),
        ({"buffer": {"outages": [{"at_s": 1, "for_s": 1e300}]}}, "outages/0/for_s: .* is greater"),
        ({"faults": {"clock": {"offset_s": 1e300}}}, "faults/clock/offset_s: .* is greater"),
        ({"sessions": {"scenarios": {"auth.logn": 1}}}, "did you mean 'auth.login'"),
        ({"sessions": {"scenarios": {"auth.login": 0}}}, "one weight must be above 0"),
        ({"faults": {"transport": {"duplicates": 0.1}}}, "did you mean 'duplicate'"),
        ({"faults": {"content": {"nul": 0.9}}}, "faults/content: .*nul=0.9 must be"),
        ({"arrivals": {"curve": "offce"}}, "did you mean 'office'"),
        ({"time_zones": {"Europe/Berln": 1}}, "Europe/Berln"),
        ({"target": "jsn"}, "did you mean 'json'"),
        ({"expect": {"nulls": "accept"}}, "did you mean 'nul'"),
        ({"buffer": {"drop": "latest"}}, "drop policy"),
        ({"arrivals": {"per_device_day": 0}}, "no session starts"),
    ],
)
def test_descriptions_that_cannot_be_used(
    change: dict[str, Any],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "fleet.json"
    path.write_bytes(orjson.dumps({**EXAMPLE, **change}))
    with pytest.raises(DeskhandError, match=told):
        make_plan(path, tmp_path / "plan")
    assert main(["fleet", "plan", str(path), "--out", str(tmp_path / "plan2")]) == 2
    assert not (tmp_path / "plan").exists()
    assert not (tmp_path / "plan2").exists()
    told_lines = capsys.readouterr().err.strip().splitlines()
    assert not any("Traceback" in line for line in told_lines)


def test_a_whole_number_is_one_however_it_is_written(tmp_path: Path) -> None:
    numbers = {"devices": 20, "seed": 3, "client": {"max_events": 50, "max_bytes": 9000}}
    made = make_plan(described({**EXAMPLE, **numbers}), tmp_path / "one")
    numbers = {"devices": 20.0, "seed": 3.0, "client": {"max_events": 50.0, "max_bytes": 9e3}}
    assert make_plan(described({**EXAMPLE, **numbers}), tmp_path / "two") == made


@pytest.mark.parametrize("text", ["[]", "{}", '{"format":"deskhand.fleet/1"}', "half"])
def test_folders_that_hold_no_plan(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(DeskhandError, match=r"not a plan of the format|not JSON"):
        Plan.load(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "plan"):
        with pytest.raises(DeskhandError, match=r"give a (new )?folder"):
            make_plan(described(EXAMPLE), out)
    assert (tmp_path / "file").read_text() == "mine"


def test_files_that_are_no_description(tmp_path: Path) -> None:
    with pytest.raises(DeskhandError, match="--example"):
        load_description(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"devices": ')
    with pytest.raises(DeskhandError, match="not JSON"):
        load_description(tmp_path / "half.json")


def test_the_example_is_a_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "plan", "--example"]) == 0
    (tmp_path / "fleet.json").write_text(capsys.readouterr().out)
    made = load_description(tmp_path / "fleet.json")
    assert made == described(EXAMPLE)
    # What is written into a plan can be read as a description again.
    assert described(orjson.loads(orjson.dumps(made.as_record()))) == made


def test_bodies_for_snowplow_are_no_larger_than_its_tracker_makes(tmp_path: Path) -> None:
    record = {"devices": 60, "sessions": {"scenarios": {"auth.login": 1}, "pool": 3}}
    counts = {}
    for target in ("json", "snowplow"):
        made = make_plan(described(record | {"target": target}), tmp_path / target)
        counts[target] = made["batches"]
    sizes = [len(batch.body) for batch in WholeBodies(tmp_path / "snowplow").part()]
    assert len(sizes) == counts["snowplow"] > counts["json"]
    # As many events as fit: one more of some 900 bytes would not.
    assert 38_500 < max(sizes) <= 40_000
