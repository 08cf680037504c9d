"""A network walked by hand: each layer given the arrays of its inputs, in order, and nothing else done."""

import numpy as np

import shapecalc as sc


def network(*layers, given=(1, 32), **sections):
    """The graph of a few layers."""
    return sc.load({"input": list(given), "layers": list(layers), **sections})


def answer(*layers, batch=1, **sections):
    """The analysis of a few layers."""
    return sc.analyze(network(*layers, **sections), batch=batch)


def tensors(node, make=None):
    """A node's weights: positive numbers, always the same for a shape, or what ``make`` gives for a shape."""
    make = make or (lambda shape: np.random.default_rng(shape).uniform(0.5, 1.5, shape))
    return {name: make(tuple(shape)) for name, shape in node.weights.items()}


def walk(graph, *inputs, make=None):
    """What every input and node of a graph gives, by name."""
    arrays = dict(zip(graph.inputs, inputs, strict=True))
    for node in graph:
        xs = [arrays[name] for name in node.inputs]
        arrays[node.name] = node.layer.forward(*xs, weights=tensors(node, make))
    return arrays


def noise(*shape):
    """Numbers between a half and one and a half, always the same for a shape."""
    return np.random.default_rng(shape).uniform(0.5, 1.5, shape)
