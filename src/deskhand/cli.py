"""The command line: thin commands over `deskhand.api`, and how every refusal ends."""

import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from deskhand.cli_audit import audit
from deskhand.cli_augment import augment
from deskhand.cli_compare import compare
from deskhand.cli_dataset import dataset
from deskhand.cli_episodes import episodes
from deskhand.cli_fit import fit
from deskhand.cli_fleet import fleet
from deskhand.cli_formats import convert, fixture, formats, validate
from deskhand.cli_marks import signing, verify_synthetic
from deskhand.cli_scenarios import scenarios
from deskhand.cli_screens import screens
from deskhand.cli_screenshots import screenshots
from deskhand.errors import DeskhandError
from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line

REFUSED, INTERRUPTED = 2, 130
# What of a command stays after Ctrl-C.
KEPT = {
    "generate": "finished team days",
    "screenshots": "finished pictures",
    "dataset": "finished parts",
    "episodes": "finished parts",
}


def _version() -> str:
    from importlib.metadata import version

    return version("deskhand")


app = App(
    name="deskhand",
    help="Realistic synthetic interaction sessions, in the schemas of real captures, with no human in them.",
    version=_version,
    suppress_keyboard_interrupt=False,
)
app.command(scenarios)
app.command(screens)
app.command(convert)
app.command(validate)
app.command(fixture)
app.command(formats)
app.command(screenshots)
app.command(augment)
app.command(fleet)
app.command(dataset)
app.command(episodes)
app.command(fit)
app.command(verify_synthetic)
app.command(compare)
app.command(audit)


@app.command
def generate(
    scenario: str,
    *,
    people: Whole,
    out: Path,
    seed: Whole = 0,
    days: Whole = 1,
    workers: Whole = 1,
    format_: Annotated[str, Parameter(name="--format")] = "parquet",
    only: str | None = None,
    resume: Flag = False,
    start: str = "2026-03-02",
    time_zone: str = "UTC",
    calendar: str | None = None,
    profile: str = "office",
    role: str | None = None,
    condition: str = "none",
    fidelity: str = "law",
    team_size: Whole = 5,
    safeguards: Path | None = None,
    sign: Path | None = None,
) -> None:
    """Generate the sessions of many people over many days.

    Parameters
    ----------
    scenario
        A name of `deskhand scenarios list`, the path of a .json scenario, or module:function.
    people
        How many people, numbered from 0.
    out
        The output folder; it must be absent or empty.
    seed
        A whole number; the same seed gives the same bytes.
    days
        How many days of the calendar, numbered from 0.
    workers
        How many processes; the bytes do not depend on it.
    format_
        Formats joined by commas, for example parquet,jsonl,rrweb; `deskhand formats` lists them.
    only
        The part to make: team=3, person=7 or day=1, joined by commas; the same bytes as in the
        entire run.
    resume
        Complete a run that was begun in the output folder.
    start
        The local date, or date and time, at which day 0 begins; 09:00 when no time is given.
    time_zone
        The people's time zone, for example Europe/Berlin.
    calendar
        Which dates are days, and who is there: weekdays (Mondays to Fridays, everyone), weeks (days in
        a row, with weekends; what workday has by itself) or office (with holidays, leave, illness and
        part-time, too).
    profile
        The population: the name of a shipped profile or the path of a profile file.
    role
        Give everyone this role instead of drawing one.
    condition
        Put everyone under a condition: tremor, touchpad, trackball, low-vision, left-handed,
        one-handed or screen-reader (keys alone).
    fidelity
        What draws the pointer's paths: law (quick, closed forms) or learned (a network, harder to tell
        from people).
    team_size
        People in a team; they share a day and interrupt one another.
    safeguards
        A file that says what is left out: applications, pauses, fields, secrets.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    """
    from deskhand import api

    with signing(sign, out), progress_line("team days") as progress:
        manifest = api.generate(
            scenario,
            people=people,
            days=days,
            seed=seed,
            out=out,
            workers=workers,
            formats=format_,
            only=only,
            resume=resume,
            start=start,
            time_zone=time_zone,
            calendar=calendar,
            profile=profile,
            role=role,
            condition=condition,
            fidelity=fidelity,
            team_size=team_size,
            safeguards=safeguards,
            progress=progress,
        )
    if progress is not None:
        counts, off = manifest["counts"], manifest["days_off"]
        told = f"{out}: {counts['sessions']:,} sessions, {counts['events']:,} events"
        if off:
            told += f"; no session on days off: {', '.join(f'{n} {why}' for why, n in off.items())}"
        print(told, file=sys.stderr)


@app.command
def play(session: Path, *, out: Path = Path("player.html")) -> None:
    """Write a page that replays a session; open it in a browser.

    Parameters
    ----------
    session
        An output folder with a session id behind it (out/syn_...), or a folder of sessions, whose
        first is taken.
    out
        The page to write.
    """
    from deskhand.loading import load_session
    from deskhand.player import write_player

    write_player(load_session(session), out)
    print(out)


@app.command
def demo(*, out: Path = Path("out/demo")) -> None:
    """Simulate a team of five for a morning, and write tables, recordings and pages to look at.

    Parameters
    ----------
    out
        The folder to write.
    """
    from deskhand.demo import run_demo

    run_demo(out)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    words : sequence of str, optional
        The words after the program's name; taken from the command line when not given.

    Returns
    -------
    int
        The exit status: 0; 1 when a check found something; 2 for a refusal; 130 after Ctrl-C; 3 and 4
        come from `compare` and `audit` alone.
    """
    words = sys.argv[1:] if words is None else words
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    try:
        status = app(
            list(words),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except DeskhandError as error:
        return _say(str(error), REFUSED)
    except CycloptsError as error:
        return _say(" ".join(str(error).split()), REFUSED)
    except KeyboardInterrupt:
        kept = KEPT.get(words[0])
        more = f"; {kept} are kept, the same command with --resume goes on" if kept else ""
        return _say(f"stopped{more}.", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has had enough (`| head`); nothing is left to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status if isinstance(status, int) else 0


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    # A file that is just being opened is closed by the interpreter, which is no news to anyone.
    warnings.simplefilter("ignore", ResourceWarning)
    raise KeyboardInterrupt


def _say(message: str, status: int) -> int:
    print(f"deskhand: {message}", file=sys.stderr)
    return status
