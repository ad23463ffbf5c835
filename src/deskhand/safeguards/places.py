"""Applications, addresses and elements, as lists of safeguards name them."""

from collections.abc import Collection, Iterable
from fnmatch import filter as fnfilter
from fnmatch import fnmatchcase
from functools import lru_cache

ADDRESS_SIGNS = frozenset("./*")


def is_address(entry: str) -> bool:
    """Return whether an entry may be a pattern of addresses.

    Examples
    --------
    >>> is_address("chat"), is_address("*.bank.example"), is_address("bank.example/login*")
    (False, True, True)
    """
    return not ADDRESS_SIGNS.isdisjoint(entry)


@lru_cache(maxsize=4096)
def matches(entry: str, app: str | None, url: str | None) -> bool:
    """Return whether an entry names an application or an address.

    Parameters
    ----------
    entry : str
        The name of an application, or a pattern in which ``*`` stands for any characters: of the
        host alone, or, with a slash in it, of the host and what follows.
    app, url : str or None
        What is in front.

    Examples
    --------
    >>> matches("*.bank.example", "browser", "https://my.bank.example/login")
    True
    >>> matches("bank.example/login*", "browser", "https://bank.example/login?next=1")
    True
    >>> matches("bank.example", "browser", "https://bank.example.org/")
    False
    """
    if entry == app:
        return True
    if url is None or not is_address(entry):
        return False
    whole = url.partition("://")[2] or url
    pattern = entry.partition("://")[2] or entry
    authority, slash, rest = whole.partition("/")
    host = authority.rpartition("@")[2].partition(":")[0].lower()
    if "/" not in pattern:
        return fnmatchcase(host, pattern.lower())
    return fnmatchcase(f"{host}{slash}{rest}", pattern)


def named(entries: Iterable[str], app: str | None, url: str | None) -> bool:
    """Return whether any entry names what is in front."""
    return any(matches(entry, app, url) for entry in entries)


def chosen(entries: Iterable[str], keys: Collection[str]) -> dict[str, list[str]]:
    """Return the elements that entries name, by entry: of an entry with ``*``, those that match.

    Examples
    --------
    >>> chosen(["lead.name", "bank.*"], ["bank.bic", "bank.iban", "claim.date"])
    {'lead.name': ['lead.name'], 'bank.*': ['bank.bic', 'bank.iban']}
    """
    return {entry: sorted(fnfilter(keys, entry)) if "*" in entry else [entry] for entry in entries}
