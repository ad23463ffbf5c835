"""Drop-downs: which option a name means, which one is chosen now, and the rows that tell of it."""

from deskhand.errors import UnknownNameError
from deskhand.generators.plan import Row
from deskhand.scenarios.keying import Keying
from deskhand.screen import Element


def place_of(element: Element, label: str) -> int:
    """Return the place of an option, from 0, by its label or else by its value.

    Raises
    ------
    UnknownNameError
        When the drop-down has no such option.
    """
    for number, option in enumerate(element.options):
        if option.label == label:
            return number
    for number, option in enumerate(element.options):
        if option.value == label:
            return number
    labels = [option.label for option in element.options]
    raise UnknownNameError(f"option of {element.key!r}", label, labels)


def place_now(seat: Keying, element: Element) -> int:
    """Return the place of the option that an open list marks: the chosen one, or else the first."""
    now = seat.live.value(element)
    for number, option in enumerate(element.options):
        if now in (option.value, option.label):
            return number
    return 0


def report(seat: Keying, kind: str, element: Element, t_us: int, action: int, place: int) -> None:
    """Append a row of the drop-down; a change carries the chosen label."""
    columns: dict[str, object] = {"target": element.key}
    if kind == "select.change":
        label = element.options[place].label
        masked = seat.live.sensitivity(element) is not None
        columns["value"] = None if masked else label
        columns["value_length"] = len(label)
        columns["masked"] = masked
    seat.plan.rows.append(Row(t_us, kind, action, columns))


def report_change(seat: Keying, element: Element, place: int, t_us: int, action: int) -> None:
    """Append the rows of a native drop-down whose value changes."""
    report(seat, "select.change", element, t_us, action, place)
    seat.live.write_input(element, t_us, action, element.options[place].value)


def report_opened(seat: Keying, element: Element, place: int) -> None:
    """Append the row of a custom list that the latest action has opened."""
    action = seat.plan.actions[-1].action_id
    report(seat, "select.open", element, seat.t_us, action, place)
    seat.changed = False
