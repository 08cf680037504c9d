from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

from shapecalc.kernels.pool import avg_pool, global_avg, global_max, max_pool, sum_pool
from tests import naive
from tests.grids import axis, rows
from tests.kernels.random_windows import integers, windows

near = partial(pytest.approx, abs=1e-6)  # the grids have six decimals

AUTO_PAD = {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}


def options(row, mode):
    ceil = bool(row.get("ceil_mode", 0))
    return {"size": (row["kernel"],), "stride": (row["stride"],), "padding": (mode,), "ceil": ceil}


def line_max(row, mode):
    return max_pool(axis(row["in"]), **options(row, mode), dilation=(row.get("dilation", 1),))[0, 0]


def line_avg(row, mode):
    counted = bool(row.get("count_include_pad", 0))
    return avg_pool(axis(row["in"]), **options(row, mode), count_include_pad=counted)[0, 0]


def test_max_pool_has_the_lengths_of_torch():
    for row in rows("torch", "max_pool1d"):
        if 2 * row["padding"] <= row["kernel"]:  # PyTorch refuses more; the kernel has no such opinion
            y = line_max(row, (row["padding"], row["padding"]))
            assert len(y) == (row["out"] or 0), row  # null: PyTorch raises where no window fits


def test_avg_pool_has_the_values_of_torch():
    for row in rows("torch", "avg_pool1d_values"):
        y = line_avg(row, (row["padding"], row["padding"]))
        assert y.tolist() == near(row["out_values"] or []), row  # null: the same


def test_pools_have_the_values_of_tensorflow():
    for row in rows("tensorflow", "pool1d"):
        mode = row["padding"].lower()
        assert line_max(row, mode).tolist() == row["max_values"], row
        assert line_avg(row, mode).tolist() == near(row["avg_values"]), row


LINE = {"MaxPool": line_max, "AveragePool": line_avg}


def test_pools_have_the_values_of_onnxruntime():
    for row in rows("onnxruntime", "pool_pads_ceil"):
        y = LINE[row["op"]](row, (row["pad_begin"], row["pad_end"]))
        assert y.tolist() == near(row["ort_values"]), row


def test_pools_have_the_values_of_onnxruntime_where_it_pads():
    for row in rows("onnxruntime", "pool_auto_pad"):
        y = LINE[row["op"]](row, AUTO_PAD[row["auto_pad"]])
        assert y.tolist() == near(row["ort_values"]), row


@settings(deadline=None)
@given(windows())
def test_max_pool_is_what_nested_loops_give(window):
    x = integers(2, 2, *window.lengths) - 10
    expected = naive.pool(lambda cells: max(cells, default=-np.inf), x, window.size, **window.options)
    np.testing.assert_array_equal(max_pool(x, window.size, **window.options), expected, strict=True)


@settings(deadline=None)
@given(windows(dilated=False))
def test_sum_and_avg_pool_are_what_nested_loops_give(window):
    x = integers(2, 2, *window.lengths)
    sums, means = (naive.pool(f, x, window.size, **window.options) for f in (sum, mean_or_zero))
    options = {"stride": window.stride, "padding": window.padding}
    np.testing.assert_array_equal(sum_pool(x, window.size, **options), sums, strict=True)
    np.testing.assert_allclose(avg_pool(x, window.size, **options), means, rtol=1e-15, strict=True)


def mean_or_zero(cells):
    return sum(cells) / max(1, len(cells))


@pytest.mark.parametrize("mode", ["same", "same_lower"])
def test_ceil_means_nothing_to_same(mode):
    window = {"size": (2, 3), "stride": (3, 2), "dilation": (1, 2), "padding": (mode, mode)}
    for n in range(1, 12):
        x = integers(1, 1, n, n)
        np.testing.assert_array_equal(max_pool(x, **window, ceil=True), max_pool(x, **window))


def test_a_mean_over_nothing_but_padding_is_zero():
    y = avg_pool(axis(2), (2,), stride=(1,), padding=((3, 0),))
    assert y.tolist() == [[[0, 0, 1, 1.5]]]


def test_a_nan_reaches_only_the_windows_that_hold_it():
    x = axis(6)
    x[0, 0, 2] = np.nan
    largest = max_pool(x, (2,), stride=(1,), dilation=(1,), padding=("valid",))
    mean = avg_pool(x, (2,), stride=(1,), padding=("valid",))
    assert np.flatnonzero(np.isnan(largest)).tolist() == [1, 2]
    assert np.flatnonzero(np.isnan(mean)).tolist() == [1, 2]


@pytest.mark.parametrize("lengths", [(5,), (2, 3), (2, 1, 3)])
def test_a_global_pool_keeps_its_axes_if_told(lengths):
    x = integers(2, 3, *lengths)
    assert global_max(x).shape == global_avg(x).shape == (2, 3)
    assert global_max(x, keep=True).shape == global_avg(x, keep=True).shape == (2, 3, *(1,) * len(lengths))
