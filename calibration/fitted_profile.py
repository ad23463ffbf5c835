"""From what a population comes to, to a profile: the public population's, moved to where people are.

A statistic of recorded people is not a parameter of the law: the clock, the text and the task have
their part in it. So each is held against the same statistic of the public population's simulated
people, and the parameter is moved by the difference, divided by what a step of the parameter does to
the statistic (indirect inference, Gourieroux, Monfort & Renault 1993, in one step).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, isfinite, log
from typing import Any

from deskhand.behavior_models.app_choice import SECTION as WORK
from deskhand.behavior_models.press import DWELL_POWER
from deskhand.behavior_models.profile import Profile, entry, load_profile
from deskhand.behavior_models.typing_ranges import SECTIONS as TYPING
from deskhand.behavior_models.typist_traits import typing_profile
from deskhand.calibration.person_statistics import STATISTICS, Statistic
from deskhand.calibration.private_moments import Centres, Moments

BASE, RECORDER = "office", "mouse-web"
CENTRES_FILE = "public_centres.json"
# Farther than this no parameter is moved, in units of its scale: ln, log odds, or the power's.
FARTHEST = 3.0
LEAST_SHARE = 1e-3
# What a parameter hardly moves says hardly anything of it.
LEAST_GAIN = 0.1
# Nobody is drawn who never works where their role does, nor works there alone.
FACTORS = (0.05, 20.0)
# What may be other than in the public population's profile, and nothing else: entries by section.
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "keystrokes": ("person_mean", "person_sd"),
    "pointer": (
        "fitts_intercept_s",
        "fitts_slope_s_per_bit",
        "distance_log_intercept",
        "movement_time_within_log_sd",
        "movement_time_between_log_sd",
    ),
    "press": ("hold_s", "double_hold_s", "dwell_s"),
    "mind": ("think_s", "reading_wpm", "tempo_log_sd", "tab_share", "shortcut_share"),
    WORK: ("app_shares", "app_changes"),
}
_LAWS = ("transcription", "composition")
# Entries that speak of composed texts alone.
_COMPOSED = ("rewording", "revision")

Sections = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How far parameters are moved: ``by`` a step each, spreads between people ``times`` a factor."""

    by: Mapping[str, float]
    times: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCentres:
    """Statistics of the public population's simulated people, and what steps of parameters do to them.

    ``gain`` is what a step of its own parameter does to a statistic, ``cross`` what one of the measure's
    other parameter does: of the middle to the spread, and of the spread to the middle.
    """

    centres: Centres
    gain: tuple[float, ...]
    cross: tuple[float, ...]
    app_time: Mapping[str, float]
    app_changes: Mapping[str, Mapping[str, float]]


@cache
def public_centres() -> PublicCentres:
    """Return the shipped statistics of the public population.

    Source
    ------
    Simulated by ``python -m deskhand.public_centres`` from the profile ``office``; nobody's data.

    Examples
    --------
    >>> len(public_centres().gain) == len(STATISTICS)
    True
    """
    text = (files("deskhand.calibration") / CENTRES_FILE).read_text(encoding="utf-8")
    return _parsed(json.loads(text), {})


def parsed_centres(data: Mapping[str, Any]) -> PublicCentres:
    """Return such statistics as a file or a simulation has them; what is not there is the shipped one.

    Examples
    --------
    >>> parsed_centres({"statistics": {}, "app_time": {}, "app_changes": {}}).gain == (
    ...     public_centres().gain
    ... )
    True
    """
    text = (files("deskhand.calibration") / CENTRES_FILE).read_text(encoding="utf-8")
    return _parsed(data, json.loads(text)["statistics"])


def _parsed(data: Mapping[str, Any], shipped: Mapping[str, Any]) -> PublicCentres:
    table = {**shipped, **data["statistics"]}
    rows = [table[one.name] for one in STATISTICS]
    return PublicCentres(
        centres=Centres(
            middle=tuple(row["middle"] for row in rows), sd=tuple(row["sd"] for row in rows)
        ),
        gain=tuple(row["gain"] for row in rows),
        cross=tuple(row["cross"] for row in rows),
        app_time=data["app_time"],
        app_changes=data["app_changes"],
    )


def public_sections(base: str = BASE) -> Sections:
    """Return all sections of the law tier of a shipped profile, completed from others.

    Examples
    --------
    >>> sorted(set(WRITTEN) - set(public_sections()))
    ['work']
    """
    profile = load_profile(base)
    typing, composing = (typing_profile(profile, law).sections for law in _LAWS)
    lent: dict[str, Any] = {"recorder": load_profile(RECORDER).sections["recorder"]}
    lent |= dict(load_profile(BASE).sections)
    lent |= {name: _by_law(typing[name], composing[name]) for name in TYPING}
    own = profile.sections
    sections = lent | {name: own[name] for name in own if name in lent}
    return {name: dict(entries) for name, entries in sections.items()}


def _by_law(typing: Mapping[str, Any], composing: Mapping[str, Any]) -> dict[str, Any]:
    """Return a section of typing whose law of composed texts is that of another."""
    composed = _LAWS[1]
    made = dict(typing)
    for name, given in typing.items():
        value = given["value"]
        if name.startswith(_COMPOSED):
            made[name] = composing[name]
        elif isinstance(value, Mapping) and composed in value:
            other = composing[name]
            sources = dict.fromkeys((given["source"], other["source"]))
            both = {**value, composed: other["value"][composed]}
            made[name] = entry(both, "; ".join(sources))
    return made


def steps_of(moments: Moments, public: PublicCentres) -> Steps:
    """Return the steps that bring the public population to where the moments are."""
    off, times = {}, {}
    place = {one.name: k for k, one in enumerate(STATISTICS)}
    for one, middle, sd in zip(moments.statistics, moments.middle, moments.sd, strict=True):
        k = place[one.name]
        if isfinite(middle) and public.gain[k] >= LEAST_GAIN:
            off[k] = scaled(one, middle) - scaled(one, public.centres.middle[k])
        if isfinite(sd) and sd > 0.0:
            times[one.name] = sd / public.centres.sd[k]
    by = {}
    for k, here in off.items():
        other = next(
            (j for j in off if j != k and STATISTICS[j].measure == STATISTICS[k].measure), None
        )
        gain, cross = public.gain[k], public.cross[k]
        step = here / gain
        if other is not None:
            square = gain * public.gain[other] - cross * public.cross[other]
            step = (here * public.gain[other] - cross * off[other]) / square
        by[STATISTICS[k].name] = max(-FARTHEST, min(FARTHEST, step))
    return Steps(by=by, times=times)


def scaled(statistic: Statistic, middle: float) -> float:
    """Return a middle on the scale on which a step moves it: a share's log odds, or itself.

    Examples
    --------
    >>> scaled(STATISTICS[0], -1.5), round(scaled(STATISTICS[-1], 0.5), 6)
    (-1.5, 0.0)
    """
    if statistic.of != "share":
        return middle
    share = min(max(middle, LEAST_SHARE), 1.0 - LEAST_SHARE)
    return log(share / (1.0 - share))


def moved_sections(sections: Sections, steps: Steps, source: str) -> Sections:
    """Return sections with the parameters moved; what no step is given for stays as it is.

    Parameters
    ----------
    sections : dict
        Of `public_sections`.
    steps : Steps
        By names of `deskhand.calibration.person_statistics.STATISTICS`.
    source : str
        Of every number that is moved.

    Examples
    --------
    >>> slower = Steps(by={"move_time": 0.6931}, times={})
    >>> before = public_sections()
    >>> after = moved_sections(before, slower, "twice as slow")
    >>> name = "fitts_slope_s_per_bit"
    >>> round(after["pointer"][name]["value"] / before["pointer"][name]["value"], 2)
    2.0
    """
    made = {name: dict(entries) for name, entries in sections.items()}

    def change(section: str, name: str, value: Any) -> None:
        if _rounded(value) != _rounded(sections[section][name]["value"]):
            made[section][name] = entry(_rounded(value), source)

    def at(section: str, name: str) -> Any:
        return made[section][name]["value"]

    def by(name: str) -> float:
        return steps.by.get(name, 0.0)

    def times(name: str) -> float:
        return steps.times.get(name, 1.0)

    for name, operation in (("person_mean", by), ("person_sd", times)):
        tables = {law: dict(table) for law, table in at("keystrokes", name).items()}
        for law in _LAWS:
            for trait in ("spacing", "spacing_spread", "hold", "hold_spread"):
                value = tables[law][trait]
                moved = operation(trait)
                tables[law][trait] = value + moved if operation is by else value * moved
        change("keystrokes", name, tables)

    slower = exp(by("move_time"))
    for name in ("fitts_intercept_s", "fitts_slope_s_per_bit"):
        change("pointer", name, at("pointer", name) * slower)
    name = "distance_log_intercept"
    change("pointer", name, at("pointer", name) + by("move_time"))
    name = "movement_time_within_log_sd"
    change("pointer", name, at("pointer", name) * exp(by("move_spread")))
    name = "movement_time_between_log_sd"
    change("pointer", name, at("pointer", name) * times("move_time"))

    for name in ("hold_s", "double_hold_s"):
        spread = dict(at("press", name))
        spread["median"] *= exp(by("click_hold"))
        spread["between_sd"] *= times("click_hold")
        wider = exp(by("click_spread"))
        spread["shape"] = [step * wider for step in spread["shape"]]
        change("press", name, spread)
    dwell = dict(at("press", "dwell_s"))
    middle = dwell["median"] ** DWELL_POWER + by("press_dwell")
    dwell["median"] = max(middle, 0.05) ** (1.0 / DWELL_POWER)
    dwell["between_sd"] *= times("press_dwell")
    change("press", "dwell_s", dwell)

    longer = exp(by("pause"))
    think = {kind: [pause[0] * longer, *pause[1:]] for kind, pause in at("mind", "think_s").items()}
    change("mind", "think_s", think)
    change("mind", "reading_wpm", at("mind", "reading_wpm") / longer)
    change("mind", "tempo_log_sd", at("mind", "tempo_log_sd") * times("pause"))
    for name in ("tab_share", "shortcut_share"):
        change("mind", name, _shifted(at("mind", name), by(name)))
    return made


def with_work(sections: Sections, moments: Moments, public: PublicCentres, source: str) -> Sections:
    """Return sections with how much is worked where, against the public population.

    An application's factor is its share of time over that of the public population; a change's factor
    likewise. Labels that no simulated application has move nothing and are left out.
    """
    least, most = FACTORS
    shares = dict(zip(moments.labels, moments.app_time, strict=True))
    factors = {
        app: min(max(share / public.app_time[app], least), most)
        for app, share in shares.items()
        if public.app_time.get(app, 0.0) > 0.0
    }
    changes: dict[str, dict[str, float]] = {}
    for app, row in zip(moments.labels, moments.app_changes, strict=True):
        usual = public.app_changes.get(app, {})
        total, before = sum(row), sum(usual.values())
        for other, share in zip(moments.labels, row, strict=True):
            if usual.get(other, 0.0) > 0.0 and total > 0.0:
                # What working there at all makes more or less of is in the shares already.
                factor = (share / total) / (usual[other] / before) / factors.get(other, 1.0)
                changes.setdefault(app, {})[other] = min(max(factor, least), most)
    work = {
        "app_shares": entry(_rounded(factors), f"{source}; shares of time over those of 'office'"),
        "app_changes": entry(_rounded(changes), f"{source}; likewise of changes"),
    }
    return {**sections, WORK: work}


def check_written(sections: Mapping[str, Mapping[str, Any]], base: Sections) -> None:
    """Refuse sections in which more is other than may be, or other than numbers."""
    for section, entries in sections.items():
        for name, given in entries.items():
            if given == base.get(section, {}).get(name):
                continue
            if name not in WRITTEN.get(section, ()) or not _numbers_alone(given["value"]):
                raise AssertionError(f"{section}.{name} is not among what a fit may write")


def _numbers_alone(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_numbers_alone(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(map(_numbers_alone, value))
    return isinstance(value, int | float) and isfinite(value)


def _shifted(share: float, log_odds: float) -> float:
    return 1.0 / (1.0 + (1.0 / share - 1.0) * exp(-log_odds))


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def fitted_profile(
    moments: Moments,
    *,
    name: str,
    mode: str,
    remark: str,
    source: str,
    public: PublicCentres,
    base: str = BASE,
) -> Profile:
    """Return the profile of a population.

    Parameters
    ----------
    moments : Moments
        Of `deskhand.calibration.private_moments`.
    name, mode, remark : str
        Of the profile.
    source : str
        Of every number that was fitted.
    public : PublicCentres
        What the moments are held against.
    base : str
        The shipped profile whose numbers stand where nothing was fitted.
    """
    lent = public_sections(base)
    sections = moved_sections(lent, steps_of(moments, public), source)
    if moments.labels:
        sections = with_work(sections, moments, public, source)
    check_written(sections, lent)
    return Profile(name=name, mode=mode, remark=remark, sections=sections)
