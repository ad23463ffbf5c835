"""What is audited: profiles of every mode, fitted on one half of the people of public data sets.

People are split by a seed, so that whoever is fitted is never among those who are the control.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from key_sides import as_table
from key_sides import table_of as key_table_of
from numpy.typing import NDArray
from pointer_sides import table_of as pointer_table_of

import deskhand
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.fitted_profile import fitted_profile, public_centres
from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.movements import cut_movements
from deskhand.calibration.person_statistics import STATISTICS, PeopleGathered, PeopleStatistics
from deskhand.calibration.privacy_gates import parts_of
from deskhand.calibration.private_moments import plain_moments, private_moments
from deskhand.calibration.recording import Recording, read_recording, read_table
from deskhand.calibration.session_measures import (
    MEASURES,
    SessionMeasures,
    Work,
    pointer_values,
)
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.privacy.activity import POINTER, TYPING
from deskhand.privacy_audit.captured_acts import Acts

KINDS = (TYPING, POINTER)
PUBLISHED, RESEARCH, LEARNED = "published", "research", "research-learned"
PRIVATE, PLAIN = "dp-fit", "fit-no-dp"
RELEASES = (PUBLISHED, RESEARCH, LEARNED, PRIVATE, PLAIN)
EPSILON, DELTA = 3.0, 1e-6
LONGEST_SPACING_S = 2.0


class Halves(NamedTuple):
    """What people did who are fitted and who are not, and the former as a table and in statistics."""

    members: Acts
    others: Acts
    rows: pa.Table
    statistics: Callable[[], PeopleStatistics]


def halves_of(kind: str, data: Path, people: int, seed: int) -> Halves:
    """Return both halves of a public data set.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    data : pathlib.Path
        Folder of the tables.
    people : int
        On either side, at most.
    seed : int
        Of the split.

    Raises
    ------
    DeskhandError
        When a table is not there.
    """
    return _typing(data, people, seed) if kind == TYPING else _pointer(data, people, seed)


def profile_of(release: str, halves: Halves, seed: int, kept: Path) -> Profile:
    """Return a profile of a release, fitted on the members where it is a fit.

    Parameters
    ----------
    release : str
        One of `RELEASES`. The learned tier is the same code in the modes ``research`` and ``fit-no-dp``.
    halves : Halves
    seed : int
        Of fits; the noise of a private one is drawn from the system.
    kept : pathlib.Path
        The file of a fit, which is taken again where it is there.
    """
    if release == PUBLISHED:
        return load_profile("literature")
    if not kept.is_file():
        if release in (RESEARCH, LEARNED):
            tier = "learned" if release == LEARNED else "law"
            made = deskhand.fit(halves.rows, fidelity=tier, seed=seed, source="members")
        else:
            made = _moved(release, halves.statistics())
        kept.write_text(profile_json(made), encoding="utf-8")
    return load_profile(kept)


def _moved(release: str, people: PeopleStatistics) -> Profile:
    """Return the public profile moved to people, by noised numbers or by their own."""
    public = public_centres()
    chosen = [place for place, one in enumerate(STATISTICS) if one.motor]
    if release == PRIVATE:
        mu = parts_of(mu_of(EPSILON, DELTA)).rest
        moments = private_moments(people, public.centres, mu=mu, chosen=chosen, with_work=False)
    else:
        moments = plain_moments(people, public.centres, chosen=chosen, with_work=False)
    # A benchmark's profile is no release: it stands in no ledger.
    return fitted_profile(
        moments,
        name=release,
        mode="research",
        remark="Of a benchmark.",
        source=release,
        public=public,
    )


def _typing(data: Path, most: int, seed: int) -> Halves:
    keys = typed_keys(key_table_of(data, "transcription-timing"))
    members, others = (keys.of_people(side) for side in _split(keys.person, most, seed))
    return Halves(
        Acts(members, None), Acts(others, None), as_table(members), lambda: _typists(members)
    )


def _pointer(data: Path, most: int, seed: int) -> Halves:
    rows = read_table(pointer_table_of(data, "mouse-game"))
    recording = read_recording(rows)
    movements = cut_movements(recording)
    sides = _split(movements.person, most, seed)
    members, others = (movements.take(np.isin(movements.person, side)) for side in sides)
    names = pa.array([recording.people[person] for person in sides[0]], pa.string())
    fitted = rows.filter(pc.is_in(pc.cast(rows["user"], pa.string()), value_set=names))
    return Halves(
        Acts(None, members), Acts(None, others), fitted, lambda: _hands(recording, sides[0])
    )


def _split(
    people: NDArray[np.integer], most: int, seed: int
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    order = np.random.default_rng(seed).permutation(np.unique(people))
    size = min(most, len(order) // 2)
    return order[:size], order[size : 2 * size]


def _typists(keys: Keystrokes) -> PeopleStatistics:
    """Return people by holds and spacings alone, since it is not known which keys they are."""
    gathered = PeopleGathered({"crm": "crm"})
    hold, spacing = 1e-6 * (keys.up_us - keys.down_us), 1e-6 * np.diff(keys.down_us, prepend=0)
    follows = np.append(False, keys.session[1:] == keys.session[:-1])
    for person in np.unique(keys.person):
        own = keys.person == person
        between = own & follows & (spacing > 0.0) & (spacing < LONGEST_SPACING_S)
        _add(
            gathered,
            str(person),
            {"hold": np.log(hold[own & (hold > 0.0)]), "spacing": np.log(spacing[between])},
        )
    return gathered.statistics()


def _hands(recording: Recording, people: NDArray[np.integer]) -> PeopleStatistics:
    gathered = PeopleGathered({"crm": "crm"})
    for person in people.tolist():
        values = pointer_values(recording.of_people([person]))
        _add(gathered, str(person), dict(zip(("move", "click", "dwell"), values, strict=True)))
    return gathered.statistics()


def _add(gathered: PeopleGathered, person: str, values: Mapping[str, NDArray[np.float64]]) -> None:
    all_values = {name: np.empty(0) for name in MEASURES} | dict(values)
    gathered.add(person, SessionMeasures(all_values, Work(np.zeros(1), np.zeros((1, 1)))))
