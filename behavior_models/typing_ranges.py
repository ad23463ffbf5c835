"""Typing ranges: what the numbers of a profile's typing may be, so that a hand-made one can be told.

A shipped or fitted profile lies within them; nobody types with a negative spacing.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.errors import DeskhandError

SECTIONS = ("keystrokes", "key_clock", "typing_errors")
COMPLETE = "literature"
_SHARE = (0.0, 1.0)
_SIZE = (0.0, 1e6)
_TIME_S = (1e-6, 1e6)
# By section and parameter, where not all numbers of it are meant also by their place or name.
RANGES: Mapping[tuple[str | int, ...], tuple[float, float]] = {
    ("keystrokes", "person_sd"): _SIZE,
    ("keystrokes", "spacing", 1): _SIZE,
    ("keystrokes", "hold", 1): _SIZE,
    ("keystrokes", "practised", "spread"): _SIZE,
    ("keystrokes", "pause_s"): _SIZE,
    ("keystrokes", "spacing_bounds_s"): _TIME_S,
    ("keystrokes", "hold_bounds_s"): _TIME_S,
    ("keystrokes", "out_of_order_kept"): _SHARE,
    ("keystrokes", "three_down_kept"): _SHARE,
    ("keystrokes", "hidden_shift_share"): _SHARE,
    ("keystrokes", "shift_lead_scale_s"): _SIZE,
    ("keystrokes", "repeat_delay_s"): _SIZE,
    ("keystrokes", "repeat_scatter_s"): _SIZE,
    ("keystrokes", "repeat_period_s"): _SIZE,
    ("keystrokes", "repeat_jitter_s"): _SIZE,
    ("key_clock", "grids", "period_us"): (1.0, 1e6),
    ("key_clock", "grids", "share"): _SHARE,
    ("typing_errors", "slip_rate"): _SHARE,
    ("typing_errors", "slip_rate_log_sd"): (0.0, 5.0),
    ("typing_errors", "capital_slip_rate"): _SHARE,
    ("typing_errors", "burst_length"): _SIZE,
    ("typing_errors", "kinds"): _SIZE,
    ("typing_errors", "omission_of_two"): _SHARE,
    ("typing_errors", "lead_share"): _SHARE,
    ("typing_errors", "word_end_share"): _SHARE,
    ("typing_errors", "late_share"): _SHARE,
    ("typing_errors", "uncorrected_rate"): _SHARE,
    ("typing_errors", "uncorrected_kinds"): _SIZE,
    ("typing_errors", "restart_share"): _SHARE,
    ("typing_errors", "word_delete_people"): _SHARE,
    ("typing_errors", "word_delete_share"): _SHARE,
    ("typing_errors", "word_jump_people"): _SHARE,
    ("typing_errors", "rewording_rate"): _SHARE,
    ("typing_errors", "rewording_length"): (1.0, 1e6),
    ("typing_errors", "revision_rate"): _SHARE,
    ("typing_errors", "revision_rate_log_sd"): (0.0, 5.0),
    ("typing_errors", "revision_kinds"): _SIZE,
}


@lru_cache(maxsize=16)
def check_typing(profile: Profile) -> None:
    """Refuse a profile that cannot type.

    Parameters
    ----------
    profile : Profile

    Raises
    ------
    DeskhandError
        When a section or parameter of typing is missing, or a number lies out of its range.

    Examples
    --------
    >>> check_typing(load_profile("literature"))
    >>> check_typing(load_profile("mouse-game"))
    Traceback (most recent call last):
    deskhand.errors.DeskhandError: profile 'mouse-game' has no section keystrokes and no key_clock \
and no typing_errors; give one that knows typing, such as 'transcription'.
    """
    missing = [name for name in SECTIONS if name not in profile.sections]
    if missing:
        raise DeskhandError(
            f"profile {profile.name!r} has no section {' and no '.join(missing)}; give one that "
            "knows typing, such as 'transcription'."
        )
    for name in SECTIONS:
        whole, own = load_profile(COMPLETE).sections[name], profile.sections[name]
        absent = sorted(set(whole) - set(own))
        if absent:
            raise DeskhandError(
                f"profile {profile.name!r} has no {name}.{absent[0]}; take it from the profile "
                f"{COMPLETE!r}, or fit the profile anew."
            )
    for (section, parameter, *place), (least, most) in RANGES.items():
        value = profile[str(section), str(parameter)]
        for path, number in _numbers(value):
            if not (place and path[-1] != place[0]) and not least <= number <= most:
                where = ".".join(map(str, (section, parameter, *path)))
                raise DeskhandError(
                    f"profile {profile.name!r}: {where} is {number}; it must be from {least:g} to "
                    f"{most:g}."
                )
    for name in ("spacing_bounds_s", "hold_bounds_s"):
        for law, (low, high) in profile["keystrokes", name].items():
            if low > high:
                raise DeskhandError(
                    f"profile {profile.name!r}: keystrokes.{name}.{law} is {[low, high]}; the "
                    "shortest comes first."
                )


def _numbers(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, float]]:
    """Return every number of a value with the names and places that lead to it."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _numbers(part, (*path, name))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _numbers(part, (*path, place))
    elif isinstance(value, int | float):
        yield path, float(value)
