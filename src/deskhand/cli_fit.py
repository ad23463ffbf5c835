"""`deskhand fit`: captures of people in, the profile of their population out."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line


def fit(
    *captures: Path,
    out: Path,
    mode: str = "dp-fit",
    epsilon: float | None = None,
    delta: float | None = None,
    name: str | None = None,
    person: str | None = None,
    labels: Path | None = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    ledger: Path | None = None,
    data_name: str | None = None,
    budget: float | None = None,
    engine: str | None = None,
    base: str = "office",
    against: str | None = None,
    fidelity: str = "law",
    seed: Whole = 0,
    fewest: Whole = 16,
    most: Whole = 20_000,
    stand_ins: Flag = False,
    i_understand: Flag = False,
) -> None:
    """Fit a population's profile to captures of people, by default with differential privacy.

    Parameters
    ----------
    captures
        Files or folders in any format that is read back; `deskhand formats` lists them.
    out
        The profile to write; beside it stands the ledger of what was promised.
    mode
        dp-fit; or fit-no-dp and research, whose numbers may give people away.
    epsilon
        How much may be learnt of whether somebody is in the data: 1 is strong, 3 usual. 1 when not
        given.
    delta
        The chance that the promise fails; 1e-6 when not given.
    name
        Of the profile; that of the file when not given.
    person
        Whose a session is: a column of the sessions table (persona when not given), or a pattern with
        one group that finds the person in a file's path.
    labels
        A JSON file from applications' names to labels; the registered scenarios' applications when not
        given.
    format_
        Of the captures; recognised when not given.
    ledger
        Where promises are written down; privacy-ledger.json beside the profile when not given.
    data_name
        Name of the captured people in the ledger; fits of one name add up.
    budget
        Epsilon that all fits of these people may come to; that of the first fit when not given.
    engine
        Where noise comes from: deskhand, or opendp (extra dp).
    base
        The shipped profile whose numbers stand where nothing is fitted.
    against
        A scenario that is like the captured work; mornings of mixed office work when not given.
    fidelity
        law; or learned, without privacy alone: strokes, clocks and networks, too (extra fit, minutes).
    seed
        Of the learned tier's fit; noise is never drawn from it.
    fewest
        Values that a statistic of a person needs.
    most
        Values of a person that are used at most.
    stand_ins
        Fit synthetic sessions in place of captures; the profile says so.
    i_understand
        Write a profile without differential privacy, which may give people away.
    """
    from deskhand.behavior_models.profile_release import PRIVATE
    from deskhand.behavior_models.profile_text import profile_json
    from deskhand.calibration.privacy_ledger import FILE
    from deskhand.capture_fit import (
        DEFAULT_DELTA,
        DEFAULT_EPSILON,
        Captures,
        Promise,
        fit_captures,
    )
    from deskhand.errors import DeskhandError
    from deskhand.manifest import write_whole

    if out.exists():
        raise DeskhandError(f"{out}: is there already; give another path for the profile.")
    if not out.parent.is_dir():
        raise DeskhandError(f"{out}: there is no folder {out.parent}; make it first.")
    if not os.access(out.parent, os.W_OK):
        raise DeskhandError(f"{out}: {out.parent} cannot be written to; give another folder.")
    if seed and fidelity == "law":
        raise DeskhandError(
            f"--seed {seed}: noise has no seed, and the law needs none; leave it out."
        )
    private = mode == PRIVATE
    of_promise = {
        "epsilon": epsilon,
        "delta": delta,
        "ledger": ledger,
        "data_name": data_name,
        "budget": budget,
        "engine": engine,
    }
    given = {option: value for option, value in of_promise.items() if value is not None}
    if given and not private:
        option = next(iter(given)).replace("_", "-")
        raise DeskhandError(f"--{option} belongs to --mode {PRIVATE}, and this is {mode!r}.")
    if not private and not i_understand:
        raise DeskhandError(
            f"mode {mode!r} writes numbers of people without differential privacy: what is made with "
            "them may give somebody away. Use --mode dp-fit, or add --i-understand and keep the "
            "profile where the captures may be."
        )
    promise = None
    if private:
        promise = Promise(
            ledger=ledger or out.parent / FILE,
            epsilon=DEFAULT_EPSILON if epsilon is None else epsilon,
            delta=DEFAULT_DELTA if delta is None else delta,
            data_name="captures" if data_name is None else data_name,
            budget=budget,
            engine="deskhand" if engine is None else engine,
        )
    with progress_line("sessions") as progress:
        profile = fit_captures(
            Captures(
                paths=captures,
                person=person,
                format=format_,
                labels=labels,
                stand_ins=stand_ins,
                fewest=fewest,
                most=most,
            ),
            name=name or out.stem,
            promise=promise,
            mode=mode,
            base=base,
            against=against,
            fidelity=fidelity,
            seed=seed,
            progress=progress,
        )
    try:
        write_whole(out, profile_json(profile).encode())
    except OSError as error:
        raise DeskhandError(
            f"{out} cannot be written: {error.strerror or error}; nothing of it was seen, but what was "
            "promised stands in the ledger."
        ) from error
    print(f"{out}: {profile.remark}", file=sys.stderr)
