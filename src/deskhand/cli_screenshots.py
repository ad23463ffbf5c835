"""`deskhand screenshots`: pictures of the screen as a capture tool takes them."""

import sys
from pathlib import Path

from deskhand.cli_marks import signing
from deskhand.option_types import Flag
from deskhand.progress import progress_line


def screenshots(
    sessions: Path,
    *,
    out: Path,
    policy: str = "before-action",
    exact: Flag = False,
    pointer: bool = True,
    scale: float = 1.0,
    resume: Flag = False,
    safeguards: Path | None = None,
    chromium: str | None = None,
    sign: Path | None = None,
) -> None:
    """Take screenshots of sessions: PNG files, with an index of when and why each was taken.

    Parameters
    ----------
    sessions
        An output folder, that folder with a session id behind it, or a capture. It is only read.
    out
        The output folder; it must be absent or empty.
    policy
        When pictures are taken: before-action, after-action, on-window-switch, periodic:SECONDS,
        several with commas between them.
    exact
        Have Chromium paint the pages, instead of composing them from compiled pictures.
    pointer
        Draw the pointer's arrow.
    scale
        Pixels of a picture for each of the desktop, from 0.1 to 1.
    resume
        Complete what was begun in the output folder.
    safeguards
        A file that says what is left out: applications, pauses, fields, secrets.
    chromium
        The path of the Chromium to use.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    """
    from deskhand.screenshot_run import write_screenshots

    with signing(sign, out), progress_line("sessions", "pictures") as progress:
        manifest = write_screenshots(
            sessions,
            out,
            policy=policy,
            exact=exact,
            pointer=pointer,
            scale=scale,
            resume=resume,
            safeguards=safeguards,
            chromium=chromium,
            progress=progress,
        )
    if progress is not None:
        counts = manifest["counts"]
        told = f"{counts['pictures']:,} pictures of {counts['sessions']:,} sessions"
        print(f"{out}: {told}", file=sys.stderr)
