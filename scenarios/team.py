"""A team's day: one SimPy world in which every person of the team sits at a desk of their own.

Days of several teams can be simulated together. Teams do not meet, but they type in one pool: a day
stops where somebody is about to type what is not planned, the next day goes on, and once all have
stopped, one batch plans for all of them.
"""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import simpy

from deskhand.behavior_models.persona import draw_persona
from deskhand.behavior_models.profile import Profile
from deskhand.errors import DeskhandError
from deskhand.generators.plan import SessionPlan
from deskhand.generators.typing_pool import TypingPool
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.masking import sensitive_keys
from deskhand.scenarios.records import Records
from deskhand.scenarios.scenario import Scenario, Steps
from deskhand.scenarios.work_calendar import AT_WORK, Presence
from deskhand.scenarios.world import HOUR_US, World
from deskhand.screen import Screen
from deskhand.streams import name, stream

# The hour at which a day starts, and the most standard deviations that somebody is early or late.
NINE, MOST_SDS = 9.0, 2.0


class TeamDay:
    """A team's day under way.

    Parameters
    ----------
    env : simpy.Environment
        The team's world.
    sessions : sequence of simpy.Process
        Everyone's session; the day is over when all are.
    plans : list of SessionPlan
        What they fill, complete when the day is over.
    pool : TypingPool
        In which they type.
    """

    def __init__(
        self,
        env: simpy.Environment,
        sessions: Sequence[simpy.Process],
        plans: list[SessionPlan],
        pool: TypingPool,
    ) -> None:
        self._env, self._end, self._pool = env, env.all_of(sessions), pool
        self.plans = plans

    @property
    def over(self) -> bool:
        """Whether everyone's session has ended."""
        return self._end.processed

    def go_on(self) -> None:
        """Let time pass until somebody is about to type what is not planned, or the day is over."""
        self._pool.short = False
        while not (self._pool.short or self._end.processed):
            self._env.step()


def pass_days(days: Sequence[TeamDay]) -> None:
    """Let days of teams that type in one pool pass, each in turn until it lacks a text."""
    with _no_collection():
        while days:
            for day in days:
                day.go_on()
            days = [day for day in days if not day.over]


def begin_day(
    scenario: Scenario,
    *,
    seed: int,
    team: int,
    people: Sequence[int],
    day: int,
    profile: Profile,
    role: str | None,
    start_wall_us: int,
    time_zone: str,
    screens: Mapping[str, Screen],
    provenance_id: str,
    condition: str = "none",
    fidelity: str = "law",
    masks: Collection[str] = (),
    presence: Mapping[int, Presence] = MappingProxyType({}),
    days_before: Mapping[int, int] = MappingProxyType({}),
    pool: TypingPool,
) -> TeamDay:
    """Begin a day on which everyone in a team has a session; `pass_days` lets it pass.

    Parameters
    ----------
    scenario : Scenario
        What each of them does.
    seed : int
        The run's seed.
    team : int
        The team's number.
    people : sequence of int
        Numbers of all people of the team in the whole population. Since they share a world, a
        session depends on who else is in the team.
    day : int
        Number of the day, from 0.
    profile : Profile
        The population that people are drawn from.
    role : str or None
        Everyone's role, one of ``scenario.roles`` where it names any; drawn when None.
    start_wall_us : int
        Wall-clock time at which the day starts, in microseconds since 1970, UTC.
    time_zone : str
        Name of the time zone.
    screens : mapping
        Compiled screens by name.
    provenance_id : str
        Identifier of the run.
    condition : str
        What everyone's hand is under, by name.
    fidelity : str
        What draws keys and paths: ``law`` or ``learned``.
    masks : collection of str
        Keys of elements to mask besides those that screens and scenario mark.
    presence : mapping of int to Presence
        How long people are there and from when, of those who are there out of hours.
    days_before : mapping of int to int
        Days that people have worked in the run before; the day's number where it does not say so.
    pool : TypingPool
        Shared by days that pass together. What it plans for one is the same with and without others.

    Returns
    -------
    TeamDay
        Its plans are in the order of ``people``.

    Raises
    ------
    DeskhandError
        When the team is empty or the scenario's first screen is missing.
    """
    if not people:
        raise DeskhandError("people=[]: a team has at least one person.")
    if scenario.screens:
        screens = {**screens, **scenario.screens}
    if scenario.opens not in screens:
        raise DeskhandError(
            f"scenario {scenario.name!r} opens screen {scenario.opens!r}, which is not there; "
            f"known: {', '.join(sorted(screens)) or 'none'}."
        )
    env = simpy.Environment()
    # People who start early are there before nine.
    lead_us = int(1e6 * MOST_SDS * scenario.arrival_spread_s)
    world = World(
        env,
        seed=seed,
        team=team,
        day=day,
        people=people,
        first_hour=NINE - lead_us / HOUR_US,
        typing_pool=pool,
    )
    plans: list[SessionPlan] = []
    processes: list[simpy.Process] = []
    for person in people:
        who = (team, person, day)
        arrival = float(stream(seed, "arrival", *who).standard_normal())
        arrival = max(-MOST_SDS, min(MOST_SDS, arrival))
        late_us = int(1e6 * scenario.arrival_spread_s * arrival)
        there = presence.get(person, AT_WORK)
        if there.start_h is not None and there.short_h is not None:
            late_us = int(HOUR_US * (there.start_h - NINE))
            world.short_h[person] = there.short_h
        plan = SessionPlan(
            session_id=name("syn_session", seed, "session", scenario.name, *who),
            seed=seed,
            scenario=scenario.name,
            team=team,
            person=person,
            day=day,
            persona=draw_persona(
                profile,
                seed,
                team,
                person,
                _role(scenario, role, seed, *who),
                condition,
                scenario.monitors,
            ),
            start_wall_us=start_wall_us + late_us,
            time_zone=time_zone,
            provenance_id=provenance_id,
            viewport=screens[scenario.opens].viewport,
            fidelity=fidelity,
        )
        plans.append(plan)
        world.roles[person] = plan.persona.role
        world.days_before[person] = days_before.get(person, day)
        processes.append(
            env.process(
                _session(env, world, scenario, plan, profile, screens, masks, lead_us + late_us)
            )
        )
    # Nobody from outside writes out of hours (assumed).
    if (len(people) > 1 or scenario.arrival_spread_s) and not world.short_h:
        env.process(world.outside())
    return TeamDay(env, processes, plans, pool)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector off: plans are many small tuples and hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                # They join the oldest generation without being searched, which would take a tenth
                # of the time of making them.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _role(
    scenario: Scenario, role: str | None, seed: int, team: int, person: int, _day: int
) -> str | None:
    if role is not None or not scenario.roles:
        return role
    drawn = stream(seed, "scenario.role", team, person).integers(len(scenario.roles))
    return scenario.roles[int(drawn)]


def _session(
    env: simpy.Environment,
    world: World,
    scenario: Scenario,
    plan: SessionPlan,
    profile: Profile,
    screens: Mapping[str, Screen],
    masks: Collection[str],
    wait_us: int,
) -> Steps:
    """One person's process: arrive, sit down, do the scenario, get up."""
    yield env.timeout(wait_us)
    records = Records(plan.seed, plan.team, plan.person, plan.day)
    sensitive = sensitive_keys(scenario.sensitive, scenario.opens, screens)
    masked = sensitive.union(masks)
    desk = Desk(env, plan, screens, records, masked, world=world, profile=profile)
    desk.admit(scenario)
    records.know(scenario.records)
    desk.sit_down(scenario.opens)
    yield from scenario.run(desk, **records.fill(scenario.needs, {}))
    desk.get_up()
