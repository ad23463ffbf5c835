"""What is asked for behind the name of an evdev format, and what such a format keeps."""

from collections.abc import Mapping

from deskhand.errors import DeskhandError
from deskhand.exports.losses import Kept

LOSES = (
    "where the pointer is, but for what its counts add up to; pages, fields and windows; unless keys "
    "are asked for, which keys were pressed"
)
_COUNTS = "whole counts of one physical px; a report that moves by none is not sent"
KEEPS: Mapping[str, Kept] = {
    "pointermove": Kept(remark=_COUNTS),
    "pointerdown": Kept(columns=("button",)),
    "pointerup": Kept(columns=("button",)),
    "wheel": Kept(remark="in 120th of a notch of 100 px"),
    "keydown": Kept(columns=("repeat",), remark="which key only where it is not hidden"),
    "keyup": Kept(remark="which key only where it is not hidden"),
}
_WITH_KEYS = {
    **KEEPS,
    "keydown": Kept(columns=("code", "repeat", "masked"), remark="key as on a US keyboard"),
    "keyup": Kept(columns=("code", "masked"), remark="key as on a US keyboard"),
}


def keys_wanted(name: str, argument: str | None) -> bool:
    """Return whether keys that are not masked are written as they were.

    Raises
    ------
    DeskhandError
        When something else is asked for.

    Examples
    --------
    >>> keys_wanted("evemu", None), keys_wanted("evemu", "keys")
    (False, True)
    """
    if argument not in (None, "keys"):
        raise DeskhandError(
            f"format {f'{name}:{argument}'!r}: behind {name} goes nothing, or `keys` to write keys as "
            f"they were; write --format {name}:keys."
        )
    return argument == "keys"


def keeps(argument: str | None) -> Mapping[str, Kept]:
    """Return what is kept, by event type, with what was asked for."""
    return _WITH_KEYS if argument == "keys" else KEEPS
