"""The ledger: which promises were given on which data, so that they are not given twice.

Every release on the same people adds to what the others gave away. The ledger stands beside the
profiles and is written before a release is made; each entry is sealed with the one before, so that a
change shows. What it holds of the data is one keyed hash over all of them.
"""

import hmac
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from deskhand.behavior_models.profile import FORMAT as PROFILE_FORMAT
from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.calibration.gaussian_privacy import composed, epsilon_of, mu_of
from deskhand.calibration.ledger_lock import ledger_lock
from deskhand.calibration.privacy_gates import parts_of
from deskhand.errors import DeskhandError

FORMAT = "deskhand.ledger/1"
FILE = "privacy-ledger.json"
# A promise is not held to be broken by a number's last digits.
_ROUNDING = 1e-6
_LARGEST_PROFILE = 2_000_000
# What was released: how many people there are, which comes first, or a profile.
COUNT, PROFILE = "count", "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One promise: what, on which data, how much, and of which budget.

    A profile's epsilon is of the whole claim, and its ``mu`` what the count before it has left. A count
    has no budget unless one was given.
    """

    what: str
    release_id: str
    data: str
    content: str
    epsilon: float
    delta: float
    mu: float
    budget: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is asked of the ledger.

    Parameters
    ----------
    data : str
        Name of the data; releases of one name, or of the same files, add up.
    digests : sequence of bytes
        Hashes of their files.
    epsilon, delta : float
        What is promised.
    budget : float, optional
        Epsilon that all releases of these data may come to, given the first time; unless given, what they
        come to with the first profile.
    """

    data: str
    digests: Sequence[bytes]
    epsilon: float
    delta: float
    budget: float | None = None

    @property
    def mu(self) -> float:
        """The same promise as that of one Gaussian release."""
        return mu_of(self.epsilon, self.delta)


class PrivacyLedger:
    """The promises given so far, as a file holds them.

    Parameters
    ----------
    path : pathlib.Path
        The ledger; without one nothing was released.

    Raises
    ------
    DeskhandError
        When it was changed by another hand, or profiles beside it are not in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()
        known = {one.release_id for one in self.releases}
        for profile, release_id in _profiles_beside(path):
            if release_id not in known:
                raise DeskhandError(
                    f"{profile.name}: a private profile that is not in {path.name}; bring back the "
                    "ledger that was written with it, or fit into another folder with its ledger."
                )

    def content_of(self, digests: Iterable[bytes]) -> str:
        """Return the keyed hash of data: of the hashes of their files, whatever their order."""
        whole = b"".join(sorted(digests))
        return hmac.new(bytes.fromhex(self.salt), whole, sha256).hexdigest()

    def reserve_count(self, claim: Claim) -> Release:
        """Write down that people are counted, before a promise for which there is room; see `allowed`."""
        with self._held():
            whole = self.allowed(claim)
            part = parts_of(claim.mu).counting
            least = epsilon_of(part, claim.delta)
            return self._added(
                replace(whole, what=COUNT, epsilon=least, mu=part, budget=claim.budget)
            )

    def reserve(self, claim: Claim) -> Release:
        """Write a promise down before it is given, its people counted; see `allowed`."""
        with self._held():
            left = parts_of(claim.mu).rest
            return self._added(self.allowed(claim, mu=left))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Read what others wrote in the meantime, while nobody else writes."""
        with ledger_lock(self.path):
            self._read()
            yield

    def allowed(self, claim: Claim, *, mu: float | None = None) -> Release:
        """Return a promise that may be given.

        Parameters
        ----------
        claim : Claim
            What is asked for.
        mu : float, optional
            What of it is not yet written down; all of it when not given.

        Raises
        ------
        DeskhandError
            When all releases of these data come to more than their budget, or the budget is another than
            it was; without one, when counts for which nothing was fitted have come to a whole claim.
        """
        epsilon, delta, budget = claim.epsilon, claim.delta, claim.budget
        mu = claim.mu if mu is None else mu
        content = self.content_of(claim.digests)
        alike = [one for one in self.releases if claim.data == one.data or content == one.content]
        before = next((one.budget for one in alike if one.budget is not None), None)
        if before is not None and budget is not None and budget != before:
            raise DeskhandError(
                f"budget={budget:g}: the budget of these data was set to {before:g} with "
                f"their first release ({self.path.name}) and stays; leave --budget out."
            )
        least = max([delta, *(one.delta for one in alike)])
        total = epsilon_of(composed([mu, *(one.mu for one in alike)]), least)
        if not alike or abs(total - epsilon) <= _ROUNDING * epsilon:
            # Alone, with its own count, it is what was asked for.
            total = epsilon
        given = budget if before is None else before
        if given is None and alike:
            spent = epsilon_of(composed([one.mu for one in alike]), least)
            if spent > epsilon:
                raise DeskhandError(
                    f"epsilon={epsilon:g}: refused fits have counted these people {len(alike)} times, which "
                    f"took epsilon {spent:.3g} of them ({self.path.name}); --budget says what all may come to."
                )
        allowed = total if given is None else given
        if total > allowed * (1.0 + _ROUNDING):
            others = f" with the {len(alike)} before" if alike else ""
            raise DeskhandError(
                f"epsilon={epsilon:g}{others} comes to {total:.3g}, above the budget of {allowed:g} "
                f"of these data ({self.path.name}); use the profile that was made, fit data of other "
                "people under another --data-name, or spend less."
            )
        return Release(
            what=PROFILE,
            release_id=token_hex(8),
            data=claim.data,
            content=content,
            epsilon=epsilon,
            delta=delta,
            mu=mu,
            budget=allowed,
        )

    def _added(self, release: Release) -> Release:
        self.releases.append(release)
        self._seals.append(self._seal(len(self._seals)))
        self._write()
        return release

    def _seal(self, place: int) -> str:
        before = self._seals[place - 1] if place else self.salt
        entry = json.dumps(asdict(self.releases[place]), sort_keys=True)
        return sha256(f"{before}\n{entry}".encode()).hexdigest()

    def _write(self) -> None:
        record = {
            "format": FORMAT,
            "salt": self.salt,
            "releases": [
                asdict(one) | {"seal": seal}
                for one, seal in zip(self.releases, self._seals, strict=True)
            ],
        }
        making = self.path.with_name(f".making-{os.getpid()}-{self.path.name}")
        try:
            making.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
            making.replace(self.path)
        except OSError as error:
            making.unlink(missing_ok=True)
            raise DeskhandError(
                f"{self.path} cannot be written: {error.strerror or error}; nothing was released."
            ) from error

    def _read(self) -> None:
        """Take in what the file says; without one nothing was released."""
        self.salt = token_hex(16)
        self.releases: list[Release] = []
        self._seals: list[str] = []
        if not self.path.is_file():
            return
        try:
            record: Any = json.loads(self.path.read_bytes())
            if record["format"] != FORMAT:
                raise ValueError(record["format"])
            self.salt = str(record["salt"])
            bytes.fromhex(self.salt)
            for place, given in enumerate(record["releases"]):
                seal = given.pop("seal")
                if set(given) != {field.name for field in fields(Release)}:
                    raise ValueError(f"entry {place + 1} has other members")
                self.releases.append(Release(**given))
                self._seals.append(seal)
                if not hmac.compare_digest(str(seal), self._seal(place)):
                    raise ValueError(f"entry {place + 1} does not match its seal")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DeskhandError(
                f"{self.path.name}: not a ledger as it was written ({error}); take it back from a "
                "copy, or count these data as spent."
            ) from error


def _profiles_beside(path: Path) -> Iterable[tuple[Path, str]]:
    """Yield the private profiles in a ledger's folder, each with the name of its release."""
    if not path.parent.is_dir():
        return
    for file in sorted(path.parent.glob("*.json")):
        if file == path or file.stat().st_size > _LARGEST_PROFILE:
            continue
        try:
            data = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        if (
            isinstance(data, dict)
            and data.get("format") == PROFILE_FORMAT
            and data.get("mode") == PRIVATE
            and isinstance(data.get("release"), dict)
            and data["release"].get("ledger", FILE) == path.name
        ):
            yield file, str(data["release"].get("release_id"))
