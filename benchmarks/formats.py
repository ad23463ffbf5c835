"""How quickly each capture format is written and checked, side by side in one run, on one thread.

    python benchmarks/formats.py [--formats parquet,jsonl,rrweb] [--repetitions 5] [--short 30]

Prints source events a CPU second of every registered format, for a whole day and for many short
sessions; for Parquet the share of the speed of a bare `pyarrow.parquet.write_table` of the same rows;
how far peak memory grows when ten times as many sessions are written; and how quickly columns and
records are checked. The best of some repetitions counts: others may be using the machine.
"""

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import deskhand
from deskhand import registry
from deskhand.errors import DeskhandError
from deskhand.events import TABLES
from deskhand.exports import rrweb
from deskhand.exports.parquet import ROW_GROUP, writer_options
from deskhand.exports.session_tables import tables_of
from deskhand.formats import EXPORTS, needs_argument, open_writer
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches

SEED = 7
# More rows than a row group holds, so that a writer that keeps one has done so before it is measured.
WARM_ROWS = 300_000
# Source events or records a CPU second, and the share of a bare write, that are asked for.
BARS = {"jsonl": 1.0e6, "rrweb": 0.3e6}
PARQUET_SHARE, COLUMNS_BAR, RECORDS_BAR = 0.6, 5.0e6, 0.3e6


def best_s(run: Callable[[], object], repetitions: int) -> float:
    """Return the least CPU time of some runs, in s."""
    taken = []
    for _ in range(repetitions):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def write(name: str, sessions: Sequence[Session], folder: Path) -> None:
    """Write sessions in a format into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    with open_writer(name, folder) as writer:
        for session in sessions:
            writer.write(session)


def write_bare(sessions: Sequence[Session], folder: Path) -> Callable[[], None]:
    """Return a bare write, in five calls of pyarrow, of the tables of some sessions."""
    kept = [tables_of(session) for session in sessions]
    tables = {
        name: pa.concat_tables(k[name] for k in kept).unify_dictionaries().combine_chunks()
        for name in TABLES
    }

    def run() -> None:
        for name, table in tables.items():
            options = writer_options(table.schema)
            pq.write_table(table, folder / f"{name}.bare", row_group_size=ROW_GROUP, **options)

    return run


def peak_mb() -> float:
    """Return the most memory that this process has held (Linux), in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth_mb(name: str, sessions: Sequence[Session], folder: Path) -> float:
    """Return by how much the peak grows when ten times as many sessions follow, in MB."""
    rows = sum(session.events.num_rows for session in sessions)
    rounds = WARM_ROWS // rows + 1
    with open_writer(name, folder) as writer:
        for number in range(10 * rounds):
            for session in sessions:
                writer.write(session)
            if number == rounds - 1:
                before = peak_mb()
    return peak_mb() - before


def _grow(answer: "multiprocessing.SimpleQueue[float]", *given: object) -> None:
    answer.put(growth_mb(*given))  # type: ignore[arg-type]


def growth_apart_mb(name: str, sessions: Sequence[Session], folder: Path) -> float:
    """Return `growth_mb` as measured in a process of its own."""
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    child = context.Process(target=_grow, args=(answer, name, sessions, folder))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(f"{name}: the process that writes ended with {child.exitcode}")
    return float(answer.get())


def checks(day: Session, folder: Path, repetitions: int) -> None:
    """Print how quickly columns and the records of a recording are checked."""
    count = day.events.num_rows
    taken = best_s(lambda: list(event_breaches(day.events)), repetitions)
    print(f"  columns of events  {count / taken / 1e6:8.2f} M/s (bar: {COLUMNS_BAR / 1e6:.0f})")
    path = folder / "records.json"
    path.write_bytes(rrweb.recording(day))
    # A page is an event of some hundred nodes, each of them a record with rules of its own.
    records = path.read_bytes().count(b'"type":')
    taken = best_s(lambda: list(rrweb.findings(path)), repetitions)
    print(f"  records of rrweb   {records / taken / 1e6:8.2f} M/s (bar: {RECORDS_BAR / 1e6:.1f})")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--formats", help="names, with commas; all that need no argument if not given"
    )
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--short", type=int, default=30, help="how many short sessions")
    parser.add_argument("--no-memory", action="store_true", help="leave peak memory out")
    options = parser.parse_args()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    known = registry.names(EXPORTS)
    names = options.formats.split(",") if options.formats else known
    names = [name for name in names if options.formats or not needs_argument(name)]
    day = deskhand.simulate("workday", seed=SEED)
    short = [deskhand.simulate("crm.create_lead", seed=SEED + n) for n in range(options.short)]
    sides = {"whole day": [day], f"{len(short)} short": short}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        bare = {
            side: best_s(write_bare(sessions, folder), options.repetitions)
            for side, sessions in sides.items()
        }
        counts = {side: sum(s.events.num_rows for s in given) for side, given in sides.items()}
        print(f"{'source events a CPU second':28}" + "".join(f"{side:>16}" for side in sides))
        print(f"  {'(bare Parquet write)':26}" + "".join(
            f"{counts[side] / bare[side] / 1e6:12.2f} M/s" for side in sides))  # fmt: skip
        for name in names:
            line = f"  {name:26}"
            for side, sessions in sides.items():
                try:
                    run = lambda n=name, s=sessions: write(n, s, folder / n)  # noqa: E731
                    taken = best_s(run, options.repetitions)
                except DeskhandError as error:
                    line += f"  {str(error)[:40]}"
                    continue
                line += f"{counts[side] / taken / 1e6:12.3f} M/s"
                if name == "parquet":
                    line += f" ({bare[side] / taken:.0%}, bar {PARQUET_SHARE:.0%})"
            if name in BARS:
                line += f"   (bar, whole day: {BARS[name] / 1e6:.1f})"
            print(line, flush=True)
        print("checked a CPU second")
        checks(day, folder, options.repetitions)
        if not options.no_memory:
            print("peak memory, when ten times as many sessions are written")
            for name in names:
                if name in ("parquet", "jsonl", "arrow", "rrweb"):
                    grown = growth_apart_mb(name, short, folder / "memory")
                    print(f"  {name:26}{grown:+10.1f} MB", flush=True)


if __name__ == "__main__":
    main()
