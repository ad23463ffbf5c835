"""Messages of queues and files: the bodies that the generic HTTP targets post."""

from collections.abc import Mapping
from types import MappingProxyType

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.target import PoolBatch, Sent, Template
from deskhand.fleet.targets.json_batches import JsonBatches
from deskhand.fleet.targets.ndjson import Ndjson

BODIES: Mapping[str, type[JsonBatches | Ndjson]] = MappingProxyType(
    {"json": JsonBatches, "ndjson": Ndjson}
)
REMEDY = 'pip install "deskhand[queues]"'


class Message:
    """A body of one of the generic kinds.

    Parameters
    ----------
    body : str
        ``json``, one object a batch, or ``ndjson``, a line an event.
    provenance_id : str
        What the batches say they come from.

    Raises
    ------
    UnknownNameError
        When there is no such body.
    """

    def __init__(self, body: str = "json", provenance_id: str = "") -> None:
        if body not in BODIES:
            raise UnknownNameError("body", body, BODIES)
        self._body = BODIES[body](provenance_id=provenance_id)

    def head(self, sent: Sent) -> bytes:
        """Return the beginning of a body."""
        return self._body.head(sent)

    def template(self, batch: PoolBatch) -> Template:
        """Return the rest of a body."""
        return self._body.template(batch)


def message_id(sent: Sent) -> str:
    """Return what tells one message from all others, and is the same when it is sent again.

    The halves of a batch that was too large are told apart by their events.

    Examples
    --------
    >>> message_id(Sent("r", "syn_b", "s", "d", 0, 0, 3, 5, 7, 0, 0))
    'syn_b-5-7'
    """
    return f"{sent.batch_id}-{sent.first_seq}-{sent.last_seq}"


def unreachable(what: str, url: str, error: BaseException) -> DeskhandError:
    """Return the refusal to begin without a broker."""
    told = str(error) or type(error).__name__
    return DeskhandError(
        f"{what} at {url} does not answer ({told}); start it, or give its address."
    )
