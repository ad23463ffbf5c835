"""No memorising: how likely the network finds people it was fitted on, and people left out.

A network that had learned its people by heart would find their keys likelier than a stranger's. Both
are met in the same way: twelve traits are inferred from the first half of a person's keys, under the
profile's law of traits, and the second half is scored.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.density_network import whole_inputs
from deskhand.behavior_models.key_clock import KINDS
from deskhand.behavior_models.key_sequences import KeySequences
from deskhand.behavior_models.keystroke_inputs import KeystrokeInputs
from deskhand.behavior_models.keystroke_network import HISTORY_INPUTS, TRAITS, KeystrokeNetwork
from deskhand.behavior_models.learned_keystrokes import SECTION, network_of
from deskhand.behavior_models.profile import Profile
from deskhand.calibration.key_recording import KeyRecording
from deskhand.calibration.keystroke_rows import KeystrokeRows, Outcomes, keystroke_rows
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import Keystrokes

Floats = NDArray[np.float64]

# Keys of a half that are looked at, the last of the first and the first of the second half; fewer
# people than keys say the same.
MOST_KEYS = 300
# A person with fewer keys in a half is not scored.
FEWEST_KEYS = 50
# Newton's steps to the likeliest traits; beyond the fifth nothing moves by a step of the inputs.
_STEPS = 8
# Half the way over which slopes are measured: several whole steps of the inputs.
_REACH = 0.15
# A stranger's keys are scored in stretches, each averaged over so many people of the law.
_STRETCH, _STRANGERS = 40, 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypingLikelihood:
    """Mean negative log-likelihood of a key, spacing and hold together, in nats of their scores.

    Parameters
    ----------
    met : NDArray[np.float64], shape (p,)
        Of each person's second half, with the traits that the first half tells; NaN for people of
        too few keys.
    unmet : NDArray[np.float64], shape (p,)
        The same with traits not known: averaged over the law of traits, stretch by stretch.
    """

    met: Floats
    unmet: Floats


def typing_likelihood(keys: Keystrokes, profile: Profile, *, seed: int = 0) -> TypingLikelihood:
    """Return how likely a profile's network finds the typing of some people.

    Parameters
    ----------
    keys : Keystrokes
        Of people fitted on, left out, or both: each is met alone.
    profile : Profile
        With a network of keystrokes.
    seed : int
        Of the times within ticks of people's clocks, and of the strangers.

    Raises
    ------
    DeskhandError
        When the profile has no network, or nobody keys enough.

    Source
    ------
    Traits are the mode of their posterior; its curvature is the outer product of the keys' slopes
    (Berndt, Hall, Hall & Hausman 1974), which needs no second derivative.
    """
    rng = np.random.default_rng(seed)
    network = network_of(profile)
    rows = keystroke_rows(_recording(keys))
    first, second = _halves(rows)
    law = _Law.of(profile, rows.clocks.kind)
    people = len(keys.people)
    count = np.bincount(rows.person[second], minlength=people)
    enough = np.minimum(count, np.bincount(rows.person[first], minlength=people)) >= FEWEST_KEYS
    if not enough.any():
        raise DeskhandError(
            f"{len(keys)} keystrokes: nobody has {2 * FEWEST_KEYS}, half of them to infer a person's "
            "traits from and half to score."
        )
    outcomes = rows.outcomes(rng)
    judged = _Scored.of(network, rows, outcomes, second)
    traits = _likeliest(_Scored.of(network, rows, outcomes, first), law)
    met = _sums(judged.log_density(traits), judged.person, people)
    per_key = np.where(enough, 1.0 / np.maximum(count, 1), np.nan)
    unmet = _of_strangers(judged, law, people, rng)
    return TypingLikelihood(met=-met * per_key, unmet=-unmet * per_key)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Law:
    """Each person's normal law of traits, by the kind of clock: mean (p, d), triangle (p, d, d)."""

    mean: Floats
    factor: Floats

    @classmethod
    def of(cls, profile: Profile, kind: NDArray[np.integer[Any]]) -> "_Law":
        law = profile[SECTION, "people"]
        factor = np.zeros((len(KINDS), TRAITS, TRAITS))
        for code, name in enumerate(KINDS):
            for row, values in enumerate(law[name]["factor"]):
                factor[code, row, : row + 1] = values
        mean = np.array([law[name]["mean"] for name in KINDS])
        return cls(mean=mean[kind], factor=factor[kind])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scored:
    """Keys to score, person after person, n in all, and what is the same whatever the traits."""

    network: KeystrokeNetwork
    person: NDArray[np.intp]
    sums: dict[str, NDArray[np.float32]]
    history: dict[str, NDArray[np.float32]]
    score: dict[str, NDArray[np.float32]]
    has: dict[str, NDArray[np.bool_]]

    @classmethod
    def of(
        cls,
        network: KeystrokeNetwork,
        rows: KeystrokeRows,
        outcomes: Outcomes,
        chosen: NDArray[np.intp],
    ) -> "_Scored":
        inputs = KeystrokeInputs(
            classes=rows.inputs.classes[:, chosen],
            letters=rows.inputs.letters[:, chosen],
            scalars=rows.inputs.scalars[:, chosen],
        )
        before = {"spacing": outcomes.before_spacing, "hold": outcomes.before_hold}
        score = {"spacing": outcomes.spacing, "hold": outcomes.hold}
        has = {"spacing": rows.has_spacing, "hold": rows.has_hold}
        return cls(
            network=network,
            person=rows.person[chosen],
            sums=network.text_sums(inputs, np.zeros((TRAITS, len(chosen)), np.float32)),
            history={name: side[:, chosen] for name, side in before.items()},
            score={name: side[chosen] for name, side in score.items()},
            has={name: side[chosen] for name, side in has.items()},
        )

    def log_density(self, traits: Floats) -> Floats:
        """Return ln of the density of each key's spacing and hold, traits being of shape (p, d)."""
        steps = whole_inputs(traits.T.astype(np.float32))[:, self.person]
        total = np.zeros(len(self.person))
        for name in HISTORY_INPUTS:
            sums = self.sums[name] + self.network.trait_sums(name, steps)
            found = self.network.log_density(name, sums, self.history[name], self.score[name])
            total += np.where(self.has[name], found, 0.0)
        return total


def _likeliest(seen: _Scored, law: _Law) -> Floats:
    """Return the likeliest traits of each person under the law, shape (p, d)."""
    people = len(law.mean)
    precision = np.linalg.inv(law.factor @ law.factor.transpose(0, 2, 1))
    best, best_value = law.mean, np.full(people, -np.inf)
    traits, way, share = best, np.zeros_like(best), np.ones(people)
    for _ in range(_STEPS):
        away = traits - law.mean
        value = _sums(seen.log_density(traits), seen.person, people)
        value -= 0.5 * np.einsum("pi,pij,pj->p", away, precision, away)
        better = value > best_value
        best = np.where(better[:, np.newaxis], traits, best)
        best_value = np.maximum(value, best_value)
        share = np.where(better, 1.0, 0.5 * share)
        if better.any():
            slopes = _slopes(seen, best)
            information = precision.copy()
            np.add.at(information, seen.person, slopes[:, :, np.newaxis] * slopes[:, np.newaxis])
            gradient = -np.einsum("pij,pj->pi", precision, best - law.mean)
            np.add.at(gradient, seen.person, slopes)
            way = np.linalg.solve(information, gradient[:, :, np.newaxis])[:, :, 0]
        traits = best + share[:, np.newaxis] * way
    return best


def _slopes(seen: _Scored, traits: Floats) -> Floats:
    """Return how each key's ln density grows with each trait, shape (n, d)."""
    slopes = np.empty((len(seen.person), TRAITS))
    for trait, step in enumerate(_REACH * np.eye(TRAITS)):
        up, down = seen.log_density(traits + step), seen.log_density(traits - step)
        slopes[:, trait] = (up - down) / (2.0 * _REACH)
    return slopes


def _of_strangers(judged: _Scored, law: _Law, people: int, rng: np.random.Generator) -> Floats:
    """Return ln of the density of each person's keys, traits being anyone's of the law."""
    rank = np.arange(len(judged.person)) - np.searchsorted(judged.person, judged.person)
    new = np.append(True, (rank % _STRETCH == 0)[1:])
    first = np.flatnonzero(new)
    found = np.full(len(first), -np.inf)
    for _ in range(_STRANGERS):
        z = rng.standard_normal((people, TRAITS, 1))
        density = judged.log_density(law.mean + (law.factor @ z)[:, :, 0])
        found = np.logaddexp(found, np.add.reduceat(density, first))
    found -= np.log(_STRANGERS)
    return _sums(found, judged.person[first], people)


def _sums(values: Floats, person: NDArray[np.intp], people: int) -> Floats:
    return np.bincount(person, values, people).astype(np.float64)


def _recording(keys: Keystrokes) -> KeyRecording:
    people, first = len(keys.people), keys.first
    sequences = KeySequences(
        vocabulary=keys.vocabulary,
        key=keys.key,
        first=first,
        person=keys.person[first].astype(np.intp),
        person_key=np.arange(people, dtype=np.uint64),
        sequence_key=np.arange(len(first), dtype=np.uint64),
    )
    return KeyRecording(
        people=keys.people, sequences=sequences, down_us=keys.down_us, up_us=keys.up_us
    )


def _halves(rows: KeystrokeRows) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the keys of people's first and of their second halves, person after person."""
    scored = np.flatnonzero(rows.has_spacing | rows.has_hold)
    person = rows.person[scored]
    begin = np.searchsorted(person, person)
    end = np.searchsorted(person, person, "right")
    rank = np.arange(len(person)) - (begin + end) // 2
    return (
        scored[(rank < 0) & (rank >= -MOST_KEYS)],
        scored[(rank >= 0) & (rank < MOST_KEYS)],
    )
