"""One side of a comparison as it is read: its columns, the rules it breaks, and what is worth a note.

Nothing here repeats a value of a row: reports leave the place where captures are.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deskhand.capture_people import named_sessions
from deskhand.capture_reading import finite_places
from deskhand.errors import DeskhandError
from deskhand.evaluation.realism.side import Side, side_of_sessions
from deskhand.session import Session
from deskhand.validation.event_rules import event_breaches
from deskhand.validation.session_rules import session_breaches

# As profiles name devices; a recorder may write anything, such as whose mouse it is.
_DEVICE = re.compile(r"(mouse|touchpad|trackball)-\d{1,4}hz|unknown")
_OTHER = "others"
NOT_FINITE = "places that are no finite numbers"


@dataclass(kw_only=True, slots=True)
class Seen:
    """What was seen of one side while its sessions were read.

    Parameters
    ----------
    spoken : str
        How the side is called in notes.
    synthetic, captured, not_finite : int
        Sessions that say that they are synthetic, those that do not, and those left out here.
    broken : Counter
        In how many sessions each rule is broken.
    devices : set of str
        Pointing devices.
    """

    spoken: str
    synthetic: int = 0
    captured: int = 0
    not_finite: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    devices: set[str] = field(default_factory=set)

    def count(self, session: Session) -> None:
        """Take note of a session."""
        self.synthetic += bool(session.header["synthetic"])
        self.captured += not session.header["synthetic"]
        device = str(session.header["device"])
        self.devices.add(device if _DEVICE.fullmatch(device) else _OTHER)
        found = [("events", breach) for breach in event_breaches(session.events)]
        found += [(one.table, one.breach) for one in session_breaches(session)]
        # What a remedy says may come from the session, too.
        self.broken.update(
            {f"{one.column or 'rows'} of {table} [{one.rule}]" for table, one in found}
        )

    @property
    def findings(self) -> list[str]:
        """A line for each rule that is broken, the one of most sessions first."""
        return [
            f"{rule}, in {number} session{'' if number == 1 else 's'}"
            for rule, number in self.broken.most_common()
        ]

    def notes(self, side: Side) -> Iterator[str]:
        """Yield what is worth knowing of the side."""
        left_out = dict(side.left_out)
        if self.not_finite:
            left_out[NOT_FINITE] = self.not_finite
        for why, count in left_out.items():
            yield f"Of {self.spoken} {count} sessions were left out: {why}."
        if self.spoken.startswith("the synthetic") and self.captured:
            yield f"Of {self.spoken} {self.captured} sessions are captures, not synthetic."
        begins = self.spoken[0].upper() + self.spoken[1:]
        for part, value in (("pointer", side.pointer), ("keys", side.keys)):
            if value is None:
                yield f"{begins} holds no {part}: nothing of it is measured."
        if len(self.devices) > 1:
            yield f"{begins} mixes devices: {', '.join(sorted(self.devices))}."


def read_side(path: Path, person: str | None, format: str | None, seen: Seen) -> Side:  # noqa: A002
    """Return the columns of a side.

    Parameters
    ----------
    path : pathlib.Path
        A file or folder in any format that is read back.
    person, format : str, optional
        As in `deskhand.capture_people.named_sessions`.
    seen : Seen
        Is filled.

    Raises
    ------
    DeskhandError
        When it cannot be read, or nothing in it can be compared.
    """
    try:
        return side_of_sessions(_checked(path, person, format, seen))
    except DeskhandError as error:
        text = str(error)
        if seen.not_finite:
            text += f" {seen.not_finite} have {NOT_FINITE}."
        raise DeskhandError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def _checked(
    path: Path,
    person: str | None,
    format: str | None,  # noqa: A002
    seen: Seen,
) -> Iterator[tuple[str, Session]]:
    for name, session in named_sessions([path], person=person, format=format):
        seen.count(session)
        if finite_places(session):
            yield name, session
        else:
            seen.not_finite += 1
