"""The fields of a page as a person edits them: what is selected, where the caret is, what can be undone."""

from typing import NamedTuple


class Edit(NamedTuple):
    """One change of a field: at a place so many characters came in for those that were removed."""

    at: int
    removed: str
    inserted: int


class FieldState:
    """What is selected on one page, and the edits of its fields.

    Attributes
    ----------
    selection : tuple or None
        The element, and the first and last place of what is selected in it.
    caret : tuple or None
        The field and the place where the last edit left the caret; None for the end of any field.
    lit : str or None
        The element of which the page shows some text as selected, whether or not it is known which.

    Examples
    --------
    >>> state = FieldState()
    >>> state.selection = ("form.name", 0, 3)
    >>> text = state.replace("form.name", "Ada Quill", "Bea")
    >>> text, state.undo("form.name", text)
    ('Bea Quill', ('Ada Quill', Edit(at=0, removed='Ada', inserted=3)))
    """

    __slots__ = ("_done", "caret", "lit", "selection")

    def __init__(self) -> None:
        self.selection: tuple[str, int, int] | None = None
        self.caret: tuple[str, int] | None = None
        self.lit: str | None = None
        self._done: dict[str, list[Edit]] = {}

    def leave(self) -> None:
        """Forget selection and caret: a press or a change of focus has moved them."""
        self.selection = self.caret = self.lit = None

    def span(self, key: str, text: str) -> tuple[int, int]:
        """Return what the next edit of a field replaces: its selection, or nothing at the end."""
        if self.selection is not None and self.selection[0] == key:
            return self.selection[1:]
        return len(text), len(text)

    def at_end(self, key: str, text: str) -> bool:
        """Return whether what is typed into a field goes to its end, or for what is selected."""
        return self.selection is not None or self.caret in (None, (key, len(text)))

    def replace(self, key: str, text: str, new: str) -> str:
        """Put a text in for the selection of a field, or to its end; returns what it then holds."""
        start, end = self.span(key, text)
        self._done.setdefault(key, []).append(Edit(start, text[start:end], len(new)))
        self.selection, self.caret, self.lit = None, (key, start + len(new)), None
        return text[:start] + new + text[end:]

    def undo(self, key: str, text: str) -> tuple[str, Edit] | None:
        """Take back the latest edit of a field: what it then holds, and the edit; None without one."""
        done = self._done.get(key)
        if not done:
            return None
        edit = done.pop()
        self.selection, self.caret, self.lit = None, (key, edit.at + len(edit.removed)), None
        return text[: edit.at] + edit.removed + text[edit.at + edit.inserted :], edit

    def forget(self, key: str) -> None:
        """Forget what was done to a field, since its page has set its value."""
        self._done.pop(key, None)
        self.leave()
