"""`deskhand verify-synthetic`, and the option --sign of the commands that make folders."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_ALL = 1


@contextmanager
def signing(key: Path | None, out: Path | None) -> Iterator[None]:
    """Sign what is made in a folder when it is done.

    The key is read first, so that nobody waits for a run that cannot be signed.

    Parameters
    ----------
    key : pathlib.Path, optional
        A private key; without it nothing is signed.
    out : pathlib.Path, optional
        The folder.
    """
    if key is None or out is None:
        yield
        return
    from deskhand.manifest import MANIFEST_FILE
    from deskhand.signature import load_signing_key, sign_folder

    loaded = load_signing_key(key)
    yield
    # A data set whose splits leak has none.
    if (out / MANIFEST_FILE).is_file():
        sign_folder(out, loaded)


def verify_synthetic(*paths: Path, key: Path | None = None) -> int:
    """Find the marks that say that data is synthetic; the exit status is 1 when not all of it does.

    A mark is found in every format that deskhand writes, packed or not, and after pandas has rewritten
    it. What was made from a person's recording is told as derived, and does not count as synthetic.

    Parameters
    ----------
    paths
        Files, or folders of which every file is looked at.
    key
        A public key; each path must then be a folder that was made with --sign and was not changed.
    """
    from deskhand.errors import DeskhandError
    from deskhand.marks.judging import judge
    from deskhand.marks.verdict import Verdict, together

    if not paths:
        raise DeskhandError("verify-synthetic: name at least one file or folder.")
    broken = key is not None and _tell_breaches(paths, key)
    verdicts: Counter[Verdict] = Counter()
    for path in paths:
        found = judge(path)
        for judgement in found:
            print(judgement.line())
            verdicts[judgement.verdict] += 1
        if not found:
            print(f"{path}: an empty folder")
    if verdicts.total() > 1:
        told = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items()))
        print(f"{verdicts.total():,} files: {told}", file=sys.stderr)
    return NOT_ALL if broken or together(verdicts) != Verdict.SYNTHETIC else 0


def _tell_breaches(paths: tuple[Path, ...], key: Path) -> bool:
    from deskhand.signature import breaches, load_public_key

    loaded, found = load_public_key(key), False
    for path in paths:
        lines = breaches(path, loaded)
        found = found or bool(lines)
        print(f"{path}: " + ("not as it was signed" if lines else "signed, and not changed since"))
        for line in lines:
            print(f"  {line}")
    return found
