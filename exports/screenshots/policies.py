"""When screenshots are taken: every so many seconds, around acts, when another window comes up."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.exports.act_kinds import Choose, Navigate, Switch, Wait
from deskhand.exports.derived_acts import derived_acts
from deskhand.session import Session

PERIODIC, BEFORE, AFTER, SWITCH = "periodic", "before-action", "after-action", "on-window-switch"
KNOWN = (f"{PERIODIC}:SECONDS", BEFORE, AFTER, SWITCH)
# A screen is redrawn 60 times a second, and no recorder of work takes more pictures than 30
# (assumed); a session has an end within the year.
SHORTEST_S, LONGEST_S = 1 / 30, 31_536_000.0
# What was there just before an act: its first row may share the act's start.
BEFORE_US = 1
# Pages answer a click within some 100 ms; a tool waits a little longer before it looks (assumed).
SETTLE_US = 300_000
# Rows by which an act of thought differs from one of the hand.
_DONE = ("pointerdown", "wheel", "keydown")
_FOLLOWS = (Choose, Navigate, Switch, Wait)


class Policy(NamedTuple):
    """One policy; ``period_us`` is that of a periodic one, else 0."""

    name: str
    period_us: int = 0

    def __str__(self) -> str:
        return f"{self.name}:{self.period_us / 1e6:g}" if self.period_us else self.name


class Moment(NamedTuple):
    """One reason to take a picture: when, by which policy, and for which act of the session.

    ``action_id`` is None where no act is meant, or the session has no table of them.
    """

    t_us: int
    policy: str
    action_id: int | None = None


def parse_policies(given: str | Sequence[str]) -> tuple[Policy, ...]:
    """Return policies from their names.

    Parameters
    ----------
    given : str or sequence of str
        Names, or one text with commas between them; behind ``periodic`` a colon and seconds.

    Raises
    ------
    DeskhandError
        When a name is not known, seconds are no such number, or one stands twice.

    Examples
    --------
    >>> [str(policy) for policy in parse_policies("before-action, periodic:2.5")]
    ['before-action', 'periodic:2.5']
    >>> parse_policies("periodic")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: policy 'periodic': behind the name stand a colon and seconds between two pictures, from 0.0333 to 31536000; write periodic:5.
    """
    names = given.split(",") if isinstance(given, str) else list(given)
    found = [_parsed(name.strip()) for name in names]
    for policy in found:
        if found.count(policy) > 1:
            raise DeskhandError(f"policy {str(policy)!r} stands twice; name it once.")
    if not found:
        raise DeskhandError(f"no policy is given; name some of {', '.join(KNOWN)}.")
    return tuple(found)


def _parsed(text: str) -> Policy:
    name, _, seconds = text.partition(":")
    if name == PERIODIC:
        try:
            period_s = float(seconds)
        except ValueError:
            period_s = math.nan
        if not SHORTEST_S <= period_s <= LONGEST_S:
            raise DeskhandError(
                f"policy {text!r}: behind the name stand a colon and seconds between two pictures, "
                f"from {SHORTEST_S:.3g} to {LONGEST_S:.0f}; write periodic:5."
            )
        return Policy(name, round(period_s * 1e6))
    if text not in KNOWN[1:]:
        raise UnknownNameError("policy", text, KNOWN)
    return Policy(name)


def moments(session: Session, policies: Sequence[Policy]) -> list[Moment]:
    """Return when pictures are taken, in order; of one time in the order of the policies.

    Parameters
    ----------
    session : Session
        Acts are those of its table, as far as hand or keys did them; where it has none, those that
        are derived from its events.
    policies : sequence of Policy
        What asks for pictures.
    """
    found = [moment for policy in policies for moment in _moments(session, policy)]
    return sorted(found, key=lambda moment: moment.t_us)


def _moments(session: Session, policy: Policy) -> Iterator[Moment]:
    duration_us = int(session.header["duration_us"])
    name = str(policy)
    if policy.name == PERIODIC:
        yield from (Moment(t_us, name) for t_us in range(0, duration_us + 1, policy.period_us))
    elif policy.name == SWITCH:
        rows = _rows(session.events, ("window.focus",)).select(["t_us", "action_id"])
        yield from (Moment(r["t_us"], name, r["action_id"]) for r in rows.to_pylist())
    else:
        start_us, end_us, ids = _acts(session)
        times = start_us - BEFORE_US
        if policy.name == AFTER:
            # Not so late that the next act shows.
            following = np.append(start_us[1:], duration_us + BEFORE_US) - BEFORE_US
            times = np.maximum(end_us, np.minimum(end_us + SETTLE_US, following))
        times = np.clip(times, 0, duration_us)
        yield from map(Moment, times.tolist(), [name] * len(times), ids)


def _rows(events: pa.Table, kinds: Sequence[str]) -> pa.Table:
    return events.filter(pc.is_in(events["type"].cast(pa.string()), pa.array(kinds)))


def _acts(session: Session) -> tuple[NDArray[np.int64], NDArray[np.int64], Sequence[int | None]]:
    """Return start, end and number of each act, in order of their start."""
    if not len(session.actions):
        acts = [act for act in derived_acts(session.events) if not isinstance(act, _FOLLOWS)]
        start = np.array([act.start_us for act in acts], np.int64)
        return start, np.array([act.end_us for act in acts], np.int64), [None] * len(acts)
    done = _rows(session.events, _DONE)["action_id"].unique()
    actions = session.actions.sort_by([("start_us", "ascending"), ("action_id", "ascending")])
    # To hover needs no press.
    by_hand = pc.or_(
        pc.is_in(actions["action_id"], done.cast(actions.schema.field("action_id").type)),
        pc.equal(actions["verb"].cast(pa.string()), "hover"),
    )
    actions = actions.filter(by_hand)
    ids = actions["action_id"].to_pylist()
    return actions["start_us"].to_numpy(), actions["end_us"].to_numpy(), ids
