from functools import partial

import numpy as np
import pytest

from shapecalc.kernels import activation

# every function with the value it tends to far below 0; far above it is x, unless it says so
FAR = [
    pytest.param(activation.relu, 0, None, id="relu"),
    pytest.param(activation.relu6, 0, 6, id="relu6"),
    pytest.param(partial(activation.leaky_relu, slope=0.0), 0, None, id="leaky_relu"),
    pytest.param(partial(activation.elu, alpha=0.5), -0.5, None, id="elu"),
    pytest.param(activation.gelu, 0, None, id="gelu"),
    pytest.param(activation.gelu_tanh, 0, None, id="gelu_tanh"),
    pytest.param(activation.silu, 0, None, id="silu"),
    pytest.param(activation.sigmoid, 0, 1, id="sigmoid"),
    pytest.param(activation.hard_sigmoid, 0, 1, id="hard_sigmoid"),
    pytest.param(activation.hard_swish, 0, None, id="hard_swish"),
    pytest.param(activation.tanh, -1, 1, id="tanh"),
    pytest.param(activation.hard_tanh, -1, 1, id="hard_tanh"),
    pytest.param(partial(activation.celu, alpha=0.5), -0.5, None, id="celu"),
    pytest.param(activation.quick_gelu, 0, None, id="quick_gelu"),
    pytest.param(activation.mish, 0, None, id="mish"),
    pytest.param(partial(activation.threshold, theta=1, value=7), 7, None, id="threshold"),
    pytest.param(activation.softplus, 0, None, id="softplus"),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("function", "below", "above"), FAR)
def test_an_activation_is_calm_far_from_zero(function, below, above, dtype):
    far = np.array([[1e2, 1e4, 1e30]], dtype)
    np.testing.assert_allclose(function(-far), np.full_like(far, below), atol=1e-30)
    np.testing.assert_allclose(function(far), far if above is None else np.full_like(far, above), rtol=1e-6)


def test_selu_is_calm_far_from_zero():
    y = activation.selu(np.array([[-1e30, 1e30]]))
    # Klambauer et al. 2017: -λα and λx
    assert y.tolist() == [pytest.approx([-1.7580993408473766, 1.0507009873554805e30])]


NAMES = (
    "relu relu6 selu gelu gelu_tanh silu sigmoid hard_sigmoid hard_swish tanh softplus softmax squared_relu quick_gelu "
    "mish log_sigmoid hard_tanh tanhshrink softsign exp log_softmax"
)
EVERY = {name: getattr(activation, name) for name in NAMES.split()} | {
    "leaky_relu": partial(activation.leaky_relu, slope=0.1),
    "elu": partial(activation.elu, alpha=1.0),
    "celu": partial(activation.celu, alpha=2.0),
    "prelu": partial(activation.prelu, slope=np.array([0.1, 0.2, 0.3])),
    "threshold": partial(activation.threshold, theta=0.5, value=0.0),
}


@pytest.mark.parametrize("name", EVERY)
def test_a_nan_passes_through(name):
    x = np.array([[1.0, np.nan, -1.0]])
    y = EVERY[name](x)
    if name in {"softmax", "log_softmax"}:
        assert np.isnan(y).all()  # the sum holds it
    else:
        assert np.isnan(y).tolist() == [[False, True, False]]


def test_gelu_keeps_its_tail():
    # the normal distribution below -10 is 7.619853e-24: 1 + erf would lose it
    assert activation.gelu(np.array([[-10.0]])).tolist() == [pytest.approx([-7.619853024160527e-23])]


def test_logarithms_keep_what_their_function_loses():
    # far below 0 the sigmoid is eˣ, and the softmax of two is eˣ/(1 + eˣ)
    assert activation.log_sigmoid(np.array([[-1e4, 0.0, 1e4]]))[0].tolist() == pytest.approx(
        [-1e4, -0.6931471805599453, 0]
    )
    assert activation.log_softmax(np.array([[-1e4, 1e4]]))[0].tolist() == [-2e4, 0]


def test_half_of_a_glu_is_its_gate():
    x = np.array([[2.0, 3.0, 0.0, -1.0]])
    assert activation.glu(x, "sigmoid").tolist() == [pytest.approx([1.0, 3 * 0.2689414213699951])]
    assert activation.glu(x, "relu").tolist() == [[0, 0]]


def test_maxout_takes_neighbours_together():
    assert activation.maxout(np.array([[1.0, 5, 2, 4, 3, 0]]), 2).tolist() == [[5, 4, 3]]
    assert activation.maxout(np.array([[1.0, 5, 2, 4, 3, 0]]), 3).tolist() == [[5, 4]]


def test_softmax_is_the_same_for_any_shift():
    x = np.array([[0.0, 1, 2], [1e30, 1e30, 1e30], [-1e4, 0, 1e4]])
    y = activation.softmax(x)
    assert y[0].tolist() == pytest.approx([0.09003057317038046, 0.24472847105479764, 0.6652409557748218])
    assert y[1].tolist() == pytest.approx([1 / 3] * 3)
    assert y[2].tolist() == [0, 0, 1]
    assert activation.softmax(x, axis=0).sum(axis=0).tolist() == pytest.approx([1, 1, 1])
