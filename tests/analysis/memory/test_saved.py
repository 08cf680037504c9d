"""What training keeps, kind by kind and network by network, to the byte of what PyTorch's hooks saw."""

import json
from math import prod
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.analysis.memory.formats import Pair, assigned
from shapecalc.analysis.memory.rows import rows
from shapecalc.analysis.memory.training import Step
from shapecalc.layers import KINDS
from tests import saves
from tests.analysis.memory.cases import CASES, FUSED

SPECS = Path(__file__).parents[3] / "specs"
SEEN = json.loads(saves.DATA.read_text(encoding="utf-8"))
BATCHES = SEEN["batches"]
FLOATS = Pair("float32", "float32")

# kinds that are no layer of PyTorch's, or that it hands to cuDNN: by hand, below
BY_HAND = {"local", "conv_map", "rnn", "gru", "lstm"}
ON_A_CPU = {
    "log_sigmoid": 6 * 8 * 8,  # a buffer of the input's size, of which a GPU keeps none
    "rmsnorm": 6 * 8 * 8,  # the normalised input, for gamma's gradient: the fused kernel of a GPU makes it again
}
"""Numbers that PyTorch keeps more of an example on a CPU, where the figures were measured, than on a GPU."""
POOLED = {"alexnet": (256, 6, 6), "vgg16": (512, 7, 7)}
"""What torchvision's adaptive pooling keeps before the classifier; of an input of 224 it changes nothing, nor is it
in our files."""


def kept(given, layers, batch, **options):
    """The bytes kept of layers whose input wants a gradient too."""
    graph = sc.load({"input": given, "layers": layers})
    step = Step(graph, assigned(graph, FLOATS, ()), inputs=True, **options)
    return sum(row.bytes(batch) for row in rows(step))


@pytest.mark.parametrize(("name", "given", "layers"), [case[:3] for case in CASES], ids=[case[0] for case in CASES])
def test_a_kind_keeps_what_pytorch_keeps(name, given, layers):
    more = 4 * ON_A_CPU.get(name, 0)
    assert [kept(given, layers, b) + more * b for b in BATCHES] == SEEN["kinds"][name]


def test_fused_attention_keeps_what_pytorch_keeps():
    _, given, layers, _ = FUSED
    assert [kept(given, layers, b, fused=True) for b in BATCHES] == SEEN["fused attention"]


def test_every_kind_is_tried():
    tried = {next(iter(layer)) if isinstance(layer, dict) else layer for case in CASES for layer in case[2]}
    tried |= {key for case in CASES for layer in case[2] if isinstance(layer, dict) for key in layer}
    assert KINDS.keys() <= tried | BY_HAND


def test_what_is_kept_is_what_pytorch_keeps_here():
    pytest.importorskip("torch")
    seen = {name: [saves.of_case(given, code, b) for b in BATCHES] for name, given, _, code in CASES}
    assert seen == SEEN["kinds"]


@pytest.mark.parametrize("name", saves.NETWORKS)
def test_a_network_keeps_what_pytorch_keeps(name):
    graph = sc.load(SPECS / f"{name}.yaml")
    fused = name == "vit_b_16"
    found = [sc.memory(graph, b, train=True, fused_attention=fused).saved_bytes for b in BATCHES]
    more = 4 * prod(POOLED[name]) if name in POOLED else 0
    assert [size + more * b for size, b in zip(found, BATCHES, strict=True)] == SEEN["networks"][name]["saved"]


@pytest.mark.parametrize("name", saves.NETWORKS)
def test_a_training_step_holds_what_pytorch_held_at_most(name):
    graph = sc.load(SPECS / f"{name}.yaml")
    options = {"in_place": True, "add_in_place": True, "fused_attention": name == "vit_b_16"}
    found = [sc.memory(graph, b, train=True, **options).peak_bytes for b in BATCHES]
    assert found == SEEN["networks"][name]["peak"]


@pytest.mark.parametrize("name", saves.CHECKPOINTED)
def test_checkpointed_blocks_hold_what_pytorch_held_at_most(name):
    graph = sc.load(SPECS / f"{name}.yaml")
    options = {"in_place": True, "add_in_place": True, "checkpoint": ["all"]}
    assert [sc.memory(graph, b, train=True, **options).peak_bytes for b in BATCHES] == SEEN["checkpointed"][name]


# per example of a batch of 2: PyTorch saves 86.0 MB of ResNet-50, 78.3 of MobileNetV2, 48.2 of GoogLeNet
@pytest.mark.parametrize(("name", "megabytes"), [("resnet50", "86.0"), ("mobilenet_v2", "78.3"), ("googlenet", "48.2")])
def test_the_figures_that_are_told_elsewhere(name, megabytes):
    answer = sc.memory(sc.load(SPECS / f"{name}.yaml"), 2, train=True)
    assert f"{answer.saved_bytes / 2e6:.1f}" == megabytes


# by hand


def names(*layers, given=(6, 8, 8), **options):
    answer = sc.memory(sc.load({"input": list(given), "layers": list(layers)}), train=True, **options)
    return {row.name: [held.name for held in row.tensors] for row in answer.saved}


def test_a_tensor_that_several_keep_is_kept_once():
    """The batch norm keeps the convolution's output, ReLU its own, and the next convolution that same one."""
    layers = [{"name": "a", "conv": 4, "kernel": 1, "norm": "batch", "activation": "relu"}, {"conv": 4, "kernel": 1}]
    assert names(*layers) == {
        "a.conv": ["input"],
        "a.norm": ["a.conv", "a.norm mean", "a.norm deviation"],
        "a.act": ["a.act"],
        "conv1": [],
    }


def test_nothing_is_kept_before_the_first_trained_layer():
    assert names({"maxpool": 2}, "relu", {"conv": 4, "kernel": 1}) == {
        "maxpool1": [],
        "relu1": [],
        "conv1": ["relu1"],
    }


def test_nothing_is_kept_where_no_output_lies_behind():
    layers = [{"name": "a", "conv": 4, "kernel": 1}, {"name": "b", "conv": 4, "kernel": 1, "from": "a"}]
    spec = {"input": [6, 8, 8], "layers": layers, "outputs": ["a"]}
    assert [row.name for row in sc.memory(sc.load(spec), train=True).saved if row.tensors] == ["a"]


def test_a_product_keeps_a_factor_for_the_other_alone():
    """The gate's gradient reads the input; nobody asks for the input's."""
    layers = [{"name": "gate", "conv": 6, "kernel": 1}, {"multiply": ["input", "gate"]}]
    assert names(*layers) == {"gate": ["input"], "multiply1": []}


# the derivative of a step reads its gates, the cell before it, and the state before it, which is the sequence
@pytest.mark.parametrize(
    ("layer", "numbers"),
    [
        ({"rnn": 5}, 7 * 3 + 7 * 5),
        ({"gru": 5}, 7 * 3 + 7 * 5 + 7 * (3 + 1) * 5),
        ({"lstm": 5}, 7 * 3 + 7 * 5 + 7 * (4 + 1) * 5),
        ({"lstm": 5, "bidirectional": True}, 7 * 3 + 7 * 10 + 2 * 7 * 5 * 5),
        ({"lstm": 5, "returns": "last"}, 7 * 3 + 7 * 5 + 7 * 5 * 5),
        ({"lstm": 5, "projection": 2}, 7 * 3 + 7 * 2 + 7 * (4 + 1 + 1) * 5),
        ({"rnn": 5, "layers": 3}, 7 * 3 + 3 * 7 * 5),
    ],
    ids=str,
)
def test_a_recurrent_layer_keeps_its_steps(layer, numbers):
    assert kept([3, 7], [layer], 2) == 2 * 4 * numbers


@pytest.mark.parametrize(
    "layer", [{"local": 4, "kernel": 3}, {"conv_map": [[0], [1, 2]], "kernel": 3}], ids=["local", "conv_map"]
)
def test_a_convolution_of_another_sort_keeps_its_input(layer):
    assert kept([6, 8, 8], [layer], 2) == 2 * 4 * 6 * 8 * 8


def test_vlad_by_the_nearest_centre_keeps_which_it_was():
    """64 whole numbers of 8 bytes; then the sums, their scaled form, and both lengths of each normalisation."""
    assert kept([6, 8, 8], [{"netvlad": 4, "assignment": "hard"}], 1) == 64 * 8 + 4 * (24 + 24 + 2 * 4 + 2 * 1)


def test_the_table_of_analyze_has_what_is_kept():
    whole = sc.analyze(sc.load(SPECS / "resnet50.yaml"), batch=2)
    assert sum(whole.saved.values()) == 172_031_488
    assert whole.saved["conv1.conv"] == 2 * 4 * 3 * 224 * 224
