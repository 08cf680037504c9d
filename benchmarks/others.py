"""Networks as PyTorch and ONNX have them, made from the same graph and the same weights; and their bare products."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from shapecalc.engine.making import own
from shapecalc.engine.ways import windows
from shapecalc.formulas.windows import Transposed

if TYPE_CHECKING:
    from shapecalc.network.graph import Graph, Node

Weights = Mapping[str, Any]
LARGE = 2**23
"""Bytes of a tensor that is not copied."""


def pads(node: Node, graph: Graph) -> tuple[list[int], list[int]]:
    """Cells of padding before and after along each axis."""
    x = shape_of(node.inputs[0], graph)
    both = [w.pads(int(n)) for w, n in zip(windows(node), x.spatial, strict=True)]
    return [int(before) for before, _ in both], [int(after) for _, after in both]


def shape_of(name: str, graph: Graph) -> Any:
    """The shape of an input of the network, or of what a node gives."""
    return graph.inputs.get(name) or next(node.output for node in graph if node.name == name)


def groups(node: Node, graph: Graph) -> int:
    """The groups of a convolution."""
    return int(shape_of(node.inputs[0], graph).channels // node.weights["kernel"][1])


def products(graph: Graph, batch: int) -> Callable[[], dict[str, Any]]:
    """A function that multiplies matrices as the direct kernels do: the filters of a group by all of its patches."""
    sides: list[tuple[int, int, int]] = []
    for node in graph:
        if node.output is None or "kernel" not in node.weights:
            continue
        kernel, x = node.weights["kernel"], shape_of(node.inputs[0], graph)
        match node.kind:
            case "conv" | "depthwise":
                parts = groups(node, graph)
                sides += [(kernel[0] // parts, prod(kernel[1:]), batch * prod(node.output.spatial))] * parts
            case "conv_transpose":
                sides.append((prod(kernel[1:]), kernel[0], batch * prod(x.spatial)))
            case "dense":
                sides.append((kernel[0], kernel[1], batch * prod(x.spatial)))
            case kind:
                raise NotImplementedError(kind)
    most = (max(a * b for a, b, _ in sides), max(b * c for _, b, c in sides), max(a * c for a, _, c in sides))
    filters, patches, made = (np.ones(numbers, "float32") for numbers in most)

    def run() -> dict[str, Any]:
        for a, b, c in sides:
            out = made[: a * c].reshape(a, c)
            np.matmul(filters[: a * b].reshape(a, b), patches[: b * c].reshape(b, c), out=out)
        return {}

    return run


# PyTorch


def in_torch(  # noqa: C901  one case a kind, below
    graph: Graph, weights: Weights
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function that runs the network eagerly; what nobody else reads is overwritten by a ReLU, as its models do."""
    import torch  # noqa: PLC0415  where it is installed
    import torch.nn.functional as F  # noqa: N812, PLC0415

    def tensor(x: Any) -> Any:
        # as in its own models the numbers are in its own memory, which is up to a third faster; the largest are not
        # held twice, which would count as memory it needs
        return torch.tensor(x) if x.nbytes < LARGE else torch.from_numpy(x)

    readers: dict[str, int] = dict.fromkeys(graph.outputs.values(), 1)
    for node in graph:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1

    def step(node: Node) -> Callable[..., Any]:  # noqa: C901, PLR0912  one case a kind
        layer: Any = node.layer
        mine = {name: tensor(x) for name, x in own(node, weights).items()}
        alone = readers[node.inputs[0]] == 1 and node.inputs[0] not in graph.inputs
        match node.kind:
            case "conv" | "depthwise":
                before, after = pads(node, graph)
                if before != after:
                    raise NotImplementedError(node.name)
                seen = windows(node)
                call = (F.conv1d, F.conv2d, F.conv3d)[len(seen) - 1]
                how = ([w.stride for w in seen], before, [w.dilation for w in seen], groups(node, graph))
                return lambda x: call(x, mine["kernel"], mine.get("bias"), *how)
            case "conv_transpose":
                stamps = [step for step in node.reach[0] if isinstance(step, Transposed)]
                turn = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[len(stamps) - 1]
                cut = [s.cuts[0] for s in stamps]
                return lambda x: turn(
                    x, mine["kernel"], mine.get("bias"), [s.stride for s in stamps], cut, [s.extra for s in stamps]
                )
            case "batchnorm":
                tensors = (mine["mean"], mine["variance"], mine.get("gamma"), mine.get("beta"))
                return lambda x: F.batch_norm(x, *tensors, training=False, eps=layer.epsilon)
            case "relu":
                return lambda x: F.relu(x, inplace=alone)
            case "relu6":
                return lambda x: F.relu6(x, inplace=alone)
            case "maxpool":
                seen, (before, _) = windows(node), pads(node, graph)
                sizes, strides = [w.size for w in seen], [w.stride for w in seen]
                return lambda x: F.max_pool2d(x, sizes, strides, before, ceil_mode=layer.ceil)
            case "global_avgpool":
                return lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)
            case "adaptive_avgpool":
                return lambda x: F.adaptive_avg_pool2d(x, node.output.spatial)  # type: ignore[union-attr]
            case "flatten":
                return lambda x: x.flatten(1)
            case "dense":
                return lambda x: F.linear(x, mine["kernel"], mine.get("bias"))
            case "dropout" | "identity":
                return lambda x: x
            case "add":
                return lambda a, b: a + b
            case "concat":
                return lambda *xs: torch.cat(xs, 1)
            case "sigmoid":
                return lambda x: x.sigmoid()
            case "softmax":
                return lambda x: torch.softmax(x, 1)
        raise NotImplementedError(node.kind)

    calls = [(node.name, node.inputs, step(node)) for node in graph]
    last = {name: index for index, (_, inputs, _) in enumerate(calls) for name in inputs}

    def run(inputs: Mapping[str, Any]) -> dict[str, Any]:
        there = {name: torch.from_numpy(x) for name, x in inputs.items()}
        with torch.inference_mode():
            for index, (name, names, call) in enumerate(calls):
                there[name] = call(*(there[source] for source in names))
                for source in names:
                    if last[source] == index and source not in graph.outputs.values():
                        there.pop(source, None)
        return {name: there[node].numpy() for name, node in graph.outputs.items()}

    return run


# ONNX


def in_onnx(graph: Graph, weights: Weights, batch: int) -> Any:
    """The network as an ONNX model."""
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415  where it is installed

    nodes, tensors = [], []
    for node in graph:
        mine = own(node, weights)
        names = {name: f"{node.name}.{name}" for name in mine}
        tensors += [numpy_helper.from_array(np.ascontiguousarray(x), names[name]) for name, x in mine.items()]
        for kind, inputs, output, options in onnx_nodes(node, graph, names):
            nodes.append(helper.make_node(kind, inputs, [output], **options))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, *map(int, shape)])
        for name, shape in graph.inputs.items()
    ]
    outputs = [
        helper.make_tensor_value_info(node, TensorProto.FLOAT, [batch, *map(int, shape_of(node, graph))])
        for node in graph.outputs.values()
    ]
    made = helper.make_graph(nodes, graph.name, inputs, outputs, tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def onnx_nodes(  # noqa: C901, PLR0912  one case a kind
    node: Node, graph: Graph, names: Mapping[str, str]
) -> Iterator[tuple[str, list[str], str, dict[str, Any]]]:
    """The operators of a node: kind, inputs, output and options."""
    layer: Any = node.layer
    x = list(node.inputs)
    bias = [names["bias"]] if "bias" in names else []
    match node.kind:
        case "conv" | "depthwise":
            seen = windows(node)
            options = {
                "strides": [w.stride for w in seen],
                "dilations": [w.dilation for w in seen],
                "pads": list(chain(*pads(node, graph))),
                "group": groups(node, graph),
            }
            yield "Conv", [*x, names["kernel"], *bias], node.name, options
        case "conv_transpose":
            stamps = [step for step in node.reach[0] if isinstance(step, Transposed)]
            cut = [s.cuts[0] for s in stamps] + [s.cuts[1] for s in stamps]
            options = {"strides": [s.stride for s in stamps], "pads": cut}
            yield "ConvTranspose", [*x, names["kernel"], *bias], node.name, options
        case "batchnorm":
            four = [names[name] for name in ("gamma", "beta", "mean", "variance")]
            yield "BatchNormalization", [*x, *four], node.name, {"epsilon": layer.epsilon}
        case "relu":
            yield "Relu", x, node.name, {}
        case "relu6":
            yield "Relu", x, f"{node.name}.low", {}
            yield "Constant", [], f"{node.name}.six", {"value_float": 6.0}
            yield "Min", [f"{node.name}.low", f"{node.name}.six"], node.name, {}
        case "maxpool":
            seen, (before, _) = windows(node), pads(node, graph)
            # what hangs over is padding, and not `ceil_mode`, which the ReferenceEvaluator fails at
            lengths = zip(seen, before, shape_of(x[0], graph).spatial, node.output.spatial, strict=True)  # type: ignore[union-attr]
            after = [max(0, (o - 1) * w.stride + w.reach - first - int(n)) for w, first, n, o in lengths]
            options = {
                "kernel_shape": [w.size for w in seen],
                "strides": [w.stride for w in seen],
                "pads": [*before, *map(int, after)],
            }
            yield "MaxPool", x, node.name, options
        case "global_avgpool":
            yield "GlobalAveragePool", x, f"{node.name}.kept", {}
            yield "Flatten", [f"{node.name}.kept"], node.name, {}
        case "flatten":
            yield "Flatten", x, node.name, {}
        case "dense":
            yield "Gemm", [*x, names["kernel"], *bias], node.name, {"transB": 1}
        case "dropout" | "identity" | "adaptive_avgpool":
            yield "Identity", x, node.name, {}
        case "add":
            yield "Add", x, node.name, {}
        case "concat":
            yield "Concat", x, node.name, {"axis": 1}
        case "sigmoid":
            yield "Sigmoid", x, node.name, {}
        case "softmax":
            yield "Softmax", x, node.name, {"axis": 1}
        case kind:
            raise NotImplementedError(kind)
