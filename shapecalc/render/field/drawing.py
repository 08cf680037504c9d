"""A mask and a distribution drawn in text, as wide as there is room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FULL, SOME, EMPTY = "█", "▒", "·"
BARS = " ▁▂▃▄▅▆▇█"
ROWS = 4
"""Lines of a distribution."""


def per_sign(cells: int, room: int) -> int:
    """Cells that one sign stands for, so that all have room."""
    return max(1, -(-cells // max(1, room)))


def mask(bits: int, cells: int, room: int) -> str:
    """``█·█·█``: the cells that reach; ``▒`` where one sign stands for several of which some do."""
    each = per_sign(cells, room)
    signs = []
    for start in range(0, cells, each):
        count = min(each, cells - start)
        reached = (bits >> start & ((1 << count) - 1)).bit_count()
        signs.append(FULL if reached == count else SOME if reached else EMPTY)
    return "".join(signs)


def bars(paths: Mapping[int, int], first: int, cells: int, room: int) -> Sequence[str]:
    """A distribution as lines of bars, the highest the full height; the least is a line at the foot."""
    each = per_sign(cells, room)
    sums = []
    for start in range(0, cells, each):
        count = min(each, cells - start)
        sums.append((sum(paths.get(first + start + i, 0) for i in range(count)), count))
    highest, of = max(sums, key=lambda one: one[0] / one[1] if one[0].bit_length() < 1000 else one[0] // one[1])
    steps = ROWS * (len(BARS) - 1)
    heights = [0 if not total else max(1, steps * total * of // (highest * count)) for total, count in sums]
    rows = reversed(range(ROWS))
    return ["".join(BARS[min(max(height - 8 * row, 0), 8)] for height in heights).rstrip() for row in rows]
