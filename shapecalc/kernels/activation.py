"""Activations, each in a form that neither overflows nor loses a NaN."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.erf import erfc
from shapecalc.kernels.norm import channelwise

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array

# Klambauer et al. 2017: the fixed point of mean 0 and variance 1
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def relu(x: Array) -> Array:
    """Nothing below 0."""
    return np.maximum(x, 0)


def relu6(x: Array) -> Array:
    """Nothing below 0, nothing above 6."""
    return np.clip(x, 0, 6)


def leaky_relu(x: Array, slope: float) -> Array:
    """A line, of the given slope below 0."""
    return np.where(x > 0, x, slope * x)


def prelu(x: Array, slope: Array) -> Array:
    """A line, of its channel's slope below 0."""
    return np.where(x > 0, x, channelwise(slope, x) * x)


def threshold(x: Array, theta: float, value: float) -> Array:
    """``value`` wherever there is no more than ``theta``."""
    return np.where(x <= theta, x.dtype.type(value), x)


def squared_relu(x: Array) -> Array:
    """The square of what lies above 0."""
    y: Array = np.square(np.maximum(x, 0))
    return y


@np.errstate(over="ignore")  # the exponential of what lies above 0 is not kept
def elu(x: Array, alpha: float) -> Array:
    """A line above 0; below, an exponential that falls to ``-alpha``."""
    return np.where(x > 0, x, alpha * np.expm1(x))


@np.errstate(over="ignore")  # as in `elu`
def celu(x: Array, alpha: float) -> Array:
    """An ELU that is smooth at 0 whatever ``alpha`` is."""
    return np.where(x > 0, x, alpha * np.expm1(x * (1 / alpha)))


def selu(x: Array) -> Array:
    """An ELU, scaled to keep mean 0 and variance 1."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def gelu(x: Array) -> Array:
    """``x`` times the normal distribution's share below it: the exact form."""
    share: Array = erfc(x * -math.sqrt(1 / 2)) * 0.5
    return x * share.astype(x.dtype, copy=False)


@np.errstate(over="ignore")  # x³ may overflow, and its tanh is 1 all the same
def gelu_tanh(x: Array) -> Array:
    """GELU by a tanh: the approximation."""
    share: Array = (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))) * 0.5
    return x * share


def quick_gelu(x: Array) -> Array:
    """GELU by a sigmoid: the cheapest approximation."""
    return x * sigmoid(1.702 * x)


def mish(x: Array) -> Array:
    """``x`` times the tanh of its softplus."""
    return x * np.tanh(softplus(x))


def silu(x: Array) -> Array:
    """``x`` times its sigmoid; also called swish."""
    return x * sigmoid(x)


@np.errstate(over="ignore")  # far below 0 the exponential may overflow, and one over it is 0 all the same
def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))``."""
    y: Array = 1 / (1 + np.exp(-x))
    return y


def hard_sigmoid(x: Array) -> Array:
    """A sigmoid of three lines, of slope 1/6 as in MobileNetV3 and PyTorch."""
    return np.clip(x + 3, 0, 6) * (1 / 6)


def hard_swish(x: Array) -> Array:
    """``x`` times its hard sigmoid."""
    return x * hard_sigmoid(x)


def log_sigmoid(x: Array) -> Array:
    """The logarithm of the sigmoid: the softplus turned round."""
    return -softplus(-x)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


def hard_tanh(x: Array) -> Array:
    """Nothing below -1, nothing above 1."""
    return np.clip(x, -1, 1)


def tanhshrink(x: Array) -> Array:
    """What the hyperbolic tangent takes off."""
    return x - np.tanh(x)


def softsign(x: Array) -> Array:
    """``x`` over one more than its size."""
    y: Array = x / (1 + np.abs(x))
    return y


def exp(x: Array) -> Array:
    """The exponential."""
    y: Array = np.exp(x)
    return y


@np.errstate(invalid="ignore")  # NumPy warns of a NaN here and nowhere else
def softplus(x: Array) -> Array:
    """``log(1 + exp(x))``, in a form that does not overflow."""
    y: Array = np.logaddexp(x.dtype.type(0), x)
    return y


def softmax(x: Array, axis: int = 1) -> Array:
    """Exponentials along an axis, as shares of their sum."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    shares: Array = powers / powers.sum(axis=axis, keepdims=True)
    return shares


def log_softmax(x: Array, axis: int = 1) -> Array:
    """The logarithms of the softmax, none of them lost to rounding."""
    below = x - x.max(axis=axis, keepdims=True)
    logs: Array = below - np.log(np.exp(below).sum(axis=axis, keepdims=True))
    return logs


GATES = {"sigmoid": sigmoid, "silu": silu, "gelu": gelu, "relu": relu}


def glu(x: Array, gate: str) -> Array:
    """The first half of the channels, times a function of the second."""
    first, second = np.split(x, 2, axis=1)
    return first * GATES[gate](second)


def maxout(x: Array, pieces: int) -> Array:
    """The largest of every so many neighbouring channels."""
    batch, channels, *places = x.shape
    largest: Array = x.reshape(batch, channels // pieces, pieces, *places).max(axis=2)
    return largest
