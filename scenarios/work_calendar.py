"""Who works on which date: weekends, holidays, leave, illness, part-time, and where a team sits.

What is drawn hangs on a person and a date, never on a run's first day or its length: the same date has the
same answer in every run of a seed, and a team's day can be made alone.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.streams import stream

SATURDAY = 5
# Out of hours: when such a session begins, how long it is and at most is, in hours (assumed).
OUT_OF_HOURS_H, SHORT_H, SHORT_LOG_SD, LONGEST_SHORT_H = (9.0, 20.0), 0.75, 0.6, 3.0
# People differ in how often they work at weekends: standard deviation of the log (assumed).
WEEKEND_LOG_SD = 0.8
# An illness takes so many days in the mean, weekends with them (assumed).
ILL_DAYS = 4.0
# Of the days of leave, this share is taken as whole weeks (assumed); those of July and August are so many
# times as likely as others (assumed).
WHOLE_WEEKS, SUMMER_WEEKS, SUMMER_WEIGHT = 0.6, range(27, 36), 3.0
WEEKS = 52
# Who works part-time comes on so many days a week, as many people on each (assumed).
PART_TIME_DAYS = (3, 4)
# The three days without work that most of Europe shares; a calendar of one's own names its own.
FREE_DATES = ("01-01", "12-25", "12-26")


class Presence(NamedTuple):
    """What a person does on a date.

    ``off`` says why there is no session. ``start_h`` and ``short_h`` are the hour at which a short
    session out of hours begins and how long it is; both are None on a working day.
    """

    off: str | None = None
    start_h: float | None = None
    short_h: float | None = None


AT_WORK = Presence()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """How dates are spent by the people of a population.

    Parameters
    ----------
    weekends : bool
        Whether the days of a run are days in a row; otherwise Saturdays and Sundays are passed over.
    weekend_share : float
        Share of the days of weekends on which a person works for a short while.
    sick_share : float
        Share of days on which a person is ill.
    leave_days : float
        Days of leave a year, of 260 weekdays.
    part_time_share : float
        Share of people who come on fewer than five days a week.
    free_dates : tuple of str
        Days on which nobody works: ``2026-12-24``, ``12-25`` for every year, or
        ``2026-08-03/2026-08-14``.
    time_zones : mapping of str to float
        Shares of teams by zone, where that is not left to the run; a team sits in one place.
    """

    weekends: bool = True
    weekend_share: float = 0.0
    sick_share: float = 0.0
    leave_days: float = 0.0
    part_time_share: float = 0.0
    free_dates: tuple[str, ...] = ()
    time_zones: Mapping[str, float] = field(default_factory=dict)

    def date_of(self, first: date, day: int) -> date:
        """Return the date of a run's day, from the run's first date on.

        Examples
        --------
        >>> friday = date(2026, 3, 6)
        >>> [CALENDARS[name].date_of(friday, 1).day for name in ("weekdays", "weeks")]
        [9, 7]
        """
        return first + timedelta(days=day) if self.weekends else nth_weekday(first, day)

    def presence(self, seed: int, team: int, person: int, on: date) -> Presence:
        """Return what a person does on a date.

        Parameters
        ----------
        seed, team, person : int
            Who, of which run.
        on : datetime.date
            When.

        Examples
        --------
        >>> OFFICE.presence(7, 0, 0, date(2026, 12, 25)).off
        'holiday'
        """
        who = (seed, team, person)
        if any(_covers(entry, on) for entry in self.free_dates):
            return Presence("holiday")
        if self.sick_share and on in _ill_on(*who, on.year, self.sick_share):
            return Presence("sick")
        if on.weekday() >= SATURDAY:
            return self._weekend(who, on) if self.weekend_share else Presence("weekend")
        if on.weekday() in _free_weekdays(*who, self.part_time_share):
            return Presence("part-time")
        year, week, weekday = on.isocalendar()
        if self.leave_days and (week, weekday) in _leave_of(*who, year, self.leave_days):
            return Presence("leave")
        return AT_WORK

    def _weekend(self, who: tuple[int, int, int], on: date) -> Presence:
        seed, *rest = who
        lean = WEEKEND_LOG_SD * stream(seed, "calendar.weekend", *rest).standard_normal()
        # The mean of the factor is 1.
        share = self.weekend_share * math.exp(lean - WEEKEND_LOG_SD**2 / 2)
        rng = stream(seed, "calendar.weekend", *rest, on.isoformat())
        if rng.uniform() >= share:
            return Presence("weekend")
        start_h = float(rng.uniform(*OUT_OF_HOURS_H))
        short_h = SHORT_H * math.exp(SHORT_LOG_SD * float(rng.standard_normal()))
        return Presence(None, start_h, min(short_h, LONGEST_SHORT_H))

    def zone(self, seed: int, team: int) -> str | None:
        """Return the time zone in which a team sits, None where the run says it."""
        if not self.time_zones:
            return None
        names = sorted(self.time_zones)
        shares = [self.time_zones[name] for name in names]
        drawn = stream(seed, "calendar.zone", team).uniform() * sum(shares)
        for name, share in zip(names, shares, strict=True):
            drawn -= share
            if drawn < 0:
                return name
        return names[-1]

    def as_record(self) -> dict[str, Any]:
        """Return the calendar as it is written to a run's records."""
        return asdict(self) | {"free_dates": list(self.free_dates)}


# Of weekend days .06 are worked on (an estimate; a log of one academic has .067 of a week's activity on each).
# Illness: 2.6 % of hours (Office for National Statistics, Sickness absence in the UK labour market 2022,
# of the Labour Force Survey). Leave: four weeks at least by directive 2003/88/EC, and five days more
# (assumed). Part-time: 18 % of the employed in the European Union (Eurostat, Labour Force Survey 2022,
# rounded).
WEEKEND_SHARE = 0.06
OFFICE = WorkCalendar(
    weekend_share=WEEKEND_SHARE,
    sick_share=0.026,
    leave_days=25.0,
    part_time_share=0.18,
    free_dates=FREE_DATES,
)
CALENDARS: Mapping[str, WorkCalendar] = MappingProxyType(
    {
        "weekdays": WorkCalendar(weekends=False),
        "weeks": WorkCalendar(weekend_share=WEEKEND_SHARE),
        "office": OFFICE,
    }
)
"""By name: Mondays to Fridays alone; weeks with weekends; and weeks with all that keeps people away."""


def named_calendar(name: str) -> WorkCalendar:
    """Return a calendar by name.

    Raises
    ------
    UnknownNameError
        When there is no such calendar.

    Examples
    --------
    >>> named_calendar("weekdays").weekends
    False
    """
    if name not in CALENDARS:
        raise UnknownNameError("calendar", name, CALENDARS)
    return CALENDARS[name]


def nth_weekday(start: date, day: int) -> date:
    """Return the n-th weekday from a date on; Saturdays and Sundays are passed over.

    Examples
    --------
    >>> nth_weekday(date(2026, 3, 2), 4).isoformat(), nth_weekday(date(2026, 3, 2), 5).isoformat()
    ('2026-03-06', '2026-03-09')
    >>> nth_weekday(date(2026, 3, 7), 0).isoformat()
    '2026-03-09'
    """
    weekday = start.weekday()
    if weekday >= SATURDAY:
        start += timedelta(days=7 - weekday)
        weekday = 0
    weeks, rest = divmod(weekday + day, 5)
    return start + timedelta(days=7 * weeks + rest - weekday)


def check_free_date(text: str) -> str:
    """Return a day or a span without work when it is one.

    Raises
    ------
    DeskhandError
        When it is no date, no day of a year, or ends before it begins.

    Examples
    --------
    >>> check_free_date("2026-08-03/2026-08-14")
    '2026-08-03/2026-08-14'
    """
    first, _, last = text.partition("/")
    try:
        if re.fullmatch(r"\d\d-\d\d", text):
            # Every month and day that some year has.
            date.fromisoformat(f"2024-{text}")
        elif date.fromisoformat(last or first) < date.fromisoformat(first):
            raise DeskhandError(f"{text!r} ends before it begins; write the earlier date first.")
    except DeskhandError:
        raise
    except ValueError:
        raise DeskhandError(
            f"{text!r} is no date; write 2026-12-24, 12-25 for every year, or "
            "2026-08-03/2026-08-14."
        ) from None
    return text


def _covers(entry: str, on: date) -> bool:
    first, _, last = entry.partition("/")
    day = on.isoformat()
    return day.endswith(entry) if len(entry) == 5 else first <= day <= (last or first)


@lru_cache(maxsize=4096)
def _ill_on(seed: int, team: int, person: int, year: int, share: float) -> frozenset[date]:
    """Return the dates of a year on which a person is ill, with what began in the year before."""
    found: set[date] = set()
    # Illnesses begin at random and may overlap: so many a day make that share of days.
    a_day = -math.log1p(-share) / ILL_DAYS
    for begun in (year - 1, year):
        rng = stream(seed, "calendar.sick", team, person, begun)
        first = date(begun, 1, 1)
        days = (date(begun + 1, 1, 1) - first).days
        for start in rng.integers(0, days, rng.poisson(a_day * days)).tolist():
            lasts = int(rng.geometric(1.0 / ILL_DAYS))
            found |= {first + timedelta(days=start + n) for n in range(lasts)}
    return frozenset(day for day in found if day.year == year)


@lru_cache(maxsize=4096)
def _leave_of(
    seed: int, team: int, person: int, year: int, days: float
) -> frozenset[tuple[int, int]]:
    """Return a person's days of leave in a year of weeks, as number of week and weekday from 1."""
    rng = stream(seed, "calendar.leave", team, person, year)
    whole = int(days) + int(rng.uniform() < days % 1.0)
    week_count = round(WHOLE_WEEKS * whole / 5)
    weights = [SUMMER_WEIGHT if week in SUMMER_WEEKS else 1.0 for week in range(1, WEEKS + 1)]
    shares = [weight / sum(weights) for weight in weights]
    weeks = {int(week) + 1 for week in rng.choice(WEEKS, week_count, replace=False, p=shares)}
    single = [(w, d) for w in range(1, WEEKS + 1) if w not in weeks for d in range(1, 6)]
    chosen = rng.choice(len(single), min(whole - 5 * week_count, len(single)), replace=False)
    return frozenset((w, d) for w in weeks for d in range(1, 6)) | {single[n] for n in chosen}


@lru_cache(maxsize=4096)
def _free_weekdays(seed: int, team: int, person: int, share: float) -> frozenset[int]:
    """Return the weekdays on which a person who works part-time never comes."""
    rng = stream(seed, "calendar.part_time", team, person)
    if rng.uniform() >= share:
        return frozenset()
    free = 5 - int(rng.choice(PART_TIME_DAYS))
    return frozenset(rng.choice(5, free, replace=False).tolist())
