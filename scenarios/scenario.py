"""A scenario: a named task that a person does at a desk, written as a generator over verbs."""

import inspect
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import simpy

from deskhand.errors import DeskhandError
from deskhand.scenarios.records import RecordKind
from deskhand.scenarios.work_calendar import CALENDARS, WorkCalendar
from deskhand.screen import Screen

if TYPE_CHECKING:
    from deskhand.scenarios.json_form.steps import Written

GROUP = "deskhand.scenarios"
"""The entry points under which packages register scenarios."""
Steps = Generator[simpy.Event, Any, None]
"""What every verb and every scenario is: a SimPy process that yields one time-out per step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A task that can be simulated.

    ``opens`` names the screen on which the task begins. ``sensitive`` lists elements whose content
    is masked besides those that their screens mark. ``needs`` are the kinds of records that ``run``
    takes after the desk, drawn for each person. ``roles`` are the roles that do this task, empty for
    all. ``arrival_spread_s`` is the standard deviation of the people's starts. ``screens`` holds
    compiled screens that come with the scenario itself, ``records`` the kinds of records that it brings.
    ``spoil`` makes records of which nobody can do the task; ``written`` is what the scenario was read
    from, where it was. ``apps`` are further applications that it works in.
    ``goes_on`` says that it goes on with pages as an earlier task left them; others begin afresh.
    ``calendar`` says on which dates people do it, where a run does not say so. ``by_mouse`` says that
    something in it has no other way than the mouse: people who use keys alone do not do it.
    ``monitors`` says how many monitors people of a role have, 1 or 2; of other roles it is drawn.
    """

    name: str
    app: str
    opens: str
    run: Callable[..., Steps]
    sensitive: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    summary: str = ""
    modelled_on: str = ""
    needs: tuple[str, ...] = ()
    arrival_spread_s: float = 0.0
    screens: Mapping[str, Screen] | None = None
    records: tuple[RecordKind, ...] = ()
    spoil: Callable[..., Mapping[str, Any]] | None = None
    written: "Written | None" = None
    apps: tuple[str, ...] = ()
    goes_on: bool = False
    calendar: WorkCalendar = CALENDARS["weekdays"]
    by_mouse: bool = False
    monitors: Mapping[str, int] = field(default_factory=dict)


class GaveUpError(Exception):
    """A person found out that a task cannot be done, and why; never leaves the task."""


def scenario(
    name: str,
    *,
    app: str,
    opens: str,
    sensitive: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    modelled_on: str = "",
    arrival_spread_s: float = 0.0,
    records: tuple[RecordKind, ...] = (),
    spoil: Callable[..., Mapping[str, Any]] | None = None,
    apps: tuple[str, ...] = (),
    goes_on: bool = False,
    calendar: WorkCalendar = CALENDARS["weekdays"],
    by_mouse: bool = False,
) -> Callable[[Callable[..., Steps]], Scenario]:
    """Make a scenario of a generator function whose first argument is the desk.

    Parameters
    ----------
    name : str
        Name in the list of scenarios, ``app.what_is_done``.
    app, opens : str
        The application, and the screen on which the task begins.
    sensitive : tuple of str
        Elements to mask besides those that their screens mark.
    roles : tuple of str
        Roles that do this task; empty for all.
    modelled_on : str
        Where the order of the steps and their probabilities come from.
    arrival_spread_s : float
        Standard deviation of the people's starts.
    records : tuple of RecordKind
        Kinds of records that the application brings, besides those that all know.
    spoil : callable, optional
        Takes the records by name and returns them so changed that the task cannot be done: what the
        scenario's infeasible variant, ``NAME.infeasible``, works with.
    apps : tuple of str
        Further applications that it works in: their screens are brought up, and nothing else is begun there.
    goes_on : bool
        Whether it copes with a page on which something was done before; otherwise it begins afresh.
    calendar : WorkCalendar
        On which dates people do it, where a run does not say so.
    by_mouse : bool
        Whether something in it has no other way than the mouse, such as a drag.

    Returns
    -------
    callable
        A decorator that returns a `Scenario`; the summary is the docstring's first line.

    Examples
    --------
    >>> @scenario("crm.look", app="crm", opens="crm/leads")
    ... def look(desk):
    ...     "Look at the list of leads."
    ...     yield from desk.read(words=40)
    >>> look.name, look.summary
    ('crm.look', 'Look at the list of leads.')
    """

    def decorate(run: Callable[..., Steps]) -> Scenario:
        first, *needs = inspect.signature(run).parameters or ["none"]
        if first != "desk":
            raise DeskhandError(
                f"scenario {name!r}: the first argument is {first!r}; a scenario takes the desk: "
                "def run(desk, lead): ..."
            )
        return Scenario(
            name=name,
            app=app,
            opens=opens,
            run=run,
            sensitive=sensitive,
            roles=roles,
            summary=(inspect.getdoc(run) or "").split("\n", 1)[0],
            modelled_on=modelled_on,
            needs=tuple(needs),
            arrival_spread_s=arrival_spread_s,
            records=records,
            spoil=spoil,
            apps=apps,
            goes_on=goes_on,
            calendar=calendar,
            by_mouse=by_mouse,
        )

    return decorate


INFEASIBLE = ".infeasible"


def infeasible(task: Scenario) -> Scenario:
    """Return the variant of a scenario that cannot be done: the person looks for what is not there.

    Parameters
    ----------
    task : Scenario
        One that says how its records are spoiled.

    Raises
    ------
    DeskhandError
        When it does not.
    """
    spoil = task.spoil
    if spoil is None:
        raise DeskhandError(
            f"scenario {task.name!r} has no infeasible variant; give its decorator a `spoil`."
        )

    def run(desk: Any, **given: Any) -> Steps:
        desk.gives_up = True
        spoiled = spoil(**given)
        why = _lacking(given, spoiled)
        try:
            yield from task.run(desk, **spoiled)
        except GaveUpError as found:
            why = str(found) or why
            yield from desk.think("decide")
        finally:
            desk.gives_up = False
        desk.give_up(why)

    return replace(
        task,
        name=task.name + INFEASIBLE,
        run=run,
        summary=f"{task.summary.rstrip('.')}: what is asked for is not there.",
    )


def _lacking(given: Mapping[str, Any], spoiled: Mapping[str, Any]) -> str:
    """Return in words what of a task's records is not there: what the spoiled ones say otherwise."""
    for name, wrong in spoiled.items():
        right, inner = given[name], getattr(wrong, "__dataclass_fields__", None)
        pairs = [(name, right, wrong)] if inner is None else []
        pairs += [(each, getattr(right, each), getattr(wrong, each)) for each in inner or ()]
        for what, before, now in pairs:
            said = what.replace("_", " ")
            if not now and before:
                return f"the {said} is missing"
            several = isinstance(now, tuple | list)
            for each in (e for e in now if e not in before) if several else (now,):
                if isinstance(each, str | int) and (several or each != before):
                    return f"there is no {each!r} ({said})"
    return ""


def source_sha256(task: Scenario) -> str:
    """Return the hash of a scenario in Python: its name and the text of the module that defines it."""
    try:
        module = inspect.getmodule(task.run)
        text = inspect.getsource(module if module is not None else task.run)
    except (OSError, TypeError):
        # Typed at a prompt: its code is the best that is left.
        text = getattr(getattr(task.run, "__code__", None), "co_code", b"").hex()
    text = "\n".join(text.splitlines())
    return sha256(f"{task.name}\n{text}".encode()).hexdigest()
