"""CPU time and memory of `deskhand.pointer_motor.pointer_paths`, each measured in a process of its own.

    python benchmarks/pointer_speed.py PROFILE FIDELITY REQUESTS.parquet MOVEMENTS

prints one line of JSON; `speed` runs it for few and for many movements, in turn with another tool.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FEW, TIMES = 10_000, 4
# Movements made before the clock starts: the code is loaded then, and memory taken.
WARM = 5_000
# Rounds of a comparison; a round's two tools meet the machine in about the same state.
ROUNDS = 5
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one core does.

    Parameters
    ----------
    movements_per_s : float
        Per CPU second, with the presses and the table, after `WARM` movements: median of the rounds.
    gap_ms : float
        Median between reports.
    linearity : float
        CPU time of `TIMES` as many movements, as a multiple of `TIMES` times the time; 1 is linear.
    memory : float
        Growth of peak memory, as a multiple of the growth of the table returned; 1 is no more than
        the table itself.
    peer_per_s, ratio : float or None
        Paths that another tool makes per CPU second, its code warm too, and our movements per path:
        medians of the rounds, in each of which both are measured one after the other.
    """

    movements_per_s: float
    gap_ms: float
    linearity: float
    memory: float
    peer_per_s: float | None
    ratio: float | None


def speed(
    profile: str,
    fidelity: str,
    requests: pa.Table,
    folder: Path,
    peer: Callable[[], float] | None = None,
) -> Speed:
    """Return the speed of one tier on some requests, repeated as often as needed.

    Parameters
    ----------
    profile : str
        Name or path.
    fidelity : str
        ``"law"`` or ``"learned"``.
    requests : pyarrow.Table
        As `deskhand.pointer_motor.pointer_paths` takes them.
    folder : pathlib.Path
        For a file of the requests.
    peer : callable, optional
        Runs another tool and returns its paths per CPU second.
    """
    path = folder / "requests.parquet"
    pq.write_table(requests, path)

    def measured(size: int) -> dict[str, Any]:
        command = [sys.executable, __file__, profile, fidelity, str(path), str(size)]
        done = subprocess.run(
            command,
            env=os.environ | dict.fromkeys(THREADS, "1"),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    few = measured(FEW)
    rounds, peers = [], []
    for _ in range(ROUNDS if peer else 1):
        rounds.append(measured(FEW * TIMES))
        if peer:
            peers.append(peer())
    many = rounds[0]
    per_s = [one["movements"] / one["cpu_s"] for one in rounds]
    return Speed(
        movements_per_s=median(per_s),
        gap_ms=many["gap_ms"],
        linearity=median(one["cpu_s"] for one in rounds) / few["cpu_s"] / TIMES,
        memory=(many["peak_bytes"] - few["peak_bytes"])
        / (many["table_bytes"] - few["table_bytes"]),
        peer_per_s=median(peers) if peers else None,
        ratio=median(a / b for a, b in zip(per_s, peers, strict=True)) if peers else None,
    )


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not `getrusage`, whose peak a child on Linux inherits from its parent.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    import resource

    # Kilobytes, but bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Measure one call."""
    from deskhand.pointer_motor import pointer_paths

    profile, fidelity, path, size = sys.argv[1:]
    requests = pq.read_table(path)
    place = np.resize(np.arange(requests.num_rows), int(size))
    asked = requests.take(place)
    pointer_paths(asked.slice(0, WARM), profile=profile, seed=0, fidelity=fidelity)
    start = time.process_time()
    table = pointer_paths(asked, profile=profile, seed=1, fidelity=fidelity)
    cpu_s = time.process_time() - start
    gap_us = np.diff(table["t_us"].to_numpy())
    figures = {
        "movements": len(place),
        "cpu_s": cpu_s,
        "peak_bytes": peak_bytes(),
        "table_bytes": table.nbytes,
        "gap_ms": float(np.median(gap_us[gap_us > 0])) / 1e3,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
