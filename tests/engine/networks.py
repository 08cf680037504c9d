"""Small networks that together hold every kind of layer, in one, two and three dimensions."""

import math
from pathlib import Path

import numpy as np

import shapecalc as sc
from shapecalc.engine.weights import expected
from shapecalc.layers import KINDS

SPECS = Path(__file__).parents[2] / "specs"

NETWORKS = {
    "plain": """
input: [3, 16, 15]
layers:
  - {conv: 8, kernel: 3, padding: same, stride: 2, norm: batch, activation: relu}
  - {conv: 8, kernel: 3, padding: half, groups: 4, bias: no}
  - {maxpool: 3, stride: 2, ceil: yes}
  - flatten
  - {dense: 5, activation: softmax}
""",
    "sequence": """
input: [4, 50]
layers:
  - {conv: 6, kernel: 5, dilation: 2, padding: causal, activation: tanh}
  - {avgpool: 3, stride: 2, padding: 1, count_include_pad: yes}
  - {conv_transpose: 3, kernel: 4, stride: 3, padding: 1, output_padding: 2, activation: gelu}
  - {dense: 7, over: channels, activation: silu}
  - {global_maxpool: , keep: yes}
""",
    "volume": """
input: [2, 9, 10, 11]
layers:
  - {conv: 4, kernel: [3, 2, 1], stride: [1, 2, 3], padding: full, activation: elu}
  - {conv_transpose: 4, kernel: 3, stride: 2, padding: half, groups: 2, bias: no}
  - {sumpool: 2, padding: same_lower}
  - batchnorm
  - global_avgpool
""",
    "branches": """
input: [6, 12, 13]
layers:
  - {name: stem, conv: 6, kernel: 1, activation: leaky_relu}
  - parallel:
      one: [{conv: 3, kernel: 3}]
      two: [{conv: 4, kernel: 5}, {conv: 4, kernel: 1, activation: hard_swish}]
    join: concat
    fit: crop
  - {name: narrow, conv: 6, kernel: 1}
  - {add: [narrow, stem, input], fit: crop, activation: softplus}
  - {name: gate, conv: 6, kernel: 1, activation: hard_sigmoid}
  - multiply: [gate, add1]
  - residual: [{conv: 8, kernel: 3, padding: half, stride: 2, norm: batch}]
    shortcut: auto
    activation: relu6
""",
    "shared": """
inputs: {left: [3, 10, 10], right: [3, 10, 10]}
blocks:
  Tower:
    layers:
      - {conv: 5, kernel: 3, norm: batch, activation: selu}
      - dropout: 0.5
layers:
  - {name: a, Tower: , from: left}
  - {name: b, Tower: , from: right, share: a}
  - {name: unread, conv: 2, kernel: 1, from: left}
  - {concat: [a, b]}
  - {name: end, conv: 2, kernel: 1, activation: sigmoid}
outputs: [end, a, left]
""",
}


def examples():
    """The example of every kind, as a network."""
    return {kind: f"input: {list(layer.example_input)}\nlayers:\n{layer.example}\n" for kind, layer in KINDS.items()}


def macs(graph):
    return sum(int((node.ops or {}).get("mac", 0)) for node in graph)


LIGHT = {
    "unet": ({"": "1x188x188"}, {"width": 8}),
    "c3d": ({"": "3x16x16x16"}, {}),
    "vgg16": ({"": "3x32x32"}, {}),
    "vgg19": ({"": "3x32x32"}, {}),
    "vit_b_16": ({"": "3x64x64"}, {"dim": 48}),
    "swin_t": ({}, {"dim": 24}),
    "gpt2_small": ({"": "1x64"}, {"dim": 48}),
    "connection-full": ({}, {"side": 20}),  # 10¹² weights at 1,000 cells a side, and no other way to have fewer
    "connection-local": ({}, {"side": 100}),
    "connection-shared": ({}, {"side": 100}),
}
"""Input and settings of networks that halving the input alone does not make light."""


def thin(path):
    """A network of the collection, its input cut down until it runs in a moment.

    None is left out because it is large: one that no smaller input makes light needs its entry in ``LIGHT``.
    """
    if path.stem in LIGHT:
        inputs, settings = LIGHT[path.stem]
        return sc.load(path, settings, inputs)
    whole = sc.load(path)
    rank = max(x.rank for x in whole.inputs.values())
    least = math.ceil((macs(whole) / 1e8) ** (1 / max(rank, 1)))
    for part in (*range(max(least, 1), least + 4), *range(least - 1, 0, -1)):
        inputs = {name: [x.channels, *(max(1, n // part) for n in x.spatial)] for name, x in whole.inputs.items()}
        try:
            graph = sc.load(path, inputs=inputs)
        except sc.SpecError:
            continue
        if macs(graph) <= 6e8 and sum(tensor.elements for tensor in expected(graph).values()) <= 8e7:
            return graph
    raise AssertionError(f"no smaller input makes {path.stem} light; LIGHT may have variables that do")


def tiled(graph):
    """Weights as strong as seeded ones and made faster: the same random numbers over and over."""
    block = np.random.default_rng(0).standard_normal(2**16, np.float32)
    return {
        name: np.resize(block, shape) * np.float32((2 / math.prod(shape[1:])) ** 0.5)
        if len(shape) > 1
        else np.full(shape, name.endswith(("gamma", "variance")), "float32")
        for name, shape in expected(graph).items()
    }
