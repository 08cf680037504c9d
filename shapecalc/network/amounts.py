"""Amounts as people write them: 25.6M, 64 MiB, >= 224; what they admit is exact integer arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from shapecalc.layers.fields import described
from shapecalc.source.expressions import ExpressionError

WHOLE = r"\d{1,3}(?:,\d{3}){1,12}|\d[\d_]{0,40}"
"""Digits, with a comma before every three of them or none: elsewhere a comma is the point, and 1,5 is not 15."""
AMOUNT = re.compile(rf"(<=|>=|<|>|==|=)?\s*({WHOLE})(?:\.(\d{{1,20}}))?\s*([A-Za-z]*)")
UNITS = {
    "": 1,
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "B": 10**9,
    "T": 10**12,
    "bytes": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A written number: its value, and half of its last digit where a letter says that it is rounded."""

    text: str
    value: Fraction
    half: Fraction
    sign: str = ""

    def admits(self, number: int) -> bool:
        """Whether the number is the one written: to the unit, or to half of the last digit given."""
        return abs(number - self.value) <= self.half

    def holds(self, number: int) -> bool:
        """Whether the number keeps within the amount as a bound; with no sign it is the most allowed."""
        match self.sign:
            case ">=":
                return number >= self.value
            case ">":
                return number > self.value
            case "<":
                return number < self.value
            case "=" | "==":
                return self.admits(number)
            case _:
                return number <= self.value


def amount(raw: object) -> Amount:
    """Read an amount: ``25557032``, ``4.09G``, ``64 MiB``, ``">= 224"``.

    Raises:
        ExpressionError: it is none.
    """
    text = str(raw).strip() if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""
    match = AMOUNT.fullmatch(text)
    if match is None or match[4] not in UNITS:
        raise ExpressionError(
            "E114",
            f"{described(raw)} is not an amount",
            "not a number with a unit",
            "write 25557032, 25.6M, 4.09G, 64 MiB or '>= 224'",
        )
    sign, integer, decimals, unit = match[1] or "", re.sub("[,_]", "", match[2]), match[3] or "", match[4]
    scale = Fraction(UNITS[unit], 10 ** len(decimals))
    half = scale / 2 if unit or decimals else Fraction(0)
    return Amount(text, int(integer + decimals) * scale, half, sign)
