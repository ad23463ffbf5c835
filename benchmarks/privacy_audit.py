"""What attacks find in profiles fitted on real people, beside releases that give people away on purpose.

    python benchmarks/privacy_audit.py --data DIR [--kind typing|pointer] [--people 150] [--seed 0]

People of a public data set are split in two: those who are fitted and those who are not, the control.
Audited are the published profile, a research fit of the law (as the shipped profiles were made, but on
one half alone, since those saw everybody) and, of typing, a private fit at epsilon 3. Ends with status 1
when twins or membership of one of them are above the control by more than chance, or a leaky release is
not caught: more than 60 % twins, an area under the curve above .95.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from key_sides import as_table
from key_sides import table_of as key_table_of
from pointer_sides import table_of as pointer_table_of

import deskhand
from deskhand.behavior_models.profile import Profile, load_profile
from deskhand.calibration.fitted_profile import fitted_profile, public_centres
from deskhand.calibration.gaussian_privacy import mu_of
from deskhand.calibration.movements import cut_movements
from deskhand.calibration.person_statistics import STATISTICS, PeopleGathered
from deskhand.calibration.private_moments import private_moments
from deskhand.calibration.recording import read_recording, read_table
from deskhand.calibration.session_measures import MEASURES, SessionMeasures, Work
from deskhand.errors import DeskhandError
from deskhand.evaluation.canary_audit import canary_audit
from deskhand.evaluation.key_table import Keystrokes, typed_keys
from deskhand.evaluation.privacy.activity import POINTER, TYPING
from deskhand.evaluation.privacy.attacks import MEMBERSHIP, TWINS
from deskhand.evaluation.privacy.finding import AUDITED, Finding
from deskhand.privacy_audit.captured_acts import Acts, made_acts
from deskhand.privacy_audit.report import attacks_on

EPSILON, DELTA = 3.0, 1e-6
LEAST_TWINS, LEAST_AUC = 0.60, 0.95
LONGEST_SPACING_S = 2.0


def private_typing(keys: Keystrokes) -> Profile:
    """Return a private fit of typists whose keys are not known."""
    gathered = PeopleGathered({"crm": "crm"})
    hold, spacing = 1e-6 * (keys.up_us - keys.down_us), 1e-6 * np.diff(keys.down_us, prepend=0)
    follows = np.append(False, keys.session[1:] == keys.session[:-1])
    for person in np.unique(keys.person):
        own = keys.person == person
        between = own & follows & (spacing > 0.0) & (spacing < LONGEST_SPACING_S)
        values = {name: np.empty(0) for name in MEASURES}
        values |= {"hold": np.log(hold[own & (hold > 0.0)]), "spacing": np.log(spacing[between])}
        gathered.add(str(person), SessionMeasures(values, Work(np.zeros(1), np.zeros((1, 1)))))
    moments = private_moments(
        gathered.statistics(),
        public_centres().centres,
        mu=mu_of(EPSILON, DELTA),
        chosen=[place for place, one in enumerate(STATISTICS) if one.motor],
        with_work=False,
    )
    return fitted_profile(
        moments,
        name="dp-fit",
        mode="research",
        remark="Of a benchmark.",
        source="dp-fit",
        public=public_centres(),
    )


def halves(people: np.ndarray, most: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(np.unique(people))
    size = min(most, len(order) // 2)
    return order[:size], order[size : 2 * size]


def typing_sides(given: argparse.Namespace) -> tuple[Acts, Acts, list[Profile]]:
    keys = typed_keys(key_table_of(given.data, "transcription-timing"))
    members, others = (
        keys.of_people(side) for side in halves(keys.person, given.people, given.seed)
    )
    research = deskhand.fit(as_table(members), fidelity="law", seed=given.seed, source="members")
    profiles = [load_profile("literature"), research, private_typing(members)]
    return Acts(members, None), Acts(others, None), profiles


def pointer_sides(given: argparse.Namespace) -> tuple[Acts, Acts, list[Profile]]:
    rows = read_table(pointer_table_of(given.data, "mouse-game"))
    recording = read_recording(rows)
    movements = cut_movements(recording)
    sides = halves(movements.person, given.people, given.seed)
    members, others = (movements.take(np.isin(movements.person, side)) for side in sides)
    names = [recording.people[person] for person in sides[0]]
    fitted = rows.filter(
        pc.is_in(pc.cast(rows["user"], "string"), value_set=pa.array(names, pa.string()))
    )
    research = deskhand.fit(fitted, fidelity="law", seed=given.seed, source="members")
    return Acts(None, members), Acts(None, others), [load_profile("literature"), research]


def bar(one: Finding) -> bool:
    """Return whether a finding is as the bars want it."""
    if one.release == AUDITED:
        return not one.leaks
    if one.attack == TWINS:
        return one.value > LEAST_TWINS
    return one.value > LEAST_AUC if one.attack == MEMBERSHIP else one.leaks


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the tables")
    parser.add_argument("--kind", choices=(TYPING, POINTER), help="one alone")
    parser.add_argument("--people", type=int, default=150, help="people on either side")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    met = True
    for kind in [given.kind] if given.kind else (TYPING, POINTER):
        try:
            sides = typing_sides(given) if kind == TYPING else pointer_sides(given)
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
        members, others, profiles = sides
        shown_controls = False
        for name, profile in zip(("published", "research", "dp-fit"), profiles, strict=False):
            attacked, found = attacks_on(
                members, others, made_acts(profile, others, given.seed), given.seed
            )
            told = next(one for one in attacked if one.activity == kind)
            print(f"\n{kind}, {name}: {told.members} fitted, {told.others} others")
            for one in found:
                if one.release != AUDITED and shown_controls:
                    continue
                met &= bar(one)
                print(
                    f"  {one.release:<8} {one.attack:<21} {one.value:.3f} beside {one.control:.3f} "
                    f"({one.low:+.3f} to {one.high:+.3f}) {'' if bar(one) else 'MISSED'}"
                )
            shown_controls = True
    begun = time.perf_counter()
    claims = list(canary_audit(EPSILON, DELTA))
    took_s = time.perf_counter() - begun
    print(f"\ncanary audit at epsilon {EPSILON:g}, {took_s:.1f} s")
    for claim in claims:
        print(f"  {claim.way:<28} {claim.shown:.2f} shown")
        met &= claim.as_it_should_be
    met &= took_s < 60.0
    print(f"bars: {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
