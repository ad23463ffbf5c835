"""Fitting a population: one recording of its pointer or its keys in, one profile out."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from deskhand.behavior_models.endpoint import fit_endpoint
from deskhand.behavior_models.profile import Entries, Profile, load_profile
from deskhand.calibration.behaviours import fit_behaviours
from deskhand.calibration.law_matching import fit_law
from deskhand.calibration.learned_fit import fit_learned
from deskhand.calibration.movements import Movements, cut_movements, cut_rests
from deskhand.calibration.pytorch import INSTALL, torch_or_none
from deskhand.calibration.recording import read_recording
from deskhand.calibration.typing_fit import fit_typing, tells_of_keys
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.generators.recorder_fit import fit_recorders
from deskhand.streams import check_seed

FIDELITIES = ("law", "learned")
# What a recording does not tell comes from published numbers.
BASE = "literature"
FEWEST_PEOPLE = 20
FEWEST_MOVEMENTS = 400

Progress = Callable[[str, float], None]


def fit(
    data: Any,
    *,
    seed: int = 0,
    fidelity: str | None = None,
    name: str = "fitted",
    source: str | None = None,
    progress: Progress | None = None,
) -> Profile:
    """Fit a population's pointer to recorded movements, or its typing to recorded keystrokes.

    Parameters
    ----------
    data : pyarrow.Table, mapping of columns, data frame, path, Session or sequence of Session
        A tidy table, or the path of one in Parquet, with the columns ``user``, ``t_s``, ``event``
        (move, drag, down, up, scroll), ``x``, ``y`` and, where known, ``session``, ``button``,
        ``target_x``, ``target_y`` (centre), ``target_w``, ``target_h``; or canonical sessions. At
        least 20 people with moves and presses (releases where no presses are kept). Or keystrokes of
        at least 20 people: a tidy table with the columns ``user``, ``t_down_s``, ``t_up_s`` and,
        where known, ``session`` and ``key`` (see
        `deskhand.calibration.key_recording.read_key_recording`).
    seed : int
        The same data, seed, versions and platform give the same profile.
    fidelity : str, optional
        ``"learned"`` fits both tiers and needs PyTorch (the extra ``fit``); ``"law"`` fits the
        closed forms alone. Learned where PyTorch is installed; where it is not, a warning says so.
    name : str
        Of the profile.
    source : str, optional
        What to write as the source of every number; people and movements are counted unless given.
    progress : callable, optional
        Told the name of a part and the finished share of it.

    Returns
    -------
    Profile
        Population parameters alone; what the data do not tell comes from ``literature``. It is not
        differentially private: keep it where the data may be kept.

    Raises
    ------
    DeskhandError
        When the data cannot be read, or hold too few people or movements.
    """
    check_seed(seed)
    if fidelity is not None and fidelity not in FIDELITIES:
        raise UnknownNameError("fidelity", fidelity, FIDELITIES)
    learned = _learned(fidelity)
    told = progress or _untold
    if tells_of_keys(data):
        return fit_typing(data, name=name, source=source, seed=seed, learned=learned, progress=told)
    recording = read_recording(data)
    aimed = cut_movements(recording)
    people = len(np.unique(aimed.person))
    if people < FEWEST_PEOPLE or len(aimed) < FEWEST_MOVEMENTS:
        raise DeskhandError(
            f"{len(aimed)} movements that end in a press, by {people} people; a fit needs "
            f"{FEWEST_MOVEMENTS} by at least {FEWEST_PEOPLE}. A movement is a run of six or more "
            "moves over 20 px and .08 to 3 s, at most half a second before the press; t_s is in "
            "seconds, and a session's rows stand in the order of time."
        )
    source = source or f"fitted on {people} people, {len(aimed)} movements"
    base = load_profile(BASE).sections.items()
    sections: dict[str, Any] = {name: dict(entries) for name, entries in base}
    told("presses, drags, scrolls", 0.0)
    _merge(sections, fit_behaviours(recording, source))
    told("recorders", 0.0)
    reports = aimed.person, aimed.count, aimed.t_us, aimed.x, aimed.y
    sections["recorder"] = fit_recorders(*reports, source=source)
    ends = aimed.first, aimed.last
    start, end = (np.stack([aimed.x[at], aimed.y[at]], axis=1) for at in ends)
    _merge(sections, {"endpoint": fit_endpoint(start, end, aimed.target, source)})
    law = fit_law(
        aimed,
        recorder=sections["recorder"],
        seed=seed,
        source=source,
        progress=lambda share: told("law tier", share),
    )
    _merge(sections, law)
    if learned:
        moves = _numbered(aimed, cut_rests(recording))
        _merge(
            sections,
            fit_learned(
                moves, seed=seed, source=source, progress=lambda share: told("learned tier", share)
            ),
        )
    return Profile(
        name=name,
        mode="fit-no-dp",
        remark=f"Pointer of a population, {source}; the rest from published numbers.",
        sections=sections,
    )


def _learned(fidelity: str | None) -> bool:
    """Return whether to fit the learned tier, or say what it needs."""
    if fidelity == "law":
        return False
    if torch_or_none() is not None:
        return True
    if fidelity == "learned":
        raise DeskhandError(f"fidelity='learned' is fitted with PyTorch: {INSTALL}")
    warnings.warn(
        f"PyTorch is not installed, so only the law tier is fitted; for both: {INSTALL}",
        stacklevel=3,
    )
    return False


def _untold(_part: str, _share: float) -> None:
    pass


def _merge(sections: dict[str, Any], fitted: dict[str, Entries]) -> None:
    for name, entries in fitted.items():
        sections.setdefault(name, {}).update(entries)


def _numbered(aimed: Movements, rests: Movements) -> Movements:
    """Return both kinds of movements, of people numbered from 0 who have movements of the first."""
    known, person = np.unique(aimed.person, return_inverse=True)
    rests = rests.take(np.isin(rests.person, known))
    both = {
        column: np.concatenate([getattr(aimed, column), getattr(rests, column)])
        for column in ("count", "t_us", "x", "y", "dwell_us", "target")
    }
    others = np.searchsorted(known, rests.person)
    return Movements(person=np.concatenate([person, others]).astype(np.int32), **both)
