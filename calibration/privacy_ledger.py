"""The ledger: which promises were given on which data, so that they are not given twice.

Every release on the same people adds to what the others gave away. The ledger stands beside the
profiles and is written before a release is made; each entry is sealed with the one before, so that a
change shows. What it holds of the data is one keyed hash over all of them.
"""

import hmac
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from deskhand.behavior_models.profile import FORMAT as PROFILE_FORMAT
from deskhand.behavior_models.profile_release import PRIVATE
from deskhand.calibration.gaussian_privacy import composed, epsilon_of
from deskhand.errors import DeskhandError

FORMAT = "deskhand.ledger/1"
FILE = "privacy-ledger.json"
# A promise is not held to be broken by a number's last digits.
_ROUNDING = 1e-6
_LARGEST_PROFILE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One promise: on which data, how much, and of which budget."""

    release_id: str
    data: str
    content: str
    epsilon: float
    delta: float
    mu: float
    budget: float


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
        self.salt = token_hex(16)
        self.releases: list[Release] = []
        self._seals: list[str] = []
        if path.is_file():
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

    def reserve(
        self,
        *,
        data: str,
        digests: Sequence[bytes],
        epsilon: float,
        delta: float,
        mu: float,
        budget: float | None,
    ) -> Release:
        """Write a promise down before it is given, see `allowed`."""
        release = self.allowed(
            data=data, digests=digests, epsilon=epsilon, delta=delta, mu=mu, budget=budget
        )
        self.releases.append(release)
        self._seals.append(self._seal(len(self._seals)))
        self._write()
        return release

    def allowed(
        self,
        *,
        data: str,
        digests: Sequence[bytes],
        epsilon: float,
        delta: float,
        mu: float,
        budget: float | None,
    ) -> Release:
        """Return a promise that may be given.

        Parameters
        ----------
        data : str
            Name of the data; releases of one name, or of the same files, add up.
        digests : sequence of bytes
            Hashes of their files.
        epsilon, delta, mu : float
            What is promised.
        budget : float, optional
            Epsilon that all releases of these data may come to: this release's, unless given the
            first time.

        Raises
        ------
        DeskhandError
            When all of them come to more, or the budget is another than it was.
        """
        content = self.content_of(digests)
        alike = [one for one in self.releases if data == one.data or content == one.content]
        if alike and budget is not None and budget != alike[0].budget:
            raise DeskhandError(
                f"budget={budget:g}: the budget of these data was set to {alike[0].budget:g} with "
                f"their first release ({self.path.name}) and stays; leave --budget out."
            )
        allowed = alike[0].budget if alike else epsilon if budget is None else budget
        least = max([delta, *(one.delta for one in alike)])
        total = epsilon_of(composed([mu, *(one.mu for one in alike)]), least)
        # Alone it is what was asked for.
        total = total if alike else epsilon
        if total > allowed * (1.0 + _ROUNDING):
            before = f" with the {len(alike)} before" if alike else ""
            raise DeskhandError(
                f"epsilon={epsilon:g}{before} comes to {total:.3g}, above the budget of {allowed:g} "
                f"of these data ({self.path.name}); use the profile that was made, fit data of other "
                "people under another --data-name, or spend less."
            )
        return Release(
            release_id=token_hex(8),
            data=data,
            content=content,
            epsilon=epsilon,
            delta=delta,
            mu=mu,
            budget=allowed,
        )

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
        try:
            record: Any = json.loads(self.path.read_bytes())
            if record["format"] != FORMAT:
                raise ValueError(record["format"])
            self.salt = str(record["salt"])
            bytes.fromhex(self.salt)
            for place, given in enumerate(record["releases"]):
                seal = given.pop("seal")
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
