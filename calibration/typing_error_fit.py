"""Fit of typing errors and revisions to recorded keys: rates, kinds, bursts, inequality of people.

What the keys tell is fitted: rates and burst lengths with any names that tell Backspace, kinds with
the characters, revisions with navigation keys, what stays uncorrected with the asked texts beside
the typed ones. The rest of the section stays as published or assumed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.error_habits import draw_error_habits
from deskhand.behavior_models.keyboard_layout import BACKSPACE, SPACE, KeyboardLayout
from deskhand.behavior_models.profile import Entries, entry
from deskhand.behavior_models.text_boundaries import token_kinds
from deskhand.behavior_models.text_entry import entered_texts
from deskhand.behavior_models.typing_error_parameters import SLIPS, published_typing_errors
from deskhand.calibration.key_errors import KINDS, NO_CHARACTER, Bursts, kind_shares, observed
from deskhand.keyed_draws import keys as draw_keys

LONGEST_SLIP = 10  # a longer burst of Backspace is a revision (in essays)
FEWEST_BURSTS = 50  # to tell the kinds of a burst length; else lengths are pooled
_ROUNDS = 8
_TRIED = 400_000  # characters, about, on which a round of matching tries its shares
_PARTS = 25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedKeys:
    """Recorded keys, without modifiers.

    Parameters
    ----------
    token : NDArray[np.uint8], shape (n,)
        Tokens of the layout; `NO_CHARACTER` for keys that are not on it.
    first : NDArray[np.intp], shape (m,)
        Place of each sequence's first key.
    person : NDArray[np.intp], shape (m,)
        Who typed each sequence, from 0.
    source : str
        What the numbers are to be called fitted on.
    """

    token: NDArray[np.uint8]
    first: NDArray[np.intp]
    person: NDArray[np.intp]
    source: str

    @property
    def people(self) -> NDArray[np.intp]:
        """Who typed each key, shape (n,)."""
        return np.repeat(self.person, np.diff(self.first, append=len(self.token)))

    @property
    def named(self) -> str:
        """The source with its number of people."""
        return f"fitted on {self.source}, {len(np.unique(self.person))} people"


def lognormal_sd(count: NDArray[np.intp], exposure: NDArray[np.float64]) -> float:
    """Return the SD over people of the log of a rate, of which their counts are Poisson numbers.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> rate = np.exp(0.5 * rng.standard_normal(20_000) - 0.125)
    >>> round(lognormal_sd(rng.poisson(30 * rate), np.full(20_000, 30.0)), 1)
    0.5
    """
    expected = exposure * count.sum() / exposure.sum()
    extra = ((count - expected) ** 2 - expected).sum() / (expected**2).sum()
    return float(np.sqrt(np.log1p(max(0.0, extra))))


def fit_error_rates(recorded: RecordedKeys, law: str, layout: KeyboardLayout) -> Entries:
    """Return rate, inequality, burst lengths and the share noticed at the word's end.

    Parameters
    ----------
    recorded : RecordedKeys
    law : str
        ``"transcription"`` or ``"composition"``; in the latter bursts above `LONGEST_SLIP` are
        left to `fit_revisions`.
    layout : KeyboardLayout
    """
    bursts = observed(recorded.token, recorded.first, layout)
    people, text = recorded.people, _texts_left(recorded, layout)
    slips = bursts.length <= LONGEST_SLIP
    count = np.bincount(people[bursts.start[slips]], minlength=len(text))
    length = np.bincount(bursts.length[slips], minlength=LONGEST_SLIP + 1)[1:]
    spaces = np.mean(recorded.token[token_kinds(layout).character[recorded.token]] == SPACE)
    seen = [bursts.after_space[np.minimum(bursts.length, 4) == size] for size in range(1, 5)]
    word_end = [
        max(0.0, float((s.mean() - spaces) / (1 - spaces))) if len(s) else 0.0 for s in seen
    ]
    source = recorded.named
    return {
        "slip_rate": entry(
            {law: round(float(count.sum() / text.sum()), 4)},
            f"{source}; bursts of up to {LONGEST_SLIP} Backspaces a character left",
        ),
        "slip_rate_log_sd": entry(
            {law: round(lognormal_sd(count, text), 3)}, f"{source}; beyond the chance of counts"
        ),
        "burst_length": entry({law: _rounded(length / length.sum())}, source),
        "word_end_share": entry(
            {law: _rounded(word_end)}, f"{source}; bursts right after a space, beyond chance"
        ),
    }


def fit_slip_kinds(recorded: RecordedKeys, law: str, layout: KeyboardLayout) -> Entries:
    """Return the kinds of slips by burst length; needs characters.

    Kinds of single Backspaces are matched to what `observed` tells when the model's own keys are
    looked at in the same way; longer bursts are told by comparing what was erased with what was
    typed then.
    """
    bursts = observed(recorded.token, recorded.first, layout)
    tokens, first = _final_texts(recorded, layout)
    longer = _longer_kinds(recorded, bursts, layout)
    single, two = matched_kinds(kind_shares(bursts), longer, tokens, first, law, layout)
    return {
        "kinds": entry({law: [single, *longer]}, f"{recorded.named}; {', '.join(SLIPS)}"),
        "omission_of_two": entry({law: two}, recorded.named),
    }


def matched_kinds(
    target: Mapping[str, float],
    longer: Sequence[Sequence[float]],
    tokens: NDArray[np.uint8],
    first: NDArray[np.intp],
    law: str,
    layout: KeyboardLayout,
) -> tuple[list[float], float]:
    """Return shares of `SLIPS` for single Backspaces, and of omissions of two characters.

    Parameters
    ----------
    target : mapping of str to float
        Shares that an observer sees, see `deskhand.calibration.key_errors.observed`.
    longer : sequence of sequences of float
        Shares of `SLIPS` for longer bursts.
    tokens, first : NDArray
        Texts to try the shares on.
    law : str
    layout : KeyboardLayout

    Returns
    -------
    tuple
        With which the keys made from the texts show an observer these shares.
    """
    kinds = dict(zip(SLIPS, published_typing_errors()["kinds"]["value"][law][0], strict=True))
    two = 0.1
    for turn in range(_ROUNDS):
        fitted = {
            "kinds": entry({law: [list(kinds.values()), *longer]}, "matching"),
            "omission_of_two": entry({law: two}, "matching"),
        }
        made = kind_shares(_simulated(fitted, tokens, first, law, layout, turn))
        # Half a step, so that the chance of one round does not swing the next.
        step = {kind: ((target[kind] + 1e-3) / (made[kind] + 1e-3)) ** 0.5 for kind in KINDS}
        two *= step["transposition"]
        for kind in kinds:
            if kind != "transposition":
                kinds[kind] *= step["neighbour" if kind == "insertion" else kind]
        total = sum(kinds.values())
        kinds = {kind: share / total for kind, share in kinds.items()}
    return _rounded(list(kinds.values())), round(two, 3)


def fit_revisions(
    recorded: RecordedKeys, navigates: NDArray[np.bool_], layout: KeyboardLayout
) -> Entries:
    """Return rates and lengths of revisions; ``navigates`` tells arrow, Home, End and Page keys."""
    bursts = observed(recorded.token, recorded.first, layout)
    people, text = recorded.people, _texts_left(recorded, layout)
    long = bursts.length[bursts.length > LONGEST_SLIP]
    new = np.append(True, people[1:] != people[:-1])
    begins = navigates & (new | ~np.append(False, navigates[:-1]))
    runs = np.bincount(people[begins], minlength=len(text))
    # Means of equal parts keep the mean of all, however long the tail.
    parts = [part.mean() for part in np.array_split(np.sort(long), _PARTS) if len(part)]
    source = recorded.named
    return {
        "rewording_rate": entry(
            round(float(len(long) / text.sum()), 5),
            f"{source}; bursts of more than {LONGEST_SLIP} Backspaces a character left",
        ),
        "rewording_length": entry(
            _rounded(parts or [LONGEST_SLIP + 1.0], 1),
            f"{source}; means of equal parts of these bursts, ascending",
        ),
        "revision_rate": entry(
            round(float(runs.sum() / 2 / text.sum()), 6),
            f"{source}; half the runs of navigation keys a character left, there and back",
        ),
        "revision_rate_log_sd": entry(round(lognormal_sd(runs, text), 3), source),
    }


def fit_uncorrected(asked: Sequence[str], typed: Sequence[str], law: str, source: str) -> Entries:
    """Return rate and kinds of the errors left in typed texts.

    Examples
    --------
    >>> found = fit_uncorrected(["the end of it"], ["teh ed og it"], "transcription", "example")
    >>> round(found["uncorrected_rate"]["value"]["transcription"], 3)
    0.231
    """
    count = dict.fromkeys(SLIPS[:-1], 0.25)  # a little of everything, where little is seen
    found = 0
    for right, left in zip(asked, typed, strict=True):
        changes = SequenceMatcher(None, right, left, autojunk=False).get_opcodes()
        for place, (tag, a, b, c, d) in enumerate(changes):
            if tag == "equal":
                continue
            # A pair in the wrong order shows as one insertion and one omission around a character.
            after = changes[place + 1 : place + 3]
            around = len(after) == 2 and after[0][2] - after[0][1] == 1
            if around and {tag, after[1][0]} == {"insert", "delete"}:
                kind, found = "transposition", found - 1
                count["omission" if tag == "insert" else "insertion"] -= 1
            elif tag == "delete":
                kind = "omission"
            elif tag == "insert":
                kind = "doubling" if left[c : c + 1] == left[c - 1 : c] else "insertion"
            else:
                same = right[a:b].lower() == left[c:d].lower()
                kind = "capital" if same else "substitution"
            found += 1
            count[kind] += 1
    # Half of the substitutions are taken to be neighbours, as of the corrected ones.
    count["neighbour"] = count["substitution"] = count["substitution"] / 2
    total = sum(count.values())
    rate = max(found, 0) / max(1, sum(map(len, asked)))
    return {
        "uncorrected_rate": entry({law: round(rate, 4)}, source),
        "uncorrected_kinds": entry(_rounded([c / total for c in count.values()]), source),
    }


def merged(*parts: Entries) -> Entries:
    """Return one section of several; values by law are put side by side, with both sources."""
    out: Entries = {}
    for part in parts:
        for name, new in part.items():
            old = out.get(name)
            if old is not None and isinstance(new["value"], dict):
                laws = " and ".join(new["value"])
                out[name] = entry(
                    old["value"] | new["value"], f"{old['source']}; {laws}: {new['source']}"
                )
            else:
                out[name] = new
    return out


def _rounded(values: Sequence[float] | NDArray[np.float64], digits: int = 4) -> list[float]:
    return [round(float(value), digits) for value in values]


def _texts_left(recorded: RecordedKeys, layout: KeyboardLayout) -> NDArray[np.float64]:
    """Return how many characters each person typed and left."""
    weight = token_kinds(layout).character[recorded.token] * 1.0
    weight -= recorded.token == BACKSPACE
    people = int(recorded.person.max(initial=-1)) + 1
    return np.maximum(1.0, np.bincount(recorded.people, weight, people))


def _final_texts(
    recorded: RecordedKeys, layout: KeyboardLayout
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return the texts that the keys leave, several times over."""
    character = token_kinds(layout).character
    texts = []
    for keys in np.split(recorded.token, recorded.first[1:]):
        text = bytearray()
        for token in keys.tolist():
            if token == BACKSPACE:
                del text[-1:]
            elif character[token]:
                text.append(token)
        texts.append(bytes(text))
    size = sum(map(len, texts))
    texts = texts * max(1, -(-_TRIED // max(1, size)))
    first = np.cumsum([0, *map(len, texts)])[:-1].astype(np.intp)
    return np.frombuffer(b"".join(texts), np.uint8), first


def _simulated(
    fitted: Entries,
    tokens: NDArray[np.uint8],
    first: NDArray[np.intp],
    law: str,
    layout: KeyboardLayout,
    turn: int,
) -> Bursts:
    section = published_typing_errors() | fitted
    names = draw_keys(turn, "typing_error_fit", range(len(first)))
    habits = draw_error_habits(section, names, law)
    entered = entered_texts(section, tokens, first, names, habits, layout, law)
    keys = entered.token.copy()
    keys[~token_kinds(layout).character[keys] & (keys != BACKSPACE)] = NO_CHARACTER
    return observed(keys, entered.first, layout)


def _longer_kinds(
    recorded: RecordedKeys, bursts: Bursts, layout: KeyboardLayout
) -> list[list[float]]:
    """Return the shares of `SLIPS` in bursts of 2, 3 and more Backspaces."""
    keys, n = np.append(recorded.token, NO_CHARACTER), len(recorded.token)
    begin, end = bursts.start - bursts.length, bursts.start + bursts.length
    p, e0, e1 = (keys[np.clip(begin + step, 0, n)] for step in (-1, 0, 1))
    r0, r1 = (keys[np.clip(end + step, 0, n)] for step in (0, 1))
    tables = token_kinds(layout)
    known = np.ones(len(begin), np.bool_)
    for key in (p, e0, e1, r0, r1):
        known &= tables.character[key]
    beside = np.array(
        [int(r) in layout.neighbours[int(e)] for e, r in zip(e0, r0, strict=True)], np.bool_
    )
    swapped = (e0 != r0) & np.equal(e0 ^ 32, r0) & tables.letter[e0] & (e0 < 128)
    none, missed = len(SLIPS), -1
    code = np.select(
        [
            (e0 == r0) & (e1 == r1),
            e0 == r0,
            swapped,
            (e0 == r1) & (e1 == r0),
            (e1 == r0) & (e0 == p),
            e1 == r0,
            e0 == r1,
            (e1 == r1) & beside,
            e1 == r1,
        ],
        [7, none, 6, 5, 4, 3, 2, 0, 1],
        missed,
    )
    rows = []
    for low, high in ((2, 2), (3, 3), (4, LONGEST_SLIP)):
        of_size = known & (code >= 0) & (code < none) & (bursts.length >= low)
        if np.count_nonzero(of_size & (bursts.length <= high)) >= FEWEST_BURSTS:
            of_size &= bursts.length <= high
        count = np.bincount(code[of_size], minlength=none)[:none] + 0.5
        rows.append(_rounded(count / count.sum()))
    return rows
