"""The services that a fleet can send to, each an adapter in a file of its own."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from deskhand.errors import DeskhandError, UnknownNameError
from deskhand.fleet.target import HttpTarget, QueueTarget

# Module and class, imported when asked for: brokers need packages that not everybody has.
TARGETS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "json": ("json_batches", "JsonBatches"),
        "ndjson": ("ndjson", "Ndjson"),
        "posthog": ("posthog", "Posthog"),
        "posthog-replay": ("posthog", "PosthogReplay"),
        "posthog-v1": ("posthog_v1", "PosthogV1"),
        "sentry": ("sentry", "Sentry"),
        "snowplow": ("snowplow", "Snowplow"),
        "otlp": ("otlp", "Otlp"),
        "activitywatch": ("activitywatch", "ActivityWatch"),
        "nats": ("nats_jetstream", "NatsJetstream"),
        "redis": ("redis_streams", "RedisStreams"),
        "files": ("files", "Files"),
    }
)


def load_target(name: str, url: str | None = None, **options: Any) -> HttpTarget | QueueTarget:
    """Return the adapter of a service.

    Parameters
    ----------
    name : str
        One of `TARGETS`; after a colon may stand the address, as in ``files:bodies``.
    url : str, optional
        Where the service is. An adapter of an HTTP service takes the path from it, that of a broker all.
    **options
        All take ``provenance_id``, the plan's, and some their own, such as ``project`` of Sentry.

    Raises
    ------
    UnknownNameError
        When there is no such adapter.
    DeskhandError
        When it has no such option.

    Examples
    --------
    >>> load_target("json", "http://127.0.0.1:8080/in").content_type
    'application/json'
    """
    known, colon, argument = name.partition(":")
    if known not in TARGETS:
        raise UnknownNameError("target", known, TARGETS)
    module, kind = TARGETS[known]
    adapter = getattr(import_module(f"{__name__}.{module}"), kind)
    try:
        made: HttpTarget | QueueTarget = adapter(url=argument if colon else url, **options)
    except TypeError as error:
        given = ", ".join(options)
        raise DeskhandError(
            f"target {known!r} does not take these options: {given} ({error}); see docs/fleet.md."
        ) from error
    return made
