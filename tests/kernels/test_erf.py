"""The complementary error function against the standard library's, number by number."""

import math

import numpy as np
import pytest

from shapecalc.kernels.erf import NEAR, erfc

EDGES = [0.0, -0.0, 1e-300, -1e-300, 5.0, 27.5, -27.5, 1e200, -1e200, math.inf, -math.inf]


def exact(x):
    return np.array([math.erfc(value) for value in x.ravel()]).reshape(x.shape)


def test_it_is_exact_to_the_rounding_of_float64():
    x = np.concatenate([np.linspace(-6, 6, 20_001), EDGES])
    assert np.abs(erfc(x) - exact(x)).max() <= 1e-15
    tail = np.linspace(0, 25, 5_001)  # where 1 - erf would have nothing left
    assert np.abs(erfc(tail) / exact(tail) - 1).max() <= 1e-12


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_it_is_the_nearest_number_of_a_shorter_format(dtype):
    x = np.linspace(-6, 12, 20_001).astype(dtype)
    assert erfc(x).dtype == dtype
    assert np.array_equal(erfc(x), exact(x).astype(dtype))


@pytest.mark.parametrize(
    "x",
    [
        np.linspace(-3, 3, 2 * NEAR + 5),
        np.linspace(-3, 3, 3 * 5 * 7).reshape(3, 5, 7).transpose(2, 0, 1),
        np.linspace(-3, 3, 3 * 5 * 8).reshape(3, 5, 8)[:, ::2, 1::3],
        np.linspace(-3, 3, 6).reshape(1, 6, 1).transpose(2, 1, 0)[:, ::-1],
        np.array(0.5),
        np.empty((0, 3)),
    ],
    ids=["long", "turned", "cut", "backwards", "one", "none"],
)
def test_it_takes_arrays_however_they_lie(x):
    before = x.copy()
    assert erfc(x) == pytest.approx(exact(x), rel=1e-14)
    assert np.array_equal(x, before)


def test_a_nan_passes_and_nothing_else_is_one():
    assert np.isnan(erfc(np.array([1.0, math.nan, math.inf]))).tolist() == [False, True, False]
