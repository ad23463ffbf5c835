"""`deskhand fleet report`: the page of a run."""

import sys
from pathlib import Path


def report(run: Path, *, out: Path | None = None) -> None:
    """Write a run's report as one HTML file that stands alone.

    Parameters
    ----------
    run
        A folder that `deskhand fleet run` wrote, or its run.json.
    out
        The file to write; report.html in that folder when not given.
    """
    from deskhand.fleet.report.page import write_report
    from deskhand.manifest import RUN_FILE, read_record

    record = run / RUN_FILE if run.is_dir() else run
    page = out or record.with_name("report.html")
    write_report(read_record(record), page)
    print(f"{page}: the report of {record}", file=sys.stderr)
