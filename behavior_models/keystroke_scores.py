"""Keystroke scores: what is chance in a spacing and a hold, as standard normal numbers with memory.

A score is a sum of independent parts whose variances add up to 1: what is the sequence's own, what
lasts over some keys, what is the person's own for this pair of keys, this context or this key, and
what is new, of which a person keeps a little for the key after. Laws bend scores into times; the
dependence between times is that of their scores.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.typist_traits import TRAITS
from deskhand.keyed_draws import Keys, mixed, normal_pairs

Floats = NDArray[np.float32]

# What the keys of sequences and of people are split into.
_NEW, _LASTING, _SEQUENCE, _OWN_PAIR, _OWN_CONTEXT = range(21, 26)
# A lasting part smaller than this is forgotten.
_FORGOTTEN = 1e-3
_ONE = np.float32(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShares:
    """Parts of the variance of the scores, of spacings first and of holds second.

    Parameters
    ----------
    session : pair of float
        What is the sequence's own.
    lasting, decay : pair of float
        What lasts over some keys, and its correlation from one key to the next.
    own : pair of float
        What is the person's own for a pair of keys (spacings) and for a key (holds).
    context : float
        What is the person's own for a context of spacings.

    Source
    ------
    Profile, ``keystrokes.score_shares``.
    """

    session: tuple[float, float]
    lasting: tuple[float, float]
    decay: tuple[float, float]
    own: tuple[float, float]
    context: float

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "ScoreShares":
        """Return the shares that an entry of a profile holds for one mode."""
        pairs = {name: (float(entry[name][0]), float(entry[name][1])) for name in _PAIRED}
        return cls(**pairs, context=float(entry["context"]))


_PAIRED = ("session", "lasting", "decay", "own")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreRequests:
    """n keys whose scores are wanted, sequence after sequence, m in all.

    Parameters
    ----------
    sequence_key : NDArray[np.uint64], shape (m,)
    person_key : NDArray[np.uint64], shape (m,)
        Of the person who types each sequence.
    traits : NDArray[np.float32], shape (14, m)
        That person's traits.
    sequence, place : NDArray[np.intp], shape (n,)
        Each key's sequence, and its place in it.
    identity : NDArray[np.uint8], shape (n,)
        Which key it is as far as known, 0 where nothing is.
    identity_before : NDArray[np.uint8], shape (n,)
    context : NDArray[np.uint8], shape (n,)
        Context of the spacing before the key.
    """

    sequence_key: Keys
    person_key: Keys
    traits: Floats
    sequence: NDArray[np.intp]
    place: NDArray[np.intp]
    identity: NDArray[np.uint8]
    identity_before: NDArray[np.uint8]
    context: NDArray[np.uint8]


def keystroke_scores(shares: ScoreShares, asked: ScoreRequests) -> tuple[Floats, Floats]:
    """Return the scores of the spacing before each key and of its hold, shape (n,) each.

    Examples
    --------
    >>> from deskhand.keyed_draws import keys
    >>> n = 20_000
    >>> asked = ScoreRequests(
    ...     sequence_key=keys(7, "keys", ["a"]),
    ...     person_key=keys(7, "typist", ["ann"]),
    ...     traits=np.zeros((14, 1), np.float32),
    ...     sequence=np.zeros(n, np.intp),
    ...     place=np.arange(n),
    ...     identity=np.zeros(n, np.uint8),
    ...     identity_before=np.zeros(n, np.uint8),
    ...     context=np.zeros(n, np.uint8),
    ... )
    >>> shares = ScoreShares(
    ...     session=(0, 0), lasting=(0.1, 0.2), decay=(0.8, 0.8), own=(0.2, 0.2), context=0.1
    ... )
    >>> spacing, hold = keystroke_scores(shares, asked)
    >>> bool(abs(spacing.std() - 1) < 0.03), bool(abs(hold.std() - 1) < 0.03)
    (True, True)
    """
    sequence, place = asked.sequence, asked.place

    def each(values: NDArray[Any]) -> NDArray[Any]:
        return values.take(sequence)

    def trait(name: str) -> Floats:
        found: Floats = asked.traits[TRAITS.index(name)]
        return found

    new = normal_pairs(each(mixed(asked.sequence_key, _NEW)), place)
    lasting = normal_pairs(each(mixed(asked.sequence_key, _LASTING)), place)
    whole = normal_pairs(mixed(asked.sequence_key, _SEQUENCE), 0)
    known = asked.identity > 0
    both = known & (asked.identity_before > 0)
    person = asked.person_key
    pair = asked.identity_before.astype(np.int64) << 8
    pair += asked.identity
    own_pair = _normals_of(each(mixed(person, _OWN_PAIR)), pair)
    own_key = _normals_of(each(mixed(person, _OWN_PAIR + 100)), asked.identity)
    own_context = _normals_of(each(mixed(person, _OWN_CONTEXT)), asked.context)

    before = [_before(one, place) for one in new]
    kept = trait("spacing_memory")
    fresh_spacing = before[0]
    fresh_spacing *= each(kept)
    fresh_spacing += new[0]
    fresh_spacing *= each(_ONE / np.sqrt(_ONE + kept * kept))

    kept, own, after = trait("hold_memory"), trait("own_spacing"), trait("next_spacing")
    rest = np.sqrt(np.maximum(_ONE - own * own - after * after, np.float32(0.1)))
    rest /= np.sqrt(_ONE + kept * kept)
    fresh_hold = before[1]
    fresh_hold *= each(kept)
    fresh_hold += new[1]
    fresh_hold *= each(rest)
    fresh_hold += each(own) * new[0]
    following = np.append(new[0][1:], new[0][:1])
    # After a sequence's last key comes the number that a further key would have.
    last = np.flatnonzero(np.append(place[1:] == 0, True)[: len(place)])
    key = mixed(asked.sequence_key, _NEW)[sequence[last]]
    following[last] = normal_pairs(key, place[last] + 1)[0]
    following *= each(after)
    fresh_hold += following

    scores = []
    for side, (fresh, own_part, has) in enumerate(
        ((fresh_spacing, own_pair, both), (fresh_hold, own_key, known))
    ):
        session, lasts = shares.session[side], shares.lasting[side]
        decay, own_share = shares.decay[side], shares.own[side]
        context_share = shares.context if side == 0 else 0.0
        left = 1.0 - session - lasts
        score = _autoregressive(lasting[side], place, decay)
        score *= _root(lasts)
        score += each(_root(session) * whole[side])
        fresh *= np.where(has, _root(left - own_share - context_share), _root(left))
        score += fresh
        own_part *= _root(own_share)
        if context_share:
            own_context *= _root(context_share)
            own_part += own_context
        own_part *= has
        score += own_part
        scores.append(score)
    return scores[0], scores[1]


def _root(share: float) -> np.float32:
    return np.float32(np.sqrt(max(share, 0.0)))


def _normals_of(key: Keys, name: NDArray[np.integer]) -> Floats:
    """Return one normal number for each key and name."""
    pairs: Floats = normal_pairs(key, name)[0]
    return pairs


def _before(values: Floats, place: NDArray[np.intp]) -> Floats:
    """Return each key's number of the key before in its sequence, 0 at the first."""
    shifted = np.empty_like(values)
    shifted[:1] = 0.0
    np.multiply(values[:-1], place[1:] > 0, out=shifted[1:])
    return shifted


def _autoregressive(new: Floats, place: NDArray[np.intp], decay: float) -> Floats:
    """Return a stationary first-order autoregression that starts anew with each sequence.

    The recursion s[n] = decay s[n - 1] + e[n] in log2 passes, by
    1 / (1 - dB) = (1 + dB) (1 + (dB)**2) (1 + (dB)**4) ..., where B is the step back.
    """
    state = new * np.where(place > 0, _root(1.0 - decay * decay), _ONE)
    weight, lag = decay, 1
    while weight > _FORGOTTEN and lag < len(state):
        step = np.multiply(state[:-lag], np.float32(weight))
        step *= place[lag:] >= lag
        state[lag:] += step
        weight, lag = weight * weight, 2 * lag
    return state
