"""Files of captures varied into a folder, with a manifest that says whose data it is."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deskhand.datasets.augmentation.augment import varied
from deskhand.datasets.augmentation.class_balance import balanced_copies, label_of, read_labels
from deskhand.datasets.augmentation.operators import parse_operators
from deskhand.errors import DeskhandError
from deskhand.exports.captured import DERIVED
from deskhand.exports.losses import Dropped
from deskhand.formats import named_in_records, open_writer, split_format
from deskhand.loading import SCREENS_FOLDER, read_sessions
from deskhand.manifest import (
    MAKING,
    MANIFEST_FILE,
    describe_files,
    versions,
    write_record,
)
from deskhand.progress import Progress
from deskhand.session import Session
from deskhand.streams import check_seed

FORMAT = "deskhand.augmentation/1"
PERSONAL = (
    "personal data: a person is still in it. Every session was made from a recording of a person and "
    "may tell who that is; keep, share and delete it as you would the recording."
)


def augment_files(
    captures: Sequence[str | Path],
    do: str | Sequence[str],
    *,
    out: str | Path,
    seed: int,
    copies: int = 1,
    format: str = "parquet",  # noqa: A002
    read_as: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write variations of the sessions of captures into a folder.

    Parameters
    ----------
    captures : sequence of str or pathlib.Path
        Files and folders in any format that is read back; they are only read.
    do : str or sequence of str
        As for `augment`; beside it ``class_balance:LABELS``, where ``LABELS`` is a column of the
        sessions table, or a file of labels, see `read_labels`.
    out : str or pathlib.Path
        A new or empty folder.
    seed : int
        The same seed gives the same bytes.
    copies : int
        Variations of each session; with ``class_balance``, of each session of the largest class.
    format : str
        The format to write.
    read_as : str, optional
        The format of the captures; recognised when not given.
    progress : callable, optional
        Called with the number of sessions written, of all (0 when nobody knows), and of events so
        far.

    Returns
    -------
    dict
        The manifest: lineage of every session, counts, what readers dropped, and hashes of files.

    Raises
    ------
    DeskhandError
        When something cannot be read, varied or written; then there is no output.
    """
    check_seed(seed)
    operators, balance = parse_operators(do)
    split_format(format)
    out, paths = Path(out), [Path(path) for path in captures]
    if not paths:
        raise DeskhandError("augment: name at least one capture.")
    if not isinstance(copies, int) or copies < 1:
        raise DeskhandError(f"copies={copies!r}: must be a whole number of at least 1.")
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise DeskhandError(f"{out}: is there already; give the name of a new or empty folder.")
    labels = None if balance is None else read_labels(balance)
    classes = None
    if balance is not None:
        # Only who is there tells how many copies of each are needed.
        there = _sessions(paths, read_as, Dropped())
        classes = [label_of(session.header, balance, labels) for session in there]
    each = None if classes is None else balanced_copies(classes, copies)
    records: list[dict[str, Any]] = []
    events, dropped = 0, Dropped()
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=MAKING) as making:
            made = Path(making) / "made"
            made.mkdir()
            with open_writer(format, made) as writer:
                for place, session in enumerate(_sessions(paths, read_as, dropped)):
                    for copy in range(copies if each is None else each[place]):
                        new = varied(session, operators, seed=seed, copy=copy)
                        writer.write(new)
                        events += len(new.events)
                        records.append(_record(session, new, operators, seed, copy))
                        if classes is not None:
                            records[-1]["label"] = classes[place]
                        if progress is not None:
                            progress(len(records), 0 if each is None else sum(each), events)
            for path in paths:
                _carry_screens(path, made)
            manifest = {
                "format": FORMAT,
                "mode": DERIVED,
                "synthetic": all(record["synthetic"] for record in records),
                "personal_data": None if all(r["synthetic"] for r in records) else PERSONAL,
                "do": [operator.text for operator in operators],
                "class_balance": None if balance is None else Path(balance).name,
                "seed": seed,
                "copies": copies,
                "written_as": named_in_records(format),
                "counts": {"sessions": len(records), "events": events},
                "labels": None if classes is None else Counter(r["label"] for r in records),
                "not_read": dict(sorted(dropped.counts.items())),
                "sessions": records,
                "versions": versions(),
                "files": describe_files(made),
            }
            write_record(made / MANIFEST_FILE, manifest)
            if out.is_dir():
                out.rmdir()
            made.rename(out)
    except OSError as error:
        raise DeskhandError(f"{out} cannot be written: {error.strerror or error}.") from error
    return manifest


def _sessions(paths: Sequence[Path], read_as: str | None, dropped: Dropped) -> Iterator[Session]:
    met: set[str] = set()
    for path in paths:
        for session in read_sessions(path, format=read_as, dropped=dropped):
            if session.session_id in met:
                raise DeskhandError(
                    f"{path}: session {session.session_id} was given before; name each capture once."
                )
            met.add(session.session_id)
            yield session
    if not met:
        raise DeskhandError(f"{', '.join(map(str, paths))}: no session; nothing was written.")


def _record(
    source: Session, made: Session, operators: Sequence[Any], seed: int, copy: int
) -> dict[str, Any]:
    return {
        "session_id": made.session_id,
        "made_from": source.session_id,
        "do": [operator.text for operator in operators],
        "seed": seed,
        "copy": copy,
        "persona": made.header["persona"],
        "made_from_persona": source.header["persona"],
        "synthetic": made.header["synthetic"],
        "provenance_id": made.header["provenance_id"],
        "events": len(made.events),
    }


def _carry_screens(source: Path, out: Path) -> None:
    """Put a run's own compiled screens beside the tables, so that pages can be shown from there too."""
    own = source / SCREENS_FOLDER
    if own.is_dir() and any(out.glob("sessions.*")):
        shutil.copytree(own, out / SCREENS_FOLDER, dirs_exist_ok=True)
