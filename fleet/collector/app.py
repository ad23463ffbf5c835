"""The collector as an ASGI application: it answers when a batch is on disk."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import orjson

from deskhand.fleet.collector.intake import (
    BODY_BYTES,
    Batch,
    RefusedError,
    json_batch,
    line_batch,
    unpacked,
)
from deskhand.fleet.collector.planted_bugs import Bugs, falls, strikes, whatever
from deskhand.fleet.collector.store import Entry, Store, storable

# Batches that arrive within a moment share a commit, which costs as much for one as for many.
GATHER_S = 0.002
GROUP = 256
# How long a collector that loses batches in a crash keeps them to itself.
CARELESS_S = 1.0
_PATHS = {"/batch": False, "/batches": False, "/ndjson": True, "/events": True}
_KEPT_BODY_BYTES = 1 << 20

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Collector:
    """An ASGI application over a store.

    Parameters
    ----------
    store : Store
        Where batches go.
    bugs : Bugs
        What it does wrong.
    failures : mapping of int to float
        Shares of batches whose first arrival is answered with this status; 503 after half of them
        were stored all the same, as when a gateway gives up.
    """

    def __init__(self, store: Store, bugs: Bugs, failures: Mapping[int, float]) -> None:
        self._store, self._bugs, self._failures = store, bugs, failures
        self._waiting: asyncio.Queue[tuple[Entry, asyncio.Future[bool]]] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1)
        self._failed: set[str] = set()
        self._ending = False
        self.counts: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        writer = asyncio.create_task(self._write())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._ending = True
        await self._waiting.join()
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
        self._thread.shutdown()
        self._store.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write(self) -> None:
        """Commit what arrives, in groups."""
        loop = asyncio.get_running_loop()
        while True:
            group = [await self._waiting.get()]
            careless = self._bugs.lose_on_crash and not self._ending
            await asyncio.sleep(CARELESS_S if careless else GATHER_S)
            while len(group) < GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            entries = [entry for entry, _ in group]
            try:
                fresh = await loop.run_in_executor(
                    self._thread, self._store.add, entries, self._bugs.double_on_retry
                )
            except Exception as error:
                # A disk that is full: nobody is told that his batch is kept.
                for _, answer in group:
                    if not answer.done():
                        answer.set_exception(RefusedError(500, f"not stored: {error}"))
                        answer.exception()
            else:
                for (_, answer), new in zip(group, fresh, strict=True):
                    if not answer.done():
                        answer.set_result(new)
            for _ in group:
                self._waiting.task_done()

    def _keep(self, entry: Entry) -> asyncio.Future[bool]:
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((entry, answer))
        return answer

    async def _request(self, scope: Message, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path in ("/health", "/stats") and method == "GET":
            await _answer(send, 200, {"ok": True} if path == "/health" else dict(self.counts))
            return
        if path not in _PATHS:
            await _answer(send, 404, {"error": f"{path} is not known; post to /batch or /ndjson"})
            return
        if method != "POST":
            await _answer(send, 405, {"error": "batches are posted"})
            return
        body = await _body(receive)
        if body is None:
            return
        headers = dict(scope["headers"])
        coding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
        status, record, more = await self._take(body, coding, _PATHS[path])
        self.counts[str(status)] += 1
        await _answer(send, status, record, more)

    async def _take(
        self, body: bytes, coding: str, lines: bool
    ) -> tuple[int, Message, Mapping[bytes, bytes]]:
        content = b""
        try:
            if len(body) > BODY_BYTES:
                raise RefusedError(413, f"a body is at most {BODY_BYTES} bytes")
            content = unpacked(body, coding)
            batch = (line_batch if lines else json_batch)(content)
            if not storable(batch):
                raise RefusedError(422, "a seq or a time does not fit 64 bits")
            if self._bugs.refuses(batch):
                raise RefusedError(400, "refused")
        except RefusedError as error:
            return await self._refuse(error, content or body, lines)
        for status, share in self._failures.items():
            if batch.batch_id not in self._failed and falls(share, str(status), batch.batch_id):
                self._failed.add(batch.batch_id)
                if status >= 500 and strikes(2, "kept", batch.batch_id):
                    await self._keep(self._entry(batch))
                return status, {"error": "try again"}, {b"retry-after": b"0"}
        answer = self._keep(self._entry(batch))
        if self._bugs.lose_on_crash:
            return 200, {"stored": len(batch.seq)}, {}
        try:
            fresh = await answer
        except RefusedError as error:
            return error.status, {"error": error.reason}, {}
        if not fresh:
            return 200, {"duplicate": True}, {}
        return 200, {"stored": len(batch.seq)}, {}

    async def _refuse(
        self, error: RefusedError, content: bytes, lines: bool
    ) -> tuple[int, Message, Mapping[bytes, bytes]]:
        if self._bugs.accept_invalid and error.reason != "refused":
            batch = whatever(content, lines)
            if batch is not None and storable(batch):
                await self._keep(self._entry(batch))
            return 200, {"stored": 0 if batch is None else len(batch.seq)}, {}
        kept = content[:_KEPT_BODY_BYTES]
        with suppress(RefusedError):
            await self._keep(Entry("", None, 0, error.reason, kept))
        return error.status, {"error": error.reason}, {}

    def _entry(self, batch: Batch) -> Entry:
        stored_us = time.time_ns() // 1000 + self._bugs.late * 1_000_000
        return Entry(batch.batch_id, self._bugs.altered(batch), stored_us)


async def _body(receive: Receive) -> bytes | None:
    """Return a request's body, up to the piece that makes it too large; None when the client is gone."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if size <= BODY_BYTES:
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        if not message.get("more_body", False):
            return b"".join(parts)


async def _answer(
    send: Send, status: int, record: Message, more: Mapping[bytes, bytes] | None = None
) -> None:
    content = orjson.dumps(record)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, *(more or {}).items()],
        }
    )
    await send({"type": "http.response.body", "body": content})
