"""How the events of a page are sent: at most one upload at a time, each later one waits longer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from deskhand.exports.clarity import vocabulary as cl
from deskhand.exports.clarity.page_log import PageLog, Queued

Payload = dict[str, list[Any]]
# Places in a baseline: after `visible` come sizes, offsets, and when something happened.
_VISIBLE, _DOCUMENT, _SCREEN, _SCROLL, _POINTER, _ACTIVE_MS, _SCROLL_MS = 0, 1, 3, 5, 7, 9, 10
_POINTER_MS, _MOVE, _DOWN, _UP, _BEFORE = 11, 12, 15, 18, 21
_OWN = {cl.MOUSE_MOVE: _MOVE, cl.MOUSE_DOWN: _DOWN, cl.MOUSE_UP: _UP}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageIdentity:
    """Whose page it is, and what is told of it once.

    Parameters
    ----------
    project_id, user_id, session_id : str
        As in the envelope.
    page_number : int
        From 1 in each of Clarity's sessions.
    opening : sequence of list
        Events of the first payload: variables and dimensions, without time.
    screen : tuple of int
        Width and height of the display, in px.
    """

    project_id: str
    user_id: str
    session_id: str
    page_number: int
    opening: Sequence[list[Any]]
    screen: tuple[int, int]


def page_payloads(log: PageLog, page: PageIdentity) -> Iterator[Payload]:
    """Yield the payloads of a page, in order.

    Parameters
    ----------
    log : PageLog
        A page that was closed.
    page : PageIdentity
        Whose it is.
    """
    assert log.end_us is not None
    upload = _Uploads(log, page)
    end_ms = log.ms(log.end_us)
    for entry in log.queued():
        yield from upload.until(entry.at_ms)
        if upload.over:
            return
        yield from upload.queue(entry)
    yield from upload.until(end_ms)
    if upload.over:
        return
    if log.suspended:
        upload.append([end_ms, cl.CUSTOM, "clarity", "suspend"])
    else:
        upload.append([end_ms, cl.UNLOAD, "pagehide", 0])
    yield upload.send(end_ms, last=True)


@dataclass(slots=True)
class _Baseline:
    """Where things stand, and how they stood at the upload before."""

    now: list[Any] = field(default_factory=lambda: [1, *[0] * 10, *[None] * 14])
    then: list[Any] | None = None

    def take(self, tokens: list[Any]) -> None:
        at_ms, event = tokens[:2]
        if event == cl.DOCUMENT:
            self.now[_DOCUMENT : _DOCUMENT + 2] = tokens[2:4]
        elif event == cl.RESIZE:
            self.now[_SCREEN : _SCREEN + 2] = tokens[2:4]
        elif event == cl.SCROLL:
            self.now[_SCROLL : _SCROLL + 2] = tokens[3:5]
            self.now[_SCROLL_MS] = at_ms
        elif event == cl.MUTATION:
            self.now[_ACTIVE_MS] = at_ms
        elif event in cl.POINTER or event in (cl.CLICK, cl.CONTEXT_MENU):
            x, y = tokens[3:5]
            if event in _OWN:
                self.now[_OWN[event] : _OWN[event] + 3] = (x, y, at_ms)
            self.now[_BEFORE : _BEFORE + 3] = (
                *self.now[_POINTER : _POINTER + 2],
                self.now[_POINTER_MS],
            )
            self.now[_POINTER : _POINTER + 2] = (x, y)
            self.now[_POINTER_MS] = at_ms

    def told(self, at_ms: int) -> list[Any] | None:
        """Return the event for an upload, None for the first."""
        told, self.then = self.then, [at_ms, cl.BASELINE, *self.now]
        return told


class _Uploads:
    """Plans and makes the uploads of one page."""

    def __init__(self, log: PageLog, page: PageIdentity) -> None:
        self._log = log
        self._page = page
        self._opening = [list(event) for event in page.opening]
        self._baseline = _Baseline()
        self._analysis: list[list[Any]] = []
        self._playback: list[list[Any]] = []
        self._playback_bytes = 0
        self._discovered = False
        self._count = 0
        self._bytes = 0
        self._sequence = 0
        self._start_ms = self._end_ms = 0
        self._due_ms: int | None = None
        self._quiet_ms = 0
        self._ping_ms = cl.PING_INTERVAL_MS
        self._changes: list[int] = []
        self._acts: list[list[Any]] = []
        self.over = False

    def append(self, tokens: list[Any]) -> None:
        """Put an event into the next payload."""
        if tokens[1] in cl.PLAYBACK:
            self._playback.append(tokens)
            self._playback_bytes += len(orjson.dumps(tokens))
            self._discovered |= tokens[1] == cl.DISCOVER
        else:
            self._analysis.append(tokens)
        self._count += 1
        self._baseline.take(tokens)
        if tokens[1] == cl.MUTATION:
            self._summarise(tokens[0])
        elif tokens[1] in (cl.CLICK, cl.CONTEXT_MENU):
            self._acts.append(
                [tokens[0], cl.TIMELINE, tokens[1], tokens[12], *tokens[3:5], *tokens[8:10]]
            )

    def _summarise(self, at_ms: int) -> None:
        if self._changes and at_ms - self._changes[-2] <= cl.SUMMARY_INTERVAL_MS:
            self._changes[-1] = at_ms - self._changes[-2]
        else:
            self._changes += [at_ms, 0]

    def queue(self, entry: Queued) -> Iterator[Payload]:
        """Append an event and plan an upload; yields the last payload where a limit is met."""
        self.append(entry.tokens)
        if not entry.wakes or self._due_ms is not None:
            return
        at_ms = entry.at_ms
        if entry.tokens[1] != cl.PING:
            self._quiet_ms, self._ping_ms = at_ms, at_ms + cl.PING_INTERVAL_MS
        wait = 0 if self._discovered else self._sequence * cl.UPLOAD_DELAY_MS
        self._due_ms = at_ms + min(max(wait, cl.MIN_UPLOAD_DELAY_MS), cl.MAX_UPLOAD_DELAY_MS)
        check = cl.CHECK_PAYLOAD if self._sequence >= cl.PAYLOAD_LIMIT else 0
        if at_ms > cl.SHUTDOWN_MS or self._playback_bytes > cl.PLAYBACK_BYTES:
            check = cl.CHECK_SHUTDOWN
        if check:
            self.over = True
            yield self.send(at_ms, last=True, check=check)

    def until(self, at_ms: int) -> Iterator[Payload]:
        """Yield what is uploaded up to a time; a page that is quiet pings once a minute."""
        while not self.over:
            due_ms = self._due_ms
            if due_ms is not None and due_ms <= min(at_ms, self._ping_ms):
                self._due_ms = None
                yield self.send(due_ms, last=False)
            elif self._ping_ms <= at_ms:
                now = self._ping_ms
                self._ping_ms += cl.PING_INTERVAL_MS
                yield from self.queue(Queued(now, [now, cl.PING, now - self._quiet_ms]))
            else:
                return

    def send(self, now_ms: int, *, last: bool, check: int = 0) -> Payload:
        """Return the next payload."""
        shows = self._playback_bytes > 0 and (
            self._playback_bytes < cl.FIRST_PAYLOAD_BYTES or self._sequence > 0
        )
        self._enrich(now_ms, shows, check)
        self._start_ms, self._end_ms = self._end_ms, now_ms
        self._sequence += 1
        page = self._page
        envelope = [
            cl.VERSION, self._sequence, self._start_ms, now_ms - self._start_ms, page.project_id,
            page.user_id, page.session_id, page.page_number, int(last), int(last), 0,
            self._log.href[:2048],
        ]  # fmt: skip
        payload: Payload = {"e": envelope, "a": self._analysis}
        self._analysis = []
        if shows:
            small = not last or self._playback_bytes + len(orjson.dumps(payload)) < cl.BEACON_BYTES
            if small:
                payload["p"] = self._playback
            self._playback, self._playback_bytes, self._discovered = [], 0, False
        self._bytes = len(orjson.dumps(payload))
        return payload

    def _enrich(self, now_ms: int, shows: bool, check: int) -> None:
        """Append what each upload tells by itself."""
        earliest = max(self._end_ms - cl.TIMELINE_SPAN_MS, 0)
        self._acts = [act for act in self._acts if act[0] >= earliest]
        own = [act for act in self._acts if act[0] <= self._end_ms]
        own += [[now_ms, *event] for event in self._opening if event[0] == cl.VARIABLE]
        baseline = self._baseline.told(now_ms)
        own += [] if baseline is None else [baseline]
        own += [[now_ms, *event] for event in self._opening if event[0] == cl.DIMENSION]
        metrics: list[int] = []
        if self._opening:
            metrics += [cl.CLIENT_TIMESTAMP, self._log.start_wall_ms]
        if self._opening or shows:
            metrics += [cl.PLAYBACK_SENT, int(shows)]
        if self._bytes:
            metrics += [cl.TOTAL_BYTES, self._bytes]
        if self._opening:
            width, height = self._page.screen
            metrics += [cl.SCREEN_WIDTH, width, cl.SCREEN_HEIGHT, height]
        count = self._count + len(own)
        own.append([now_ms, cl.METRIC, *metrics, cl.EVENT_COUNT, count])
        if self._changes:
            own.append([now_ms, cl.SUMMARY, cl.MUTATION, self._changes])
        if check:
            own.append([now_ms, cl.LIMIT, check])
        self._count = 1 + bool(self._changes) + bool(check)
        self._analysis += own
        self._opening, self._changes = [], []
