"""One browser tab as its form, link and button trackers follow it, row by row."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from deskhand.exports.snowplow.form_fields import NO_VALUE, TRACKED, Field, fields_of
from deskhand.field_text import edited
from deskhand.screen import Screen

Row = Mapping[str, Any]
Told = tuple[str, dict[str, Any]]
BOXES = ("checkbox", "radio")
# Fields whose value is told by what was chosen: their change comes with the choice.
CHOSEN = (*BOXES, "date", "datetime-local", "month", "time", "week", "color", "range", None)


@cache
def _fields(screen: Screen) -> dict[str, Field]:
    return fields_of(screen)


class WebPage:
    """The page that a tab shows; a new one for each navigation.

    Parameters
    ----------
    screen : Screen or None
        Its compiled screen; without one there are no fields and no links.
    links : mapping
        Addresses that links of the page lead to, by element key.
    elements : mapping
        Role and name by element key, for what the screen lacks.
    hidden : set of str
        Sensitive fields, which are on the trackers' denylist.
    """

    def __init__(
        self,
        screen: Screen | None,
        links: Mapping[str, str],
        elements: Mapping[str, tuple[str, str]],
        hidden: set[str],
    ) -> None:
        self._fields = {} if screen is None else _fields(screen)
        self._links = links
        self._elements = elements
        self._hidden = hidden
        self._text = {key: field.value for key, field in self._fields.items()}
        self._checked = {key: field.checked for key, field in self._fields.items()}
        self._focused: str | None = None
        self._before = ""
        self._down: str | None = None

    def follow(self, row: Row) -> Iterator[Told]:
        """Yield the events that a row makes: the schema's name, and its data."""
        kind, target = row["type"], row["target"]
        if kind == "pointerdown":
            self._down = target
        elif kind == "pointerup" and row["button"] == 0 and target and target == self._down:
            yield from self._click(target)
        elif kind == "keydown" and row["key"] == "Enter" and target and not row["masked"]:
            yield from self._enter(target)
        elif kind == "focus" and target:
            yield from self._leave()
            yield from self._focus(target)
        elif kind == "blur":
            yield from self._leave()
        elif kind == "input" and target in self._fields:
            yield from self._edit(target, row)

    def _click(self, key: str) -> Iterator[Told]:
        role, label = self._elements.get(key, ("", ""))
        if key in self._links:
            yield "link_click", {"elementId": key, "targetUrl": self._links[key]}
        elif role == "button" and label:
            data: dict[str, Any] = {"label": label}
            field = self._fields.get(key)
            if field is not None:
                data |= {"id": field.id, "classes": list(field.classes)}
            yield "button_click", data
        field = self._fields.get(key)
        if field is not None and field.submits:
            yield from self._submit(field)

    def _enter(self, key: str) -> Iterator[Told]:
        field = self._fields.get(key)
        if field is None:
            return
        if field.tag == "button":
            yield from self._click(key)
        elif field.tag == "input" and field.form is not None:
            yield from self._change()
            yield from self._submit(field)

    def _focus(self, key: str) -> Iterator[Told]:
        self._focused, self._before = key, self._text.get(key, "")
        field = self._told(key)
        if field is not None and field.type not in BOXES:
            yield "focus_form", self._describe(field, "elementType")

    def _leave(self) -> Iterator[Told]:
        yield from self._change()
        self._focused = None

    def _change(self) -> Iterator[Told]:
        """Yield the change of a field that was typed into, as the browser tells it afterwards."""
        key = self._focused
        if key is None or self._text.get(key, "") == self._before:
            return
        self._before = self._text[key]
        field = self._told(key)
        if (field is not None and field.type not in CHOSEN) or (field and field.tag == "textarea"):
            yield "change_form", self._describe(field, "type")

    def _edit(self, key: str, row: Row) -> Iterator[Told]:
        field = self._fields[key]
        if field.type in BOXES:
            self._checked[key] = row["value"] == "true"
        else:
            # Of what was left out the length alone is known; only the denied and passwords lack it.
            whole = "*" * (row["value_length"] or 0)
            self._text[key] = whole if row["masked"] else edited(self._text[key], row)
        chosen = field.tag == "select" or (field.tag == "input" and field.type in CHOSEN)
        if chosen and row["input_type"] is None:
            if key == self._focused:
                self._before = self._text[key]
            if self._told(key) is not None:
                yield "change_form", self._describe(field, "type")

    def _submit(self, by: Field) -> Iterator[Told]:
        elements = []
        for key, field in self._fields.items():
            mine = field.form == by.form and field.tag in TRACKED and field.type not in NO_VALUE
            if mine and field.type != "password" and self._told(key) is not None:
                element = {
                    "name": field.name,
                    "value": self._value(field),
                    "nodeName": field.tag.upper(),
                }
                elements.append(element | ({"type": field.type} if field.type else {}))
        yield "submit_form", {"formId": by.form_name, "elements": elements}

    def _told(self, key: str) -> Field | None:
        """Return a field of a form, unless it is on the denylist."""
        field = self._fields.get(key)
        if field is None or field.form is None or field.tag not in TRACKED:
            return None
        # The value of a password is never sent, so its events are.
        return None if key in self._hidden and field.type != "password" else field

    def _value(self, field: Field) -> str | None:
        if field.type == "password" or (field.type in BOXES and not self._checked[field.key]):
            return None
        return self._text[field.key]

    def _describe(self, field: Field, type_name: str) -> dict[str, Any]:
        data: dict[str, Any] = {
            "formId": field.form_name,
            "elementId": field.name,
            "nodeName": field.tag.upper(),
            "elementClasses": list(field.classes),
            "value": self._value(field),
        }
        # A select has no type, and neither schema takes null for it.
        return data | ({type_name: field.type} if field.type else {})
