"""One run of a plan against a service, and the verdict on what it stored, by the commands that people give."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
from answer_key.plain_judge import Batch, Place, judge, read_key, rows_of
from answer_key.planting import Planting
from answer_key.services import Service
from answer_key.tally import Tally

# Later after its answer than any honest service stores an event.
LATE_S = 60.0


class Trial(NamedTuple):
    """What is known after a run."""

    service: Service
    plan: Path
    run: Path
    key: dict[str, Batch]
    rows: pa.Table
    truth: "Counter[Place]"


def trial(
    service: Service, plan: Path, folder: Path, tally: Tally, *, must: Sequence[str] = ()
) -> Trial:
    """Run a plan against a service, and hold the verdict against that of the plain judge.

    Parameters
    ----------
    service : Service
    plan : pathlib.Path
    folder : pathlib.Path
        A new one, for the store and the run.
    tally : Tally
    must : sequence of str
        Verdicts that this must bring.
    """
    folder.mkdir(parents=True)
    run = folder / "run"
    with ExitStack() as stack:
        serving = stack.enter_context(service.serve(folder))
        fleet_run(service, plan, serving.target, run, serving.meanwhile)
        if service.kept:
            stack.close()
        key, rows = read_key(plan, run), serving.table()
        for name, words in serving.stores.items():
            truth = judge(
                key,
                rows_of(rows),
                ordered="--order" in words,
                late_s=LATE_S if "--time" in words else None,
            )
            where = f"{service.name}, {name}, {plan.name}"
            told = verify(plan, run, words)
            tally.hold(where, truth, key, told, may=service.wrong, must=must)
    return Trial(service, plan, run, key, rows, truth)


def planted(done: Trial, folder: Path, each: int, tally: Tally, *, seed: int = 7) -> None:
    """Plant wrongness of every kind into a copy of what a service stored, and hold the verdict against it."""
    folder.mkdir(parents=True)
    planting = Planting(done.key, done.rows, late_s=LATE_S, seed=seed)
    kinds = planting.plant(each)
    run = planting.write_run(done.run, folder / "run")
    words = done.service.write(planting.rows(), folder)
    told = verify(done.plan, run, words)
    truth = done.truth + planting.truth
    where = f"planted in {done.service.name}, {done.plan.name}"
    tally.hold(where, truth, done.key, told, may=done.service.wrong, must=kinds)


def fleet_run(
    service: Service,
    plan: Path,
    target: str,
    out: Path,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Send a plan at full speed."""
    words = ["fleet", "run", str(plan), "--target", target, "--as", service.adapter]
    words += ["--out", str(out), "--no-self-check", *service.words]
    command = [sys.executable, "-m", "deskhand", *words]
    began = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        if meanwhile is not None:
            meanwhile()
        _, said = process.communicate()
    if process.returncode:
        raise SystemExit(f"fleet run ended with {process.returncode}: {said}")
    print(f"\n{service.name} took {plan.name} in {time.monotonic() - began:.0f} s")


def verify(plan: Path, run: Path, words: Sequence[str]) -> dict[str, Any]:
    """Return the verdict, with every place where something is wrong as an example."""
    late = ["--late-s", str(LATE_S)] if "--time" in words else []
    command = ["fleet", "verify", str(plan), "--run", str(run), *words, *late]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "deskhand", *command, "--json", "--examples", str(10**9)],
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"fleet verify ended with {done.returncode}: {done.stderr.decode()}")
    told: dict[str, Any] = orjson.loads(done.stdout)
    if told["ok"] is not (done.returncode == 0):
        raise SystemExit(f"fleet verify says ok {told['ok']}, and ended with {done.returncode}")
    return told | {"verify_s": time.monotonic() - began}
