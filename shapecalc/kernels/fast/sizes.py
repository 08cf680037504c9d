"""How much is done at once, so that what is at work on stays near the processor."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PATCHES = 2**22
"""Bytes of patches that a convolution multiplies at a stroke."""
NEAR = 2**18
"""Bytes of an output that are finished while they are in the cache."""
SUMS = 2**21
"""Bytes of an output of a depthwise convolution at a stroke."""
BAND = 3 * 2**19
"""Bytes of what lies between the products of a band; with fewer, what it takes to begin one counts for more."""
ROWS = 512
"""Rows of a matrix product at a stroke, at least; with fewer, the other matrix is read too often."""
TILES = 64
"""Tiles that Winograd's transforms take at a stroke; with fewer, the transformed weights are read too often."""
RUN = 2048
"""Numbers that a depthwise convolution multiplies at a stroke; so many of each tap's weights are laid in a row."""
WAVES = 2**19
"""Bytes of what is transformed at a stroke."""
WASTE = 8
"""A buffer that is used again is larger than what is in it by one part in so many at most."""
LINE = 64
"""Bytes of a cache line."""


def sides(places: Sequence[int], most: int) -> list[int]:
    """The largest block of a grid that is one piece in row order and has ``most`` places, or one if that is more."""
    found, left = [], max(most, 1)
    for count in reversed(places):
        side = min(count, left)
        found.append(side)
        left = left // count if side == count else 1
    return found[::-1]


def even(count: int, most: int) -> int:
    """The largest number up to another that divides a count."""
    return next(part for part in range(max(1, min(most, count)), 0, -1) if count % part == 0)


def strip(groups: int, reads: int, filters: int, itemsize: int) -> int:
    """Places of a strip: so many that their patches, and what they give, stay near."""
    return min(PATCHES // (groups * reads * itemsize), 4 * NEAR // (groups * filters * itemsize))


def band(places: int, stride: int, reach: int, read: int, made: int, itemsize: int) -> int:
    """Rows of places of a band, much the same in each, from the numbers of a row that is read and of one made of it."""
    most = (BAND // itemsize - (reach - stride) * read) // (stride * read + made)
    bands = -(-places // max(most, 1))
    return -(-places // bands)


def phases(taps: int, stride: int, dilation: int, wide: int) -> int:
    """Phases of a step that the columns of a band are parted by; one where that does not make runs much longer."""
    return stride if dilation == 1 and stride <= taps and 4 * wide <= RUN else 1


def columns(cells: int, before: int, span: int, phases: int) -> tuple[int, int]:
    """Columns before the first row of a band, and those of each phase in a row, its padding with it."""
    if phases > 1:
        return 0, -(-max(span, before + cells) // phases)
    gap = max(before, span - before - cells, 0)
    return gap, cells + gap


def quick(length: int) -> int:
    """The next length whose transform is quick: a product of small primes."""
    rest = length
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    return length if rest == 1 else quick(length + 1)


def spectrum(lengths: Sequence[int]) -> list[int]:
    """The lengths of a transform of real numbers; its numbers are complex."""
    return [*lengths[:-1], lengths[-1] // 2 + 1]


def waves(lengths: Sequence[int], itemsize: int) -> int:
    """Channels that are transformed at a stroke."""
    return max(1, WAVES // (prod(lengths) * itemsize))


def lined(numbers: int, itemsize: int) -> int:
    """Bytes of an array in scratch: whole cache lines."""
    return -(-numbers * itemsize // LINE) * LINE
