"""CPU time and memory of `deskhand.time_keys`, each measured in a process of its own.

    python benchmarks/key_speed.py PROFILE FIDELITY SEQUENCES.parquet KEYS

prints one line of JSON; `speed` runs it for few and for many keys, in turn with another tool.

    python benchmarks/key_speed.py --texts 100000

types that many short texts of as many people by `deskhand.type_text`, and prints keys a CPU second,
the peak of memory and the size of the table.
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
from pointer_speed import THREADS, peak_bytes

FEW, TIMES = 200_000, 4
# Keys timed before the clock starts: the code is loaded then, and tables are made.
WARM = 50_000
# Rounds of a comparison; a round's two tools meet the machine in about the same state.
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one core does.

    Parameters
    ----------
    keys_per_s : float
        Per CPU second, with the table, after `WARM` keys: median of the rounds.
    linearity : float
        CPU time of `TIMES` as many keys, as a multiple of `TIMES` times the time; 1 is linear.
    memory : float
        Growth of peak memory, as a multiple of the growth of the table returned.
    peer_per_s, ratio : float or None
        Keys that another tool types per CPU second, and our keys per key of it: medians of the
        rounds, in each of which both are measured one after the other.
    """

    keys_per_s: float
    linearity: float
    memory: float
    peer_per_s: float | None
    ratio: float | None


def speed(
    profile: str,
    fidelity: str,
    sequences: pa.Table,
    folder: Path,
    peer: Callable[[], float] | None = None,
) -> Speed:
    """Return the speed of one tier on some sequences, repeated as often as needed.

    Parameters
    ----------
    profile : str
        Name or path.
    fidelity : str
        ``"law"`` or ``"learned"``.
    sequences : pyarrow.Table
        As `deskhand.time_keys` takes them.
    folder : pathlib.Path
        For a file of the sequences.
    peer : callable, optional
        Runs another tool and returns its keys per CPU second.
    """
    path = folder / "sequences.parquet"
    pq.write_table(sequences, path)

    def measured(size: int) -> dict[str, Any]:
        command = [sys.executable, __file__, profile, fidelity, str(path), str(size)]
        done = subprocess.run(
            command,
            env=os.environ | dict.fromkeys(THREADS, "1"),
            stdout=subprocess.PIPE,
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
    per_s = [one["keys"] / one["cpu_s"] for one in rounds]
    per_key_s = median(one["cpu_s"] / one["keys"] for one in rounds)
    return Speed(
        keys_per_s=median(per_s),
        linearity=per_key_s / (few["cpu_s"] / few["keys"]),
        memory=(many["peak_bytes"] - few["peak_bytes"])
        / (many["table_bytes"] - few["table_bytes"]),
        peer_per_s=median(peers) if peers else None,
        ratio=median(a / b for a, b in zip(per_s, peers, strict=True)) if peers else None,
    )


def repeated(sequences: pa.Table, size: int) -> pa.Table:
    """Return about so many rows: sequences again and again, each time under new numbers."""
    number = sequences["sequence"].to_numpy()
    times = -(-size // len(number))
    again = np.concatenate([number + turn * (int(number.max()) + 1) for turn in range(times)])
    rows = pa.concat_tables([sequences] * times).set_column(
        sequences.column_names.index("sequence"), "sequence", pa.array(again)
    )
    return rows.slice(0, size).combine_chunks()


def typed(count: int) -> dict[str, Any]:
    """Return the speed and memory of typing short texts."""
    import deskhand

    texts = [f"Order {number} came in late, please call." for number in range(count)]
    deskhand.type_text(texts[:100], seed=0)
    base = peak_bytes()
    start = time.process_time()
    table = deskhand.type_text(texts, seed=1)
    cpu_s = time.process_time() - start
    return {
        "texts": count,
        "keys_per_s": round(table.num_rows / cpu_s),
        "peak_mb": round(peak_bytes() / 1e6),
        "before_mb": round(base / 1e6),
        "table_mb": round(table.nbytes / 1e6),
    }


def main() -> None:
    """Measure one call."""
    if sys.argv[1] == "--texts":
        print(json.dumps(typed(int(sys.argv[2]))))
        return
    import deskhand

    profile, fidelity, path, size = sys.argv[1:]
    asked = repeated(pq.read_table(path), int(size))
    deskhand.time_keys(asked.slice(0, WARM), profile=profile, seed=0, fidelity=fidelity)
    start = time.process_time()
    table = deskhand.time_keys(asked, profile=profile, seed=1, fidelity=fidelity)
    cpu_s = time.process_time() - start
    figures = {
        "keys": asked.num_rows,
        "cpu_s": cpu_s,
        "peak_bytes": peak_bytes(),
        "table_bytes": table.nbytes,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
