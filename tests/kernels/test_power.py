import numpy as np
import pytest

from shapecalc.kernels.power import gem, lp_pool
from tests.grids import axis


def pooled(x, p, **options):
    return lp_pool(np.array([[x]], float), (2,), p, stride=(2,), padding=("valid",), **options)[0, 0].tolist()


def test_the_length_of_a_vector_is_its_power_two():
    assert pooled([3, 4, 5, -12], 2) == [5, 13]


def test_the_power_one_sums_and_keeps_the_sign():
    assert pooled([3, -4, -1, -2], 1) == [-1, -3]


def test_an_odd_power_has_no_root_of_a_sum_below_zero_and_zero_has_one():
    """As PyTorch's lp_pool1d, which gives NaN."""
    assert pooled([0, 0, 1, 2, -1, -2], 3) == pytest.approx([0, 9 ** (1 / 3), np.nan], nan_ok=True)


def test_a_window_that_hangs_over_sums_the_cells_it_has():
    assert pooled([3, 4, 2], 2, ceil=True) == [5, 2]


@pytest.mark.parametrize(("p", "mean"), [(1, 2.0), (2, (14 / 3) ** 0.5), (-1, 3 / (1 + 1 / 2 + 1 / 3))])
def test_the_generalized_mean_is_arithmetic_quadratic_and_harmonic(p, mean):
    assert gem(axis(3), np.array([float(p)]), epsilon=1e-6).tolist() == [[pytest.approx(mean)]]


def test_a_large_power_comes_near_the_largest():
    assert gem(axis(3), np.array([100.0]), epsilon=1e-6).item() == pytest.approx(3, rel=0.02)


def test_what_is_below_epsilon_is_taken_for_it():
    x = np.array([[[-5.0, 0, 3]]])
    assert gem(x, np.array([1.0]), epsilon=1.5).tolist() == [[2.0]]
