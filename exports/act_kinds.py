"""The kinds of acts that a consumer of captures sees, one small record each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What all acts say of themselves.

    Parameters
    ----------
    start_us, end_us : int
        Microseconds since the session's start.
    first_row, last_row : int
        The first and the last of its rows in the event table; rows of other kinds lie between.
    app, window, target : str or None
        Where, as far as the capture knows.
    masked : bool
        Whether content was left out of its rows.
    """

    start_us: int
    end_us: int
    first_row: int
    last_row: int
    app: str | None
    window: str | None
    target: str | None
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Act):
    """An act at a place: px of the desktop and of the page, None where the capture has none."""

    screen_x: float | None
    screen_y: float | None
    client_x: float | None
    client_y: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Click(Placed):
    """A press and release in place, once, twice or three times; ``button`` is W3C's number.

    ``modifiers`` are the bits of `deskhand.events` held at the press. The place is that of the first
    press. ``presses`` are the rows of its ``pointerdown`` events.
    """

    button: int
    count: int
    modifiers: int
    presses: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drag(Placed):
    """A way with the button held: from ``screen_x`` ... to ``end_screen_x`` ...

    Its way is in the ``pointermove`` rows between its first and its last row.
    """

    end_screen_x: float | None
    end_screen_y: float | None
    end_client_x: float | None
    end_client_y: float | None
    button: int
    modifiers: int
    presses: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scroll(Placed):
    """Turns of the wheel in one direction without a pause.

    ``delta_x`` and ``delta_y`` are sums in the unit of ``delta_mode``, positive to the right and
    down; ``notches_x`` and ``notches_y`` are the same in notches of a wheel, which a touchpad makes
    broken numbers of. ``rows`` wheel events were recorded; with Control among the ``modifiers`` they
    zoomed.
    """

    delta_x: float
    delta_y: float
    delta_mode: int
    notches_x: float
    notches_y: float
    rows: int
    modifiers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Act):
    """Characters typed one after the other into one field, without a correction.

    ``text`` is None where it was left out: then only its ``length`` is known. It ``replaces`` what
    the field held where a capture tells the field's whole value only.
    """

    text: str | None
    length: int
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Act):
    """A named key or a shortcut, ``count`` times: ``key`` is W3C's, ``modifiers`` bits."""

    key: str
    code: str | None
    modifiers: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Act):
    """Another option of a drop-down: its label, None where it was left out."""

    value: str | None
    length: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigate(Act):
    """A window shows a freshly loaded page."""

    url: str | None
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Act):
    """Another window came to the front."""

    url: str | None
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Act):
    """Neither hand nor key did anything; lies between its first and its last row."""
