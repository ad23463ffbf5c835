"""Style sheets of compiled screens, kept once for all screens of a folder.

The screens of an application mostly share their style sheets, which are larger than the rest of a
page. A sheet of some length is written as a file of its own, named by its hash, beside the
``.screen.json``; the document then holds the file's name. In memory a document is always whole.
"""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from deskhand.errors import DeskhandError

# A shorter sheet stays in the screen, which then is one file that can be sent about.
LEAST_CHARACTERS = 16_384
TEXT = "_cssText"
FILE = "_cssFile"

Node = Mapping[str, Any]


def _sheets(document: Node, member: str) -> Iterator[dict[str, Any]]:
    """Yield the attributes of every node that has the member."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        attributes = node.get("attributes")
        if attributes is not None and member in attributes:
            yield attributes
        waiting.extend(node.get("childNodes", ()))


def take_out(document: Node) -> dict[str, str]:
    """Put names of files in the place of a document's long style sheets, in place.

    Parameters
    ----------
    document : mapping
        A document as rrweb nodes.

    Returns
    -------
    dict
        The text of each style sheet by the name of its file.

    Examples
    --------
    >>> sheet = {"attributes": {"_cssText": "p { margin: 0 }" * 2000}}
    >>> files = take_out({"childNodes": [sheet]})
    >>> sheet["attributes"]["_cssFile"] in files
    True
    >>> put_back({"childNodes": [sheet]}, files.__getitem__)
    >>> len(sheet["attributes"]["_cssText"])
    30000
    """
    files = {}
    for attributes in _sheets(document, TEXT):
        text = attributes[TEXT]
        if len(text) >= LEAST_CHARACTERS:
            name = f"{sha256(text.encode()).hexdigest()[:12]}.css"
            files[name] = text
            _rename(attributes, TEXT, FILE, name)
    return files


def put_back(document: Node, read: Callable[[str], str]) -> None:
    """Put style sheets back into a document from which they were taken, in place.

    Parameters
    ----------
    document : mapping
        A document as rrweb nodes.
    read : callable
        Text of the file of a name; raises OSError when there is none.

    Raises
    ------
    DeskhandError
        When a file is missing or is not the one that the screen was compiled with.
    """
    for attributes in _sheets(document, FILE):
        name = attributes[FILE]
        try:
            text = read(name)
        except OSError:
            raise DeskhandError(
                f"style sheet {name!r} of a compiled screen is missing; it belongs beside the "
                ".screen.json file. Copy it there, or compile the page again."
            ) from None
        if f"{sha256(text.encode()).hexdigest()[:12]}.css" != name:
            raise DeskhandError(
                f"style sheet {name!r} of a compiled screen has been changed; its name is the hash "
                "of its text. Compile the page again."
            )
        _rename(attributes, FILE, TEXT, text)


def _rename(attributes: dict[str, Any], old: str, new: str, value: str) -> None:
    """Put another member in the place of one, since exports keep the order of members."""
    items = [(new, value) if name == old else (name, kept) for name, kept in attributes.items()]
    attributes.clear()
    attributes.update(items)
