from fractions import Fraction
from math import ceil, floor

import pytest

from shapecalc.formulas import lengths, pooling


@pytest.mark.parametrize("o", range(1, 31))
def test_bins_read_as_many_cells_as_are_told(o):
    for n in range(1, 31):
        read = sum(ceil(Fraction((i + 1) * n, o)) - floor(Fraction(i * n, o)) for i in range(o))
        assert pooling.binned(n, o) == read


# He et al. 2014, figure 4: 13 cells, for bins a side the window and the stride
FIGURE = [pytest.param(13, 3, 5, 4), pytest.param(13, 2, 7, 6), pytest.param(13, 1, 13, 13)]


@pytest.mark.parametrize(("n", "o", "window", "stride"), FIGURE, ids=["pool3x3", "pool2x2", "pool1x1"])
def test_the_windows_of_a_pyramid_are_those_of_the_paper(n, o, window, stride):
    assert (pooling.bin_window(n, o), pooling.bin_stride(n, o)) == (window, stride)
    assert lengths.valid(n, window, stride) == o


def test_a_pyramid_of_256_channels_has_the_length_that_the_paper_prints():
    """He et al. 2014, section 4.1: bins of 1×1, 2×2, 3×3 and 6×6, 50 together, give a 12,800-d representation."""
    assert pooling.pyramid(256, (36, 9, 4, 1)) == 12_800
