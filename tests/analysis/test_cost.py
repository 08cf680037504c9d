import operator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.cost import added, floating
from shapecalc.layers import KINDS
from tests.by_hand import answer, network, walk

IMAGE = (3, 4, 4)
"""48 elements."""


def each(**times):
    return {kind: 48 * count for kind, count in times.items()}


# input, layers -> operations of the last; worked out by hand from the conventions of the design, section 5
OPS = [
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3}], {"mac": 9 * 9 * 4 * 6, "add": 54}),
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3, "bias": False}], {"mac": 1_944}),
    ("conv", (4, 5, 5), [{"conv": 6, "kernel": 3, "groups": 2}], {"mac": 972, "add": 54}),
    ("conv", (4, 5, 5), [{"conv": 4, "kernel": 3, "groups": 4, "padding": 1}], {"mac": 25 * 9 * 4, "add": 100}),
    ("conv", (2, 9), [{"conv": 3, "kernel": 2, "stride": 2, "dilation": 3}], {"mac": 3 * 2 * 2 * 3, "add": 9}),
    ("conv", (1, 4, 4, 4), [{"conv": 2, "kernel": [1, 2, 3]}], {"mac": 4 * 3 * 2 * 6 * 2, "add": 48}),
    # each of the 9 input places, not of the 36 output places
    ("conv_transpose", (4, 3, 3), [{"conv_transpose": 2, "kernel": 2, "stride": 2}], {"mac": 9 * 4 * 4 * 2, "add": 72}),
    ("conv_transpose", (4, 3, 3), [{"conv_transpose": 2, "kernel": 2, "groups": 2}], {"mac": 9 * 4 * 4, "add": 32}),
    ("conv_transpose", (1, 5), [{"conv_transpose": 1, "kernel": 3, "padding": 2, "bias": False}], {"mac": 15}),
    ("maxpool", IMAGE, [{"maxpool": 2}], {"compare": 12 * 3}),
    ("maxpool", IMAGE, [{"maxpool": 3, "stride": 1, "padding": "same"}], {"compare": 48 * 8}),
    ("avgpool", IMAGE, [{"avgpool": 2}], {"add": 12 * 3, "mul": 12}),
    ("sumpool", IMAGE, [{"sumpool": [1, 4]}], {"add": 12 * 3}),
    ("global_maxpool", IMAGE, ["global_maxpool"], {"compare": 3 * 15}),
    ("global_avgpool", IMAGE, ["global_avgpool"], {"add": 3 * 15, "mul": 3}),
    ("global_avgpool", IMAGE, [{"global_avgpool": None, "keep": True}], {"add": 3 * 15, "mul": 3}),
    ("dense", (20,), [{"dense": 10}], {"mac": 200, "add": 10}),
    ("dense", (20,), [{"dense": 10, "bias": False}], {"mac": 200}),
    ("dense", (4, 3, 3), [{"dense": 5, "over": "channels"}], {"mac": 9 * 4 * 5, "add": 45}),
    ("batchnorm", IMAGE, ["batchnorm"], each(mul=1, add=1)),
    ("batchnorm", IMAGE, [{"batchnorm": {"affine": False}}], each(mul=1, add=1)),
    ("relu", IMAGE, ["relu"], each(compare=1)),
    ("relu6", IMAGE, ["relu6"], each(compare=2)),
    ("leaky_relu", IMAGE, ["leaky_relu"], each(compare=1, mul=1)),
    ("elu", IMAGE, ["elu"], each(compare=1, exp=1, add=1, mul=1)),
    ("selu", IMAGE, ["selu"], each(compare=1, exp=1, add=1, mul=2)),
    ("gelu", IMAGE, ["gelu"], each(mul=3, erf=1, add=1)),
    # x³ is two products, three factors before it and after it, the half of x one more
    ("gelu", IMAGE, [{"gelu": {"approximate": True}}], each(mul=6, tanh=1, add=2)),
    ("sigmoid", IMAGE, ["sigmoid"], each(exp=1, add=1, div=1)),
    ("hard_sigmoid", IMAGE, ["hard_sigmoid"], each(add=1, compare=2, mul=1)),
    ("silu", IMAGE, ["silu"], each(exp=1, add=1, div=1, mul=1)),
    ("hard_swish", IMAGE, ["hard_swish"], each(add=1, compare=2, mul=2)),
    ("tanh", IMAGE, ["tanh"], each(tanh=1)),
    ("softplus", IMAGE, ["softplus"], each(exp=1, add=1, log=1)),
    # n - 1 compares for the largest, n subtractions, n exponentials, n - 1 adds, n divisions
    ("softmax", (10,), ["softmax"], {"compare": 9, "add": 10 + 9, "exp": 10, "div": 10}),
    ("softmax", IMAGE, ["softmax"], {"compare": 2 * 16, "add": 48 + 2 * 16, "exp": 48, "div": 48}),
    ("add", IMAGE, [{"add": ["input", "input"]}], {"add": 48}),
    ("add", IMAGE, [{"add": ["input", "input", "input"]}], {"add": 96}),
    ("multiply", IMAGE, [{"multiply": ["input", "input", "input"]}], {"mul": 96}),
    ("concat", IMAGE, [{"concat": ["input", "input"]}], {}),
    ("flatten", IMAGE, ["flatten"], {}),
    ("identity", IMAGE, ["identity"], {}),
    ("dropout", IMAGE, ["dropout"], {}),
]


@pytest.mark.parametrize(("kind", "given", "layers", "ops"), OPS, ids=[f"{row[0]}: {row[2]}" for row in OPS])
def test_a_layer_spends_these_operations(kind, given, layers, ops):
    last = list(answer(*layers, given=given))[-1]
    assert last.kind == kind
    assert last.ops == ops


def test_every_kind_has_its_operations_worked_out():
    assert {row[0] for row in OPS} == set(KINDS)


# engines that count: the kernels are given numbers of no value, and these count what is done with them


def counted(name):
    def operation(number, _):
        number.done[name] += 1
        return number

    return operation


class Number:
    """A number of no value that counts what is done with it."""

    def __init__(self):
        self.done = dict.fromkeys(["mul", "add", "compare", "div"], 0)

    __mul__ = __rmul__ = counted("mul")
    __add__ = __radd__ = counted("add")
    __truediv__ = counted("div")
    __ge__ = __gt__ = __le__ = __lt__ = counted("compare")


def measured(graph):
    """What the engine does to the numbers of a graph's input and weights, one example."""
    number = Number()
    inputs = [np.full((1, *shape), number, object) for shape in graph.inputs.values()]
    walk(graph, *inputs, make=lambda shape: np.full(shape, number, object))
    return number.done


# kinds whose kernels do just what the conventions count, and which of it
COUNTED = [
    ("mul", (4, 7, 5), {"conv": 6, "kernel": 3, "stride": [2, 1], "groups": 2}, 3 * 3 * 6 * 2 * 9),
    ("mul", (2, 9), {"conv": 3, "kernel": 3, "dilation": 2, "padding": "causal"}, 9 * 3 * 2 * 3),
    ("mul", (1, 4, 4, 4), {"conv": 2, "kernel": [1, 2, 3]}, 4 * 3 * 2 * 6 * 2),
    ("mul", (4, 7, 5), {"conv_transpose": 6, "kernel": 3, "stride": [3, 2], "groups": 2}, 7 * 5 * 4 * 3 * 9),
    ("mul", (1, 5), {"conv_transpose": 1, "kernel": 3, "padding": 2}, 15),
    ("mul", (20,), {"dense": 10}, 200),
    ("mul", (4, 3, 3), {"dense": 5, "over": "channels"}, 180),
    ("compare", (3, 6, 6), {"maxpool": 3}, 12 * 8),
    ("compare", (3, 6, 6), {"maxpool": 2, "dilation": 3, "stride": 1}, 27 * 3),
    ("compare", (3, 6, 6), {"global_maxpool": None}, 3 * 35),
    ("add", (3, 6, 6), {"avgpool": [2, 3]}, 18 * 5),
    ("add", (3, 6, 6), {"sumpool": 3, "stride": 1}, 48 * 8),
    ("add", (3, 6, 6), {"global_avgpool": None}, 3 * 35),
    ("add", (3, 6, 6), {"add": ["input", "input", "input"]}, 216),
    ("mul", (3, 6, 6), {"multiply": ["input", "input"]}, 108),
]


@pytest.mark.parametrize(("what", "given", "layer", "times"), COUNTED, ids=[str(row[2]) for row in COUNTED])
def test_the_engine_does_as_many_operations_as_are_told(what, given, layer, times):
    whole = answer(layer, given=given)
    told = whole.ops["mac" if what == "mul" and "mac" in whole.ops else what]
    assert measured(whole.graph)[what] == times
    assert told == times


@st.composite
def convolutions(draw):
    """A small convolution of one or two axes, padded in any way, or a transposed one."""
    rank = draw(st.integers(1, 2))
    groups = draw(st.integers(1, 2))
    kind = draw(st.sampled_from(["conv", "conv_transpose"]))
    ends = st.lists(st.integers(0, 2), min_size=2, max_size=2)
    words = ["valid", "half"] if kind == "conv_transpose" else ["valid", "same", "same_lower", "half", "full"]
    options = {
        "kernel": [draw(st.integers(1, 3)) for _ in range(rank)],
        "stride": [draw(st.integers(1, 3)) for _ in range(rank)],
        "dilation": [draw(st.integers(1, 2)) for _ in range(rank)],
        "padding": [draw(st.one_of(st.sampled_from(words), ends)) for _ in range(rank)],
        "groups": groups,
        "bias": draw(st.booleans()),
    }
    given = [groups * draw(st.integers(1, 2)), *(draw(st.integers(1, 6)) for _ in range(rank))]
    return given, {kind: groups * draw(st.integers(1, 2)), **options}


@settings(deadline=None, max_examples=150)
@given(convolutions())
def test_the_engine_multiplies_once_for_every_mac(case):
    shape, layer = case
    try:
        graph = network(layer, given=shape)
    except sc.SpecError:  # no window fits, half of an odd padding
        assume(False)  # noqa: FBT003
    assert sc.analyze(graph).macs == measured(graph)["mul"]


# what they come to


def test_a_mac_is_two_flops_and_any_other_operation_one():
    assert floating({"mac": 100, "add": 7, "mul": 1, "exp": 2}) == 210
    assert floating({"compare": 5}) == 5
    assert floating({}) == 0


def test_the_flops_of_a_network_are_two_for_a_mac_and_one_for_the_rest():
    whole = answer({"conv": 6, "kernel": 3, "norm": "batch", "activation": "relu"}, "global_avgpool", given=(3, 8, 8))
    assert whole.ops == {"mac": 36 * 9 * 3 * 6, "add": 216 + 216 + 6 * 35, "mul": 216 + 6, "compare": 216}
    assert whole.macs == 5_832
    assert whole.flops == 2 * 5_832 + 642 + 222 + 216
    assert [layer.flops for layer in whole] == [2 * 5_832 + 216, 432, 216, 216]


def test_kinds_of_operation_are_added_up_in_one_order():
    sums = added([{"exp": 1, "add": 2}, {"mac": 3}, {"add": 4}])
    assert sums == {"mac": 3, "add": 6, "exp": 1}
    assert list(sums) == ["mac", "add", "exp"]


LAYERS = [
    {"name": "stem", "conv": 8, "kernel": 3, "norm": "batch", "activation": "gelu"},
    {"avgpool": 2},
    "flatten",
    {"dense": 10, "activation": "softmax"},
]


@pytest.mark.parametrize("batch", [2, 7, 10**9])
def test_a_batch_multiplies_operations_and_activations_and_no_weights(batch):
    one, many = (answer(*LAYERS, given=(3, 10, 10), batch=b) for b in (1, batch))
    for name in ("macs", "flops", "activation_bytes", "peak_bytes"):
        assert getattr(many, name) == batch * getattr(one, name), name
    assert many.ops == {kind: batch * count for kind, count in one.ops.items()}
    for name in ("params", "buffers", "weight_bytes"):
        assert getattr(many, name) == getattr(one, name), name
    for row, single in zip([*many, many["stem"]], [*one, one["stem"]], strict=True):
        assert (row.macs, row.flops, row.activation_bytes) == tuple(
            batch * n for n in (single.macs, single.flops, single.activation_bytes)
        )
        assert (row.params, row.buffers, row.output, row.field) == (
            single.params,
            single.buffers,
            single.output,
            single.field,
        )


def test_the_totals_are_the_sums_of_the_rows():
    whole = answer(*LAYERS, given=(3, 10, 10))
    for name in ("params", "buffers", "macs", "flops"):
        assert getattr(whole, name) == sum(getattr(layer, name) for layer in whole), name
    parts = [layer for layer in whole if layer.name.startswith("stem")]
    stem = whole["stem"]
    for name in ("params", "buffers", "macs", "flops", "activation_bytes"):
        assert getattr(stem, name) == sum(map(operator.attrgetter(name), parts)), name


def test_a_total_over_many_layers_explains_itself():
    whole = answer(*LAYERS, given=(3, 10, 10))
    text = sc.explain(whole.macs)
    assert "conv_macs = ∏o·∏k·(c / g)·f" in text
    assert "dense_macs = n·u·∏places" in text
    assert "= 13,824" in text
    assert sc.explain(whole["stem"].macs).startswith("conv_macs = ")
