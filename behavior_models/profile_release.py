"""The promise under which a profile's numbers of captured people were released, and its seal.

The seal is a hash: it shows that numbers were changed after the release, by accident or by somebody
who did not mean to hide it. It is no signature.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

from deskhand.errors import DeskhandError

PRIVATE = "dp-fit"
NUMBERS = ("epsilon", "delta", "people", "clipped_share")


def sections_sha256(sections: Mapping[str, Any]) -> str:
    """Return the hash of a profile's sections, whatever their order.

    Examples
    --------
    >>> sections_sha256({"a": {}, "b": {}}) == sections_sha256({"b": {}, "a": {}})
    True
    """
    text = json.dumps(sections, sort_keys=True, ensure_ascii=True, allow_nan=True)
    return sha256(text.encode()).hexdigest()


def check_release(release: Any, mode: str, sections: Mapping[str, Any], origin: str) -> None:
    """Refuse a profile that claims a promise and is not what was released.

    Parameters
    ----------
    release : Any
        The profile's ``release``, None where it has none.
    mode : str
        The profile's mode; ``dp-fit`` needs a release.
    sections : mapping
        The profile's sections.
    origin : str
        What to call it in an error.

    Raises
    ------
    DeskhandError
        When a number of the promise is missing, or the sections are not those that were sealed.
    """
    if release is None:
        if mode == PRIVATE:
            raise DeskhandError(
                f"{origin}: mode {PRIVATE!r} without a release; what `deskhand fit` writes has one. "
                "A profile of other origin is of another mode, such as 'fit-no-dp'."
            )
        return
    if not isinstance(release, Mapping):
        raise DeskhandError(
            f"{origin}: release is of type {type(release).__name__}, not an object."
        )
    for name in NUMBERS if mode == PRIVATE else ():
        value: Any = release.get(name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and isfinite(value) and value >= 0.0):
            raise DeskhandError(
                f"{origin}: release.{name} is {value!r}; it must be a number, 0 or more."
            )
    if release.get("sections_sha256") != sections_sha256(sections):
        raise DeskhandError(
            f"{origin}: its numbers are not those that were released (the hash differs); take the "
            "file as it was written, or remove 'release' and give it a mode that promises nothing, "
            "such as 'fit-no-dp'."
        )
