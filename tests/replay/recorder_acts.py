"""Scenarios whose acts the shipped ones lack or leave to chance, on all of our pages."""

from dataclasses import replace

import pyarrow as pa

from deskhand.events import EVENTS
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.scenario import Steps, scenario
from deskhand.session import Session


@scenario(
    "check.form", app="crm", opens="crm/lead-form", sensitive=("lead.phone",), modelled_on="a test"
)
def form(desk: Desk) -> Steps:
    """Fill a form in every way that it offers."""
    yield from desk.type("Ada Quill", into="lead.name")
    yield from desk.double_click("lead.name")
    yield from desk.right_click("lead.company")
    yield from desk.type("5551234", into="lead.phone")
    yield from desk.choose("Partner", of="lead.source", by="mouse")
    yield from desk.choose("Qualified", of="lead.status", by="mouse")
    yield from desk.type("2026-03-02", into="lead.follow_up")
    yield from desk.type("Call back.", into="lead.notes")
    yield from desk.undo()
    yield from desk.copy("lead.name")
    yield from desk.paste("lead.notes")
    yield from desk.check("lead.opt_in")
    yield from desk.press("Control+s", to="saved")
    yield from desk.wait_for("lead.toast")


@scenario("check.drags", app="crm", opens="crm/lead-form", modelled_on="a test")
def drags(desk: Desk) -> Steps:
    """Drag over texts that stand selected: by two clicks, by a drag, by Control+a."""
    yield from desk.type("Ada Mary Quill", into="lead.name")
    yield from desk.double_click("lead.name")
    yield from desk.select("lead.name", by="drag")
    yield from desk.copy("lead.name")
    yield from desk.paste("lead.company")
    yield from desk.select("lead.company", by="drag")
    yield from desk.select("lead.company", by="drag")
    yield from desk.type("Bea Quill", into="lead.company")
    yield from desk.select("lead.company", by="keys")
    yield from desk.select("lead.company", by="drag")
    yield from desk.type("Ann Quill", into="lead.company")


@scenario("check.keys", app="tracker", opens="tracker/issue-form", modelled_on="a test")
def keys(desk: Desk) -> Steps:
    """Go through a form with Tab, and change what the keys can change."""
    yield from desk.type("Keys", into="issue.title")
    yield from desk.type("Tab leads on.", into="issue.description")
    yield from desk.choose("Urgent", of="issue.priority", by="arrows")
    yield from desk.click("issue.notify")
    yield from desk.type("!", into="issue.title")
    yield from desk.press("Control+Enter", to="saved")
    yield from desk.wait_for("issue.toast")


@scenario("check.thread", app="tracker", opens="tracker/issues", modelled_on="a test")
def thread(desk: Desk) -> Steps:
    """Filter a list, read an issue to its end, and answer it."""
    yield from desk.click("issues.filter.review")
    yield from desk.click("issues.filter.all")
    yield from desk.click("issues.row.1")
    yield from desk.scroll(notches=9)
    yield from desk.scroll(into_view="issue.comment")
    yield from desk.type("Seen on two machines.", into="issue.comment")
    yield from desk.press("Control+Enter")
    yield from desk.scroll(notches=-12)
    yield from desk.choose("Doing", of="issue.status", by="mouse")


@scenario("check.chat", app="chat", opens="chat/channel", modelled_on="a test")
def chat(desk: Desk) -> Steps:
    """Look through the channels, answer a message, and write one."""
    yield from desk.click("chat.channel.support")
    yield from desk.click("chat.channel.general")
    yield from desk.news(text="Has anyone seen the list?")
    yield from desk.type("On the shelf.", into="chat.message")
    yield from desk.press("Enter")
    yield from desk.type("The upper one.", into="chat.message")
    yield from desk.click("chat.send")
    yield from desk.hover("chat.new.1")


@scenario("check.clumsy", app="crm", opens="crm/leads", modelled_on="a test")
def clumsy(desk: Desk) -> Steps:
    """Click the wrong thing whenever there is one: a link, fields, a box to tick, entries of lists."""
    desk.mind = replace(desk.mind, slip_rate=1.0)
    yield from desk.click("leads.search")
    yield from desk.click("leads.new")
    yield from desk.click("lead.company")
    yield from desk.choose("Partner", of="lead.source", by="mouse")
    yield from desk.choose("Qualified", of="lead.status", by="mouse")
    yield from desk.click("lead.notes")
    yield from desk.read(words=20)


@scenario("check.files", app="sheet", opens="sheet/files", modelled_on="a test")
def files(desk: Desk) -> Steps:
    """Bring up the menus of files, close one, and open a file from the other."""
    yield from desk.right_click("files.book")
    yield from desk.press("Escape")
    yield from desk.pick("files.menu.with.pivot", "files.menu.open.pivot", of="files.pivot")
    yield from desk.read(words=20)


def with_resizes(session: Session) -> Session:
    """Return the session with its window made smaller in steps at the end: no verb does that."""
    *rows, end = session.events.to_pylist()
    last = rows[-1]
    empty = dict.fromkeys(EVENTS.names) | {
        name: last[name] for name in ("session_id", "app", "window", "synthetic", "provenance_id")
    }
    steps = ((300_000, 1200, 700), (340_000, 1100, 680), (390_000, 1000, 660), (900_000, 1000, 640))
    for after_us, width, height in steps:
        at = {"t_us": last["t_us"] + after_us, "type": "resize", "masked": False}
        rows.append(empty | at | {"delta_x": float(width), "delta_y": float(height)})
    rows.append(end | {"t_us": last["t_us"] + 1_500_000})
    rows = [row | {"seq": seq} for seq, row in enumerate(rows)]
    header = dict(session.header) | {"duration_us": rows[-1]["t_us"]}
    return replace(session, header=header, events=pa.Table.from_pylist(rows, schema=EVENTS))
