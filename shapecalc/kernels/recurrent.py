"""Recurrent layers, walked step by step. The gates stand in PyTorch's order: i, f, g, o; r, z, n."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.activation import sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapecalc.kernels.window import Array

    Tensors = Mapping[str, Array]
    State = tuple[Array, ...]
    Cell = Callable[[Array, State, Tensors], State]


def read(x: Array, tensors: Tensors, name: str, rows: slice = slice(None)) -> Array:
    """Some rows of a matrix times ``x``, of shape ``(batch, c)``, with the bias of the matrix if it has one."""
    y: Array = x @ tensors[name][rows].T
    bias = tensors.get(f"{name}_bias")
    return y if bias is None else y + bias[rows]


def gates(x: Array, h: Array, tensors: Tensors, rows: slice = slice(None)) -> Array:
    """What input and state give to the gates together, with the one bias of both if there is one."""
    y = read(x, tensors, "input", rows) + read(h, tensors, "recurrent", rows)
    return y + tensors["bias"][rows] if "bias" in tensors else y


def rnn_tanh(x: Array, state: State, tensors: Tensors) -> State:
    """One step of the plain cell."""
    return (np.tanh(gates(x, state[0], tensors)),)


def rnn_relu(x: Array, state: State, tensors: Tensors) -> State:
    """One step of the plain cell, with a rectifier."""
    return (np.maximum(gates(x, state[0], tensors), 0),)


def lstm(x: Array, state: State, tensors: Tensors) -> State:
    """One step of the LSTM: what it gives, then the cell that it keeps."""
    h, c = state
    i, f, g, o = np.split(gates(x, h, tensors), 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return (h @ tensors["projection"].T if "projection" in tensors else h), c


def gru(x: Array, state: State, tensors: Tensors) -> State:
    """One step of the GRU, the reset gate after the product with the state: as cuDNN, PyTorch and Keras."""
    (h,) = state
    of_x = np.split(read(x, tensors, "input"), 3, axis=1)
    of_h = np.split(read(h, tensors, "recurrent"), 3, axis=1)
    r, z = (sigmoid(a + b) for a, b in zip(of_x[:2], of_h[:2], strict=True))
    n = np.tanh(of_x[2] + r * of_h[2])
    return ((1 - z) * n + z * h,)


def gru_reset_before(x: Array, state: State, tensors: Tensors) -> State:
    """One step of the GRU, the reset gate before the product with the state: as first published."""
    (h,) = state
    units = h.shape[1]
    r, z = np.split(sigmoid(gates(x, h, tensors, slice(2 * units))), 2, axis=1)
    n = np.tanh(gates(x, r * h, tensors, slice(2 * units, None)))
    return ((1 - z) * n + z * h,)


CELLS: dict[str, Cell] = {
    "rnn_tanh": rnn_tanh,
    "rnn_relu": rnn_relu,
    "lstm": lstm,
    "gru": gru,
    "gru_reset_before": gru_reset_before,
}


def recur(x: Array, layers: Sequence[Sequence[Tensors]], cell: str, *, last: bool) -> Array:
    """Walk ``x``, of shape ``(batch, c, n)``, through a stack of layers, each with one direction or two.

    The second direction walks from the end, and stands behind the first in the channels. With ``last`` the state after
    each direction's last step is given, without the axis of steps.
    """
    for number, ways in enumerate(layers, 1):
        ends = []
        for tensors, step in zip(ways, (1, -1), strict=False):
            y = walk(x[..., ::step], tensors, CELLS[cell], last=last and number == len(layers))
            ends.append(y if y.ndim == 2 else y[..., ::step])
        x = np.concatenate(ends, axis=1)
    return x


def walk(x: Array, tensors: Tensors, cell: Cell, *, last: bool) -> Array:
    """The state after every step, or after the last one alone; the first step finds a state of zeros."""
    batch, _, steps = x.shape
    rows, states = tensors["recurrent"].shape
    state: State = (np.zeros((batch, states), x.dtype),)
    if cell is lstm:
        state += (np.zeros((batch, rows // 4), x.dtype),)
    every = np.empty_like(x, shape=(batch, states, 0 if last else steps))
    for step in range(steps):
        state = cell(x[..., step], state, tensors)
        if not last:
            every[..., step] = state[0]
    return state[0] if last else every
