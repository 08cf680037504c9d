"""What a layer costs: parameters from weight shapes, operations by kind, bytes."""

from __future__ import annotations

from collections.abc import Sequence

from shapecalc.figure import exact_div, formula, product, total

SHEET = "shapecalc conventions: one multiply with its accumulate is one MAC"
DEFINITION = "by definition"


@formula(source=DEFINITION)
def elements(shape: Sequence[int]) -> int:
    """Numbers in a tensor of this shape."""
    return product(shape)


@formula(source=DEFINITION)
def altogether(parts: Sequence[int]) -> int:
    """The parts added up."""
    return total(parts)


@formula(source=SHEET)
def conv_macs(o: Sequence[int], k: Sequence[int], c: int, g: int, f: int) -> int:
    """MACs of a convolution: at each output place, each filter reads the taps of its group's channels."""
    return product(o) * product(k) * exact_div(c, g) * f


@formula(source=SHEET)
def connected_macs(o: Sequence[int], k: Sequence[int], m: int) -> int:
    """MACs of ``m`` connections of a filter to a channel: at each output place, each reads its own taps."""
    return product(o) * product(k) * m


@formula(source="Keras 3 documentation, DepthwiseConv2D: depth_multiplier")
def multiplied(c: int, m: int) -> int:
    """Channels of a depthwise convolution with ``m`` filters for each of ``c``."""
    return c * m


@formula(source=f"{SHEET}; a transposed convolution scatters each input cell once")
def transposed_macs(n: Sequence[int], k: Sequence[int], c: int, g: int, f: int) -> int:
    """MACs of a transposed convolution: each input cell is spread over the taps of its group's filters."""
    return product(n) * product(k) * c * exact_div(f, g)


@formula(source=SHEET)
def dense_macs(n: int, u: int, places: Sequence[int]) -> int:
    """MACs of a full connection from ``n`` inputs to ``u`` units, at each place."""
    return n * u * product(places)


@formula(source=SHEET)
def each(elements: int, times: int) -> int:
    """Operations that every element costs, a fixed number of times."""
    return elements * times


@formula(source=SHEET)
def windowed(o: Sequence[int], c: int, k: Sequence[int]) -> int:
    """Steps to reduce each window of ``k`` taps to one number: one less than its taps."""
    return product(o) * c * (product(k) - 1)


@formula(source=SHEET)
def reduced(n: Sequence[int], c: int) -> int:
    """Steps to reduce a whole map to one number a channel."""
    return c * (product(n) - 1)


@formula(source=SHEET)
def along(c: int, places: Sequence[int]) -> int:
    """Steps to reduce ``c`` channels to one number at each place."""
    return (c - 1) * product(places)


@formula(source=DEFINITION)
def grouped(n: Sequence[int], c: int, g: int) -> int:
    """Numbers in each of ``g`` groups of channels, at all places."""
    return product(n) * exact_div(c, g)


@formula(source=DEFINITION)
def parted(c: int, g: int) -> int:
    """Channels in each of ``g`` equal parts."""
    return exact_div(c, g)


@formula(source=SHEET)
def statistics(sets: int, m: int) -> int:
    """Steps to reduce each of so many sets of ``m`` numbers to one."""
    return sets * (m - 1)


@formula(source=SHEET)
def matmul_macs(m: int, k: int, n: int) -> int:
    """MACs of a matrix product: ``m`` rows of ``k`` numbers with ``n`` columns."""
    return m * k * n


@formula(source=DEFINITION)
def merged(elements: int, m: int) -> int:
    """Steps to merge ``m`` tensors of so many elements into one."""
    return elements * (m - 1)


@formula(source=DEFINITION)
def percent(part: int, whole: int) -> int:
    """Hundredths of the whole that a part is: rarely a whole number, then no formula gives it."""
    return exact_div(100 * part, whole)


@formula(source="shapecalc conventions: FLOPs = 2·MACs + every other operation")
def flops(mac: int, others: Sequence[int]) -> int:
    """Floating-point operations: a MAC counts two, every other operation one."""
    return 2 * mac + total(others)


@formula(source=DEFINITION)
def batched(x: int, b: int) -> int:
    """One example's figure, for a batch."""
    return x * b


@formula(source=DEFINITION)
def stored(elements: int, itemsize: int) -> int:
    """Bytes of so many numbers."""
    return elements * itemsize
