"""The complementary error function of whole arrays: what the normal distribution, and so the exact GELU, is made of."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array

TERMS = 25
"""Coefficients of the polynomial: with these the error is no more than the rounding of float64."""
FAR = 26.0
"""Where ``erfc`` is 0 for what it is used for: beyond, it is below 1e-296."""
NEAR = 2**13
"""Numbers at a stroke, so that they stay in the cache."""

erfc_of_each = np.vectorize(math.erfc, otypes=[float])


def erfc(x: Array) -> Array:
    """One less the error function, of the format of ``x`` where that is a float."""
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        return erfc_of_each(x)  # type: ignore[no-any-return]  # one operation each, for arrays that count them
    y = np.empty_like(x)  # lies as x does
    given, made = x.ravel("K"), y.ravel("K")
    for start in range(0, given.size, NEAR):
        made[start : start + NEAR] = _erfc(given[start : start + NEAR].astype("float64"))
    return y


@np.errstate(over="ignore")  # the square of what is far from 0
def _erfc(x: Array) -> Array:
    """The same, ``t · exp((1 - t) · P(t) - x²)`` with ``t = 2 / (2 + |x|)``."""
    away = np.abs(x)
    t = 2 / (2 + away)
    least, (first, *others) = _least(), _polynomial()
    u = t * (2 / (1 - least)) - (1 + least) / (1 - least)
    power = np.full_like(u, first)
    for coefficient in others:
        power *= u
        power += coefficient
    power *= 1 - t  # nothing where erfc is largest, and so is no error
    away *= away
    power -= away
    np.exp(power, out=power)
    power *= t
    return np.where(x < 0, 2 - power, power)


def _least() -> float:
    """``t`` where ``x`` is furthest from 0; it is 1 at 0."""
    return 2 / (2 + FAR)


@cache
def _polynomial() -> tuple[float, ...]:
    """The coefficients of P, highest first, with ``t`` spread over -1 to 1: it meets ``erfc`` in Chebyshev's points."""
    from numpy.polynomial import chebyshev  # noqa: PLC0415  only here

    def exact(us: Array) -> Array:
        ts = [_least() + (1 - _least()) * (u + 1) / 2 for u in us]
        return np.array([(math.log(math.erfc(x) / t) + x * x) / (1 - t) for t in ts for x in [2 / t - 2]])

    interpolate: Any = chebyshev.chebinterpolate  # its type says that it takes one number at a time
    found = chebyshev.cheb2poly(interpolate(exact, TERMS - 1))
    return tuple(map(float, reversed(found)))
