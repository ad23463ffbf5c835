"""What attacks find in profiles fitted on real people, beside releases that give people away on purpose.

    python benchmarks/privacy_audit.py --data DIR [--kind typing] [--release research,dp-fit]
        [--keep FOLDER] [--write docs/privacy.md] [--people 150] [--seed 0]

People of a public data set are split in two: those who are fitted and those who are not, the control.
Audited are the published profile; a research fit of the law and of the learned tier (as the shipped
profiles were made, but on one half alone, since those saw everybody), which is what `fit-no-dp` has of
networks, too; a private fit at epsilon 3; and the same without noise. What was fitted and found is kept
in FOLDER and not done again, so parts can be run one by one; --write takes all that is there into a page.
Ends with status 1 when an attack does better than its control by more than chance, or a leaky release is
not caught: more than 60 % twins, an area under the curve above .95.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from privacy_subjects import DELTA, EPSILON, KINDS, RELEASES, halves_of, profile_of

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.evaluation.canary_audit import AuditedClaim, canary_audit
from deskhand.evaluation.privacy.attacks import ATTACKS, MEMBERSHIP, NEAREST, TWINS
from deskhand.evaluation.privacy.finding import AUDITED, Finding
from deskhand.privacy_audit.captured_acts import made_acts
from deskhand.privacy_audit.report import Attacked, attacks_on

LEAST_TWINS, LEAST_AUC = 0.60, 0.95
LONGEST_S = 60.0
CANARY = "canary"
BEGIN, END = "<!-- privacy_audit: begin -->\n", "<!-- privacy_audit: end -->\n"


def as_it_should_be(one: Finding) -> bool:
    """Return whether a finding is as the bars want it."""
    if one.release == AUDITED:
        return not one.leaks
    if one.attack == TWINS:
        return one.value > LEAST_TWINS
    return one.value > LEAST_AUC if one.attack == MEMBERSHIP else one.leaks


def measured(kind: str, release: str, given: argparse.Namespace, keep: Path) -> dict[str, Any]:
    """Return what is found in a release, from a file where that was done before."""
    stem = f"{kind}-{release}-{given.people}-{given.seed}"
    done = keep / f"{stem}.found.json"
    if not done.is_file():
        halves = halves_of(kind, given.data, given.people, given.seed)
        profile = profile_of(release, halves, given.seed, keep / f"{stem}.json")
        made = made_acts(profile, halves.others, given.seed)
        attacked, found = attacks_on(halves.members, halves.others, made, given.seed)
        told = next(one for one in attacked if one.activity == kind)
        record = {"people": asdict(told), "findings": [asdict(one) for one in found]}
        done.write_text(json.dumps(record), encoding="utf-8")
    record = json.loads(done.read_text(encoding="utf-8"))
    return {
        "people": Attacked(**record["people"]),
        "findings": [Finding(**one) for one in record["findings"]],
    }


def claims_of(keep: Path) -> tuple[list[AuditedClaim], float]:
    """Return the canary audit and how long it took, in seconds."""
    done = keep / f"{CANARY}.found.json"
    if not done.is_file():
        begun = time.process_time()
        claims = [asdict(one) for one in canary_audit(EPSILON, DELTA)]
        took_s = time.process_time() - begun
        done.write_text(json.dumps({"claims": claims, "took_s": took_s}), encoding="utf-8")
    record = json.loads(done.read_text(encoding="utf-8"))
    return [AuditedClaim(**one) for one in record["claims"]], record["took_s"]


def lines_of(kind: str, parts: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the table of a kind: a row a release, its controls last; what misses a bar is in bold."""
    told = next(iter(parts.values()))["people"]
    yield f"**{kind}: {told.members} people who were fitted, {told.others} who were not**"
    yield ""
    yield f"| release | {' | '.join(ATTACKS)} |"
    yield f"|---|{'---|' * len(ATTACKS)}"
    rows = {
        name: [f for f in part["findings"] if f.release == AUDITED] for name, part in parts.items()
    }
    leaky = next(iter(parts.values()))["findings"]
    for name in dict.fromkeys(f.release for f in leaky if f.release != AUDITED):
        rows[f"control: {name}"] = [f for f in leaky if f.release == name]
    for name, found in rows.items():
        by_attack = {one.attack: one for one in found}
        cells = [_cell(by_attack.get(attack), attack) for attack in ATTACKS]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _cell(one: Finding | None, attack: str) -> str:
    if one is None:
        return "-"
    told = f"{one.value:.3f}"
    if attack != NEAREST:
        told += f" beside {one.control:.3f}"
    if attack in (MEMBERSHIP, TWINS):
        told += f" ({one.low:+.2f} to {one.high:+.2f})"
    return told if as_it_should_be(one) else f"**{told}**"


def canary_lines(claims: list[AuditedClaim]) -> Iterator[str]:
    yield "| canary test | epsilon claimed | shown |"
    yield "|---|---|---|"
    for claim in claims:
        shown = f"{claim.shown:.2f}" if claim.as_it_should_be else f"**{claim.shown:.2f}**"
        yield f"| {claim.way} | {claim.claimed:g} | {shown} |"


def _names(text: str | None, kind: str, known: tuple[str, ...]) -> list[str]:
    names = list(known) if text is None else text.split(",")
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known)
    return names


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the tables")
    parser.add_argument("--kind", help=f"of {', '.join(KINDS)}; both when not given")
    parser.add_argument("--release", help=f"of {', '.join(RELEASES)}; all when not given")
    parser.add_argument("--keep", type=Path, help="folder of what is fitted and found")
    parser.add_argument("--write", type=Path, help="page whose tables are written")
    parser.add_argument("--people", type=int, default=150, help="people on either side at most")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    lines: list[str] = []
    missed = []
    with tempfile.TemporaryDirectory() as temporary:
        keep = given.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        try:
            for kind in _names(given.kind, "kind", KINDS):
                parts = {}
                for release in _names(given.release, "release", RELEASES):
                    parts[release] = measured(kind, release, given, keep)
                    missed += [
                        f"{kind}, {release}: {one.release}, {one.attack}"
                        for one in parts[release]["findings"]
                        if not as_it_should_be(one)
                    ]
                lines += lines_of(kind, parts)
        except DeskhandError as error:
            print(error, file=sys.stderr)
            return 2
        claims, took_s = claims_of(keep)
    missed += [f"{CANARY}: {one.way}" for one in claims if not one.as_it_should_be]
    if took_s > LONGEST_S:
        missed.append(f"{CANARY}: takes {took_s:.0f} s")
    lines += canary_lines(claims)
    print("\n".join(lines))
    print(f"\ncanary test: {took_s:.1f} s of one processor")
    print("bars: met" if not missed else "bars missed:\n  " + "\n  ".join(missed))
    if given.write:
        text = given.write.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        _, _, tail = rest.partition(END)
        given.write.write_text(head + BEGIN + "\n".join(lines) + "\n" + END + tail)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
