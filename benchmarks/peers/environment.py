"""Other tools' paths: installed from their registries into a folder of their own, and run there.

Only what makes a path is called. A tool that times its own reports keeps its times; one that has
none is given a movement time by Fitts' law and is reported at 60 Hz, which flatters it.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deskhand.calibration.movements import Movements

HERE = Path(__file__).parent
FRAME_S = 1.0 / 60.0
# A tool that has not answered by then is given up.
PATIENCE_S = 900


class PeerError(Exception):
    """A peer that could not be installed or run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A tool: its name, what is installed, and what it says about time."""

    name: str
    packages: tuple[str, ...]
    timing: str
    registry: str = "pip"


PEERS = (
    Peer(
        name="ghost-cursor",
        packages=("ghost-cursor@1.4.2",),
        timing="its own",
        registry="npm",
    ),
    Peer(
        name="HumanCursor",
        packages=("HumanCursor==1.1.5", "pytweening==1.2.0", "numpy", "scipy"),
        timing="its own (uniform, .5-2 s)",
    ),
    Peer(
        name="pyclick",
        packages=("pyclick==0.0.2", "pytweening==1.2.0", "numpy"),
        timing="its own (always 2 s)",
    ),
    Peer(name="windmouse", packages=("windmouse==1.0.2", "numpy"), timing="given"),
    Peer(name="OxyMouse", packages=("oxymouse==1.1.0", "numpy", "scipy"), timing="given"),
)


def install(peer: Peer, folder: Path) -> None:
    """Install a peer into a folder, unless it is there.

    Dependencies that drive a browser or a screen are left out; nothing that makes paths needs them.
    """
    done = folder / f"{peer.name}.installed"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if peer.registry == "npm":
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        run(["npm", "install", *options, *peer.packages], folder)
    else:
        if not python_of(folder).exists():
            venv.create(folder / "python", with_pip=True)
        run(
            [str(python_of(folder)), "-m", "pip", "install", "-q", "--no-deps", *peer.packages],
            folder,
        )
    done.write_text("\n".join(peer.packages) + "\n")


def drawn(
    peer: Peer,
    folder: Path,
    ways: NDArray[np.float64],
    person: NDArray[np.int32],
    given_s: NDArray[np.float64],
    *,
    seed: int,
) -> tuple[Movements, float]:
    """Return a peer's movements along some ways, and how many paths a second of CPU time it makes.

    Parameters
    ----------
    peer : Peer
        Installed in the folder.
    folder : pathlib.Path
        See `install`.
    ways : NDArray[np.float64], shape (m, 5)
        x0, y0, x1, y1 and the target's width in px, 0 where not known.
    person : NDArray[np.int32], shape (m,)
        Whom the movements are scored against.
    given_s : NDArray[np.float64], shape (m,)
        Movement times for a peer that has none of its own.
    seed : int
        Of the peer's random numbers.
    """
    asked, out = folder / f"{peer.name}-ways.json", folder / f"{peer.name}-paths.json"
    rows = np.rint(ways).astype(int)
    if peer.registry == "npm":
        command = ["node", str(HERE / "ghost_cursor.mjs")]
    else:
        rows = rows[:, :4]
        command = [str(python_of(folder)), str(HERE / "python_peers.py")]
    asked.write_text(json.dumps(rows.tolist()))
    run([*command, peer.name, str(asked), str(seed), str(out)], folder)
    found = json.loads(out.read_text())
    count = np.array(found["count"], np.int64)
    x, y = (np.array(found[axis], np.float64) for axis in ("x", "y"))
    if found["t_ms"] is None:
        count, t_us, x, y = framed(count, x, y, given_s)
    else:
        t_us = 1000 * np.rint(np.array(found["t_ms"])).astype(np.int64)
    movements = Movements(
        person=person,
        count=count,
        t_us=t_us,
        x=np.rint(x),
        y=np.rint(y),
        dwell_us=np.zeros(len(count), np.int64),
        target=np.full((len(count), 4), np.nan),
    )
    return movements, float(found["paths_per_s"])


def framed(
    count: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    duration_s: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return paths at even speed over their points, reported at 60 Hz on a clock of 1 ms.

    Parameters
    ----------
    count : NDArray[np.int64], shape (m,)
        Points of each path.
    x, y : NDArray[np.float64], shape (n,)
        Points.
    duration_s : NDArray[np.float64], shape (m,)
        Movement times.
    """
    frames = np.maximum(np.rint(duration_s / FRAME_S).astype(np.int64), 5) + 1
    path = np.repeat(np.arange(len(frames)), frames)
    frame = np.arange(frames.sum()) - np.repeat(np.cumsum(frames) - frames, frames)
    # Each path has a stretch of the axis of its own, so that one interpolation does all.
    first = np.cumsum(count) - count
    at = first[path] + frame / (frames - 1)[path] * (count - 1)[path]
    points = np.arange(len(x))
    t_us = 1000 * np.rint(1e3 * FRAME_S * frame).astype(np.int64)
    return frames, t_us, np.interp(at, points, x), np.interp(at, points, y)


def python_of(folder: Path) -> Path:
    scripts = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return folder.joinpath("python", *scripts)


def run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
        raise PeerError(f"{Path(command[0]).name}: {said[-1]}")
