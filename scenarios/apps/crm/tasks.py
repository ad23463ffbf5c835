"""Customer relations: leads, calls, and opportunities with an assistant that drafts."""

import math
from collections.abc import Sequence
from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Lead, Opportunity, RecordKind
from deskhand.scenarios.scenario import Steps, scenario

SALES = ("sales", "support", "manager", "analyst")
# What the page `crm/leads` lists, from the first row on.
COMPANIES = (
    "Alder & Finch",
    "Brightmoor Foods",
    "Cobble Street Books",
    "Dunmore Textiles",
    "Eastvale Clinics",
    "Fenwick Marine",
    "Garnet Tools",
    "Hollis Transport",
    "Ivory Lane Studio",
    "Juniper Dairy",
    "Kettleby Hotels",
    "Larkfield Schools",
    "Mossgate Energy",
    "Northam Paper",
)
# The customers that somebody has in mind.
CUSTOMERS = RecordKind(name="customers", pool=lambda _: (COMPANIES,))
# Engineering estimates. A field is left wrong in 4 % of forms; a draft is accepted as it is in
# 45 % of cases, edited in 35 % and asked for again in 20 %; the assistant takes 6 to 15 s.
FORGETS_NAME = 0.04
ACCEPTS, EDITS = 0.45, 0.35
ANSWER_S, ANSWER_LOG_SD = 9.0, 0.3
SEARCHES = 0.35
# A call is written down right after it, for the most part from memory; half of them are to be followed up.
REMEMBERS_S, REMEMBERS_LOG_SD = 6.0, 0.5
CALLS_AGAIN = 0.5
OUTCOME = RecordKind(
    name="outcome", pool=lambda _: ("Spoke to them", "Left a message", "Call back later")
)


@scenario(
    "crm.create_lead",
    app="crm",
    opens="crm/leads",
    sensitive=("lead.phone",),
    roles=SALES,
    modelled_on="Salesforce: data entry in a form; field order and branches are estimates",
    spoil=lambda lead: {"lead": replace(lead, source="Magazine")},
    goes_on=True,
)
def create_lead(desk: Desk, lead: Lead) -> Steps:
    """Enter a new lead into the customer list."""
    held = {"lead.name": lead.name, "lead.company": lead.company, "lead.email": lead.email}
    held |= {"lead.phone": lead.phone, "lead.source": lead.source, "lead.status": lead.status}
    desk.aim(
        f"Enter {lead.name} of {lead.company} ({lead.email}, {lead.phone}) as a new lead that came by "
        f"{lead.source!r} and is {lead.status!r}, to be called on {lead.follow_up}.",
        reached("crm/lead-form", "saved", held | {"lead.follow_up": lead.follow_up}),
    )
    yield from desk.click("leads.new")
    forgets = desk.chance(FORGETS_NAME)
    if not forgets:
        yield from desk.type(lead.name, into="lead.name")
    yield from desk.type(lead.company, into="lead.company")
    yield from desk.type(lead.email, into="lead.email")
    yield from desk.type(lead.phone, into="lead.phone")
    yield from desk.choose(lead.source, of="lead.source")
    yield from desk.choose(lead.status, of="lead.status")
    yield from desk.type(lead.follow_up, into="lead.follow_up")
    if desk.chance(0.5):
        yield from desk.check("lead.opt_in")
    if desk.chance(0.6):
        yield from desk.type(lead.notes, into="lead.notes")
    yield from desk.read(words=40, skim=True)
    if forgets:
        yield from desk.click("lead.save", to="invalid")
        yield from desk.type(lead.name, into="lead.name")
    yield from desk.click("lead.save", to="saved", shortcut="Control+s")
    yield from desk.wait_for("lead.toast")
    yield from desk.read(words=6)


@scenario(
    "crm.update_opportunity",
    app="crm",
    opens="crm/leads",
    sensitive=("record.amount",),
    roles=SALES,
    modelled_on="Salesforce with Einstein: an opportunity moved on with a draft; estimates",
    spoil=lambda opportunity: {"opportunity": replace(opportunity, stage="Paused")},
    goes_on=True,
)
def update_opportunity(desk: Desk, opportunity: Opportunity) -> Steps:
    """Find an opportunity, have its next step drafted, and save the new stage and amount."""
    desk.aim(
        f"Have the next step of an opportunity drafted, asking: {opportunity.prompt!r}. Then move the "
        f"opportunity on to {opportunity.stage!r}.",
        reached(
            "crm/record", "thinking", {"assistant.prompt": opportunity.prompt}, layer="assistant"
        ),
        reached("crm/record", "accepted", layer="assistant"),
        reached("crm/record", "saved", {"record.stage": opportunity.stage}),
    )
    yield from find_record(desk)
    yield from desk.read(words=150, skim=True)
    yield from ask_assistant(desk, opportunity)
    yield from desk.choose(opportunity.stage, of="record.stage")
    if desk.chance(0.6):
        desk.aim(
            f"Enter the new amount of the opportunity, {opportunity.amount}.",
            reached("crm/record", "saved", {"record.amount": opportunity.amount}),
        )
        yield from desk.type(opportunity.amount, into="record.amount", clear=True)
    yield from desk.click("record.save", to="saved", shortcut="Control+s")
    yield from desk.wait_for("record.toast")
    yield from desk.read(words=10)


def find_record(desk: Desk, customers: Sequence[str] = COMPANIES) -> Steps:
    """Open the record of a customer, by searching or straight from the list."""
    row = 1 + desk.one_of(len(customers))
    customer = customers[row - 1]
    desk.typist.foresee(customers)
    known = customer in COMPANIES
    if desk.chance(SEARCHES) and desk.live.page.state["page"] == "base" and known:
        yield from desk.type(customer, into="leads.search", clear=True)
        yield from desk.press("Enter", to=f"found-{row}")
        yield from desk.read(words=8)
    else:
        yield from desk.read(words=5 + row)
    # The link in a row bears the name of a person; the customer stands beside it.
    yield from desk.click(f"leads.row.{row}" if known else f'role=cell[name="{customer}"]')


def ask_assistant(desk: Desk, opportunity: Opportunity) -> Steps:
    """Ask for a draft; accept it, edit it, or ask again."""
    yield from desk.type(opportunity.prompt, into="assistant.prompt")
    yield from desk.click("assistant.ask")
    drafts = [opportunity.draft, opportunity.second_draft, opportunity.draft]
    for number, draft in enumerate(drafts):
        answer_s = ANSWER_S * math.exp(ANSWER_LOG_SD * desk.draws.normal())
        yield from desk.news(after_us=int(1e6 * answer_s), draft=draft)
        yield from desk.read(words=len(draft.split()))
        if number == len(drafts) - 1 or desk.chance(ACCEPTS + EDITS):
            break
        yield from desk.click("assistant.again")
    yield from desk.click("assistant.accept")
    if desk.chance(EDITS / (ACCEPTS + EDITS)):
        yield from desk.type(opportunity.edit, into="record.next_step")


@scenario(
    "crm.browse_leads",
    app="crm",
    opens="crm/leads",
    roles=SALES,
    modelled_on="Salesforce: looking customers up between other work; an estimate",
    records=(CUSTOMERS,),
    spoil=lambda customers: {"customers": tuple(f"{name} (former)" for name in customers)},
    goes_on=True,
)
def browse_leads(desk: Desk, customers: Sequence[str]) -> Steps:
    """Look some customers up and glance at their records."""
    count = 1 + desk.one_of(4)
    desk.aim(
        f"Look {count} of the customers up whom you deal with: {'; '.join(customers)}.",
        reached("crm/record", "base", times=count),
    )
    for number in range(count):
        if number:
            yield from desk.click("record.back")
        yield from find_record(desk, customers)
        yield from desk.read(words=50, skim=True)
        if desk.chance(0.4):
            yield from desk.hover("record.stage")
            yield from desk.read(words=15)
    yield from desk.click("record.back")


@scenario(
    "crm.follow_up",
    app="crm",
    opens="crm/leads",
    roles=SALES,
    modelled_on="Salesforce with Einstein: a follow-up drafted, read and edited; estimates",
    records=(CUSTOMERS,),
    spoil=lambda opportunity, customers: {
        "opportunity": opportunity,
        "customers": tuple(f"{name} (former)" for name in customers),
    },
)
def follow_up(desk: Desk, opportunity: Opportunity, customers: Sequence[str]) -> Steps:
    """Have a follow-up to a customer drafted, and keep it as the next step."""
    desk.aim(
        f"Have a follow-up to a customer drafted, asking: {opportunity.prompt!r}. Save the draft.",
        reached(
            "crm/record", "thinking", {"assistant.prompt": opportunity.prompt}, layer="assistant"
        ),
        reached("crm/record", "accepted", layer="assistant"),
        reached("crm/record", "saved"),
    )
    yield from find_record(desk, customers)
    yield from desk.read(words=60, skim=True)
    yield from ask_assistant(desk, opportunity)
    yield from desk.click("record.save", to="saved", shortcut="Control+s")
    yield from desk.wait_for("record.toast")
    yield from desk.read(words=6)


@scenario(
    "crm.log_call",
    app="crm",
    opens="crm/call",
    sensitive=("call.phone", "call.notes"),
    roles=SALES,
    modelled_on="Salesforce: logging a call after it; order and branches are estimates",
    records=(OUTCOME,),
    spoil=lambda lead, outcome: {"lead": lead, "outcome": f"{outcome} twice"},
)
def log_call(desk: Desk, lead: Lead, outcome: str) -> Steps:
    """Write down whom a call was with, what came of it, and when to call again."""
    held = {"call.contact": lead.name, "call.phone": lead.phone, "call.outcome": outcome}
    again = desk.chance(CALLS_AGAIN)
    if again:
        held["call.next"] = lead.follow_up
    desk.aim(
        f"Log your call with {lead.name} ({lead.phone}): {outcome.lower()}. {lead.notes}"
        + (f" Call again on {lead.follow_up}." if again else ""),
        reached("crm/call", "saved", held | {"call.notes": lead.notes}),
    )
    forgets = desk.chance(FORGETS_NAME)
    if not forgets:
        yield from desk.type(lead.name, into="call.contact")
    yield from desk.type(lead.phone, into="call.phone")
    yield from desk.choose(outcome, of="call.outcome")
    yield from desk.pause(median_s=REMEMBERS_S, log_sd=REMEMBERS_LOG_SD)
    yield from desk.type(lead.notes, into="call.notes", mode="composition")
    if again:
        yield from desk.type(lead.follow_up, into="call.next")
    if forgets:
        yield from desk.click("call.save", to="invalid")
        yield from desk.type(lead.name, into="call.contact")
    yield from desk.click("call.save", to="saved", shortcut=None if forgets else "Control+s")
    yield from desk.wait_for("call.toast")
    yield from desk.read(words=4)
