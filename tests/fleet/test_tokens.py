"""Tokens of devices: each device sends its own, and files that will not do are refused before a send."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

pytest.importorskip("uvloop", reason='needs the load core: pip install "deskhand[fleet]"')

import orjson

from deskhand.cli import main
from deskhand.errors import DeskhandError
from deskhand.fleet.description import described
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.tokens import token_template, tokens_of_file
from deskhand.fleet.plan import make_plan
from deskhand.fleet.target import Sent

DEVICES = 12


def sent_by(device: int) -> Sent:
    return Sent("r", "b", "s", f"syn_{device:016x}", device, 0, 1, 0, 0, 5, 6)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "p"
    record = {
        "devices": DEVICES,
        "compression": 86_400,
        "sessions": {"scenarios": {"auth.login": 1}, "pool": 2},
    }
    make_plan(described(record), out)
    return out


@pytest.fixture
def seen() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give the address of a service, and what it saw: who sent, with which token."""
    found: list[tuple[str, str]] = []

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.append((body["device_id"], self.headers["Authorization"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/in", found
        server.shutdown()
        thread.join()


def test_each_device_sends_its_own_token(
    plan: Path, seen: tuple[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    address, found = seen
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("".join(f"secret-{device}\r\n" for device in range(DEVICES)))
    words = ["fleet", "run", str(plan), "--target", address, "--encoding", "none"]
    status = main(
        [*words, "--workers", "2", "--token-file", str(tokens), "--out", str(tmp_path / "r")]
    )
    assert status in (0, 3)
    names = identifiers(0, "device", np.arange(DEVICES)).astype("U20").tolist()
    wanted = {name: f"Bearer secret-{device}" for device, name in enumerate(names)}
    assert len(found) > DEVICES
    assert all(wanted[device] == token for device, token in found)
    assert len({token for _, token in found}) > DEVICES // 2
    assert "secret-" not in (tmp_path / "r" / "run.json").read_text()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds 0 tokens for 3 devices; give a line for each"),
        (b"a\nb\n", "holds 2 tokens for 3 devices; give a line for each"),
        (b"a\n\nc\n", "line 2: is empty; write the token"),
        (b"a\nb\nBearer c\n", "line 3: holds a space"),
        (b"a\nb\tb\nc", "line 2: holds a space, a tab"),
        ("a\nb\nç\n".encode(), "line 3: holds .* a letter beyond ASCII"),
        (b"a\rb\rc\r", "line 1: holds"),
    ],
)
def test_files_that_will_not_do_are_refused(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "tokens.txt"
    file.write_bytes(content)
    with pytest.raises(DeskhandError, match=f"tokens.txt: {told}"):
        tokens_of_file(file, 3)


def test_lines_are_devices_and_more_of_them_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "tokens.txt"
    file.write_bytes(b"zero\r\none\ntwo\nthree")
    tokens = tokens_of_file(file, 3)
    assert [tokens(sent_by(device)) for device in (3, 0, 2)] == [b"three", b"zero", b"two"]


@pytest.mark.parametrize("text", ["", "a b", "a\r\nX-Evil: 1", "a\nb", "\N{SNOWMAN}"])
def test_templates_that_will_not_do_are_refused(text: str) -> None:
    with pytest.raises(DeskhandError, match="token: is empty, or holds"):
        token_template(text)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--token-file", "gone.txt"], "gone.txt: No such file or directory; name a file"),
        (["--token-file", "few.txt"], f"holds 1 tokens for {DEVICES} devices"),
        (["--token-file", "few.txt", "--token", "a"], "both are given; leave one out"),
        (["--token", "a", "--as", "nats"], "target 'nats' is sent to without HTTP"),
    ],
)
def test_refusals_leave_nothing_behind(
    words: list[str],
    told: str,
    plan: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("few.txt").write_text("one\n")
    given = ["fleet", "run", str(plan), "--target", "http://127.0.0.1:1/in", "--out", "r", *words]
    assert main(given) == 2
    assert told in capsys.readouterr().err
    assert not Path("r").exists()
