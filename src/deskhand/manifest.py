"""What a folder holds and what made it: hashes of files, versions, and records that appear whole."""

import errno
import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from deskhand.errors import DeskhandError

RUN_FILE = "run.json"
SHARD_FILE = "shard.json"
MANIFEST_FILE = "manifest.json"
# A signature is made of the manifest, so the manifest cannot list it.
SIGNATURE_FILE = "manifest.json.sig"
UNLISTED = (MANIFEST_FILE, SIGNATURE_FILE)
MAKING = ".making-"
# What a person can see to; any other error of the system is a mistake in this program.
_CANNOT_WRITE = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE")
    if hasattr(errno, name)
)
VERSIONED = ("deskhand", "numpy", "scipy", "simpy", "pyarrow", "faker")


@cache
def versions() -> dict[str, str]:
    """Return the versions that the bytes of a run depend on.

    Examples
    --------
    >>> sorted(versions())[:3]
    ['deskhand', 'faker', 'machine']
    """
    found = {package: version(package) for package in VERSIONED}
    return found | {"python": platform.python_version(), "machine": platform.machine()}


def canonical_bytes(record: Any) -> bytes:
    r"""Return a record as JSON with sorted keys, for files and for hashing.

    Examples
    --------
    >>> canonical_bytes({"b": 1, "a": None})
    b'{\n  "a": null,\n  "b": 1\n}\n'
    """
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(record, option=options)


def record_sha256(record: Any) -> str:
    """Return the sha256 of a record's canonical bytes."""
    return sha256(canonical_bytes(record)).hexdigest()


def cannot_write(error: OSError, what: str, kept: str = "Finished shards") -> Exception:
    """Return what to raise when something cannot be written: a refusal, or the error as it is.

    Parameters
    ----------
    error : OSError
        What the system said.
    what : str
        What was being written.
    kept : str
        What of it stays, in the plural.

    Examples
    --------
    >>> print(cannot_write(OSError(errno.ENOSPC, "No space left on device"), "run.json"))
    run.json cannot be written: No space left on device; see to that, then give the same command with --resume. Finished shards are kept.
    """
    if error.errno not in _CANNOT_WRITE:
        return error
    return DeskhandError(
        f"{what} cannot be written: {error.strerror or error}; see to that, then give the same "
        f"command with --resume. {kept} are kept."
    )


def write_record(path: Path, record: Any) -> None:
    """Write a record's canonical bytes with `write_whole`."""
    write_whole(path, canonical_bytes(record))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that it is there whole or not.

    Parameters
    ----------
    path : pathlib.Path
        Where the file is to appear.
    content : bytes
        What it is to hold.
    """
    making = path.with_name(f"{MAKING}{os.getpid()}-{path.name}")
    try:
        making.write_bytes(content)
        making.replace(path)
    except BaseException:
        making.unlink(missing_ok=True)
        raise


def forget_manifest(folder: Path) -> None:
    """Remove a folder's manifest and its signature, so that neither speaks of what is being changed."""
    for name in UNLISTED:
        (folder / name).unlink(missing_ok=True)


def read_record(path: Path) -> Any:
    """Read a JSON file of a run.

    Raises
    ------
    DeskhandError
        When it is missing or not JSON.
    """
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise DeskhandError(
            f"{path}: there is no such file; was this folder made by deskhand?"
        ) from None
    except orjson.JSONDecodeError as error:
        raise DeskhandError(f"{path}: not JSON ({error}); make the run again.") from error


def changes(before: Any, now: Any, where: str = "") -> list[str]:
    """Return one line for each value of a record that is not what it was, with its place.

    Examples
    --------
    >>> changes({"seed": 7, "only": {"day": 1}}, {"seed": 7, "only": {"day": 2}})
    ['only day was 1 and is 2']
    """
    if isinstance(before, dict) and isinstance(now, dict):
        keys = sorted(set(before) | set(now))
        inner = (changes(before.get(k), now.get(k), f"{where} {k}".lstrip()) for k in keys)
        return [line for lines in inner for line in lines]
    return [] if before == now else [f"{where} was {before!r} and is {now!r}"]


def check_begun_alike(what: str, before: Any, now: Any) -> None:
    """Refuse to go on with what was begun from something else.

    Parameters
    ----------
    what : str
        What was begun, such as "the run in out".
    before, now : mapping
        Its record, and the one that it would have now.

    Raises
    ------
    DeskhandError
        When they differ: with the first values that do.
    """
    changed = changes(before, now)
    if changed:
        raise DeskhandError(
            f"{what} was begun differently: {'; '.join(changed[:6])}. "
            "Resume with what it was begun with, or give another output folder."
        )


def describe_file(path: Path) -> dict[str, Any]:
    """Return the sha256 and the size of a file."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def files_below(folder: Path) -> list[str]:
    """Return the relative names of all files below a folder, sorted, with forward slashes."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def describe_files(folder: Path, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the sha256 and the size of every file below a folder, keyed by its relative name."""
    left_out = set(without)
    return {
        name: describe_file(folder / name) for name in files_below(folder) if name not in left_out
    }


def differences(
    folder: Path, files: Mapping[str, Any], *, without: Iterable[str] = ()
) -> list[str]:
    """Return one line for each file below a folder that is missing, new or not as described.

    Parameters
    ----------
    folder : pathlib.Path
        What to look at.
    files : mapping
        Relative names to ``{"sha256": ..., "bytes": ...}``.
    without : iterable of str
        Names that need no description.

    Returns
    -------
    list of str
        Empty when everything is as described.
    """
    found = set(files_below(folder)) - set(without)
    lines = [f"{name}: missing" for name in sorted(set(files) - found)]
    lines += [f"{name}: not in the list of files" for name in sorted(found - set(files))]
    for name in sorted(found & set(files)):
        # The size first: it is free, and a torn file nearly always differs in it.
        if (folder / name).stat().st_size != files[name]["bytes"]:
            lines.append(
                f"{name}: {(folder / name).stat().st_size} bytes, not {files[name]['bytes']}"
            )
        elif describe_file(folder / name) != files[name]:
            lines.append(f"{name}: its sha256 is not the one listed")
    return lines


def sum_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of equally named counts.

    Examples
    --------
    >>> sum_counts([{"events": 2}, {"events": 3, "actions": 1}])
    {'events': 5, 'actions': 1}
    """
    total: dict[str, int] = {}
    for count in counts:
        for name, number in count.items():
            total[name] = total.get(name, 0) + number
    return total


def run_differences(folder: Path) -> list[str]:
    """Return one line for each file of a run or a shard that is not as its record says.

    Parameters
    ----------
    folder : pathlib.Path
        An output folder or a shard folder; one without a record has nothing to differ from.
    """
    for name in (MANIFEST_FILE, SHARD_FILE):
        if (folder / name).is_file():
            return differences(
                folder, read_record(folder / name)["files"], without=[name, SIGNATURE_FILE]
            )
    if (folder / RUN_FILE).is_file():
        return [f"{MANIFEST_FILE}: missing, so the run is not complete"]
    return []
