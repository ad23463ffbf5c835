"""`deskhand scenarios`: list them, show one, check one that you wrote."""

from cyclopts import App

from deskhand.whole_number import Whole

scenarios = App(name="scenarios", help="The tasks and days that people can be given.")


@scenarios.command(name="list")
def list_() -> None:
    """List the scenarios: the shipped ones and those of installed packages."""
    from deskhand.errors import DeskhandError
    from deskhand.recipe import load_recipe, scenario_names

    for name in scenario_names():
        try:
            summary = load_recipe(name).scenario.summary
        except DeskhandError as error:
            # One broken package must not hide the others.
            summary = f"cannot be used: {error}"
        print(f"{name:24}{summary}")


@scenarios.command
def show(scenario: str) -> None:
    """Show what a scenario is.

    Parameters
    ----------
    scenario
        A name of `deskhand scenarios list`, or the path of a .json scenario.
    """
    from deskhand.recipe import load_recipe

    recipe = load_recipe(scenario)
    made = recipe.scenario
    lines = {
        "name": made.name,
        "summary": made.summary,
        "app": made.app,
        "roles": ", ".join(made.roles) or "any",
        "sensitive": ", ".join(made.sensitive) or "nothing",
        "modelled on": made.modelled_on or "nothing named",
        "own screens": ", ".join(sorted(recipe.own_screens)) or "none",
        "sha256": recipe.scenario_sha256,
    }
    for label, text in lines.items():
        print(f"{label:14}{text}")


@scenarios.command
def check(scenario: str, *, seed: Whole = 7) -> None:
    """Check a scenario by going through it once; report the first thing that is wrong.

    Parameters
    ----------
    scenario
        The path of a .json scenario, or a name.
    seed
        The seed of the trial.
    """
    from deskhand import api

    session = api.simulate(scenario, seed=seed)
    seconds = session.header["duration_us"] / 1e6
    print(
        f"{session.header['scenario']}: a trial with seed {seed} took {session.actions.num_rows} "
        f"actions, {session.events.num_rows} events and {seconds:.1f} s"
    )
