"""The guard before real servers: what is marked is refused, what is not reaches the application whole."""

import asyncio
import gzip
import http.client
import json
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from deskhand.errors import DeskhandError
from deskhand.guard import SyntheticGuard, SyntheticGuardWSGI, plain
from tests.servers import free_port

MARKED = b'{"batch_id":"1","events":[{"synthetic":true,"x":1}]}'
REAL = b'{"batch_id":"1","events":[{"x":1,"text":"{\\"synthetic\\":true}"}]}'
JSON = {"Content-Type": "application/json"}


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the size of a body and its first bytes, as soon as it has ended."""
    if scope["type"] != "http":
        return
    size, first, more = 0, b"", True
    while more:
        message = await receive()
        part = message.get("body", b"")
        first, size, more = (first + part)[:20], size + len(part), message.get("more_body", False)
    body = b"%d %b" % (size, first)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def asgi(**options: Any) -> Iterator[int]:
    uvicorn = pytest.importorskip("uvicorn", reason='needs pip install -e ".[test,fleet]"')
    port = free_port()
    config = uvicorn.Config(
        SyntheticGuard(echo, **options), port=port, log_level="error", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def wsgi(**options: Any) -> Iterator[int]:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"%d %b" % (len(body), body[:20])]

    server = make_server("127.0.0.1", 0, SyntheticGuardWSGI(app, **options), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def post(port: int, body: Any, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/in", body, headers or JSON)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module", params=[asgi, wsgi], ids=["asgi", "wsgi"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with request.param(most_bytes=4096) as port:
        yield port


MARKED_BODIES = {
    "json": (MARKED, {}),
    "json lines": (REAL + b"\n" + MARKED + b"\n", {}),
    "gzip": (gzip.compress(MARKED), {"Content-Encoding": "gzip"}),
    "gzip that is not told": (gzip.compress(MARKED), {}),
    "two members of gzip": (gzip.compress(REAL + b"\n") + gzip.compress(MARKED), {"Content-Encoding": "gzip"}),
    "deflate": (zlib.compress(MARKED), {"Content-Encoding": "deflate"}),
    "larger than what is looked into": (MARKED[:-2] + b',{"x":' + b"1" * 9000 + b"}]}", {}),
    "derived": (b'{"synthetic":false,"session_id":"der_session_0123456789abcdef"}', {}),
    "no json": (b"\x0a\x12deskhand.synthetic\x12\x02\x10\x01", {}),
    "nested deeply": (b'{"synthetic":true,"a":' + b"[" * 3000, {}),
}  # fmt: skip


@pytest.mark.parametrize("what", MARKED_BODIES)
def test_marked_bodies_are_refused(what: str, port: int) -> None:
    body, headers = MARKED_BODIES[what]
    status, answer = post(port, body, JSON | headers)
    assert status == 422
    assert "synthetic data is not taken here" in json.loads(answer)["error"]


REAL_BODIES = {
    "json": (REAL, {}),
    "empty": (b"", {}),
    "gzip": (gzip.compress(REAL), {"Content-Encoding": "gzip"}),
    "broken gzip": (b"\x1f\x8bnothing", {"Content-Encoding": "gzip"}),
    "a bomb": (gzip.compress(bytes(10_000_000)), {"Content-Encoding": "gzip"}),
    "large": (b'{"x":"' + b"1" * 1_000_000 + b'"}', {}),
    "a header that says no": (REAL, {"X-Synthetic": "false"}),
}


@pytest.mark.parametrize("what", REAL_BODIES)
def test_others_reach_the_application_whole(what: str, port: int) -> None:
    body, headers = REAL_BODIES[what]
    assert post(port, body, JSON | headers) == (200, b"%d %b" % (len(body), body[:20]))


@pytest.mark.parametrize("header", ["X-Synthetic", "x-synthetic-load", "Deskhand-Synthetic"])
def test_headers_are_enough(header: str, port: int) -> None:
    assert post(port, REAL, {header: "true"})[0] == 422


def test_a_body_in_chunks() -> None:
    with asgi(most_bytes=4096) as port:
        parts = [b'{"x":"', *[b"1" * 1000] * 50, b'"}']
        assert post(port, iter(parts)) == (200, b'50008 {"x":"11111111111111')
        assert post(port, iter([b'{"synthetic"', b":true", b"}"]))[0] == 422


def test_the_application_begins_before_a_large_body_has_ended() -> None:
    begun = asyncio.Event()

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        begun.set()
        while (await receive()).get("more_body"):
            pass

    async def run() -> None:
        waiting: asyncio.Queue[Any] = asyncio.Queue()
        scope = {"type": "http", "headers": []}
        guard = SyntheticGuard(app, most_bytes=1000)
        running = asyncio.create_task(guard(scope, waiting.get, waiting.put))
        for _ in range(3):
            await waiting.put({"type": "http.request", "body": b"1" * 400, "more_body": True})
        await asyncio.wait_for(begun.wait(), 5)
        await waiting.put({"type": "http.request", "body": b"", "more_body": False})
        await asyncio.wait_for(running, 5)

    asyncio.run(run())


def test_a_web_socket_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"X-Synthetic", b"true")]}
    asyncio.run(SyntheticGuard(echo)(scope, receive, send))
    assert [(m["type"], m["code"]) for m in sent] == [("websocket.close", 1008)]


@pytest.mark.parametrize("served", [asgi, wsgi])
def test_the_status_is_the_user_s_choice(served: Any) -> None:
    with served(status=451, most_bytes=0) as port:
        assert post(port, REAL, {"X-Synthetic": "true"})[0] == 451
        # Headers alone were asked for.
        assert post(port, MARKED)[0] == 200


@pytest.mark.parametrize(
    "options", [{"status": 200}, {"status": 999}, {"most_bytes": -1}, {"most_bytes": 1.5}]
)
def test_bad_arguments(options: dict[str, Any]) -> None:
    for guard in (SyntheticGuard, SyntheticGuardWSGI):
        with pytest.raises(DeskhandError, match="must be"):
            guard(echo, **options)  # type: ignore[arg-type]


def test_what_is_unpacked_is_bounded() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(plain(bomb, "gzip", 1000)) == 1000
    assert plain(zlib.compress(b"abc")[2:-4], "deflate", 1000) == b"abc"


@pytest.mark.parametrize("headers", [True, False], ids=["by headers", "by bodies"])
def test_the_load_of_a_fleet_is_refused(headers: bool, tmp_path: Path) -> None:
    for package in ("uvloop", "httptools", "hdrh"):
        pytest.importorskip(package, reason='needs python -m pip install -e ".[test,fleet]"')
    from tests.fleet.load_runs import run_plan
    from tests.fleet.tiny_plan import tiny_plan

    plan = tiny_plan(tmp_path / "plan", [0, 1, 2])
    with asgi(headers=("x-synthetic",) if headers else ()) as port:
        record, history = run_plan(plan, tmp_path / "run", port)
    assert set(history["status"].to_pylist()) == {422}
    assert record["counts"]["sent"] == 3
