"""What attention does between its projections: each query against each key, and the values mixed."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.figure import formula, product

VASWANI = "Vaswani et al. 2017, Attention Is All You Need, equation 1"
SWIN = "Liu et al. 2021, Swin Transformer, section 3.2, relative position bias"


@formula(source=f"{VASWANI}: QKᵀ")
def score_macs(heads: int, queries: int, keys: int, size: int, windows: Sequence[int]) -> int:
    """MACs of the scores: in each head each query is multiplied with each key, ``size`` numbers long."""
    return heads * queries * keys * size * product(windows)


@formula(source=f"{VASWANI}: softmax(·)·V")
def mixing_macs(heads: int, queries: int, keys: int, size: int, windows: Sequence[int]) -> int:
    """MACs of the mixing: in each head each query sums all values, ``size`` numbers long, by its weights."""
    return heads * queries * keys * size * product(windows)


@formula(source=SWIN)
def offsets(spans: Sequence[int]) -> int:
    """Ways in which two places of a window can lie to each other: in each of its axes, one span each."""
    return product(spans)


@formula(source=SWIN)
def span(n: int) -> int:
    """Offsets of two places along an axis of ``n``: from 1 − n to n − 1."""
    return 2 * n - 1
