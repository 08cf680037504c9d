"""Each tool's convention is held against what that tool printed: tests/data/tools.json has versions and settings."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost import CONVENTION_NAMES
from shapecalc.analysis.cost.amounts import AMOUNTS
from shapecalc.analysis.cost.conventions import CONVENTIONS
from shapecalc.layers import KINDS
from tests.by_hand import answer, network

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "specs"
DATA = json.loads((ROOT / "tests/data/tools.json").read_text(encoding="utf-8"))
TOOLS = ("torch", "fvcore", "thop", "ptflops", "ptflops-aten", "torchinfo", "deepspeed", "calflops")


@cache
def of(spec, size=None):
    return sc.analyze(sc.load(SPECS / f"{spec}.yaml", inputs={"": size} if size else None))


# single layers: a module of PyTorch, or a layer of Flax, beside ours


@pytest.mark.parametrize("row", DATA["layers"], ids=[row["name"] for row in DATA["layers"]])
def test_a_layer_counts_what_each_tool_counts(row):
    whole = answer(*row["layers"], given=row["input"])
    assert {tool: whole.cost(tool).total for tool in row["counts"]} == row["counts"]


def test_every_tool_is_held_against_many_layers():
    for tool in (*TOOLS, "xla"):
        assert sum(tool in row["counts"] for row in DATA["layers"]) >= 50


# whole networks: what the tool counts otherwise in torchvision's code has its reason


SQUEEZE = "the two dense layers of squeeze-and-excitation are 1×1 convolutions there, whose biases these count"
IDENTITY = "there stands an adaptive pooling that changes nothing at this size, and is left out of the spec"
FUNCTION = "F.adaptive_avg_pool2d, a function: thop does not see it, ptflops once and not twice"
MEAN = "x.mean([2, 3]), which nothing counts"
OTHERWISE = {
    ("alexnet", IDENTITY): {"thop": 18_432, "ptflops": 18_432, "fvcore": 9_216, "deepspeed": 9_216, "calflops": 9_216},
    ("vgg16", IDENTITY): {"thop": 50_176, "ptflops": 50_176, "fvcore": 25_088, "deepspeed": 25_088, "calflops": 25_088},
    ("googlenet", "F.relu after each of the convolutions' 3,226,160 outputs: once"): {"ptflops": -3_226_160},
    ("inception_v3", "F.relu (8,967,488), F.avg_pool2d (2,002,400) and F.max_pool2d (574,752): functions"): {
        "thop": -2_002_400,
        "ptflops": -11_544_640,
    },
    ("mobilenet_v2", FUNCTION): {"thop": -1_280 * 50, "ptflops": -1_280 * 49},
    ("mobilenet_v3_large", SQUEEZE): {"deepspeed": 5_080, "calflops": 5_080},
    ("mobilenet_v3_small", SQUEEZE): {"deepspeed": 2_888, "calflops": 2_888},
    ("efficientnet_b0", SQUEEZE): {"deepspeed": 9_340, "calflops": 9_340},
    ("regnet_y_400mf", SQUEEZE): {"deepspeed": 5_208, "calflops": 5_208},
    ("densenet121", f"F.relu at the end, and {FUNCTION}"): {"thop": -1_024 * 50, "ptflops": -2 * 1_024 * 49},
    ("shufflenet_v2", MEAN): {
        "thop": -1_024 * 50,
        "ptflops": -2 * 1_024 * 49,
        "fvcore": -1_024 * 49,
        "deepspeed": -1_024 * 49,
        "calflops": -1_024 * 49,
    },
    ("mnasnet1_0", MEAN): {
        "thop": -1_280 * 50,
        "ptflops": -2 * 1_280 * 49,
        "fvcore": -1_280 * 49,
        "deepspeed": -1_280 * 49,
        "calflops": -1_280 * 49,
    },
    ("convnext_tiny", "LayerNorm2d, a subclass, on 2·96·56² + 192·28² + 384·14² + 768 numbers: no hook is for it"): {
        "thop": -4 * 828_672,
        "ptflops": -828_672,
    },
    ("fcn_resnet50", "F.interpolate to 2·21·520² numbers, a function"): {
        "thop": -11 * 11_356_800,
        "ptflops": -11_356_800,
    },
    ("deeplab_v3", "the same, and to 256·65² in the pooled path"): {
        "thop": -11 * (11_356_800 + 1_081_600),
        "ptflops": -(11_356_800 + 1_081_600),
    },
}
DIFFERENCES = {(spec, tool): count for (spec, _), counts in OTHERWISE.items() for tool, count in counts.items()}


@pytest.mark.parametrize("spec", DATA["networks"])
def test_a_network_counts_what_each_tool_counts(spec):
    counted = {tool: of(spec).cost(tool).total + DIFFERENCES.get((spec, tool), 0) for tool in TOOLS}
    assert counted == {tool: DATA["networks"][spec][tool] for tool in TOOLS}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_convention_is_exact_for_at_least_eight_networks(tool):
    assert sum((spec, tool) not in DIFFERENCES for spec in DATA["networks"]) >= 8


@pytest.mark.parametrize("spec", DATA["networks"])
def test_the_macs_of_deepspeed_are_ours(spec):
    assert of(spec).macs == DATA["networks"][spec]["deepspeed MACs"]


def test_inception_calls_these_functions():
    """What the difference of ptflops comes from, counted in the spec."""
    whole = of("inception_v3")
    shapes = {node.name: node.output for node in whole.graph}
    reads = {
        kind: sum(shapes[node.inputs[0]].elements for node in whole.graph if node.kind == kind)
        for kind in ("relu", "avgpool", "maxpool")
    }
    modules = 64 * 147 * 147 + 192 * 71 * 71  # two of the poolings are modules
    assert reads == {"relu": 8_967_488, "avgpool": 2_002_400, "maxpool": 574_752 + modules}


EXACT = 2**24
"""Whole numbers above it may have none in float32, in which XLA adds."""


@pytest.mark.parametrize("entry", DATA["xla"])
def test_a_network_counts_what_xla_counts(entry):
    spec, _, size = entry.partition("@")
    total, told = of(spec, size or None).cost("xla").total, DATA["xla"][entry]
    if told <= EXACT:
        assert total == told
    else:
        assert total == pytest.approx(told, rel=1e-5)


def test_xla_is_met_exactly_by_at_least_eight_networks():
    met = []
    for entry, told in DATA["xla"].items():
        spec, _, size = entry.partition("@")
        met.append(of(spec, size or None).cost("xla").total == told)
    assert sum(met) >= 8


# papers and our own


@pytest.mark.parametrize(
    ("spec", "macs"),
    [
        pytest.param("resnet18", 1_814_073_344, id="He et al. 2015, table 1: 1.8 G"),
        pytest.param("mobilenet_v2", 300_774_272, id="Sandler et al. 2018, table 4: 300 M"),
        pytest.param("vit_b_16", 17_563_828_224, id="torchvision, ViT_B_16_Weights: 17.564 G"),
    ],
)
def test_papers_print_macs(spec, macs):
    assert of(spec).cost("paper").total == macs


def test_papers_leave_out_what_is_not_trained():
    whole = answer({"filter": "edge"}, {"conv": 2, "kernel": 3}, given=(1, 8, 8))
    assert (whole.cost("paper").total, whole.cost("macs").total) == (16 * 9 * 2, 36 * 9 + 16 * 9 * 2)


@pytest.mark.parametrize("spec", ["resnet18", "gpt2_small", "lstm_imdb", "netvlad_vgg16"])
def test_our_own_conventions_are_the_figures_of_the_table(spec):
    whole = of(spec)
    assert whole.cost("macs").total == whole.macs
    assert whole.cost("flops").total == whole.flops
    assert list(whole.cost("flops").layers) == [layer.flops for layer in whole]


# the table of rules is data, and all of it is used


def test_the_names_are_those_of_the_table():
    assert tuple(CONVENTIONS) == CONVENTION_NAMES


@pytest.mark.parametrize("name", CONVENTION_NAMES)
class TestEveryConvention:
    def test_no_kind_has_two_rules(self, name):
        named = [form for rule in CONVENTIONS[name].rules for form in rule.of]
        assert len(named) == len(set(named))

    def test_what_a_rule_names_is_there(self, name):
        for rule in CONVENTIONS[name].rules:
            assert {form.split()[0] for form in rule.of} <= set(KINDS)
            assert set(rule.counts or {}) <= set(AMOUNTS)

    def test_a_rule_says_where_the_tool_has_it_or_why_nobody_knows(self, name):
        for rule in CONVENTIONS[name].rules:
            assert rule.where or rule.why

    def test_what_it_counts_is_said_with_its_source(self, name):
        convention = CONVENTIONS[name]
        assert convention.says
        assert convention.source

    def test_every_kind_is_counted_or_has_a_reason_why_not(self, name):
        for whole in map(_example, KINDS):
            cost = whole.cost(name)
            assert set(cost.unknown) == {
                layer.kind for layer, count in zip(whole, cost.layers, strict=True) if count is None
            }
            assert all(cost.unknown.values())


@cache
def _example(kind):
    return sc.analyze(sc.load(f"input: {list(KINDS[kind].example_input)}\nlayers:\n{KINDS[kind].example}\n"))


def test_every_amount_is_weighed_by_some_convention():
    weighed = {
        name
        for convention in CONVENTIONS.values()
        for rule in (*convention.rules, convention.otherwise)
        for name in rule.counts or {}
    }
    assert weighed == set(AMOUNTS)


# the difference, in parts


@pytest.mark.parametrize("name", CONVENTION_NAMES)
@pytest.mark.parametrize("spec", ["resnet18", "vit_b_16", "swin_t", "lstm_imdb", "unet_padded", "dcgan_generator"])
def test_the_parts_add_up_to_the_difference(spec, name):
    cost = of(spec).cost(name)
    if cost.unknown:
        assert isinstance(cost.total, AtLeast)
        return
    assert cost.total - cost.convention.mac * of(spec).macs == sum(part.count for part in cost.parts)


def test_a_part_says_what_it_is():
    batch_norm, pool = of("resnet50").cost("thop").parts
    assert (batch_norm.of, batch_norm.why) == (("batchnorm",), "4 an element")
    assert batch_norm.count == 2 * (4_111_512_576 - 4_089_184_256 - 2_048 * 49)  # fvcore: 2 an element, and the pool
    assert (pool.of, pool.count, pool.why) == (("global_avgpool",), 2_048 * 50, "1 an element, 1 an output")


# a batch, and what is not known


@pytest.mark.parametrize("name", CONVENTION_NAMES)
def test_a_batch_counts_as_often_but_for_what_is_done_once(name):
    layers = [{"conv": 4, "kernel": 3, "padding": 1, "norm": "batch", "activation": "relu"}, {"maxpool": 2}]
    one, five = (answer(*layers, given=(2, 8, 8), batch=batch).cost(name).total for batch in (1, 5))
    once = 8 if name == "xla" else 0  # flax adds ε to, and scales, each channel's variance
    assert five - once == 5 * (one - once)


def test_a_kind_of_a_package_counts_in_our_own_conventions_alone():
    from shapecalc.layers.conv import Conv

    class Odd(Conv):
        """A convolution that this package does not know."""

    graph = network({"conv": 4, "kernel": 3}, given=(1, 4, 4))
    odd = replace(graph, nodes=(replace(graph.nodes[0], layer=Odd(filters=4, kernel=3)),))
    whole = sc.analyze(odd)
    assert whole.cost("macs").total == 144
    for name in CONVENTION_NAMES[2:]:
        assert whole.cost(name).total == AtLeast(0)
        assert whole.cost(name).unknown == {"conv": "a kind of a package"}


# they may be written with modules that a tool counts, as NetVLAD's assignment with an nn.Conv2d, or without any
@pytest.mark.parametrize("kind", ["local", "conv_map", "filter", "rbf", "netvlad"])
def test_what_no_framework_has_is_not_counted_as_nothing(kind):
    for tool in TOOLS:
        assert _example(kind).cost(tool).unknown[kind]


def test_a_convention_of_another_name_is_a_mistake():
    with pytest.raises(KeyError, match="there are macs, flops, paper"):
        of("lenet5").cost("fvcor")
