"""A folder that something was begun in: taken up again only with what it was begun with."""

import shutil
from pathlib import Path
from typing import Any

from deskhand.errors import DeskhandError
from deskhand.manifest import MAKING, check_begun_alike, read_record


def open_folder(out: Path, begun: dict[str, Any], record: str, *, resume: bool) -> None:
    """Make an output folder, or refuse to go on in one.

    Parameters
    ----------
    out : pathlib.Path
        The folder: absent or empty, or, with ``resume``, one that the same was begun in.
    begun : dict
        What is to be made.
    record : str
        The name of the file that tells what was begun in a folder.
    resume : bool
        Whether what was begun is to be completed.

    Raises
    ------
    DeskhandError
        When the folder cannot be written, holds something, or was begun differently.
    """
    if out.exists() and not out.is_dir():
        raise DeskhandError(f"output folder {out} is a file; give a folder, for example --out out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        present = sorted(entry.name for entry in out.iterdir())
    except OSError as error:
        raise DeskhandError(
            f"output folder {out}: {error.strerror}; give a folder that can be written, "
            "for example --out out/run."
        ) from error
    held = [name for name in present if not name.startswith(MAKING)]
    if held and not resume:
        raise DeskhandError(
            f"output folder {out} is not empty (it holds {held[0]!r}); give an empty one, "
            "or --resume to complete the run that was begun there."
        )
    if held and record not in held:
        raise DeskhandError(
            f"output folder {out} holds {held[0]!r} but no {record}, so no run was begun there; "
            "give the folder of that run, or an empty one."
        )
    if record in held:
        check_begun_alike(f"the run in {out}", read_record(out / record), begun)


def clear_making(out: Path) -> None:
    """Remove what a process that was killed left half-made in a folder."""
    for entry in out.glob(f"{MAKING}*"):
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
