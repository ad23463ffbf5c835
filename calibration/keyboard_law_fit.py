"""Fit of the law of keystrokes: a recording of keys in, the profile's section ``keystrokes`` out.

First the law's numbers are what is measured. Then the law types the recording's own keys, the same is
measured of that, and the numbers are corrected by the difference.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.digraph_contexts import CLASS_CONTEXTS
from deskhand.behavior_models.key_classes import CLASS_CODE
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keystroke_law import HOLD_KINDS, law_times
from deskhand.behavior_models.profile import Entries, Profile, entry
from deskhand.behavior_models.typist_traits import TRAITS
from deskhand.calibration.key_recording import KeyRecording
from deskhand.calibration.keystroke_moments import (
    FEWEST_OF_PERSON,
    FEWEST_PEOPLE,
    Measured,
    Rows,
    measured,
    recorded_rows,
    score_shares,
)
from deskhand.errors import DeskhandError
from deskhand.keyed_draws import keys, mixed

# A context or kind of keys with fewer keystrokes keeps the numbers of the base profile.
FEWEST_ROWS = 150
PEOPLE_MADE = 600
# Longer than this share of people's spacings none is drawn.
_LONGEST = 0.9999
MATCHING_ROUNDS = 4
# A key held longer than this may be Shift, where nothing is known of it.
_LONG_US = 250_000
# Traits whose middle is in the shapes of contexts and kinds.
_RELATIVE = (
    "spacing_spread",
    "spacing_skew",
    "spacing_tail",
    "hold_spread",
    "hold_skew",
    "hold_tail",
)


def fit_keyboard_law(
    recording: KeyRecording, *, base: Profile, law: str, source: str | None = None
) -> Entries:
    """Return the section ``keystrokes`` fitted to a recording.

    Parameters
    ----------
    recording : KeyRecording
        At least 8 people with 60 keystrokes each. Keys may be named, known by class or not at all.
    base : Profile
        What the recording does not tell comes from its section ``keystrokes``.
    law : str
        ``"transcription"`` or ``"composition"``: which of the laws this is; the other one is base's.
    source : str, optional
        What to write as the source; people and keystrokes are counted unless given.

    Raises
    ------
    DeskhandError
        When there are too few people.
    """
    rows = recorded_rows(recording)
    count = np.bincount(rows.person[np.isfinite(rows.log_spacing)], minlength=len(recording.people))
    enough = np.flatnonzero(count >= FEWEST_OF_PERSON)
    if len(enough) < FEWEST_PEOPLE:
        raise DeskhandError(
            f"{len(enough)} people with {FEWEST_OF_PERSON} keystrokes or more; the law of keystrokes "
            f"needs {FEWEST_PEOPLE}. A keystroke's spacing is from the down before it, its hold from "
            "down to up; both are in seconds."
        )
    source = source or f"fitted on {len(enough)} people, {len(rows.person)} keystrokes"
    entries = {name: dict(value) for name, value in base.sections["keystrokes"].items()}

    def put(name: str, value: Any, *, by_law: bool = True) -> None:
        if by_law:
            value = {**entries[name]["value"], law: value}
        entries[name] = entry(value, source)

    least_s = entries["spacing_bounds_s"]["value"][law][0]
    spacing_s = np.exp(rows.log_spacing[np.isfinite(rows.log_spacing)])
    put("spacing_bounds_s", [least_s, round(float(np.quantile(spacing_s, _LONGEST)), 1)])
    seen = measured(recording, rows, enough)
    for name, names, side in (
        ("spacing", CLASS_CONTEXTS, seen.spacing),
        ("hold", HOLD_KINDS, seen.hold),
    ):
        known = entries[name]["value"][law]
        put(
            name,
            {
                key: _rounded(side.shape[k]) if side.rows[k] >= FEWEST_ROWS else known[key]
                for k, key in enumerate(names)
            },
        )
    if len(seen.spacing.effect):
        put("digraph", seen.spacing.effect, by_law=False)
    shares = score_shares(
        rows, seen.spacing.score, seen.hold.score, known=bool((rows.identity > 0).any())
    )
    put("score_shares", shares)
    _put_people(put, seen, shares, entries, law)
    for name, value in _releases(recording, rows, _profile(entries, base), law).items():
        put(name, value, by_law=False)
    copies = _copies(recording, enough)
    for _ in range(MATCHING_ROUNDS):
        made = _simulated(_profile(entries, base), copies, law)
        _match_shapes(put, entries, law, seen, made)
        _match_people(put, entries, law, seen, made)
    known = _people_of_known_keys(recording, enough)
    if FEWEST_PEOPLE <= len(known) < len(enough):
        # So few that the traits drawn for them count: what keys do is matched on many copies.
        seen, copies = measured(recording, rows, known), _copies(recording, known)
        for _ in range(MATCHING_ROUNDS):
            made = _simulated(_profile(entries, base), copies, law)
            _match_shapes(put, entries, law, seen, made, but="unknown")
    return entries


def _people_of_known_keys(recording: KeyRecording, people: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return those of some people of whom most keys are known."""
    sequences = recording.sequences
    unknown = sequences.vocabulary.key_class[sequences.key] == CLASS_CODE["unknown"]
    size = len(recording.people)
    share = np.bincount(recording.person, unknown, size) / np.bincount(
        recording.person, minlength=size
    ).clip(1)
    found: NDArray[np.intp] = people[share[people] < 0.5]
    return found


def _profile(entries: Entries, base: Profile) -> Profile:
    # Profiles are told apart by name and sections; tables of one are kept.
    sections = {**base.sections, "keystrokes": dict(entries)}
    return Profile(name="fit", mode="fit-no-dp", remark="", sections=sections)


def _copies(recording: KeyRecording, enough: NDArray[np.intp]) -> KeyRecording:
    """Return the keys of people with enough of them, often enough for many people to type them."""
    sequences = recording.sequences
    chosen = np.flatnonzero(np.isin(sequences.person, enough))
    times = -(-PEOPLE_MADE // len(enough))
    chosen = np.tile(chosen, times)
    size = sequences.lengths[chosen]
    first = np.cumsum(size) - size
    row = np.repeat(sequences.first[chosen] - first, size) + np.arange(size.sum())
    copy = np.repeat(np.arange(times), len(chosen) // times)
    person = np.searchsorted(enough, sequences.person[chosen]) + len(enough) * copy
    people = len(enough) * times
    return KeyRecording(
        people=[str(number) for number in range(people)],
        sequences=KeySequences(
            vocabulary=sequences.vocabulary,
            key=sequences.key[row],
            first=first,
            person=person,
            person_key=keys(0, "fit.person", range(people)),
            sequence_key=mixed(keys(0, "fit.sequence", [0]), np.arange(len(first))),
        ),
        down_us=recording.down_us[row],
        up_us=recording.up_us[row],
    )


def _simulated(profile: Profile, copies: KeyRecording, law: str) -> Measured:
    down_us, up_us = law_times(profile, copies.sequences, law)
    # Stamps of whole milliseconds, as recordings have.
    stamps = [1000 * np.floor(side / 1000.0).astype(np.int64) for side in (down_us, up_us)]
    made = replace(copies, down_us=stamps[0], up_us=stamps[1])
    return measured(made, recorded_rows(made), np.arange(len(made.people)))


def _match_shapes(
    put: Any, entries: Entries, law: str, seen: Measured, made: Measured, *, but: str = ""
) -> None:
    """Correct the laws of contexts and kinds of keys where they make other than was measured."""
    for name, names in (("spacing", CLASS_CONTEXTS), ("hold", HOLD_KINDS)):
        wanted, got = getattr(seen, name), getattr(made, name)
        table = dict(entries[name]["value"][law])
        for k, key in enumerate(names):
            if key != but and min(wanted.rows[k], got.rows[k]) >= FEWEST_ROWS:
                centre, scale, skew, tail = table[key]
                step = wanted.shape[k] - got.shape[k]
                step = np.clip(step, -0.3, 0.3)
                scale *= float(np.clip(wanted.shape[k, 1] / got.shape[k, 1], 0.7, 1.4))
                table[key] = _rounded(
                    [
                        centre + step[0],
                        scale,
                        np.clip(skew + step[2], -1.2, 1.2),
                        np.clip(tail + step[3], -0.15, 0.4),
                    ]
                )
        put(name, table)


def _match_people(put: Any, entries: Entries, law: str, seen: Measured, made: Measured) -> None:
    """Correct the law of people's traits where it makes other than was measured."""
    mean, sd = (dict(entries[name]["value"][law]) for name in ("person_mean", "person_sd"))
    for i, name in enumerate(TRAITS):
        # Log odds of a share near 1 are bounded by how many texts one types: not to be matched.
        if name == "shift_use" or not np.isfinite(seen.covariance[i, i] + made.covariance[i, i]):
            continue
        if name not in _RELATIVE:
            step = seen.middle[i] - made.middle[i]
            mean[name] = round(float(mean[name] + step), 4)
        sd[name] = round(float(sd[name] * np.clip(seen.sd[i] / made.sd[i], 0.6, 1.6)), 4)
    put("person_mean", mean)
    put("person_sd", sd)


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _put_people(
    put: Any, seen: Measured, shares: dict[str, Any], entries: Entries, law: str
) -> None:
    """Write the joint law of the traits, from the two halves of people."""
    mean, sd = (dict(entries[name]["value"][law]) for name in ("person_mean", "person_sd"))
    covariance = seen.covariance
    fitted = np.flatnonzero(np.isfinite(np.diag(covariance)))
    for i in fitted:
        sd[TRAITS[i]] = round(float(seen.sd[i]), 4)
        mean[TRAITS[i]] = round(float(seen.middle[i]), 4)
    for name in _RELATIVE:
        mean[name] = 0.0
    for side, name in enumerate(("spacing_memory", "hold_memory")):
        lasts = shares["lasting"][side] * shares["decay"][side] + shares["session"][side]
        rest = 1.0 - shares["lasting"][side] - shares["session"][side] - shares["own"][side]
        mean[name] = round((mean[name] - lasts) / rest, 4)
    correlation = {}
    for place, i in enumerate(fitted):
        for j in fitted[:place]:
            scale = seen.sd[i] * seen.sd[j]
            value = float(np.clip(np.nan_to_num(covariance[i, j]) / scale, -0.9, 0.9))
            if abs(value) >= 0.05:
                correlation[f"{TRAITS[j]} {TRAITS[i]}"] = round(value, 3)
    put("person_mean", mean)
    put("person_sd", sd)
    put("person_correlation", correlation)


def _releases(recording: KeyRecording, rows: Rows, fitted: Profile, law: str) -> dict[str, Any]:
    """Return what share of releases out of order and of three keys down people keep."""
    entries = dict(fitted.sections["keystrokes"])
    for name in ("out_of_order_kept", "three_down_kept"):
        entries[name] = entry(1.0, "all")
    free = Profile(name="free", mode=fitted.mode, remark="", sections={"keystrokes": entries})
    down_us, up_us = law_times(free, recording.sequences, law)
    key_class = recording.sequences.vocabulary.key_class[recording.sequences.key]
    unknown = key_class == CLASS_CODE["unknown"]
    plain = (key_class != CLASS_CODE["modifier"]) & (~unknown | (rows.place > 0))
    both = plain[:-2] & plain[1:-1] & (rows.place[2:] > 1)

    def shares(down: NDArray[Any], up: NDArray[Any]) -> tuple[float, float]:
        # A longer hold may be a modifier of which nothing is known.
        two = both & (up - down < _LONG_US)[:-2]
        swapped = up[:-2] > up[1:-1]
        return float((swapped & two).sum()), float(((up[:-2] > down[2:]) & two & ~swapped).sum())

    count, made = shares(recording.down_us, recording.up_us), shares(down_us, up_us)
    names = ("out_of_order_kept", "three_down_kept")
    kept = {
        name: round(float(np.clip(s / max(m, 1.0), 0.02, 1.0)), 3)
        for name, s, m in zip(names, count, made, strict=True)
    }
    later = unknown[:-2] & both
    if later.sum() > FEWEST_ROWS:
        over = recording.up_us[:-2] > recording.down_us[1:-1]
        hidden = later & over & (recording.up_us - recording.down_us >= _LONG_US)[:-2]
        kept["hidden_shift_share"] = round(float(hidden.sum() / later.sum()), 4)
    return kept
