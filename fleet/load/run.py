"""A run: workers are started together, watched, and what they measured becomes one record."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np

from deskhand.errors import DeskhandError
from deskhand.fleet.load.due import totals
from deskhand.fleet.load.history import HISTORY_FOLDER
from deskhand.fleet.load.latency import Latencies
from deskhand.fleet.load.lost import LOST, write_lost
from deskhand.fleet.load.machines import workers_of_cluster
from deskhand.fleet.load.outcome import read_outcome
from deskhand.fleet.load.self_check import self_check
from deskhand.fleet.load.settings import LoadSettings, address_of, is_local, refuse_foreign
from deskhand.fleet.load.tokens import device_tokens
from deskhand.fleet.load.workers import Worker, workers_here
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.report.live import Live
from deskhand.fleet.report.thresholds import check, refuse_unreadable
from deskhand.fleet.tables import FORMAT
from deskhand.fleet.targets import load_target
from deskhand.manifest import RUN_FILE, write_record

# From the moment when all are ready to time 0, so that all have heard of it; assumed.
_LEAD_S = 0.25


def run(
    settings: LoadSettings,
    *,
    cluster: str | None = None,
    fail_if: Sequence[str] = (),
    live: Live | None = None,
) -> dict[str, Any]:
    """Send a plan, and write what it came to.

    Parameters
    ----------
    settings : LoadSettings
    cluster : str, optional
        Send from the machines of a Dask cluster: ``local``, or a scheduler's address such as
        ``tcp://10.0.0.5:8786``, each of whose workers starts ``settings.workers`` processes. All see
        the plan's folder and the run's under the same name.
    fail_if : sequence of str
        Thresholds, such as ``p99<500ms``.
    live : callable, optional
        Called about once a second.

    Returns
    -------
    dict
        What ``run.json`` holds.

    Raises
    ------
    DeskhandError
        When the plan, the target or the folder will not do, or a worker failed.
    """
    refuse_unreadable(fail_if)
    plan = Plan.load(settings.plan)
    target = load_target(settings.adapter, settings.target)
    tokens = device_tokens(settings, plan)
    if hasattr(target, "send"):
        if tokens is not None:
            raise DeskhandError(
                f"token: target {settings.adapter!r} is sent to without HTTP, so that nothing carries "
                "it; leave it out."
            )
        refuse_foreign(settings, is_local(settings.adapter, settings.target))
    else:
        address_of(settings)
    _need_packages()
    if settings.out.exists() and (not settings.out.is_dir() or any(settings.out.iterdir())):
        raise DeskhandError(f"{settings.out}: is there already; name a new or empty folder.")
    history = settings.out / HISTORY_FOLDER
    history.mkdir(parents=True)
    compression = float(plan.record["compression"]) * settings.speed
    wanted = totals(plan, compression)
    try:
        with (
            workers_of_cluster(settings, cluster) if cluster else workers_here(settings) as workers
        ):
            start_unix_us, interrupted = _watched(workers, _liveness(live, wanted.seconds))
    except DeskhandError:
        # Nothing was sent.
        history.rmdir()
        settings.out.rmdir()
        raise
    results = [worker.result for worker in workers if worker.result is not None]
    lost = len(results) < len(workers)
    ended_us = time.time_ns() // 1000 - start_unix_us
    for which, worker in enumerate(workers):
        if worker.result is None and worker.ready:
            write_lost(history, plan, which, len(workers), compression, ended_us)
    found = read_outcome(history, _summed(result["devices"] for result in results))
    counts = found["counts"]
    errors = [worker.error for worker in workers if worker.error]
    for error in errors:
        found["errors"].setdefault(error, 1)
    lag = _merged(results, "lag")
    notes = [note for result in results for note in result["notes"]]
    client = self_check(lag.at(99.0), [result["cpu_share"] for result in results], notes)
    if cluster:
        client["time_0_within_us"] = round(max(worker.within_s for worker in workers) * 1e6)
    record: dict[str, Any] = {
        "format": FORMAT,
        "deskhand": version("deskhand"),
        "plan_sha256": plan.sha256,
        "run_id": plan.record["run_id"],
        "target": settings.target,
        "start_unix_us": start_unix_us,
        "workers": len(workers),
        "seconds": round(max((result["seconds"] for result in results), default=0.0), 6),
        "warm_up_s": settings.warm_up_s,
        "interrupted": interrupted or lost,
        "counts": {
            "intended": wanted.intended,
            **{name: counts[name] for name in ("sent", "ok", "fail", "unknown", "retries")},
            "unsent": wanted.unsent + wanted.intended - counts["tried"],
        },
        "statuses": found["statuses"],
        "errors": found["errors"],
        "bytes_sent": found["bytes_sent"],
        "latency": {name: _merged(results, name).record() for name in ("from_intent", "from_send")},
        "lag": lag.record(),
        "client": client,
        "timeline": found["timeline"],
        "thresholds": [],
    }
    record["thresholds"] = check(record, fail_if)
    write_record(settings.out / RUN_FILE, record)
    if lost and errors and not interrupted:
        raise DeskhandError(
            f"{settings.out}: the run broke off ({'; '.join(dict.fromkeys(errors))}); "
            "what was sent until then is in its history."
        )
    return record


def _need_packages() -> None:
    try:
        import hdrh  # noqa: F401
        import httptools  # noqa: F401
        import uvloop  # noqa: F401
    except ImportError as error:
        raise DeskhandError(f'fleet run: {error}; pip install "deskhand[fleet]".') from error


def _watched(workers: Sequence[Worker], told: Callable[[dict[str, Any]], None]) -> tuple[int, bool]:
    """Wait for workers to end; return the Unix time of time 0, and whether they were stopped early."""
    start_unix_us = time.time_ns() // 1000
    started = interrupted = False
    while any(not worker.over for worker in workers):
        try:
            pipes = {worker.pipe: worker for worker in workers if not worker.over}
            for pipe in wait(list(pipes), timeout=1.0):
                assert isinstance(pipe, Connection)
                _read(pipes[pipe], told)
            if any(worker.over and worker.result is None for worker in workers):
                _stop(workers)
            elif not started and all(worker.ready or worker.over for worker in workers):
                started = True
                start_s = time.monotonic() + _LEAD_S
                start_unix_us = time.time_ns() // 1000 + round(_LEAD_S * 1e6)
                for worker in workers:
                    worker.start(start_s)
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            _stop(workers)
    return start_unix_us, interrupted


def _stop(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.stop()


def _read(worker: Worker, told: Callable[[dict[str, Any]], None]) -> None:
    try:
        message = worker.pipe.recv()
    except (EOFError, OSError):
        worker.over = True
        worker.error = worker.error or LOST
        return
    if message[0] == "ready":
        worker.ready = True
    elif message[0] == "now":
        told(message[1])
    elif message[0] == "done":
        worker.result, worker.over = message[1], True
    else:
        worker.error, worker.over = message[1], True


def _liveness(live: Live | None, of_s: float) -> Callable[[dict[str, Any]], None]:
    """Return what takes the workers' news and passes them on, added up over a second."""
    sums: Counter[str] = Counter()
    window: list[dict[str, Any]] = []
    in_flight: dict[int, int] = {}
    # Workers are started first, which takes seconds, and tell nothing before time 0.
    began = shown = 0.0

    def told(news: dict[str, Any]) -> None:
        nonlocal began, shown
        if live is None:
            return
        if not began:
            began = shown = time.monotonic()
        window.append(news)
        in_flight[news["worker"]] = news["in_flight"]
        for name in ("fail", "unknown", "retries"):
            sums[name] += news[name]
        now = time.monotonic()
        if now < shown + 1.0:
            return
        recent = Latencies()
        for part in window:
            recent.add_fresh(part["recent"])
        live(
            {
                "second": round(now - began),
                "of_s": round(of_s),
                "rate_hz": sum(part["ok"] for part in window) / (now - shown),
                "p50_us": recent.at(50.0),
                "p99_us": recent.at(99.0),
                **sums,
                "devices": sum(part["devices"] for part in window),
                "in_flight": sum(in_flight.values()),
                "lag_p99_us": max((part["lag_p99_us"] or 0 for part in window), default=0),
            }
        )
        window.clear()
        shown = now

    return told


def _summed(counts: Any) -> Mapping[int, int]:
    total: Counter[int] = Counter()
    for each in counts:
        total.update(each)
    return total


def _merged(results: Sequence[dict[str, Any]], name: str) -> Latencies:
    merged = Latencies()
    for result in results:
        merged.counts += np.asarray(result[name])
    return merged
