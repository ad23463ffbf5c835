"""The tables of a plan and of a run: what is to be sent, what was sent, and how it was answered.

A plan is a folder: ``plan.json``, ``pool/`` (sessions that were rendered once, cut into batches) and a
folder a shard of devices, which says who sends which of these batches and when. A run adds the history
of every attempt. Verification needs nothing else but what the service stored.
"""

from enum import IntEnum, IntFlag

import pyarrow as pa

FORMAT = "deskhand.fleet/1"
# Devices in a shard, the unit of parallel work and resume; fixed, so that no worker count shows.
SHARD_DEVICES = 65_536
# A batch's number is its shard's number shifted by this, plus its row.
SHARD_SHIFT = 32
# A part of a batch is a batch of its own to a service: its part's number stands above the batch's.
PART_SHIFT = 48


class Expected(IntEnum):
    """What a service should make of a batch."""

    ACCEPT = 0
    REJECT = 1
    QUARANTINE = 2
    UNSENT = 3  # the client itself drops it: a full buffer, a device that never comes back


class Outcome(IntEnum):
    """What the client knows about one attempt, in the words of Jepsen's histories."""

    OK = 0
    FAIL = 1
    UNKNOWN = 2


class Fault(IntFlag):
    """What is wrong with a batch or a session, by layer."""

    CLOCK_OFFSET = 1 << 0
    CLOCK_DRIFT = 1 << 1
    CLOCK_STEP = 1 << 2
    CLOCK_DST = 1 << 3
    CLOCK_RESET = 1 << 4
    OFFLINE = 1 << 5
    OVERFLOW = 1 << 6
    DUPLICATE = 1 << 8
    REORDER = 1 << 9
    TRUNCATE = 1 << 10
    CORRUPT_GZIP = 1 << 11
    WRONG_LENGTH = 1 << 12
    RESET = 1 << 13
    SLOW = 1 << 14
    SCHEMA_MIX = 1 << 16
    UNKNOWN_TYPE = 1 << 17
    BAD_UTF8 = 1 << 18
    LONE_SURROGATE = 1 << 19
    NUL = 1 << 20
    HUGE_STRING = 1 << 21
    NAN = 1 << 22
    EXTREME_NUMBER = 1 << 23
    MISSING_START = 1 << 24
    MISSING_END = 1 << 25
    SPLIT = 1 << 26
    MERGED = 1 << 27
    REUSED_ID = 1 << 28


def _schema(**columns: pa.DataType) -> pa.Schema:
    fields = [pa.field(name, kind, nullable=False) for name, kind in columns.items()]
    return pa.schema(fields, metadata={"synthetic": "true"})


# Sessions that were rendered once; every device plays one of them.
POOL_SESSIONS = _schema(
    pool_session=pa.int32(),
    scenario=pa.string(),
    events=pa.int32(),
    duration_us=pa.int64(),
    checksum=pa.uint64(),
)
# Their batches, and variants of these with a fault in the content: `variant` is 0 or a Fault.
POOL_BATCHES = _schema(
    pool_batch=pa.int32(),
    pool_session=pa.int32(),
    position=pa.int32(),  # which batch of its session, from 0
    variant=pa.uint32(),
    plain=pa.int32(),  # the batch of which this is a variant; itself, when it is none
    first_seq=pa.int32(),
    last_seq=pa.int32(),
    events=pa.int32(),
    first_t_us=pa.int64(),
    last_t_us=pa.int64(),
    ready_us=pa.int64(),  # since the session's start, when the client's batcher closes it
    record_bytes=pa.int32(),
    checksum=pa.uint64(),
    expected=pa.uint8(),
)
# One event each, as JSON; of a variant it may be no valid JSON, and then has no hash (0).
POOL_EVENTS = _schema(
    pool_batch=pa.int32(),
    seq=pa.int32(),
    t_us=pa.int64(),
    row_hash=pa.uint64(),
    record=pa.binary(),
)

# A shard's answer key. Times are microseconds since the plan's start, true time unless `device_`.
DEVICES = _schema(
    device=pa.int32(),
    zone=pa.int16(),
    offset_us=pa.int64(),
    drift_ppm=pa.float32(),
    faults=pa.uint32(),
)
KEY_SESSIONS = _schema(
    session=pa.int64(),
    alias=pa.int64(),  # whose identifier it carries; itself, unless merged or reused
    device=pa.int32(),
    pool_session=pa.int32(),
    start_us=pa.int64(),
    device_start_us=pa.int64(),
    batches=pa.int32(),
    events=pa.int32(),
    min_seq=pa.int32(),
    max_seq=pa.int32(),
    first_us=pa.int64(),
    last_us=pa.int64(),
    checksum=pa.uint64(),
    faults=pa.uint32(),
)
KEY_BATCHES = _schema(
    batch=pa.int64(),
    session=pa.int64(),
    device=pa.int32(),
    pool_batch=pa.int32(),
    position=pa.int32(),
    made_us=pa.int64(),  # when the client's batcher closed it
    intended_us=pa.int64(),  # when it is to be sent: later than made, for a device that was offline
    device_us=pa.int64(),  # what the device's clock shows when it is made
    copies=pa.uint8(),  # planned sends, 2 for a duplicate
    faults=pa.uint32(),
    expected=pa.uint8(),
    digest=pa.binary(32),  # sha256 of the head and of the sha256 of the tail
)

# Every attempt of a run. Times are microseconds since the run's start, in real time.
HISTORY = _schema(
    batch=pa.int64(),
    copy=pa.uint8(),
    attempt=pa.int16(),
    part=pa.int16(),  # 0 the whole batch; halves of a batch that was too large are 1, 2, 3, ...
    first_seq=pa.int32(),
    last_seq=pa.int32(),
    intended_us=pa.int64(),
    sent_us=pa.int64(),
    done_us=pa.int64(),
    status=pa.int16(),  # of HTTP; 0 when there was no answer
    outcome=pa.uint8(),
    bytes_sent=pa.int32(),
    error=pa.dictionary(pa.int16(), pa.string()),
)
