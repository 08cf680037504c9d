"""Convolutions taken apart: space from channels, or one axis from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapecalc.kernels.conv import conv
from shapecalc.kernels.dense import dense
from shapecalc.kernels.norm import channelwise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapecalc.kernels.window import Array, Mode


def separable(
    x: Array,
    depthwise: Array,
    pointwise: Array,
    bias: Array | None = None,
    *,
    pointwise_first: bool,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
) -> Array:
    """Filter each channel by itself, and mix the channels at each place; or the other way round."""
    mix = pointwise.reshape(pointwise.shape[:2])
    steps: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": padding}
    if pointwise_first:
        mixed = dense(x, mix)
        return conv(mixed, depthwise, bias, **steps, groups=mixed.shape[1])
    y = dense(conv(x, depthwise, **steps, groups=x.shape[1]), mix)
    return y if bias is None else y + channelwise(bias, y)


def along_axes(
    x: Array,
    parts: Sequence[Array],
    bias: Array | None = None,
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[Mode],
) -> Array:
    """One convolution after another, the first along the first axis alone, and so on; the bias at the end."""
    y = x
    for axis, kernel in enumerate(parts):
        last = axis == len(parts) - 1
        y = conv(
            y,
            kernel,
            bias if last else None,
            stride=[s if i == axis else 1 for i, s in enumerate(stride)],
            dilation=[d if i == axis else 1 for i, d in enumerate(dilation)],
            padding=[mode if i == axis else "valid" for i, mode in enumerate(padding)],
        )
    return y
