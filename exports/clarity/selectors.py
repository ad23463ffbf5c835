"""The two selectors of an element, whose hashes tell what was clicked from one visit to the next."""

from collections.abc import Mapping

from deskhand.exports.clarity.masking import base36

# Classes that come and go are no part of a selector.
_PASSING = ("load", "active", "fixed", "visible", "focus", "show", "collaps", "animat")
_NAMELESS = ("STYLE", "TITLE", "LINK", "META", "*T", "*D")
Selectors = tuple[str, str]


def hashed(text: str, bits: int | None = None) -> str:
    """Return Clarity's hash of a text in base 36.

    Examples
    --------
    >>> hashed("#n"), hashed("Ada Lovelace 12", 28)
    ('y0iz4f', 'etdjg')
    """
    one = two = 5381
    units = text.encode("utf-16-le", "surrogatepass")
    for place in range(0, len(units), 2):
        unit = int.from_bytes(units[place : place + 2], "little")
        if place % 4 == 0:
            one = _int32(_int32(_int32(one << 5) + one) ^ unit)
        else:
            two = _int32(_int32(_int32(two << 5) + two) ^ unit)
    whole = abs(one + two * 11579)
    return base36(whole % 2**bits if bits else whole)


def _int32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def _stays(name: str) -> bool:
    """Whether a class or an id looks as if it named the same thing tomorrow."""
    digits = any(letter in "0123456789" for letter in name)
    return bool(name) and not digits and not any(word in name.lower() for word in _PASSING)


class SelectorBook:
    """Makes selectors for the elements of one page; some depend on what was seen before."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}

    def selectors(
        self,
        node_id: int,
        tag: str,
        attributes: Mapping[str, str],
        above: Selectors | None,
        position: int,
    ) -> Selectors:
        """Return an element's selectors, the one with positions and the one of CSS.

        Parameters
        ----------
        node_id : int
            Clarity's number of the node.
        tag : str
            As Clarity names it.
        attributes : mapping of str to str
            Of them ``id`` and ``class`` count.
        above : tuple of str
            The parent's selectors.
        position : int
            From 1, among its siblings of that tag.
        """
        if tag in _NAMELESS:
            return "", ""
        if tag == "HTML":
            return "HTML", "HTML"
        if above is None:
            return "", ""
        bare = tag.removeprefix("svg:")
        name = attributes.get("id", "")
        if _stays(name):
            return f"#{name}", f"#{name}"
        alpha, beta = (f"{part}>" for part in above)
        classes = ".".join(c for c in attributes.get("class", "").split() if _stays(c))
        nth = f":nth-of-type({position})"
        if tag == "BODY" or not classes:
            return f"{alpha}{bare}~{position - 1}", f"{beta}{bare}{nth}"
        key = f"{_path(alpha)}{bare}.{classes}"
        seen = self._seen.setdefault(key, [])
        if node_id not in seen:
            seen.append(node_id)
        return f"{key}~{seen.index(node_id)}", f"{beta}{bare}.{classes}{nth}"


def _path(selector: str) -> str:
    """Return a selector without classes and positions."""
    parts = []
    for part in selector.split(">"):
        tilde, dot = part.find("~"), part.find(".")
        end = dot if dot > 0 else tilde if tilde > 0 else len(part)
        parts.append(part[:end])
    return ">".join(parts)
