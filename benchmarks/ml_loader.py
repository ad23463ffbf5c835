"""How fast loaders make what a model trains on: items and steps a second, and the first batch.

    python benchmarks/ml_loader.py [--kind movements] [--workers 0,1,2] [--quick] [--json FILE]

Each row is a process of its own, from the start of Python: "first batch" includes the imports, those
of PyTorch too. The loader is read through PyTorch's DataLoader; "0" workers is the process itself,
without PyTorch where it is missing. Items and steps a second are by the wall clock, after the first
batch of every worker; beside them the process's own CPU time, which other programs do not stretch.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Items of an epoch and of a batch, and what a worker should reach: items or steps a second.
KINDS: dict[str, tuple[int, int, str]] = {
    "movements": (200_000, 512, "50,000 movements/s"),
    "keystrokes": (30_000, 128, "300,000 keystrokes/s"),
    "sessions": (600, 8, ""),
}
UNITS = {"movements": "reports", "keystrokes": "keys", "sessions": "events"}


def measured(kind: str, items: int, batch: int, workers: int, started: float) -> dict[str, Any]:
    """Read an epoch and return the figures."""
    from deskhand.ml import SyntheticSessions

    data = SyntheticSessions(kind, seed=7, items=items, batch=batch)
    batches: Iterator[dict[str, Any]] = iter(data)
    if workers:
        from torch.utils.data import DataLoader

        batches = iter(DataLoader(data, batch_size=None, num_workers=workers))
    next(batches)
    first_s = time.time() - started
    # All workers run by now, and what they have made ahead is not counted.
    for _ in range(2 * workers):
        next(batches, None)
    begun, cpu_s = time.monotonic(), time.process_time()
    read = steps = 0
    for one in batches:
        read += len(one["mask"])
        steps += int(one["mask"].sum())
    took_s = time.monotonic() - begun
    cpu_s = time.process_time() - cpu_s
    return {
        "first_s": first_s,
        "items_per_s": read / took_s,
        "steps_per_s": steps / took_s,
        # What workers take is theirs.
        "items_per_cpu_s": None if workers else read / cpu_s,
        "steps_per_cpu_s": None if workers else steps / cpu_s,
    }


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--kind", choices=KINDS, help="one kind alone")
    parser.add_argument("--workers", default="0,1,2", help="workers of the DataLoader")
    parser.add_argument("--quick", action="store_true", help="an epoch of a fifth")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.one:
        kind, *numbers, started = given.one
        print(json.dumps(measured(kind, *map(int, numbers), float(started))))
        return 0
    counts = [int(count) for count in given.workers.split(",")]
    if find_spec("torch") is None:
        print("no PyTorch here: 0 workers alone; python -m pip install torch", file=sys.stderr)
        counts = [0]
    found = []
    print(
        f"{'kind':12}{'workers':>8}{'first batch s':>15}{'items/s':>12}{'steps/s':>14}"
        f"{'items/CPU s':>14}{'steps/CPU s':>14}  bar"
    )
    for kind in [given.kind] if given.kind else KINDS:
        items, batch, bar = KINDS[kind]
        for workers in counts:
            size = items // 5 if given.quick else items
            command = [sys.executable, __file__, "--one", kind, *map(str, (size, batch, workers))]
            done = subprocess.run(
                [*command, str(time.time())], stdout=subprocess.PIPE, text=True, check=True
            )
            row = json.loads(done.stdout)
            found.append({"kind": kind, "workers": workers} | row)
            own = [row[f"{name}_per_cpu_s"] for name in ("items", "steps")]
            cpu = "".join(f"{value:14,.0f}" if value else f"{'-':>14}" for value in own)
            print(
                f"{kind:12}{workers:8}{row['first_s']:15.2f}{row['items_per_s']:12,.0f}"
                f"{row['steps_per_s']:14,.0f}{cpu}  {bar} (steps: {UNITS[kind]})",
                flush=True,
            )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
