"""Keys as typed runs and shortcuts: which of them made text, and which held others down."""

from typing import Any

from deskhand.events import ALT, CONTROL, META, SHIFT
from deskhand.exports.act_kinds import Press, Type

# Modifier keys by their W3C names (UI Events KeyboardEvent key values), with their bits.
MODIFIER_KEYS = {
    "Shift": SHIFT, "Control": CONTROL, "Alt": ALT, "Meta": META,
    "AltGraph": 0, "CapsLock": 0, "NumLock": 0, "ScrollLock": 0, "Fn": 0,
}  # fmt: skip
# Pressed and released alone these two open a menu (Windows, GNOME); the others do nothing alone.
ACT_ALONE = ("Meta", "Alt")
# Keys of input methods: the text comes by `input` rows.
COMPOSING_KEYS = ("Dead", "Process", "Unidentified", "Compose")
TYPED_INPUT = ("insertText", "insertCompositionText")


def makes_text(key: str, modifiers: int) -> bool:
    """Return whether a key types a character rather than being a shortcut or a named key.

    Examples
    --------
    >>> makes_text("a", 0), makes_text("A", SHIFT), makes_text("c", CONTROL), makes_text("Tab", 0)
    (True, True, False, False)
    >>> makes_text("@", CONTROL | ALT)  # AltGr on Windows
    True
    """
    if len(key) != 1:
        return False
    commands = modifiers & (CONTROL | ALT | META)
    return not commands or (commands == CONTROL | ALT and not key.isalnum())


class KeyedRuns:
    """Adds to a list of acts, shared with others, what keys and their text amount to.

    Parameters
    ----------
    acts : list of dict
        Acts so far; a run goes on only while it is the last of them.
    keyed : bool
        Whether the capture has keys at all; where it has none, `input` rows alone tell of typing.
    pause_us : int
        A longer gap between keys ends a run.
    """

    def __init__(self, acts: list[dict[str, Any]], *, keyed: bool, pause_us: int) -> None:
        self._acts = acts
        self._keyed = keyed
        self._pause_us = pause_us
        self._down: dict[str | None, dict[str, Any]] = {}
        self._held: dict[str, dict[str, Any]] = {}
        self._unused: dict[str, dict[str, Any]] = {}
        self._texts: dict[tuple[Any, Any], str] = {}

    def read(self, row: int, event: dict[str, Any], common: dict[str, Any]) -> None:
        """Take one row of the types keydown, keyup and input."""
        if event["type"] == "input":
            self._edited(row, event, common)
        elif event["type"] == "keydown":
            self._pressed(row, event, common)
        else:
            self._released(row, event, common)

    def use_held(self, modifiers: int | None) -> int:
        """Return the modifiers that are held; they are no act of their own any more."""
        self._unused.clear()
        return self._bits(modifiers)

    def _bits(self, modifiers: int | None) -> int:
        bits = 0 if modifiers is None else modifiers
        for key in self._held:
            bits |= MODIFIER_KEYS[key]
        return bits

    def _pressed(self, row: int, event: dict[str, Any], common: dict[str, Any]) -> None:
        key = event["key"]
        if key in MODIFIER_KEYS:
            if key not in self._held:
                self._held[key] = self._unused[key] = common
            return
        if key in COMPOSING_KEYS:
            return
        modifiers = self._bits(event["modifiers"])
        if key is None or event["masked"]:
            act = self._typed(common, masked=True)
            act["keys"] += 1
        elif makes_text(key, modifiers):
            act = self._typed(common, masked=False)
            act["characters"].append(key)
            act["pending"] += 1
        else:
            act = self._repeated(event, common, modifiers)
        act["end_us"], act["last_row"] = event["t_us"], row
        self._down[event["code"] or (key and key.lower())] = act

    def _released(self, row: int, event: dict[str, Any], common: dict[str, Any]) -> None:
        key = event["key"]
        if key in MODIFIER_KEYS:
            self._held.pop(key, None)
            alone = self._unused.pop(key, None)
            if alone and key in ACT_ALONE:
                ends = {"end_us": event["t_us"], "last_row": row}
                named = {"key": key, "code": event["code"], "modifiers": 0, "count": 1}
                self._acts.append({"kind": Press, **alone, **named, **ends})
            return
        act = self._down.pop(event["code"] or (key and key.lower()), None)
        if act is not None:
            act["end_us"] = max(act["end_us"], common["end_us"])
            act["last_row"] = max(act["last_row"], row)

    def _run(self, kind: type, common: dict[str, Any]) -> dict[str, Any] | None:
        """Return the act before, where it may go on."""
        last = self._acts[-1] if self._acts else None
        if last is None or last["kind"] is not kind:
            return None
        same = all(last[name] == common[name] for name in ("app", "window", "target", "masked"))
        return last if same and common["start_us"] - last["end_us"] < self._pause_us else None

    def _begun(self, common: dict[str, Any]) -> dict[str, Any]:
        """Return where an act begins: with the modifiers pressed for it."""
        begun = min([common, *self._unused.values()], key=lambda held: held["first_row"])
        self._unused.clear()
        return {**common, "start_us": begun["start_us"], "first_row": begun["first_row"]}

    def _typed(self, common: dict[str, Any], *, masked: bool) -> dict[str, Any]:
        common = {**common, "masked": masked}
        last = self._run(Type, common)
        if last is not None:
            self._unused.clear()
            return last
        act = {
            "kind": Type,
            **self._begun(common),
            "characters": [],
            "pending": 0,
            "keys": 0,
            "before": None,
            "after": None,
        }
        self._acts.append(act)
        return act

    def _repeated(
        self, event: dict[str, Any], common: dict[str, Any], modifiers: int
    ) -> dict[str, Any]:
        named = {"key": event["key"], "code": event["code"], "modifiers": modifiers}
        last = self._run(Press, common)
        if last is not None and all(last[name] == value for name, value in named.items()):
            last["count"] += 1
            return last
        act = {"kind": Press, **self._begun(common), **named, "count": 1}
        self._acts.append(act)
        return act

    def _edited(self, row: int, event: dict[str, Any], common: dict[str, Any]) -> None:
        last = self._acts[-1] if self._acts else None
        running = last is not None and last["kind"] is Type and last["target"] == event["target"]
        if event["masked"]:
            if running or not self._keyed:
                self._counted(event, self._typed(common, masked=True), row)
        elif event["input_type"] in TYPED_INPUT and event["value"]:
            if running and last is not None and last["pending"]:
                # What the field took is what was typed: accents, other layouts.
                last["characters"][-last["pending"]] = event["value"]
                last["pending"] -= 1
            elif event["value"] != "\n":
                act = self._typed(common, masked=False)
                act["characters"].append(event["value"])
                act["end_us"], act["last_row"] = event["t_us"], row
        elif event["input_type"] is None and not self._keyed:
            self._told(row, event, common)

    def _counted(self, event: dict[str, Any], act: dict[str, Any], row: int) -> None:
        length = event["value_length"] or 0
        if act["before"] is None:
            kind = event["input_type"] or ""
            act["before"] = length + (1 if kind.startswith("delete") else -1) if kind else 0
        act["after"] = length
        act["end_us"] = max(act["end_us"], event["t_us"])
        act["last_row"] = max(act["last_row"], row)

    def _told(self, row: int, event: dict[str, Any], common: dict[str, Any]) -> None:
        """Take a field's whole value, of a capture without keys."""
        value, field = event["value"] or "", (event["window"], event["target"])
        before = self._texts.get(field, "")
        self._texts[field] = value
        chosen = self._acts and self._acts[-1]["kind"] is not Type and value in ("true", "false")
        if chosen or value == before:
            return
        act = self._typed(common, masked=False)
        if value.startswith(before):
            act["characters"].append(value[len(before) :])
        else:
            act["characters"], act["replaces"] = [value], True
        act["end_us"], act["last_row"] = event["t_us"], row

    def finish(self) -> None:
        """Turn what was gathered into the acts' own fields."""
        for act in self._acts:
            if act["kind"] is not Type:
                continue
            if act["masked"]:
                grown = None if act["after"] is None else act["after"] - act["before"]
                act["text"], act["length"] = None, act["keys"] if grown is None else max(0, grown)
            else:
                act["text"] = "".join(act["characters"])
                act["length"] = len(act["text"])
