"""What is audited: a profile, or sessions with the promise under which they were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED_TYPING
from deskhand.behavior_models.profile import MODES, Profile, load_profile, profile_names
from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.calibration.gaussian_privacy import composed, epsilon_of
from deskhand.calibration.privacy_ledger import FILE, PROFILE, PrivacyLedger
from deskhand.capture_reading import unshown_sessions
from deskhand.errors import DeskhandError, InvalidDataError, UnknownNameError
from deskhand.exports.captured import CAPTURE, DERIVED
from deskhand.formats import can_read, recognised
from deskhand.generators.learned_reports import SECTION as LEARNED_HAND
from deskhand.manifest import MANIFEST_FILE, read_record, run_differences

NETWORKS = {"hand": LEARNED_HAND, "typing": LEARNED_TYPING}
# Modes, from what promises least on; sessions of none of them do not tell.
_WEAKEST_FIRST = (DERIVED, "fit-no-dp", "research", PRIVATE, "published")
# Of epsilon and delta in profile and ledger, which are written alike.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is audited.

    ``profile`` is None where sessions are audited, and ``sessions``, a folder or file, where a profile is.
    """

    name: str
    mode: str
    remark: str
    release: Mapping[str, Any]
    profile: Profile | None = None
    sessions: Path | None = None

    @property
    def networks(self) -> list[str]:
        """What of a profile is drawn by a network that was fitted: hand, typing, or none."""
        sections = {} if self.profile is None else self.profile.sections
        return [name for name, section in NETWORKS.items() if section in sections]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the ledger says: all releases on the same people, and what they come to."""

    releases: int
    epsilon: float
    budget: float

    @property
    def within(self) -> bool:
        """Whether no more was spent than was set aside."""
        return self.epsilon <= self.budget * (1.0 + 1e-6)


def load_subject(given: str) -> Subject:
    """Return what is to be audited.

    Parameters
    ----------
    given : str
        The name of a shipped profile, the path of a profile, or sessions: a folder or a file.

    Raises
    ------
    DeskhandError
        When there is no such thing, or sessions of a private profile come without its promise.
    InvalidDataError
        When it is no valid profile, was changed after it was released, or is damaged.

    Examples
    --------
    >>> load_subject("literature").mode
    'published'
    """
    path = Path(given)
    shipped = given in profile_names()
    if not shipped and not path.exists():
        known = ", ".join(profile_names())
        raise DeskhandError(
            f"{given}: no profile and no sessions; give the path of a profile, a folder or file of "
            f"sessions, or one of {known}."
        )
    if not shipped and (path.is_dir() or any(map(can_read, recognised(path)))):
        return _sessions(path)
    try:
        profile = load_profile(given if shipped else path)
    except DeskhandError as error:
        raise InvalidDataError(str(error)) from error
    return Subject(
        name=profile.name,
        mode=profile.mode,
        remark=profile.remark,
        release=profile.release or {},
        profile=profile,
    )


def check_as_written(folder: Path) -> None:
    """Refuse a folder whose files are not as its manifest lists them; without one nothing is said.

    Raises
    ------
    InvalidDataError
        When a file is missing, new or another one.
    """
    try:
        changed = run_differences(folder)
    except (DeskhandError, KeyError, TypeError) as error:
        raise InvalidDataError(f"{MANIFEST_FILE}: not as it was written ({error}).") from error
    if changed:
        raise InvalidDataError(
            f"{folder}: {len(changed)} of its files are not as {MANIFEST_FILE} lists them, the first: "
            f"{changed[0]}; take the folder as it was written."
        )


def _sessions(path: Path) -> Subject:
    mode, remark = "", "Sessions without a manifest."
    release: Mapping[str, Any] = {}
    check_as_written(path)
    if (path / MANIFEST_FILE).is_file():
        made_by = read_record(path / MANIFEST_FILE).get("profile") or {}
        mode, release = str(made_by.get("mode", "")), made_by.get("release") or {}
        if mode and mode not in MODES:
            raise InvalidDataError(str(UnknownNameError("profile mode", mode, MODES)))
        made_with = f" made with the profile {made_by['name']!r}" if "name" in made_by else ""
        remark = f"Sessions{made_with}, as their manifest lists them."
    mode = mode or _weakest_mode(path)
    if mode == PRIVATE and not release:
        raise DeskhandError(
            f"{path}: its sessions say that they are of mode {PRIVATE!r}, and no {MANIFEST_FILE} says under "
            "which promise; give the whole folder that was generated, or the profile."
        )
    return Subject(name=path.name, mode=mode, remark=remark, release=release, sessions=path)


def _weakest_mode(path: Path) -> str:
    """Return the mode of sessions; of several the one that promises least."""
    modes = {str(session.header["profile_mode"]) for session in unshown_sessions(path)}
    if not modes:
        raise DeskhandError(f"{path}: holds no session; give sessions, or a profile.")
    if CAPTURE in modes:
        raise DeskhandError(
            f"{path}: captures of people, which are personal data as they are. Audited is what was made: "
            "give a profile or sessions, and captures as --members and --others."
        )
    for mode in _WEAKEST_FIRST:
        if mode in modes:
            return mode
    raise DeskhandError(
        f"{path}: its format does not keep of which mode the sessions are; give the folder that was "
        "generated, or the profile."
    )


def spent(subject: Subject, given: str, ledger: Path | None) -> Spent | None:
    """Return what the ledger of a private profile says, or None where there is none.

    Parameters
    ----------
    subject : Subject
        Private.
    given : str
        Where it was read from; a ledger is looked for beside it.
    ledger : pathlib.Path, optional
        The ledger, wherever it is.

    Raises
    ------
    DeskhandError
        When there is no file at the place given.
    InvalidDataError
        When the ledger was changed, does not know the release, or knows another promise.
    """
    path = ledger or Path(given).parent / Path(str(subject.release.get("ledger", FILE))).name
    if not path.is_file():
        if ledger is not None:
            raise DeskhandError(f"{ledger}: no such file; give the ledger that fit wrote.")
        return None
    try:
        releases = PrivacyLedger(path).releases
    except DeskhandError as error:
        raise InvalidDataError(str(error)) from error
    own = [one for one in releases if one.release_id == subject.release.get("release_id")]
    if not own:
        raise InvalidDataError(
            f"{path.name}: does not know this release; take the ledger that was written with it."
        )
    for promised in ("epsilon", "delta"):
        told, noted = float(subject.release[promised]), float(getattr(own[0], promised))
        if abs(told - noted) > _ROUNDING * max(told, noted):
            raise InvalidDataError(
                f"{promised} is {told:g} in the profile and {noted:g} in {path.name}; one of them was "
                "changed: take both as they were written."
            )
    alike = [one for one in releases if own[0].data == one.data or own[0].content == one.content]
    total = epsilon_of(composed([one.mu for one in alike]), max(one.delta for one in alike))
    profiles = sum(one.what == PROFILE for one in alike)
    return Spent(releases=profiles, epsilon=total, budget=own[0].budget or own[0].epsilon)
