"""What is audited: a profile, or a folder of sessions with the promise under which they were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskhand.behavior_models.profile import MODES, Profile, load_profile, profile_names
from deskhand.calibration.gaussian_privacy import composed, epsilon_of
from deskhand.calibration.privacy_ledger import FILE, PROFILE, PrivacyLedger
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.loading import read_sessions
from deskhand.manifest import MANIFEST_FILE, read_record

# Of epsilon and delta in profile and ledger, which are written alike.
_ROUNDING = 1e-9


class InvalidDataError(DeskhandError):
    """Something is there and is not as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is audited.

    ``profile`` is None where a folder of sessions is audited, and ``folder`` where a profile is.
    """

    name: str
    mode: str
    remark: str
    release: Mapping[str, Any]
    profile: Profile | None = None
    folder: Path | None = None


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
        The name of a shipped profile, the path of a profile, or a folder of sessions.

    Raises
    ------
    DeskhandError
        When there is no such thing.
    InvalidDataError
        When it is no valid profile, or was changed after it was released.

    Examples
    --------
    >>> load_subject("literature").mode
    'published'
    """
    path = Path(given)
    if given not in profile_names():
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            known = ", ".join(profile_names())
            raise DeskhandError(
                f"{given}: no profile and no folder; give the path of a profile, a folder of sessions, "
                f"or one of {known}."
            )
    try:
        profile = load_profile(given if given in profile_names() else path)
    except DeskhandError as error:
        raise InvalidDataError(str(error)) from error
    return Subject(
        name=profile.name,
        mode=profile.mode,
        remark=profile.remark,
        release=profile.release or {},
        profile=profile,
    )


def _folder(folder: Path) -> Subject:
    if (folder / MANIFEST_FILE).is_file():
        try:
            told = read_record(folder / MANIFEST_FILE)
            made_by = told["profile"]
            name, mode = str(made_by["name"]), str(made_by["mode"])
            release = made_by.get("release") or {}
        except DeskhandError as error:
            raise InvalidDataError(str(error)) from error
        except (KeyError, TypeError, AttributeError):
            name = ""
    else:
        name = ""
    if not name:
        try:
            session = next(iter(read_sessions(folder)), None)
        except DeskhandError as error:
            raise InvalidDataError(str(error)) from error
        if session is None:
            raise DeskhandError(
                f"{folder}: holds no session; give one with sessions, or a profile."
            )
        name, mode, release = folder.name, str(session.header["profile_mode"]), {}
    if mode not in MODES:
        raise InvalidDataError(str(UnknownNameError("profile mode", mode, MODES)))
    return Subject(
        name=name,
        mode=mode,
        remark="Sessions in a folder.",
        release=release,
        folder=folder,
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
