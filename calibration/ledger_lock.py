"""One writer of a ledger at a time: a file beside it that only one process can create."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deskhand.errors import DeskhandError

# A ledger is written in milliseconds; who waits longer waits for nobody.
PATIENCE_S, _STEP_S = 10.0, 0.02


@contextmanager
def ledger_lock(ledger: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold a ledger, so that nobody else reads it to write it.

    A file that is created or not works between processes of any system, also on shared folders.

    Parameters
    ----------
    ledger : pathlib.Path
        Whether it is there or not; its folder is.
    patience_s : float
        How long to wait for another process, in seconds.

    Raises
    ------
    DeskhandError
        When the folder cannot be written to, or another process holds the ledger for longer: it was
        killed, and its lock has to be removed by hand.
    """
    lock = ledger.with_name(f"{ledger.name}.lock")
    give_up = time.monotonic() + patience_s
    while not _created(lock):
        if time.monotonic() > give_up:
            raise DeskhandError(
                f"{lock}: another fit holds the ledger{_holder(lock)}, and has for {patience_s:g} "
                "seconds, which is far longer than writing takes. If no other fit is running, one was "
                "killed: remove this file and fit again. Nothing was released."
            )
        time.sleep(_STEP_S)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _created(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return False
    except OSError as error:
        raise _cannot_write(lock, error) from error
    try:
        with os.fdopen(handle, "w") as file:
            file.write(str(os.getpid()))
    except OSError as error:
        # A full disk takes the name and not the number.
        lock.unlink(missing_ok=True)
        raise _cannot_write(lock, error) from error
    return True


def _cannot_write(lock: Path, error: OSError) -> DeskhandError:
    return DeskhandError(
        f"{lock.parent} cannot be written to: {error.strerror or error}; nothing was released."
    )


def _holder(lock: Path) -> str:
    try:
        number = lock.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    return f" (process {number})" if number.isdigit() else ""
