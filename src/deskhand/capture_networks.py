"""Both tiers of hand and typing fitted to captures, strokes, clocks and networks: without privacy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from deskhand.behavior_models.learned_keystrokes import SECTION as LEARNED
from deskhand.behavior_models.profile import Entries
from deskhand.behavior_models.typing_ranges import SECTIONS as TYPING
from deskhand.calibration.pointer_fit import fit
from deskhand.calibration.session_keystrokes import keystroke_table
from deskhand.session import Session

TYPING_SECTIONS = (*TYPING, LEARNED)


def network_sections(
    sessions: dict[str, list[Session]],
    *,
    seed: int,
    source: str,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Entries]:
    """Return the sections of hand and typing, fitted to all that people did.

    Parameters
    ----------
    sessions : dict
        By person; all of them are kept in memory.
    seed : int
        Of the networks' fit.
    source : str
        Of every number.
    progress : callable, optional
        Told the name of a part and the finished share of it.

    Raises
    ------
    DeskhandError
        When there are too few people, movements or keystrokes, or PyTorch is not installed.
    """
    named = [
        replace(session, header={**session.header, "persona": person})
        for person, theirs in sessions.items()
        for session in theirs
    ]
    given: dict[str, Any] = {"seed": seed, "source": source, "fidelity": "learned"}
    hand = fit(named, **given, progress=progress).sections
    typing = fit(keystroke_table(sessions), **given, progress=progress).sections
    sections = {name: part for name, part in hand.items() if name not in TYPING_SECTIONS}
    sections |= {name: typing[name] for name in TYPING_SECTIONS}
    return {
        name: {parameter: dict(given) for parameter, given in part.items()}
        for name, part in sections.items()
    }
