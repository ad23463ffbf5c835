"""What Clarity does to texts: it blots out words with digits, and hides what is private.

Privacy belongs to a node and is inherited: what is written into a field is always private, a field
that looks like a secret tells not even its length, and in all other texts words with digits or an
at sign are redacted (Clarity's default, "balanced").
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache

MASK, DIGIT, LETTER = "•", "▫", "▪"
WORD = 5
EXCLUDED = MASK * (WORD - 1)
_FIELDS = ("INPUT", "SELECT", "TEXTAREA")
_OPEN_INPUTS = ("radio", "checkbox", "range", "button", "reset", "submit")
_SECRETS = ("password", "secret", "pass", "social", "ssn", "code", "hidden")
_PRIVATE_CLASSES = ("address", "password", "contact")


class Privacy(IntEnum):
    """How private a node is."""

    NONE = 0
    SENSITIVE = 1
    TEXT = 2
    TEXT_IMAGE = 3
    EXCLUDE = 4


def privacy_of(tag: str, attributes: Mapping[str, str], inherited: Privacy) -> Privacy:
    """Return an element's privacy.

    Parameters
    ----------
    tag : str
        In capitals.
    attributes : mapping of str to str
        Those that Clarity looks at.
    inherited : Privacy
        Its parent's.

    Examples
    --------
    >>> privacy_of("INPUT", {"type": "password"}, Privacy.SENSITIVE).name
    'EXCLUDE'
    >>> privacy_of("INPUT", {"type": "checkbox"}, Privacy.SENSITIVE).name
    'SENSITIVE'
    """
    if tag in _FIELDS:
        if tag == "INPUT" and attributes.get("type") in _OPEN_INPUTS:
            return inherited
        told = "".join(
            v.lower() for name, v in attributes.items() if name not in ("class", "style")
        )
        return Privacy.EXCLUDE if any(word in told for word in _SECRETS) else Privacy.TEXT
    if "data-clarity-mask" in attributes:
        return Privacy.TEXT_IMAGE
    if "data-clarity-unmask" in attributes:
        return Privacy.NONE
    named = attributes.get("class", "")
    if inherited is Privacy.SENSITIVE and any(word in named for word in _PRIVATE_CLASSES):
        return Privacy.TEXT
    return inherited


def mangled(text: str) -> str:
    """Return masks in fives: one five more than fit into the text.

    Examples
    --------
    >>> mangled("Ada"), mangled("Lovelace")
    ('•••••', '••••• ••••')
    """
    length = (len(text) // WORD + 1) * WORD
    return "".join(" " if i and i % WORD == 0 else MASK for i in range(length))


def counted(text: str) -> str:
    """Return a text node's length in base 36, between the blanks that the text had around it.

    Examples
    --------
    >>> counted(" Ada Lovelace ")
    ' c '
    """
    trimmed = text.strip()
    if not trimmed:
        return text
    before = text.index(trimmed[0])
    return text[:before] + base36(len(trimmed)) + text[before + len(trimmed) :]


def base36(number: int) -> str:
    """Return a whole number in base 36, as JavaScript writes it.

    Examples
    --------
    >>> base36(0), base36(35), base36(36)
    ('0', 'z', '10')
    """
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


@lru_cache(maxsize=8192)
def redacted(text: str) -> str:
    """Return a text whose words with a digit or an at sign are blotted out; prices stay.

    Examples
    --------
    >>> redacted("Saved 12 for a@b.de, 5 €"), redacted("€5")
    ('Saved ▫▫ for ▪@▪.▪▪, ▫ €', '€5')
    """
    return re.sub(r"[^\t\n\r ]*[0-9@][^\t\n\r ]*", lambda word: _blotted(word[0]), text)


def _blotted(word: str) -> str:
    kinds = [unicodedata.category(letter) for letter in word]
    if "Sc" in kinds:
        return word
    marks = {"L": LETTER, "N": DIGIT}
    return "".join(marks.get(k[0], letter) for letter, k in zip(word, kinds, strict=True))


def scrubbed(text: str, hint: str, privacy: Privacy) -> str:
    """Return a text as Clarity sends it.

    Parameters
    ----------
    text : str
        What is there.
    hint : str
        An attribute's name, or ``text``, ``click``, ``input``, ``change``.
    privacy : Privacy
        The node's.
    """
    if not text or privacy is Privacy.NONE:
        return text
    typed = hint in ("input", "change")
    shown = hint in ("value", "click")
    if privacy is Privacy.SENSITIVE:
        if hint in ("text", "placeholder") or shown:
            return redacted(text)
        return mangled(text) if typed else text
    if hint == "text":
        return counted(text)
    if hint.startswith("data-"):
        return re.sub(r"\S", MASK, text)
    if typed or shown:
        return EXCLUDED if privacy is Privacy.EXCLUDE else mangled(text)
    if hint == "placeholder" and privacy is not Privacy.EXCLUDE:
        return re.sub(r"\S", MASK, text)
    if privacy is Privacy.TEXT_IMAGE and hint in ("src", "srcset", "href", "xlink:href"):
        return ""
    return text
