"""Blocks of sessions: tasks and days simulated for one person after another, as columns of numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deskhand.api import simulate
from deskhand.behavior_models.persona import ROLES
from deskhand.datasets.loaders.draws import Mix, item_keys
from deskhand.datasets.loaders.sequences import Sequences
from deskhand.datasets.loaders.session_columns import (
    KEY_CLASSES,
    VERBS,
    action_columns,
    event_columns,
)
from deskhand.events import EVENT_TYPES
from deskhand.session import Session

SCENARIO, CONDITION = range(2)


class ActionTokeniser(Protocol):
    """What turns a session's actions into tokens."""

    def encode(self, acts: Mapping[str, Any]) -> NDArray[Any]:
        """Return the tokens of actions, a row an action."""


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
    epoch_items : int
        Sessions of an epoch.
    tokens : ActionTokeniser, optional
        Give the tokens of actions in the place of events.
    """

    seed: int
    people: range
    scenarios: Mix
    conditions: Mix
    profile: str | Path
    fidelity: str
    epoch_items: int
    tokens: ActionTokeniser | None = None
    size: int = 8

    @property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """What the numbers of coded columns stand for."""
        return {
            "type": EVENT_TYPES,
            "key_class": KEY_CLASSES,
            "verb": VERBS,
            "scenario": self.scenarios.names,
            "condition": self.conditions.names,
            "role": ROLES,
        }

    def sessions(
        self, epoch: int, items: NDArray[np.int64]
    ) -> Iterator[tuple[Session, dict[str, int]]]:
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
        """Return the events of some items of an epoch, or the tokens of their actions."""
        found = [(self._steps(session), labels) for session, labels in self.sessions(epoch, items)]
        return Sequences(
            count=np.array([len(steps["t_us"]) for steps, _ in found], np.int64),
            steps={
                name: np.concatenate([steps[name] for steps, _ in found]) for name in found[0][0]
            },
            labels={
                name: np.array([labels[name] for _, labels in found], np.int64)
                for name in found[0][1]
            },
        )

    def _steps(self, session: Session) -> dict[str, NDArray[Any]]:
        if self.tokens is None:
            return event_columns(session)
        acts = action_columns(session)
        return {"t_us": acts["t_us"], "tokens": self.tokens.encode(acts)}
