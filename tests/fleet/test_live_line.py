"""The line on a terminal that tells how a run goes."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest

pytest.importorskip("hdrh", reason='needs hdrhistogram: python -m pip install -e ".[test,fleet]"')

from deskhand.fleet.report.live import live_line


def test_no_live_line_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with live_line() as show:
        assert show is None


def test_live_line_on_a_terminal() -> None:
    program = (
        "from deskhand.fleet.report.live import live_line\n"
        "with live_line() as show:\n"
        "    show({'second': 1, 'rate_hz': 10})\n"
        "    show({'second': 2, 'rate_hz': 12400, 'p99_us': 4210, 'fail': 3, 'lag_p99_us': 20000})\n"
    )
    ours, theirs = pty.openpty()
    try:
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
        subprocess.run(
            [sys.executable, "-c", program], stderr=theirs, check=True, timeout=60, env=environment
        )
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert "12,400/s  p99 4.21 ms  3 errors  client 20 ms late" in plain
