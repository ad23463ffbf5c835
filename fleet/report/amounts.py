"""Amounts as people read them: times, counts and sizes with few digits and a unit."""


def _digits(value: float) -> str:
    """Return three significant digits at most, without zeros that say nothing."""
    text = (
        f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
    )
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_time(value_us: float) -> str:
    """Return a time.

    Examples
    --------
    >>> [short_time(us) for us in (0, 850, 4_200, 1_500_000, 93_600_000)]
    ['0 µs', '850 µs', '4.2 ms', '1.5 s', '93.6 s']
    """
    for size, unit in ((1_000_000, "s"), (1_000, "ms")):
        # What would be rounded to the larger unit is written in it.
        if value_us >= size * 0.9995:
            return f"{_digits(value_us / size)} {unit}"
    return f"{_digits(value_us)} µs"


def short_count(value: float) -> str:
    """Return a count: in full below a hundred thousand, then in thousands, millions, billions.

    Examples
    --------
    >>> [short_count(n) for n in (0, 12_400, 250_000, 1_000_000, 3_140_000_000)]
    ['0', '12,400', '250 k', '1 M', '3.14 G']
    """
    if value < 99_999.5:
        return f"{value:,.0f}" if value >= 99.5 or value == int(value) else _digits(value)
    for size, unit in ((1e9, "G"), (1e6, "M")):
        if value >= size * 0.9995:
            return f"{_digits(value / size)} {unit}"
    return f"{_digits(value / 1_000)} k"


def short_bytes(value: float) -> str:
    """Return a size, in powers of 1000.

    Examples
    --------
    >>> [short_bytes(n) for n in (0, 2_000, 240_800_000)]
    ['0 B', '2 kB', '241 MB']
    """
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{_digits(value)} {unit}"
