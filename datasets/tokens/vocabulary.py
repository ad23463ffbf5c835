"""A vocabulary of several fields side by side: a step is one token of each field."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deskhand.errors import DeskhandError

PAD = "<pad>"


class Vocabulary:
    """The tokens of some fields, one field behind the other; token 0 is padding.

    Parameters
    ----------
    fields : mapping of str to sequence of str
        Names of each field's codes.

    Examples
    --------
    >>> words = Vocabulary({"dx": ["0", "1"], "dy": ["0", "1", "2"]})
    >>> words.tokens, len(words)
    (('<pad>', 'dx=0', 'dx=1', 'dy=0', 'dy=1', 'dy=2'), 6)
    >>> words.joined({"dx": [1, 0], "dy": [0, 2]}).tolist()
    [[2, 3], [1, 5]]
    >>> {name: codes.tolist() for name, codes in words.split([[2, 3], [1, 5]]).items()}
    {'dx': [1, 0], 'dy': [0, 2]}
    """

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: tuple(names) for name, names in fields.items()}
        sizes = [len(names) for names in self.fields.values()]
        self._first = 1 + np.cumsum([0, *sizes[:-1]])
        self._size = np.array(sizes)
        self.tokens = (
            PAD,
            *(f"{field}={name}" for field, names in self.fields.items() for name in names),
        )

    def __len__(self) -> int:
        return len(self.tokens)

    def joined(self, codes: Mapping[str, Any]) -> NDArray[np.int32]:
        """Return the tokens of codes by field, shape (n, fields)."""
        columns = np.column_stack([np.asarray(codes[name]) for name in self.fields])
        tokens: NDArray[np.int32] = (columns + self._first).astype(np.int32)
        return tokens

    def split(self, tokens: Any) -> dict[str, NDArray[np.int64]]:
        """Return the codes by field of tokens, shape (n, fields).

        Raises
        ------
        DeskhandError
            When a token is none of its field's.
        """
        given = np.asarray(tokens, np.int64)
        if given.ndim != 2 or given.shape[1] != len(self.fields):
            raise DeskhandError(
                f"tokens of shape {given.shape}: a row a step, a column each for "
                f"{', '.join(self.fields)}; leave out padding by the mask."
            )
        codes = given - self._first
        wrong = (codes < 0) | (codes >= self._size)
        if wrong.any():
            row, column = (int(place[0]) for place in np.nonzero(wrong))
            field = list(self.fields)[column]
            first = int(self._first[column])
            raise DeskhandError(
                f"token {given[row, column]} in row {row} is no {field}; these are from {first} to "
                f"{first + int(self._size[column]) - 1}. Leave out padding by the mask."
            )
        return dict(zip(self.fields, codes.T, strict=True))
