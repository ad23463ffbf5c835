"""Make the demonstration: simulate a team of five, write a player page for each, tell what was made."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deskhand import api
from deskhand.demo.person import Person, describe_person
from deskhand.demo.team_page import Made, Morning, size_text, team_page
from deskhand.loading import read_sessions
from deskhand.manifest import MANIFEST_FILE, RUN_FILE
from deskhand.player import write_player
from deskhand.progress import progress_line
from deskhand.session import Session

SCENARIO, PEOPLE = "morning", 5
FORMATS = "parquet,rrweb"
SESSIONS, PLAYERS, INDEX = "sessions", "player", "index.html"
# What a file of a run is, by the end of its name.
KINDS = (
    ("events.parquet", "every event: what a recorder would see"),
    ("actions.parquet", "ground truth: the action behind each event"),
    ("elements.parquet", "elements that were used: role, name, box"),
    ("sessions.parquet", "one row a session: persona, device, clock"),
    ("screenshots.parquet", "when a picture of the screen was taken"),
    ("manifest.json", "sha256 of every file, versions, arguments"),
    ("run.json", "what the run was begun with"),
    ("shard.json", "what the team's day holds"),
    (".html", "a session to watch"),
    (".json", "rrweb recording, for any rrweb player"),
)


def run_demo(out: Path, *, seed: int = 7, workers: int | None = None) -> None:
    """Simulate a team of five for a morning and write pages that show it.

    Parameters
    ----------
    out : pathlib.Path
        The folder to write: ``index.html``, ``player/``, and the run itself in ``sessions/``. A
        demonstration that was begun there with the same seed is completed.
    seed : int
        From 0 to 2**64 - 1.
    workers : int, optional
        How many processes simulate; a team's day is one piece of work, so more than one only pays
        for more than one team.

    Raises
    ------
    DeskhandError
        When the folder cannot be used, or holds a run that was begun with another seed.
    """
    begun = time.perf_counter()
    folder = out / SESSIONS
    print(f"1/3 simulating {PEOPLE} people for a morning", flush=True)
    with progress_line("team days") as progress:
        manifest = api.generate(
            SCENARIO,
            people=PEOPLE,
            seed=seed,
            out=folder,
            formats=FORMATS,
            workers=workers or 1,
            resume=(folder / RUN_FILE).is_file(),
            progress=progress,
        )
    people: list[Person] = []
    sessions = list(read_sessions(folder))
    first_us = min(int(session.header["start_wall_us"]) for session in sessions)
    for number, session in enumerate(sessions, start=1):
        print(f"2/3 writing player pages: {number} of {len(sessions)}", flush=True)
        write_player(session, out / _player(session))
        people.append(describe_person(session, first_us))
    print("3/3 writing the overview", flush=True)
    seconds = time.perf_counter() - begun
    morning = _told(out, sessions, people, manifest, seed, first_us, seconds)
    (out / INDEX).write_text(team_page(morning), encoding="utf-8", newline="\n")
    _say(out, morning)


def _player(session: Session) -> str:
    return f"{PLAYERS}/{session.session_id}.html"


def _told(
    out: Path,
    sessions: list[Session],
    people: list[Person],
    manifest: Mapping[str, Any],
    seed: int,
    first_us: int,
    seconds: float,
) -> Morning:
    files = [
        Made(address=f"{SESSIONS}/{name}", what=_kind(name), size=described["bytes"])
        for name, described in manifest["files"].items()
    ]
    about = out / SESSIONS / MANIFEST_FILE
    files.append(
        Made(address=f"{SESSIONS}/{about.name}", what=_kind(about.name), size=about.stat().st_size)
    )
    files += [
        Made(address=_player(s), what=_kind(_player(s)), size=(out / _player(s)).stat().st_size)
        for s in sessions
    ]
    recordings = [
        next((f.address for f in files if f.address.endswith(f"{s.session_id}.json")), None)
        for s in sessions
    ]
    return Morning(
        people=people,
        players=[_player(session) for session in sessions],
        recordings=recordings,
        files=sorted(files, key=lambda file: (not file.address.startswith(PLAYERS), file.address)),
        scenario=SCENARIO,
        seed=seed,
        provenance_id=str(manifest["provenance_id"]),
        first_wall_us=first_us,
        time_zone=str(sessions[0].header["time_zone"]),
        seconds=seconds,
        commands=(
            (
                f"deskhand validate {out / SESSIONS}",
                "check every file against the schemas and the laws of an event table",
            ),
            (
                "deskhand generate crm.create_lead --people 3 --seed 7 --out fixtures --format jsonl",
                "three people do one task: a small exact fixture in another format",
            ),
            ("deskhand scenarios list", "what else people can do, and how to write your own"),
        ),
    )


def _kind(name: str) -> str:
    return next((what for end, what in KINDS if name.endswith(end)), "")


def _say(out: Path, morning: Morning) -> None:
    size = sum(file.size for file in morning.files)
    print()
    for person in morning.people:
        print(
            f"  person {person.person}  {person.role:<12} {person.events:>8,} events "
            f"{person.actions:>6,} actions {person.keys:>6,} keys {person.clicks:>5,} clicks"
        )
    events = sum(person.events for person in morning.people)
    print(
        f"\n{events:,} synthetic events in {morning.seconds:.0f} s, {size_text(size)} in "
        f"{len(morning.files)} files. Open this in a browser:\n\n  {out / INDEX}\n\nThen:\n"
    )
    for command, why in morning.commands:
        print(f"  {command}\n      {why}")
