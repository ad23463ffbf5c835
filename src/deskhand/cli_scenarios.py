"""`deskhand scenarios`: list them, show one, check and draw one that you wrote."""

from pathlib import Path

from cyclopts import App

from deskhand.option_types import Whole

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
    from deskhand.scenarios.masking import masked_elements

    recipe = load_recipe(scenario)
    made = recipe.scenario
    masked = masked_elements(made.sensitive, made.opens, recipe.screens)
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
    for reason, keys in masked.items():
        print(f"{'masked':14}{reason}: {', '.join(keys)}")
    if not masked:
        print(f"{'masked':14}nothing")


@scenarios.command
def check(scenario: str, *, seed: Whole = 7, trials: Whole = 5) -> int:
    """Check a scenario: read it way by way, then go through it with several seeds.

    The exit status is 0 when nothing is wrong; what is only noted is not.

    Parameters
    ----------
    scenario
        The path of a .json scenario, or a name. One in Python cannot be read, so trials alone tell.
    seed
        The seed of the first trial; each further one has the next.
    trials
        How many trials.
    """
    from deskhand.errors import DeskhandError
    from deskhand.scenario_trials import check_scenario

    name, told = check_scenario(scenario, seed=seed, trials=trials)
    wrong = 0
    for line, grave in told:
        print(line)
        wrong += grave
    if wrong:
        raise DeskhandError(f"{name}: {wrong} of these lines have to be seen to.")
    return 0


@scenarios.command
def draw(scenario: str, *, out: Path, seed: Whole = 7, trials: Whole = 40) -> None:
    """Draw the flow of a scenario as an SVG file.

    Parameters
    ----------
    scenario
        The path of a .json scenario, or a name. Of one in Python the flow is drawn that trials took.
    out
        The file to write.
    seed
        The seed of the first trial; each further one has the next.
    trials
        How many trials.
    """
    from deskhand.scenario_trials import draw_scenario

    print(draw_scenario(scenario, out, seed=seed, trials=trials))
