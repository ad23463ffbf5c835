"""A data set of keystrokes in folds by person: people are timed by a profile that has not seen them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASSES
from deskhand.errors import DeskhandError
from deskhand.evaluation.key_table import COLUMNS, Keystrokes, typed_keys

# Which people are in which fold does not change with the seed of a score.
FOLD_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """A set: its file, the profile of its kind of typing, and where it is from."""

    file: str
    profile: str
    source: str


SETS = {
    "transcription": KeySet(
        file="transcription_keyed.parquet",
        profile="transcription",
        source="sentences copied, keys known: Aalto 136M keystrokes (Dhakal et al. 2018), a sample",
    ),
    "transcription-timing": KeySet(
        file="transcription_timing.parquet",
        profile="transcription",
        source="sentences copied, keys not known: the same set, another sample",
    ),
    "composition": KeySet(
        file="composition_classes.parquet",
        profile="composition",
        source="essays, keys known by their place: KLiCKe (Tian, Crossley & Van Waes, CC BY 4.0)",
    ),
}
# What a key known by its class alone writes, for tools that need a text.
_WRITES = {
    "digit": "1",
    "punct": ",",
    "sentence-punct": ".",
    "space": " ",
    "enter": "\n",
    "letter:L1u": "t",
    "letter:L1h": "f",
    "letter:L1l": "v",
    "letter:L2u": "e",
    "letter:L2h": "d",
    "letter:L2l": "c",
    "letter:L3u": "w",
    "letter:L3h": "s",
    "letter:L3l": "x",
    "letter:L4u": "q",
    "letter:L4h": "a",
    "letter:L4l": "z",
    "letter:R1u": "u",
    "letter:R1h": "h",
    "letter:R1l": "n",
    "letter:R2u": "i",
    "letter:R2h": "k",
    "letter:R3u": "o",
    "letter:R3h": "l",
    "letter:R4u": "p",
}
# Where nothing is known of the keys; invented.
_PROSE = (
    "the second box of letters came back on monday and nobody in the office knew who had sent it. "
    "we put it beside the window, wrote a short note to the people upstairs and went on with the "
    "report. by noon there were four more of them, all the same size. "
)


def table_of(folder: Path, name: str) -> pa.Table:
    """Return a set's table, its users named for the set, or say what is expected."""
    path = folder / SETS[name].file
    if not path.is_file():
        path = folder / "keys" / SETS[name].file
    if not path.is_file():
        needed = "\n".join(f"  {known.file}: {known.source}" for known in SETS.values())
        raise DeskhandError(
            f"{folder}: no {path.name}, nor in its folder keys. --data takes a folder with public research data, which are not "
            f"part of deskhand, as tidy Parquet tables:\n{needed}\nOne row a keystroke, with the "
            f"columns {', '.join(COLUMNS)} (times in seconds; key: ? where it is not known)."
        )
    rows = pq.read_table(path, columns=list(COLUMNS))
    columns = {column: rows[column].cast(pa.string()) for column in ("user", "session", "key")}
    columns |= {column: rows[column] for column in COLUMNS[2:4]}
    return pa.table({column: columns[column] for column in COLUMNS})


def folds_of(keys: Keystrokes, folds: int) -> list[NDArray[np.int64]]:
    """Return the people of each fold."""
    order = np.random.default_rng(FOLD_SEED).permutation(np.unique(keys.person))
    return [np.sort(part) for part in np.array_split(order, folds)]


def some_sessions(keys: Keystrokes, most: int, seed: int) -> Keystrokes:
    """Return sessions drawn at random until they hold so many keystrokes."""
    size = np.bincount(keys.session)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(size))
    enough = int(np.searchsorted(np.cumsum(size[order]), most)) + 1
    chosen = keys.take(np.isin(keys.session, order[:enough]))
    # The same numbers would do; counted from 0 they are places.
    return typed_keys(as_table(chosen), chosen.people)


def as_table(keys: Keystrokes) -> pa.Table:
    """Return keystrokes as a tidy table."""
    names = np.array(keys.vocabulary.names, dtype=object)
    return pa.table(
        {
            "user": np.array(keys.people, dtype=object)[keys.person],
            "session": [f"{number:08}" for number in keys.session],
            "t_down_s": keys.down_us / 1e6,
            "t_up_s": keys.up_us / 1e6,
            "key": names[keys.key],
        }
    )


def texts_of(keys: Keystrokes) -> tuple[list[str], NDArray[np.int32]]:
    """Return the text that each session leaves, and whose it is.

    A key of which only the place is known writes one letter of that place, an unknown one the next
    letter of an invented text.
    """
    writes = [
        name if len(name) == 1 and name != "?" else _written(CLASSES[code])
        for name, code in zip(keys.vocabulary.names, keys.vocabulary.key_class, strict=True)
    ]
    erase = CLASSES.index("backspace")
    texts, people = [], []
    for first, after in zip(keys.first, np.append(keys.first[1:], len(keys)), strict=True):
        text: list[str] = []
        for place, key in enumerate(keys.key[first:after].tolist()):
            if keys.vocabulary.key_class[key] == erase:
                del text[-1:]
            elif writes[key] == "?":
                text.append(_PROSE[place % len(_PROSE)])
            elif writes[key]:
                text.append(writes[key])
        if text:
            texts.append("".join(text))
            people.append(keys.person[first])
    return texts, np.array(people, np.int32)


def _written(kind: str) -> str:
    return "?" if kind == "unknown" else _WRITES.get(kind, "")
