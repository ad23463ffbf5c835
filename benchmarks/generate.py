"""Whole days, side by side with a bare Parquet write and with Faker, dict and json per event.

    python benchmarks/generate.py [--people 20] [--days 2] [--fleet 200] [--fidelity law]

Prints, in one run: rows a second and the share of SimPy planning, rendering and writing; the ratio to
a bare `pyarrow.parquet.write_table` of the same tables; the ratio per CPU second to the usual way of
making fake events; the gain of a second worker and the peak memory of a run of many person-days.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faker import Faker

from deskhand import registry
from deskhand.events import EVENTS, TABLES
from deskhand.exports.parquet import ROW_GROUP, writer_options
from deskhand.exports.session_tables import tables_of
from deskhand.generators.render import render
from deskhand.generators.typing_pool import TypingPool
from deskhand.recipe import load_recipe
from deskhand.scenarios.team import begin_day, pass_days
from deskhand.session import Session
from deskhand.shard import PLANNED_TOGETHER

SEED = 7
TEAM = 5
# At most so many times the bare write, by tier.
BARS = {"law": 4, "learned": 12}
# The sessions of a team's day, each as its tables by name.
Day = list[dict[str, pa.Table]]


def days(people: int, day_count: int, folder: Path, fidelity: str) -> tuple[dict[str, float], int]:
    """Make days of as many teams together as a run does, each followed by a bare write of its tables.

    Returns CPU seconds a stage and the number of events.
    """
    recipe = load_recipe("workday", fidelity=fidelity)
    export = registry.load("deskhand.exports", "parquet")
    cpu = dict.fromkeys(("plan", "render", "write", "bare"), 0.0)
    rows = 0
    clock = time.process_time
    for day in range(day_count):
        for first in range(0, people, PLANNED_TOGETHER):
            start = clock()
            pool = TypingPool()
            teams = [
                begin_day(
                    recipe.scenario,
                    seed=SEED,
                    team=sits // TEAM,
                    people=range(sits, sits + TEAM),
                    day=day,
                    profile=recipe.profile,
                    role=None,
                    start_wall_us=1_772_442_000_000_000 + day * 86_400_000_000,
                    time_zone="UTC",
                    screens=recipe.screens,
                    provenance_id="syn_prov_benchmark",
                    pool=pool,
                    fidelity=fidelity,
                )
                for sits in range(first, min(first + PLANNED_TOGETHER, people), TEAM)
            ]
            pass_days(teams)
            cpu["plan"] += clock() - start
            for team in teams:
                kept: Day = []
                with export.open_writer(folder) as writer:
                    for plan in team.plans:
                        start = clock()
                        session: Session = render(plan, recipe.screens)
                        cpu["render"] += clock() - start
                        start = clock()
                        writer.write(session)
                        cpu["write"] += clock() - start
                        kept.append(tables_of(session))
                        rows += session.events.num_rows
                    start = clock()
                cpu["write"] += clock() - start
                cpu["bare"] += bare(kept, folder)
    return cpu, rows


def bare(kept: Day, folder: Path) -> float:
    """Write the tables of a team's day, all five, with pyarrow alone; return CPU seconds."""
    spent = 0.0
    for name in TABLES:
        table = pa.concat_tables(session[name] for session in kept)
        table = table.unify_dictionaries().combine_chunks()
        options = writer_options(table.schema)
        start = time.process_time()
        pq.write_table(table, folder / "bare.parquet", row_group_size=ROW_GROUP, **options)
        spent += time.process_time() - start
    return spent


def faker_events(count: int, path: Path, *, every_column: bool) -> float:
    """Make events the usual way, a dict and a json line each; return events a CPU second.

    Faker fills what a pointer row of ours holds, or every column of the schema.
    """
    fake = Faker("en_US")
    Faker.seed(SEED)
    types = ("pointermove", "keydown", "keyup", "input", "pointerdown", "pointerup", "wheel")
    start = time.process_time()
    with path.open("w") as out:
        for seq in range(count):
            event = dict.fromkeys(EVENTS.names)
            event |= {
                "session_id": fake.uuid4(),
                "seq": seq,
                "t_us": fake.random_int(seq * 8000, seq * 8000 + 900),
                "type": fake.random_element(types),
                "app": fake.word(),
                "window": fake.word(),
                "action_id": fake.random_int(0, 5000),
                "screen_x": fake.random_int(0, 1919),
                "screen_y": fake.random_int(0, 1079),
                "client_x": fake.random_int(0, 1279),
                "client_y": fake.random_int(0, 719),
                "pointer_type": "mouse",
                "masked": False,
                "synthetic": True,
                "provenance_id": "fake",
            }
            if every_column:
                event |= {
                    "target": fake.slug(),
                    "button": fake.random_int(0, 2),
                    "buttons": fake.random_int(0, 7),
                    "detail": fake.random_int(0, 3),
                    "delta_x": fake.pyfloat(min_value=-300, max_value=300),
                    "delta_y": fake.pyfloat(min_value=-300, max_value=300),
                    "delta_mode": fake.random_int(0, 2),
                    "key": fake.random_letter(),
                    "code": fake.random_element(("KeyA", "KeyB", "Digit1", "Space", "Enter")),
                    "modifiers": fake.random_int(0, 15),
                    "repeat": fake.pybool(),
                    "value": fake.word(),
                    "value_length": fake.random_int(0, 80),
                    "input_type": fake.random_element(("insertText", "deleteContentBackward")),
                    "url": fake.uri(),
                    "reference": fake.slug(),
                    "reason": fake.word(),
                    "policy": fake.word(),
                }
            out.write(json.dumps(event) + "\n")
    return count / (time.process_time() - start)


def tree_mb(root: int) -> float:
    """Return the resident memory of a process and its children (Linux), in MB."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue  # it ended in between
        if root in (int(fields["Pid"]), int(fields["PPid"])) and "VmRSS" in fields:
            total += int(fields["VmRSS"].split()[0])
    return total / 1024


def fleet(person_days: int, workers: int, folder: Path) -> tuple[float, float]:
    """Run `deskhand generate` in a process of its own; return wall seconds and peak MB of all."""
    words = ["generate", "workday", "--people", str(person_days), "--seed", str(SEED)]
    words += ["--out", str(folder), "--workers", str(workers), "--format", "parquet"]
    start = time.perf_counter()
    peak = 0.0
    with subprocess.Popen([sys.executable, "-m", "deskhand", *words]) as running:
        while running.poll() is None:
            peak = max(peak, tree_mb(running.pid))
            time.sleep(0.2)
    if running.returncode:
        raise SystemExit(f"deskhand {' '.join(words)} ended with {running.returncode}")
    return time.perf_counter() - start, peak


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--fleet", type=int, default=200, help="person-days of the runs by workers")
    parser.add_argument("--fidelity", choices=BARS, default="law", help="the tier of the days")
    options = parser.parse_args()
    pa.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        days(TEAM, 1, folder, options.fidelity)
        cpu, rows = days(options.people, options.days, folder, options.fidelity)
        alone = cpu.pop("bare")
        total = sum(cpu.values())
        print(f"{options.people * options.days} person-days, {rows:,} events, CPU seconds")
        for stage, spent in cpu.items():
            print(
                f"  {stage:8}{spent:8.2f} s {spent / total:6.0%} {rows / spent / 1e6:8.2f} M events/s"
            )
        print(f"  {'all':8}{total:8.2f} s        {rows / total / 1e6:8.2f} M events/s a core")
        print(
            f"  bare Parquet write of the same tables {alone:.2f} s, {rows / alone / 1e6:.2f} M/s"
        )
        print(
            f"  ratio to the bare write: {total / alone:.2f} (bar: at most {BARS[options.fidelity]})"
        )
        for every_column, said in ((False, "what a pointer row holds"), (True, "every column")):
            usual = faker_events(10_000, folder / "faker.jsonl", every_column=every_column)
            print(
                f"  Faker + dict + json, {said}: {usual:,.0f} events a CPU second; "
                f"ratio {rows / total / usual:.0f} (bar: at least 100)"
            )
        if options.fleet:
            seconds = {}
            for workers in (1, 2):
                seconds[workers], peak = fleet(options.fleet, workers, folder / f"fleet{workers}")
                print(
                    f"  {options.fleet} person-days, {workers} worker(s): {seconds[workers]:.1f} s, "
                    f"all processes together at most {peak:.0f} MB"
                )
            a_second = options.fleet / seconds[2]
            bare_s = alone / (options.people * options.days)
            print(
                f"  {a_second:.2f} person-days a second with 2 workers, {1 / bare_s:.0f} with the bare "
                f"write; 1,000 people for a day in {1000 / a_second / 60:.1f} min (bar: at most 10)"
            )
            print(f"  two workers against one: {seconds[1] / seconds[2]:.2f} times as fast")


if __name__ == "__main__":
    main()
