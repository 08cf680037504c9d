"""How bins part an axis, and what it takes to reduce them."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.figure import ceil_div, formula, gcd, product, total
from shapecalc.formulas.counting import SHEET

SPPNET = "He, Zhang, Ren & Sun 2014, Spatial Pyramid Pooling in Deep Convolutional Networks"
BINS = f"PyTorch 2.13, torch.nn.AdaptiveAvgPool2d; {SPPNET}, appendix A"


@formula(source=f"bins from ⌊i·n / o⌋ to ⌈(i + 1)·n / o⌉: {BINS}")
def binned(n: int, o: int) -> int:
    """Cells that ``o`` bins of an axis read together: one that two bins share is read twice."""
    return n + o - gcd(n, o)


@formula(source=SHEET)
def bins_reduced(cells: Sequence[int], o: Sequence[int], c: int) -> int:
    """Steps to reduce every bin to one number: the cells that are read, less one a bin."""
    return (product(cells) - product(o)) * c


@formula(source=f"{SPPNET}, section 2.3")
def bin_window(n: int, o: int) -> int:
    """Cells of the window that parts an axis into ``o`` bins."""
    return ceil_div(n, o)


@formula(source=f"{SPPNET}, section 2.3")
def bin_stride(n: int, o: int) -> int:
    """Cells between neighbouring windows that part an axis into ``o`` bins."""
    return n // o


@formula(source=f"{SPPNET}, section 2.2")
def pyramid(c: int, bins: Sequence[int]) -> int:
    """Numbers in the bins of all levels, of all channels."""
    return c * total(bins)
