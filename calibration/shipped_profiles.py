"""Fit the shipped profiles anew: ``python -m deskhand.calibration.shipped_profiles --data DIR``.

DIR holds tidy Parquet tables of public research data, which are not part of this project. What is
written are population parameters alone; see `deskhand.calibration.pointer_fit.fit`.
"""

import argparse
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.behavior_models.profile_text import profile_json
from deskhand.calibration.behaviours import fit_behaviours
from deskhand.calibration.pointer_fit import BASE, FEWEST_PEOPLE, fit
from deskhand.calibration.recording import read_recording, read_table
from deskhand.errors import DeskhandError

# A profile is meant to be read, and may hold nobody's stored movements.
LARGEST_BYTES = 200_000


class DataSet(NamedTuple):
    """A public data set: its file, the profile made from it, and how to cite it.

    ``presses`` names the profile whose presses are taken where a recorder keeps none of its own.
    """

    file: str
    profile: str
    source: str
    remark: str
    presses: str = ""


DATA_SETS = (
    DataSet(
        "sapimouse.parquet",
        "mouse-game",
        "SapiMouse (Antal, Fejer & Buza 2021), 65 people, fitted 2026-11-25",
        "Volunteers who click, double click and drag in a browser game; browser recorder, 1 ms clock.",
    ),
    DataSet(
        "web.parquet",
        "mouse-web",
        "web survey, Hochschule Bonn-Rhein-Sieg, 61 people, fitted 2026-11-25",
        "Volunteers who fill in a web survey, with the boxes that they click; browser recorder, 1 ms "
        "clock; a click is known by its release, so presses are those of mouse-game.",
        "mouse-game",
    ),
    DataSet(
        "balabit.parquet",
        "mouse-desktop",
        "Balabit Mouse Dynamics Challenge, 5 people, fitted 2026-11-25",
        "Administrators at work over a remote desktop: presses, double clicks, drags and wheel alone; "
        "the log bundles movements, so those come from published numbers.",
    ),
)


class KeySet(NamedTuple):
    """Public data sets of typing: their files, the profile made from them, and how to cite them."""

    files: tuple[str, ...]
    profile: str
    source: str
    remark: str


KEY_SETS = (
    KeySet(
        ("transcription_timing.parquet", "transcription_keyed.parquet"),
        "transcription",
        "Aalto 136M keystrokes (Dhakal et al. 2018), two public samples of 1,417 people (times "
        "alone) and 47 (with keys), fitted 2026-11-26",
        "Volunteers who copy sentences into a page, 15 each; browser recorder, 1 ms clock. The "
        "pointer is that of published numbers.",
    ),
    KeySet(
        ("composition_classes.parquet",),
        "composition",
        "KLiCKe essays (Tian, Crossley & Van Waes), 369 writers, classes of keys, fitted 2026-11-26",
        "Writers of essays in a page; browser recorder, 1 ms clock, Shift without a hold. The "
        "pointer is that of published numbers.",
    ),
)


def typing_profile(key_set: KeySet, folder: Path) -> Profile:
    """Return the profile of typists of some tables, in mode ``research``."""
    tables = [read_table(_file(folder, name)) for name in key_set.files]
    joined = pa.concat_tables(tables, promote_options="permissive")
    profile = fit(
        joined,
        name=key_set.profile,
        source=key_set.source,
        fidelity="learned",
        progress=_told,
    )
    return replace(profile, mode="research", remark=key_set.remark)


def fitted_profile(data_set: DataSet, folder: Path) -> Profile:
    """Return the profile of one data set, in mode ``research``."""
    recording = read_recording(_file(folder, data_set.file))
    if len(recording.people) >= FEWEST_PEOPLE:
        profile = fit(
            _file(folder, data_set.file),
            name=data_set.profile,
            source=data_set.source,
            fidelity="learned",
            progress=_told,
        )
        if data_set.presses:
            lender = next(d for d in DATA_SETS if d.profile == data_set.presses)
            lent = fit_behaviours(read_recording(_file(folder, lender.file)), lender.source)
            press = {**profile.sections["press"], **lent["press"]}
            profile = replace(profile, sections={**profile.sections, "press": press})
    else:
        # Too few people for a hand: only what they do around a movement is taken from them.
        base = load_profile(BASE).sections.items()
        sections = {name: dict(part) for name, part in base}
        for name, entries in fit_behaviours(recording, data_set.source).items():
            sections.setdefault(name, {}).update(entries)
        profile = Profile(name=data_set.profile, mode="", remark="", sections=sections)
    return replace(profile, mode="research", remark=data_set.remark)


def shipped_text(profile: Profile) -> str:
    """Return the text of a profile that is not too long to be read."""
    text = profile_json(profile)
    if len(text.encode()) > LARGEST_BYTES:
        raise DeskhandError(
            f"profile {profile.name!r} has {len(text.encode())} bytes; at most {LARGEST_BYTES}."
        )
    return text


def _file(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if not found:
        raise DeskhandError(f"{folder}: no file {name!r} in it; give the folder of the tables.")
    return found[0]


def _told(part: str, share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{part}: {100 * share:3.0f} %  ", end="", file=sys.stderr)


def main() -> None:
    """Fit and write the profiles."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--data", type=Path, required=True, help="folder of the Parquet tables")
    names = [*(d.profile for d in DATA_SETS), *(k.profile for k in KEY_SETS)]
    parser.add_argument("--only", choices=names, help="one profile")
    parser.add_argument(
        "--out", type=Path, help="folder to write to; the shipped profiles unless given"
    )
    given = parser.parse_args()
    out = given.out or Path(str(files("deskhand.behavior_models") / "profiles"))
    for one in (*DATA_SETS, *KEY_SETS):
        if given.only in (None, one.profile):
            if isinstance(one, DataSet):
                made = fitted_profile(one, given.data)
            else:
                made = typing_profile(one, given.data)
            text, path = shipped_text(made), out / f"{one.profile}.json"
            partial = path.with_suffix(".partial")
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)
            print(f"{path.name}: {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
