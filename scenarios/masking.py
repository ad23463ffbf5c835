"""Which elements a scenario masks besides those that their screens mark."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from deskhand.errors import DeskhandError
from deskhand.page import Page
from deskhand.screen import Screen


def sensitive_keys(
    sensitive: Iterable[str],
    opens: str,
    screens: Mapping[str, Screen],
    said_by: str = "sensitive",
) -> frozenset[str]:
    """Return the keys of the elements that entries name which are to be masked.

    Parameters
    ----------
    sensitive : iterable of str
        Element keys or locators.
    opens : str
        The screen on which the task begins; it and the others of its application come first.
    screens : mapping
        Every screen that the session may open, by name.
    said_by : str
        What the entries stand in, for the refusal.

    Raises
    ------
    DeskhandError
        When an entry names nothing: a field that was meant to be masked would be written in clear.
    """
    found: set[str] = set()
    for entry in sensitive:
        keys = next(filter(None, (_named(entry, s) for s in _nearest(opens, screens))), None)
        if keys is None:
            known = {key for screen in _nearest(opens, screens) for key in all_keys(screen)}
            near = get_close_matches(entry, sorted(known), n=3, cutoff=0.5)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise DeskhandError(
                f"{said_by} {entry!r}: names no element of any screen, so nothing would be masked."
                f"{hint} `deskhand screens show {opens}` lists the names."
            )
        found |= keys
    return frozenset(found)


def masked_elements(
    sensitive: Iterable[str], opens: str, screens: Mapping[str, Screen]
) -> dict[str, list[str]]:
    """Return what is masked in a scenario: the keys of elements by the reason why.

    Parameters
    ----------
    sensitive, opens, screens
        As `sensitive_keys` takes them; of the screens, those of the application that the scenario
        opens are looked at, and those that hold what it names.

    Examples
    --------
    >>> from deskhand.scenarios.app_screens import shipped_screens
    >>> masked_elements((), "auth/login", shipped_screens())["password"]
    ['auth.password', 'lock.password']
    """
    named = sensitive_keys(sensitive, opens, screens)
    app = opens.partition("/")[0]
    found: dict[str, set[str]] = {}
    for screen in _nearest(opens, screens):
        own = screen.name.partition("/")[0] == app
        left = named - {key for keys in found.values() for key in keys}
        if not own and not left:
            break
        for key in all_keys(screen):
            reason = _reason(screen, key) if own or key in named else None
            if reason is not None or key in left:
                found.setdefault(reason or "scenario", set()).add(key)
    return {reason: sorted(keys) for reason, keys in sorted(found.items())}


def _reason(screen: Screen, key: str) -> str | None:
    """Return why a screen has an element masked, in whatever state, or None."""
    changed = [
        screen.changed_element(*at, key)
        for at, state in screen.states.items()
        if state.overrides.get(key) is not None
    ]
    base = screen.elements.get(key)
    for element in (*([] if base is None else [base]), *changed):
        if element.sensitive is not None:
            return element.sensitive
        if element.widget == "password":
            return "password"
    return None


def _nearest(opens: str, screens: Mapping[str, Screen]) -> Iterator[Screen]:
    app = opens.partition("/")[0]
    # Screens are read when they are first asked for, so the likely ones come first.
    for name in sorted(
        screens, key=lambda name: (name != opens, name.partition("/")[0] != app, name)
    ):
        yield screens[name]


def all_keys(screen: Screen) -> set[str]:
    """Return the keys of a screen's elements, in whatever state they are there."""
    return {*screen.elements, *(key for state in screen.states.values() for key in state.overrides)}


def _named(entry: str, screen: Screen) -> set[str]:
    if entry in screen.elements or entry in all_keys(screen):
        return {entry}
    if "=" not in entry:
        return set()
    return {element.key for element in Page(screen).matches(entry)}
