"""What is wrong with a recording of evdev reports, whatever its text."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from deskhand.exports.evdev import codes as ev
from deskhand.exports.evdev.device import Reports
from deskhand.findings import Finding


def report_findings(path: Path, reports: Reports) -> Iterator[Finding]:
    """Yield what is wrong with the reports of one device; a row is an event of the device.

    Parameters
    ----------
    path : pathlib.Path
        The file, to name it.
    reports : Reports
        Its events.
    """
    if not reports.n:
        return

    def found(rule: str, bad: np.ndarray, given: str, remedy: str) -> Iterator[Finding]:
        rows = np.flatnonzero(bad)
        if len(rows):
            row = int(rows[0])
            name = ev.code_name(int(reports.type[row]), int(reports.code[row]))
            text = f"{reports.device}: {name} {int(reports.value[row])} {given}".rstrip()
            yield Finding(rule=rule, path=path, row=row, given=text, remedy=remedy, count=len(rows))

    yield from found(
        "time", np.diff(reports.t_us, prepend=reports.t_us[0]) < 0, "earlier than the event before",
        "events of a device are in the order of their times",
    )  # fmt: skip
    keys = reports.type == ev.EV_KEY
    yield from found(
        "key value", keys & ~np.isin(reports.value, (0, 1, 2)), "",
        "a key is 0 released, 1 pressed or 2 repeated",
    )  # fmt: skip
    dropped = (reports.type == ev.EV_SYN) & (reports.code == ev.SYN_DROPPED)
    yield from found(
        "dropped", dropped, "", "the kernel lost reports here; what was held may be wrong"
    )
    order = np.lexsort((np.arange(reports.n), reports.code))
    order = order[(keys & ~reports.obfuscated & (reports.value != 2))[order]]
    same = np.diff(reports.code[order], prepend=-1) == 0
    twice = np.zeros(reports.n, np.bool_)
    twice[order] = same & (np.diff(reports.value[order], prepend=-1) == 0)
    yield from found(
        "key state", twice, "twice in turn", "between two presses of a key it is released"
    )
    open_end = np.zeros(reports.n, np.bool_)
    open_end[-1] = not (reports.type[-1] == ev.EV_SYN and reports.code[-1] == ev.SYN_REPORT)
    yield from found(
        "frame", open_end, "at the end", "close the last frame with SYN_REPORT; the file was cut"
    )
