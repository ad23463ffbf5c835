"""A spreadsheet: cleaning a list, summing it up in a pivot, and carrying rows into a form."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.sheet.records import (
    CARRIED,
    CORRECTION,
    DIMENSIONS,
    FORMULAS,
    REGIONS,
    SUMMARY,
    Carried,
    Correction,
    Summary,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.keying import CELL
from deskhand.scenarios.scenario import Steps, scenario

ROLES = ("analyst", "manager", "sales", "support")
# Rows of `sheet/book` whose region is missing, and the one whose units are.
BLANK_REGIONS = (5, 9, 13)
BLANK_UNITS = 7
# Fields of the form `crm/lead-form` that a contact's cells go into.
CARRIED_FIELDS = ("name", "company", "email", "phone")
# Estimates, as are the shares of each workflow's branches: 12 % of formulas are wrong at first, 6 %
# of entries are taken back; the rest of the shares is assumed.
FORMULA_WRONG, UNDOES = 0.12, 0.06
WALKS, SEARCHES, SHOWS_ALL = 0.6, 0.5, 0.7
CARRIES_REMARK = 0.5
# Other regions, and sums by something else, are looked at before what was asked for: with this
# probability once more, up to so many times (assumed).
EXPLORES, MOST_EXPLORED = 0.6, 4
BY_MENU = 0.15


def open_file(desk: Desk, name: str) -> Steps:
    """Open a file of the list, by its name or by its context menu."""
    if desk.chance(BY_MENU):
        way = (f"files.menu.{item}.{name}" for item in ("with", "open"))
        yield from desk.pick(*way, of=f"files.{name}")
    else:
        yield from desk.click(f"files.{name}")


def to_cell(desk: Desk, cell: str) -> Steps:
    """Go to a cell, by the arrow keys or with the mouse."""
    focus = desk.live.elements.get(desk.live.focus or "")
    if focus is not None and focus.role == CELL and desk.chance(WALKS):
        yield from desk.walk(cell)
    elif focus is None or focus.key != cell:
        yield from desk.click(cell)


@scenario(
    "sheet.clean_orders",
    app="sheet",
    opens="sheet/files",
    roles=ROLES,
    modelled_on="Google Sheets: cleaning a list, a formula, a filter; branches are estimates",
    records=(CORRECTION,),
    spoil=lambda correction: {"correction": replace(correction, region="Overseas")},
)
def clean_orders(desk: Desk, correction: Correction) -> Steps:
    """Fill the gaps in a list of orders, work out one figure, and show one region."""
    region, formula = correction.region.lower(), FORMULAS[correction.figure]
    held = desk.screens["sheet/book"].elements
    filled = {f"sheet.c{row}": held[f"sheet.c{row - 1}"].value for row in BLANK_REGIONS}
    remarked = {
        f"sheet.f{BLANK_UNITS}": correction.units,
        f"sheet.h{BLANK_UNITS}": correction.remark,
    }
    desk.aim(
        "In the sheet of orders fill each empty region with that of the row above, enter "
        f"{correction.units} units in row {BLANK_UNITS} with the remark {correction.remark!r}, put "
        f"{formula} below the amounts, and show the orders of the region {correction.region!r}.",
        reached("sheet/book", correction.figure, {"sheet.g16": formula}, layer="formula"),
        reached("sheet/book", f"only-{region}", filled | remarked),
    )
    yield from open_file(desk, "book")
    yield from desk.read(words=60, skim=True)
    for row in BLANK_REGIONS:
        yield from to_cell(desk, f"sheet.c{row - 1}")
        yield from desk.copy(f"sheet.c{row - 1}")
        yield from to_cell(desk, f"sheet.c{row}")
        yield from desk.paste(f"sheet.c{row}")
    yield from to_cell(desk, f"sheet.f{BLANK_UNITS}")
    yield from desk.type(correction.units, into=f"sheet.f{BLANK_UNITS}")
    remark = f"sheet.h{BLANK_UNITS}"
    yield from to_cell(desk, remark)
    yield from desk.type(correction.remark, into=remark)
    if desk.chance(UNDOES):
        yield from desk.undo()
        yield from desk.type(correction.remark, into=remark)
    yield from work_out(desk, correction.figure)
    for _ in range(MOST_EXPLORED):
        if not desk.chance(EXPLORES):
            break
        others = [region for region in REGIONS if region != correction.region]
        yield from show_region(desk, others[desk.one_of(len(others))])
        yield from desk.read(words=24)
        yield from desk.click("filter.clear")
    yield from show_region(desk, correction.region)
    yield from desk.read(words=24)
    if desk.chance(SHOWS_ALL):
        yield from desk.click("filter.clear")


def work_out(desk: Desk, figure: str) -> Steps:
    """Enter a formula below the amounts; mend it when a bracket was forgotten."""
    formula = FORMULAS[figure]
    yield from to_cell(desk, "sheet.g16")
    if desk.chance(FORMULA_WRONG):
        yield from desk.type(formula[:-1], into="sheet.g16")
        yield from desk.press("Enter", to="error")
        yield from desk.read(words=6)
        yield from desk.press("F2")
        yield from desk.type(formula[-1], into="sheet.g16")
    else:
        yield from desk.type(formula, into="sheet.g16")
    yield from desk.press("Enter", to=figure)
    yield from desk.read(words=4)


def show_region(desk: Desk, region: str) -> Steps:
    """Filter the list by one region, by searching it or by its box."""
    desk.typist.foresee(REGIONS)
    yield from desk.click("filter.open")
    if desk.chance(SEARCHES):
        yield from desk.type(region, into="filter.search")
        if region in REGIONS:
            yield from desk.press("Enter", to=f"only-{region.lower()}")
            return
        yield from desk.press("Enter", to="open-none")
        yield from desk.read(words=6)
    yield from desk.check(f"filter.{region.lower()}")
    yield from desk.click("filter.apply", to=f"only-{region.lower()}")


@scenario(
    "sheet.build_pivot",
    app="sheet",
    opens="sheet/files",
    roles=ROLES,
    modelled_on="Microsoft Excel: building a pivot table by dragging fields; branches are estimates",
    records=(SUMMARY,),
    spoil=lambda summary: {"summary": replace(summary, rows="Warehouse")},
    by_mouse=True,
)
def build_pivot(desk: Desk, summary: Summary) -> Steps:
    """Sum up orders in a pivot table by dragging its fields."""
    rows = summary.rows.lower()
    parts = ", a column for each week" if summary.weeks else ""
    desk.aim(
        f"Build a pivot table of the orders: a row for each {rows}{parts}, and the sum of the "
        "amounts as values.",
        reached("sheet/pivot", f"{'weeks' if summary.weeks else 'sum'}-{rows}"),
    )
    yield from open_file(desk, "pivot")
    yield from desk.read(words=20)
    for _ in range(MOST_EXPLORED):
        if not desk.chance(EXPLORES):
            break
        others = [other for other in DIMENSIONS if other != summary.rows]
        yield from desk.drag(f"pivot.{others[desk.one_of(len(others))].lower()}", "pivot.rows")
        yield from desk.read(words=24)
        yield from desk.press("Control+z")
    yield from desk.drag(f"pivot.{rows}", "pivot.rows")
    yield from desk.read(words=10)
    yield from desk.drag("pivot.amount", "pivot.values")
    yield from desk.read(words=16)
    if summary.weeks:
        yield from desk.drag("pivot.week", "pivot.columns")
        yield from desk.read(words=30)
        if desk.chance(UNDOES):
            # A look at the sums alone, and back.
            yield from desk.press("Control+z")
            yield from desk.read(words=10)
            yield from desk.drag("pivot.week", "pivot.columns")
    yield from desk.read(words=30, skim=True)


@scenario(
    "sheet.carry_contacts",
    app="sheet",
    opens="sheet/files",
    sensitive=("lead.email",),
    roles=("sales", "support", "analyst"),
    modelled_on="Google Sheets and Salesforce: rows copied into a form, field by field, as in the "
    "logs of Leno et al. (2020)",
    records=(CARRIED,),
    apps=("crm",),
    spoil=lambda carried: {"carried": replace(carried, rows=(40,))},
)
def carry_contacts(desk: Desk, carried: Carried) -> Steps:
    """Enter rows of a sheet as leads, field by field through the clipboard."""
    many = " and ".join(map(str, carried.rows))
    desk.aim(
        f"Enter row {many} of the sheet of contacts as leads in the customer list.",
        *(_carried(desk, row) for row in carried.rows),
    )
    yield from open_file(desk, "contacts")
    yield from desk.read(words=40, skim=True)
    for number, row in enumerate(carried.rows):
        if number:
            yield from desk.switch_to("sheet")
        yield from carry(desk, row)


def _carried(desk: Desk, row: int) -> Reached:
    """Return what the form has to hold when a row's lead is saved."""
    cells = desk.screens["sheet/contacts"].elements
    fields = (*CARRIED_FIELDS, "source")
    keys = {f"lead.{field}": f"contacts.{field}.{row}" for field in fields}
    return reached(
        "crm/lead-form",
        "saved",
        {field: cells[key].value for field, key in keys.items() if key in cells},
    )


def carry(desk: Desk, row: int) -> Steps:
    """Copy the cells of a row into a new lead, and save it."""
    for field in CARRIED_FIELDS:
        cell = f"contacts.{field}.{row}"
        yield from to_cell(desk, cell)
        yield from desk.copy(cell)
        if field == CARRIED_FIELDS[0]:
            yield from desk.go_to("crm/leads")
            yield from desk.click("leads.new")
        else:
            yield from desk.switch_to("crm")
        yield from desk.paste(f"lead.{field}")
        yield from desk.switch_to("sheet")
    # A short word is read and chosen, not copied.
    source = desk.live.elements[f"contacts.source.{row}"].value
    remark = f"contacts.notes.{row}"
    remarks = desk.chance(CARRIES_REMARK)
    yield from desk.read(words=6)
    if remarks:
        yield from to_cell(desk, remark)
        yield from desk.copy(remark)
    yield from desk.switch_to("crm")
    if remarks:
        yield from desk.paste("lead.notes")
    yield from desk.choose(source, of="lead.source")
    yield from desk.click("lead.save", to="saved", shortcut="Control+s")
    yield from desk.wait_for("lead.toast")
    yield from desk.read(words=5)
