"""Other typing tools: installed from their registries into a folder of their own, and run there.

Every tool types plain text with its own errors. Holds that a tool has not are people's own, which
flatters it.
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from peers.environment import Peer, python_of, run

from deskhand.evaluation.key_table import Keystrokes, typed_keys

HERE = Path(__file__).parent

TOOLS = {
    Peer(
        name="humantyping",
        packages=("humantyping==1.0.3", "numpy"),
        timing="Gaussian by word and pair; holds given",
    ): "humantyping_keys.py",
    Peer(
        name="human-keyboard",
        packages=("human-keyboard==0.1.0", "numpy"),
        timing="tempo, distance, fatigue; holds given",
    ): "human_keyboard_keys.py",
    Peer(
        name="human-typer",
        packages=("human-typer==1.1.1",),
        timing="uniform; holds given",
    ): "human_typer_keys.py",
    Peer(
        name="pydoll",
        packages=("pydoll-python==3.0.0", "typing_extensions"),
        timing="uniform; holds its own, uniform",
    ): "pydoll_keys.py",
    Peer(
        name="puppeteer-humanize",
        packages=("@forad/puppeteer-humanize@1.1.8",),
        timing="uniform; holds its own, 5-15 ms",
        registry="npm",
    ): "puppeteer_humanize_keys.mjs",
}


def typed(
    tool: Peer,
    folder: Path,
    texts: list[str],
    person: NDArray[np.int32],
    holds_us: NDArray[np.int64],
    people: list[str],
    *,
    seed: int,
) -> tuple[Keystrokes, float]:
    """Return a tool's keystrokes, and how many keys a second of CPU time it types.

    Parameters
    ----------
    tool : Peer
        Installed in the folder; one of `TOOLS`.
    folder : pathlib.Path
        See `peers.environment.install`.
    texts : list of str, length m
        None of them empty.
    person : NDArray[np.int32], shape (m,)
        Whom the texts are scored against: a place in ``people``.
    holds_us : NDArray[np.int64]
        To draw from for a tool that has none of its own.
    people : list of str
        Names.
    seed : int
        Of the tool's random numbers.
    """
    asked, out = folder / f"{tool.name}-texts.json", folder / f"{tool.name}-keys.json"
    asked.write_text(json.dumps(texts))
    program = "node" if tool.registry == "npm" else str(python_of(folder))
    run([program, str(HERE / TOOLS[tool]), str(asked), str(seed), str(out)], folder)
    found = json.loads(out.read_text())
    count = np.array(found["count"], np.int64)
    # Browsers and loggers stamp whole ms.
    down_ms = np.floor(np.array(found["down_ms"], np.float64))
    if found["up_ms"] is None:
        rng = np.random.default_rng(seed)
        up_ms = down_ms + np.rint(rng.choice(holds_us, len(down_ms)) / 1e3)
    else:
        up_ms = np.floor(np.array(found["up_ms"], np.float64))
    columns = {
        "user": np.repeat(np.array(people)[person], count),
        "session": np.repeat(np.arange(len(count)), count),
        "t_down_s": down_ms / 1e3,
        "t_up_s": up_ms / 1e3,
        "key": found["key"],
    }
    return typed_keys(pa.table(columns), people), float(found["keys_per_s"])
