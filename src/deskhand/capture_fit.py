"""Captures of people in, a profile of their population out: with differential privacy or without."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from deskhand.app_labels import read_labels
from deskhand.behavior_models.profile import Profile, profile_names
from deskhand.behavior_models.profile_release import PRIVATE, sections_sha256
from deskhand.calibration.discrete_gaussian import discrete_gaussians
from deskhand.calibration.fitted_profile import BASE, fitted_profile, public_centres
from deskhand.calibration.gaussian_privacy import LARGEST_EPSILON, check_claim
from deskhand.calibration.ledger_lock import ledger_lock
from deskhand.calibration.opendp_noise import opendp_gaussians
from deskhand.calibration.person_statistics import (
    FEWEST_VALUES,
    MOST_VALUES,
    STATISTICS,
    PeopleGathered,
    PeopleStatistics,
)
from deskhand.calibration.privacy_gates import (
    check_enough,
    most_people,
    parts_of,
    private_scope,
)
from deskhand.calibration.privacy_ledger import Claim, PrivacyLedger
from deskhand.calibration.private_moments import (
    Centres,
    Moments,
    plain_moments,
    private_moments,
)
from deskhand.calibration.session_measures import measured_session
from deskhand.capture_networks import network_sections
from deskhand.capture_people import capture_digests, captured_people
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.progress import Progress
from deskhand.public_centres import centres_of
from deskhand.session import Session

PLAIN, RESEARCH = "fit-no-dp", "research"
MODES = (PRIVATE, PLAIN, RESEARCH)
LAW, LEARNED = "law", "learned"
FIDELITIES = (LAW, LEARNED)
ENGINES = {"deskhand": discrete_gaussians, "opendp": opendp_gaussians}
DEFAULT_EPSILON, DEFAULT_DELTA = 1.0, 1e-6
# Without privacy, fewer people are no population.
FEWEST_PEOPLE = 20
PROMISE = "person-level differential privacy: adding or removing all of one person"
SPOKEN = {
    "spacing": "spacings of keys",
    "hold": "holds of keys",
    "move": "movements",
    "click": "clicks",
    "dwell": "rests before clicks",
    "pause": "pauses",
    "tab": "use of Tab",
    "shortcut": "use of shortcuts",
}
NO_PROMISE = "none: the numbers may give people away; keep them where the captures are"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a private fit promises, and where that is written down.

    ``ledger`` is the file of all promises, ``data_name`` names the people that are fitted, ``budget`` is
    the epsilon that all fits of them may come to, ``engine`` where noise comes from.
    """

    ledger: Path
    epsilon: float = DEFAULT_EPSILON
    delta: float = DEFAULT_DELTA
    data_name: str = "captures"
    budget: float | None = None
    engine: str = "deskhand"

    def __post_init__(self) -> None:
        check_claim(self.epsilon, self.delta)
        if self.budget is not None and not 0.0 < self.budget <= LARGEST_EPSILON:
            raise DeskhandError(
                f"budget={self.budget}: the epsilon that all fits of these people may come to; a "
                f"number above 0 and at most {LARGEST_EPSILON:g}."
            )
        if self.engine not in ENGINES:
            raise UnknownNameError("engine", self.engine, ENGINES)
        if not self.data_name.strip():
            raise DeskhandError("data name '': empty; give the captured people a name, or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """What is fitted, and how it is read; see `deskhand.capture_people.captured_people`.

    ``labels`` is the path of a file as `deskhand.app_labels.read_labels` reads it; ``fewest`` and ``most``
    are the values that a statistic of a person needs, and those that are used at most.
    """

    paths: Sequence[Path]
    person: str | None = None
    format: str | None = None
    labels: Path | None = None
    stand_ins: bool = False
    fewest: int = FEWEST_VALUES
    most: int = MOST_VALUES

    def __post_init__(self) -> None:
        if not 8 <= self.fewest <= self.most:
            raise DeskhandError(
                f"fewest={self.fewest}, most={self.most}: values of a person that a statistic needs "
                "and that are used at most; 8 or more, and not fewer than needed."
            )


def fit_captures(
    captures: Captures,
    *,
    name: str = "fitted",
    promise: Promise | None = None,
    mode: str = PRIVATE,
    base: str = BASE,
    against: str | None = None,
    fidelity: str = LAW,
    seed: int = 0,
    progress: Progress | None = None,
) -> Profile:
    """Fit a population's hands, typing, tempo, habits and work to captures.

    Parameters
    ----------
    captures : Captures
        Files and folders in any format that is read back, and whose they are.
    name : str
        Of the profile.
    promise : Promise, optional
        Of the mode ``dp-fit``, which needs one.
    mode : str
        ``dp-fit``; or ``fit-no-dp`` and ``research``, which release people's numbers without noise.
    base : str
        The shipped profile whose numbers stand where nothing is fitted.
    against : str, optional
        A scenario that is like the captured work: people are held against simulated people who do
        that. Mornings of mixed office work unless given.
    fidelity : str
        ``"law"``, or, without privacy, ``"learned"``: both tiers of hand and typing are fitted to all
        movements and keystrokes, as `deskhand.fit` does it, which takes minutes and needs PyTorch.
    seed : int
        Of the learned tier's fit; nothing private is ever drawn from it.
    progress : callable, optional
        Called with the number of sessions read, 0 and events so far.

    Returns
    -------
    Profile
        Its ``release`` says what was promised.

    Raises
    ------
    DeskhandError
        When captures cannot be read or used, people are too few for the promise, or the budget of
        these data is spent.
    """
    if mode not in MODES:
        if mode == "published":
            raise DeskhandError(
                "mode 'published': is of numbers from the literature, which captures are not; fit "
                f"with one of {', '.join(MODES)}."
            )
        raise UnknownNameError("mode of a fit", mode, MODES)
    if (mode == PRIVATE) != (promise is not None):
        raise DeskhandError(f"mode {mode!r}: a promise belongs to {PRIVATE!r}, and to it alone.")
    if fidelity not in FIDELITIES:
        raise UnknownNameError("fidelity", fidelity, FIDELITIES)
    if fidelity == LEARNED and promise is not None:
        raise DeskhandError(
            f"fidelity {LEARNED!r}: a network is not fitted with differential privacy; leave it out, or "
            f"for work that stays where the captures are use --mode {PLAIN}."
        )
    # A file may hold anybody's numbers, and they would leave under this promise.
    if base not in profile_names():
        raise UnknownNameError("shipped profile", base, profile_names())
    claim = None if promise is None else _claim(captures, promise)
    if promise is not None and claim is not None:
        # Before all captures are read in vain; a lock that a killed fit left is told here, too.
        with ledger_lock(promise.ledger):
            PrivacyLedger(promise.ledger).allowed(claim)
    public = public_centres() if against is None else centres_of(against)
    kept: dict[str, list[Session]] | None = {} if fidelity == LEARNED else None
    people = gathered_people(captures, progress, kept)
    if promise is not None and claim is not None:
        told = _private(people, promise, claim, public.centres)
    else:
        told = _plain(people, mode, public.centres, with_hand=kept is None)
    told = told | {"stand_ins": captures.stand_ins}
    moments: Moments = told.pop("moments")
    fitted = _fitted(moments)
    if kept is None and not fitted:
        spent = "" if promise is None else " What was promised stands in the ledger all the same."
        raise DeskhandError(
            "nothing can be fitted: neither of typing nor of moving and clicking is enough known of "
            "enough people. Give captures with keys and their releases, or with moves and clicks, of "
            f"more sessions a person.{spent}"
        )
    remark = f"{told.pop('remark')}; fitted: {', '.join(fitted) or 'networks'}; all else is that of {base!r}."
    if captures.stand_ins:
        remark += " Fitted on synthetic sessions in place of captures: it is of nobody."
    source = str(told.pop("source"))
    made = fitted_profile(
        moments, name=name, mode=mode, remark=remark, source=source, public=public, base=base
    )
    if kept is not None:
        networks = network_sections(kept, seed=seed, source=source)
        made = replace(made, sections={**made.sections, **networks})
    return replace(made, release=told | {"sections_sha256": sections_sha256(made.sections)})


def gathered_people(
    captures: Captures,
    progress: Progress | None = None,
    kept: dict[str, list[Session]] | None = None,
) -> PeopleStatistics:
    """Return the statistics of the captured people, which are kept in memory alone.

    ``kept`` takes the sessions by person, where it is given.

    Raises
    ------
    DeskhandError
        When a capture cannot be read or used.
    """
    labels = read_labels(captures.labels)
    gathered = PeopleGathered(labels, fewest=captures.fewest, most=captures.most)
    sessions = events = 0
    for person, session in captured_people(
        captures.paths,
        person=captures.person,
        format=captures.format,
        stand_ins=captures.stand_ins,
    ):
        gathered.add(person, measured_session(session, labels))
        if kept is not None:
            kept.setdefault(person, []).append(session)
        sessions, events = sessions + 1, events + session.events.num_rows
        if progress is not None:
            progress(sessions, 0, events)
    return gathered.statistics()


def _private(
    people: PeopleStatistics, promise: Promise, claim: Claim, centres: Centres
) -> dict[str, Any]:
    epsilon, delta = promise.epsilon, promise.delta
    check_enough(len(people))
    noise, parts = ENGINES[promise.engine], parts_of(claim.mu)
    ledger = PrivacyLedger(promise.ledger)
    counted = ledger.reserve_count(claim)
    try:
        scope = private_scope(most_people(len(people), parts.counting, noise), epsilon, delta)
    except DeskhandError as error:
        raise DeskhandError(
            f"{error} People were counted with noise, which took epsilon {counted.epsilon:.2g} of them "
            f"({promise.ledger.name}); no profile was released."
        ) from error
    release = ledger.reserve(claim)
    moments = private_moments(
        people,
        centres,
        mu=parts.rest,
        chosen=[k for k, one in enumerate(STATISTICS) if one.motor or scope.mind],
        with_work=scope.work,
        noise=noise,
    )
    spoken = f"epsilon {epsilon:g}, delta {delta:g}"
    return {
        "moments": moments,
        "remark": f"Captured people with differential privacy, {spoken}",
        "source": f"dp-fit of captured people, {spoken}",
        "promise": PROMISE,
        "epsilon": epsilon,
        "delta": delta,
        "people": round(moments.people),
        "clipped_share": round(moments.clipped_share, 3),
        "recentred": moments.recentred,
        "engine": promise.engine,
        "release_id": release.release_id,
        "ledger": promise.ledger.name,
    }


def _fitted(moments: Moments) -> list[str]:
    """Return what is known of enough people, in words."""
    pairs = zip(moments.statistics, moments.middle, strict=True)
    known = {one.measure for one, middle in pairs if isfinite(middle)}
    return [words for measure, words in SPOKEN.items() if measure in known] + (
        ["work"] if moments.labels else []
    )


def _claim(captures: Captures, promise: Promise) -> Claim:
    return Claim(
        data=promise.data_name,
        digests=capture_digests(captures.paths),
        epsilon=promise.epsilon,
        delta=promise.delta,
        budget=promise.budget,
    )


def _plain(
    people: PeopleStatistics, mode: str, centres: Centres, *, with_hand: bool
) -> dict[str, Any]:
    if len(people) < FEWEST_PEOPLE:
        raise DeskhandError(
            f"the captures are of fewer than {FEWEST_PEOPLE} people, which is no population; add people."
        )
    chosen = [k for k, one in enumerate(STATISTICS) if with_hand or not one.motor]
    moments = plain_moments(people, centres, chosen=chosen, with_work=True)
    return {
        "moments": moments,
        "remark": f"{len(people)} captured people without differential privacy",
        "source": f"{mode} of {len(people)} captured people",
        "promise": NO_PROMISE,
        "people": len(people),
    }
