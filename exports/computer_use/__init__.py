"""Sessions as actions of a computer-use agent: Anthropic's or OpenAI's tool calls, one file a session.

A file is one JSON object: what the session is, and its steps. A step says when and where a person did
something, and holds the tool call that would do it. The calls alone, in order, are what an API returns.
With ``pictures`` a session is a folder of that file and of the screen as it was before each step.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.errors import UnknownNameError
from deskhand.exports.computer_use import anthropic_actions, openai_actions
from deskhand.exports.computer_use.arguments import FILE, file_of, words_of
from deskhand.exports.computer_use.rules import findings
from deskhand.exports.computer_use.visible_acts import Display
from deskhand.exports.derived_acts import derived_acts
from deskhand.exports.losses import Kept
from deskhand.exports.screen_frames import frames, need_pillow, png_bytes
from deskhand.exports.session_files import SessionFiles
from deskhand.exports.session_tables import Writer
from deskhand.monitors import bounds, monitors_of
from deskhand.session import Session

__all__ = ["findings", "open_writer", "recognises", "trajectory"]

SUMMARY = "computer-use tool calls of Anthropic or OpenAI (computer_use:openai), one file a session"
FOLDER = "computer_use"
SUFFIX = ".json"
WORDS: dict[str, ModuleType] = {"anthropic": anthropic_actions, "openai": openai_actions}
LOSES = "the pointer's way and the keys' timing: an action is where, what and when"
KEEPS = {
    "pointerdown": Kept(remark="as clicks and drags, to the pixel"),
    "pointerup": Kept(remark="as ends of drags"),
    "wheel": Kept(remark="as scrolls, in whole notches or px"),
    "keydown": Kept(remark="as text, keys and shortcuts; masked text as stars"),
    "screenshot": Kept(remark="as the act of taking it"),
}
# A picture shows what was there just before a step.
BEFORE_US = 1
# What a file begins with; enough to tell it by.
HEAD = 256


def trajectory(session: Session, vocabulary: str = "anthropic") -> dict[str, Any]:
    """Return a session as an agent's trajectory.

    Parameters
    ----------
    session : Session
        Generated or captured.
    vocabulary : str
        ``anthropic`` or ``openai``.

    Returns
    -------
    dict
        ``steps`` ascend in time; each ``call`` is a content block or an output item of that API.

    Raises
    ------
    UnknownNameError
        When there is no such vocabulary.

    Examples
    --------
    >>> import deskhand
    >>> made = trajectory(deskhand.simulate("auth.login", seed=7), "openai")
    >>> made["steps"][1]["call"]["action"]
    {'type': 'click', 'button': 'left', 'x': 990, 'y': 439}
    """
    if vocabulary not in WORDS:
        raise UnknownNameError("vocabulary", vocabulary, WORDS)
    words = WORDS[vocabulary]
    header = session.header
    # One display, as an X screen is, holds all monitors.
    left, top, *size = bounds(monitors_of(header))
    display = Display(size[0], size[1], left, top)
    steps: list[dict[str, Any]] = []
    for act in derived_acts(session.events):
        shared = {
            "start_us": act.start_us,
            "end_us": act.end_us,
            "app": act.app,
            "window": act.window,
            "target": act.target,
            "masked": act.masked,
        }
        steps += [
            {**shared, "screenshot": None, "call": action}
            for action in words.actions(session.events, act, display)
        ]
    steps += [
        {
            "start_us": t_us,
            "end_us": t_us,
            "app": app,
            "window": window,
            "target": None,
            "masked": False,
            "screenshot": reference,
            "call": {"type": "screenshot"}
            if vocabulary == "openai"
            else {"name": "screenshot", "input": {}},
        }
        for t_us, app, window, reference in _screenshots(session.events)
    ]
    steps.sort(key=lambda step: step["start_us"])
    for number, step in enumerate(steps):
        step["call"] = words.block(f"{session.session_id}_{number:05d}", step["call"])
    start_us = session.device_start_us
    return {
        "format": f"deskhand computer use, {vocabulary}",
        "synthetic": bool(header["synthetic"]),
        "provenance_id": header["provenance_id"],
        "session_id": session.session_id,
        "scenario": header["scenario"],
        "start_wall_us": start_us,
        "vocabulary": vocabulary,
        "tool": words.TOOL,
        "display_width_px": size[0],
        "display_height_px": size[1],
        "steps": steps,
    }


def _screenshots(events: pa.Table) -> Iterator[tuple[Any, ...]]:
    taken = events.filter(pc.equal(events["type"].cast(pa.string()), "screenshot"))
    columns = taken.select(["t_us", "app", "window", "reference"]).to_pydict().values()
    yield from zip(*columns, strict=True)


def recognises(path: Path) -> bool:
    """Return whether a file begins like a trajectory that this format writes, or a folder holds one."""
    path = file_of(path)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head.lstrip()[:1] == b"{" and b'"format":"deskhand computer use' in head.replace(
        b": ", b":"
    )


def write_calls(session: Session, stem: Path, *, vocabulary: str, pictures: bool) -> None:
    """Write a session's tool calls: a file, or a folder where pictures lie beside it.

    Parameters
    ----------
    session : Session
        With its screens, where pictures are wanted.
    stem : Path
        The file without its ending, or the folder, which is made.
    vocabulary : str
        ``anthropic`` or ``openai``.
    pictures : bool
        Whether the screen is drawn before each step.
    """
    made = trajectory(session, vocabulary)
    path = Path(f"{stem}{SUFFIX}")
    if pictures:
        stem.mkdir()
        path = stem / FILE
        _draw(session, made["steps"], stem)
    path.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")


def _draw(session: Session, steps: list[dict[str, Any]], folder: Path) -> None:
    """Write the screen before each step as a PNG file, one for all steps of one time."""
    times_us = sorted({max(0, step["start_us"] - BEFORE_US) for step in steps})
    names = {t_us: f"{number:05d}.png" for number, t_us in enumerate(times_us)}
    for t_us, picture in zip(times_us, frames(session, times_us), strict=True):
        (folder / names[t_us]).write_bytes(png_bytes(picture, session))
    for step in steps:
        step["screenshot"] = names[max(0, step["start_us"] - BEFORE_US)]


def open_writer(folder: Path, argument: str | None = None) -> Writer:
    """Return a writer of tool calls.

    Parameters
    ----------
    folder : Path
        Where the folder ``computer_use`` goes.
    argument : str, optional
        Words with commas between them: the vocabulary, ``anthropic``, which is the default, or
        ``openai``; and ``pictures``.

    Raises
    ------
    DeskhandError
        When a word is not known, or what pictures need is not installed.
    """
    vocabulary, pictures = words_of(argument)
    if pictures:
        need_pillow()
    write = partial(write_calls, vocabulary=vocabulary or "anthropic", pictures=pictures)
    return SessionFiles(folder, FOLDER, write)
