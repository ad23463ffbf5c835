"""One process that sends its share of a plan, and tells how it goes."""

import asyncio
import gc
import signal
import sys
import time
from contextlib import suppress
from importlib.metadata import version
from multiprocessing.connection import Connection as Pipe
from typing import Any, cast
from urllib.parse import urlsplit

from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import Bodies, Encoding
from deskhand.fleet.identifiers import identifiers
from deskhand.fleet.load.connection import Answer
from deskhand.fleet.load.due import blocks, due
from deskhand.fleet.load.history import HISTORY_FOLDER, History
from deskhand.fleet.load.http_sender import HttpSender
from deskhand.fleet.load.measures import Measures
from deskhand.fleet.load.pacing import Pacer
from deskhand.fleet.load.pool import Pool
from deskhand.fleet.load.queue_sender import QueueSender
from deskhand.fleet.load.sender import Sender
from deskhand.fleet.load.settings import (
    STOP_S,
    LoadSettings,
    address_of,
    affordable,
    is_local,
    refuse_foreign,
)
from deskhand.fleet.load.tokens import device_tokens
from deskhand.fleet.load.wire import Wires
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import HttpTarget, QueueTarget
from deskhand.fleet.targets import load_target

# How often a worker counts, how often it tells, for how long it makes tails before it starts, how often
# it writes. Assumed; what it counts at once must be little, since the sending waits.
_COUNTS_S = 0.02
TELLS_S = 0.1
_TAILS_S = 10.0
_WRITES_S = 5.0
# Python hands its lock from thread to thread so often; the default of 5 ms would make sends late.
_SWITCH_S = 0.0005
_LISTENS_S = 0.02


def work(settings: LoadSettings, which: int, pipe: Pipe) -> None:
    """Send what is due of some devices.

    Parameters
    ----------
    settings : LoadSettings
    which : int
        This worker's number: of devices, those whose number leaves it when divided by the workers.
    pipe : multiprocessing.connection.Connection
        Tells ``("ready",)``, then ``("now", {...})`` again and again, at last ``("done", {...})`` or
        ``("failed", text)``; takes ``("start", time)`` and ``("stop",)``.
    """
    # Ctrl-C goes to all processes of a terminal; the one that runs this one says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import uvloop

        sys.setswitchinterval(_SWITCH_S)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            pipe.send(("done", runner.run(Worker(settings, which, pipe).run())))
    except (DeskhandError, OSError) as error:
        pipe.send(("failed", str(error)))
    except Exception as error:
        pipe.send(("failed", f"{type(error).__name__}: {error}"))
        raise
    finally:
        # The other end closes first: over TCP, what nobody read here would take back what was said last.
        with suppress(EOFError, OSError):
            while True:
                pipe.recv()
        pipe.close()


class Worker:
    """Puts together what one process needs; see `work`."""

    def __init__(self, settings: LoadSettings, which: int, pipe: Pipe) -> None:
        self._settings, self._which, self._pipe = settings, which, pipe
        self._plan = Plan.load(settings.plan)
        self._tokens = device_tokens(settings, self._plan)
        self._stop = asyncio.Event()
        self._start: float | None = None
        self._error: BaseException | None = None

    async def run(self) -> dict[str, Any]:
        """Return what this worker measured."""
        settings, plan, loop = self._settings, self._plan, asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        listening = loop.create_task(self._listen())
        target = load_target(
            settings.adapter, settings.target, provenance_id=plan.record["provenance_id"]
        )
        queue = cast(QueueTarget, target) if hasattr(target, "send") else None
        encoding: Encoding = settings.encoding or (
            "gzip" if getattr(target, "reads_gzip", not queue) else "none"
        )
        bodies = Bodies(target, plan.pool_batch_list(), encoding)
        until = time.monotonic() + _TAILS_S
        for number in plan.pool_batches["pool_batch"].to_pylist():
            if time.monotonic() > until:
                break
            bodies.prepare(number)
        history = History(settings.out / HISTORY_FOLDER, self._which)
        parts: dict[str, Any] = {
            "loop": loop,
            "bodies": bodies,
            "history": history,
            "encoding": encoding,
            "seed": plan.seed,
            "attempts": settings.attempts,
            "last_us": int(settings.max_seconds * 1e6),
            "retried": lambda: pacer.took(),  # noqa: PLW0108 - it is made below
        }
        sender: Sender
        if queue:
            refuse_foreign(settings, is_local(settings.adapter, settings.target))
            await queue.open()
            pool = None
            sender = QueueSender(queue, settings.connections, settings.timeout_s, **parts)
        else:
            sender, pool = await self._by_http(cast(HttpTarget, target), encoding, parts)
        columns = {name: plan.pool_batches[name].to_numpy() for name in _POOL}
        compression = float(plan.record["compression"]) * settings.speed
        pacer: Pacer = Pacer(
            loop,
            blocks(plan, self._which, settings.workers),
            ready=lambda rows: due(plan, columns, rows, compression),
            send=sender.send,
            rate_hz=settings.max_rate_hz / settings.workers if settings.max_rate_hz else None,
        )
        await pacer.fill()
        # What is slow when it is called first is called now; garbage is collected between sends alone.
        measures = Measures(history, settings.warm_up_s)
        measures.take()
        measures.news(0.0)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._pipe.send(("ready",))
        while self._start is None and not self._stop.is_set():
            await asyncio.sleep(0.005)
        began, cpu_s = self._start or time.monotonic(), time.process_time()
        await asyncio.sleep(max(0.0, began - time.monotonic()))
        sender.start_us = round(began * 1e6)
        if not self._stop.is_set():
            pacer.start(sender.start_us)
            await self._until_done(pacer, sender, history, measures, began)
        share = (time.process_time() - cpu_s) / max(time.monotonic() - began, 1e-3)
        await pacer.stop()
        await self._finish(sender, pool)
        seconds = time.monotonic() - began
        measured = measures.result()
        history.close()
        if queue:
            await queue.close()
        listening.cancel()
        if self._error is not None:
            raise self._error
        notes = [] if pool is None or not pool.limited else [pool.limited]
        if pool is not None and pool.limit < settings.connections and not pool.limited:
            notes.append(f"no more than {pool.limit} connections: the limit of open files.")
        if pacer.held_back:
            notes.append(f"--max-rate {settings.max_rate_hz:g} held batches back.")
        return {
            "seconds": seconds,
            "cpu_share": share,
            **measured,
            "notes": notes,
        }

    def _wires(self, target: HttpTarget, encoding: Encoding) -> Wires:
        settings = self._settings
        parts = urlsplit(settings.target)
        return Wires(
            host=parts.netloc,
            version=version("deskhand"),
            content_type=target.content_type,
            encoding=encoding,
            headers=settings.headers,
            tokens=self._tokens,
        )

    async def _by_http(
        self, target: HttpTarget, encoding: Encoding, parts: dict[str, Any]
    ) -> tuple[Sender, Pool]:
        settings = self._settings
        sender = HttpSender(target, self._wires(target, encoding), **parts)
        sender.pool = pool = Pool(
            asyncio.get_running_loop(),
            address_of(settings),
            limit=affordable(settings.connections, len(self._plan.shards)),
            timeout_s=settings.timeout_s,
            ready=sender.pump,
            refused=sender.refused,
        )
        await self._prepare(target, pool, self._wires(target, "none"))
        return sender, pool

    async def _prepare(self, target: HttpTarget, pool: Pool, wires: Wires) -> None:
        """Send what must be there before the run."""
        for shard in self._plan.shards:
            number = self._plan.devices(shard)["device"].to_numpy()
            number = number[number % self._settings.workers == self._which]
            names = identifiers(self._plan.seed, "device", number).astype("U20").tolist()
            for request, body in target.prepare(names):
                answer = await self._one(pool, wires.whole(request, None, body))
                judged = target.judge(answer.status, answer.headers, answer.body)
                if answer.error or judged.outcome != Outcome.OK:
                    raise DeskhandError(
                        f"target {self._settings.target}: {request.path}, which must be there before "
                        f"the run, was refused ({answer.error or judged.error})."
                    )

    async def _one(self, pool: Pool, request: bytes) -> Answer:
        until = time.monotonic() + self._settings.timeout_s
        while (connection := pool.take()) is None:
            pool.grow(1)
            await asyncio.sleep(0.005)
            if time.monotonic() > until:
                return Answer(0, {}, b"", "no connection")
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        connection.exchange(request, answered, asyncio.Future.set_result, time.monotonic_ns())
        return await answered

    async def _until_done(
        self, pacer: Pacer, sender: Sender, history: History, measures: Measures, began: float
    ) -> None:
        """Wait for the end of the plan, of the time, or of patience; count, and tell now and then."""
        until = began + self._settings.max_seconds
        told = written = time.monotonic()
        while not self._stop.is_set() and (now := time.monotonic()) < until:
            if pacer.finished and sender.idle:
                return
            measures.take()
            if now > told + TELLS_S:
                told = now
                news = measures.news(now - began)
                news |= {"worker": self._which, "in_flight": sender.in_flight}
                self._pipe.send(("now", news))
                gc.collect(1)
            if now > written + _WRITES_S:
                written = now
                history.flush()
            await asyncio.sleep(_COUNTS_S)

    async def _finish(self, sender: Sender, pool: Pool | None) -> None:
        """Wait a little for answers on their way, then close."""
        sender.stopped = True
        patience_s = STOP_S if self._stop.is_set() else self._settings.timeout_s
        until = time.monotonic() + patience_s
        while sender.in_flight and time.monotonic() < until and self._error is None:
            await asyncio.sleep(0.01)
        await sender.stop()
        if pool is not None:
            await pool.close()

    async def _listen(self) -> None:
        """Take what the first process says; when it is gone, stop.

        Asked for now and then: a pipe that the event loop watches no longer waits when it is full, and
        would lose what is written to it.
        """
        try:
            while True:
                while self._pipe.poll():
                    message = self._pipe.recv()
                    if message[0] == "start":
                        self._start = message[1]
                    else:
                        self._stop.set()
                await asyncio.sleep(_LISTENS_S)
        except (EOFError, OSError):
            self._stop.set()

    def _failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and self._error is None:
            self._error = error
            self._stop.set()


_POOL = ("events", "first_seq", "last_seq")
