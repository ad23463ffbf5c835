"""`deskhand audit`: the privacy report of a profile or of sessions."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line


def audit(
    profile: str,
    *,
    members: Path | None = None,
    others: Path | None = None,
    html: Path | None = None,
    json: Path | None = None,
    ledger: Path | None = None,
    person: str | None = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    stand_ins: Flag = False,
    seed: Whole = 0,
) -> int:
    """Say what a profile promises, test whether it holds, and attack it with captures.

    Ends with status 0 when nothing speaks against what is claimed, 1 when something does, 2 when it
    cannot be measured or something given is wrong, 3 when data are not as they were written, and 4 when
    a control was not caught, which makes the report void.

    Parameters
    ----------
    profile
        A shipped profile, the path of a profile, or sessions: a folder or a file.
    members
        Captures of people who were fitted; attacks try to find them.
    others
        Captures of people who were not fitted: the control.
    html
        A page to write.
    json
        A JSON file to write.
    ledger
        Of a private profile, where it is not beside it.
    person
        Whose a capture is: a column of the sessions table, or a pattern with one group that finds the
        person in a file's path.
    format_
        Of the captures; recognised when not given.
    stand_ins
        Let synthetic sessions stand in for captures.
    seed
        Of synthetic people and of what is drawn.
    """
    from deskhand.capture_fit import Captures
    from deskhand.errors import DeskhandError, InvalidDataError
    from deskhand.manifest import canonical_bytes, write_whole
    from deskhand.privacy_audit import report
    from deskhand.privacy_audit.page import page
    from deskhand.privacy_audit.wording import text_lines

    for out in (html, json):
        if out is not None and not out.parent.is_dir():
            raise DeskhandError(f"{out}: there is no folder {out.parent}; make it first.")
        if out is not None and out.is_dir():
            raise DeskhandError(f"{out}: is a folder; give the file to write.")
    of_captures = {"--person": person, "--format": format_, "--stand-ins": stand_ins or None}
    given = [option for option, value in of_captures.items() if value is not None]
    if given and members is None and others is None:
        raise DeskhandError(f"{given[0]} speaks of captures; give --members and --others, too.")
    sides = [
        None
        if path is None
        else Captures(paths=[path], person=person, format=format_, stand_ins=stand_ins)
        for path in (members, others)
    ]
    for path in (members, others):
        if path is not None and not path.exists():
            raise DeskhandError(f"{path}: not found; give captures, a file or a folder.")
    try:
        with progress_line("sessions") as progress:
            made = report.audit(
                profile,
                members=sides[0],
                others=sides[1],
                ledger=ledger,
                seed=seed,
                progress=progress,
            )
    except InvalidDataError as error:
        print(f"deskhand: {error}", file=sys.stderr)
        return report.INVALID
    files = ((html, page(made).encode()), (json, canonical_bytes(made.as_record())))
    for out, content in files:
        if out is not None:
            try:
                write_whole(out, content)
            except OSError as error:
                raise DeskhandError(
                    f"{out} cannot be written: {error.strerror or error}."
                ) from error
    print("\n".join(text_lines(made)))
    return made.status
