"""Tokens of devices: one text with a place for the device in it, or a file with a line for each."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from deskhand.errors import DeskhandError
from deskhand.fleet.load.settings import LoadSettings
from deskhand.fleet.plan_files import Plan
from deskhand.fleet.target import Sent


class Tokens(Protocol):
    """Gives each device its token."""

    def __call__(self, sent: Sent, /) -> bytes:
        """Return the token of the device that sends a batch."""


def token_template(text: str) -> Tokens:
    """Return tokens that are made of one text.

    Parameters
    ----------
    text : str
        ``{device_id}`` and ``{device}`` in it stand for a device's identifier and its number.

    Raises
    ------
    DeskhandError
        When a header cannot hold it.

    Examples
    --------
    >>> token_template("dev-{device}")(Sent("r", "b", "s", "d", 41, 0, 1, 0, 0, 5, 6))
    b'dev-41'
    """
    plain = text.encode(errors="replace")
    if not plain or b"\n" in plain or len(_strange(plain)):
        raise DeskhandError(
            "token: is empty, or holds a space, an end of line or a letter beyond ASCII; write the bare "
            "token, without Bearer."
        )

    def token(sent: Sent) -> bytes:
        made = plain.replace(b"{device_id}", sent.device_id.encode())
        return made.replace(b"{device}", b"%d" % sent.device)

    return token


def tokens_of_file(path: Path, devices: int) -> Tokens:
    r"""Return tokens that are read from a file.

    Parameters
    ----------
    path : pathlib.Path
        A line a device, in the order of their numbers: the first line is device 0's. There may be more
        lines than devices. The file is held as it is, with a place of 8 bytes a line.
    devices : int
        Of the plan.

    Raises
    ------
    DeskhandError
        When it cannot be read, a line is not a token, or there are too few.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "tokens.txt"
    >>> _ = file.write_text("first\nsecond\n")
    >>> tokens_of_file(file, 2)(Sent("r", "b", "s", "d", 1, 0, 1, 0, 0, 5, 6))
    b'second'
    """
    try:
        content = path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise DeskhandError(
            f"{path}: {error.strerror or error}; name a file with a token a line, the first for device 0."
        ) from error
    if content and not content.endswith(b"\n"):
        content += b"\n"
    ends = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n"))
    starts = np.append(0, ends + 1)
    strange = _strange(content)
    if len(strange):
        line = np.searchsorted(ends, strange[0]) + 1
        raise DeskhandError(
            f"{path}: line {line}: holds a space, a tab or a letter beyond ASCII; write the bare token, "
            "without Bearer."
        )
    empty = np.flatnonzero(np.diff(starts) == 1)
    if len(empty):
        raise DeskhandError(f"{path}: line {empty[0] + 1}: is empty; write the token of a device.")
    if len(ends) < devices:
        raise DeskhandError(
            f"{path}: holds {len(ends):,} tokens for {devices:,} devices; give a line for each, the "
            "first for device 0."
        )

    def token(sent: Sent) -> bytes:
        return content[starts[sent.device] : ends[sent.device]]

    return token


def device_tokens(settings: LoadSettings, plan: Plan) -> Tokens | None:
    """Return the tokens that a run's settings name, or None.

    Parameters
    ----------
    settings : LoadSettings
    plan : Plan
        Whose devices need one each.

    Raises
    ------
    DeskhandError
        When they cannot be used.
    """
    if settings.token_file is not None:
        return tokens_of_file(settings.token_file, plan.record["devices"])
    return None if settings.token is None else token_template(settings.token)


def _strange(text: bytes) -> npt.NDArray[np.intp]:
    """Return the places of what no token holds; RFC 6750 allows less, and services are not strict."""
    letters = np.frombuffer(text, np.uint8)
    return np.flatnonzero(((letters <= 0x20) & (letters != 0x0A)) | (letters >= 0x7F))
