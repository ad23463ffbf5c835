"""Local time: names of zones, and the moment at which a wall clock shows a time on a date."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deskhand.errors import DeskhandError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def local_us(on: date, at: time, time_zone: str) -> int:
    """Return when a wall clock shows a time, in microseconds since 1970-01-01T00:00Z.

    Parameters
    ----------
    on : datetime.date
        The date.
    at : datetime.time
        What the clock shows. A time that a change to summer time leaves out is taken by the offset
        before the change; of one that a change back brings twice the first is taken.
    time_zone : str
        An IANA name.

    Examples
    --------
    >>> friday, monday = date(2026, 3, 27), date(2026, 3, 30)
    >>> starts = [local_us(day, time(9), "Europe/Berlin") for day in (friday, monday)]
    >>> [datetime.fromtimestamp(start / 1e6, UTC).hour for start in starts]
    [8, 7]
    """
    local = datetime.combine(on, at, ZoneInfo(time_zone))
    return (local - EPOCH) // MICROSECOND


def parse_time_zone(text: str) -> str:
    """Return the name of a time zone when it is known.

    Raises
    ------
    DeskhandError
        When it is not a name of the IANA time zone database.

    Examples
    --------
    >>> parse_time_zone("Europe/Berlin")
    'Europe/Berlin'
    """
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        from zoneinfo import available_timezones

        raise _unknown_zone(text, available_timezones()) from None
    return text


def _unknown_zone(text: str, known: set[str]) -> DeskhandError:
    # The database holds some 600 names: name the nearest few, not all of them.
    from difflib import get_close_matches

    near = get_close_matches(text, sorted(known), n=3, cutoff=0.5) or ["UTC", "Europe/Berlin"]
    return DeskhandError(f"time zone {text!r} is not known; try {', '.join(near)}.")
