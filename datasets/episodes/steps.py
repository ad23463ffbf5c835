"""A session cut into the steps of an agent: one act each, with the moment at which it is decided.

Acts are derived from events as the exports derive them, and belong to the action of the session that
their rows name. What was mistyped and taken back within one text is left out: a step types what stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from deskhand.datasets.episodes.typed_text import gained
from deskhand.exports.act_kinds import Act, Choose, Click, Drag, Placed, Press, Scroll, Type, Wait
from deskhand.exports.derived_acts import derived_acts
from deskhand.exports.keyed_runs import MODIFIER_KEYS
from deskhand.plain_values import plain_rows
from deskhand.session import Session

# A page that answers sooner needs no step of waiting (assumed).
WAIT_US = 1_000_000
# A picture shows what was there just before a hand sets off.
BEFORE_US = 1
# Keys that change a text or go about in it.
EDITING = ("Backspace", "Delete", "ArrowLeft", "ArrowRight", "Home", "End", "Enter")
CLICKS = {1: "click", 2: "double_click", 3: "triple_click"}
BUTTONS = {1: "middle_click", 2: "right_click"}
_KEPT = (Click, Drag, Press, Scroll, Type)
_INPUT = ("action_id", "target", "input_type", "value", "value_length", "detail", "masked")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of a session: what is done, for which action, and when its picture is taken.

    ``action`` is a row of the session's actions; ``part`` counts the acts of one action from 0;
    ``chosen`` is the label that a drop-down has in the end, where the action chooses one.
    """

    act: Act
    action: Row
    part: int
    seen_us: int
    chosen: str | None = None

    @property
    def kind(self) -> str:
        """What sort of act it is: click, double_click, type, key, scroll, drag, hover or wait."""
        act = self.act
        if isinstance(act, Click):
            return CLICKS[act.count] if act.button == 0 else BUTTONS.get(act.button, "click")
        kinds = {Drag: "drag", Scroll: "scroll", Type: "type", Press: "key", Wait: "wait"}
        return kinds.get(type(act), "hover")


def steps_of(session: Session) -> list[Step]:
    """Return the steps of a session, in order.

    Parameters
    ----------
    session : Session
        Simulated: its rows name the actions that caused them.

    Examples
    --------
    >>> import deskhand
    >>> steps = steps_of(deskhand.simulate("auth.login", seed=7))
    >>> [(step.kind, step.action["verb"]) for step in steps[:3]]
    [('click', 'click'), ('type', 'type'), ('click', 'click')]
    """
    rows = _Rows(session)
    chosen: dict[int, str | None] = {}
    done: dict[int, list[Act]] = {}
    for act in derived_acts(session.events):
        if isinstance(act, Choose):
            chosen[rows.action_at(act.first_row)] = act.value
        elif isinstance(act, _KEPT):
            for action_id, own in rows.apart(act):
                done.setdefault(action_id, []).append(own)
    found: list[Step] = []
    actions = session.actions.sort_by([("start_us", "ascending"), ("action_id", "ascending")])
    for action in plain_rows(actions):
        acts = _joined(action, done.get(action["action_id"], []), rows)
        before: Act | None = None
        for part, act in enumerate(acts or _unpressed(action)):
            # A hand that has set off would tell where it is going.
            off_us = action["start_us"] if before is None else rows.sets_off(before, act)
            last_us = found[-1].seen_us if found else 0
            seen_us = max(off_us - BEFORE_US, last_us)
            label = chosen.get(action["action_id"])
            found.append(Step(act=act, action=action, part=part, seen_us=seen_us, chosen=label))
            before = act
    return found


class _Rows:
    """The events of a session by row and by action."""

    def __init__(self, session: Session) -> None:
        events = session.events
        kinds = events["type"].cast(pa.string())
        self._t_us: NDArray[np.int64] = events["t_us"].to_numpy()
        self._actions = pc.fill_null(events["action_id"], -1).to_numpy()
        self._keys = events["key"].cast(pa.string())
        down = np.asarray(pc.equal(kinds, "keydown"))
        named = pc.fill_null(pc.is_in(self._keys, pa.array([*MODIFIER_KEYS])), fill_value=False)
        self._struck = np.flatnonzero(down & ~np.asarray(named))
        self._moves = np.flatnonzero(np.asarray(pc.equal(kinds, "pointermove")))
        self._edits: dict[int, list[Row]] = {}
        edits = events.filter(pc.equal(kinds, "input")).select(list(_INPUT))
        for row in plain_rows(edits):
            self._edits.setdefault(row["action_id"], []).append(row)

    def action_at(self, row: int) -> int:
        """Return the action of a row, -1 where it has none."""
        return int(self._actions[row])

    def edits(self, action_id: int) -> Sequence[Row]:
        """Return the ``input`` rows of an action."""
        return self._edits.get(action_id, ())

    def apart(self, act: Act) -> Iterator[tuple[int, Act]]:
        """Yield an act, or the parts of it that belong to one action each."""
        inside: Sequence[int] = ()
        if isinstance(act, Type | Press):
            low, high = np.searchsorted(self._struck, [act.first_row, act.last_row + 1])
            inside = self._struck[low:high].tolist()
        elif isinstance(act, Click):
            inside = act.presses
        owners = [self.action_at(row) for row in inside]
        if len(set(owners)) < 2:
            yield (owners[0] if owners else self.action_at(act.first_row)), act
            return
        for owner in dict.fromkeys(owners):
            rows = [row for row, other in zip(inside, owners, strict=True) if other == owner]
            first, last = rows[0], rows[-1]
            times = {"start_us": int(self._t_us[first]), "end_us": int(self._t_us[last])}
            place: dict[str, Any] = {**times, "first_row": first, "last_row": last}
            if isinstance(act, Click):
                yield owner, replace(act, **place, presses=tuple(rows), count=len(rows))
            elif isinstance(act, Press):
                yield owner, replace(act, **place, count=len(rows))
            elif isinstance(act, Type):
                keys = self._keys.take(rows).to_pylist()
                text = None if act.masked else "".join(k for k in keys if k and len(k) == 1)
                length = len(rows) if text is None else len(text)
                yield owner, replace(act, **place, text=text, length=length)

    def sets_off(self, before: Act, act: Act) -> int:
        """Return when the hand begins what follows another act of the same action."""
        k = int(np.searchsorted(self._t_us[self._moves], before.end_us, "right"))
        moved = int(self._t_us[self._moves[k]]) if k < len(self._moves) else act.start_us
        return (
            max(before.end_us, min(act.start_us, moved)) if moved > before.end_us else act.start_us
        )


def _joined(action: Row, acts: list[Act], rows: _Rows) -> list[Act]:
    """Return the acts of an action as an agent would do them."""
    if action["verb"] == "type":
        whole = _whole_text(acts, rows.edits(action["action_id"]))
        if whole is not None:
            return [whole]
    found: list[Act] = []
    for act in acts:
        if isinstance(act, Click) and act.count > 1 and action["verb"] == "choose":
            # To open a list and to take what lies under the pointer are two things.
            found += [replace(act, count=1), replace(act, count=1, start_us=act.end_us)]
            continue
        if isinstance(act, Type) and action["verb"] == "press" and len(set(act.text or "")) == 1:
            act = _pressed(act)
        last = found[-1] if found else None
        if isinstance(act, Press) and isinstance(last, Press) and _same_key(last, act):
            ends: dict[str, Any] = {"end_us": act.end_us, "last_row": act.last_row}
            found[-1] = replace(last, count=last.count + act.count, **ends)
        else:
            found.append(act)
    return found


def _same_key(one: Press, other: Press) -> bool:
    return (one.key, one.modifiers) == (other.key, other.modifiers)


def _pressed(act: Type) -> Press:
    """Return a letter that is pressed as a command, which looks like typing."""
    names = ("start_us", "end_us", "first_row", "last_row", "app", "window", "target", "masked")
    shared = {name: getattr(act, name) for name in names}
    letter = (act.text or " ")[0]
    return Press(**shared, key=letter, code=None, modifiers=0, count=len(act.text or " "))


def _whole_text(acts: Sequence[Act], edits: Sequence[Row]) -> Type | None:
    """Return one act of typing for all that were needed, None where they do something else as well."""
    if not acts or any(act.target != acts[0].target for act in acts):
        return None
    if not all(isinstance(a, Type) or (isinstance(a, Press) and a.key in EDITING) for a in acts):
        return None
    typed = [act for act in acts if isinstance(act, Type)]
    if not typed:
        return None
    ends: dict[str, Any] = {"start_us": acts[0].start_us, "first_row": acts[0].first_row}
    ends |= {"end_us": acts[-1].end_us, "last_row": acts[-1].last_row}
    if any(act.masked for act in typed):
        return replace(typed[0], **ends, text=None, length=max(1, sum(a.length for a in typed)))
    if len(acts) == len(typed):
        text: str | None = "".join(act.text or "" for act in typed)
    else:
        text = gained(edits)
    return replace(typed[0], **ends, text=text, length=len(text)) if text else None


def _unpressed(action: Row) -> list[Act]:
    """Return what was done without a press: pointing at something, or waiting for the page."""
    shared = {name: action[name] for name in ("start_us", "end_us", "target")}
    shared |= {"first_row": 0, "last_row": 0, "app": None, "window": None, "masked": False}
    if action["verb"] == "hover" and action["actual_x"] is not None:
        at = {"screen_x": action["actual_x"], "screen_y": action["actual_y"]}
        return [Placed(**shared, **at, client_x=None, client_y=None)]
    if action["verb"] == "wait_for" and action["end_us"] - action["start_us"] >= WAIT_US:
        return [Wait(**shared)]
    return []
