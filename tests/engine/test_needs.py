"""The memory a run is said to need is what it takes: never more, and not much less."""

import subprocess
import sys
import tracemalloc

import pytest

import shapecalc as sc
from shapecalc.engine.needs import needs
from shapecalc.engine.run import run
from tests.engine.networks import examples

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
    "pools": {
        "input": [24, 120, 120],
        "layers": [{"maxpool": 3, "stride": 1, "padding": 1}, {"avgpool": 3, "stride": 1, "padding": "same"}],
    },
    "pool-dilated": {"input": [24, 120, 120], "layers": [{"maxpool": 3, "dilation": 20, "stride": 1, "padding": 20}]},
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
    "long-lived": {
        "input": [16, 120, 120],
        "layers": [{"name": "a", "conv": 16, "kernel": 1}, *["relu"] * 5, {"add": ["a", "relu5"]}],
        "outputs": ["add1", "relu2", "input"],
    },
    "flatten": {"input": [16, 120, 120], "layers": [{"conv": 16, "kernel": 1}, "flatten", {"dense": 2}]},
    **{
        f"activation-{kind}": {"input": [24, 120, 120], "layers": [kind]}
        for kind in (
            *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "sigmoid", "hard_sigmoid", "silu"),
            *("hard_swish", "tanh", "softplus", "softmax", "batchnorm", "global_avgpool", "dropout"),
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


@pytest.mark.parametrize("options", [{}, {"batch": 2, "dtype": "float64"}], ids=["one", "batch"])
@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_a_run_takes_no_more_than_is_said_and_not_much_less(spec, options):
    graph = sc.load(spec)
    said = needs(graph, **options).total
    taken = measured(graph, **options)
    assert taken <= said <= 2.5 * taken


@pytest.mark.parametrize("spec", examples().values(), ids=examples())
def test_no_kind_takes_more_than_is_said(spec):
    graph = sc.load(spec)
    assert measured(graph, batch=40) <= needs(graph, 40).total


def test_what_is_kept_is_counted():
    graph = sc.load({"input": [16, 100, 100], "layers": ["relu"] * 12})
    said = needs(graph, keep=True).total
    assert 3 * needs(graph).total < said
    assert measured(graph, keep=True) <= said <= 1.5 * measured(graph, keep=True)


def test_the_parts_are_those_of_the_analysis():
    graph = sc.load({"input": [2, 32], "layers": [{"name": "c", "conv": 4, "kernel": 3, "norm": "batch"}, "relu"]})
    found = needs(graph, 5, "float64")
    assert found.weights == 8 * (2 * 4 * 3 + 4 + 4 * 4) == sc.analyze(graph, 5, "float64").weight_bytes
    # the input, which is held to the end, and twice 4×30 at once
    assert found.activations == 8 * 5 * (2 * 32 + 2 * 4 * 30)
    # a padded input and two outputs beside the patches' 2·3·30
    assert found.scratch == 8 * 5 * (2 * 32 + 2 * 4 * 30) + 2**20 + 3 * 2**10
    assert found.scratch_at == "c.conv"
    assert found.total == found.weights + found.activations + found.scratch
    assert needs(graph, spent=10**9).scratch == 10**9 + 2**20 + 3 * 2**10
    assert needs(graph, spent=10**9).scratch_at == ""


def test_shared_weights_are_counted_once():
    layers = [{"name": "a", "conv": 4, "kernel": 3, "padding": "same"}, {"conv": 4, "kernel": 3, "padding": "same"}]
    apart, shared = (
        needs(sc.load({"input": [4, 9, 9], "layers": [layers[0], {**layers[1], **more}]})).weights
        for more in ({}, {"share": "a"})
    )
    assert apart == 2 * shared


def test_memory_is_computed_without_numpy_and_whatever_the_size():
    graph = "sc.load({'input': [3, 10**6, 10**6], 'layers': [{'conv': 64, 'kernel': 3}, 'gelu']})"
    code = (
        "import sys, shapecalc as sc; from shapecalc.engine.needs import needs\n"
        f"assert needs({graph}, 10**6).total > 10**20\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
