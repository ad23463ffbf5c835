"""NATS JetStream as a target: a message a batch, acknowledged by the stream that keeps it."""

import asyncio
from typing import TYPE_CHECKING

from deskhand.errors import DeskhandError
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, Sent
from deskhand.fleet.targets.message import REMEDY, Message, message_id, unreachable

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

URL = "nats://127.0.0.1:4222"
OPEN_S = 10.0  # assumed
# Until an acknowledgement is given up: nats-py's default is 5 s.
ACKNOWLEDGE_S = 5.0


class NatsJetstream(Message):
    """Publishes to a subject; ``Nats-Msg-Id`` lets the stream drop what is sent twice within its window.

    Parameters
    ----------
    url : str, optional
        The server.
    subject : str
        Where messages go.
    stream : str
        Made with this name, in files, when none takes the subject yet.
    body : str
        ``json`` or ``ndjson``.
    provenance_id : str
        What the batches say they come from.
    """

    def __init__(
        self,
        url: str | None = None,
        subject: str = "deskhand.batches",
        stream: str = "DESKHAND",
        body: str = "json",
        provenance_id: str = "",
    ) -> None:
        super().__init__(body, provenance_id)
        self.url = url or URL
        self.subject = subject
        self.stream = stream
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None

    async def open(self) -> None:
        """Connect, and make the stream when it is missing.

        Raises
        ------
        DeskhandError
            When nats-py is not installed, or the server or its JetStream does not answer.
        """
        try:
            import nats
            from nats.errors import Error
            from nats.js.errors import NotFoundError
        except ImportError as error:
            raise DeskhandError(f"target 'nats' needs nats-py; {REMEDY}.") from error

        async def told(_: Exception) -> None:
            """Keep quiet: what goes wrong is judged where it is sent."""

        try:
            self._client = await asyncio.wait_for(
                # A server that is away comes back; until then messages are unknown, never dropped.
                nats.connect(
                    self.url, max_reconnect_attempts=-1, reconnect_time_wait=1, error_cb=told
                ),
                OPEN_S,
            )
            self._stream = self._client.jetstream(timeout=ACKNOWLEDGE_S)
            try:
                await self._stream.find_stream_name_by_subject(self.subject)
            except NotFoundError:
                # Direct: whoever reads single messages later gets them as they are, which is quicker.
                await self._stream.add_stream(
                    name=self.stream, subjects=[self.subject], allow_direct=True
                )
        except (OSError, TimeoutError, Error) as error:
            await self.close()
            raise unreachable("NATS JetStream", self.url, error) from error

    async def send(self, sent: Sent, body: bytes) -> Judgement:
        """Publish one message, and wait until the stream has stored it."""
        from nats.errors import Error, MaxPayloadError
        from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

        if self._stream is None:
            raise DeskhandError("target 'nats' is not open; await open() first.")
        headers = {
            "Nats-Msg-Id": message_id(sent),
            "Deskhand-Batch-Id": sent.batch_id,
            "Deskhand-Session-Id": sent.session_id,
            "Deskhand-Synthetic": "true",
        }
        try:
            await self._stream.publish(self.subject, body, headers=headers)
        except MaxPayloadError:
            return Judgement(outcome=Outcome.FAIL, split=True, error="nats: maximum payload")
        except (ServiceUnavailableError, NoStreamResponseError) as error:
            return Judgement(outcome=Outcome.FAIL, retry=True, error=f"nats: {_name(error)}")
        except APIError as error:
            return Judgement(outcome=Outcome.FAIL, error=f"nats: {error.description}")
        except (Error, TimeoutError, OSError) as error:
            # It may have arrived: only the acknowledgement is missing.
            return Judgement(outcome=Outcome.UNKNOWN, retry=True, error=f"nats: {_name(error)}")
        return Judgement(outcome=Outcome.OK)

    async def close(self) -> None:
        """Disconnect."""
        client, self._client, self._stream = self._client, None, None
        if client is not None:
            await client.close()


def _name(error: Exception) -> str:
    return type(error).__name__
