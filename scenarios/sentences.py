"""Sentences of office life, put together from a small vocabulary; plain ASCII."""

from collections.abc import Sequence

import numpy as np

_PARTS: tuple[str, ...] = (
    "invoice list",
    "export",
    "sign-in page",
    "search",
    "calendar",
    "report",
    "importer",
)
_PARTS += ("settings page", "mobile view", "reminder mail", "price table", "audit log", "filter")
_FAULTS: tuple[str, ...] = (
    "stays empty",
    "shows the wrong total",
    "takes too long",
    "loses the last row",
)
_FAULTS += ("breaks on small screens", "forgets the chosen language", "repeats the first entry")
TIMES = (
    "after the update",
    "since Monday",
    "for new users",
    "in the evening",
    "on every second try",
)
ASKS: tuple[str, ...] = (
    "a short demonstration",
    "the price for fifty seats",
    "a call with their engineer",
)
ASKS += ("the contract in writing", "a trial until the end of the month", "references nearby")
ACTS = ("Send", "Prepare", "Plan", "Offer", "Discuss")
_SAYS = (
    "Could someone look at the {part}?",
    "The {part} {fault} {time}.",
    "I am on it, back in an hour.",
    "Thanks, that helped.",
    "Moved the meeting to half past two, same room.",
    "Who knows why the {part} {fault}?",
    "The customer asks for {ask}.",
    "Done, please check the {part} once more.",
    "Lunch at twelve?",
    "I wrote it down in the tracker.",
    "Can we release the {part} today or do we wait?",
)


class Writer:
    """Puts sentences together.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the choices come from.

    Examples
    --------
    >>> from deskhand.streams import stream
    >>> Writer(stream(7, "sentences")).message().isascii()
    True
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def pick(self, choices: Sequence[str]) -> str:
        """Return one of the choices."""
        return choices[int(self._rng.integers(len(choices)))]

    def fault(self) -> str:
        """Return what is wrong with which part, in one line."""
        return f"{self.pick(_PARTS).capitalize()} {self.pick(_FAULTS)} {self.pick(TIMES)}"

    def description(self) -> str:
        """Return a report of some sentences."""
        part = self.pick(_PARTS)
        return (
            f"The {part} {self.pick(_FAULTS)} {self.pick(TIMES)}. "
            f"Open the {self.pick(_PARTS)}, go back to the {part} and wait a moment. "
            f"Two customers wrote about it; one of them needs {self.pick(ASKS)}."
        )

    def message(self) -> str:
        """Return what someone writes to a colleague."""
        return self.pick(_SAYS).format(
            part=self.pick(_PARTS),
            fault=self.pick(_FAULTS),
            time=self.pick(TIMES),
            ask=self.pick(ASKS),
        )

    def draft(self) -> str:
        """Return what an assistant might propose to write to a customer."""
        return (
            f"Thank you for your time this week. As agreed we will send {self.pick(ASKS)}. "
            f"You also asked for {self.pick(ASKS)}; a proposal follows by Thursday. "
            "Please tell us whether that suits you."
        )
