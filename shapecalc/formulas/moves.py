"""Lengths and counts where cells are moved, cut off, copied or regrouped, and nothing is computed."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.figure import ceil_div, exact_div, formula, product

DEFINITION = "by definition"
PYTHON = "Python Library Reference, Common Sequence Operations, note 5: the slice from i to j with step k"
PYTORCH = "PyTorch 2.13 documentation"
SHI = "Shi et al. 2016, Real-Time Single Image and Video Super-Resolution Using an ESPCN, section 3.2"
VIT = "Dosovitskiy et al. 2021, An Image is Worth 16x16 Words, section 3.1"
SWIN = "Liu et al. 2021, Swin Transformer, section 3.2"


@formula(source=f"{PYTORCH}, torch.nn.ConstantPad1d: shape")
def padded(n: int, p: int, q: int) -> int:
    """Cells of an axis with ``p`` added before and ``q`` after."""
    return n + p + q


@formula(source=DEFINITION)
def cropped(n: int, p: int, q: int) -> int:
    """Cells of an axis with ``p`` cut off before and ``q`` after."""
    return n - p - q


@formula(source=PYTHON)
def sliced(a: int, b: int, s: int) -> int:
    """Every ``s``-th cell from ``a`` on, before ``b``."""
    return ceil_div(b - a, s)


@formula(source=DEFINITION)
def left_over(e: int, known: Sequence[int]) -> int:
    """The length that is left open: all elements over the other lengths."""
    return exact_div(e, product(known))


@formula(source=f"{PYTORCH}, torch.nn.Upsample: shape")
def enlarged(n: int, r: int) -> int:
    """Cells of an axis of which each becomes ``r``."""
    return n * r


@formula(source=f"{SHI}, equation 4, backwards")
def gathered(n: int, r: int) -> int:
    """Cells of an axis of which every ``r`` become one."""
    return exact_div(n, r)


@formula(source=f"{SHI}, equation 4")
def spread_out(c: int, r: Sequence[int]) -> int:
    """Channels left when the others are laid out over blocks of cells."""
    return exact_div(c, product(r))


@formula(source=f"{SHI}, equation 4, backwards")
def piled_up(c: int, r: Sequence[int]) -> int:
    """Channels when each cell of a block is a channel of its own."""
    return c * product(r)


@formula(source=f"{VIT}: the number of patches")
def row(n: Sequence[int]) -> int:
    """Places of a map, all in one row."""
    return product(n)


@formula(source=f"{VIT}, equation 1: the class token")
def one_more(n: int) -> int:
    """Places of a sequence and one more."""
    return n + 1


@formula(source=f"{SWIN}: windows that part the map evenly")
def windows(n: Sequence[int], m: Sequence[int]) -> int:
    """Windows of ``m`` cells that part a map."""
    return exact_div(product(n), product(m))
