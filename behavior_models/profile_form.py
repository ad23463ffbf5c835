"""The form of a profile's values: each parameter is written as the shipped profiles write it."""

from collections.abc import Mapping, Sequence
from typing import Any

from deskhand.behavior_models.personal_spread import LEVELS, read_spread
from deskhand.errors import DeskhandError

_SHOWN = 60
# What tells a spread over people from other objects, and all that it may have.
_SPREAD = {"median", "between_sd"}
_SPREAD_FORM: dict[str, Any] = {
    **dict.fromkeys(("median", "between_sd", "within_sd", "power", "least", "most"), 0.1),
    "shape": [0.1] * len(LEVELS),
}
# No parameter comes near it, and its square is still a number.
LARGEST = 1e150


def check_finite(value: Any, where: str) -> None:
    """Refuse a value that holds a number that is none, or is too large to reckon with.

    Parameters
    ----------
    value : Any
        Parsed JSON.
    where : str
        What to call it.

    Raises
    ------
    DeskhandError
        When a number is NaN, infinite or beyond 1e150.
    """
    if isinstance(value, Mapping):
        for name, part in value.items():
            check_finite(part, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            check_finite(part, f"{where}[{place}]")
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        raise DeskhandError(f"{where} is {_shown(value)}; give a finite number.")


def check_form(value: Any, forms: Sequence[Any], where: str) -> None:
    """Refuse a value that is not written as other profiles write the same parameter.

    Numbers are numbers, texts texts, and objects have what all the others have. A list of numbers,
    or of such lists, is as long as the others where those agree; choices with their shares, and
    lists of objects, are as long as one likes.

    Parameters
    ----------
    value : Any
        Parsed JSON.
    forms : sequence
        The same parameter elsewhere, once or more.
    where : str
        What to call it, for example ``"mine.json: press.hold_s"``.

    Raises
    ------
    DeskhandError
        When it has another form.

    Examples
    --------
    >>> check_form([1.0, 2.0], [[0.1, 0.5]], "recorder.late_share")
    >>> check_form("much", [0.1, 0.2], "hover.share")
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: hover.share is 'much'; it must be a number such as 0.1.
    """
    kind = _kind(forms[0])
    if _kind(value) != kind:
        raise DeskhandError(
            f"{where} is {_shown(value)}; it must be {kind} such as {_shown(forms[0])}."
        )
    if kind == "an object":
        _check_object(value, forms, where)
    elif kind == "a list":
        _check_list(value, forms, where)


def _check_object(value: Any, forms: Sequence[Any], where: str) -> None:
    shared = set.intersection(*(set(form) for form in forms))
    spread = shared >= _SPREAD
    if spread:
        forms, shared = [_SPREAD_FORM], _SPREAD
    missing = sorted(shared - set(value))
    if missing:
        raise DeskhandError(
            f"{where} has no {', '.join(missing)}; add {'them' if missing[1:] else 'it'}."
        )
    for name, part in value.items():
        known = [form[name] for form in forms if name in form]
        if known:
            check_form(part, known, f"{where}.{name}")
    if spread:
        try:
            read_spread(value)
        except DeskhandError as error:
            raise DeskhandError(f"{where}: {error}") from error


def _check_list(value: Any, forms: Sequence[Any], where: str) -> None:
    items = [item for form in forms for item in form]
    lengths = {len(form) for form in forms}
    choices = all(_kind(item) == "an object" or _is_pair(item) for item in items)
    if len(lengths) == 1 and not choices:
        if len(value) not in lengths:
            raise DeskhandError(
                f"{where} has {len(value)} entries; it must have {lengths.pop()}, as "
                f"{_shown(forms[0])} has."
            )
        for place, part in enumerate(value):
            check_form(part, [form[place] for form in forms], f"{where}[{place}]")
        return
    if not value:
        raise DeskhandError(f"{where} is empty; give at least one entry.")
    for place, part in enumerate(value):
        check_form(part, items, f"{where}[{place}]")


def _is_pair(item: Any) -> bool:
    """Return whether something is a choice and its share."""
    return isinstance(item, list | tuple) and len(item) == 2 and not isinstance(item[0], list)


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return "a text" if isinstance(value, str) else "nothing known"


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:
        # A whole number of thousands of digits has no text.
        text = "a number of very many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
