"""Activations, each in a form that neither overflows nor loses a NaN."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array

# Klambauer et al. 2017: the fixed point of mean 0 and variance 1
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946

erfc = np.vectorize(math.erfc, otypes=[float])


def relu(x: Array) -> Array:
    """Nothing below 0."""
    return np.maximum(x, 0)


def relu6(x: Array) -> Array:
    """Nothing below 0, nothing above 6."""
    return np.clip(x, 0, 6)


def leaky_relu(x: Array, slope: float) -> Array:
    """A line, of the given slope below 0."""
    return np.maximum(x, 0) + slope * np.minimum(x, 0)


def elu(x: Array, alpha: float) -> Array:
    """A line above 0; below, an exponential that falls to ``-alpha``."""
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def selu(x: Array) -> Array:
    """An ELU, scaled to keep mean 0 and variance 1."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def gelu(x: Array) -> Array:
    """``x`` times the normal distribution's share below it: the exact form."""
    share: Array = erfc(x / -math.sqrt(2)) / 2
    return x * share.astype(x.dtype)


@np.errstate(over="ignore")  # x³ may overflow, and its tanh is 1 all the same
def gelu_tanh(x: Array) -> Array:
    """GELU by a tanh: the approximation."""
    share: Array = (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))) / 2
    return x * share


def silu(x: Array) -> Array:
    """``x`` times its sigmoid; also called swish."""
    return x * sigmoid(x)


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))``, with no exponent above 0."""
    y: Array = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return y


def hard_sigmoid(x: Array) -> Array:
    """A sigmoid of three lines, of slope 1/6 as in MobileNetV3 and PyTorch."""
    return np.clip(x + 3, 0, 6) / 6


def hard_swish(x: Array) -> Array:
    """``x`` times its hard sigmoid."""
    return x * hard_sigmoid(x)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


def softplus(x: Array) -> Array:
    """``log(1 + exp(x))``, with no exponent above 0."""
    y: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return y


def softmax(x: Array, axis: int = 1) -> Array:
    """Exponentials along an axis, as shares of their sum."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    shares: Array = powers / powers.sum(axis=axis, keepdims=True)
    return shares
