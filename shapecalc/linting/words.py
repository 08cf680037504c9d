"""How the rules say numbers: exact, and in the words of a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

AXES = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def number(count: int, noun: str, many: str = "") -> str:
    """``1 cell``, ``1,024 cells``."""
    return f"{int(count):,} {noun if count == 1 else many or noun + 's'}"


def percent(part: int, whole: int) -> str:
    """``15.3 %``, half up; never 0.0 % of something or 100.0 % of less than all."""
    tenths = int(Fraction(part * 1000, whole) + Fraction(1, 2))
    if tenths == 1000 and part < whole:
        return "over 99.9 %"
    if not tenths and part:
        return "under 0.1 %"
    return f"{tenths // 10}.{tenths % 10} %"


def times(larger: int, smaller: int) -> str:
    """``8.4``: how many times as much, half up."""
    tenths = int(Fraction(larger * 10, smaller) + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}" if tenths < 1000 else f"{tenths // 10:,}"


def decimal(value: Fraction) -> str:
    """A fraction with as many decimals as it takes, three at most."""
    whole = int(value)
    return str(whole) if value == whole else f"{float(value):.3f}".rstrip("0")


def half(cells: int) -> str:
    """A number of half cells in cells: ``1.5``."""
    return str(cells // 2) if cells % 2 == 0 else f"{cells // 2}.5"


def axis(rank: int, index: int) -> str:
    """The letter of an axis."""
    return AXES[rank][index] if rank in AXES else str(index)


def listed(words: Iterable[str]) -> str:
    """``a, b and c``."""
    every = list(words)
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def along(rank: int, indices: Sequence[int]) -> str:
    """``along H and W``; nothing where there is one axis alone."""
    return "" if rank == 1 else "along " + listed(axis(rank, index) for index in indices)


def size(lengths: Iterable[int]) -> str:
    """``3×3``."""
    return "×".join(f"{int(n)}" for n in lengths)


def shortest(lengths: Iterable[int]) -> str:
    """The same as a file has it: ``3`` for a square, else ``3x5``."""
    every = list(lengths)
    return str(every[0]) if len(set(every)) == 1 else "x".join(map(str, every))
