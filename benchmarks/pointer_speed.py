"""CPU time and memory of `deskhand.pointer_motor.pointer_paths`, each measured in a process of its own.

    python benchmarks/pointer_speed.py PROFILE FIDELITY REQUESTS.parquet MOVEMENTS

prints one line of JSON; `speed` runs it twice and compares.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FEW, TIMES = 10_000, 4
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one core does.

    Parameters
    ----------
    movements_per_s : float
        Per CPU second, with the presses and the table, after a first small call.
    gap_ms : float
        Median between reports.
    linearity : float
        CPU time of `TIMES` as many movements, as a multiple of `TIMES` times the time; 1 is linear.
    memory : float
        Growth of peak memory, as a multiple of the growth of the table returned; 1 is no more than
        the table itself.
    """

    movements_per_s: float
    gap_ms: float
    linearity: float
    memory: float


def speed(profile: str, fidelity: str, requests: pa.Table, folder: Path) -> Speed:
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
    """
    path = folder / "requests.parquet"
    pq.write_table(requests, path)
    found = []
    for size in (FEW, FEW * TIMES):
        command = [sys.executable, __file__, profile, fidelity, str(path), str(size)]
        done = subprocess.run(
            command,
            env=os.environ | dict.fromkeys(THREADS, "1"),
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    few, many = found
    return Speed(
        movements_per_s=many["movements"] / many["cpu_s"],
        gap_ms=many["gap_ms"],
        linearity=many["cpu_s"] / few["cpu_s"] / TIMES,
        memory=(many["peak_bytes"] - few["peak_bytes"])
        / (many["table_bytes"] - few["table_bytes"]),
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
    pointer_paths(requests.slice(0, 256), profile=profile, seed=0, fidelity=fidelity)
    asked = requests.take(place)
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
