"""Screenshots of sessions: one after the other in memory, or as PNG files with an index in Parquet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deskhand.conversion import Guard, check_apart
from deskhand.errors import DeskhandError
from deskhand.exports.parquet import writer_options
from deskhand.exports.screen_frames import need_pillow, png_bytes
from deskhand.exports.screen_frames.canvas import Painter
from deskhand.exports.screen_frames.page_painter import painted
from deskhand.exports.screenshots import Policy, Shot, check_scale, gaps, parse_policies, shots
from deskhand.exports.screenshots.index_table import SHOTS, Index
from deskhand.exports.session_files import file_stem
from deskhand.loading import read_sessions
from deskhand.manifest import (
    MANIFEST_FILE,
    RUN_FILE,
    cannot_write,
    describe_file,
    describe_files,
    forget_manifest,
    read_record,
    record_sha256,
    versions,
    write_record,
    write_whole,
)
from deskhand.progress import Progress
from deskhand.run_folder import clear_making, open_folder
from deskhand.safeguards import load_safeguards
from deskhand.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

FORMAT = "deskhand.screenshots/1"
INDEX = "index.parquet"
DEFAULT_POLICY = "before-action"
# The quickest of zlib: twice as quick as its usual 6, for a third more bytes.
LEVEL = 1


def screenshots(
    session: Session,
    policy: str | Sequence[str] = DEFAULT_POLICY,
    *,
    exact: bool = False,
    pointer: bool = True,
    scale: float = 1.0,
    chromium: str | None = None,
) -> Iterator[Shot]:
    """Yield screenshots of a session, as a capture tool takes them.

    Sensitive fields and texts are under black boxes, and there is no picture in a gap.

    Parameters
    ----------
    session : Session
        Simulated or read.
    policy : str or sequence of str
        When pictures are taken: ``before-action``, ``after-action``, ``on-window-switch`` and
        ``periodic:SECONDS``, several with commas between them.
    exact : bool
        Whether Chromium paints the pages; otherwise they are composed from compiled pictures.
    pointer : bool
        Whether the pointer's arrow is drawn.
    scale : float
        Pixels of a picture for each of the desktop, from 0.1 to 1.
    chromium : str, optional
        The Chromium of exact pictures; by default $DESKHAND_CHROMIUM, then one on PATH.

    Yields
    ------
    Shot
        In order of time; ``shot.picture`` is a Pillow image, ``shot.action_id`` an act of
        ``session.actions``.

    Raises
    ------
    DeskhandError
        When an argument cannot be used, or what pictures need is not installed.

    Examples
    --------
    >>> import deskhand
    >>> session = deskhand.simulate("crm.create_lead", seed=7)
    >>> for shot in deskhand.screenshots(session, "before-action"):
    ...     print(shot.t_us, shot.action_id, shot.picture.size)
    ...     break
    10724063 0 (1920, 1080)
    """
    policies = parse_policies(policy)
    if not exact:
        return shots(session, policies, pointer=pointer, scale=scale)
    return _exact_shots(session, policies, pointer=pointer, scale=scale, chromium=chromium)


def _exact_shots(
    session: Session, policies: Sequence[Policy], *, chromium: str | None, **how: Any
) -> Iterator[Shot]:
    with _painter(chromium, exact=True) as (paint, _):
        yield from shots(session, policies, paint=paint, **how)


@contextmanager
def _painter(chromium: str | None, *, exact: bool) -> Iterator[tuple[Painter, dict[str, str]]]:
    """Give what paints pages, and the versions on which its pictures depend."""
    need_pillow()
    used = {"pillow": version("pillow")}
    if not exact:
        yield painted, used
        return
    # Chromium and what drives it are loaded only when they are asked for.
    from deskhand.exact_pages import exact_painter

    with exact_painter(chromium) as (paint, browser):
        yield paint, used | {"chromium": browser}


def write_screenshots(
    source: str | Path,
    out: str | Path,
    *,
    policy: str | Sequence[str] = DEFAULT_POLICY,
    exact: bool = False,
    pointer: bool = True,
    scale: float = 1.0,
    resume: bool = False,
    safeguards: str | Path | None = None,
    chromium: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write screenshots of all sessions of a folder or a file, with an index.

    Parameters
    ----------
    source : str or pathlib.Path
        An output folder, that folder with a session id behind it, or a capture; it is only read.
    out : str or pathlib.Path
        The output folder: absent or empty, unless ``resume``. It gets a folder of PNG files for each
        session, and ``index.parquet``.
    policy, exact, pointer, scale, chromium
        As in `screenshots`.
    resume : bool
        Complete what was begun in ``out``; pictures that are there are kept.
    safeguards : str or pathlib.Path, optional
        A file that says what is left out, see docs/safeguards.md.
    progress : callable, optional
        Called with the number of finished sessions, of all or 0, and of pictures so far.

    Returns
    -------
    dict
        The manifest: what was asked for, counts, and the sha256 of each file.

    Raises
    ------
    DeskhandError
        When an argument, the source or the folder cannot be used.
    """
    source, out = Path(source), Path(out)
    policies = parse_policies(policy)
    check_scale(scale)
    check_apart(source, out)
    guard = None if safeguards is None else Guard(load_safeguards(safeguards))
    arguments = {
        "policies": [str(each) for each in policies],
        "exact": exact,
        "pointer": pointer,
        "scale": scale,
        "safeguards": None if safeguards is None else describe_file(Path(safeguards))["sha256"],
    }

    sessions = read_sessions(source)
    # Whether there is anything to be read is seen before anything is made.
    first = next(sessions, None)
    if first is None:
        raise DeskhandError(f"{source}: holds no session; generate some first.")
    with _painter(chromium, exact=exact) as (paint, used):
        begun = {
            "format": FORMAT,
            "source": _described(source),
            "arguments": arguments,
            "versions": versions() | used,
        }
        open_folder(out, begun, RUN_FILE, resume=resume)
        files = _Files(out, policies, {"pointer": pointer, "scale": scale, "paint": paint})
        return _written(files, chain([first], sessions), begun, guard, progress, _total(source))


class _Files:
    """The pictures of a folder, one session after the other."""

    def __init__(self, out: Path, policies: Sequence[Policy], how: dict[str, Any]) -> None:
        self.out = out
        self.policies = policies
        self.how = how
        self.pictures = 0

    def write(self, session: Session, stem: str) -> pa.Table:
        """Write a session's pictures as far as they are missing, then its index."""
        folder = self.out / stem
        if (folder / INDEX).is_file():
            table = pq.read_table(folder / INDEX, schema=SHOTS)
            self.pictures += len(set(table["file"].drop_null().to_pylist()))
            return table
        folder.mkdir(exist_ok=True)
        clear_making(folder)
        index = Index(session, self.how["scale"])
        last: Image | None = None
        name = ""
        for shot in shots(session, self.policies, **self.how):
            # A picture that stays is one file.
            if last is None or (shot.picture is not last and shot.picture != last):
                name = f"{stem}/{shot.t_us:012d}.png"
                if not (self.out / name).is_file():
                    write_whole(self.out / name, png_bytes(shot.picture, session, LEVEL))
                last = shot.picture
                self.pictures += 1
            index.add(shot, name)
        table = index.table(gaps(session))
        _write_table(folder / INDEX, table)
        return table


def _written(
    files: _Files,
    sessions: Iterator[Session],
    begun: dict[str, Any],
    guard: Guard | None,
    progress: Progress | None,
    total: int,
) -> dict[str, Any]:
    out = files.out
    tables: dict[str, pa.Table] = {}
    try:
        clear_making(out)
        # Removed first and written last, so that a manifest always speaks of what is there.
        forget_manifest(out)
        write_record(out / RUN_FILE, begun)
        for session in sessions:
            stem = file_stem(session.session_id)
            if stem in tables:
                raise DeskhandError(f"session {stem!r} is there twice; give sessions of one run.")
            seen = session if guard is None else guard.take(session)
            tables[stem] = files.write(seen, stem)
            if progress is not None:
                progress(len(tables), total, files.pictures)
        if guard is not None:
            guard.check()
        table = pa.concat_tables(tables.values()).unify_dictionaries().combine_chunks()
        _write_table(out / INDEX, table)
        manifest = {
            **begun,
            "synthetic": pc.all(table["synthetic"]).as_py(),
            "provenance_ids": sorted(set(table["provenance_id"].to_pylist())),
            "counts": {"sessions": len(tables), "pictures": files.pictures, "rows": len(table)},
            "files": describe_files(out, without=[MANIFEST_FILE]),
        }
        write_record(out / MANIFEST_FILE, manifest)
    except OSError as error:
        raise cannot_write(error, f"output folder {out}", "Finished pictures") from error
    return manifest


def _write_table(path: Path, table: pa.Table) -> None:
    file = BytesIO()
    pq.write_table(table, file, **writer_options(table.schema))
    write_whole(path, file.getvalue())


def _described(source: Path) -> dict[str, Any]:
    """Return what tells one source from another, but not where it lies."""
    folder = source if source.exists() else source.parent
    session = None if source.exists() else source.name
    if folder.is_file():
        digest = describe_file(folder)["sha256"]
    elif (folder / MANIFEST_FILE).is_file():
        digest = describe_file(folder / MANIFEST_FILE)["sha256"]
    else:
        digest = record_sha256(describe_files(folder))
    return {"sha256": digest, "session": session}


def _total(source: Path) -> int:
    """Return how many sessions a run has, as far as it says so, else 0."""
    if not (source / MANIFEST_FILE).is_file():
        return 0
    counts = read_record(source / MANIFEST_FILE).get("counts", {})
    return int(counts.get("sessions", 0))
