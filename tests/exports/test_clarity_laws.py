"""Laws of what Clarity keeps of moves and edits, and of what its masks tell."""

from hypothesis import given
from hypothesis import strategies as st

from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.look_ahead import Edit, Place, kept_edits, kept_places
from deskhand.exports.clarity.masking import mangled, redacted

walks = st.lists(st.tuples(st.integers(1, 700), st.integers(0, 60), st.integers(1, 2)), max_size=60)


@given(walks)
def test_what_is_kept_of_moves_was_there_and_the_last_one_stays(
    walk: list[tuple[int, int, int]],
) -> None:
    at_ms, places = 0, []
    for gap_ms, x, node in walk:
        at_ms += gap_ms
        places.append(Place(at_ms, cl.MOUSE_MOVE, node, x, 0))
    told = kept_places(places, cl.POINTER_INTERVAL_MS, (cl.MOUSE_MOVE,))
    kept = [place for _, place in told]
    assert kept == [place for place in places if place in kept]
    assert kept[-1:] == places[-1:]
    assert all(due >= place.at_ms + cl.LOOK_AHEAD_MS for due, place in told)
    for before, now in zip(kept, kept[2:], strict=False):
        near = now.at_ms - before.at_ms < 25 and abs(now.x - before.x) < 20
        assert not near or now.node_id != before.node_id


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 2)), max_size=40))
def test_the_last_text_of_each_field_is_told(edits: list[tuple[int, int]]) -> None:
    at_ms, made = 0, []
    for gap_ms, node in edits:
        at_ms += gap_ms
        made.append(Edit(at_ms, node, str(at_ms)))
    told = kept_edits(made, [])
    last = {edit.node_id: edit for edit in made}
    assert {edit.node_id: edit for _, edit in told} == last
    assert [due for due, _ in told] == sorted(due for due, _ in told)


@given(st.text(max_size=40))
def test_masked_texts_tell_a_length_to_the_next_five_alone(text: str) -> None:
    assert set(mangled(text)) <= {"•", " "}
    assert len(mangled(text)) == (len(text) // 5 + 1) * 5
    assert len(redacted(text)) == len(text)
    assert not any(letter.isdigit() and letter.isascii() for letter in redacted(text)) or any(
        sign in text for sign in "$€£¥₿¢"
    ) or not text.isascii()  # fmt: skip
