"""What form fields report: texts, checks, and the years that a typed date passes through."""

from deskhand.exports.rrweb import vocabulary as rr
from deskhand.exports.rrweb.live_page import LivePage
from deskhand.exports.rrweb.timeline import Timeline

FIELD_TAGS = ("input", "textarea", "select")
_YEAR_DIGITS = 4


class Fields:
    """Keeps the Input events of a recording; a value that did not change is not told again.

    Parameters
    ----------
    timeline : Timeline
        Where the events go.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._digits: list[tuple[int, str, str | None]] = []

    def digit(self, t_us: int, key: str, target: str | None) -> None:
        """Note that a digit was struck: it may belong to a date."""
        self._digits = [*self._digits[1 - _YEAR_DIGITS :], (t_us, key, target)]

    def write(self, t_us: int, live: LivePage, node_id: int, text: str) -> None:
        """Keep what a text field or a drop-down now holds."""
        if live.keep_input(node_id, text, checked=None):
            self._timeline.change(t_us, rr.INPUT, text=text, isChecked=False, id=node_id)

    def check(self, t_us: int, live: LivePage, node_id: int, *, on: bool) -> None:
        """Keep whether a box or radio button is checked, and what that unchecks."""
        attributes = live.dom.nodes[node_id]["attributes"]
        held = str(attributes.get("value", "on"))
        if live.keep_input(node_id, held, checked=on):
            self._timeline.change(t_us, rr.INPUT, text=held, isChecked=on, id=node_id)
        if attributes.get("type") == "radio" and on and attributes.get("name"):
            for other in live.dom.radio_group(node_id):
                held = str(other["attributes"].get("value", "on"))
                if live.keep_input(other["id"], held, checked=False):
                    self._timeline.change(
                        t_us, rr.INPUT, text=held, isChecked=False, id=other["id"]
                    )

    def pass_years(self, t_us: int, live: LivePage, node_id: int, key: str, text: str) -> None:
        """Keep what a typed date passes through: 0002, 0020 and 0202 on the way to 2026."""
        typed, self._digits = [d for d in self._digits if d[2] == key], []
        year, rest = text[:_YEAR_DIGITS], text[_YEAR_DIGITS:]
        if "".join(digit for _, digit, _ in typed) != year or t_us < typed[-1][0]:
            return
        for count, (at_us, _, _) in enumerate(typed[:-1], 1):
            passing = year[:count].rjust(_YEAR_DIGITS, "0") + rest
            if live.keep_input(node_id, passing, checked=None):
                self._timeline.change(at_us, rr.INPUT, text=passing, isChecked=False, id=node_id)
