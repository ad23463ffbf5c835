"""Blocks of sessions: tasks and days simulated for one person after another, as columns of numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.api import simulate
from deskhand.behavior_models.key_classes import CLASSES, key_vocabulary
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.behavior_models.persona import ROLES
from deskhand.datasets.loaders.draws import Mix, item_keys
from deskhand.datasets.loaders.sequences import Sequences
from deskhand.events import EVENT_TYPES
from deskhand.session import Session

SCENARIO, CONDITION = range(2)
# What the Desk does; a verb of somebody else's scenario is "other".
VERBS = (
    *("none", "other", "click", "double_click", "right_click", "hover", "drag", "type", "paste"),
    *("copy", "choose", "check", "press", "scroll", "read", "think", "switch_to", "navigate"),
    *("wait_for", "screenshot", "undo"),
)
# Column of a key event that names no key: of other events, and of masked keys.
NO_KEY, MASKED = len(CLASSES), len(CLASSES) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBlocks:
    """Simulates sessions; every person comes in turn, a day further each time.

    Parameters
    ----------
    seed : int
    people : range
        Numbers of the people.
    scenarios, conditions : Mix
        Which task or day, and what a person is under, drawn for each session.
    profile : str or pathlib.Path
    fidelity : str
        As `deskhand.simulate` takes them.
    """

    seed: int
    people: range
    scenarios: Mix
    conditions: Mix
    profile: str | Path
    fidelity: str
    epoch_items: int
    size: int = 16

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns stand for."""
        return {
            "type": EVENT_TYPES,
            "key_class": (*CLASSES, "none", "masked"),
            "verb": VERBS,
            "scenario": self.scenarios.names,
            "condition": self.conditions.names,
            "role": ROLES,
        }

    def sessions(self, epoch: int, items: NDArray[np.int64]) -> Iterator[tuple[Session, dict[str, int]]]:
        """Yield the sessions of some items of an epoch, with their labels."""
        key = item_keys(self.seed, "sessions", epoch, items)
        which = self.scenarios.drawn(key, SCENARIO).tolist()
        under = self.conditions.drawn(key, CONDITION).tolist()
        for number, scenario, condition in zip(items.tolist(), which, under, strict=True):
            # No two items of any epochs are the same person on the same day.
            day, turn = divmod(epoch * self.epoch_items + number, len(self.people))
            session = simulate(
                self.scenarios.names[scenario],
                seed=self.seed,
                person=self.people[turn],
                day=day,
                profile=self.profile,
                condition=self.conditions.names[condition],
                fidelity=self.fidelity,
            )
            yield (
                session,
                {
                    "item": number,
                    "person": self.people[turn],
                    "scenario": scenario,
                    "condition": condition,
                    "role": ROLES.index(session.header["role"]),
                },
            )

    def made(self, epoch: int, items: NDArray[np.int64]) -> Sequences:
        """Return the events of some items of an epoch."""
        found = [(event_columns(session), labels) for session, labels in self.sessions(epoch, items)]
        return Sequences(
            count=np.array([len(steps["t_us"]) for steps, _ in found], np.int64),
            steps={name: np.concatenate([steps[name] for steps, _ in found]) for name in found[0][0]},
            labels={
                name: np.array([labels[name] for _, labels in found], np.int64)
                for name in found[0][1]
            },
        )


def event_columns(session: Session) -> dict[str, NDArray[np.generic]]:
    """Return a session's events as numbers.

    Parameters
    ----------
    session : Session
        Made or read.

    Returns
    -------
    dict of ndarray, shape (n,)
        ``t_us``; ``type``, a place in `deskhand.events.EVENT_TYPES`; ``x``, ``y``, where the pointer
        is (px of the desktop, 0 before it is known); ``button``, -1 for none; ``key_class``; ``delta_y``
        of the wheel; ``action``, the number of the action, -1 for none; ``verb``, that action's.

    Examples
    --------
    >>> import deskhand
    >>> columns = event_columns(deskhand.simulate("crm.create_lead", seed=7))
    >>> EVENT_TYPES[columns["type"][0]], bool(np.isfinite(columns["x"]).all())
    ('session.start', True)
    """
    events = session.events.combine_chunks()
    x, y = (_carried(_numbers(events, f"screen_{axis}", np.nan)) for axis in "xy")
    action = _numbers(events, "action_id", -1.0).astype(np.int32)
    verbs = _placed(session.actions["verb"], VERBS, VERBS.index("other"))
    # Ids of actions are places in the table of actions, as sessions are made.
    identity = session.actions["action_id"].to_numpy()
    of_id = np.zeros(int(identity.max(initial=-1)) + 2, np.int8)
    of_id[identity] = verbs
    return {
        "t_us": events["t_us"].to_numpy(),
        "type": _placed(events["type"], EVENT_TYPES, 0).astype(np.int8),
        "x": x,
        "y": y,
        "button": _numbers(events, "button", -1.0).astype(np.int8),
        "key_class": _key_classes(events, str(session.header.get("keyboard_layout") or "qwerty-us")),
        "delta_y": _numbers(events, "delta_y", 0.0).astype(np.float32),
        "action": action,
        "verb": of_id[np.clip(action, -1, len(of_id) - 2)],
    }


def _numbers(events: pa.Table, name: str, missing: float) -> NDArray[np.float64]:
    values: NDArray[np.float64] = pc.fill_null(events[name].cast(pa.float64()), missing).to_numpy()
    return values


def _placed(column: pa.ChunkedArray, names: tuple[str, ...], other: int) -> NDArray[np.int64]:
    place = pc.index_in(column.cast(pa.string()), pa.array(names, pa.string()))
    found: NDArray[np.int64] = pc.fill_null(place, other).to_numpy().astype(np.int64)
    return found


def _carried(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return values with each gap filled by what was before it, 0 where nothing was."""
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(len(values))))
    return np.where(last < 0, 0.0, values[np.maximum(last, 0)]).astype(np.float32)


def _key_classes(events: pa.Table, layout: str) -> NDArray[np.uint8]:
    key = events["key"].cast(pa.string()).combine_chunks().dictionary_encode()
    known = _classes(tuple(key.dictionary.to_pylist()), layout)
    place = pc.fill_null(key.indices, len(known)).to_numpy()
    found = np.append(known, np.uint8(NO_KEY))[place]
    keyed = pc.is_in(events["type"].cast(pa.string()), pa.array(["keydown", "keyup"]))
    masked = pc.and_(keyed, events["masked"]).to_numpy()
    return np.where(masked, np.uint8(MASKED), found)


@cache
def _classes(keys: tuple[str, ...], layout: str) -> NDArray[np.uint8]:
    return key_vocabulary(keys, load_layout(layout)).key_class
