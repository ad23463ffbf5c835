"""The audit of the private fit: honest releases hold, and each mistake is found."""

import pytest

from deskhand.evaluation.canary_audit import HONEST, MISTAKES, canary_audit


@pytest.mark.parametrize("epsilon", [1.0, 3.0])
def test_an_honest_release_holds_and_mistakes_are_found(epsilon: float) -> None:
    found = {one.way: one for one in canary_audit(epsilon, 1e-6)}
    assert list(found) == [HONEST, *MISTAKES]
    assert all(one.as_it_should_be for one in found.values())
    # An audit that sees nothing would hold, too.
    assert 0.4 * epsilon < found[HONEST].shown < epsilon
