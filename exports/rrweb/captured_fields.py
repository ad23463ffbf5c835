"""Fields of a capture: from the texts that rrweb tells to the edits between them, masked ones by length."""

from collections.abc import Callable, Mapping
from typing import Any

from deskhand.exports.losses import Dropped
from deskhand.exports.rrweb.captured_page import CHECKED, WHOLE_VALUES, CapturedPage
from deskhand.field_text import edit_between


class CapturedFields:
    """Follows the fields of one page.

    Parameters
    ----------
    page : CapturedPage
        The page.
    elements : dict of int to dict
        Rows of the elements told so far, by node; a field that turns out masked is called sensitive.
    add : callable
        Keeps a canonical row: type, time in ms, node, further columns.
    dropped : Dropped
        Counts what tells nothing.
    """

    def __init__(
        self,
        page: CapturedPage,
        elements: dict[int, dict[str, Any]],
        add: Callable[..., Any],
        dropped: Dropped,
    ) -> None:
        self._page = page
        self._elements = elements
        self._add = add
        self._dropped = dropped
        self._texts: dict[int, str] = {}
        self._masked: set[int] = set()
        self._focused_ms: dict[int, int] = {}
        self._redacted: set[int] = set()

    def clear(self) -> None:
        """Start anew on a page that is shown from its beginning."""
        for store in (self._texts, self._masked, self._focused_ms, self._redacted):
            store.clear()

    def focus(self, node_id: int, at: int) -> None:
        """Note that a field got the focus: what is masked from then on is told anew."""
        self._redacted.discard(node_id)
        self._focused_ms[node_id] = at

    def reason(self, node_id: int) -> str | None:
        """Return why a field's content is left out, None when it is not."""
        if self._page.kind(node_id) == "password":
            return "password"
        return "masked" if node_id in self._masked else None

    def take(self, data: Mapping[str, Any], at: int) -> None:
        """Tell what an Input event says."""
        node_id, text = data["id"], data["text"]
        kind = self._page.kind(node_id)
        if kind in CHECKED:
            if kind == "radio" and not data["isChecked"]:
                self._dropped.add("Input: a radio button that another one unchecks")
                return
            value = "true" if data["isChecked"] else "false"
            self._add("input", at, node_id, value=value, value_length=len(value))
        elif kind == "select":
            label = self._page.label_of_option(node_id, text)
            self._add("select.change", at, node_id, value=label, value_length=len(label))
            self._add("input", at, node_id, value=text, value_length=len(text))
        else:
            self._text(node_id, kind, text, at, typed=data.get("userTriggered", True))

    def _text(self, node_id: int, kind: str, text: str, at: int, *, typed: bool) -> None:
        before = self._texts.get(node_id)
        if before is None:
            before = self._page.field_text(node_id)
        self._texts[node_id] = text
        stars = bool(text) and not text.strip("*")
        if kind == "password" or stars or (not text and node_id in self._masked):
            self._masked_text(node_id, len(before), len(text), at)
            return
        self._masked.discard(node_id)
        if text == before:
            self._dropped.add("Input: the text stays as it was")
        elif kind in WHOLE_VALUES or not typed or (before and not before.strip("*")):
            self._add("input", at, node_id, value=text, value_length=len(text))
        else:
            self._add("input", at, node_id, **edit_between(before, text))

    def _masked_text(self, node_id: int, before: int, length: int, at: int) -> None:
        self._masked.add(node_id)
        if node_id not in self._redacted:
            self._redacted.add(node_id)
            since = self._focused_ms.get(node_id, at)
            reason = self.reason(node_id)
            self._add("redaction", since, node_id, reason=reason, policy="mask")
            if node_id in self._elements:
                self._elements[node_id]["sensitive"] = reason
        kind = "insertText" if length >= before else "deleteContentBackward"
        self._add("input", at, node_id, masked=True, value_length=length, input_type=kind)
