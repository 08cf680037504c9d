"""The functions of the expression language, exact wherever the result is rational."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

Number = int | Fraction


def _half_up(x: Number) -> int:
    return math.floor(x + Fraction(1, 2))


def _root(x: Number) -> Number:
    if x < 0:
        raise ValueError("the root of a negative number")
    top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
    if top * top == x.numerator and bottom * bottom == x.denominator:
        return Fraction(top, bottom)
    return Fraction(math.sqrt(x)).limit_denominator(10**12)


def _log2(x: Number) -> Number:
    if x <= 0:
        raise ValueError("the logarithm of a number that is not positive")
    power = x.numerator.bit_length() - x.denominator.bit_length()
    if Fraction(2) ** power == x:
        return power
    return Fraction(math.log2(x)).limit_denominator(10**12)


def multiple(x: Number, of: Number = 8) -> int:
    """Nearest multiple of ``of``, at least one of them, never under 90 % of ``x``: MobileNet's rule for widths."""
    if of != int(of) or of <= 0:
        raise ValueError("a multiple of a number that is not whole and positive")
    step = int(of)
    near = max(step, int(x + Fraction(step, 2)) // step * step)
    return near + step if near < Fraction(9, 10) * x else near


NUMERIC: Mapping[str, tuple[int, int, Callable[..., Number]]] = {
    "min": (1, 99, lambda *xs: min(xs)),
    "max": (1, 99, lambda *xs: max(xs)),
    "abs": (1, 1, abs),
    "ceil": (1, 1, math.ceil),
    "floor": (1, 1, math.floor),
    "round": (1, 1, _half_up),
    "sqrt": (1, 1, _root),
    "log2": (1, 1, _log2),
    "multiple": (1, 2, multiple),
}
