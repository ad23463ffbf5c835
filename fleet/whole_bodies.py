"""A plan's batches as whole requests without compression, for load tools that send them themselves."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from deskhand.errors import DeskhandError
from deskhand.fleet.bodies import Bodies
from deskhand.fleet.faults.transport import BREAKS_BODY
from deskhand.fleet.load.due import blocks, due
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.tables import Expected
from deskhand.fleet.targets import load_target


class WholeBatch(NamedTuple):
    """A batch of a plan, ready to be sent."""

    batch: int
    path: str
    headers: Mapping[str, str]
    body: bytes
    expected: Expected


class WholeBodies:
    """A plan's batches, one after the other.

    Parameters
    ----------
    folder : pathlib.Path
        A plan, of a target by HTTP.
    path : str
        Where batches are posted, for targets that leave it open; their own path when not given.

    Raises
    ------
    DeskhandError
        When this is not a plan, or its target is a queue or a folder.
    """

    def __init__(self, folder: Path, *, path: str = "") -> None:
        self._plan = Plan.load(folder)
        name = self._plan.record["target"]
        target = load_target(
            name, f"http://localhost{path}", provenance_id=self._plan.record["provenance_id"]
        )
        if hasattr(target, "send"):
            raise DeskhandError(
                f"{folder}: is planned for {name!r}, which is no service by HTTP; only "
                "`deskhand fleet run` sends that."
            )
        self._target = target

    def part(self, which: int = 0, of: int = 1) -> Iterator[WholeBatch]:
        """Yield the batches of some devices, in the order in which they are due.

        Parameters
        ----------
        which, of : int
            Those devices whose number leaves `which` when divided by `of`, so that each device
            keeps to one sender.

        Yields
        ------
        WholeBatch
            Twice, for a planned duplicate. Left out are batches that the plan does not send, and
            those whose fault lies in the bytes on the wire.
        """
        plan, target = self._plan, self._target
        pool = plan.pool_columns
        bodies = Bodies(target, plan.pool_batch_list(), "none")
        compression = float(plan.record["compression"])
        for rows in blocks(plan, which, of):
            for batch in due(plan, pool, rows, compression):
                # Only a client that writes its own bytes to the socket can send these.
                if batch.faults & BREAKS_BODY:
                    continue
                request = target.request(batch.sent)
                whole = WholeBatch(
                    batch.batch,
                    request.path,
                    {"Content-Type": target.content_type, "X-Synthetic": "true", **request.headers},
                    bodies.body(batch.pool_batch, batch.sent),
                    Expected(pool["expected"][batch.pool_batch]),
                )
                for _ in range(batch.copies):
                    yield whole
