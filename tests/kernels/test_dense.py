import numpy as np

from shapecalc.kernels.dense import dense

KERNEL = np.array([[1.0, 10, 100], [0, 0, 1]])


def test_a_unit_weighs_the_channels():
    x = np.array([[1.0, 2, 3], [4, 5, 6]])
    assert dense(x, KERNEL).tolist() == [[321, 3], [654, 6]]
    assert dense(x, KERNEL, np.array([0.5, -1])).tolist() == [[321.5, 2], [654.5, 5]]


def test_a_place_is_an_example_of_its_own():
    x = np.arange(2.0 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    y = dense(x, KERNEL, np.array([0.5, -1]))
    assert y.shape == (2, 2, 4, 5)
    for i, j in np.ndindex(4, 5):
        np.testing.assert_array_equal(y[:, :, i, j], dense(x[:, :, i, j], KERNEL, np.array([0.5, -1])))
