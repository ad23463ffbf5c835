"""Patterns of texts that nobody should keep: accounts, cards, addresses, numbers, keys.

They are written to find one too many rather than one too few: no check digit is looked at.
"""

import re
from collections.abc import Mapping, Sequence

from deskhand.errors import DeskhandError, UnknownNameError

STAR = "*"

# What each looks like is told by: ISO/IEC 7812 (cards: 13 to 19 digits), ISO 13616 (IBAN: two letters,
# two digits, up to 30 more characters), RFC 5321 (mail: 64 characters before the @), ITU-T E.164
# (phones: up to 15 digits; fewer than 9 are as often a date, assumed), RFC 7468 (private keys), and
# the documented beginnings of access tokens of common services.
BUILTIN: Mapping[str, str] = {
    "card": r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)",
    "email": r"[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
    "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
    "phone": r"(?<!\w)\+?(?:\(?\d[ ()./-]{0,2}){8,14}\d(?!\w)",
    "private-key": r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----",
    "ssn": r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)",
    "token": (
        r"\b(?:sk|pk|rk)_(?:live|test)_\w{8,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"
        r"|\bAKIA[0-9A-Z]{16}\b|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
        r"|\b[Bb]earer [\w.~+/-]{16,}"
    ),
}

Secrets = tuple[tuple[str, re.Pattern[str]], ...]


def compiled(builtin: Sequence[str], own: Mapping[str, str]) -> Secrets:
    r"""Return the patterns by name.

    Parameters
    ----------
    builtin : sequence of str
        Names of `BUILTIN`.
    own : mapping of str to str
        Regular expressions by name.

    Raises
    ------
    DeskhandError
        When a name is not known or taken, or an expression cannot be read or is found everywhere.

    Examples
    --------
    >>> [name for name, _ in compiled(["iban"], {"badge": r"B-\d{4}"})]
    ['iban', 'badge']
    """
    found: dict[str, re.Pattern[str]] = {}
    for name in builtin:
        if name not in BUILTIN:
            raise UnknownNameError("secret", name, BUILTIN)
        found[name] = re.compile(BUILTIN[name])
    for name, text in own.items():
        if name in BUILTIN:
            raise DeskhandError(
                f"secret pattern {name!r}: is the name of one that is built in; choose another name."
            )
        try:
            pattern = re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise DeskhandError(
                f"secret pattern {name!r}: {text!r} is no regular expression ({error}); write one "
                "as Python's re reads it."
            ) from error
        if pattern.search("") is not None:
            raise DeskhandError(
                f"secret pattern {name!r}: {text!r} is found in an empty text, so all would be "
                "masked; let it ask for one character at least."
            )
        found[name] = pattern
    return tuple(found.items())


def first_found(secrets: Secrets, text: str) -> str | None:
    """Return the name of the first pattern that a text holds.

    Examples
    --------
    >>> first_found(compiled(["email", "iban"], {}), "to DE89 3704 0044 0532 0130 00 please")
    'iban'
    """
    return next((name for name, pattern in secrets if pattern.search(text)), None)


def starred(secrets: Secrets, text: str) -> str:
    """Return a text with stars for what the patterns find; its length stays.

    Examples
    --------
    >>> starred(compiled(["email"], {}), "ask ada@example.org now")
    'ask *************** now'
    """
    for _, pattern in secrets:
        text = pattern.sub(lambda found: STAR * len(found[0]), text)
    return text
