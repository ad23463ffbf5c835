"""A run's croissant.json: its canonical tables as Parquet, with what they were made from."""

from collections.abc import Mapping
from typing import Any

from deskhand.croissant import (
    document,
    file_object,
    file_set,
    personal_information,
    record_set,
)
from deskhand.events import TABLES
from deskhand.json_schema import schema

TAGS = ("synthetic", "deskhand", "human-computer-interaction")


def run_croissant(
    begun: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    begun : mapping
        The run's record, as ``run.json`` holds it.
    files : mapping
        The sha256 and size of each file, by its path in the run's folder.
    """
    arguments = begun["arguments"]
    tables = {
        path: told
        for path, told in sorted(files.items())
        if path.startswith("shard=") and path.endswith(".parquet") and path.count("/") == 1
    }
    return document(
        name=begun["scenario"]["name"],
        license_="other",
        version=begun["versions"]["deskhand"],
        keywords=TAGS,
        seed=arguments["seed"],
        date=arguments["start"][:10],
        provenance_id=begun["provenance_id"],
        personal=[personal_information(begun["profile"])],
        distribution=[
            *(file_object(path, told) for path, told in tables.items()),
            *(file_set(table, f"shard=*/{table}.parquet") for table in TABLES),
        ],
        record_sets=[record_set(table, TABLES[table], _meanings(table)) for table in TABLES],
    )


def _meanings(table: str) -> dict[str, str]:
    columns = schema(table.removesuffix("s"))["properties"]
    return {name: str(told.get("description", "")).rstrip(".") for name, told in columns.items()}
