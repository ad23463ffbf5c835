"""A data set's croissant.json: its tables in their splits."""

from collections.abc import Mapping
from typing import Any

from deskhand.croissant import (
    document,
    file_object,
    file_set,
    personal_information,
    record_set,
    source,
)
from deskhand.datasets.card import TAGS
from deskhand.datasets.columns import meanings
from deskhand.datasets.description import Description
from deskhand.datasets.tables import SPLITS, TABLES


def croissant(
    described: Description, files: Mapping[str, Mapping[str, Any]], begun: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    described : Description
        What was asked for.
    files : mapping
        The sha256 and size of each Parquet file, by its path in the data set.
    begun : mapping
        What the data set is made from, with versions.
    """
    return document(
        name=described.name,
        license_=described.license,
        version=begun["versions"]["deskhand"],
        keywords=TAGS,
        seed=described.seed,
        date=described.start[:10],
        provenance_id=begun["provenance_id"],
        personal=sorted({personal_information(r["profile"]) for r in begun["recipes"]}),
        distribution=[
            *(file_object(path, told) for path, told in sorted(files.items())),
            *(file_set(table, f"{table}/split=*/*.parquet") for table in TABLES),
        ],
        record_sets=[
            _splits(),
            *(record_set(t, TABLES[t], meanings(t), [_split_of(t)]) for t in TABLES),
        ],
    )


def _splits() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": "splits/name",
                "name": "splits/name",
                "dataType": "sc:Text",
            }
        ],
        "data": [{"splits/name": name} for name in SPLITS],
    }


def _split_of(table: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/split",
        "name": f"{table}/split",
        "description": "the split that the row is in",
        "dataType": "sc:Text",
        "references": {"field": {"@id": "splits/name"}},
        "source": {
            **source(table),
            "extract": {"fileProperty": "fullpath"},
            # A reader that applies it twice, as mlcroissant does, gets the same.
            "transform": {"regex": "^(?:.*split=)?([a-z]+)(?:/.*)?$"},
        },
    }
