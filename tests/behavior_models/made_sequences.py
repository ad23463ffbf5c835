"""Key sequences of a few people, and keys of every kind to make them of."""

from hypothesis import strategies as st

from deskhand.behavior_models.key_sequences import KeySequences, key_sequences
from deskhand.behavior_models.keyboard_layout import load_layout
from deskhand.keyed_draws import keys

US = load_layout("qwerty-us")
KEYS = [*"abeth .,1", "A", "Shift", "Backspace", "Enter", "ArrowLeft", "?", "letter:L2u", "space"]
TEXT = ["Shift", *"The carrier called, and said the second truck would be late. ", "Enter"]
Row = st.lists(st.sampled_from(KEYS), min_size=1, max_size=40)


def made(
    rows: list[list[str]], numbers: list[int] | None = None, people: list[int] | None = None
) -> KeySequences:
    """Return sequences; their numbers and their people's decide what is drawn for them."""
    numbers = list(range(len(rows))) if numbers is None else numbers
    people = [number % 3 for number in numbers] if people is None else people
    named = sorted(set(people))
    return key_sequences(
        rows,
        US,
        person=[named.index(one) for one in people],
        person_key=keys(5, "person", named),
        sequence_key=keys(5, "sequence", numbers),
    )
