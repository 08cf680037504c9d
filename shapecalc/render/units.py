"""Numbers as text: exact with commas, three significant digits with a letter, bytes, shares. No locale."""

from __future__ import annotations

from fractions import Fraction

UNKNOWN = "—"
SI = ("", "k", "M", "G", "T", "P", "E")
BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def exact(number: int) -> str:
    """``25,557,032``."""
    return f"{int(number):,}"


def _scaled(number: int, step: int, units: tuple[str, ...]) -> tuple[str, str]:
    value = Fraction(abs(int(number)))
    level = 0
    while level < len(units) - 1 and _rounded(value) >= step:
        value /= step
        level += 1
    return ("-" if number < 0 else "") + _digits(value, whole=level == 0), units[level]


def _places(value: Fraction) -> int:
    return 2 if value < 10 else 1 if value < 100 else 0


def _rounded(value: Fraction) -> Fraction:
    """To three significant digits, half up."""
    places = _places(value)
    return Fraction(int(value * 10**places + Fraction(1, 2)), 10**places)


def _digits(value: Fraction, *, whole: bool) -> str:
    rounded = _rounded(value)
    if whole or rounded >= 1000:
        return f"{int(rounded):,}"
    return f"{float(rounded):.{_places(rounded)}f}"


def si(number: int) -> str:
    """``118 M``: three significant digits."""
    digits, unit = _scaled(number, 1000, SI)
    return f"{digits} {unit}".rstrip()


def size(number: int) -> str:
    """``97.5 MiB``: three significant digits."""
    digits, unit = _scaled(number, 1024, BINARY)
    return f"{digits} {unit}"


def share(part: int, whole: int) -> str:
    """``15.3%``; one decimal, and never 0.0% of something or 100.0% of less than all."""
    if not whole:
        return ""
    if not part:
        return "0%"
    tenths = int(Fraction(part * 1000, whole) + Fraction(1, 2))
    if tenths == 1000 and part < whole:
        return ">99.9%"
    return f"{tenths // 10}.{tenths % 10}%" if tenths else "<0.1%"


def plain(text: str) -> str:
    """User text made safe for a terminal: control characters are written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
