"""What may be asked of episodes: names, kinds and defaults, and the check before anything is made."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from deskhand.datasets.episodes.choice import MOST, Choice, single_tasks
from deskhand.datasets.episodes.emphasis import parse_emphasis
from deskhand.datasets.episodes.parts import FORMATS, PARQUET, Order
from deskhand.datasets.episodes.pictures import JPEG, NONE, parse_pictures
from deskhand.datasets.episodes.vocabularies import VOCABULARIES, parse_vocabularies
from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.screen_frames import need_pillow
from deskhand.exports.screenshots import check_scale


class Asked(TypedDict, total=False):
    """What may be asked of episodes; `deskhand.ml.episodes` says what each is."""

    seed: int
    infeasible: float
    emphasis: str | Sequence[str] | None
    scale: float
    pictures: str
    vocabulary: str | Sequence[str]
    exact: bool
    chromium: str | None


DEFAULTS: Asked = {
    "seed": 0,
    "infeasible": 0.1,
    "emphasis": None,
    "scale": 0.5,
    "pictures": JPEG,
    "vocabulary": VOCABULARIES,
    "exact": False,
    "chromium": None,
}


def ordered(
    scenarios: str | Sequence[str],
    count: int,
    *,
    format: str = PARQUET,  # noqa: A002
    out: Path = Path(),
    **asked: Unpack[Asked],
) -> Order:
    """Return what is asked for, checked.

    Parameters
    ----------
    scenarios, count, asked
        As in `deskhand.ml.episodes`.
    format, out
        As in `deskhand.ml.write_episodes`.

    Raises
    ------
    DeskhandError
        When an argument is not known or cannot be used, or what pictures need is not installed.

    Examples
    --------
    >>> ordered("auth.unlock", 2, pictures="none").choice.scenarios
    ('auth.unlock',)
    """
    for name in asked:
        if name not in DEFAULTS:
            raise UnknownNameError("argument", name, DEFAULTS)
    how: Asked = {**DEFAULTS, **asked}
    seed, pictures = how["seed"], how["pictures"]
    if not 1 <= count <= MOST:
        raise DeskhandError(f"count={count}: give a whole number of episodes from 1 to {MOST}.")
    if not 0 <= seed < 2**64:
        raise DeskhandError(f"seed={seed}: give a whole number from 0 to 2**64 - 1.")
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)
    check_scale(how["scale"])
    kept = parse_pictures(pictures)
    if kept.beside and format != PARQUET:
        raise DeskhandError(
            f"pictures {pictures!r}: in the files of {format} every picture lies beside its step; "
            f"write --pictures {kept.encoding}."
        )
    words = parse_vocabularies(how["vocabulary"])
    emphasis = parse_emphasis(how["emphasis"])
    if kept.encoding != NONE:
        need_pillow()
    choice = Choice(
        scenarios=_single(scenarios), seed=seed, infeasible=how["infeasible"], emphasis=emphasis
    )
    for name, recipe in choice.recipes().items():
        if "." not in recipe.scenario.name:
            raise DeskhandError(
                f"scenario {name!r} is a day of many tasks, and an episode is one; name single "
                f"tasks, such as {single_tasks()[0]}, or none for all."
            )
    return Order(
        choice=choice.weighted(),
        count=count,
        scale=how["scale"],
        pictures=kept,
        vocabularies=words,
        format=format,
        exact=how["exact"],
        chromium=how["chromium"],
        out=out,
    )


def _single(scenarios: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of scenarios, all single tasks where there are none."""
    names = [scenarios] if isinstance(scenarios, str) else [*map(str, scenarios)]
    for name in names:
        if names.count(name) > 1:
            raise DeskhandError(f"scenario {name!r} stands twice; name it once.")
    return tuple(names or single_tasks())
