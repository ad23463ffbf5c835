"""A text field that keys are played into: caret, Backspace, arrows, and the same by words."""

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
