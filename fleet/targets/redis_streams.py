"""Redis Streams as a target: an entry a batch."""

from typing import TYPE_CHECKING

from deskhand.errors import DeskhandError
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, Sent
from deskhand.fleet.targets.message import REMEDY, Message, unreachable

if TYPE_CHECKING:
    from redis.asyncio import Redis

URL = "redis://127.0.0.1:6379/0"
CONNECTIONS = 64  # as many as the load core has to a server by HTTP
ANSWER_S = 5.0  # assumed
# What an error answer begins with when the same command may succeed later.
# Of some the client takes that word away, and makes a class of it.
PASSING_WORDS = ("BUSY", "MISCONF", "NOREPLICAS")


class RedisStreams(Message):
    """Adds entries ``batch_id``, ``session_id``, ``synthetic`` and ``body``; Redis keeps doubles.

    Parameters
    ----------
    url : str, optional
        The server and its database.
    stream : str
        The stream's key.
    body : str
        ``json`` or ``ndjson``.
    provenance_id : str
        What the batches say they come from.
    """

    def __init__(
        self,
        url: str | None = None,
        stream: str = "deskhand:batches",
        body: str = "json",
        provenance_id: str = "",
    ) -> None:
        super().__init__(body, provenance_id)
        self.url = url or URL
        self.stream = stream
        self._client: Redis | None = None

    async def open(self) -> None:
        """Connect.

        Raises
        ------
        DeskhandError
            When redis-py is not installed, or the server does not answer.
        """
        try:
            from redis.asyncio import BlockingConnectionPool, Redis
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff
            from redis.exceptions import RedisError
        except ImportError as error:
            raise DeskhandError(f"target 'redis' needs redis-py; {REMEDY}.") from error
        try:
            pool = BlockingConnectionPool.from_url(
                self.url,
                max_connections=CONNECTIONS,
                timeout=None,
                socket_timeout=ANSWER_S,
                socket_connect_timeout=ANSWER_S,
                # By itself the client adds an entry again when the answer is lost, and tells nobody.
                retry=Retry(NoBackoff(), 0),
            )
            self._client = Redis.from_pool(pool)
            await self._client.ping()
        except (OSError, ValueError, RedisError) as error:
            await self.close()
            raise unreachable("Redis", self.url, error) from error

    async def send(self, sent: Sent, body: bytes) -> Judgement:
        """Add one entry, and wait for its identifier."""
        from redis import exceptions

        if self._client is None:
            raise DeskhandError("target 'redis' is not open; await open() first.")
        entry: dict[str | bytes, str | bytes] = {
            "batch_id": sent.batch_id,
            "session_id": sent.session_id,
            "synthetic": "1",
            "body": body,
        }
        try:
            await self._client.xadd(self.stream, entry)  # type: ignore[arg-type]
        except (exceptions.ResponseError, exceptions.BusyLoadingError) as error:
            passing = (
                exceptions.OutOfMemoryError,
                exceptions.ReadOnlyError,
                exceptions.BusyLoadingError,
                exceptions.TryAgainError,
                exceptions.ClusterDownError,
                exceptions.MasterDownError,
            )
            told = str(error)
            retry = isinstance(error, passing) or told.startswith(PASSING_WORDS)
            return Judgement(outcome=Outcome.FAIL, retry=retry, error=f"redis: {told[:100]}")
        except (exceptions.RedisError, OSError) as error:
            # It may have been added: only the answer is missing.
            name = type(error).__name__
            return Judgement(outcome=Outcome.UNKNOWN, retry=True, error=f"redis: {name}")
        return Judgement(outcome=Outcome.OK)

    async def close(self) -> None:
        """Disconnect."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
