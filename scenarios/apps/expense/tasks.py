"""Expenses: entering a claim, deciding on those of others, and changing the account."""

from dataclasses import replace

from deskhand.goals import Reached, reached
from deskhand.scenarios.apps.expense.records import (
    ACCOUNT,
    CLAIM,
    CLAIMANTS,
    REVIEW,
    Account,
    Claim,
    Line,
    Review,
)
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Credentials
from deskhand.scenarios.scenario import Steps, scenario

# Engineering estimates. A line is left without its purpose in 12 % of cases; most people drag the
# receipt, half of them before they fill the line in.
FORGETS_PURPOSE = 0.12
DRAGS_RECEIPT, RECEIPT_FIRST = 0.6, 0.5
# An account number is pasted in 60 % of cases and typed off a card or letter in the others; the
# second one differs in 8 %. A typed password is wrong in 6 %, a code has expired in 5 %.
PASTES_IBAN, MISTYPES_IBAN = 0.6, 0.08
WRONG_PASSWORD, EXPIRED_CODE = 0.06, 0.05
LOOK_UP_S, LOOK_UP_LOG_SD = 12.0, 0.5
FETCH_CODE_S, FETCH_CODE_LOG_SD = 14.0, 0.3
# Two in three claims are read line by line before they are decided.
READS_LINES = 0.66
BANK_FIELDS = (
    "bank.password",
    "bank.holder",
    "bank.country",
    "bank.iban",
    "bank.iban_again",
    "bank.bic",
    "bank.code",
)


@scenario(
    "expense.new_claim",
    app="expense",
    opens="expense/claims",
    sensitive=("claim.amount",),
    modelled_on="SAP Concur: a claim of several lines with receipts; probabilities are estimates",
    records=(CLAIM,),
    spoil=lambda claim: {
        "claim": Claim(lines=(replace(claim.lines[0], category="Balloon"), *claim.lines[1:]))
    },
)
def new_claim(desk: Desk, claim: Claim) -> Steps:
    """Enter a claim with a line for each receipt, and send it for approval."""
    last = len(claim.lines)
    desk.aim(
        "Claim these expenses, a line with its receipt for each, and send them for approval: "
        + "; ".join(
            f"{line.amount} {line.currency} on {line.date} for {line.category}, {line.purpose!r}"
            for line in claim.lines
        )
        + ".",
        *(line_entered(number, line) for number, line in enumerate(claim.lines, 1)),
        reached("expense/claim-form", f"sent-{last}"),
    )
    yield from desk.read(words=40, skim=True)
    yield from desk.click("claims.new")
    before = "EUR"
    for number, line in enumerate(claim.lines, 1):
        yield from enter_line(desk, number, line, before)
        before = line.currency
    yield from desk.read(words=8 * last)
    yield from desk.click("claim.submit", to=f"sent-{last}")
    yield from desk.wait_for("claim.sent")
    yield from desk.read(words=8)


def line_entered(number: int, line: Line) -> Reached:
    """Return what a claim's line comes to."""
    held = {"claim.date": line.date, "claim.category": line.category, "claim.amount": line.amount}
    held |= {"claim.currency": line.currency, "claim.purpose": line.purpose}
    return reached("expense/claim-form", f"line-{number}", held)


def enter_line(desk: Desk, number: int, line: Line, currency: str) -> Steps:
    """Fill a line in, give it the next receipt, and add it; ``currency`` is the one shown."""
    receipt_first = desk.chance(RECEIPT_FIRST)
    if receipt_first:
        yield from attach(desk, number)
    yield from desk.type(line.date, into="claim.date")
    yield from desk.choose(line.category, of="claim.category")
    yield from desk.type(line.amount, into="claim.amount")
    if line.currency != currency:
        yield from desk.choose(line.currency, of="claim.currency")
    forgets = desk.chance(FORGETS_PURPOSE)
    if not forgets:
        yield from desk.type(line.purpose, into="claim.purpose")
    if not receipt_first:
        yield from attach(desk, number)
    if forgets:
        yield from desk.click("claim.add", to=f"invalid-{number}")
        yield from desk.type(line.purpose, into="claim.purpose")
        yield from desk.click("claim.add", to=f"line-{number}")
    else:
        yield from desk.click("claim.add", to=f"line-{number}", shortcut="Control+Enter")
    yield from desk.read(words=6)


def attach(desk: Desk, number: int) -> Steps:
    """Look for the next receipt and put it onto the line."""
    yield from desk.read(words=4 + 2 * number)
    if desk.chance(DRAGS_RECEIPT) and not desk.keys_alone:
        yield from desk.drag(f"claim.receipt.{number}", "claim.drop")
    else:
        yield from desk.click(f"claim.attach.{number}")


@scenario(
    "expense.change_account",
    app="expense",
    opens="expense/claims",
    sensitive=BANK_FIELDS,
    modelled_on="Workday: payment elections, after the password and with a code; estimates",
    records=(ACCOUNT,),
    spoil=lambda account, credentials: {
        "account": replace(account, country="Iceland"),
        "credentials": credentials,
    },
)
def change_account(desk: Desk, account: Account, credentials: Credentials) -> Steps:
    """Change the bank account that expenses are paid to; all of it is masked."""
    held = {"bank.holder": account.holder, "bank.bic": account.bic}
    held |= {"bank.iban": account.iban, "bank.iban_again": account.iban}
    desk.aim(
        "Have your expenses paid to your new bank account from now on.",
        reached("expense/bank", "saved", held),
    )
    yield from desk.read(words=12, skim=True)
    yield from desk.click("nav.bank")
    yield from confirm_password(desk, credentials)
    yield from desk.read(words=20, skim=True)
    yield from desk.type(account.holder, into="bank.holder")
    yield from desk.choose(account.country, of="bank.country")
    yield from desk.pause(median_s=LOOK_UP_S, log_sd=LOOK_UP_LOG_SD)
    if desk.chance(PASTES_IBAN):
        yield from desk.paste("bank.iban", account.iban)
    else:
        yield from desk.type(account.iban, into="bank.iban", mode="transcription")
    mistypes = desk.chance(MISTYPES_IBAN)
    again = account.iban[:-1] if mistypes else account.iban
    yield from desk.type(again, into="bank.iban_again", mode="transcription")
    yield from desk.type(account.bic, into="bank.bic", mode="transcription")
    yield from desk.read(words=12)
    if mistypes:
        yield from desk.click("bank.save", to="differs")
        yield from desk.read(words=8)
        yield from desk.type(account.iban, into="bank.iban_again", mode="transcription")
    yield from desk.click("bank.save", to="code")
    yield from verify(desk, credentials)
    yield from desk.read(words=24)


def confirm_password(desk: Desk, credentials: Credentials) -> Steps:
    """Type the password once more, at times wrongly at first."""
    if desk.chance(WRONG_PASSWORD):
        yield from desk.type(credentials.password[:-1], into="bank.password")
        yield from desk.press("Enter", to="refused")
        yield from desk.read(words=6)
    yield from desk.type(credentials.password, into="bank.password")
    yield from desk.click("bank.confirm", to="open", shortcut="Enter")


def verify(desk: Desk, credentials: Credentials) -> Steps:
    """Fetch the code from the telephone and type it, and the next one when it has expired."""
    yield from desk.pause(median_s=FETCH_CODE_S, log_sd=FETCH_CODE_LOG_SD)
    if desk.chance(EXPIRED_CODE):
        yield from desk.type(credentials.code, into="bank.code")
        yield from desk.click("bank.verify", to="expired")
        yield from desk.pause(median_s=FETCH_CODE_S, log_sd=FETCH_CODE_LOG_SD)
        credentials = desk.records.credentials()
    yield from desk.type(credentials.code, into="bank.code")
    yield from desk.click("bank.verify", to="saved", shortcut="Enter")


@scenario(
    "expense.approve",
    app="expense",
    opens="expense/approvals",
    sensitive=("approvals.account",),
    roles=("manager",),
    modelled_on="SAP Concur: approving the claims of a team, half a minute each; estimates",
    records=(REVIEW,),
    spoil=lambda review: {
        "review": Review(decisions=(*review.decisions, ("Imogen Falk", None))),
    },
)
def approve(desk: Desk, review: Review) -> Steps:
    """Go through a list of claims, approve most and send some back."""
    told = [
        f"approve that of {who}" if reason is None else f"send back that of {who}: {reason!r}"
        for who, reason in review.decisions
    ]
    desk.aim(
        f"Decide on the claims of your team: {'; '.join(told)}.",
        *(decided(who, reason) for who, reason in review.decisions),
    )
    yield from desk.read(words=20, skim=True)
    for who, reason in review.decisions:
        opens = desk.find(f'role=button[name="Open claim of {who}"]').key
        number = int(opens.rpartition(".")[2])
        if number > 1:
            yield from desk.click(opens, to=f"claim-{number}", shortcut="j")
        yield from desk.read(words=35, skim=not desk.chance(READS_LINES))
        if reason is None:
            yield from desk.click(f"approvals.approve.{number}")
        else:
            yield from desk.click(f"approvals.return.{number}")
            yield from desk.type(reason, into=f"approvals.reason.{number}")
            yield from desk.click(f"approvals.send.{number}", shortcut="Enter")
        yield from desk.read(words=4)


def decided(who: str, reason: str | None) -> Reached:
    """Return what the claim of a person comes to."""
    number = 1 + CLAIMANTS.index(who) if who in CLAIMANTS else 0
    held = {} if reason is None else {f"approvals.reason.{number}": reason}
    state = "approved" if reason is None else "returned"
    return reached("expense/approvals", state, held, layer=f"claim.{number}")
