"""Roles: how a person's working time is shared among applications, and what is done in each."""

from collections.abc import Mapping
from typing import NamedTuple

from deskhand.scenarios.apps.builder import tasks as builder
from deskhand.scenarios.apps.chat import tasks as chat
from deskhand.scenarios.apps.code_host import tasks as code_host
from deskhand.scenarios.apps.crm import tasks as crm
from deskhand.scenarios.apps.editor import tasks as editor
from deskhand.scenarios.apps.expense import tasks as expense
from deskhand.scenarios.apps.lesson import tasks as lesson
from deskhand.scenarios.apps.mail import tasks as mail
from deskhand.scenarios.apps.monitor import tasks as monitor
from deskhand.scenarios.apps.news import tasks as news
from deskhand.scenarios.apps.patches import tasks as patches
from deskhand.scenarios.apps.sheet import tasks as sheet
from deskhand.scenarios.apps.tracker import tasks as tracker
from deskhand.scenarios.apps.wiki import tasks as wiki
from deskhand.scenarios.day import DayRole
from deskhand.scenarios.scenario import Scenario


class Work(NamedTuple):
    """A task of an application: how often it is done beside the others there, and how long it takes."""

    task: Scenario
    weight: float
    minutes: float


# Engineering estimates: tasks of an application, their frequency against one another, and the median
# of what they take in these models; of chat and mail with the reading and answering that comes by itself.
WORK: Mapping[str, tuple[Work, ...]] = {
    "crm": (
        Work(crm.create_lead, 0.8, 1.4),
        Work(crm.update_opportunity, 1.0, 2.3),
        Work(crm.browse_leads, 5.0, 0.9),
        Work(crm.follow_up, 0.7, 1.9),
        Work(crm.log_call, 1.2, 1.2),
    ),
    "tracker": (
        Work(tracker.create_issue, 0.4, 2.6),
        Work(tracker.answer_issue, 3.0, 0.7),
        Work(tracker.triage_board, 2.0, 0.7),
    ),
    "builder": (
        Work(builder.page_from_prompt, 0.6, 3.0),
        Work(builder.edit_page, 10.0, 1.4),
        Work(builder.publish_page, 0.3, 1.7),
    ),
    "chat": (Work(chat.write, 1.0, 2.4),),
    "mail": (
        Work(mail.triage_inbox, 1.0, 8.0),
        Work(mail.compose, 0.12, 6.0),
        Work(mail.answer_invitation, 2.0, 0.9),
    ),
    "news": (
        Work(news.scan_front, 2.0, 1.0),
        Work(news.read_thread, 1.0, 2.0),
        Work(news.follow_link, 1.0, 1.3),
    ),
    "lesson": (Work(lesson.practise, 3.0, 7.4), Work(lesson.look_at_league, 1.0, 0.4)),
    "wiki": (
        Work(wiki.edit_page, 0.5, 10.0),
        Work(wiki.comment_page, 5.0, 3.2),
        Work(wiki.page_from_template, 0.4, 5.0),
    ),
    "code_host": (
        Work(code_host.review_pull, 4.0, 2.9),
        Work(code_host.blame_function, 3.0, 0.5),
        Work(code_host.star_and_follow, 1.0, 0.5),
    ),
    "editor": (
        Work(editor.ask_agent, 3.0, 4.2),
        Work(editor.edit_and_run, 1.5, 2.2),
        Work(editor.commit_and_push, 0.7, 1.6),
    ),
    "patches": (
        Work(patches.review_patch, 2.0, 2.8),
        Work(patches.send_series, 1.0, 5.0),
    ),
    "sheet": (
        Work(sheet.clean_orders, 2.0, 1.7),
        Work(sheet.build_pivot, 1.0, 0.7),
        Work(sheet.carry_contacts, 1.0, 1.8),
    ),
    "expense": (
        Work(expense.new_claim, 3.0, 2.0),
        Work(expense.change_account, 1.0, 1.6),
        Work(expense.approve, 4.0, 1.2),
    ),
    "monitor": (
        Work(monitor.answer_page, 1.0, 3.8),
        Work(monitor.walk_dashboard, 3.0, 0.8),
    ),
}
# Engineering estimates, after descriptions of these jobs; of the last column, news and
# lessons in between, a quarter is lessons.
_APPS = (
    "crm",
    "tracker",
    "builder",
    "chat",
    "mail",
    "wiki",
    "code_host",
    "editor",
    "patches",
    "sheet",
    "expense",
    "monitor",
    "news",
)
_SHARES = {
    "sales": (36, 2, 0, 14, 26, 3, 0, 0, 0, 8, 4, 0, 7),
    "engineer": (0, 8, 0, 14, 7, 7, 13, 38, 3, 1, 2, 3, 4),
    "support": (25, 20, 0, 20, 18, 8, 0, 0, 0, 3, 2, 1, 3),
    "designer": (0, 7, 52, 14, 8, 6, 0, 2, 0, 2, 2, 0, 7),
    "analyst": (4, 5, 0, 10, 12, 8, 2, 12, 0, 38, 3, 2, 4),
    "manager": (4, 9, 0, 22, 30, 10, 2, 1, 0, 9, 5, 2, 6),
}
_MEETINGS_H = {
    "sales": 2.5,
    "engineer": 1.3,
    "support": 0.8,
    "designer": 1.3,
    "analyst": 1.2,
    "manager": 4.0,
}


def task_weights(role: str) -> list[tuple[Scenario, float]]:
    """Return the tasks of a role, and how often each is begun.

    Examples
    --------
    >>> weights = {task.name: weight for task, weight in task_weights("sales")}
    >>> weights["crm.browse_leads"] > weights["crm.create_lead"] > 0
    True
    """
    found = []
    for app, share in _shares(role).items():
        works = [work for work in WORK.get(app, ()) if share and _does(role, work.task)]
        minutes = sum(work.weight * work.minutes for work in works)
        found += [(work.task, share * work.weight / minutes) for work in works]
    return found


def _shares(role: str) -> dict[str, float]:
    shares = dict(zip(_APPS, _SHARES[role], strict=True))
    return shares | {"news": 0.75 * shares["news"], "lesson": 0.25 * shares["news"]}


def _does(role: str, task: Scenario) -> bool:
    return not task.roles or role in task.roles


ROLES: Mapping[str, DayRole] = {
    role: DayRole(task_weights(role), hours) for role, hours in _MEETINGS_H.items()
}
