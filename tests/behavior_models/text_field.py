"""A text field that keys are played into: caret, Backspace, arrows, and the same by words."""

from typing import Any

from deskhand.behavior_models.error_correction import TypedKeys
from deskhand.behavior_models.keyboard_layout import KeyboardLayout


def played(keys: TypedKeys, text: int, layout: KeyboardLayout) -> bytes:
    """Return what the field holds after the keys of one text."""
    begin = int(keys.first[text])
    end = int(keys.first[text + 1]) if text + 1 < len(keys.first) else len(keys.token)
    field, caret, control = bytearray(), 0, 0

    def word(token: int) -> bool:
        return layout.key_names[token].isalnum() and len(layout.key_names[token]) == 1

    for token, held in zip(
        keys.token[begin:end].tolist(), keys.held[begin:end].tolist(), strict=True
    ):
        name = layout.key_names[token]
        by_word, control = control > 0, max(0, control - 1)
        if name == "Control":
            assert held > 0
            control = held
        elif name == "Backspace":
            assert caret > 0
            start = caret - 1
            if by_word:
                while start > 0 and not word(field[start]):
                    start -= 1
                while start > 0 and word(field[start - 1]):
                    start -= 1
            del field[start:caret]
            caret = start
        elif name == "ArrowLeft":
            assert caret > 0
            caret -= 1
            while by_word and not (
                word(field[caret]) and (caret == 0 or not word(field[caret - 1]))
            ):
                caret -= 1
        elif name == "End":
            if by_word:
                caret = len(field)
            else:
                while caret < len(field) and field[caret] != 10:
                    caret += 1
        else:
            assert not by_word
            field.insert(caret, token)
            caret += 1
    assert control == 0
    return bytes(field)


def filled(rows: list[dict[str, Any]], layout: KeyboardLayout) -> str:
    """Return what fields hold after the rows of one text; Tab goes to the next of them.

    The modifiers of a key are those that are down at it; ``pasted`` comes with Control and V.
    """
    fields, caret = [""], 0
    shifted = {
        layout.key_names[token]: bool(layout.level[token] & 1) for token in layout.characters
    }
    # A modifier matters for the few keys that go down while it is held.
    held = [row for row in rows if row["key"] in ("Control", "Shift")]
    for row in rows:
        key, at, text = row["key"], row["down_us"], fields[-1]
        down = {one["key"] for one in held if one["down_us"] < at < one["up_us"]}
        control = "Control" in down
        head, tail = text[:caret], text[caret:]
        if row["pasted"] is not None:
            assert (key, down) == ("v", {"Control"})
            fields[-1], caret = head + row["pasted"] + tail, caret + len(row["pasted"])
        elif key == "Backspace":
            assert head, "nothing to take back in this field"
            head = head[: _word_start(head)] if control else head[:-1]
            fields[-1], caret = head + tail, len(head)
        elif key == "ArrowLeft":
            assert head, "nothing on the left in this field"
            caret = _word_start(head) if control else caret - 1
        elif key == "End":
            caret = len(text) if control else caret + len(tail.partition("\n")[0])
        elif key == "Tab":
            assert not tail, "left in the middle of a field"
            fields, caret = [*fields, ""], 0
        elif key == "Enter" or len(key) == 1:
            assert not control
            assert key == "Enter" or shifted[key] == ("Shift" in down), (key, at)
            fields[-1], caret = head + ("\n" if key == "Enter" else key) + tail, caret + 1
        else:
            assert key in ("Control", "Shift")
    return "\t".join(fields)


def _word_start(head: str) -> int:
    """Return where the last word before the caret starts."""
    place = len(head)
    while place and not head[place - 1].isalnum():
        place -= 1
    while place and head[place - 1].isalnum():
        place -= 1
    return place
