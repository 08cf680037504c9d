import numpy as np
import pytest

from shapecalc.kernels.prototypes import distances
from shapecalc.kernels.vlad import hard, soft

CENTRES = np.array([[0.0, 0], [10, 0], [0, 50]])
PLACES = np.array([[[3.0, 13, 10], [4, 0, 4]]])
"""Three descriptors of two numbers: (3, 4), (13, 0) and (10, 4)."""


def test_each_descriptor_adds_its_residual_to_its_nearest_centre():
    """(3, 4) to the first, (3, 0) and (0, 4) to the second, none to the third; each to length 1, and then both."""
    y = hard(PLACES, CENTRES)
    assert y.tolist() == [pytest.approx([0.6 / 2**0.5, 0.8 / 2**0.5, 0.6 / 2**0.5, 0.8 / 2**0.5, 0, 0])]


def test_an_assignment_without_doubt_is_a_hard_one():
    """W = 2αc and b = −α‖c‖² (Arandjelović et al. 2016, section 3.1): the larger α, the less doubt."""
    sharp = 100.0
    y = soft(PLACES, 2 * sharp * CENTRES, -sharp * (CENTRES**2).sum(axis=1), CENTRES)
    np.testing.assert_allclose(y, hard(PLACES, CENTRES), atol=1e-12)


def test_a_nan_is_passed_on():
    x = PLACES.copy()
    x[0, 1, 2] = np.nan
    assert np.isnan(hard(x, CENTRES)).all()
    assert np.isnan(soft(x, CENTRES, np.zeros(3), CENTRES)).all()


def test_a_prototype_is_as_far_as_pythagoras_says_squared():
    assert distances(np.array([[1.0, 2], [0, 0]]), np.array([[1.0, 2], [4, -2], [1, 0]])).tolist() == [
        [0, 25, 4],
        [5, 20, 1],
    ]
