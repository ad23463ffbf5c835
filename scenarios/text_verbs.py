"""Verbs of texts: typing, selecting, copying, cutting, pasting, and taking it back."""

from abc import abstractmethod

from deskhand.errors import DeskhandError
from deskhand.generators.plan import Row
from deskhand.scenarios.keying import CELL
from deskhand.scenarios.live_page import MASK, SCRIPT_US
from deskhand.scenarios.scenario import Steps
from deskhand.scenarios.selecting import Selecting
from deskhand.screen import Element


class TextVerbs(Selecting):
    """What a scenario can ask a person to do with the texts of the page in front."""

    @abstractmethod
    def _pass(self) -> Steps:
        """Let the planned time pass."""

    @abstractmethod
    def pass_time(self) -> Steps:
        """Let the world come to the planned present."""

    def type(
        self,
        text: str,
        *,
        into: str | None = None,
        mode: str | None = None,
        clear: bool = False,
        uncorrected: bool = False,
    ) -> Steps:
        """Type a text into a field: for what is selected there, or else at the end.

        Parameters
        ----------
        text : str
            Characters of the keyboard layout; a date field takes ``2026-03-02``.
        into : str, optional
            Locator of the field; the field with the focus when not given.
        mode : str, optional
            ``form``, ``transcription`` or ``composition``; by the length of the text when not given.
        clear : bool
            Whether to empty the field first.
        uncorrected : bool
            Whether errors that nobody notices stay in the field.
        """
        self.step += 1
        element = self.focus_on(self.find(into or self._focused("type")))
        if element.widget == "date":
            self.type_date(text, element)
            yield from self._pass()
            return
        if clear:
            self.empty_field(element)
        else:
            self.caret_to_end(element)
        if element.widget == "password":
            mode = "password"
        self.typist.announce(text, mode=mode, uncorrected=uncorrected)
        yield from self.pass_time()
        self.type_text(text, element, mode=mode, uncorrected=uncorrected)
        yield from self._pass()

    def select(self, target: str, *, text: str | None = None, by: str | None = None) -> Steps:
        """Select what a field holds or an element shows; what is typed or pasted next replaces it.

        Parameters
        ----------
        target : str
            Locator.
        text : str, optional
            The part to select, where it first stands; all when not given.
        by : str, optional
            ``double-click`` (a word), ``triple-click`` (all), ``drag`` or ``keys`` (Control+a, or Shift
            and arrows); the person's habits decide when not given.
        """
        self.step += 1
        element = self.find(target)
        shown = self.shown_text(element)
        if text is not None and self.live.sensitivity(element) is not None:
            raise DeskhandError(
                f"select({target!r}, text=...): what {element.key!r} holds is masked, so no part of "
                "it is known; leave text out to select all."
            )
        part = shown if text is None else text
        start = shown.find(part)
        if not part or start < 0:
            raise DeskhandError(
                f"select({target!r}): {element.key!r} shows {shown!r}"
                + (f" and not {text!r}; give a part of it." if part else "; there is nothing yet.")
            )
        self.select_part(element, (start, start + len(part)), by)
        return self._pass()

    def copy(self, target: str) -> Steps:
        """Copy what is selected in an element, or else all that it holds."""
        self.step += 1
        element = self.find(target)
        part = self._chosen(element)
        self.press_keys("Control+c", verb="copy")
        self.clipboard = part
        self._clip("copy", element.key, len(part))
        return self._pass()

    def cut(self, target: str) -> Steps:
        """Cut what is selected in a field, or else all that it holds."""
        self.step += 1
        element = self.find(target)
        if element.widget not in ("text", "textarea"):
            raise DeskhandError(
                f"cut({target!r}): {element.key!r} is a {element.widget} of role {element.role} and no "
                "text field; copy it instead."
            )
        live, key = self.live, element.key
        before = live.value(element)
        if not before:
            raise DeskhandError(f"cut({target!r}): {key!r} is empty; type something first.")
        part = self._chosen(element)
        if live.fields.selection is None:
            # A cell that has the focus is cut as a whole.
            live.fields.selection = (key, 0, len(before))
        start, _ = live.fields.span(key, before)
        self.press_keys("Control+x", verb="cut")
        self.clipboard = part
        self._clip("cut", key, len(part))
        live.values[key] = live.fields.replace(key, before, "")
        self._edit("deleteByCut", element, start, None)
        return self._pass()

    def _chosen(self, element: Element) -> str:
        """Return what is selected in an element; select all of it when nothing is."""
        shown = self.shown_text(element)
        selection = self.live.fields.selection
        if selection is None or selection[0] != element.key:
            selection = (element.key, 0, len(shown))
            if element.role == CELL:
                # A cell of a table is taken as a whole.
                self.focus_on(element)
            else:
                self.select_part(element, selection[1:], None)
        else:
            self.ponder("next")
        chosen = shown[slice(*selection[1:])]
        return MASK * len(chosen) if self.live.sensitivity(element) else chosen

    def paste(self, into: str | None = None, text: str | None = None) -> Steps:
        """Paste what was copied last, or a text copied elsewhere, into a field.

        It replaces what is selected there, or else goes to the end.
        """
        self.step += 1
        text = self.clipboard if text is None else text
        element = self.focus_on(self.find(into or self._focused("paste")))
        self.caret_to_end(element)
        self.ponder("next")
        live, key = self.live, element.key
        before = live.value(element)
        start, _ = live.fields.span(key, before)
        self.press_keys("Control+v", verb="paste")
        self._clip("paste", key, len(text))
        kept = MASK * len(text) if live.sensitivity(element) is not None else text
        live.values[key] = live.fields.replace(key, before, kept)
        self._edit("insertFromPaste", element, start, text)
        return self._pass()

    def undo(self) -> Steps:
        """Take back the latest edit of the focused field with Control+z: typing, a paste, a cut."""
        self.step += 1
        element = self.find(self._focused("undo"))
        self.ponder("notice")
        self.press_keys("Control+z", verb="undo")
        undone = self.live.fields.undo(element.key, self.live.value(element))
        if undone is not None:
            self.live.values[element.key], edit = undone
            self._edit("historyUndo", element, edit.at, edit.removed or None)
        return self._pass()

    def _focused(self, verb: str) -> str:
        if self.live.focus is None:
            raise DeskhandError(
                f"{verb}: no field has the focus on screen {self.live.screen.name!r}; "
                "name one, as in desk.type('...', into='lead.name')."
            )
        return self.live.focus

    def _struck_us(self) -> int:
        """Return just after the down of the latest key."""
        latest = self.plan.typed[-1]
        return latest.start_us + int(latest.typing.down_us[-1]) + SCRIPT_US

    def _clip(self, kind: str, target: str, length: int) -> None:
        columns = {"target": target, "value_length": length, "input_type": kind}
        action = self.plan.actions[-1].action_id
        self.plan.rows.append(Row(self._struck_us(), "clipboard", action, columns))

    def _edit(self, kind: str, element: Element, at: int, text: str | None) -> None:
        """Append the row of an edit that has just been made."""
        masked = self.live.sensitivity(element) is not None
        columns = {
            "target": element.key,
            "input_type": kind,
            "value": None if masked else text,
            "detail": at,
            "value_length": len(self.live.value(element)),
            "masked": masked,
        }
        action = self.plan.actions[-1].action_id
        self.plan.rows.append(Row(self._struck_us(), "input", action, columns))
