"""Will it fit: parts by hand, formats, the batch that a limit admits."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.analysis.memory.optimizers import OPTIMIZERS
from shapecalc.layers import KINDS
from shapecalc.layers.base import Elementwise
from shapecalc.network import build
from shapecalc.source.document import Document

ROOT = Path(__file__).parents[3] / "specs"
SPECS = sorted(ROOT.glob("*.yaml"))
GIB = 2**30


def net(*layers, given=(3, 8, 8)):
    return sc.load({"input": list(given), "layers": list(layers)})


CONV = {"conv": 4, "kernel": 3, "norm": "batch", "activation": "relu"}
# 108 weights, 4 biases (the norm takes them away where it is an option), gamma and beta; mean and variance are buffers
TRAINED, BUFFERS = 4 * 27 + 4 + 8, 8


def parts(answer):
    return {part.name: part.bytes for part in answer.parts}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_run_is_what_analyze_says_and_the_engine_proves(path):
    graph = sc.load(path)
    whole, answer = sc.analyze(graph, batch=3), sc.memory(graph, 3)
    assert answer.peak_bytes == whole.peak_bytes
    assert answer.peak.at == whole.peak_at
    assert answer["weights"] == whole.weight_bytes
    assert sum(held.at(3) for held in answer.alive) == answer.peak_bytes


# by hand: at the convolution its input, 3·64 numbers, and its output, 4·36; later less
def test_the_tensors_at_the_peak_are_told():
    answer = sc.memory(net({"conv": 4, "kernel": 3}, {"maxpool": 2}), 2)
    assert answer.peak.at == "conv1"
    assert [(held.name, held.at(2)) for held in answer.alive] == [("input", 2 * 4 * 192), ("conv1", 2 * 4 * 144)]


def test_resnet50_holds_three_maps_of_its_first_block():
    """He et al. 2015 by hand: 3·256·56·56 numbers of 4 bytes."""
    answer = sc.memory(sc.load(ROOT / "resnet50.yaml"))
    assert answer.peak_bytes == 9_633_792
    assert [held.shape for held in answer.alive] == [(256, 56, 56)] * 3


def test_in_place_an_activation_needs_no_second_tensor():
    graph = net({"conv": 4, "kernel": 1}, "relu", {"conv": 4, "kernel": 1}, given=(1, 8, 8))
    assert sc.memory(graph).peak_bytes == 4 * 64 * (4 + 4)
    assert sc.memory(net({"conv": 4, "kernel": 1}, "relu", given=(1, 8, 8)), in_place=True).peak_bytes == 4 * 64 * 5


# formats


# 3·5 weights and 5 biases: ⌈15/2⌉ + ⌈5/2⌉ bytes of int4
@pytest.mark.parametrize(
    ("form", "size"),
    [("float64", 160), ("fp32", 80), ("fp16", 40), ("bf16", 40), ("float8", 20), ("int8", 20), ("int4", 8 + 3)],
)
def test_weights_have_a_format_of_their_own(form, size):
    answer = sc.memory(net({"dense": 5}, given=(3,)), weights=form)
    assert answer["weights"] == size
    assert answer.peak_bytes == 4 * (3 + 5)


def test_two_numbers_of_int4_share_a_byte_and_an_odd_one_has_its_own():
    """Of each example: ⌈3/2⌉ and ⌈5/2⌉ bytes."""
    assert sc.memory(net({"dense": 5}, given=(3,)), 10, activations="int4").peak_bytes == 10 * (2 + 3)


def test_layers_have_formats_by_name_pattern_and_kind():
    graph = net({"name": "stem", **CONV}, {"conv": 4, "kernel": 1}, {"name": "last", "conv": 4, "kernel": 1})
    rules = ["conv=int8", "stem=float32", "last=int4/fp16"]
    formats = sc.memory(graph, layer_dtypes=rules)
    assert formats["weights"] == 4 * (TRAINED + BUFFERS) + (16 + 4) + (8 + 2)
    assert sc.memory(graph, layer_dtypes={"*": "int8"})["weights"] == TRAINED + BUFFERS + 2 * 20
    at_last = {held.name: held.format for held in formats.alive}
    assert at_last == {"stem.conv": "float32", "input": "float32"} or "float32" in at_last.values()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"weights": "int5"}, "`int5` is no number format"),
        ({"layer_dtypes": ["conv"]}, "`conv` is not NAME=FORMAT"),
        ({"layer_dtypes": ["nowhere=int8"]}, "`nowhere` names no layer"),
        ({"optimizer": "adam"}, "`optimizer` is for training"),
        ({"amp": "float16"}, "`amp` is for training"),
        ({"checkpoint": ["all"]}, "`checkpoint` is for training"),
        ({"train": True, "checkpoint": ["all"]}, "no block is called at the top level"),
        ({"train": True, "checkpoint": ["x*"]}, "`x*` names no block"),
        ({"train": True, "optimizer": "sdg"}, "`sdg` is no optimizer"),
        ({"train": True, "dtype": "int8"}, "nothing is trained in int8"),
        ({"train": True, "amp": "float16", "dtype": "fp16"}, "mixed precision says the formats by itself"),
        ({"train": True, "amp": "float32"}, "mixed precision is in float16 or bfloat16"),
        ({"batch": 0}, "a batch has at least one example"),
    ],
    ids=str,
)
def test_what_cannot_be_asked(options, said):
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        sc.memory(net(CONV), **options)


def test_a_network_with_faults_is_refused():
    with pytest.raises(ValueError, match="with faults"):
        sc.memory(build(Document.from_data({"input": [3, 8, 8], "layers": [{"conv": 4, "kernel": 9}]})))


# training

SLOTS = {"sgd": 0, "momentum": 1, "adagrad": 1, "rmsprop": 1, "adam": 2, "adamw": 2, "lion": 1}


def test_every_optimizer_is_here():
    assert SLOTS.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize(("optimizer", "slots"), SLOTS.items())
def test_an_optimizer_keeps_its_numbers_of_each_parameter(optimizer, slots):
    found = parts(sc.memory(net(CONV), train=True, optimizer=optimizer))
    assert found.pop("activations")
    assert found.pop("optimizer", 0) == 4 * slots * TRAINED
    assert found == {"weights": 4 * (TRAINED + BUFFERS), "gradients": 4 * TRAINED}


# Rajbhandari et al. 2020, ZeRO, section 3.1: 2Ψ weights, 2Ψ gradients, 4Ψ + 4Ψ + 4Ψ with Adam; 24 GB for the
# 1.5 billion parameters of GPT-2
def test_mixed_precision_with_adam_takes_sixteen_bytes_a_parameter():
    graph = net({"dense": 5, "bias": False}, given=(3,))
    found = parts(sc.memory(graph, train=True, optimizer="adam", amp="float16"))
    del found["activations"]
    assert found == {"weights": 30, "master weights": 60, "gradients": 30, "optimizer": 120}
    assert sum(found.values()) == 16 * 15
    assert 16 * 1_500_000_000 == 24 * 10**9


def test_mixed_precision_halves_activations_and_leaves_statistics_and_masks():
    layers = [CONV, {"maxpool": 2}, {"dropout": 0.5}]
    full, half = (sc.memory(net(*layers), train=True, amp=amp) for amp in (None, "bfloat16"))
    fixed = 2 * 4 * 4 + 8 * 4 * 9 + 4 * 9  # mean and deviation, places, a mask
    assert half.saved_bytes - fixed == (full.saved_bytes - fixed) // 2
    assert half["weights"] == 2 * TRAINED + 4 * BUFFERS


def test_what_is_shared_is_counted_once():
    layers = [{"name": "a", "dense": 6}, {"dense": 6, "share": "a"}]
    found = parts(sc.memory(net(*layers, given=(6,)), train=True, optimizer="adam"))
    assert (found["weights"], found["gradients"], found["optimizer"]) == (4 * 42, 4 * 42, 8 * 42)


# the chain by hand: input 4, then 8, 8, 8 and 2 numbers; each dense layer keeps its input, ReLU its output
def test_a_step_by_hand():
    graph = net({"dense": 8, "activation": "relu"}, {"dense": 2}, given=(4,))
    answer = sc.memory(graph, train=True)
    assert answer.saved_bytes == 4 * (4 + 8)
    # back through the last layer: input, ReLU's output, the network's, its gradient and that of ReLU's output;
    # back through ReLU, of these the last, and its own input's
    assert answer.peak_bytes == 4 * (4 + 8 + 2 + 8 + 8)
    assert (answer.peak.at, answer.peak.phase) == ("dense1.act", "backward")


def test_checkpoints_keep_the_inputs_of_blocks():
    answer = sc.memory(sc.load(ROOT / "resnet18.yaml"), train=True, checkpoint=["Basic1", "Basic2"])
    kept = {row.name: [held.name for held in row.tensors] for row in answer.saved}
    assert kept["Basic1"] == ["maxpool1"]
    assert kept["Basic2"] == ["Basic1.residual1.act"]
    assert "Basic1.conv1.conv" not in kept
    assert [group.name for group in answer.blocks] == ["Basic1", "Basic2"]


def test_the_outer_of_two_blocks_is_checkpointed():
    answer = sc.memory(sc.load(ROOT / "resnet18.yaml"), train=True, checkpoint=["Basic1.residual1", "Basic1"])
    assert [group.name for group in answer.blocks] == ["Basic1"]


def test_fused_attention_never_has_its_scores():
    graph = net({"attention": 2}, given=(6, 8))
    plain, fused = sc.memory(graph), sc.memory(graph, fused_attention=True)
    assert plain.peak_bytes - fused.peak_bytes == 4 * 2 * 8 * 8


class Silent(Elementwise):
    """A kind that does not say what training keeps."""

    kind = "silent"
    family = "activation"
    example = "- silent"

    def weights(self, *xs):
        return {}

    def forward(self, *xs, weights):
        return xs[0]


def silent():
    document = Document.from_data({"input": [4], "layers": [{"dense": 3}, "silent", {"dense": 2}]})
    return build(document, kinds=KINDS | {"silent": Silent})


def test_a_kind_that_does_not_say_makes_a_least():
    answer = sc.memory(silent(), train=True, fit=GIB)
    assert not answer.complete
    assert [row.name for row in answer.unknown] == ["silent1"]
    assert answer.total == AtLeast(sum(part.bytes for part in answer.parts))
    assert not answer.fit.known
    told = answer.to_dict()
    assert told["total"] == {"at_least": answer.total.known}
    assert told["saved"]["layers"][1] == {"name": "silent1", "kind": "silent", "bytes": None, "tensors": None}
    assert sc.memory(silent()).complete  # a run keeps nothing


# what fits

OPTIONS = [
    {},
    {"in_place": True, "activations": "int4"},
    {"train": True},
    {"train": True, "optimizer": "adam", "amp": "bfloat16"},
    {"train": True, "checkpoint": ["all"], "in_place": True},
]


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(("resnet18", "shufflenet_v2", "vit_b_16", "wavenet")), st.sampled_from(OPTIONS), st.data())
def test_the_batch_that_fits_is_the_largest(name, options, data):
    graph = sc.load(ROOT / f"{name}.yaml")
    limit = data.draw(st.integers(1, 40 * GIB))
    fit = sc.memory(graph, **options, fit=limit).fit
    assert sc.memory(graph, fit.batch + 1, **options).total == fit.one_more > limit
    if fit.batch:
        assert sc.memory(graph, fit.batch, **options).total == fit.bytes <= limit


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(OPTIONS), st.integers(1, 1000))
def test_the_peak_is_the_largest_of_moments_that_are_affine_in_the_batch(options, batch):
    answer = sc.memory(sc.load(ROOT / "mobilenet_v2.yaml"), batch, **options)
    assert answer.peak_bytes == answer.peak.fixed + batch * answer.peak.each
    assert answer.peak_bytes == sum(held.at(batch) for held in answer.alive)


def test_what_binds_is_told():
    vgg = sc.load(ROOT / "vgg16.yaml")
    large = sc.memory(vgg, train=True, optimizer="adam", fit=24 * GIB).fit
    assert large.binds == "activations"
    none = sc.memory(vgg, train=True, optimizer="adam", fit=GIB).fit
    assert (none.batch, none.binds) == (0, "optimizer")
    assert none.standing == 16 * 138_357_544


def test_the_figures_explain_themselves():
    answer = sc.memory(net(CONV), 5, train=True, optimizer="adam")
    assert answer.total.formula.name == "altogether"
    assert answer["activations"].formula.name == "at_batch"
    assert answer["optimizer"].formula.name == "kept_numbers"
    assert answer["activations"].given[2] == 5
