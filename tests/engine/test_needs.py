"""The memory a run is said to need is what it takes: never more, and not much less."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.engine.needs import needs
from shapecalc.engine.run import run
from tests.engine.networks import examples

ROOT = Path(__file__).parents[2]
# each with arrays of some MiB, so that what is not an array does not count
NETWORKS = {
    "conv": {"input": [16, 120, 120], "layers": [{"conv": 24, "kernel": 5, "padding": "same"}, "relu"]},
    "conv-no-bias": {"input": [16, 120, 120], "layers": [{"conv": 24, "kernel": 3, "bias": "no", "stride": 2}]},
    "conv-dilated": {"input": [8, 150, 150], "layers": [{"conv": 8, "kernel": 3, "dilation": 9, "padding": "full"}]},
    "pointwise": {"input": [32, 120, 120], "layers": [{"conv": 96, "kernel": 1}, {"conv": 32, "kernel": 1}]},
    "depthwise": {"input": [48, 100, 100], "layers": [{"conv": 48, "kernel": 3, "padding": "half", "groups": 48}]},
    "grouped": {"input": [48, 100, 100], "layers": [{"conv": 96, "kernel": 3, "groups": 3}]},
    "conv-1d": {"input": [32, 20000], "layers": [{"conv": 32, "kernel": 9, "padding": "causal"}]},
    "conv-3d": {"input": [8, 24, 40, 40], "layers": [{"conv": 8, "kernel": 3, "padding": "half", "norm": "batch"}]},
    "transposed": {"input": [32, 60, 60], "layers": [{"conv_transpose": 16, "kernel": 4, "stride": 2, "padding": 1}]},
    "transposed-cut": {
        "input": [16, 60, 60],
        "layers": [{"conv_transpose": 16, "kernel": 9, "padding": "half", "bias": "no", "groups": 2}, "relu"],
    },
    "transposed-wide": {"input": [64, 30, 30], "layers": [{"conv_transpose": 64, "kernel": 2, "stride": 2}]},
    "transposed-same": {
        "input": [16, 60, 60],
        "layers": [{"conv_transpose": 16, "kernel": [2, 5], "stride": 3, "padding": "same"}],
    },
    "flipped": {"input": [48, 40, 40], "layers": [{"conv": 128, "kernel": 5, "flip": "yes", "padding": "same"}]},
    "tiled": {"input": [16, 120, 120], "layers": [{"conv": 24, "kernel": 3, "tiled": [2, 3]}]},
    "depthwise-kind": {"input": [24, 100, 100], "layers": [{"depthwise": 3, "multiplier": 3, "padding": "half"}]},
    "separable": {
        "input": [24, 100, 100],
        "layers": [{"separable_conv": 48, "kernel": 3, "padding": "half"}, {"separable_conv": 24, "kernel": 5}],
    },
    "separable-multiplied": {
        "input": [8, 120, 120],
        "layers": [{"separable_conv": 16, "kernel": 3, "stride": 2, "multiplier": 8}],
    },
    "pointwise-first": {
        "input": [24, 100, 100],
        "layers": [{"separable_conv": 48, "kernel": 3, "stride": 2, "order": "pointwise_first"}],
    },
    "spatially-separable": {
        "input": [16, 100, 100],
        "layers": [
            {"spatially_separable_conv": 24, "kernel": 7, "padding": "same"},
            {"spatially_separable_conv": 16, "kernel": 5, "stride": 2, "between": 48},
        ],
    },
    "spatially-separable-3d": {
        "input": [8, 20, 40, 40],
        "layers": [{"spatially_separable_conv": 8, "kernel": 3, "padding": "half"}],
    },
    "local": {"input": [4, 90, 90], "layers": [{"local": 4, "kernel": 5}, {"local": 12, "kernel": 1, "bias": "no"}]},
    "conv_map": {
        "input": [16, 120, 120],
        "layers": [{"conv_map": [[0, 1, 2], [1, 2, 15], [3, 4, 5, 6]] * 8, "kernel": 5}],
    },
    "conv_map-one-tap": {
        "input": [32, 120, 120],
        "layers": [{"conv_map": [list(range(32)), [1]], "kernel": 1, "stride": 2}],
    },
    "filter": {"input": [16, 150, 150], "layers": [{"filter": "gaussian_blur", "padding": "same"}]},
    "dense-as-conv": {"input": [64, 40, 40], "layers": [{"dense": 20, "as_conv": "yes"}]},
    "pools": {
        "input": [24, 120, 120],
        "layers": [{"maxpool": 3, "stride": 1, "padding": 1}, {"avgpool": 3, "stride": 1, "padding": "same"}],
    },
    "pool-dilated": {"input": [24, 120, 120], "layers": [{"maxpool": 3, "dilation": 20, "stride": 1, "padding": 20}]},
    "pool-powers": {"input": [24, 120, 120], "layers": [{"lppool": 3, "stride": 1, "padding": 1, "p": 3}]},
    "pool-one-channel": {"input": [1, 700, 700], "layers": [{"avgpool": 5, "stride": 1, "ceil": "yes"}]},
    "dense": {"input": [3000], "layers": [{"dense": 900}, {"dense": 3000}]},
    "dense-over": {"input": [64, 90, 90], "layers": [{"dense": 64, "over": "channels"}]},
    "merges": {
        "input": [16, 120, 120],
        "layers": [
            {"name": "a", "conv": 16, "kernel": 1},
            {"name": "b", "conv": 16, "kernel": 3, "from": "input"},
            {"add": ["a", "b", "input"], "fit": "crop"},
            {"multiply": ["add1", "b"]},
            {"concat": ["a", "b", "multiply1"], "fit": "crop"},
        ],
    },
    "groups": {"input": [24, 120, 120], "layers": [{"groupnorm": 4}]},
    "geglu": {"input": [24, 120, 120], "layers": [{"glu": "gelu"}]},
    "whole-norm": {"input": [24, 120, 120], "layers": [{"layernorm": {"over": "all"}}]},
    "gates": {
        "input": [24, 120, 120],
        "layers": [
            {"name": "gate", "global_avgpool": None},
            {"multiply": ["input", "gate"]},
            {"mean": ["input", "gate", "prev"]},
            {"divide": ["input", "prev"]},
        ],
    },
    "matmul": {"input": [300, 900], "layers": [{"matmul": ["input", "input"], "transpose": "left"}]},
    "winograd-4": {"input": [48, 60, 60], "layers": [{"conv": 64, "kernel": 3, "padding": "half", "norm": "batch"}]},
    "winograd-2": {"input": [96, 15, 15], "layers": [{"conv": 256, "kernel": 3, "activation": "silu"}]},
    "fourier": {
        "input": [12, 80, 80],
        "layers": [{"depthwise": 31, "padding": "half", "norm": "batch"}, {"depthwise": 21, "activation": "silu"}],
    },
    "fourier-large": {"input": [2, 420, 420], "layers": [{"depthwise": 21, "padding": "half", "activation": "relu"}]},
    "fused": {
        "input": [16, 120, 120],
        "layers": [
            {"conv": 32, "kernel": 3, "padding": "half", "norm": "batch", "activation": "gelu"},
            {"depthwise": 5, "padding": "half", "norm": "batch", "activation": "relu6"},
            {"name": "a", "conv": 32, "kernel": 1, "stride": 2, "activation": "hard_swish"},
            {"add": ["a", "a"], "activation": "relu"},
        ],
    },
    "banded": {
        "input": [16, 100, 90],
        "layers": [
            {"name": "a", "conv": 80, "kernel": 1, "norm": "batch", "activation": "relu6"},
            {"depthwise": 3, "stride": 2, "padding": "half", "norm": "batch", "activation": "silu"},
            {"conv": 24, "kernel": 1, "norm": "batch"},
        ],
    },
    "banded-wide": {
        "input": [60, 40, 60],
        "layers": [
            {"name": "a", "conv": 600, "kernel": 1, "activation": "gelu"},
            {"depthwise": 5, "padding": "same"},
            {"name": "c", "conv": 60, "kernel": 1},
            {"add": ["c", "input"]},
        ],
    },
    "of-many-sizes": {
        "input": [8, 100, 100],
        "layers": [{"conv": 8 + 3 * (number * 5 % 13), "kernel": 1} for number in range(13)],
    },
    "long-lived": {
        "input": [16, 120, 120],
        "layers": [{"name": "a", "conv": 16, "kernel": 1}, *["relu"] * 5, {"add": ["a", "relu5"]}],
        "outputs": ["add1", "relu2", "input"],
    },
    "embedding": {"input": [1, 4000], "layers": [{"embedding": 256, "vocabulary": 500}]},
    "rnn-wide": {"input": [16, 4], "layers": [{"rnn": 1000, "returns": "last"}]},
    "gru": {"input": [128, 1500], "layers": [{"gru": 128, "bidirectional": "yes", "layers": 3, "returns": "last"}]},
    "lstm": {"input": [128, 1500], "layers": [{"lstm": 128, "layers": 3, "projection": 100}]},
    "attention": {"input": [64, 400], "layers": [{"attention": 8, "kv_heads": 2}]},
    "attention-wide": {"input": [512, 200], "layers": [{"attention": 8, "causal": "yes"}]},
    "attention-windows": {"input": [96, 32, 49], "layers": [{"attention": 3, "relative_positions": 7}]},
    "attention-one-window": {"input": [16, 400], "layers": [{"attention": 4, "relative_positions": 20}]},
    "flatten": {"input": [16, 120, 120], "layers": [{"conv": 16, "kernel": 1}, "flatten", {"dense": 2}]},
    **{
        f"activation-{kind}": {"input": [24, 120, 120], "layers": [kind]}
        for kind in (
            *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "sigmoid", "hard_sigmoid", "silu"),
            *("hard_swish", "tanh", "softplus", "softmax", "batchnorm", "global_avgpool", "dropout"),
            *("prelu", "threshold", "squared_relu", "celu", "quick_gelu", "mish", "log_sigmoid", "hard_tanh"),
            *("tanhshrink", "softsign", "exp", "log_softmax", "glu", "maxout", "scale", "layer_scale"),
            *("layernorm", "instancenorm", "rmsnorm", "lrn", "l2norm"),
        )
    },
}


def measured(graph, **options):
    run(graph, **options)  # what is made once, such as modules, is made now
    tracemalloc.start()
    try:
        run(graph, **options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "options",
    [{}, {"batch": 2, "dtype": "float64"}, {"engine": "direct"}, {"shown": (), "winograd": False}],
    ids=["one", "batch", "direct", "fused"],
)
@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_a_run_takes_no_more_than_is_said_and_not_much_less(spec, options):
    graph = sc.load(spec)
    said = needs(graph, **options).total
    taken = measured(graph, **options)
    assert taken <= said <= 2.5 * taken + 2**20  # of which little may be spent where no record is made


@pytest.mark.parametrize("engine", ["fast", "direct"])
@pytest.mark.parametrize("spec", examples().values(), ids=examples())
def test_no_kind_takes_more_than_is_said(spec, engine):
    graph = sc.load(spec)
    assert measured(graph, batch=40, engine=engine) <= needs(graph, 40, engine=engine).total


def test_what_is_kept_is_counted():
    graph = sc.load({"input": [16, 100, 100], "layers": ["relu"] * 12})
    said = needs(graph, keep=True).total
    assert 3 * needs(graph).total < said
    assert measured(graph, keep=True) <= said <= 1.5 * measured(graph, keep=True)


def test_the_parts_are_those_of_the_analysis():
    graph = sc.load({"input": [2, 32], "layers": [{"name": "c", "conv": 4, "kernel": 3, "norm": "batch"}, "relu"]})
    found = needs(graph, 5, "float64", engine="direct")
    assert found.weights == 8 * (2 * 4 * 3 + 4 + 4 * 4) == sc.analyze(graph, 5, "float64").weight_bytes
    # the input, which is held to the end, and twice 4×30 at once
    assert found.activations == 8 * 5 * (2 * 32 + 2 * 4 * 30)
    # a padded input and two outputs beside the patches' 2·3·30
    assert found.scratch == 8 * 5 * (2 * 32 + 2 * 4 * 30) + 2**20 + 3 * 2**10
    assert found.scratch_at == "c.conv"
    assert found.total == found.weights + found.activations + found.scratch
    assert found.transforms == 0
    reading = needs(graph, spent=10**9, engine="direct")
    assert reading.scratch == 10**9 + 2**20 + 3 * 2**10
    assert reading.scratch_at == ""


def test_what_weights_are_brought_to_has_a_line_of_its_own():
    graph = sc.load({"input": [64, 40, 40], "layers": [{"conv": 64, "kernel": 3, "padding": "half"}] * 2})
    kernel, small = 64 * 64 * 9, 8 * 64 + 2 * 2048
    found = needs(graph)
    assert found.transforms == 4 * (4 * kernel + kernel + small)  # 36 numbers for 9, and the copy that is transformed
    assert needs(graph, winograd=False).transforms == 4 * (kernel + small)
    assert needs(graph, engine="direct").transforms == 0
    assert found.total == found.weights + found.transforms + found.activations + found.scratch


def test_shared_weights_are_counted_once():
    layers = [{"name": "a", "conv": 4, "kernel": 3, "padding": "same"}, {"conv": 4, "kernel": 3, "padding": "same"}]
    apart, shared = (
        needs(sc.load({"input": [4, 9, 9], "layers": [layers[0], {**layers[1], **more}]})).weights
        for more in ({}, {"share": "a"})
    )
    assert apart == 2 * shared


@pytest.mark.parametrize("winograd", [True, False])
def test_vgg16_takes_little_beside_its_weights(winograd):
    code = (
        "import sys, resource, shapecalc as sc; from shapecalc.engine.run import run\n"
        "graph = sc.load('specs/vgg16.yaml')\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "def held(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit\n"
        f"before = held(); run(graph, winograd={winograd}, shown=()); print(held() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    weights, pair = 4 * 138_357_544, 4 * 2 * 64 * 224 * 224
    transforms = needs(sc.load(ROOT / "specs/vgg16.yaml"), winograd=winograd).transforms
    assert transforms <= (48 if winograd else 10) * 2**20
    assert int(done.stdout) <= weights + transforms + 2 * pair + 64 * 2**20


def test_memory_is_computed_without_numpy_and_whatever_the_size():
    graph = "sc.load({'input': [3, 10**6, 10**6], 'layers': [{'conv': 64, 'kernel': 3}, 'gelu']})"
    code = (
        "import sys, shapecalc as sc; from shapecalc.engine.needs import needs\n"
        f"assert needs({graph}, 10**6).total > 10**20\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
