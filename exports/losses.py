"""What a format keeps of canonical events, said by each format, and what a reader had to drop."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deskhand.events import EVENT_TYPES, EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a format keeps of one type of canonical event.

    A format's ``KEEPS`` maps event types to these; a type that is not in it is lost. For a format
    that is read back this is a promise, which the round-trip tests hold it to.

    Parameters
    ----------
    columns : tuple of str
        Columns of the event table whose values come back as they were, beside type and time.
    step_us : int
        Times come back floored to this many microseconds.
    remark : str
        What the columns do not say, for people to read.
    """

    columns: tuple[str, ...] = ()
    step_us: int = 1
    remark: str = ""


# What the canonical formats keep.
EVERYTHING: Mapping[str, Kept] = {kind: Kept(columns=tuple(EVENTS.names)) for kind in EVENT_TYPES}


@dataclass(slots=True)
class Dropped:
    """What a reader found in a capture and could not keep, with counts; nothing is lost silently.

    Examples
    --------
    >>> dropped = Dropped()
    >>> dropped.add("MediaInteraction: no canonical event is like it")
    >>> dropped.add("MediaInteraction: no canonical event is like it", 2)
    >>> list(dropped.lines())
    ['3 x MediaInteraction: no canonical event is like it']
    """

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, count: int = 1) -> None:
        """Note that something was dropped, and why."""
        if count:
            self.counts[what] += count

    def lines(self) -> Iterator[str]:
        """Yield one line for each kind of loss, the most frequent first."""
        for what, count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            yield f"{count:,} x {what}"
