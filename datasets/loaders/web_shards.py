"""Loaders as WebDataset shards: tar files of arrays, read in order and without a seek."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deskhand.datasets.loaders.sequences import SYNTHETIC
from deskhand.errors import DeskhandError

if TYPE_CHECKING:
    from deskhand.datasets.loaders.synthetic_sessions import SyntheticSessions

NAME = "shard-{:06d}.tar"


def write_web_shards(
    source: "SyntheticSessions", folder: str | Path, *, per_shard: int = 1000
) -> list[Path]:
    """Write an epoch of a loader as WebDataset shards.

    Parameters
    ----------
    source : SyntheticSessions
        Whose items or windows are written; a batch is a sample of its own.
    folder : str or pathlib.Path
        New or empty.
    per_shard : int
        Samples of a shard.

    Returns
    -------
    list of pathlib.Path
        ``shard-000000.tar`` and so on. A sample's columns are ``COLUMN.npy``, its labels and
        ``synthetic`` are ``json``. The same loader gives the same bytes.

    Raises
    ------
    DeskhandError
        When the folder holds something, or ``per_shard`` is not a number from 1.

    Examples
    --------
    >>> import tempfile
    >>> from deskhand.ml import SyntheticSessions
    >>> keys = SyntheticSessions("keystrokes", seed=7, items=5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_web_shards(keys, folder, per_shard=2)]
    ['shard-000000.tar', 'shard-000001.tar', 'shard-000002.tar']
    """
    if isinstance(per_shard, bool) or not isinstance(per_shard, int) or per_shard < 1:
        raise DeskhandError(f"per_shard={per_shard!r}: must be a whole number from 1.")
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise DeskhandError(f"{folder}: holds files already; name a new or an empty folder.")
    samples, written, number = iter(source), list[Path](), 0
    sample = next(samples, None)
    while sample is not None:
        path = place / NAME.format(len(written))
        making = path.with_name(f".{path.name}.making")
        with tarfile.open(making, "w", format=tarfile.USTAR_FORMAT) as tar:
            for _ in range(per_shard):
                if sample is None:
                    break
                for ending, content in _files(sample):
                    about = tarfile.TarInfo(f"{number:09d}.{ending}")
                    about.size = len(content)
                    tar.addfile(about, io.BytesIO(content))
                number, sample = number + 1, next(samples, None)
        making.replace(path)
        written.append(path)
    return written


def _files(sample: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    labels: dict[str, Any] = {SYNTHETIC: True}
    for name, value in sample.items():
        if name == SYNTHETIC:
            continue
        if not np.ndim(value):
            labels[name] = value
            continue
        held = io.BytesIO()
        np.save(held, value, allow_pickle=False)
        yield f"{name}.npy", held.getvalue()
    yield "json", json.dumps(labels, sort_keys=True).encode()
