"""What torch gave for the same layers: the specs of ``tests.kinds`` run in it, and the figures that are kept.

With torch installed, ``python -m tests.oracles FAMILY [FAMILY …]`` writes the figures of families anew.
"""

import json
import sys
from pathlib import Path

import numpy as np

import shapecalc as sc
from shapecalc.engine.weights import expected
from tests.kinds import MODULES

FOLDER = Path(__file__).parent / "data" / "oracles"
POSITIVE = ("gamma", "variance", ".p")


def pattern(shape, number, *, positive=False):
    """Tensor ``number``: exact in any precision, never twice the same, and positive where it has to be."""
    i = np.arange(np.prod(shape, dtype=int)) if shape else np.zeros(1, int)
    steps = (i * i + 37 * i + 11 * number) % 61
    return ((steps + 20) / 40 if positive else (steps - 30) / 64).reshape(shape)


def inputs_of(graph):
    """An array for each input: two examples of a pattern, or of whole numbers where an embedding reads them."""
    looked_up = {name: node.layer for node in graph if node.kind == "embedding" for name in node.inputs}
    found = {}
    for number, (name, shape) in enumerate(graph.inputs.items()):
        size = (2, *shape)
        ids = np.arange(np.prod(size)) * 7 % looked_up[name].vocabulary if name in looked_up else None
        found[name] = pattern(size, 5 + number) if ids is None else ids.reshape(size).astype(float)
    return found


def weights_of(graph):
    """A pattern for each tensor, by name."""
    return {
        name: pattern(tuple(shape), number, positive=name.endswith(POSITIVE))
        for number, (name, shape) in enumerate(expected(graph).items())
    }


def ours(spec):
    """The only output of a network, in float64."""
    graph = sc.load(spec)
    (y,) = sc.run(graph, inputs_of(graph), weights_of(graph)).outputs.values()
    return y


def theirs(spec, code):
    """What torch gives: code that finds inputs in ``x`` (the first) and ``xs``, tensors in ``w``, and sets ``y``."""
    import torch
    from torch import nn
    from torch.nn import functional as F  # noqa: N812

    graph = sc.load(spec)
    xs = {name: torch.tensor(array) for name, array in inputs_of(graph).items()}
    w = {name: torch.tensor(array) for name, array in weights_of(graph).items()}
    names = {"torch": torch, "nn": nn, "F": F, "np": np, "xs": xs, "x": next(iter(xs.values())), "w": w}
    with torch.no_grad():
        torch.set_default_dtype(torch.float64)
        try:
            exec(code, names)
        finally:
            torch.set_default_dtype(torch.float32)
    return names["y"].detach().numpy()


def kept(family):
    """The figures that are kept of a family, by the name of the case."""
    return json.loads((FOLDER / f"{family}.json").read_text(encoding="utf-8"))["cases"]


def main(families):
    import torch

    for family in families:
        cases = {}
        for name, spec, code in MODULES[family].ORACLES:
            y = theirs(spec, code)
            cases[name] = {"shape": list(y.shape), "y": [float(f"{value:.9g}") for value in y.ravel()]}
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
        head = f'"versions": {json.dumps({"torch": torch.__version__.split("+")[0]})}'
        path = FOLDER / f"{family}.json"
        path.write_text(f'{{{head},\n"cases": {{\n{lines}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
