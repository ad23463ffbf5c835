"""The tables of episodes: a row an episode, and a row a step with its picture."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa

from deskhand.datasets.episodes.episode import Episode, EpisodeStep
from deskhand.datasets.episodes.pictures import NONE, Pictures
from deskhand.datasets.episodes.vocabularies import AGENTNET
from deskhand.monitors import bounds, monitors_of

FORMAT = "deskhand.episodes/1"
_TEXT, _SMALL = pa.string(), pa.dictionary(pa.int16(), pa.string())
# In the order of the columns; the last word says which may be missing.
EPISODES: Mapping[str, tuple[pa.DataType, bool]] = {
    "episode_id": (_TEXT, False),
    "number": (pa.int32(), False),
    "scenario": (_SMALL, False),
    "app": (_SMALL, False),
    "feasible": (pa.bool_(), False),
    "success": (pa.bool_(), False),
    "missed": (pa.list_(_TEXT), False),
    "instruction": (_TEXT, False),
    "register": (_SMALL, False),
    "instructions": (pa.list_(pa.struct({"register": _TEXT, "text": _TEXT})), False),
    "answer": (_TEXT, False),
    "step_count": (pa.int32(), False),
    "duration_us": (pa.int64(), False),
    "final_state": (_TEXT, False),
    "person": (pa.int32(), False),
    "persona": (_SMALL, False),
    "role": (_SMALL, False),
    "condition": (_SMALL, False),
    "device": (_SMALL, False),
    "seed": (pa.uint64(), False),
    "screen_width": (pa.int32(), False),
    "screen_height": (pa.int32(), False),
    "picture_width": (pa.int32(), False),
    "picture_height": (pa.int32(), False),
    "synthetic": (pa.bool_(), False),
    "provenance_id": (_SMALL, False),
}
STEPS: Mapping[str, tuple[pa.DataType, bool]] = {
    "episode_id": (_TEXT, False),
    "step": (pa.int32(), False),
    "picture": (pa.struct({"bytes": pa.binary(), "path": _TEXT}), True),
    "t_us": (pa.int64(), False),
    "kind": (_SMALL, False),
    "verb": (_SMALL, True),
    "action_id": (pa.int32(), True),
    "way": (_SMALL, True),
    "shortcut": (pa.bool_(), False),
    "description": (_TEXT, False),
    "target": (_TEXT, True),
    "role": (_SMALL, True),
    "name": (_TEXT, True),
    "box": (pa.list_(pa.int32()), True),
    "x": (pa.float32(), True),
    "y": (pa.float32(), True),
    "end_x": (pa.float32(), True),
    "end_y": (pa.float32(), True),
    "x_px": (pa.int32(), True),
    "y_px": (pa.int32(), True),
    "end_x_px": (pa.int32(), True),
    "end_y_px": (pa.int32(), True),
    "text": (_TEXT, True),
    "agentnet": (_TEXT, True),
    "anthropic": (_TEXT, True),
    "openai": (_TEXT, True),
    "error_of": (pa.int32(), True),
    "correction_of": (pa.int32(), True),
    "slips": (pa.int32(), False),
    "tree": (_TEXT, False),
    "synthetic": (pa.bool_(), False),
    "provenance_id": (_SMALL, False),
}
_HEADER = ("person", "persona", "role", "condition", "device", "seed", "duration_us")
_MARKS = ("synthetic", "provenance_id")
# Of all monitors together, as pictures show them.
_SCREEN = ("screen_width", "screen_height")
# What Hugging Face's library calls the types of Arrow that are used here.
_NAMES = {pa.binary(): "binary", pa.bool_(): "bool", _TEXT: "string", _SMALL: "string"}


def schemas(pictures: Pictures, vocabularies: tuple[str, ...]) -> dict[str, pa.Schema]:
    """Return the schemas of both tables; they tell Hugging Face's library what the columns are.

    Parameters
    ----------
    pictures : Pictures
        How pictures are kept.
    vocabularies : tuple of str
        Those that have a column.
    """
    steps = dict(STEPS)
    for words in ("agentnet", "anthropic", "openai"):
        if words not in vocabularies:
            del steps[words]
    if pictures.encoding == NONE:
        del steps["picture"]
    elif pictures.beside:
        steps["picture"] = (_TEXT, True)
    return {"episodes": _schema(EPISODES), "steps": _schema(steps)}


def _schema(columns: Mapping[str, tuple[pa.DataType, bool]]) -> pa.Schema:
    fields = [pa.field(name, kind, nullable=null) for name, (kind, null) in columns.items()]
    info = {"info": {"features": features(columns)}}
    metadata = {"huggingface": json.dumps(info), "deskhand": FORMAT, "synthetic": "true"}
    return pa.schema(fields, metadata=metadata)


def features(columns: Mapping[str, tuple[pa.DataType, bool]]) -> dict[str, Any]:
    """Return columns as the features of a data set of Hugging Face's library."""
    return {name: _feature(name, kind) for name, (kind, _) in columns.items()}


def _feature(name: str, kind: pa.DataType) -> Any:
    if name == "picture" and pa.types.is_struct(kind):
        return {"_type": "Image"}
    if pa.types.is_list(kind):
        return {"feature": _feature("", kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.name, field.type) for field in kind}
    named = {pa.float32(): "float32"}.get(kind) or _NAMES.get(kind) or str(kind)
    return {"dtype": named, "_type": "Value"}


def episode_row(episode: Episode) -> dict[str, Any]:
    """Return an episode as a row."""
    names = [name for name in EPISODES if name not in (*_HEADER, *_SCREEN, *_MARKS, "instructions")]
    row = {name: getattr(episode, name) for name in names if hasattr(episode, name)}
    row |= {name: episode.header[name] for name in (*_HEADER, *_MARKS)}
    row |= zip(_SCREEN, bounds(monitors_of(episode.header))[2:], strict=True)
    row["instructions"] = [wording._asdict() for wording in episode.instructions]
    row["final_state"] = episode.final_state.decode()
    row["step_count"] = len(episode.steps)
    return row


def step_rows(episode: Episode) -> Iterator[dict[str, Any]]:
    """Yield the steps of an episode as rows, without their pictures."""
    marks = {name: episode.header[name] for name in ("synthetic", "provenance_id")}
    fields = [name for name in EpisodeStep.__dataclass_fields__ if name in STEPS]
    for step in episode.steps:
        row = {name: getattr(step, name) for name in fields if name != "picture"}
        row |= {"episode_id": episode.episode_id, "step": step.number, **marks}
        row["tree"] = step.tree.decode()
        for words, calls in step.calls.items():
            row[words] = calls if words == AGENTNET else orjson.dumps(calls).decode()
        yield row


def picture_name(episode: Episode, step: EpisodeStep, pictures: Pictures) -> str:
    """Return the name of a step's picture."""
    return f"{episode.number:06d}-{step.number:03d}.{pictures.ending}"
