"""One session varied: the operators in order, then the marks that tell what it was made from."""

from collections.abc import Sequence
from typing import Any

from deskhand.datasets.augmentation.operator import Operator
from deskhand.datasets.augmentation.operators import parse_operators
from deskhand.datasets.resynthesis.lineage import Lineage, marked
from deskhand.errors import DeskhandError
from deskhand.exports.captured import UNKNOWN
from deskhand.session import Session
from deskhand.streams import check_seed, name, stream_key


def augment(session: Session, do: str | Sequence[str], *, seed: int, copy: int = 0) -> Session:
    """Return a variation of a session.

    Parameters
    ----------
    session : Session
        A capture that `deskhand.read_sessions` read, or a synthetic session.
    do : str or sequence of str
        What is done, in order, for example ``"persona_transfer,time_warp:0.9..1.1"``:
        ``persona_transfer`` (another person's hand and typing; behind a colon a profile, or one of
        the hand and one of the keys joined by +), ``resynthesise`` (the same person again),
        ``time_warp`` (a drifting pace; behind a colon its range), ``jitter`` (noise; behind a colon
        its SD in px).
    seed : int
        From 0 to 2**64 - 1.
    copy : int
        Number of the variation; each is another one.

    Returns
    -------
    Session
        Of a capture: ``synthetic`` false, ``profile_mode`` derived, identifiers that begin with
        ``der_``. It is about the person who was recorded, and so are all of its copies. Of a
        synthetic session: a synthetic one. ``provenance_id`` tells source, operators, seed and copy.

    Raises
    ------
    DeskhandError
        When an operator is unknown, an argument cannot be used, or there is nothing to vary.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("auth.login", seed=7)
    >>> varied = augment(session, "time_warp:1.2..1.3", seed=1)
    >>> varied.header["duration_us"] > session.header["duration_us"]
    True
    """
    check_seed(seed)
    operators, balance = parse_operators(do)
    if balance is not None:
        raise DeskhandError(
            f"class_balance:{balance} says how many copies of several sessions are made; use it with "
            "`deskhand augment` or augment_files."
        )
    return varied(session, operators, seed=seed, copy=copy)


def varied(session: Session, operators: Sequence[Operator], *, seed: int, copy: int) -> Session:
    """Return a variation of a session by operators that are ready; as `augment`."""
    persona = str(session.header["persona"])
    # Sessions of one person become sessions of one other person.
    who = session.session_id if persona == UNKNOWN else persona
    header: dict[str, Any] = {}
    made = session
    for number, operator in enumerate(operators):
        whose = who if operator.of_person else session.session_id
        made = operator.apply(made, stream_key(seed, "augment", whose, copy, number, operator.text))
        header |= operator.header
    lineage = Lineage(
        made_from=session.session_id,
        steps=tuple(operator.text for operator in operators),
        seed=seed,
        copy=copy,
    )
    if any(operator.new_person for operator in operators):
        prefix = "syn_person" if session.header["synthetic"] else "der_person"
        header["persona"] = name(prefix, seed, "augment", who, copy, *lineage.steps)
    return marked(made, lineage, **header)
