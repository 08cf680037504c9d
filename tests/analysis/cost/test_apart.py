from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost.apart import UNKNOWN, Apart, listed_apart
from shapecalc.engine.counted import counted
from shapecalc.network import build
from shapecalc.source.document import Document
from tests.by_hand import answer, network

SPECS = Path(__file__).parents[3] / "specs"


def met(graph):
    """MACs that meet a cell, run: where all numbers are 1 and padding is 0, the outputs' sum is how many there are."""
    (node,) = graph.nodes
    (x,) = (np.ones((1, *shape)) for shape in graph.inputs.values())
    weights = {name: np.ones(tuple(shape)) for name, shape in node.weights.items()}
    return int(node.layer.forward(x, weights=weights).sum())


def nominal(graph):
    return graph.nodes[0].ops["mac"]


def padding(graph):
    return listed_apart(graph)[0].padding_macs


PADDED = [
    ({"conv": 4, "kernel": 3, "padding": 1}, (3, 8, 9)),
    ({"conv": 4, "kernel": 3, "padding": "same", "stride": 2}, (3, 8, 9)),
    ({"conv": 4, "kernel": [3, 5], "padding": [[2, 0], [1, 3]], "dilation": [2, 1]}, (3, 8, 9)),
    ({"conv": 4, "kernel": 3, "padding": "full"}, (2, 5)),
    ({"conv": 4, "kernel": 3, "padding": "causal", "dilation": 4}, (2, 9)),
    ({"conv": 4, "kernel": 3, "padding": 1, "groups": 2}, (2, 4, 5, 6)),
    ({"conv": 4, "kernel": 3, "padding": 1, "tiled": 2}, (3, 8, 9)),
    ({"depthwise": 3, "padding": "half", "multiplier": 2}, (3, 8, 9)),
    ({"local": 4, "kernel": 3, "padding": 1}, (3, 6, 7)),
    ({"conv_map": [[0, 1], [2], [0, 1, 2]], "kernel": 3, "padding": 1}, (3, 6, 7)),
    ({"filter": [[1, 1, 1], [1, 1, 1], [1, 1, 1]], "padding": "same"}, (3, 6, 7)),
    ({"conv_transpose": 4, "kernel": 4, "stride": 2, "padding": 1}, (3, 6, 7)),
    ({"conv_transpose": 4, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2}, (4, 6, 7)),
    ({"conv_transpose": 4, "kernel": 5, "stride": 2, "padding": "same", "dilation": 2}, (3, 6)),
]


@pytest.mark.parametrize(("layer", "shape"), PADDED, ids=[str(row[0]) for row in PADDED])
def test_taps_that_lie_in_padding_are_those_that_running_finds(layer, shape):
    graph = network(layer | {} if "filter" in layer else {**layer, "bias": False}, given=shape)
    assert padding(graph) == nominal(graph) - met(graph) > 0


@st.composite
def convolutions(draw):
    """A small convolution of one or two axes, padded in any way, or a transposed one."""
    rank = draw(st.integers(1, 2))
    kind = draw(st.sampled_from(["conv", "conv_transpose", "depthwise"]))
    each = st.lists(st.integers(1, 4), min_size=rank, max_size=rank)
    ends = st.lists(st.integers(0, 3), min_size=2, max_size=2)
    layer = {kind: 2, "kernel": draw(each), "stride": draw(each), "dilation": draw(each), "bias": False}
    if kind == "depthwise":
        layer = {**layer, kind: layer.pop("kernel")}
    words = ["same", "same_lower"] + (["keras_valid"] if kind == "conv_transpose" else ["full"])
    layer["padding"] = draw(st.sampled_from(words) | st.lists(ends, min_size=rank, max_size=rank))
    return layer, (2, *draw(st.lists(st.integers(1, 9), min_size=rank, max_size=rank)))


@given(convolutions())
@settings(max_examples=200, deadline=None)
def test_any_window_meets_as_many_cells_as_running_finds(case):
    layer, shape = case
    try:
        graph = network(layer, given=shape)
    except sc.SpecError:
        graph = None
    assume(graph is not None)
    assert padding(graph) == nominal(graph) - met(graph)


def test_of_a_separable_convolution_only_the_window_has_padding():
    separable = network({"separable_conv": 12, "kernel": 3, "padding": 1}, given=(8, 6, 7))
    depthwise = network({"depthwise": 3, "padding": 1}, given=(8, 6, 7))
    assert padding(separable) == padding(depthwise) == 8 * (9 * 42 - (3 * 6 - 2) * (3 * 7 - 2))
    pointwise = network({"separable_conv": 12, "kernel": 3, "padding": 1, "order": "pointwise_first"}, given=(8, 6, 7))
    assert padding(pointwise) == 12 * (9 * 42 - (3 * 6 - 2) * (3 * 7 - 2))


def test_a_convolution_along_one_axis_after_another_has_the_padding_of_both():
    both = network({"spatially_separable_conv": 4, "kernel": 3, "padding": 1, "between": 5}, given=(8, 6, 7))
    steps = network(
        {"conv": 5, "kernel": [3, 1], "padding": [1, 0]},
        {"conv": 4, "kernel": [1, 3], "padding": [0, 1]},
        given=(8, 6, 7),
    )
    assert padding(both) == sum(apart.padding_macs for apart in listed_apart(steps)) == 8 * 5 * 2 * 7 + 5 * 4 * 6 * 2


def test_a_layer_without_padding_has_none():
    for layer in ({"conv": 4, "kernel": 3}, {"maxpool": 3, "padding": 1}, {"dense": 3, "over": "channels"}):
        assert padding(network(layer, given=(2, 8, 8))) == 0


# biases: an add for each output, or each gate


BIASED = [
    ({"conv": 4, "kernel": 3}, (3, 8, 8), 4 * 36),
    ({"conv": 4, "kernel": 3, "bias": False}, (3, 8, 8), 0),
    ({"separable_conv": 4, "kernel": 3}, (3, 8, 8), 4 * 36),
    ({"conv_transpose": 4, "kernel": 2, "stride": 2}, (3, 5), 4 * 10),
    ({"dense": 10}, (7,), 10),
    ({"dense": 10, "over": "channels"}, (7, 5), 50),
    ({"attention": 2}, (8, 5), 4 * 8 * 5),
    ({"attention": 2, "kv_heads": 1, "out_bias": False}, (8, 5), (8 + 4 + 4) * 5),
    ({"lstm": 6}, (3, 5), 5 * 8 * 6),
    ({"lstm": 6, "biases": "one", "bidirectional": True}, (3, 5), 2 * 5 * 4 * 6),
    ({"gru": 6, "bias": False}, (3, 5), 0),
    ({"netvlad": 4}, (3, 2, 2), 4 * 4),
    ("batchnorm", (3, 8, 8), 0),
    ({"scale": None, "shift": True}, (3, 8, 8), 0),
]


@pytest.mark.parametrize(("layer", "shape", "adds"), BIASED, ids=[str(row[0]) for row in BIASED])
def test_the_additions_of_a_bias(layer, shape, adds):
    (apart,) = listed_apart(network(layer, given=shape))
    assert apart.bias_adds == adds


OPTIONAL = [row for row in BIASED if row[2] and "netvlad" not in row[0]]


@pytest.mark.parametrize(("layer", "shape", "adds"), OPTIONAL, ids=[str(row[0]) for row in OPTIONAL])
def test_without_them_a_layer_adds_that_much_less(layer, shape, adds):
    off = {"bias": False} | ({"out_bias": False} if "attention" in layer else {})
    with_them, without = (network(each, given=shape).nodes[0].ops.get("add", 0) for each in (layer, layer | off))
    assert with_them - without == adds


# what is done once


@pytest.mark.parametrize("affine", [True, False])
def test_the_scale_and_shift_of_a_batch_norm_are_what_the_engine_makes_of_weights_alone(affine):
    graph = network({"batchnorm": {"affine": affine}}, given=(5, 4, 4))
    ran = counted(graph, lambda *_: None)
    (apart,) = listed_apart(graph, batch=9)
    assert {kind: count for kind, count in ran.apart.items() if count} == apart.ops_once
    assert apart.ops_once == ({"add": 10, "mul": 10} if affine else {"add": 5, "mul": 5}) | {"div": 5, "sqrt": 5}


@pytest.mark.parametrize(
    ("spec", "size"), [("resnet18", "3x32x32"), ("mobilenet_v2", "3x32x32"), ("unet_padded", "1x32x32")]
)
def test_nothing_else_of_a_network_is_done_once(spec, size):
    graph = sc.load(SPECS / f"{spec}.yaml", inputs={"": size})
    told = [apart.ops_once for apart in listed_apart(graph)]
    ran = counted(graph, lambda *_: None)
    for kind in ("add", "mul", "div", "sqrt"):
        assert sum(ops.get(kind, 0) for ops in told) == ran.apart[kind]


# a batch, and what is not known


def test_a_batch_has_as_many_of_them_more():
    whole = answer({"conv": 4, "kernel": 3, "padding": 1}, given=(1, 4, 4), batch=7)
    assert whole.apart == (Apart(7 * 4 * 44, 7 * 64, {}),)


def test_of_a_kind_of_a_package_it_is_not_known():
    from shapecalc.layers.conv import Conv

    class Odd(Conv):
        """A convolution that this package does not know."""

    node = network({"conv": 4, "kernel": 3, "padding": 1}, given=(1, 4, 4)).nodes[0]
    graph = network({"conv": 4, "kernel": 3, "padding": 1}, given=(1, 4, 4))
    odd = replace(node, layer=Odd(filters=4, kernel=3, padding=1))
    (apart,) = listed_apart(replace(graph, nodes=(odd,)))
    assert (apart.padding_macs, apart.bias_adds, apart.ops_once) == (None, None, None)
    (apart,) = listed_apart(replace(graph, nodes=(replace(odd, ops={"add": 1}, weights={}),)))
    assert (apart.padding_macs, apart.bias_adds) == (0, 0)


def test_beyond_a_fault_nothing_is_known():
    faulty = sc.analyze(_broken())
    assert faulty.apart[-1] == Apart(None, None, None)
    assert isinstance(faulty.cost("xla").total, AtLeast)


def _broken():
    from shapecalc.network import build
    from shapecalc.source.document import Document

    layers = [{"conv": 4, "kernel": 3}, {"conv": 4, "kernel": 40}]
    return build(Document.from_data({"input": [1, 8, 8], "layers": layers}))


def test_a_window_of_a_thousand_million_taps_takes_no_time():
    graph = network({"conv": 1, "kernel": 10**9, "padding": "same"}, given=(1, 10**9))
    n = 10**9
    before = (n - 1) // 2
    assert padding(graph) == n * n - sum(
        (n * n, -(before * (before + 1) // 2), -((n - 1 - before) * (n - before) // 2))
    )
    assert prod((n, n)) == nominal(graph)


def test_of_a_network_without_its_input_nothing_is_known():
    graph = build(Document.from_text("layers: [{conv: 3, kernel: 3}]", "net"))
    assert listed_apart(graph) == (UNKNOWN,)
