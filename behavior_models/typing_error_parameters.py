"""Parameters of errors and revisions: the published and assumed ones, and how a mode's are found."""

from collections.abc import Mapping
from typing import Any

from deskhand.behavior_models.profile import Entries, entry
from deskhand.behavior_models.typist_traits import LAW_OF_MODE

SECTION = "typing_errors"
"""The section of a profile that holds these parameters."""
Section = Mapping[str, Mapping[str, Any]]

SLIPS = (
    "neighbour",
    "substitution",
    "omission",
    "insertion",
    "doubling",
    "transposition",
    "capital",
    "no-error",
)
_AALTO = "Aalto 136M keystrokes (Dhakal et al. 2018), 103 people of a public sample"
_ESSAYS = "KLiCKe essays (Tian, Crossley & Van Waes), 1,500 writers"


def published_typing_errors() -> Entries:
    """Return the section `SECTION` from published figures, where there are any.

    Examples
    --------
    >>> published_typing_errors()["slip_rate"]["value"]["transcription"]
    0.0367
    """
    longer = [
        [0.215, 0.062, 0.160, 0.226, 0.035, 0.204, 0.014, 0.084],
        [0.175, 0.058, 0.188, 0.305, 0.020, 0.162, 0.007, 0.085],
        [0.069, 0.081, 0.094, 0.244, 0.044, 0.181, 0.019, 0.268],
    ]
    return {
        "slip_rate": entry(
            {"transcription": 0.0367, "composition": 0.0369, "password": 0.018},
            f"{_AALTO}: 3.44 bursts of Backspace a 100 characters typed; composition: {_ESSAYS}, "
            "3.42, without those above ten; both a character of the text left; password: assumed, "
            "half; late ones included",
        ),
        "slip_rate_log_sd": entry(
            {"transcription": 0.45, "composition": 0.45},
            "assumed; SD over people of ln Backspaces a 100 characters .68 and .85, chance included",
        ),
        "capital_slip_rate": entry(
            [0.01, 0.01], "assumed; a capital left small, a letter after it"
        ),
        "burst_length": entry(
            {
                "transcription": [
                    0.563,
                    0.234,
                    0.101,
                    0.052,
                    0.026,
                    0.01,
                    0.006,
                    0.004,
                    0.002,
                    0.002,
                ],
                "composition": [
                    0.446,
                    0.222,
                    0.115,
                    0.074,
                    0.05,
                    0.032,
                    0.023,
                    0.017,
                    0.012,
                    0.009,
                ],
            },
            f"{_AALTO}; composition: {_ESSAYS}, those up to ten, the longer ones being revisions; "
            "lengths above five assumed",
        ),
        "kinds": entry(
            {
                "transcription": [
                    [0.257, 0.256, 0.309, 0.054, 0.027, 0.0, 0.001, 0.096],
                    *longer,
                ],
                "composition": [
                    [0.119, 0.346, 0.379, 0.043, 0.024, 0.0, 0.011, 0.078],
                    *longer,
                ],
            },
            f"{_AALTO}; composition: {_ESSAYS}; corrections by one Backspace, matched so that an "
            "observer of the keys sees their shares (side by side .28 and .17, other .27 and .33, "
            "left out .24 and .30, typed again .10 and .08, two apart .07 and .075, doubled .035 and "
            f".033); longer bursts: 47 people of the former; {', '.join(SLIPS)}; by burst length 1, "
            "2, 3 and more",
        ),
        "omission_of_two": entry(
            {"transcription": 0.146, "composition": 0.126},
            "matched with the kinds; share of omissions that leave out two characters",
        ),
        "lead_share": entry(0.04, "assumed; share of repairs that take one right key with them"),
        "word_end_share": entry(
            {"transcription": [0.0, 0.0, 0.15, 0.27], "composition": [0.1, 0.1, 0.15, 0.27]},
            "assumed; share noticed as the word is done, by burst length 1, 2, 3 and more",
        ),
        "late_share": entry(
            {"transcription": 0.003, "composition": 0.003, "password": 0.0},
            "assumed; share of slips repaired with the arrow keys from the end of the sentence",
        ),
        "uncorrected_rate": entry(
            {"transcription": 0.0117, "composition": 0.0117, "password": 0.0},
            "Dhakal et al. 2018: 1.17 % of characters; composition: taken to be the same",
        ),
        "uncorrected_kinds": entry(
            [0.15, 0.20, 0.35, 0.15, 0.05, 0.05, 0.05], f"assumed; {', '.join(SLIPS[:-1])}"
        ),
        "restart_share": entry(
            0.6,
            "assumed; share of a password's noticed slips after which all of it is taken back, since "
            "the field shows dots; else as many keys as were typed since",
        ),
        "word_delete_people": entry(0.1, "assumed; share of people who know Control+Backspace"),
        "word_delete_share": entry(0.3, "assumed; of these people's bursts above two"),
        "word_jump_people": entry(0.2, "assumed; share of people who know Control+Arrow"),
        "rewording_rate": entry(
            0.0029,
            f"{_ESSAYS}: 7.6 % of 3.42 bursts of Backspace a 100 characters typed are above ten",
        ),
        "rewording_length": entry(
            [11, 11, 11.5, 12, 13, 14, 14.5, 15.5, 17, 18, 20, 22.5, 26, 30, 38, 52, 104],
            "KLiCKe essays, 369 writers: bursts of Backspace above ten at equal steps of rank",
        ),
        "revision_rate": entry(
            0.00075,
            "KLiCKe essays, 369 writers: .13 runs of navigation keys a 100 characters typed, two of "
            "them a revision away from the end",
        ),
        "revision_rate_log_sd": entry(
            1.5, "assumed; half the writers use no navigation keys at all"
        ),
        "revision_kinds": entry([0.35, 0.25, 0.40], "assumed; left out, too much, other words"),
    }


def of_mode(section: Section, name: str, mode: str) -> Any:
    """Return a parameter's value for a mode: its own, else that of the law the mode follows.

    Examples
    --------
    >>> of_mode(published_typing_errors(), "slip_rate", "form")
    0.0367
    """
    value = section[name]["value"]
    if not isinstance(value, Mapping):
        return value
    return value[mode] if mode in value else value[LAW_OF_MODE[mode]]
