"""All attacks on what was made from people's typing or pointing, and on leaky releases of the same people."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from deskhand.evaluation.nearness import Nearness
from deskhand.evaluation.privacy.activity import Activity, Acts
from deskhand.evaluation.privacy.finding import (
    AUDITED,
    CLONES,
    REPLAYS,
    Finding,
    Trial,
    mean_finding,
    ranked_finding,
)
from deskhand.evaluation.privacy.people_attacks import (
    inference,
    linkability,
    membership,
    singling_out,
)
from deskhand.evaluation.privacy.portraits import standardised
from deskhand.evaluation.privacy.twin_rate import recognised_share, twin_rates

MEMBERSHIP, TWINS = "membership inference", "biometric twins"
SINGLING_OUT, LINKABILITY, INFERENCE = "singling out", "linkability", "inference"
NEAREST = "nearest records"
ATTACKS = (MEMBERSHIP, TWINS, SINGLING_OUT, LINKABILITY, INFERENCE, NEAREST)
# Fewer people on a side show nothing; of more, so many are drawn; windows that a person needs.
FEWEST_PEOPLE, MOST_PEOPLE, FEWEST_WINDOWS = 20, 300, 4
# Share of people whom a verifier has to know by their own windows for twins to mean anything.
FEWEST_RECOGNISED = 0.5
# Share of made rows that may be nearer than half the strangers' nearest hundredth.
MOST_COPIES = 0.02
# Synthetic people have numbers from here on, so that none is a member's.
MADE_FROM = 1_000_000


def known_people(activity: Activity[Acts], acts: Acts) -> NDArray[np.int64]:
    """Return the people of whom enough is known for an attack."""
    people, windows = np.unique(activity.window_person(acts), return_counts=True)
    return people[windows >= FEWEST_WINDOWS].astype(np.int64)


def of_people(acts: Acts, people: NDArray[np.integer], offset: int = 0) -> Acts:
    """Return what some people did, their numbers moved on by an offset."""
    part = acts.take(np.isin(acts.person, people))
    return replace(part, person=(part.person + offset).astype(np.int32))


def attack_findings(
    activity: Activity[Acts], members: Acts, others: Acts, release: Acts, seed: int
) -> Iterator[Finding]:
    """Yield what every attack finds in a release, and in clones and replays of the members.

    Parameters
    ----------
    activity : Activity
        Typing or pointing.
    members, others, release : Keystrokes or Movements
        Of people who were fitted, of people who were not, and of synthetic people; at least
        `FEWEST_PEOPLE` each of whom enough is known.
    seed : int
        Of draws and resamples.
    """
    members, others, release = (
        _some(activity, acts, seed + k, offset)
        for k, (acts, offset) in enumerate(((members, 0), (others, 0), (release, MADE_FROM)))
    )
    (own, own_drawn), (theirs, by) = activity.seen(members), activity.seen(others)
    drawn = standardised(own_drawn, by), standardised(by, by)
    # Where a verifier does not know people by their own windows, it takes nobody for them.
    known = recognised_share(own, theirs) >= FEWEST_RECOGNISED
    for name, made in (
        (AUDITED, release),
        (CLONES, activity.cloned(members, seed)),
        (REPLAYS, activity.replayed(members, seed)),
    ):
        trial = partial(Trial, activity.name, name)
        windows, portraits = activity.seen(made)
        look = standardised(portraits, by)
        pair = membership(*drawn, look)
        yield ranked_finding(trial(MEMBERSHIP), *pair, seed)
        if known:
            twins, among_people, of_others = twin_rates(own, theirs, windows, seed)
            controls = (among_people, of_others)
            yield mean_finding(trial(TWINS), twins, *controls, paired=True, seed=seed)
        for attack, found in (
            (SINGLING_OUT, singling_out(*drawn, look, seed)),
            (LINKABILITY, linkability(*drawn, look)),
            (INFERENCE, inference(*drawn, look)),
        ):
            yield mean_finding(trial(attack), *found, seed=seed)
        # A clone has no stretch of anybody's in it; that is what the other attacks are for.
        if name != CLONES:
            yield _copies(trial(NEAREST), activity.nearest(made, others, members))


def _copies(trial: Trial, found: Nearness) -> Finding:
    share = found.copies
    return Finding(
        **trial._asdict(),
        value=share,
        control=0.0,
        low=share,
        high=share,
        allowed=MOST_COPIES,
    )


def _some(activity: Activity[Acts], acts: Acts, seed: int, offset: int) -> Acts:
    people = known_people(activity, acts)
    if len(people) > MOST_PEOPLE:
        people = np.sort(np.random.default_rng(seed).choice(people, MOST_PEOPLE, replace=False))
    return of_people(acts, people, offset)
