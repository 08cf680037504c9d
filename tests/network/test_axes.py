"""Axes, lengths and margins as they may be written."""

import pytest

from tests.network.nets import outputs, stack

WRITTEN = {
    "an axis by a variable": ("- slice: {axis: $a, stop: 5}", "3×32×5"),
    "an axis by a number": ("- slice: {axis: 1 + 1, stop: 5}", "3×32×5"),
    "an axis whose name is a variable too": ("- slice: {axis: H, stop: 5}", "3×5×32"),
    "lengths by expressions": ("- reshape: [3 * k, rest, k]", "12×64×4"),
    "one length alone": ("- reshape: rest", "3072"),
    "margins by expressions": ("- pad: [k, [0, k + 1]]", "3×40×37"),
    "a margin by a variable": ("- pad: k", "3×40×40"),
    "an order by a variable": ("- permute: [$a, C, H]", "32×3×32"),
}


@pytest.mark.parametrize(("layers", "output"), WRITTEN.values(), ids=WRITTEN)
def test_it_is_read(layers, output):
    assert list(outputs(stack(layers, "vars: {a: W, H: 2, k: 4}"))) == [output]
