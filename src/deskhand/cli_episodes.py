"""`deskhand episodes`: tasks done step by step, for training agents that use computers."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deskhand.cli_marks import signing
from deskhand.option_types import Flag, Whole
from deskhand.progress import progress_line

# A share that is met to a tenth needs no hint.
NEAR = 0.9


def episodes(
    *scenarios: str,
    out: Path,
    count: Whole = 1000,
    seed: Whole = 0,
    infeasible: float = 0.1,
    emphasis: str | None = None,
    scale: float = 0.5,
    pictures: str = "jpeg",
    vocabulary: str = "agentnet,anthropic,openai",
    exact: Flag = False,
    chromium: str | None = None,
    format_: Annotated[str, Parameter(name="--format")] = "parquet",
    workers: Whole = 1,
    resume: Flag = False,
    sign: Path | None = None,
) -> None:
    """Write episodes for training agents: a task in words, then a picture and an action a step.

    Parameters
    ----------
    scenarios
        Single tasks, taken in turn: names of `deskhand scenarios list`, .json files or
        module:function; all that are registered when none are given.
    out
        The output folder; it must be absent or empty.
    count
        How many episodes.
    seed
        A whole number; the same seed gives the same bytes.
    infeasible
        The share of episodes whose task cannot be done.
    emphasis
        What is to be raised: drop-downs, shortcuts, drags, scrolls, corrections, joined by commas;
        or which share of all steps each is to have, such as drags=0.05.
    scale
        Pixels of a picture for each of the screen, from 0.1 to 1; 0.5, 0.25 and so on are quickest.
    pictures
        How pictures are kept: jpeg, png or webp (both without loss), inside the tables or, as
        jpeg:files, beside them; or none.
    vocabulary
        In which words actions are told: agentnet, anthropic, openai, joined by commas.
    exact
        Have Chromium paint the pages, instead of composing them from compiled pictures.
    chromium
        The path of the Chromium to use.
    format_
        parquet, or webdataset for tar files with a sample a step.
    workers
        How many processes; the bytes do not depend on it.
    resume
        Complete what was begun in the output folder.
    sign
        A private key (Ed25519, PEM): the manifest's signature is written beside it.
    """
    from deskhand.ml import write_episodes

    with signing(sign, out), progress_line("parts", "steps") as progress:
        manifest = write_episodes(
            scenarios,
            count=count,
            out=out,
            seed=seed,
            infeasible=infeasible,
            emphasis=emphasis,
            scale=scale,
            pictures=pictures,
            vocabulary=vocabulary,
            exact=exact,
            chromium=chromium,
            format=format_,
            workers=workers,
            resume=resume,
            progress=progress,
        )
    if progress is not None:
        counts = manifest["counts"]
        told = f"{counts['episodes']:,} episodes of {counts['steps']:,} steps"
        print(f"{out}: {told}", file=sys.stderr)
        for name, share in manifest["emphasis"].items():
            print(f"{name}: {share['found']:.3f} of the steps{_hint(share)}", file=sys.stderr)


def _hint(share: dict[str, float]) -> str:
    """Say what helps where a share was not met."""
    asked, found = share["asked"], share["found"]
    if NEAR * asked <= found <= asked / NEAR:
        return ""
    more = "more" if found < asked else "less"
    return f"; {asked:g} were asked for: name scenarios that have {more} of it"
