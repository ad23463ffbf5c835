"""Identifiers in the forms that replay products use, from the seed tree and the session's clock alone."""

from uuid import UUID

from deskhand.streams import stream


def uuid_v4(seed: int, purpose: str, *path: int | str) -> UUID:
    """Return a UUID of version 4.

    Examples
    --------
    >>> uuid_v4(7, "sentry", "syn_a", 0).version
    4
    """
    return UUID(bytes=stream(seed, purpose, *path).bytes(16), version=4)


def uuid_v7(at_ms: int, seed: int, purpose: str, *path: int | str) -> UUID:
    """Return a UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then chance.

    Parameters
    ----------
    at_ms : int
        When it was made, by the session's clock.
    seed : int
        The run's seed.
    purpose : str
        What it is for.
    *path : int or str
        Of whom and which.

    Examples
    --------
    >>> str(uuid_v7(1_772_438_400_000, 7, "posthog", "syn_a"))[:14]
    '019cad8f-ac00-'
    """
    chance = int.from_bytes(stream(seed, purpose, *path).bytes(10), "big")
    value = (at_ms & (1 << 48) - 1) << 80 | chance
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)
