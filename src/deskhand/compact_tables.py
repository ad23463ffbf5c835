"""Tables cut from others, without the words that only the rows left out had."""

import pyarrow as pa
import pyarrow.compute as pc


def compact(table: pa.Table) -> pa.Table:
    """Return the table in one chunk, its dictionaries in order of appearance and without leftovers.

    A slice of a file carries the dictionaries of the whole file, and with them other sessions' text.

    Examples
    --------
    >>> words = pa.array(["b", "c", "a"]).dictionary_encode()
    >>> compact(pa.table({"word": words}).slice(1)).column("word").chunk(0).dictionary.to_pylist()
    ['c', 'a']
    """
    if len(table) == 0:
        return table.schema.empty_table()
    columns = []
    for column in table.unify_dictionaries().combine_chunks().columns:
        if pa.types.is_dictionary(column.type):
            array = column.chunk(0)
            used = array.indices.unique().drop_null()
            indices = pc.index_in(array.indices, value_set=used).cast(column.type.index_type)
            column = pa.DictionaryArray.from_arrays(indices, array.dictionary.take(used))
        columns.append(column)
    return pa.table(columns, schema=table.schema)
