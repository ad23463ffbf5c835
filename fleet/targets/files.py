"""A folder as a target: a file a batch, for those who load files or look at what would be sent."""

import os
from pathlib import Path

from deskhand.errors import DeskhandError
from deskhand.fleet.tables import Outcome
from deskhand.fleet.target import Judgement, Sent
from deskhand.fleet.targets.message import Message, message_id

# RFC 1952 and RFC 8878: what compressed bodies begin with.
_CODED = ((b"\x1f\x8b", ".gz"), (b"\x28\xb5\x2f\xfd", ".zst"))


class Files(Message):
    """Writes bodies to ``<two digits>/<batch>-<first>-<last>.json``; a second copy replaces the first.

    Parameters
    ----------
    url : str
        The folder; it is made when it is not there.
    body : str
        ``json`` or ``ndjson``.
    provenance_id : str
        What the batches say they come from.
    """

    def __init__(self, url: str | None = None, body: str = "json", provenance_id: str = "") -> None:
        super().__init__(body, provenance_id)
        self._folder = Path(url.removeprefix("file://")) if url else None
        self._suffix = f".{body}"

    async def open(self) -> None:
        """Make the folder.

        Raises
        ------
        DeskhandError
            When none was given, or that is not possible.
        """
        if self._folder is None:
            raise DeskhandError("target 'files' needs a folder; write files:FOLDER.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeskhandError(
                f"{self._folder}: no folder can be made here ({error.strerror}); give another."
            ) from error

    async def send(self, sent: Sent, body: bytes) -> Judgement:
        """Write one body; it appears whole, or not at all."""
        if self._folder is None:
            raise DeskhandError("target 'files' is not open; await open() first.")
        coding = next((suffix for begin, suffix in _CODED if body.startswith(begin)), "")
        # A folder of a million files is slow to list; of these there are 256.
        folder = self._folder / sent.batch_id[4:6]
        path = folder / f"{message_id(sent)}{self._suffix}{coding}"
        making = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            folder.mkdir(exist_ok=True)
            making.write_bytes(body)
            making.replace(path)
        except OSError as error:
            making.unlink(missing_ok=True)
            return Judgement(outcome=Outcome.FAIL, error=f"file: {error.strerror}")
        return Judgement(outcome=Outcome.OK)

    async def close(self) -> None:
        """Do nothing: every file is closed."""
