"""The operators by name, and how they are written: ``persona_transfer,time_warp:0.9..1.1``."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from deskhand.datasets.augmentation.class_balance import CLASS_BALANCE
from deskhand.datasets.augmentation.jitter import jitter
from deskhand.datasets.augmentation.operator import Operator
from deskhand.datasets.augmentation.persona_transfer import persona_transfer, resynthesise
from deskhand.datasets.augmentation.time_warp import time_warp
from deskhand.errors import DeskhandError, UnknownNameError

OPERATORS: Mapping[str, Callable[[str | None], Operator]] = MappingProxyType(
    {
        "persona_transfer": persona_transfer,
        "resynthesise": resynthesise,
        "time_warp": time_warp,
        "jitter": jitter,
    }
)
EXAMPLE = "persona_transfer,time_warp:0.9..1.1"


def parse_operators(do: str | Sequence[str]) -> tuple[list[Operator], str | None]:
    """Return the operators that are asked for, in order, and what classes are balanced by.

    Parameters
    ----------
    do : str or sequence of str
        Names, each with its argument behind a colon, if any; in a string they are joined by commas.

    Returns
    -------
    operators : list of Operator
    balance : str or None
        The argument of ``class_balance``, where that is asked for.

    Raises
    ------
    DeskhandError
        When nothing is asked for, or an argument cannot be used.
    UnknownNameError
        When there is no such operator.

    Examples
    --------
    >>> operators, balance = parse_operators("resynthesise,jitter,class_balance:role")
    >>> [operator.text for operator in operators], balance
    (['resynthesise', 'jitter:1'], 'role')
    """
    words = do.split(",") if isinstance(do, str) else list(do)
    operators: list[Operator] = []
    balance = None
    for word in words:
        name, colon, argument = word.strip().partition(":")
        if name == CLASS_BALANCE:
            if balance is not None or not argument:
                raise DeskhandError(
                    f"{word!r}: give class_balance once, with a column of the sessions table or a "
                    "file of labels behind a colon, for example class_balance:role."
                )
            balance = argument
        elif name in OPERATORS:
            operators.append(OPERATORS[name](argument if colon else None))
        else:
            raise UnknownNameError("operator", name, [*OPERATORS, CLASS_BALANCE])
    if not operators:
        raise DeskhandError(
            f"do={do!r}: copies that are the same are no augmentation; give at least one of "
            f"{', '.join(OPERATORS)}, for example {EXAMPLE}."
        )
    return operators, balance
