"""One line of progress on a terminal, and nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int, int], None]
"""Called with how many are done, of how many in all (0 when nobody knows), and events so far.

Where pictures are made, these are counted in the place of events.
"""


@contextmanager
def progress_line(unit: str, counted: str = "events") -> Iterator[Progress | None]:
    """Give a callable that redraws the line, or None when standard error is no terminal.

    Parameters
    ----------
    unit : str
        What is done, for example ``"team days"``.
    counted : str
        What is counted beside.
    """
    if not sys.stderr.isatty():
        yield None
        return
    # rich comes with cyclopts; it is imported only when there is someone to look at it.
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Line

    columns = (
        TextColumn("{task.completed} {task.fields[of]}" + unit),
        BarColumn(),
        TextColumn("{task.fields[events]:,} " + counted),
        TimeRemainingColumn(),
    )
    with Line(*columns, console=Console(stderr=True)) as line:
        task = line.add_task("", total=None, events=0, of="", visible=False)

        def show(done: int, total: int, events: int) -> None:
            of = f"of {total} " if total else ""
            line.update(
                task, completed=done, total=total or None, events=events, of=of, visible=True
            )

        yield show
