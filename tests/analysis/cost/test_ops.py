import operator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.cost import added, floating
from shapecalc.layers import KINDS
from tests.by_hand import answer, network, walk
from tests.kinds import COUNTED, OPS


@pytest.mark.parametrize(("kind", "given", "layers", "ops"), OPS, ids=[f"{row[0]}: {row[2]}" for row in OPS])
def test_a_layer_spends_these_operations(kind, given, layers, ops):
    last = list(answer(*layers, given=given))[-1]
    assert last.kind == kind
    assert last.ops == ops


def test_every_kind_has_its_operations_worked_out():
    assert {row[0] for row in OPS} == set(KINDS)


# engines that count: the kernels are given numbers of no value, and these count what is done with them


def counted(name):
    def operation(number, _=None):
        number.done[name] += 1
        return number

    return operation


class Number:
    """A number of no value that counts what is done with it."""

    def __init__(self):
        self.done = dict.fromkeys(["mul", "add", "compare", "div", "exp", "log", "sqrt"], 0)

    __mul__ = __rmul__ = counted("mul")
    __add__ = __radd__ = __sub__ = __rsub__ = counted("add")
    __truediv__ = counted("div")
    exp, log, sqrt = counted("exp"), counted("log"), counted("sqrt")  # NumPy's functions call these
    __ge__ = __gt__ = __le__ = __lt__ = counted("compare")


def measured(graph):
    """What the engine does to the numbers of a graph's input and weights, one example."""
    number = Number()
    inputs = [np.full((1, *shape), number, object) for shape in graph.inputs.values()]
    walk(graph, *inputs, make=lambda shape: np.full(shape, number, object))
    return number.done


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
    words = ["valid", "same", "same_lower", "half", "full"]
    if kind == "conv_transpose":
        words = ["valid", "half", "same", "same_lower", "keras_valid"]
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
