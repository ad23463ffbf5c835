"""Safeguards on one session: first its texts are masked, then what is hidden is left out."""

from dataclasses import replace

from deskhand.safeguards.masking import masked
from deskhand.safeguards.safeguards_file import Safeguards
from deskhand.safeguards.withholding import withheld
from deskhand.session import Session


def safeguarded(session: Session, safeguards: Safeguards | None) -> Session:
    """Return a session as a recorder with safeguards keeps it.

    Parameters
    ----------
    session : Session
        What was done.
    safeguards : Safeguards or None
        What the recorder leaves out.

    Returns
    -------
    Session
        The same object where there is nothing to leave out.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> hidden = safeguarded(session, Safeguards(file="x", sha256="", exclude=("auth",)))
    >>> hidden.events["type"].to_pylist(), hidden.events["reason"].to_pylist()[1]
    (['session.start', 'redaction', 'session.end'], 'excluded-app')
    >>> safeguarded(session, None) is session
    True
    """
    if safeguards is None:
        return session
    targets = {*session.events["target"].unique().to_pylist()}
    targets |= {*session.elements["target"].unique().to_pylist()}
    safeguards = safeguards.for_elements(targets - {None})
    made = withheld(masked(session, safeguards), safeguards)
    # Rows come and go; what stands beside them would no longer fit.
    return made if made is session else replace(made, submovements=None)
