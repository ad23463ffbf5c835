"""`deskhand dataset`: labelled data sets for machine learning, and the check that splits share nothing."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter

from deskhand.cli_marks import signing
from deskhand.errors import DeskhandError
from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line

LEAKS = 1
Names = Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")]

dataset = App(
    name="dataset",
    help="Labelled data sets for machine learning, in splits that share nobody.",
)


@dataset.default
def build(
    description: Path | None = None,
    *,
    out: Path | None = None,
    size: Whole | None = None,
    per_person: Whole | None = None,
    people: Whole | None = None,
    days: Whole | None = None,
    scenario: Names = None,
    role: Names = None,
    condition: Names = None,
    profile: Names = None,
    fidelity: Names = None,
    mixing: str | None = None,
    bots: Names = None,
    splits: Names = None,
    hold_out: Names = None,
    seed: Whole | None = None,
    name: str | None = None,
    license_: Annotated[str | None, Parameter(name="--license")] = None,
    start: str | None = None,
    time_zone: str | None = None,
    workers: Whole = 1,
    resume: Flag = False,
    sign: Path | None = None,
    example: Flag = False,
) -> int | None:
    """Build a data set: tables of events, actions, elements and sessions as Parquet, with a card.

    Parameters
    ----------
    description
        A JSON file; --example prints one. Without it the flags say what to build.
    out
        A new or empty folder.
    size
        How many sessions.
    per_person
        Sessions of each person, one a day.
    people
        In the place of size: how many people, each with a session on each of so many --days.
    days
        How many days.
    scenario
        Names, with weights behind an equals sign if they are not alike: crm.create_lead=2
        mail.compose. All single tasks when not given.
    role
        Roles, with or without weights; drawn for each person when not given.
    condition
        Conditions, for example none=0.8 touchpad=0.1 tremor=0.1.
    profile
        Populations: names of shipped profiles or paths of profile files.
    fidelity
        law, learned or both.
    mixing
        balanced (each of these in its shares) or grid (every combination alike often).
    bots
        Families with their shares of the people: linear=0.1 wind=0.1.
    splits
        Shares of the people: train=0.8 validation=0.1 test=0.1.
    hold_out
        What is to be in test alone: scenario=crm.log_call condition=tremor bots=wind.
    seed
        A whole number; the same seed gives the same bytes.
    name
        The data set's name.
    license_
        Its licence in the card, such as cc-by-4.0; other when not given.
    start
        The local date, or date and time, of everyone's first day.
    time_zone
        The people's time zone, for example Europe/Berlin.
    workers
        How many processes; the bytes do not depend on it.
    resume
        Complete a data set that was begun in the folder.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    example
        Print a description and stop.
    """
    from deskhand.datasets.building import LeakError, build_dataset
    from deskhand.datasets.description import EXAMPLE
    from deskhand.datasets.tables import SPLITS

    if example:
        sys.stdout.write(orjson.dumps(EXAMPLE, option=orjson.OPT_INDENT_2).decode() + "\n")
        return None
    flags = {
        "size": _size(size, per_person, people, days),
        "mix": _mix(
            scenario=scenario, role=role, condition=condition, profile=profile, fidelity=fidelity
        ),
        "mixing": mixing,
        "bots": _shares("bots", bots),
        "splits": _shares("splits", splits),
        "hold_out": _held_out(hold_out),
        "seed": seed,
        "name": name,
        "license": license_,
        "start": start,
        "time_zone": time_zone,
    }
    given = {member: value for member, value in flags.items() if value is not None}
    if out is None or (description is None and "size" not in given):
        raise DeskhandError(
            "dataset: say what to build and where: `deskhand dataset description.json --out data`, "
            "or `deskhand dataset --size 200 --out data`; `deskhand dataset --example > "
            "description.json` writes a description."
        )
    if description is not None and given:
        raise DeskhandError(
            f"dataset: {description} says what to build, and so do flags ({', '.join(given)}); "
            "write them into the file, or leave the file out."
        )
    asked: Path | dict[str, Any] = description or {"format": "deskhand.dataset/1", **given}
    with signing(sign, out), progress_line("parts") as progress:
        try:
            made = build_dataset(asked, out, workers=workers, resume=resume, progress=progress)
        except LeakError as error:
            print(f"deskhand: {error}", file=sys.stderr)
            return LEAKS
    told = made["splits"]
    counts = ", ".join(f"{told[s]['sessions']:,} {s}" for s in SPLITS if s in told)
    print(f"{out}: {made['counts']['events']:,} events of sessions: {counts}")
    return None


@dataset.command
def check(folder: Path) -> int | None:
    """Check that the splits of a data set share no persona, seed, session or held-out scenario.

    The exit status is 1 when they do, and what leaks is told.

    Parameters
    ----------
    folder
        A data set, also one that was changed since it was built.
    """
    from deskhand.datasets.leakage import check_dataset, found_files

    lines = check_dataset(folder)
    if lines:
        print(f"{folder}: the splits are not apart:")
        for line in lines:
            print(f"  {line}")
        return LEAKS
    print(f"{folder}: {', '.join(sorted(found_files(folder)))} share nothing")
    return None


def _size(
    size: int | None, per_person: int | None, people: int | None, days: int | None
) -> dict[str, int] | None:
    given = {"sessions": size, "per_person": per_person, "people": people, "days": days}
    found = {member: value for member, value in given.items() if value is not None}
    if not found:
        return None
    if not (set(found) <= {"sessions", "per_person"} and size is not None) and set(found) != {
        "people",
        "days",
    }:
        raise DeskhandError(
            "dataset: give --size, with --per-person if need be, or --people and --days."
        )
    return found


def _weights(flag: str, words: list[str]) -> list[str] | dict[str, float]:
    if not any("=" in word for word in words):
        return words
    pairs = [re.fullmatch(r"([^=]+)(?:=([0-9.]+))?", word) for word in words]
    try:
        return {pair[1]: float(pair[2] or 1.0) for pair in pairs if pair}
    except ValueError:
        raise DeskhandError(
            f"--{flag} {' '.join(words)}: write weights as numbers, for example {flag}=2."
        ) from None


def _split_words(words: list[str] | None) -> list[str]:
    return [part for word in words or () for part in word.split(",") if part]


def _mix(**axes: list[str] | None) -> dict[str, Any] | None:
    found = {axis: _weights(axis, _split_words(words)) for axis, words in axes.items() if words}
    return found or None


def _shares(flag: str, words: list[str] | None) -> dict[str, float] | None:
    if not words:
        return None
    found = {}
    for word in _split_words(words):
        pair = re.fullmatch(r"([^=]+)=([0-9]*\.?[0-9]+)", word)
        if pair is None:
            raise DeskhandError(f"--{flag} {word}: write a name and its share, such as {word}=0.1.")
        found[pair[1]] = float(pair[2])
    return found


def _held_out(words: list[str] | None) -> dict[str, list[str]] | None:
    if not words:
        return None
    found: dict[str, list[str]] = {}
    for word in _split_words(words):
        axis, _, value = word.partition("=")
        if not value:
            raise DeskhandError(
                f"--hold-out {word}: write what is held out, such as scenario={word}."
            )
        found.setdefault(axis, []).append(value)
    return found
