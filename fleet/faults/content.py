"""What is wrong inside a body: events of another schema version, invalid text, extreme values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from deskhand.errors import UnknownNameError
from deskhand.fleet.draws import check_rates, one_of
from deskhand.fleet.tables import Expected, Fault
from deskhand.fleet.target import PoolBatch
from deskhand.streams import stream_key

HUGE_BYTES = 256 * 1024
INT64_MIN = -(2**63)

# What a service should make of each by default. RFC 8259 knows no NaN, and asks for UTF-8 (8.1) with
# no more than a warning about lone surrogates (8.2), which most stores of text cannot hold.
EXPECTED = {
    Fault.SCHEMA_MIX: Expected.ACCEPT,
    Fault.UNKNOWN_TYPE: Expected.ACCEPT,
    Fault.BAD_UTF8: Expected.REJECT,
    Fault.LONE_SURROGATE: Expected.REJECT,
    Fault.NUL: Expected.ACCEPT,
    Fault.HUGE_STRING: Expected.ACCEPT,
    Fault.NAN: Expected.REJECT,
    Fault.EXTREME_NUMBER: Expected.ACCEPT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFaults:
    r"""Rates of batches in which one event is altered.

    A batch has one such fault at most and is open to one of the eight, so each rate is from 0 to
    0.125.

    Parameters
    ----------
    schema_mix : float
        A field of a newer version is added, and an older version's name is used for another.
    unknown_type : float
        The type is ``gesture.pinch``.
    bad_utf8, lone_surrogate, nul : float
        A text holds the byte ff, the escape ``\ud800``, the escape ``\u0000``.
    huge_string : float
        A text of 256 KiB.
    nan, extreme_number : float
        The word ``NaN`` for a number; 1e308 and the least 64-bit integer.
    """

    schema_mix: float = 0.0
    unknown_type: float = 0.0
    bad_utf8: float = 0.0
    lone_surrogate: float = 0.0
    nul: float = 0.0
    huge_string: float = 0.0
    nan: float = 0.0
    extreme_number: float = 0.0

    def __post_init__(self) -> None:
        check_rates(
            self, **{kind.name.lower(): 1.0 / len(EXPECTED) for kind in EXPECTED if kind.name}
        )


class Variant(NamedTuple):
    """A pool batch with one event altered."""

    batch: PoolBatch
    altered: int  # place of the event in the batch
    expected: Expected


def content_faults(
    settings: ContentFaults,
    seed: int,
    device: npt.NDArray[np.int32],
    which: npt.NDArray[np.int32],
    position: npt.NDArray[np.int32],
) -> npt.NDArray[np.uint32]:
    """Return which batches are sent as which variant.

    Parameters
    ----------
    settings : ContentFaults
    seed : int
        The plan's seed.
    device, which, position : ndarray of int32, shape (n,)
        The batch's name: device, session of the device, place in the session.

    Returns
    -------
    ndarray of uint32, shape (n,)
        0 or a `deskhand.fleet.tables.Fault`.

    Examples
    --------
    >>> many = np.arange(8000, dtype=np.int32)
    >>> found = content_faults(ContentFaults(nul=0.125), 7, many, many * 0, many * 0)
    >>> 900 < int(np.count_nonzero(found == Fault.NUL)) < 1100
    True
    """
    rates = {kind: getattr(settings, str(kind.name).lower()) for kind in EXPECTED}
    return one_of(seed, "fleet.content", rates, device, which, position)


def variant(seed: int, batch: PoolBatch, kind: Fault) -> Variant:
    """Return a batch with one event altered; its ``seq`` and ``t_us`` stay.

    Parameters
    ----------
    seed : int
        The plan's seed.
    batch : PoolBatch
        With one event at least.
    kind : Fault
        One of `EXPECTED`.

    Raises
    ------
    UnknownNameError
        When the fault is no fault of the content.

    Examples
    --------
    >>> records = [b'{"seq":0,"t_us":0,"type":"wheel","delta_x":0.0}']
    >>> batch = PoolBatch(0, records, np.zeros(1, np.int32), np.zeros(1, np.int64))
    >>> made = variant(7, batch, Fault.NAN)
    >>> made.batch.records[0], made.expected.name
    (b'{"seq":0,"t_us":0,"type":"wheel","delta_x":NaN}', 'REJECT')
    """
    if kind not in _ALTERED:
        raise UnknownNameError("content fault", str(kind.name), [str(k.name) for k in _ALTERED])
    altered = stream_key(seed, "fleet.content.event", batch.pool_batch, int(kind)) % len(
        batch.records
    )
    records = list(batch.records)
    records[altered] = _ALTERED[kind](orjson.loads(records[altered]))
    return Variant(batch._replace(records=records), altered, EXPECTED[kind])


Event = dict[str, Any]


def _schema_mix(event: Event) -> bytes:
    # screenX is the DOM's own name of screen_x; an event without is given one.
    event["screenX"] = event.pop("screen_x", 0.0)
    return orjson.dumps(event | {"schema_version": 2})


def _text(event: Event, text: bytes) -> bytes:
    """Return the record with a value that need not be valid."""
    event.pop("value", None)
    return orjson.dumps(event)[:-1] + b',"value":"' + text + b'"}'


def _nan(event: Event) -> bytes:
    event.pop("delta_x", None)
    return orjson.dumps(event)[:-1] + b',"delta_x":NaN}'


_ALTERED: dict[Fault, Callable[[Event], bytes]] = {
    Fault.SCHEMA_MIX: _schema_mix,
    Fault.UNKNOWN_TYPE: lambda event: orjson.dumps(event | {"type": "gesture.pinch"}),
    Fault.BAD_UTF8: lambda event: _text(event, b"caf\xff"),
    Fault.LONE_SURROGATE: lambda event: _text(event, b"half \\ud800 pair"),
    Fault.NUL: lambda event: _text(event, b"before\\u0000after"),
    Fault.HUGE_STRING: lambda event: _text(event, b"long    " * (HUGE_BYTES // 8)),
    Fault.NAN: _nan,
    Fault.EXTREME_NUMBER: lambda event: orjson.dumps(
        event | {"delta_x": 1e308, "detail": INT64_MIN}
    ),
}
