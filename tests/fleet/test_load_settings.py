"""Settings of a run: certificates, what is refused, thresholds and the exit status."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deskhand.cli import main
from deskhand.errors import DeskhandError
from tests.fleet.load_runs import NEEDS_LOAD_CORE, run_plan
from tests.fleet.serving import OK, answering, server
from tests.fleet.tiny_plan import tiny_plan

pytestmark = NEEDS_LOAD_CORE


def _certificate(folder: Path) -> ssl.SSLContext:
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the certificate is made by openssl")
def test_tls_is_checked(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    with server(answering(lambda *_: OK), _certificate(tmp_path)) as port:
        target = f"https://localhost:{port}/in"
        trusted, _ = run_plan(plan, tmp_path / "a", port, target=target, ca=tmp_path / "cert.pem")
        refused, _ = run_plan(plan, tmp_path / "b", port, target=target, attempts=1)
        insecure, _ = run_plan(plan, tmp_path / "c", port, target=target, insecure=True)
    assert trusted["counts"]["ok"] == insecure["counts"]["ok"] == 1
    assert refused["counts"]["fail"] == 1
    assert "TLS" in next(iter(refused["errors"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "http://192.0.2.1/in"}, "--i-own-this-target"),
        ({"target": "https://192.0.2.1/", "own_this_target": True, "insecure": True}, "insecure"),
        ({"target": "ftp://127.0.0.1/"}, "write an address"),
        ({"target": "http://me:secret@127.0.0.1/"}, "no name or password"),
        ({"target": "http://127.0.0.1:99999/"}, "not an address"),
        ({"speed": 0.0}, "speed"),
        ({"max_rate_hz": -1.0}, "max_rate_hz"),
        ({"workers": 0}, "workers"),
        ({"headers": {"X": "a\r\nHost: b"}}, "end of line"),
    ],
)
def test_what_cannot_be_run_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    plan = tiny_plan(tmp_path / "plan", [0])
    with pytest.raises(DeskhandError, match=message):
        run_plan(plan, tmp_path / "run", 9, **change)


def test_thresholds_and_the_self_check_set_the_exit_status(tmp_path: Path) -> None:
    plan = tiny_plan(tmp_path / "plan", list(range(0, 300, 10)))
    with server(answering(lambda *_: OK)) as port:
        words = ["fleet", "run", str(plan), "--target", f"http://127.0.0.1:{port}/in"]
        words += ["--no-self-check"]
        good = main([*words, "--out", str(tmp_path / "a"), "--fail-if", "errors<1%"])
        bad = main([*words, "--out", str(tmp_path / "b"), "--fail-if", "rate>=1000000/s"])
        odd = main([*words, "--out", str(tmp_path / "c"), "--fail-if", "speed<1"])
        late = main([*words[:-1], "--out", str(tmp_path / "d"), "--max-rate", "20"])
    assert (good, bad, odd, late) == (0, 1, 2, 3)
    assert not (tmp_path / "c").exists()
    assert "<html" in (tmp_path / "a" / "report.html").read_text()[:200]
