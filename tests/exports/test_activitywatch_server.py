"""What a real aw-server keeps of exports and of heartbeats."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deskhand
from deskhand.exports import activitywatch
from deskhand.exports.activitywatch.heartbeats import Heartbeats, events_of, iso_texts
from deskhand.exports.activitywatch.watchers import heartbeats, watched
from deskhand.session import Session
from tests.exports.activitywatch_files import bucket, written
from tests.servers import aw_server, program

DAY_TYPES = ("currentwindow", "afkstatus", "os.hid.input", "web.tab.current")


class Server:
    """The REST interface of a running aw-server."""

    def __init__(self, root: str) -> None:
        self._root = f"{root}/api/0/"
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._root + path, data, {"Content-Type": "application/json"}
        )
        with self._opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with aw_server(tmp_path_factory.mktemp("aw")) as root:
        yield Server(root)


def plain(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (e["timestamp"], round(e["duration"], 6), json.dumps(e["data"], sort_keys=True))
        for e in events
    )


def test_server_imports_the_export_and_gives_it_back(
    server: Server, day: Session, tmp_path: Path
) -> None:
    document = json.loads(written(day, tmp_path).read_bytes())
    server.call("import", document)
    kept = server.call("buckets/")
    assert {b["type"] for b in document["buckets"].values()} == set(DAY_TYPES)
    for key, sent in document["buckets"].items():
        assert kept[key]["hostname"].startswith("synthetic-desk-")
        for name in ("type", "client", "hostname"):
            assert kept[key][name] == sent[name]
        assert sent["events"]
        back = server.call(f"buckets/{key}/events?limit=-1")
        assert plain(back) == plain(sent["events"])
        again = server.call(f"buckets/{key}/export")["buckets"][key]["events"]
        assert [e["timestamp"] for e in again] == [e["timestamp"] for e in sent["events"]]


def sliced(sent: Heartbeats, first: int, last: int) -> Heartbeats:
    return Heartbeats(
        t_us=sent.t_us[first:last],
        duration_us=sent.duration_us[first:last],
        pulse_us=sent.pulse_us[first:last],
        data=sent.data[first:last],
        kinds=sent.kinds,
    )


def beat(server: Server, key: str, sent: Heartbeats) -> list[dict[str, Any]]:
    server.call(f"buckets/{key}", {"client": "test", "type": "test", "hostname": "synthetic"})
    rows = zip(
        iso_texts(sent.t_us), sent.duration_us.tolist(), sent.pulse_us.tolist(), sent.data.tolist(),
        strict=True,
    )  # fmt: skip
    for at, duration, pulse, kind in rows:
        body = {"timestamp": at, "duration": duration / 1e6, "data": sent.kinds[kind]}
        server.call(f"buckets/{key}/heartbeat?pulsetime={pulse / 1e6}", body)
    events: list[dict[str, Any]] = server.call(f"buckets/{key}/events?limit=-1")
    return events


@pytest.mark.parametrize("kind", DAY_TYPES)
def test_server_merges_the_heartbeats_alike(server: Server, lead: Session, kind: str) -> None:
    sent = next(s for w, s in heartbeats(watched(lead, None)) if w.type == kind)
    assert len(sent.t_us) >= 2
    assert plain(beat(server, f"lead-{kind}", sent)) == plain(events_of(sent))


def test_server_merges_presence_alike(server: Server, day: Session) -> None:
    # With someone who touches the mouse once and looks: the next heartbeat is older than the event.
    overlaps = 0
    for session in (day, deskhand.simulate("workday", seed=2)):
        sent = next(s for w, s in heartbeats(watched(session, None)) if w.type == "afkstatus")
        for place in np.flatnonzero(np.diff(sent.t_us) < 0).tolist():
            part = sliced(sent, max(0, place - 8), place + 14)
            kept = beat(server, f"presence-{session.session_id}-{place}", part)
            assert plain(kept) == plain(events_of(part))
            times = sorted((datetime.fromisoformat(e["timestamp"]), e["duration"]) for e in kept)
            overlaps += sum(
                (later - start).total_seconds() + 0.001 < lasts
                for (start, lasts), (later, _) in pairwise(times)
            )
    # The server itself keeps two events that overlap.
    assert overlaps


def test_server_refuses_what_is_broken(server: Server, lead: Session, tmp_path: Path) -> None:
    document = json.loads(written(lead, tmp_path).read_bytes())
    bucket(document, "currentwindow")["events"][0]["timestamp"] = "yesterday"
    with pytest.raises(urllib.error.HTTPError):
        server.call("import", document)


def test_its_own_schemas_accept_buckets_and_events(lead: Session) -> None:
    python = Path(program("aw-server")).with_name("python")
    check = (
        "import json, sys; from aw_core.schema import get_json_schema as schema; "
        "from jsonschema import Draft4Validator as V, FormatChecker as F; "
        "event, bucket = (V(schema(n), format_checker=F()) for n in ('event', 'bucket')); "
        "found = json.load(sys.stdin)['buckets'].values(); "
        "[bucket.validate({k: v for k, v in b.items() if k not in ('events', 'name')}) for b in found]; "
        "print(sum(event.validate(e) is None for b in found for e in b['events']))"
    )
    document = activitywatch.export(lead)
    done = subprocess.run(
        [python, "-c", check],
        input=json.dumps(document),
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == sum(len(b["events"]) for b in document["buckets"].values())
