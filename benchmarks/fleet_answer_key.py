"""Whether the fleet's answer key is right: every verdict held against what is known to be wrong, event by event.

    python benchmarks/fleet_answer_key.py [--events 1000000] [--each 300] [--services sqlite,nats]

Plans a fleet with every layer of faults and one without, runs both against the reference collector
(SQLite and Parquet), nats-server and aw-server, and asks `deskhand fleet verify` what is wrong with what
they stored. What is wrong is known in two ways: by a judge of the plainest kind, which looks up each
stored event in dictionaries and shares no code with the one that is tested; and by planting, where known
wrongness of every kind is put into a copy of a store. Then the collector is wrong in each of the ways
that it can be told to. Exit status 1 when one event anywhere is told otherwise than it is.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from answer_key.services import (
    Service,
    activitywatch,
    collector,
    crashing_collector,
    nats,
    write_sqlite,
)
from answer_key.tally import Tally
from answer_key.trial import planted, trial

from deskhand.fleet.description import described
from deskhand.fleet.plan import make_plan

# Real servers are started as in the tests.
sys.path.append(str(Path(__file__).parent.parent))

DESCRIPTION: dict[str, Any] = {
    "seed": 7,
    "date": "2026-03-02",
    "duration_s": 86_400,
    "compression": 86_400 * 100,
    "target": "json",
    "sessions": {"scenarios": {"auth.login": 3, "crm.create_lead": 1}, "pool": 16},
    "time_zones": {"Europe/Berlin": 3, "America/New_York": 1},
    "arrivals": {"per_device_day": 1.5, "curve": "office"},
    "client": {"max_events": 40, "max_bytes": 65_536, "max_age_s": 30},
}
# Fewer events than these are planned with shorter sessions, smaller batches and more faults, so that every
# kind is among them.
MANY = 100_000
FEW: dict[str, Any] = {
    "seed": 13,
    "sessions": {"scenarios": {"auth.login": 1}, "pool": 4},
    "client": {"max_events": 5, "max_bytes": 65_536, "max_age_s": 30},
}


def faults(often: float) -> dict[str, Any]:
    """Return every layer of faults, each fault so many times as often."""
    clock = ("offset_share", "drift_share", "step_share", "dst_share", "reset_share")
    broken = ("truncate", "corrupt_gzip", "wrong_length", "reset", "reorder", "slow")
    content = ("schema_mix", "unknown_type", "bad_utf8", "lone_surrogate", "nul", "nan")
    session = ("missing_start", "missing_end", "split", "merged", "reused_id")
    return {
        "buffer": {
            "offline_per_day": 2 * often,
            "outages": [{"at_s": 36_000, "for_s": 1_800}],
            "cap_batches": 5,
            "drop": "oldest",
        },
        "faults": {
            "clock": {**dict.fromkeys(clock, 0.1 * often), "reset_heals_s": 7_200},
            "transport": {**dict.fromkeys(broken, 0.02 * often), "duplicate": 0.05 * often},
            "content": {
                **dict.fromkeys((*content, "extreme_number"), 0.02 * often),
                "huge_string": 0.005 * often,
            },
            "session": dict.fromkeys(session, 0.05 * often),
        },
        # A service may take this or leave it.
        "expect": {"extreme_number": "quarantine"},
    }


SERVICES = {
    "sqlite": Service(
        name="collector, SQLite",
        adapter="json",
        serve=partial(collector, by_session=True),
        write=write_sqlite,
        kept=True,
    ),
    "parquet": Service(
        name="collector, Parquet", adapter="json", serve=partial(collector, parquet=True), kept=True
    ),
    # It stores any bytes, so it takes what is not valid.
    "nats": Service(name="nats-server", adapter="nats", serve=nats, wrong=["WRONGLY_ACCEPTED"]),
    # It takes NaN and half characters, stores what comes twice two times, and is slow.
    "activitywatch": Service(
        name="aw-server",
        adapter="activitywatch",
        serve=activitywatch,
        wrong=["DUPLICATED", "WRONGLY_ACCEPTED"],
        words=[
            "--encoding",
            "none",
            "--connections",
            "8",
            "--timeout-s",
            "30",
            "--max-seconds",
            "120",
        ],
    ),
}
# What the collector is told to do wrong, and what that must bring.
SWITCHES: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "drop=1/200": (["--bug", "drop=1/200"], ["LOST"]),
    "double-on-retry": (["--bug", "double-on-retry", "--fail-rate", "503=.05"], ["DUPLICATED"]),
    "truncate=4": (["--bug", "truncate=4"], ["CORRUPTED"]),
    "late=3600": (["--bug", "late=3600"], ["LATE"]),
    "misorder": (["--bug", "misorder"], ["MISORDERED"]),
    "accept-invalid": (["--bug", "accept-invalid"], ["WRONGLY_ACCEPTED"]),
    "reject=1/50": (["--bug", "reject=1/50"], ["WRONGLY_REJECTED"]),
    "phantom=1/100": (["--bug", "phantom=1/100"], ["PHANTOM"]),
    "lose-on-crash": (["--bug", "lose-on-crash"], ["LOST"]),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=300, help="plants of each kind")
    parser.add_argument("--services", default=",".join(SERVICES))
    parser.add_argument("--bug-events", type=int, default=200_000, help="for each switch")
    parser.add_argument("--bugs", default=",".join(SWITCHES))
    given = parser.parse_args()
    tally, often = Tally(), 3 if given.events < MANY else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        services = [service for service in given.services.split(",") if service]
        if services:
            clean = planned(folder, "no faults", given.events, often=0)
            faulty = planned(folder, "all faults", given.events, often=often)
        for service in services:
            kind = SERVICES[service]
            trial(kind, clean, folder / service / "clean", tally)
            done = trial(kind, faulty, folder / service / "faulty", tally)
            if service == "sqlite":
                tally.faults(kind.name, done.key, done.truth)
            if service != "activitywatch":
                planted(done, folder / service / "planted", given.each, tally)
            shutil.rmtree(folder / service)
        bugs = [bug for bug in given.bugs.split(",") if bug]
        if bugs:
            small = planned(folder, "all faults, fewer events", given.bug_events, often=often)
        for bug in bugs:
            switches, must = SWITCHES[bug]
            serve = crashing_collector if bug == "lose-on-crash" else collector
            wrong = Service(
                name=f"collector with {bug}",
                adapter="json",
                serve=partial(serve, switches=switches),
                kept=True,
                # The collector that is killed is away for a while.
                words=["--attempts", "20"],
            )
            trial(wrong, small, folder / "bug", tally, must=must)
            shutil.rmtree(folder / "bug")
    return tally.close()


def planned(folder: Path, name: str, events: int, *, often: float) -> Path:
    """Make a plan of about so many events."""
    description = DESCRIPTION | (FEW if events < MANY else {}) | (faults(often) if often else {})
    devices, out = 200, folder / name
    for _ in range(3):
        shutil.rmtree(out, ignore_errors=True)
        made = make_plan(described({**description, "devices": devices}), out)
        devices = max(round(devices * events / made["events"]), 1)
    print(
        f"{name}: {made['devices']:,} devices, {made['batches']:,} batches, {made['events']:,} events"
    )
    return out


if __name__ == "__main__":
    sys.exit(main())
