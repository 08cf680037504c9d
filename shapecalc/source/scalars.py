"""The scalars of YAML 1.2's core schema: what an unquoted word of a file stands for."""

from __future__ import annotations

import re
from math import inf, nan

Scalar = None | bool | int | float | str

MAX_DIGITS = 100

NULLS = frozenset({"", "~", "null", "Null", "NULL"})

CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(NULLS, None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}

NUMBER_STARTS = frozenset("+-.0123456789")
NUMBER = re.compile(
    r"(?P<decimal>[-+]?[0-9]+)"
    r"|0o(?P<octal>[0-7]+)"
    r"|0x(?P<hexadecimal>[0-9a-fA-F]+)"
    r"|(?P<fraction>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)
BASES = {"decimal": 10, "octal": 8, "hexadecimal": 16}


class DigitsError(ValueError):
    """A number with more digits than any network needs."""


def plain(text: str) -> Scalar:
    """What an unquoted word stands for: nothing, a truth value, a number, or else its own text.

    >>> [plain(word) for word in ("~", "true", "64", "0x10", "1e3", "no", "1:30")]
    [None, True, 64, 16, 1000.0, 'no', '1:30']
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in NUMBER_STARTS or not (number := NUMBER.fullmatch(text)):
        return text
    if len(text) > MAX_DIGITS and sum(map(str.isalnum, text)) > MAX_DIGITS:
        raise DigitsError(text)
    kind = number.lastgroup or ""
    return int(number[kind], BASES[kind]) if kind in BASES else float(text)
