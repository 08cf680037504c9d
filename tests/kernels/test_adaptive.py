import numpy as np
import pytest

from shapecalc.kernels.adaptive import avg, bin_of, largest
from tests.grids import axis, rows


def test_bins_have_the_values_of_torch():
    for row in rows("torch", "adaptive_pool1d_values"):
        x, size = axis(row["in"]), (row["out_size"],)
        assert avg(x, size)[0, 0].tolist() == pytest.approx(row["avg"], abs=1e-6), row
        assert largest(x, size)[0, 0].tolist() == row["max"], row


@pytest.mark.parametrize(("n", "o"), [(7, 3), (3, 7), (6, 6), (1, 4), (10, 4), (13, 6)])
def test_a_bin_holds_the_cells_that_its_part_of_the_axis_touches(n, o):
    fine = [
        [cell for cell in range(n) if any(i * n <= cell * o + part < (i + 1) * n for part in range(o))]
        for i in range(o)
    ]
    assert [list(range(n))[bin_of(n, o, i)] for i in range(o)] == fine


def test_a_nan_reaches_only_the_bins_that_hold_it():
    x = axis(5)
    x[0, 0, 2] = np.nan
    for pool in (avg, largest):
        assert np.flatnonzero(np.isnan(pool(x, (4,)))).tolist() == [1, 2]
