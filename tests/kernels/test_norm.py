import numpy as np

from shapecalc.kernels.norm import batch_norm


def normed(gamma, beta):
    """One example of two channels, two cells each: a deviation of 2 about 1, and of 3 about 2."""
    x, mean, variance = np.array([[[1.0, 3], [5, 2]]]), np.array([1.0, 2]), np.array([3.0, 8])
    return batch_norm(x, gamma, beta, mean, variance, epsilon=1)


def test_each_channel_has_its_own_statistics():
    np.testing.assert_allclose(normed(None, None), [[[0, 1], [1, 0]]], atol=1e-15)


def test_gamma_scales_and_beta_shifts():
    gamma, beta = np.array([10.0, 20]), np.array([0.5, -0.5])
    np.testing.assert_allclose(normed(gamma, None), [[[0, 10], [20, 0]]], atol=1e-14)
    np.testing.assert_allclose(normed(None, beta), [[[0.5, 1.5], [0.5, -0.5]]])
    np.testing.assert_allclose(normed(gamma, beta), [[[0.5, 10.5], [19.5, -0.5]]])
