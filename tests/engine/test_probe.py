"""Receptive fields by planted NaN: what is seen, what the border clips, and what is told wrongly."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

import shapecalc as sc
from shapecalc.analysis import Field
from shapecalc.analysis.receptive import receptive_fields
from shapecalc.analysis.receptive.phased import Phased
from shapecalc.analysis.receptive.reading import Real
from shapecalc.engine import probe as probing
from shapecalc.engine.claims import BACK, ON, Claim
from shapecalc.engine.probe import probe
from shapecalc.engine.thinning import ONE, rebuilt, thinned, with_lengths
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Future, Past, Shift
from shapecalc.formulas.windows import Transposed, Window
from shapecalc.layers import KINDS
from shapecalc.layers.base import Elementwise
from shapecalc.network import build
from shapecalc.shape import Shape
from shapecalc.source.document import Document
from tests.by_hand import network

H, W = ("input", 0), ("input", 1)


def sorts(graph):
    return {name: {axis: sight.sort for axis, sight in seen.items()} for name, seen in probe(graph).items()}


def lying(graph, name, **facts):
    """The network with other facts of one node than its layer states."""
    return replace(graph, nodes=tuple(replace(node, **facts) if node.name == name else node for node in graph))


PLAIN = network(
    {"name": "a", "conv": 4, "kernel": [3, 5], "padding": "half", "norm": "batch", "activation": "relu"},
    {"name": "b", "conv": 6, "kernel": 3, "stride": 2, "dilation": [1, 2]},
    {"name": "p", "maxpool": 2},
    given=(3, 20, 24),
)


def test_what_is_told_is_seen():
    assert sorts(PLAIN) == {node.name: {H: "seen", W: "seen"} for node in PLAIN}


LIES = [
    # the node, its reach along H, what its output cell is told to see there, and what it sees
    pytest.param("b", Window(5, 2), 7, 5, id="a window too wide"),
    pytest.param("b", Window(2, 2), 4, 5, id="a window too narrow"),
    pytest.param("a.act", Window(2, 1, 1, (1, 0)), 4, 3, id="one cell more before"),
    pytest.param("a.act", Window(2, 1, 1, (0, 1)), 4, 3, id="one cell more after"),
    pytest.param("a.act", Shift(1, -1), 3, 3, id="another place"),
    pytest.param("b", Window(3, 3), 5, 5, id="another stride"),
    pytest.param("p", WHOLE, 20, 18, id="all of an axis whose last cell a stride leaves out"),
]


@pytest.mark.parametrize(("name", "step", "told", "seen"), LIES)
def test_another_field_than_is_told_is_measured(name, step, told, seen):
    found = probe(lying(PLAIN, name, reach=((step, PLAIN.nodes[[n.name for n in PLAIN].index(name)].reach[0][1]),)))
    sight = found[name][H]
    assert sight.sort == "other"
    assert sight.told[1] - sight.told[0] + 1 == told
    assert sight.found[1] - sight.found[0] + 1 == seen
    assert sight.found != sight.told
    assert found[name][W].sort == "seen"


def test_a_field_larger_than_the_input_is_seen_in_a_longer_one():
    graph = network(*({"conv": 2, "kernel": 3, "padding": "half"} for _ in range(8)), given=(3, 9, 9))
    assert int(receptive_fields(graph)["conv8"][H].size) == 17
    assert sorts(graph)["conv8"] == {H: "seen", W: "seen"}


def test_what_the_border_clips_is_part_where_no_longer_input_can_be():
    convolutions = [{"conv": 4, "kernel": 3, "padding": "half"} for _ in range(4)]
    graph = network(*convolutions, {"reshape": [4, 25]}, {"reshape": [4, 5, 5]}, given=(3, 5, 5))
    found = sorts(graph)
    assert found["conv2"] == {H: "part", W: "part"}
    assert found["conv4"] == {H: "part", W: "part"}
    assert "seen" in sorts(network(*convolutions, given=(3, 5, 5)))["conv4"].values()


def test_a_clipped_field_is_still_held_to_what_it_may_not_see():
    graph = network({"name": "a", "conv": 4, "kernel": 5, "padding": 2}, {"reshape": [4, 9]}, given=(3, 9))
    narrow = lying(graph, "a", reach=((Window(1, 1),),))
    assert probe(narrow)["a"][H].sort == "other"


@pytest.mark.parametrize(
    "layer",
    [
        {"groupnorm": 2},
        "instancenorm",
        {"layernorm": None, "over": "all"},
        "global_avgpool",
        "global_maxpool",
        {"spp": [1, 2]},
        {"netvlad": {"clusters": 3, "assignment": "hard"}},
    ],
)
def test_kinds_that_see_the_whole_axis_are_seen_to(layer):
    graph = network(layer, given=(4, 8, 9))
    assert all(field.whole for field in receptive_fields(graph)[graph.nodes[0].name].values())
    assert sorts(graph)[graph.nodes[0].name] == {H: "seen", W: "seen"}


class Stopping(Elementwise):
    """A rectifier that turns a NaN into 0."""

    kind: ClassVar = "stopping"
    family: ClassVar = "activation"
    example: ClassVar = "- stopping"

    def ops(self, *xs):
        return {"compare": xs[0].elements}

    def forward(self, *xs, weights):
        return np.where(xs[0] > 0, xs[0], 0)


class Spoiling(Elementwise):
    """A layer that makes NaN by itself."""

    kind: ClassVar = "spoiling"
    family: ClassVar = "activation"
    example: ClassVar = "- spoiling"

    def forward(self, *xs, weights):
        return np.sqrt(xs[0] - 1e9)


def with_kind(layer, *layers, given):
    document = Document.from_data({"input": list(given), "layers": list(layers)})
    return build(document, kinds=KINDS | {layer.kind: layer})


def test_a_layer_that_lets_no_nan_through_is_named():
    graph = with_kind(Stopping, {"conv": 2, "kernel": 3}, "stopping", {"conv": 2, "kernel": 3}, given=(1, 12))
    found = probe(graph)
    assert found["conv1"][H].sort == "seen"
    for name in ("stopping1", "conv2"):
        assert (found[name][H].sort, found[name][H].why) == ("none", "`stopping1` lets no NaN through")


def test_nan_that_comes_out_of_nothing_is_no_proof():
    found = probe(with_kind(Spoiling, "spoiling", {"conv": 2, "kernel": 3}, given=(1, 12)))
    assert {seen[H].sort for seen in found.values()} == {"none"}
    assert "where none is planted" in found["conv1"][H].why


def test_of_what_is_not_told_nothing_is_claimed():
    parted = network({"window_partition": 2}, given=(4, 6, 6))
    assert probe(parted) == {"window_partition1": {}}


SIDES = [
    pytest.param({"lstm": 2}, id="a recurrence"),
    pytest.param({"attention": 2, "causal": True}, id="a causal attention"),
]


@pytest.mark.parametrize("layer", SIDES)
def test_a_side_that_reaches_the_edge_is_seen_to(layer):
    around = [{"conv": 2, "kernel": 3, "padding": 1}, {"name": "a", **layer}, {"maxpool": 2}]
    assert {sight[H] for sight in sorts(network(*around, given=(2, 16))).values()} == {"seen"}


@pytest.mark.parametrize("reach", [SAME_CELL, WHOLE, Future(), Shift(1, -1)], ids=["itself", "all", "after", "another"])
def test_a_lie_about_a_side_is_seen_through(reach):
    graph = network({"name": "a", "lstm": 2}, given=(2, 12))
    assert probe(lying(graph, "a", reach=((reach,),)))["a"][H].sort == "other"


@pytest.mark.parametrize("reach", [Past(), Future()], ids=["before", "after"])
def test_a_side_that_is_told_of_a_window_is_seen_through(reach):
    graph = network({"name": "a", "conv": 2, "kernel": 3, "padding": 1}, given=(2, 12))
    assert probe(lying(graph, "a", reach=((reach,),)))["a"][H].sort == "other"


UPSAMPLINGS = [
    pytest.param({"conv_transpose": 2, "kernel": 3, "stride": 2}, 2, id="a cell and the tap between"),
    pytest.param({"conv_transpose": 2, "kernel": 2, "stride": 3}, 3, id="a cell that sees nothing"),
    pytest.param({"conv_transpose": 2, "kernel": 5, "stride": 4, "padding": 1}, 4, id="four phases"),
    pytest.param({"upsample": 3, "mode": "linear"}, 3, id="linear"),
    pytest.param({"upsample": {"size": 20, "mode": "nearest"}}, 5, id="a share"),
]


@pytest.mark.parametrize(("layer", "period"), UPSAMPLINGS)
def test_a_field_is_seen_in_each_of_its_phases(layer, period):
    graph = network(layer, {"name": "c", "conv": 2, "kernel": 3, "padding": 1}, given=(1, 12))
    first = graph.nodes[0].name
    told = receptive_fields(graph)[first][H]
    assert told.period == period
    assert sorts(graph) == {first: {H: "seen"}, "c": {H: "seen"}}


def test_a_lie_in_one_phase_is_seen_through():
    claim = Claim(Phased(0, ((0, 0), (0, 1)), 1, Real(0, 11)), cells=24, n=12)
    cells = claim.looked_at()
    assert len(cells) == 3
    graph = network({"name": "u", "conv_transpose": 1, "kernel": 3, "stride": 2}, given=(1, 12))
    wider = lying(graph, "u", reach=((Transposed(4, 2),),))
    assert probe(wider)["u"][H].sort == "other"


def test_every_input_is_planted_for_itself():
    graph = sc.load(
        {
            "inputs": {"left": [2, 9], "right": [2, 9]},
            "layers": [
                {"name": "a", "conv": 2, "kernel": 3, "from": "left"},
                {"name": "b", "conv": 2, "kernel": 5, "padding": 1, "from": "right"},
                {"add": ["a", "b"]},
            ],
        }
    )
    assert sorts(graph)["add1"] == {("left", 0): "seen", ("right", 0): "seen"}


# the network that is probed


def test_a_thinned_network_has_the_same_layers_and_the_same_lengths():
    graph = sc.load("specs/resnet50.yaml")
    thin = rebuilt(graph, None, ONE)
    assert [node.name for node in thin] == [node.name for node in graph]
    assert [node.output.spatial for node in thin] == [node.output.spatial for node in graph]
    assert max(node.output.channels for node in thin) == 1
    assert receptive_fields(thin) == receptive_fields(graph)


def test_what_tells_channels_apart_keeps_their_proportions():
    graph = network({"conv": 8, "kernel": 1}, {"channel_shuffle": 2}, {"split": 2, "part": 1}, given=(2, 6))
    for thin in thinned(graph):
        assert len({thick.output.channels / node.output.channels for thick, node in zip(graph, thin, strict=True)}) == 1


def test_a_network_that_does_not_fit_is_not_built():
    assert rebuilt(network({"attention": 3}, given=(12, 7)), {"input": Shape(4, 7)}) is None
    assert with_lengths(PLAIN, "input", {0: 3}) is None
    assert with_lengths(PLAIN, "input", {0: 40}).nodes[-1].output == (6, 9, 5)


def test_a_difference_that_thinning_makes_is_no_disproof(monkeypatch):
    """Each half of four channels holds both branches; of two channels each half holds one."""
    graph = network(
        {"name": "a", "conv": 2, "kernel": 3, "padding": "half"},
        {"name": "b", "conv": 2, "kernel": 1, "from": "input"},
        {"concat": ["a", "b"]},
        {"channel_shuffle": 2},
        {"split": 2, "part": 2},
        given=(2, 9),
    )
    monkeypatch.setattr(probing, "thinned", lambda whole: iter([rebuilt(whole, None, ONE), whole]))
    assert sorts(graph)["split1"] == {H: "seen"}


def test_plants_are_at_the_ends_and_one_beyond():
    claim = Claim(Field(0, -1, 3, 2, real=Real(0, 11)), cells=6, n=12)
    assert claim.looked_at() == (2, 3)
    assert [claim.of(cell) for cell in claim.looked_at()] == [(3, 7), (5, 9)]
    assert sorted(claim.plants(claim.looked_at())) == [(BACK, 2), (BACK, 3), (BACK, 4), (BACK, 5), (ON, 7), (ON, 8)]


def test_a_cell_that_sees_padding_of_a_layer_between_is_not_looked_at():
    # three cells are cut off, then one is added: the first output cell sees cells 2 to 4, and 2 is padding
    graph = network({"crop": 3}, {"name": "c", "conv": 2, "kernel": 3, "padding": 1}, given=(2, 14))
    assert sorts(graph)["c"] == {H: "seen"}
    field = receptive_fields(graph)["c"][H]
    assert not Claim(field, 8, 14).clean(0)


def test_the_same_cell_is_the_plainest_reach():
    assert PLAIN.nodes[1].reach == ((SAME_CELL, SAME_CELL),)
