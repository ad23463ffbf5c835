"""`deskhand fleet run`: a plan against a service."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from deskhand.option_types import Flag, Whole

MISSED, BOTTLENECK, INTERRUPTED = 1, 3, 130


def run(
    plan: Path,
    *,
    target: str,
    out: Path,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    workers: Whole = 1,
    cluster: str | None = None,
    connections: Whole = 64,
    encoding: Literal["gzip", "deflate", "zstd", "none"] | None = None,
    speed: float = 1.0,
    max_rate: float | None = None,
    max_seconds: float = 3600.0,
    warm_up_s: float = 0.0,
    header: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    token: str | None = None,
    token_file: Path | None = None,
    ca: Path | None = None,
    insecure: Flag = False,
    attempts: Whole = 5,
    timeout_s: float = 10.0,
    fail_if: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    i_own_this_target: Flag = False,
    no_self_check: Flag = False,
) -> int:
    """Send a plan's batches at their times; exit status 1 for a missed threshold, 3 when the client itself was too slow.

    Parameters
    ----------
    plan
        A folder that `deskhand fleet plan` wrote.
    target
        Address of the service, for example http://127.0.0.1:8080/batches.
    out
        A new or empty folder for run.json, history/ and report.html.
    as_
        The kind of service; that of the plan when not given.
    workers
        Processes; one for each core that is free. With a scheduler, of each of Dask's workers.
    cluster
        Send from the machines of a Dask cluster: local, or a scheduler's address such as
        tcp://10.0.0.5:8786. All must see both folders under the same name.
    connections
        Kept open by each worker, and shared by its devices.
    encoding
        Of bodies; when not given, gzip where the service reads it, and none by queue.
    speed
        Times the compression of time in the plan.
    max_rate
        Never more attempts a second.
    max_seconds
        Nothing is sent after so many seconds.
    warm_up_s
        Latencies leave out what was due before.
    header
        A further header, NAME=VALUE; may be given again.
    token
        Bearer token of each device, for example dev-{device_id}.
    token_file
        Bearer tokens of devices instead: a line a device, the first for device 0.
    ca
        Certificates to trust.
    insecure
        Trust any certificate; only on this machine.
    attempts
        How often a batch is tried at most.
    timeout_s
        For connecting, and for a request with its answer.
    fail_if
        A threshold, for example "p99<500ms" or "errors<0.1%"; may be given again.
    i_own_this_target
        Needed for a target that is not this machine.
    no_self_check
        Do not fail when the client was the bottleneck.
    """
    from deskhand.errors import DeskhandError
    from deskhand.fleet.load.run import run as run_plan
    from deskhand.fleet.load.settings import LoadSettings
    from deskhand.fleet.plan_files import Plan
    from deskhand.fleet.report.live import live_line
    from deskhand.fleet.report.page import verdict, write_report

    headers = {}
    for text in header:
        name, equals, value = text.partition("=")
        if not equals:
            raise DeskhandError(f"--header {text!r}: write NAME=VALUE.")
        headers[name] = value
    settings = LoadSettings(
        plan=plan,
        target=target,
        adapter=as_ or Plan.load(plan).record["target"],
        out=out,
        workers=workers,
        connections=connections,
        encoding=encoding,
        speed=speed,
        max_rate_hz=max_rate,
        max_seconds=max_seconds,
        warm_up_s=warm_up_s,
        headers=headers,
        token=token,
        token_file=token_file,
        ca=ca,
        insecure=insecure,
        attempts=attempts,
        timeout_s=timeout_s,
        own_this_target=i_own_this_target,
    )
    with live_line() as live:
        record = run_plan(settings, cluster=cluster, fail_if=fail_if, live=live)
    write_report(record, out / "report.html")
    _, headline, reasons = verdict(record)
    for line in (f"{out}: {headline}", *reasons):
        print(line, file=sys.stderr)
    if record["interrupted"]:
        return INTERRUPTED
    if record["client"]["bottleneck"] and not no_self_check:
        return BOTTLENECK
    return 0 if all(threshold["ok"] for threshold in record["thresholds"]) else MISSED
