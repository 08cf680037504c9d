"""Which taps of a window meet cells, and which lie in its padding, or fall where it is cut off."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.figure import exact_div, formula, product


def pairs_within(o: int, k: int, s: int, d: int, first: int, end: int) -> int:
    """Of ``o`` places and ``k`` taps the pairs whose cell i·s + j·d is one from ``first`` up to before ``end``.

    Exact, in about as many steps as the numbers have digits.
    """
    return _pairs_below(o, k, s, d, end) - _pairs_below(o, k, s, d, first)


def _pairs_below(o: int, k: int, s: int, d: int, end: int) -> int:
    """The pairs whose cell lies before ``end``: ∑ over j of ⌈(end − j·d) / s⌉, of which o at most are there."""
    if end <= 0:
        return 0
    taps = min(k, -(-end // d))
    full = min(taps, max(0, -(-(end - (o - 1) * s) // d)))
    least = end - (taps - 1) * d + s - 1
    return full * o + _floors(taps - full, s, d, least)


def _floors(n: int, m: int, a: int, b: int) -> int:
    """∑ ⌊(a·i + b) / m⌋ over i from 0 up to before n, by Euclid's way of counting points of a grid below a line."""
    total = 0
    while n > 0:
        total += (n - 1) * n // 2 * (a // m) + n * (b // m)
        a, b = a % m, b % m
        n, b = divmod(a * n + b, m)
        a, m = m, a
    return total


@formula(source="by definition: taps that lie in padding multiply zeros, and those of a cut-off stamp are dropped")
def padded_macs(macs: int, met: Sequence[int], pairs: Sequence[int]) -> int:
    """MACs whose tap meets no cell: of so many ``pairs`` of a place and a tap along each axis, ``met`` do."""
    return macs - exact_div(macs * product(met), product(pairs))


@formula(source="OpenXLA, xla/service/hlo_cost_analysis.cc: GetConvolutionFlops, valid_position_counts")
def met_macs(macs: int, padded: int) -> int:
    """MACs whose tap meets a cell."""
    return macs - padded
