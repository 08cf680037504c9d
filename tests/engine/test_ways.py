"""Each fast way gives what the plain kernel of the kind gives, over settings that are easy to get wrong."""

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.engine.chains import steps
from shapecalc.engine.run import Prepared, run
from shapecalc.engine.spending import spending
from shapecalc.engine.ways import ENGINES, FINISHING, INTO_ITSELF, WAYS
from shapecalc.engine.weights import expected
from shapecalc.kernels.fast import sizes
from shapecalc.layers import KINDS
from tests.engine.networks import NETWORKS, SPECS, examples, thin, tiled

# way, input, layer
SETTINGS = [
    ("pointwise", [5, 9, 7], {"conv": 8, "kernel": 1}),
    ("pointwise", [5, 9, 8], {"conv": 3, "kernel": 1, "stride": [2, 3], "bias": "no"}),
    ("pointwise", [1, 30], {"conv": 4, "kernel": 1, "stride": 4}),
    ("pointwise", [4, 3, 5, 2], {"conv": 1, "kernel": 1, "stride": 2}),
    ("taps", [3, 13, 11], {"conv": 4, "kernel": 3, "padding": "same", "stride": 2}),
    ("strips", [7, 13, 11], {"conv": 4, "kernel": 3, "padding": "same", "stride": 2}),
    ("taps", [3, 13, 11], {"conv": 4, "kernel": 3, "padding": "same_lower", "stride": 2}),
    ("strips", [7, 13, 11], {"conv": 4, "kernel": 3, "padding": "same_lower", "stride": 2}),
    ("taps", [1, 11, 14], {"conv": 1, "kernel": 2, "stride": 3}),
    ("strips", [5, 11, 14], {"conv": 1, "kernel": 2, "stride": 3}),
    ("taps", [1, 1, 1], {"conv": 2, "kernel": 1, "padding": 2}),
    ("strips", [5, 1, 1], {"conv": 2, "kernel": 1, "padding": 2}),
    ("pointwise", [5, 9, 8], {"conv": 3, "kernel": 1, "stride": [2, 3], "padding": "same"}),
    ("pointwise", [2, 9, 8], {"conv": 3, "kernel": 1, "padding": "same_lower"}),
    ("taps", [2, 6, 7], {"conv": 3, "kernel": 1, "stride": 3, "padding": [[3, 2], [0, 1]]}),
    ("strips", [6, 6, 7], {"conv": 3, "kernel": 1, "stride": 3, "padding": [[3, 2], [0, 1]]}),
    ("taps", [2, 9, 12], {"conv": 5, "kernel": [5, 1], "dilation": [2, 1], "padding": [[3, 1], [0, 2]]}),
    ("strips", [6, 9, 12], {"conv": 5, "kernel": [5, 1], "dilation": [2, 1], "padding": [[3, 1], [0, 2]]}),
    ("taps", [3, 17], {"conv": 6, "kernel": 5, "dilation": 3, "padding": "causal"}),
    ("strips", [4, 17], {"conv": 6, "kernel": 5, "dilation": 3, "padding": "causal"}),
    ("taps", [2, 9], {"conv": 6, "kernel": 4, "padding": "full", "stride": 2}),
    ("strips", [4, 9], {"conv": 6, "kernel": 4, "padding": "full", "stride": 2}),
    ("taps", [2, 5, 6, 7], {"conv": 3, "kernel": [3, 2, 1], "stride": [1, 2, 3], "padding": "full"}),
    ("strips", [6, 5, 6, 7], {"conv": 3, "kernel": [3, 2, 1], "stride": [1, 2, 3], "padding": "full"}),
    ("taps", [2, 3, 3], {"conv": 3, "kernel": 3, "padding": 5}),
    ("strips", [6, 3, 3], {"conv": 3, "kernel": 3, "padding": 5}),
    ("grouped", [6, 9, 8], {"conv": 9, "kernel": 3, "groups": 3, "padding": "same"}),
    ("grouped", [6, 9, 8], {"conv": 4, "kernel": 2, "groups": 2, "stride": 3, "dilation": 2}),
    ("grouped", [4, 9], {"conv": 4, "kernel": 1, "groups": 2, "bias": "no"}),
    ("grouped", [3, 9, 8], {"depthwise": 3, "multiplier": 2, "padding": "half"}),
    ("depthwise", [5, 13, 11], {"depthwise": 3, "padding": "half"}),
    ("depthwise", [5, 13, 11], {"conv": 5, "kernel": [2, 5], "groups": 5, "stride": [3, 1], "padding": "same"}),
    ("depthwise", [3, 300], {"depthwise": 4, "dilation": 3, "padding": "causal"}),
    ("depthwise", [2, 4, 40, 5], {"depthwise": [1, 7, 3], "stride": [1, 2, 1], "padding": "same", "bias": "no"}),
    ("depthwise", [700, 5, 6], {"depthwise": 3, "padding": [[2, 0], [0, 1]]}),
    ("fourier", [5, 40, 43], {"depthwise": 31, "padding": "half"}),
    ("fourier", [3, 60, 57], {"depthwise": [13, 17], "padding": [[2, 9], [0, 3]], "bias": "no"}),
    ("fourier", [2, 90, 80], {"conv": 2, "kernel": [40, 21], "groups": 2, "stride": [2, 1], "padding": "same"}),
    ("fourier", [4, 900], {"depthwise": 201, "dilation": 2, "padding": "causal"}),
    ("fourier", [2, 20, 21, 22], {"depthwise": 9, "padding": 3}),
    ("winograd-4", [32, 20, 21], {"conv": 32, "kernel": 3, "padding": "half"}),
    ("winograd-4", [33, 23, 25], {"conv": 40, "kernel": 3, "bias": "no"}),
    ("winograd-4", [32, 21, 60], {"conv": 32, "kernel": 3, "padding": [[2, 1], [0, 2]]}),
    ("winograd-2", [32, 12, 13], {"conv": 32, "kernel": 3, "padding": "same"}),
    ("winograd-2", [40, 17, 12], {"conv": 33, "kernel": 3, "padding": "full"}),
    ("subpixel", [3, 5, 4], {"conv_transpose": 4, "kernel": 2, "stride": 2}),
    ("subpixel", [3, 5, 4], {"conv_transpose": 4, "kernel": 4, "stride": 2, "padding": 1}),
    (
        "subpixel",
        [4, 5, 4],
        {"conv_transpose": 6, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2},
    ),
    ("subpixel", [3, 5, 4], {"conv_transpose": 2, "kernel": [2, 1], "stride": [3, 2], "padding": "same"}),
    ("subpixel", [3, 5, 4], {"conv_transpose": 2, "kernel": 3, "stride": [4, 1], "dilation": [2, 3]}),
    ("subpixel", [3, 7], {"conv_transpose": 2, "kernel": 2, "stride": 4, "padding": "keras_valid", "bias": "no"}),
    ("subpixel", [3, 6], {"conv_transpose": 2, "kernel": 5, "stride": 2, "padding": [[3, 0]]}),
    ("subpixel", [2, 3, 4, 3], {"conv_transpose": 2, "kernel": 3, "stride": 2, "padding": "same_lower"}),
    ("product", [7], {"dense": 5}),
    ("product", [7, 4, 3], {"dense": 5, "over": "channels", "bias": "no"}),
    ("scaled", [5, 4, 3], "batchnorm"),
    ("scaled", [5], {"batchnorm": {"affine": "no"}}),
    ("running", [3, 9, 8], {"maxpool": 3, "stride": 2, "padding": 1}),
    ("running", [3, 9, 8], {"maxpool": 2, "dilation": 3, "stride": 1, "padding": [[1, 2], [0, 1]]}),
    ("running", [1, 7], {"maxpool": 2, "stride": 3, "ceil": "yes"}),
    ("running", [3, 9, 8], {"avgpool": 3, "stride": 2, "padding": "same"}),
    ("running", [3, 9, 8], {"avgpool": [3, 2], "stride": 1, "padding": [[2, 1], [1, 0]], "count_include_pad": "yes"}),
    ("running", [3, 6, 7, 5], {"avgpool": 2, "ceil": "yes"}),
    ("running", [3, 9], {"sumpool": 4, "stride": 1, "padding": "same_lower"}),
    ("ones", [3, 5, 4], "global_avgpool"),
    ("ones", [3, 5], {"global_avgpool": {"keep": "yes"}}),
]
ALONE = [pytest.param(*case, id=f"{number}-{case[0]}") for number, case in enumerate(SETTINGS)]
TOLERANCE = {"float32": 2e-6, "float64": 1e-13}


def close(a, b, tolerance):
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    assert np.abs(a - b).max() <= tolerance * max(np.abs(b).max(), 1e-30)


def random_weights(graph, dtype):
    numbers = np.random.default_rng(3)
    return {
        name: (
            numbers.random(shape) + 0.5 if name.endswith(("gamma", "variance")) else numbers.standard_normal(shape)
        ).astype(dtype)
        for name, shape in expected(graph).items()
    }


def inputs_of(graph, dtype="float32", batch=3):
    numbers = np.random.default_rng(4)
    return {name: numbers.standard_normal((batch, *shape)).astype(dtype) for name, shape in graph.inputs.items()}


def both(graph, dtype, **options):
    weights, inputs = random_weights(graph, dtype), inputs_of(graph, dtype)
    return (run(graph, inputs, weights, engine=engine, **options) for engine in ("fast", "direct"))


@pytest.fixture
def little_at_once(monkeypatch):
    """So little that every array is taken in many parts."""
    for name in ("PATCHES", "NEAR", "SUMS", "WAVES"):
        monkeypatch.setattr(sizes, name, 600)
    monkeypatch.setattr(sizes, "ROWS", 5)
    monkeypatch.setattr(sizes, "TILES", 3)
    monkeypatch.setattr(sizes, "RUN", 24)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("way", "shape", "layer"), ALONE)
def test_a_way_gives_what_the_plain_kernel_gives(way, shape, layer, dtype):
    graph = sc.load({"input": shape, "layers": [layer]})
    fast, direct = both(graph, dtype)
    assert [record.way for record in fast.records] == [way]
    assert [record.way for record in direct.records] == ["direct"]
    (y,), (z,) = fast.outputs.values(), direct.outputs.values()
    close(y, z, TOLERANCE[dtype] * (20 if way == "winograd-4" else 1))


@pytest.mark.usefixtures("little_at_once")
@pytest.mark.parametrize(("way", "shape", "layer"), ALONE)
def test_it_does_so_in_many_parts(way, shape, layer):
    fast, direct = both(sc.load({"input": shape, "layers": [layer]}), "float64")
    assert fast.records[0].way == way
    close(*(next(iter(result.outputs.values())) for result in (fast, direct)), 1e-13)


@pytest.mark.parametrize(("way", "shape", "layer"), ALONE)
def test_a_nan_passes_where_it_passes_directly(way, shape, layer):
    """What is not a number may spread further by tiles and transforms, and nowhere is it lost."""
    graph = sc.load({"input": shape, "layers": [layer, "relu", "relu6"]})
    weights, inputs = random_weights(graph, "float64"), inputs_of(graph, "float64")
    inputs["input"][(1, -1, *(0,) * (len(shape) - 1))] = np.nan
    ys = [run(graph, inputs, weights, engine=engine, shown=()).outputs["relu61"] for engine in ENGINES]
    fast, direct = (np.isnan(y) for y in ys)
    assert direct.any()
    assert fast[direct].all()
    assert not fast[[0, 2]].any()
    if not way.startswith(("winograd", "fourier")):
        assert np.array_equal(fast, direct)


@pytest.mark.parametrize(("way", "shape", "layer"), ALONE)
def test_the_scratch_of_a_way_is_what_is_said(way, shape, layer):
    graph = sc.load({"input": shape, "layers": [layer]})
    prepared = Prepared(graph, random_weights(graph, "float32"), shown=())
    prepared.run(inputs_of(prepared.graph))
    assert prepared.steps[0].way == way
    said, taken = spending(prepared.steps[0], 3, 4, {}).pieces, prepared.room.pieces.size
    assert taken <= said
    assert said <= 2 * taken + 1024


def test_every_way_is_tried_here():
    chosen = {way for way, _, _ in SETTINGS} | {"merged", "joined"}
    assert chosen == {way.name for way in WAYS}


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("spec", {**NETWORKS, **examples()}.values(), ids={**NETWORKS, **examples()})
def test_every_kind_gives_the_same_by_both_engines(spec, fused):
    graph = sc.load(spec)
    options = {"batch": 3, "dtype": "float64", "keep": True}
    fast, direct = (run(graph, engine=engine, shown=() if fused else None, **options) for engine in ("fast", "direct"))
    for name, y in (direct.outputs if fused else direct.arrays).items():
        close((fast.outputs if fused else fast.arrays)[name], y, 1e-12)


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_networks_of_the_collection_give_the_same_by_both_engines(path):
    graph = thin(path)
    weights = tiled(graph)
    fast, direct = (run(graph, weights=weights, engine=engine, shown=()) for engine in ("fast", "direct"))
    for name, y in direct.outputs.items():
        close(fast.outputs[name], y, 1e-5)


# what is computed in one

CHAIN = {
    "input": [4, 12, 12],
    "layers": [
        {"name": "a", "conv": 6, "kernel": 3, "padding": "half", "norm": "batch", "activation": "relu"},
        {"name": "b", "conv": 6, "kernel": 3, "padding": "half"},
        "silu",
        "dropout",
        {"name": "sum", "add": ["a", "dropout1"], "activation": "relu6"},
        {"name": "c", "conv": 6, "kernel": 1, "activation": "softmax"},
    ],
}


def fused(spec, **options):
    return [tuple(node.name for node in step.nodes) for step in steps(sc.load(spec), **options)]


def test_what_nobody_asks_for_is_computed_in_one():
    assert fused(CHAIN, shown=()) == [
        ("a.conv", "a.norm", "a.act"),
        ("b", "silu1", "dropout1"),
        ("sum.add", "sum.act"),
        ("c.conv",),
        ("c.act",),
    ]


def test_what_is_shown_read_twice_or_an_output_ends_a_step():
    alone = [(node.name,) for node in sc.load(CHAIN)]
    assert fused(CHAIN) == alone
    assert fused(CHAIN, shown=(), engine="direct") == alone
    assert fused(CHAIN, shown=("a.norm",))[:2] == [("a.conv", "a.norm"), ("a.act",)]
    twice = {"input": [4, 8], "layers": [{"name": "a", "conv": 4, "kernel": 1}, "relu", {"add": ["a", "relu1"]}]}
    assert fused(twice, shown=()) == [("a",), ("relu1",), ("add1",)]
    output = {"input": [4, 8], "layers": [{"name": "a", "conv": 4, "kernel": 1}, "relu"], "outputs": ["a", "relu1"]}
    assert fused(output, shown=()) == [("a",), ("relu1",)]


def test_what_is_as_large_is_added_to_a_product():
    conv = {"conv": 4, "kernel": 1, "norm": "batch"}
    layers = [{"name": "a", **conv}, {"name": "b", **conv}, {"name": "sum", "add": ["b", "a"], "activation": "relu"}]
    spec = {"input": [4, 8, 9], "layers": layers}
    assert fused(spec, shown=()) == [("a.conv", "a.norm"), ("b.conv", "b.norm", "sum.add", "sum.act")]
    fast, direct = both(sc.load(spec), "float64", shown=())
    close(fast.outputs["sum"], direct.outputs["sum"], 1e-13)
    assert fast.timed[1].macs == 3 * 8 * 9 * 4 * 4
    spread = [{"name": "g", "global_avgpool": None}, {"name": "a", **conv, "from": "input"}, {"add": ["a", "g"]}]
    assert fused({"input": [4, 8, 9], "layers": spread}, shown=())[-1] == ("add1",)
    twice = [{"name": "a", **conv}, {"add": ["a", "a"]}]
    assert fused({"input": [4, 8, 9], "layers": twice}, shown=()) == [("a.conv", "a.norm"), ("add1",)]
    after = [{"name": "a", **conv, "activation": "relu"}, {"add": ["a", "input"]}]
    assert fused({"input": [4, 8, 9], "layers": after}, shown=())[-1] == ("add1",)


def test_a_batch_norm_is_folded_only_where_it_comes_first():
    spec = {"input": [4, 8], "layers": [{"conv": 4, "kernel": 1}, "relu", "batchnorm", "tanh"]}
    assert fused(spec, shown=()) == [("conv1", "relu1"), ("batchnorm1", "tanh1")]


@pytest.mark.parametrize(
    "layer",
    [
        {"conv": 6, "kernel": 3, "groups": 2},
        {"conv": 8, "kernel": 1},
        {"conv": 6, "kernel": 3, "bias": "no"},
        {"depthwise": 3},
        {"conv_transpose": 6, "kernel": 3, "stride": 2, "groups": 2},
        {"dense": 5, "over": "channels"},
        "batchnorm",
    ],
    ids=str,
)
def test_a_folded_norm_changes_nothing_that_is_seen(layer):
    graph = sc.load({"input": [4, 9, 8], "layers": [layer, "batchnorm", "leaky_relu", "identity"]})
    fast, direct = both(graph, "float64", shown=())
    assert len(fast.timed) == (2 if layer == "batchnorm" else 1)
    close(fast.outputs["identity1"], direct.outputs["identity1"], 1e-13)


@pytest.mark.parametrize("kind", sorted(FINISHING))
def test_a_function_of_each_element_is_the_same_in_the_cache(kind):
    assert KINDS[kind]
    graph = sc.load({"input": [4, 9, 8], "layers": [{"conv": 5, "kernel": 1}, kind]})
    fast, direct = both(graph, "float64", shown=())
    assert len(fast.timed) == 1
    close(*(next(iter(result.outputs.values())) for result in (fast, direct)), 1e-13)


def test_only_named_functions_are_written_over_their_argument():
    assert INTO_ITSELF <= FINISHING <= set(KINDS)


def test_records_are_of_what_is_shown_and_steps_of_everything():
    graph = sc.load(CHAIN)
    whole = run(graph, inputs_of(graph), random_weights(graph, "float32"))
    some = run(graph, inputs_of(graph), random_weights(graph, "float32"), shown=("a.act", "c.act"))
    assert [record.name for record in some.records] == ["a.act", "c.act"]
    assert some["a.act"].mean == pytest.approx(whole["a.act"].mean, rel=1e-6)
    assert some["c.act"].max == pytest.approx(whole["c.act"].max, rel=1e-6)
    assert [name for step in some.timed for name in step.names] == [node.name for node in graph]
    assert sum(step.macs for step in some.timed) == sum(record.macs for record in whole.records)
    assert some["a.act"].macs == 3 * 12 * 12 * 6 * 4 * 9


# a network that is run many times


def test_a_prepared_network_gives_the_same_each_time_and_leaves_what_it_gave_alone():
    graph = sc.load(CHAIN)
    weights = random_weights(graph, "float32")
    prepared = Prepared(graph, weights, shown=())
    one, two = inputs_of(graph), {"input": -inputs_of(graph)["input"]}
    first = prepared.run(one).outputs["c"]
    before = first.copy()
    second = prepared.run(two).outputs["c"]
    assert np.array_equal(first, before)
    assert np.array_equal(second, run(graph, two, weights, shown=()).outputs["c"])
    assert np.array_equal(prepared.run(one).outputs["c"], before)
    assert all(step.preparing == 0 for step in prepared.run(one).timed)


def test_neither_inputs_nor_weights_are_written_to():
    graph = sc.load(CHAIN)
    weights, inputs = random_weights(graph, "float32"), inputs_of(graph)
    for x in (*weights.values(), *inputs.values()):
        x.flags.writeable = False
    run(graph, inputs, weights, shown=())
    run(graph, inputs, weights)


def test_numbers_of_different_formats_are_left_to_the_plain_kernels():
    graph = sc.load(CHAIN)
    result = run(graph, inputs_of(graph, "float64"), random_weights(graph, "float32"))
    assert {record.way for record in result.records} == {"direct"}
    assert result.outputs["c"].dtype == np.float64
    with pytest.raises(ValueError, match="the inputs are float64, and the weights float32"):
        Prepared(graph, random_weights(graph, "float32")).run(inputs_of(graph, "float64"))
