"""Blocks of keystrokes: composed texts typed by people, slips and repairs included."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deskhand.behavior_models.key_classes import CLASSES, key_vocabulary
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.profile import Profile
from deskhand.behavior_models.text_edits import KINDS as ERRORS
from deskhand.datasets.loaders.draws import Mix, drawn_people, item_keys
from deskhand.datasets.loaders.sequences import Sequences
from deskhand.keyboard_motor import type_text
from deskhand.scenarios.prose.compose import compose_texts
from deskhand.streams import stream_key

PERSON, KIND = range(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeystrokeBlocks:
    """Makes typed texts, each of a person of the population.

    Parameters
    ----------
    seed : int
    people : range
        Numbers of the people.
    profile : str, pathlib.Path or Profile
    fidelity : str
    mode : str
    layout : str
        As `deskhand.type_text` takes them.
    texts : Mix
        Kinds of `deskhand.compose_texts`.
    """

    seed: int
    people: range
    profile: "str | Path | Profile"
    fidelity: str
    mode: str
    layout: str
    texts: Mix
    size: int = 256

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns stand for."""
        return {
            "key": tuple(dict.fromkeys(load_layout(self.layout).key_names)),
            "key_class": CLASSES,
            "error": ("none", *ERRORS[1:]),
            "text": self.texts.names,
        }

    def made(self, epoch: int, items: NDArray[np.int64]) -> Sequences:
        """Return some items of an epoch."""
        key = item_keys(self.seed, "keystrokes", epoch, items)
        person = drawn_people(self.people, key, PERSON)
        kind = self.texts.drawn(key, KIND)
        typed = type_text(
            self._composed(epoch, items, kind),
            person=person.astype(str).tolist(),
            profile=self.profile,
            layout=self.layout,
            mode=self.mode,
            seed=self.seed,
            fidelity=self.fidelity,
        ).combine_chunks()
        number, down_us = typed["text"].to_numpy(), typed["down_us"].to_numpy()
        names = self.names
        code = typed["key"].chunk(0)
        at = {name: place for place, name in enumerate(names["key"])}
        known = np.array([at[name] for name in code.dictionary.to_pylist()], np.int16)
        pressed = known[code.indices.to_numpy()]
        classes = key_vocabulary(names["key"][1:], load_layout(self.layout)).key_class
        error = typed["error"].chunk(0)
        return Sequences(
            count=np.bincount(number, minlength=len(items)).astype(np.int64),
            steps={
                "t_us": down_us,
                "hold_us": typed["up_us"].to_numpy() - down_us,
                "key": pressed,
                "key_class": np.append(np.uint8(0), classes)[pressed],
                "error": error.indices.fill_null(-1).to_numpy().astype(np.int8) + np.int8(1),
            },
            labels={"item": items, "person": person, "text": kind},
        )

    def _composed(self, epoch: int, items: NDArray[np.int64], kind: NDArray[np.int64]) -> list[str]:
        """Return a text of its kind for each item; it depends on the item's number alone."""
        return [
            compose_texts(
                self.texts.names[which],
                1,
                seed=stream_key(self.seed, "loader.text", epoch, number),
            )[0]
            for number, which in zip(items.tolist(), kind.tolist(), strict=True)
        ]
