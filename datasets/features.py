"""The columns of the tables as Hugging Face's Features."""

from typing import Any

import pyarrow as pa

from deskhand.datasets.tables import TABLES


def feature(kind: pa.DataType) -> dict[str, str]:
    """Return a column's feature.

    Examples
    --------
    >>> feature(pa.int64()), feature(pa.float32())
    ({'dtype': 'int64', '_type': 'Value'}, {'dtype': 'float32', '_type': 'Value'})
    """
    return {"dtype": {"float": "float32"}.get(str(kind), str(kind)), "_type": "Value"}


def features() -> dict[str, Any]:
    """Return the features of each table, in the order of its columns, as `Features.to_dict` has them."""
    return {
        name: {field.name: feature(field.type) for field in schema}
        for name, schema in TABLES.items()
    }
