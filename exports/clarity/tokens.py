"""What Clarity notes of one page, as tokens: time, kind of event, and what belongs to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deskhand.exports.clarity.lookahead import INPUT_LOOKAHEAD_US, kept, sent_us
from deskhand.screen import Screen

# clarity-js, enum Event.
DOCUMENT, CLICK, SCROLL, MOVE, DOWN, UP, WHEEL, DOUBLE = 8, 9, 10, 12, 13, 14, 15, 16
UNLOAD, INPUT, VISIBILITY, VARIABLE, CLIPBOARD, CONTEXT_MENU = 26, 27, 28, 34, 38, 48
CLIPBOARD_ACTIONS = {"cut": 0, "copy": 1, "paste": 2}
# Setting ClickPrecision, ClickText and WordLength.
CLICK_PRECISION = 32_767
CLICK_TEXT = 25
WORD_LENGTH = 5
BULLET = "\u2022"
# Elements on which a click is expected to change nothing that can be seen.
QUIET_TAGS = ("input", "textarea", "button", "canvas")
ROOT = 1
COLUMNS = (
    "t_us", "type", "window", "target", "client_x", "client_y", "button", "detail", "delta_x",
    "delta_y", "value", "value_length", "input_type", "url", "reference",
)  # fmt: skip
# Queued at, tokens.
Token = tuple[int, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One page of one tab, and its rows of the event table."""

    start_us: int
    end_us: int
    url: str
    screen: Screen | None
    size: tuple[int, int]
    rows: pa.Table
    labels: Mapping[str, tuple[str, str]]
    links: Mapping[str, str]


def mangled(length: int) -> str:
    """Return what stands for a text of that length: bullets to the next multiple of five.

    Examples
    --------
    >>> [len(mangled(n)) for n in (0, 1, 4, 5, 9, 10)]
    [0, 5, 5, 10, 10, 15]
    """
    if length == 0:
        return ""
    whole = (length // WORD_LENGTH + 1) * WORD_LENGTH
    return "".join(" " if k and k % WORD_LENGTH == 0 else BULLET for k in range(whole))


def hashes(key: str) -> str:
    """Return the two hashes of an element's selector, as Clarity writes them."""
    number = int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big")
    text = np.base_repr(number, 36).lower()
    return f"{text}.{text}"


def page_tokens(page: PageView) -> list[Token]:
    """Return the tokens of a page with the times at which they are ready to be sent."""
    width, height = page.screen.document if page.screen else page.size
    tokens: list[Token] = [(page.start_us, [0, DOCUMENT, width, height])]
    tokens += _positions(page)
    tokens += _acts(page)
    tokens += _inputs(page)
    tokens.append((page.end_us, [_ms(page, page.end_us), UNLOAD, "pagehide", 0]))
    tokens.sort(key=lambda token: (token[0], token[1][0]))
    return tokens


def _ms(page: PageView, t_us: int) -> int:
    return (t_us - page.start_us) // 1000


def _of(page: PageView, *kinds: str) -> pa.Table:
    return page.rows.filter(pc.is_in(page.rows["type"], pa.array(kinds)))


def _numbers(table: pa.Table, name: str) -> Any:
    return table[name].to_numpy().astype(np.float64)


def _scrolled(page: PageView, t_us: Any) -> tuple[Any, Any, pa.Table]:
    """Return how far the page was scrolled at each time, and the rows that say so."""
    rows = _of(page, "scroll")
    rows = rows.filter(pc.equal(rows["target"], "document"))
    at = np.searchsorted(rows["t_us"].to_numpy(), t_us, side="right")
    left, top = (np.append(0.0, np.nan_to_num(_numbers(rows, c))) for c in ("delta_x", "delta_y"))
    return left[at], top[at], rows


def _placed(page: PageView, rows: pa.Table) -> tuple[Any, Any, Any, Any]:
    """Return which rows are on the page, and their places and elements."""
    x, y = _numbers(rows, "client_x"), _numbers(rows, "client_y")
    with np.errstate(invalid="ignore"):
        seen = (x >= 0) & (y >= 0) & (x < page.size[0]) & (y < page.size[1])
    rows = rows.filter(pa.array(seen))
    left, top, _ = _scrolled(page, rows["t_us"].to_numpy())
    x, y = np.rint(x[seen] + left), np.rint(y[seen] + top)
    if page.screen is None:
        return rows, x, y, np.full(len(rows), ROOT)
    # The page as it was loaded: what opens later lies over it and is not told.
    labels = page.screen.hit
    inside_y = np.clip(y.astype(np.int64), 0, labels.shape[0] - 1)
    inside_x = np.clip(x.astype(np.int64), 0, labels.shape[1] - 1)
    return rows, x, y, np.maximum(labels[inside_y, inside_x].astype(np.int64), ROOT)


def _positions(page: PageView) -> Iterator[Token]:
    """Yield pointer and scroll positions."""
    rows, x, y, node = _placed(page, _of(page, "pointermove", "wheel", "pointerdown", "pointerup"))
    codes = {"pointermove": MOVE, "wheel": WHEEL, "pointerdown": DOWN, "pointerup": UP}
    code = np.array([codes[kind] for kind in rows["type"].to_pylist()], np.int64)
    t_us = rows["t_us"].to_numpy()
    # A press sends on what waits, so that positions before and after it are never near.
    pressed = np.isin(code, (DOWN, UP))
    group = (np.cumsum(pressed) * 16 + code) * (1 << 20) + node
    index = kept(t_us, x, y, group)
    ready = sent_us(t_us)
    presses = np.append(t_us[pressed], np.iinfo(np.int64).max)
    ready = np.minimum(ready, presses[np.searchsorted(presses, t_us)])
    at = (t_us - page.start_us) // 1000
    columns = (c[index].astype(np.int64).tolist() for c in (ready, at, code, node, x, y))
    for sent, *token in zip(*columns, strict=True):
        yield sent, token
    _, _, scrolls = _scrolled(page, page.rows["t_us"].to_numpy()[:0])
    t_us = scrolls["t_us"].to_numpy()
    x, y = (np.rint(np.nan_to_num(_numbers(scrolls, c))) for c in ("delta_x", "delta_y"))
    ready = sent_us(t_us)
    for k in kept(t_us, x, y, np.zeros(len(t_us), np.int64)).tolist():
        yield int(ready[k]), [_ms(page, int(t_us[k])), SCROLL, ROOT, int(x[k]), int(y[k])]


def _acts(page: PageView) -> Iterator[Token]:
    """Yield clicks, context menus and what is copied or pasted."""
    rows, x, y, node = _placed(page, _of(page, "pointerdown", "pointerup"))
    down: str | None = None
    lengths = _lengths(page)
    columns = zip(
        *(rows[c].to_pylist() for c in ("t_us", "type", "target", "button", "detail")), strict=True
    )
    for k, (t_us, kind, target, button, count) in enumerate(columns):
        if kind == "pointerdown":
            down = target
            continue
        if target != down:
            continue
        at = _ms(page, t_us)
        key = target or ""
        label, tag = page.labels.get(key, ("", ""))
        element = page.screen.elements.get(key) if page.screen else None
        node_id = element.id if element else int(node[k])
        box = element.box if element else (0.0, 0.0, float(page.size[0]), float(page.size[1]))
        inner = [
            max(int((place - start) / max(size, 1) * CLICK_PRECISION), 0)
            for place, start, size in ((x[k], box[0], box[2]), (y[k], box[1], box[3]))
        ]
        # A field's text is its value, which is always masked.
        field = tag in ("input", "textarea", "select")
        length = next((n for t, n in reversed(lengths.get(key, [])) if t <= t_us), 0)
        text = (mangled(length) or None) if field else label[:CLICK_TEXT] or None
        link = page.links.get(key)
        reaction = int(tag not in QUIET_TAGS)
        told = [node_id, int(x[k]), int(y[k]), *inner, button or 0, reaction, 0, text, link]
        yield t_us, [at, CONTEXT_MENU if button == 2 else CLICK, *told, hashes(key), 1]
        if count == 2 and button == 0:
            yield t_us, [at, DOUBLE, node_id, int(x[k]), int(y[k])]
    clips = _of(page, "clipboard")
    for t_us, target, action in zip(
        *(clips[c].to_pylist() for c in ("t_us", "target", "input_type")), strict=True
    ):
        if action in CLIPBOARD_ACTIONS:
            yield t_us, [_ms(page, t_us), CLIPBOARD, _node(page, target), CLIPBOARD_ACTIONS[action]]


def _node(page: PageView, target: str | None) -> int:
    element = page.screen.elements.get(target or "") if page.screen else None
    return element.id if element else ROOT


def _lengths(page: PageView) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    rows = _of(page, "input")
    for target, t_us, length in zip(
        *(rows[c].to_pylist() for c in ("target", "t_us", "value_length")), strict=True
    ):
        found.setdefault(target or "", []).append((t_us, length or 0))
    return found


def _inputs(page: PageView) -> Iterator[Token]:
    """Yield the fields' values, masked, three quarters of a second after the last edit."""
    rows = _of(page, "input")
    edits = list(
        zip(
            *(rows[c].to_pylist() for c in ("t_us", "target", "value", "value_length")), strict=True
        )
    )
    for k, (t_us, target, value, length) in enumerate(edits):
        after = edits[k + 1] if k + 1 < len(edits) else None
        # The next edit of the same field takes this one's place while it waits.
        if after and after[1] == target and after[0] - t_us <= INPUT_LOOKAHEAD_US:
            continue
        box = page.screen.elements.get(target or "") if page.screen else None
        checked = box is not None and box.widget in ("checkbox", "radio")
        text = value if checked and value in ("true", "false") else mangled(length or 0)
        yield t_us + INPUT_LOOKAHEAD_US, [_ms(page, t_us), INPUT, _node(page, target), text, 1]
