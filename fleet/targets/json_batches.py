"""A batch as one JSON object: what identifies it, and its events."""

from dataclasses import dataclass

from deskhand.fleet.target import PoolBatch, Request, Sent, Template
from deskhand.fleet.targets.http import PlainHttp, path_of, posted_to


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonBatches(PlainHttp):
    """Posts JSON objects; their tails need no filling.

    Parameters
    ----------
    url : str, optional
        Where the batches go; without a path, to ``/batch``.
    provenance_id : str, optional
        What the batches say they come from.

    Examples
    --------
    >>> import numpy as np
    >>> sent = Sent("syn_r", "syn_b", "syn_s", "syn_d", 0, 0, 1, 0, 0, 0, 0)
    >>> one = PoolBatch(0, [b'{"seq":0}'], np.zeros(1, np.int32), np.zeros(1, np.int64))
    >>> target = JsonBatches()
    >>> (target.head(sent) + target.template(one).tail)[-53:]
    b'"last_seq":0,"provenance_id":"","events":[{"seq":0}]}'
    """

    def request(self, sent: Sent) -> Request:  # noqa: ARG002
        """Return where a batch goes."""
        return posted_to(path_of(self.url) or "/batch")

    def head(self, sent: Sent) -> bytes:
        """Return all that identifies a batch."""
        return (
            f'{{"synthetic":true,"run_id":"{sent.run_id}","batch_id":"{sent.batch_id}",'
            f'"session_id":"{sent.session_id}","device_id":"{sent.device_id}",'
            f'"position":{sent.position},"start_us":{sent.start_us},"device_us":{sent.device_us},'
            f'"first_seq":{sent.first_seq},"last_seq":{sent.last_seq},'
            f'"provenance_id":{self.provenance},"events":['
        ).encode()

    def template(self, batch: PoolBatch) -> Template:
        """Return the records."""
        return Template(tail=b",".join(batch.records) + b"]}")
