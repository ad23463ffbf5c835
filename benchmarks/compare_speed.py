"""How long a realism report of a million events takes; ends with status 1 above the bar.

    python benchmarks/compare_speed.py [--events 1000000] [--bar 60]

The time is that of the whole command, from reading both sides to the written page.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import deskhand

PEOPLE = 24


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--bar", type=float, default=60.0)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        counts = []
        for seed in (1, 2):
            out = Path(folder) / str(seed)
            # About a hundred thousand events a person's morning.
            people = max(PEOPLE, -(-given.events // 100_000))
            done = deskhand.generate("morning", people=people, seed=seed, out=out, workers=2)
            counts.append(done["counts"]["events"])
        before, cpu = time.monotonic(), os.times()
        words = ["compare", f"{folder}/1", f"{folder}/2", "--out", f"{folder}/report"]
        status = subprocess.run([sys.executable, "-m", "deskhand", *words], check=False).returncode
        took_s, after = time.monotonic() - before, os.times()
        cpu_s = (
            after.children_user + after.children_system - cpu.children_user - cpu.children_system
        )
        scaled = took_s * given.events / max(counts)
        print(
            f"{counts[0]:,} beside {counts[1]:,} events in {took_s:.1f} s ({cpu_s:.1f} s of CPU); "
            f"{given.events:,} a side would be {scaled:.1f} s; status {status}"
        )
        sys.exit(0 if scaled < given.bar and status in (0, 1) else 1)


if __name__ == "__main__":
    main()
