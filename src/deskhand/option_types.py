"""Types of options on the command line: whole numbers, which are never rounded, and flags, which are off."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token


def _whole_number(_: Any, tokens: Sequence[Token]) -> int:
    # Cyclopts reads 2.5 as 2; a seed or a number of people is never rounded here.
    text = tokens[0].value
    if re.fullmatch(r"[+-]?[0-9]{1,40}", text) is None:
        raise ValueError(f"{text[:40]!r} is not a whole number such as 7.")
    return int(text)


Flag = Annotated[bool, Parameter(negative="", show_default=False)]
Whole = Annotated[int, Parameter(converter=_whole_number)]
