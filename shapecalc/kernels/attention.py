"""Attention: queries against keys, and the values mixed by what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shapecalc.kernels.activation import softmax
from shapecalc.kernels.dense import dense

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapecalc.kernels.window import Array


def attention(
    x: Array,
    memory: Array,
    tensors: Mapping[str, Array],
    *,
    heads: int,
    kv_heads: int,
    causal: bool = False,
    window: Sequence[int] | None = None,
) -> Array:
    """Attend from the places of ``x`` to those of ``memory``, along their last axes.

    Both are ``(batch, c, *others, n)``, and each place of the other axes is for itself. ``window`` is the form of the
    places whose offsets have a bias in the tensor ``offsets``.
    """
    q, k, v = (
        per_head(dense(of, tensors[name], tensors.get(f"{name}_bias")), kv_heads, count)
        for name, of, count in (("query", x, heads), ("key", memory, kv_heads), ("value", memory, kv_heads))
    )
    q = q * q.shape[-1] ** -0.5
    bias = None if window is None else biases(tensors["offsets"], window, q)
    if causal:
        # each query for itself: a weight of 0 for what comes later would let a NaN there through
        steps = [
            mixed(
                q[..., i : i + 1, :],
                k[..., : i + 1, :],
                v[..., : i + 1, :],
                None if bias is None else bias[..., i : i + 1, : i + 1],
            )
            for i in range(q.shape[-2])
        ]
        y = np.concatenate(steps, axis=-2)
    else:
        y = mixed(q, k, v, bias)
    y = np.moveaxis(y, -1, 3)  # batch, groups, heads of a group, size, others, places
    y = y.reshape(len(y), -1, *y.shape[4:])
    return dense(y, tensors["out"], tensors.get("out_bias"))


def per_head(x: Array, groups: int, heads: int) -> Array:
    """``(batch, heads · size, *places)`` as ``(batch, groups, heads / groups, *places, size)``."""
    return np.moveaxis(x.reshape(len(x), groups, heads // groups, -1, *x.shape[2:]), 3, -1)


def mixed(q: Array, k: Array, v: Array, bias: Array | None) -> Array:
    """The values mixed for every query, by the softmax of its scores against all keys."""
    scores = q @ k.swapaxes(-1, -2)
    if bias is not None:
        scores = scores + bias
    return softmax(scores, axis=-1) @ v


def biases(table: Array, window: Sequence[int], like: Array) -> Array:
    """The bias of each pair of places of a window: a row of the table for each offset, a column for each head.

    Offsets are counted as in Swin: that of two places is one number for each axis, from 1 − n to n − 1, the last axis
    running fastest.
    """
    places = np.indices(window).reshape(len(window), -1)
    apart = places[:, :, None] - places[:, None, :] + (np.array(window) - 1)[:, None, None]
    row = np.ravel_multi_index(tuple(apart), tuple(2 * n - 1 for n in window))
    every = table.T[:, row]  # heads, places, places
    groups, of_group, others = like.shape[1], like.shape[2], like.ndim - 5
    return every.reshape(groups, of_group, *(1,) * others, *every.shape[1:])
