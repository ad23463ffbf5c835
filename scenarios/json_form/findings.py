"""What a check says of a scenario: findings, and those that need no page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deskhand.scenarios.json_form.places import Place
from deskhand.scenarios.json_form.steps import Act, Branch, Interrupted, Repeat, Step, Steps, inner

# Words in the name of a field that call for a mask.
TELLING = re.compile(
    r"\b(password|passphrase|pin|otp|code|iban|bic|card|cvc|cvv|phone|telephone|mobile|e-?mail)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check has found; what is not ``grave`` is a remark."""

    place: Place
    text: str
    grave: bool = True

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"{self.place}: {'' if self.grave else 'note: '}{self.text}"


def telling_word(*names: str) -> str | None:
    """Return the word in the names of a field that calls for a mask, if there is one.

    Examples
    --------
    >>> telling_word("lead.email"), telling_word("customerPhone"), telling_word("lead.shopping")
    ('email', 'phone', None)
    """
    for name in names:
        words = re.sub(r"[._/]|(?<=[a-z])(?=[A-Z])", " ", name)
        telling = TELLING.search(words.lower())
        if telling is not None:
            return telling[0]
    return None


def without_pages(steps: Iterable[Step]) -> Iterator[Found]:
    """Yield what the steps alone tell: some are never taken, a number has no source."""
    for step in steps:
        if isinstance(step, Branch):
            for way in step.ways:
                if way.probability == 0 and way.steps:
                    rest = ", which takes the rest," if way.rest else ""
                    yield _never(way.steps, f"the way{rest} has probability 0")
                if not (way.remark or way.rest):
                    yield _unsourced(way.place, f"probability {way.probability:g}")
        elif isinstance(step, Repeat):
            if step.most == 0:
                yield _never(step.steps, "the loop has no round")
            if step.until == 1 and step.most > 1:
                text = "'until' is 1, so there is never a second round."
                yield Found(place=step.place, text=text, grave=False)
            drawn = step.until or step.mean is not None or step.least < step.most
            if drawn and not step.remark:
                yield _unsourced(step.place, "number of rounds")
        elif isinstance(step, Interrupted):
            for interrupt in step.by:
                if interrupt.probability == 0:
                    yield _never(interrupt.steps, "what comes up has probability 0")
                if not interrupt.remark:
                    named = "probability" if interrupt.per_hour is None else "rate"
                    yield _unsourced(interrupt.place, named)
        elif isinstance(step, Act):
            timed = step.verb == "pause" or "after_s" in step.given
            if timed and not step.remark:
                yield _unsourced(step.place, "time")
        for within in inner(step):
            yield from without_pages(within)


def _never(steps: Steps, why: str) -> Found:
    first, last = steps[0].place, steps[-1].place
    which = f"step {first.number} is"
    if first != last:
        which = f"steps {first.number} to {last.number} are"
    return Found(place=first, text=f"{which} never taken, since {why}.")


def _unsourced(place: Place, what: str) -> Found:
    text = f"the {what} has no source; say in 'remark' where it comes from, or \"assumed\"."
    return Found(place=place, text=text, grave=False)
