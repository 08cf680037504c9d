from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.memory import DTYPES
from tests.by_hand import answer

SPECS = Path(__file__).parents[3] / "specs"


def alive(graph, bytes_of):
    """Brute force: at every node, the bytes of all tensors that are made by then and still to be read."""
    names = [*graph.inputs, *(node.name for node in graph)]
    made = {name: max(0, place - len(graph.inputs) + 1) for place, name in enumerate(names)}
    end = len(graph) + 1
    moments = []
    for now in range(end):
        total = 0
        for name in names:
            reads = [place for place, node in enumerate(graph, 1) if name in node.inputs]
            last = end if name in graph.outputs.values() else max([made[name], *reads])
            if made[name] <= now <= last:
                total += bytes_of(name)
        moments.append(total)
    return moments


def peak(whole):
    shapes = {**whole.inputs, **{node.name: node.output for node in whole.graph}}
    return max(alive(whole.graph, lambda name: shapes[name].elements * whole.batch * DTYPES[whole.dtype]))


# by hand


def test_a_chain_holds_what_a_layer_reads_and_what_it_gives():
    """(1, 32) is 128 bytes, (4, 32) is 512, (2, 32) is 256: the most is alive at the second layer."""
    whole = answer({"conv": 4, "kernel": 1}, {"conv": 2, "kernel": 1}, {"conv": 1, "kernel": 1})
    assert whole.activation_bytes == 128 + 512 + 256 + 128
    assert whole.peak_bytes == 512 + 256
    assert whole.peak_at == "conv2"


def test_a_shortcut_is_held_until_it_is_added():
    """At `add`: the input, the path's end and the sum, 128 bytes each; at `conv2`: the input and 512 twice."""
    path = [{"conv": 4, "kernel": 1}, {"conv": 4, "kernel": 1}, {"conv": 1, "kernel": 1}]
    whole = answer({"residual": path})
    assert whole.peak_bytes == 128 + 512 + 512
    assert whole.peak_at == "conv2"


def test_an_output_of_the_network_lives_to_the_end():
    layers = [
        {"name": "early", "conv": 8, "kernel": 1},
        {"conv": 1, "kernel": 1},
        {"name": "late", "conv": 4, "kernel": 1},
    ]
    assert answer(*layers).peak_bytes == 1_024 + 128  # `early`, with the input or with what is made of it
    assert answer(*layers, outputs=["early", "late"]).peak_bytes == 1_024 + 128 + 512


def test_nothing_is_done_in_place():
    assert answer("relu", "relu", given=(1, 8)).activation_bytes == 3 * 32


def test_the_input_alone_may_be_the_most():
    whole = answer("global_avgpool", given=(1, 1_000))
    assert whole.peak_bytes == 4_000 + 4
    assert whole.peak_at == "global_avgpool1"


# He et al. 2015 by hand: in the first block of ResNet-50 three maps of 256×56×56 float32 numbers are alive at once,
# the path's end, the projection and its norm: 3·802,816·4 bytes; nowhere else is so much
RESNET50_PEAK = 9_633_792


def test_resnet50_needs_three_maps_of_its_first_block():
    whole = sc.analyze(sc.load(SPECS / "resnet50.yaml"))
    assert whole.peak_bytes == RESNET50_PEAK == peak(whole)
    assert whole.peak_at == "Bottleneck1.residual1.shortcut.norm"


# number formats

BYTES = [("float64", 8), ("float32", 4), ("float16", 2), ("bfloat16", 2), ("int8", 1)]


@pytest.mark.parametrize(("dtype", "size"), BYTES)
def test_a_number_format_has_its_bytes(dtype, size):
    graph = answer({"conv": 4, "kernel": 3, "norm": "batch"}, given=(3, 9, 9)).graph
    whole = sc.analyze(graph, batch=3, dtype=dtype)
    assert whole.weight_bytes == size * (4 * 3 * 9 + 4 + 8 + 8)  # the batch is no part of the weights, buffers are
    assert whole.activation_bytes == size * 3 * (243 + 196 + 196)
    assert whole.peak_bytes == size * 3 * (243 + 196)
    assert whole.macs == 3 * 49 * 9 * 3 * 4


def test_every_number_format_is_here():
    assert dict(BYTES) == DTYPES


# brute force on graphs that branch


@st.composite
def branching(draw, root="input", prefix="n"):
    """Layers on any earlier ones, on one or on several, some of them read by none."""
    names, layers = [root], []
    for index in range(draw(st.integers(1, 9))):
        name = f"{prefix}{index}"
        before = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
        if len(before) == 1:
            layers.append({"name": name, "conv": draw(st.integers(1, 9)), "kernel": 1, "from": before[0]})
        else:
            layers.append({"name": name, "concat": before})
        names.append(name)
    return layers


@settings(deadline=None)
@given(branching(), st.data(), st.integers(1, 3))
def test_the_peak_is_what_brute_force_finds(layers, data, batch):
    names = [layer["name"] for layer in layers]
    outputs = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    whole = answer(*layers, batch=batch, given=(2, 5), **({"outputs": outputs} if outputs else {}))
    assert whole.peak_bytes == peak(whole)
    shapes = {**whole.inputs, **{node.name: node.output for node in whole.graph}}
    assert whole.activation_bytes == sum(4 * batch * shape.elements for shape in shapes.values())
    moments = alive(whole.graph, lambda name: 4 * batch * shapes[name].elements)
    assert whole.peak_bytes == moments[list(shapes).index(whole.peak_at)]


@settings(deadline=None, max_examples=40)
@given(branching("left", "l"), branching("right", "r"))
def test_the_peak_of_two_inputs_is_what_brute_force_finds(left, right):
    layers = [*left, *right, {"name": "meet", "concat": [left[-1]["name"], right[-1]["name"]]}]
    whole = sc.analyze(sc.load({"inputs": {"left": [2, 5], "right": [3, 5]}, "layers": layers}))
    assert whole.peak_bytes == peak(whole)
