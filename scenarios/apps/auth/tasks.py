"""Signing in, and unlocking later: passwords and codes are masked from the first key on."""

from dataclasses import replace

from deskhand.goals import reached
from deskhand.scenarios.desk import Desk
from deskhand.scenarios.records import Credentials
from deskhand.scenarios.scenario import GaveUpError, Steps, scenario

# Engineering estimates: a typed password is wrong in 6 % of sign-ins, a code has expired in 5 %,
# and it takes 12 to 25 s to fetch a code from a telephone.
WRONG_PASSWORD = 0.06
EXPIRED_CODE = 0.05
FETCH_CODE_S, FETCH_CODE_LOG_SD = 14.0, 0.3


@scenario(
    "auth.login",
    app="auth",
    opens="auth/login",
    sensitive=("auth.password", "auth.code"),
    modelled_on="office sign-in with a one-time code by telephone; probabilities are estimates",
    spoil=lambda credentials: {"credentials": replace(credentials, code="")},
)
def login(desk: Desk, credentials: Credentials) -> Steps:
    """Sign in with a password and a one-time code."""
    held = {"auth.user": credentials.user, "auth.password": credentials.password}
    desk.aim(
        "Sign in with your account and with the code from your telephone.",
        reached("auth/login", "done", held | {"auth.code": credentials.code}),
    )
    yield from desk.type(credentials.user, into="auth.user")
    if desk.chance(WRONG_PASSWORD):
        yield from desk.type(credentials.password[:-1], into="auth.password")
        yield from desk.press("Enter", to="wrong")
        yield from desk.read(words=8)
    yield from desk.type(credentials.password, into="auth.password")
    yield from desk.click("auth.sign_in", to="code", shortcut="Enter")
    yield from desk.pause(median_s=FETCH_CODE_S, log_sd=FETCH_CODE_LOG_SD)
    if not credentials.code:
        # None arrives: the telephone is not at hand.
        raise GaveUpError
    if desk.chance(EXPIRED_CODE):
        yield from desk.type(credentials.code, into="auth.code")
        yield from desk.click("auth.verify", to="expired")
        yield from desk.pause(median_s=FETCH_CODE_S, log_sd=FETCH_CODE_LOG_SD)
        credentials = desk.records.credentials()
    yield from desk.type(credentials.code, into="auth.code")
    yield from desk.click("auth.verify", to="done", shortcut="Enter")
    yield from desk.read(words=12)


@scenario(
    "auth.unlock",
    app="auth",
    opens="auth/lock",
    sensitive=("lock.password",),
    modelled_on="lock screens of Windows and single sign-on: the password alone; estimates",
    spoil=lambda credentials: {"credentials": replace(credentials, password="")},
)
def unlock(desk: Desk, credentials: Credentials) -> Steps:
    """Come back to a locked screen and type the password."""
    desk.aim(
        "Unlock your screen with your password.",
        reached("auth/lock", "open", {"lock.password": credentials.password}),
    )
    yield from desk.read(words=6, skim=True)
    if not credentials.password:
        # It has slipped the person's mind.
        raise GaveUpError
    if desk.chance(WRONG_PASSWORD):
        yield from desk.type(credentials.password[:-1], into="lock.password")
        yield from desk.press("Enter", to="wrong")
        yield from desk.read(words=6)
    yield from desk.type(credentials.password, into="lock.password")
    yield from desk.click("lock.unlock", to="open", shortcut="Enter")
    yield from desk.read(words=8, skim=True)
