"""Checking and drawing scenarios: what can be read is read, and trials show the rest."""

from collections.abc import Iterator
from pathlib import Path

from deskhand import api
from deskhand.errors import DeskhandError
from deskhand.goals import missed
from deskhand.manifest import write_whole
from deskhand.recipe import Recipe, load_recipe
from deskhand.scenarios.flow.blocks import written_flow
from deskhand.scenarios.flow.drawing import drawn
from deskhand.scenarios.flow.followed import Taken, followed_flow
from deskhand.scenarios.json_form.checking import check_written
from deskhand.session import Session

MOST_TRIALS = 1000
Told = tuple[str, bool]


def check_scenario(scenario: str, *, seed: int, trials: int) -> tuple[str, list[Told]]:
    """Return a scenario's name, and what there is to say of it, each with whether it is grave.

    Parameters
    ----------
    scenario : str
        As `deskhand.simulate` takes it.
    seed, trials : int
        The first trial's seed, and how many there are; each has the next seed.

    Raises
    ------
    DeskhandError
        When the scenario cannot be loaded.
    """
    recipe = _loaded(scenario, trials)
    made = recipe.scenario
    told: list[Told] = []
    if made.written is None:
        told.append(
            (f"{made.name} is written in Python: trials tell, ways not taken do not.", False)
        )
    else:
        told += [(str(f), f.grave) for f in check_written(made, recipe.screens)]
    sessions: list[Session] = []
    for number in range(trials):
        try:
            session = api.simulate(scenario, seed=seed + number)
        except DeskhandError as error:
            told.append((f"trial with seed {seed + number}: {error}", True))
            continue
        sessions.append(session)
        told += [(f"trial with seed {seed + number}: {line}", False) for line in missed(session)]
    if sessions:
        told.append((_summed_up(made.name, sessions), False))
    return made.name, list(dict.fromkeys(told))


def _loaded(scenario: str, trials: int) -> Recipe:
    if not 1 <= trials <= MOST_TRIALS:
        raise DeskhandError(f"trials={trials}: from 1 to {MOST_TRIALS}; try --trials 5.")
    return load_recipe(scenario)


def _summed_up(name: str, sessions: list[Session]) -> str:
    def between(numbers: list[float], how: str = "g") -> str:
        low, high = f"{min(numbers):{how}}", f"{max(numbers):{how}}"
        return low if low == high else f"{low} to {high}"

    count = len(sessions)
    return (
        f"{name}: {count} {'trial' if count == 1 else 'trials'} took "
        f"{between([s.actions.num_rows for s in sessions], '.0f')} actions, "
        f"{between([s.events.num_rows for s in sessions], '.0f')} events and "
        f"{between([s.header['duration_us'] / 1e6 for s in sessions], '.1f')} s"
    )


def draw_scenario(scenario: str, out: Path, *, seed: int, trials: int) -> Path:
    """Write a picture of a scenario's flow; returns its path.

    Raises
    ------
    DeskhandError
        When the scenario cannot be loaded, or the file not be written.
    """
    if out.suffix != ".svg":
        raise DeskhandError(f"{out}: the picture is an SVG file; try --out {out.stem}.svg.")
    recipe = _loaded(scenario, trials)
    made = recipe.scenario
    if made.written is not None:
        picture = drawn(written_flow(made))
    else:
        picture = drawn(followed_flow(made, _ways_taken(scenario, seed, trials)))
    try:
        write_whole(out, picture.encode())
    except OSError as error:
        raise DeskhandError(f"{out} cannot be written: {error.strerror or error}.") from error
    return out


def _ways_taken(scenario: str, seed: int, trials: int) -> Iterator[list[Taken]]:
    for number in range(trials):
        rows = api.simulate(scenario, seed=seed + number).actions.to_pylist()
        # A step may be several actions: slips, and ways to where it is done. The last one is its own.
        steps = {(row["task"], row["step"]): row for row in rows}
        yield [(row["scenario"], row["verb"], row["target"]) for row in steps.values()]
