"""Loaders as Hugging Face data sets, with the features of their columns."""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from deskhand.datasets.loaders.sequences import MASK
from deskhand.errors import DeskhandError

if TYPE_CHECKING:
    from deskhand.datasets.loaders.synthetic_sessions import SyntheticSessions

INSTALL = 'python -m pip install -e ".[ml]"'


def to_hf(source: "SyntheticSessions", *, streaming: bool = True) -> Any:
    """Return an epoch of a loader as a Hugging Face data set.

    Parameters
    ----------
    source : SyntheticSessions
        Without ``batch``, which Hugging Face does itself, and without ``rank``.
    streaming : bool
        An ``IterableDataset`` of as many shards as there are blocks, made as it is read; or else a
        ``Dataset`` in memory.

    Returns
    -------
    datasets.IterableDataset or datasets.Dataset
        A row an item or window: coded labels are ``ClassLabel``; ``synthetic`` is always True.

    Raises
    ------
    DeskhandError
        When the package datasets is missing, or the loader yields batches.
    """
    library = _library()
    if source.batched:
        raise DeskhandError(
            "a loader with batch=...: leave it out, and let the data set make batches."
        )
    blocks = list(range(source.block_count))
    features = _features(library, source)
    given = {"source": source, "blocks": blocks}
    if streaming:
        return library.IterableDataset.from_generator(_rows, features=features, gen_kwargs=given)
    return library.Dataset.from_list(list(_rows(source, blocks)), features=features)


def _library() -> Any:
    try:
        found = import_module("datasets")
    except ImportError:
        found = None
    if found is None or not hasattr(found, "Features"):
        where = (
            ""
            if found is None
            else f" ({found.__name__!r} is another package here, of this folder)"
        )
        raise DeskhandError(
            f"to_hf needs Hugging Face's datasets{where}: {INSTALL}, in another folder."
        )
    return found


def _rows(source: "SyntheticSessions", blocks: list[int]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from source.block_items(block)


def _features(library: Any, source: "SyntheticSessions") -> Any:
    first = next(source.block_items(0))
    names = {name: known for name, known in source.names.items() if not np.ndim(first.get(name, 0))}
    kinds: dict[str, Any] = {}
    for name, value in first.items():
        if name in names:
            kinds[name] = library.ClassLabel(names=list(names[name]))
        elif not np.ndim(value):
            kinds[name] = library.Value("bool" if isinstance(value, bool) else "int64")
        elif name == MASK:
            kinds[name] = library.List(library.Value("bool"))
        else:
            inner = library.Value(str(value.dtype))
            kinds[name] = library.List(inner if value.ndim == 1 else library.List(inner))
    return library.Features(kinds)
