"""`deskhand fleet plan`: from a fleet description to schedules, batches and an answer key."""

import sys
from pathlib import Path

import orjson

from deskhand.errors import DeskhandError
from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line


def plan(
    description: Path | None = None,
    *,
    out: Path | None = None,
    workers: Whole = 1,
    cluster: str | None = None,
    resume: Flag = False,
    example: Flag = False,
) -> None:
    """Plan what a fleet of simulated devices sends, and write the answer key.

    Parameters
    ----------
    description
        A JSON file; --example prints one.
    out
        A new or empty folder.
    workers
        Processes; the same bytes for any number.
    cluster
        Make the shards on Dask: local, or a scheduler's address such as tcp://10.0.0.5:8786.
    resume
        Go on with a plan that was begun in the folder.
    example
        Print a small description and stop.
    """
    from deskhand.fleet.description import EXAMPLE
    from deskhand.fleet.plan import make_plan

    if example:
        sys.stdout.write(orjson.dumps(EXAMPLE, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    if description is None or out is None:
        raise DeskhandError(
            "fleet plan: name a description and a folder: `deskhand fleet plan fleet.json --out plan`; "
            "`deskhand fleet plan --example > fleet.json` writes a small one."
        )
    with progress_line("shards") as progress:
        made = make_plan(
            description, out, workers=workers, cluster=cluster, resume=resume, progress=progress
        )
    print(
        f"{out}: {made['devices']:,} devices, {made['sessions']:,} sessions, {made['batches']:,} "
        f"batches, {made['events']:,} events"
    )
