"""The function that computes a step: its weights brought to the form that its way wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shapecalc import kernels
from shapecalc.engine.ways import DIRECT, windows
from shapecalc.formulas.windows import Transposed as Stamped
from shapecalc.kernels.conv import room as kept_of
from shapecalc.kernels.fast import (
    banded,
    depthwise,
    finish,
    fourier,
    merging,
    pointwise,
    pooling,
    strips,
    taps,
    transposed,
    winograd,
)
from shapecalc.kernels.fast.folding import scale_and_shift
from shapecalc.kernels.fast.layout import Axis, first, last
from shapecalc.kernels.window import Walk

if TYPE_CHECKING:
    from shapecalc.engine.chains import Step
    from shapecalc.kernels.fast.room import Room
    from shapecalc.kernels.window import Array
    from shapecalc.network.graph import Node

Compute = Callable[..., "Array"]
"""Takes and gives arrays of shape ``(batch, channels, *lengths)``."""

IN_PLACE: Mapping[str, Callable[[Array], None] | None] = {
    "relu": finish.relu,
    "relu6": finish.relu6,
    "identity": None,
    "dropout": None,  # nothing is dropped when a network is run
}
"""How some functions of each element are written over their argument; the others are computed and copied."""


def own(node: Node, weights: Mapping[str, Array]) -> dict[str, Array]:
    """A layer's tensors, by the names it gives them."""
    return {tensor: weights[f"{node.shared_with or node.name}.{tensor}"] for tensor in node.weights}


def direct(node: Node, tensors: Mapping[str, Array]) -> Compute:
    """What the layer itself states."""
    layer = node.layer
    if layer is None:
        raise ValueError(f"`{node.name}` is not known")
    return lambda *xs: layer.forward(*xs, weights=tensors)


def function_of(node: Node) -> Callable[[Array], None] | None:
    """A function of each element, written over its argument; None where it changes nothing."""
    if node.kind in IN_PLACE:
        return IN_PLACE[node.kind]
    return finish.in_place(direct(node, {}))


@dataclass(frozen=True)
class Task:
    """What a way is made of."""

    step: Step
    weights: Mapping[str, Array]
    """The first layer's."""
    scale: Array | None
    """What its output channels are multiplied by."""
    finish: finish.Finish
    room: Room
    keep: bool
    """Whether it is to be used many times."""

    @property
    def walks(self) -> tuple[Walk, ...]:
        """The walk of the first layer's window along each axis."""
        (x,) = self.step.xs
        seen = zip(windows(self.step.head), x.spatial, strict=True)
        return tuple(Walk(int(n), w.size, w.stride, w.dilation, w.padding, w.ceil) for w, n in seen)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Its windows along each axis."""
        return tuple(map(Axis.of, self.walks))

    def scaled(self, bank: Array, *shape: int) -> Array:
        """A bank of weights of its own, each filter multiplied; ``shape`` is that of the filters' numbers."""
        if self.scale is not None:
            bank *= self.scale.reshape(shape or -1)
        return bank


def make(step: Step, weights: Mapping[str, Array], room: Room, *, keep: bool = False) -> Compute:
    """The function that computes a step.

    Args:
        step: the step.
        weights: the tensors of the network, by name.
        room: where its arrays are made.
        keep: it is going to be used many times.
    """
    if step.way == DIRECT:
        return direct(step.head, own(step.head, weights))
    if step.parts:
        return of_bands(*(task_of(part, weights, room, keep=keep) for part in step.parts))
    return MAKERS[step.way](task_of(step, weights, room, keep=keep))


def task_of(step: Step, weights: Mapping[str, Array], room: Room, *, keep: bool) -> Task:
    """What a step's way is made of."""
    tensors = own(step.head, weights)
    scale, bias = None, tensors.get("bias")
    norm = step.head if step.way == "scaled" else step.folded
    if norm is not None:
        its = own(norm, weights)
        scale, shift = scale_and_shift(
            its.get("gamma"),
            its.get("beta"),
            its["mean"],
            its["variance"],
            epsilon=norm.layer.epsilon,  # type: ignore[union-attr]
        )
        bias = shift if bias is None else shift + bias * scale
    functions = (function_of(node) for node in step.functions)
    done = finish.Finish(bias, tuple(function for function in functions if function is not None))
    return Task(step, tensors, scale, done, room, keep)


def lying(way: Callable[[Array], Array]) -> Compute:
    """A way that wants its channels last, for arrays that have them first."""
    return lambda x: first(way(last(x)))


def one_tap(task: Task) -> pointwise.Pointwise:
    """One matrix for every place."""
    kernel = task.weights["kernel"]
    matrix = kernel.reshape(kernel.shape[:2]).T
    if task.scale is not None:
        matrix = np.multiply(matrix, task.scale, order="C")
    elif task.keep and kernel.ndim > 2:
        matrix = np.ascontiguousarray(matrix)  # a little faster; a dense layer's may be most of the network
    stride = tuple(window.stride for window in windows(task.step.head))
    return pointwise.Pointwise(matrix, task.finish, task.room, stride)


def of_one_tap(task: Task) -> Compute:
    """The same, for what is read and what is added."""
    way = one_tap(task)
    return lambda *xs: first(way(*map(last, xs)))


def of_tiles(tile: int) -> Callable[[Task], Compute]:
    """Transformed kernels, for tiles of so many outputs a side."""

    def made(task: Task) -> Compute:
        bank = task.scaled(winograd.bank_of(task.weights["kernel"], tile))
        return lying(winograd.Winograd(task.axes, tile, bank, task.finish, task.room))

    return made


def of_strips(task: Task) -> Compute:
    """A matrix for each group."""
    kernel, (x,) = task.weights["kernel"], task.step.xs
    groups = x.channels // kernel.shape[1]
    bank = task.scaled(strips.bank_of(kernel, groups), groups, 1, -1)
    return lying(strips.Strips(task.axes, bank, task.finish, task.room))


def of_taps(task: Task) -> Compute:
    """A matrix of all taps."""
    kernel = task.weights["kernel"]
    matrix = task.scaled(np.array(kernel.reshape(len(kernel), -1).T, order="C"))
    way = taps.Taps(task.axes, matrix, task.finish, task.room)
    return lambda x: first(way(x))


def of_waves(task: Task) -> Compute:
    """The kernels transformed."""
    bank = task.scaled(fourier.bank_of(task.weights["kernel"], task.axes))
    return lying(fourier.Fourier(task.axes, bank, task.finish, task.room))


def filters_of(task: Task) -> Array:
    """The filter of each channel."""
    kernel = task.weights["kernel"]
    return kernel if task.scale is None else kernel * task.scale.reshape(-1, *(1,) * (kernel.ndim - 1))


def of_each_channel(task: Task) -> Compute:
    """Each tap's weights, laid in rows."""
    kernel, axes = filters_of(task), task.axes
    run = depthwise.run_of(axes, len(kernel))
    return lying(depthwise.Depthwise(axes, depthwise.rows_of(kernel, run), run, task.finish, task.room))


def of_bands(widen: Task, filters: Task, narrow: Task | None = None) -> Compute:
    """What each of them is made of; the first one's bias is a row of its matrix."""
    wide = one_tap(widen).matrix
    bias = np.zeros((1, wide.shape[1]), wide.dtype) if widen.finish.bias is None else widen.finish.bias[None]
    down, across = filters.axes
    way = banded.Banded(
        np.concatenate((wide, bias)),
        finish.Finish(None, widen.finish.steps),
        (down, across),
        banded.phases_of((down, across), filters_of(filters), filters.finish, filters.room),
        None if narrow is None else one_tap(narrow),
        widen.room,
    )
    return lambda *xs: first(way(*map(last, xs)))


def of_stamps(task: Task) -> Compute:
    """A bank for each place within a stride."""
    kernel, head, (x,) = task.weights["kernel"], task.step.head, task.step.xs
    groups = getattr(head.layer, "groups", 1)
    if task.scale is not None:
        scale = task.scale.reshape(groups, 1, -1, *(1,) * x.rank)
        kernel = (kernel.reshape(groups, -1, *kernel.shape[1:]) * scale).reshape(kernel.shape)
    stamps = []
    for step, n in zip(head.reach[0], x.spatial, strict=True):
        if not isinstance(step, Stamped):
            raise TypeError(head.kind)
        before, after, spare = kept_of(int(n), step.size, step.stride, step.dilation, step.padding, step.extra)
        length = (int(n) - 1) * step.stride + step.dilation * (step.size - 1) + 1 + spare - before - after
        stamps.append(transposed.Stamp(int(n), step.size, step.stride, step.dilation, before, length))
    return lying(transposed.Transposed.of(stamps, kernel, groups, task.finish, task.room))


def of_scale(task: Task) -> Compute:
    """A number for each channel."""
    if task.scale is None:
        raise TypeError(task.step.way)
    return lying(merging.Scaled(task.scale, task.finish, task.room))


MERGING = {"add": np.add, "multiply": np.multiply}


def of_several(task: Task) -> Compute:
    """Nothing but what combines them."""
    layer: Any = task.step.head.layer
    merged = merging.Merged(MERGING[task.step.head.kind], task.finish, task.room)
    return lambda *xs: merged(layer.fitted(xs))


def of_joined(task: Task) -> Compute:
    """Nothing but the order."""
    cut = getattr(task.step.head.layer, "fit", "none") == "crop"
    return lambda *xs: merging.joined(kernels.merge.crop_all(xs) if cut else xs, task.room)


def of_windows(task: Task) -> Compute:
    """A maximum, or a sum and what it is divided by."""
    kind = task.step.head.kind
    if kind == "maxpool":
        return lying(pooling.Running(task.axes, np.maximum, -np.inf, task.room))
    cells: tuple[Array, ...] = ()
    if kind == "avgpool":
        pad = bool(getattr(task.step.head.layer, "count_include_pad", False))
        # a window of nothing but padding gives 0, the empty sum
        cells = tuple(np.maximum(kernels.pool.counted(walk, pad=pad), 1) for walk in task.walks)
    return lying(pooling.Running(task.axes, np.add, 0, task.room, cells))


def of_ones(task: Task) -> Compute:
    """A row of ones."""
    kept = (1,) * task.step.xs[0].rank if getattr(task.step.head.layer, "keep", False) else ()
    return lambda x: pooling.global_avg(last(x)).reshape(*x.shape[:2], *kept)


MAKERS: Mapping[str, Callable[[Task], Compute]] = {
    "pointwise": of_one_tap,
    "product": of_one_tap,
    "winograd-4": of_tiles(4),
    "winograd-2": of_tiles(2),
    "fourier": of_waves,
    "depthwise": of_each_channel,
    "grouped": of_strips,
    "taps": of_taps,
    "strips": of_strips,
    "subpixel": of_stamps,
    "scaled": of_scale,
    "merged": of_several,
    "joined": of_joined,
    "running": of_windows,
    "ones": of_ones,
}
"""For each way but the direct one."""
