"""Networks side by side: which layers go together, and what differs."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.comparison import Limit

SPECS = Path(__file__).parent.parent / "specs"


def network(*layers, head="input: [3, 32, 32]"):
    lines = "".join(f"  - {layer}\n" for layer in layers)
    return sc.analyze(sc.load(f"{head}\nlayers:\n{lines}"))


def pairs(*analyses, depth=0):
    return [tuple(cell and cell.name for cell in row.cells) for row in sc.compare(*analyses, depth=depth).rows]


def conv(n, k=3, **more):
    options = "".join(f", {key}: {value}" for key, value in more.items())
    return f"{{conv: {n}, kernel: {k}, padding: same{options}}}"


# the lessons of the textbooks: figure, without and with the bottleneck
LESSONS = [
    ("inception-naive", "inception-bottleneck", 8_960, 5_248),
    ("conv-direct", "conv-bottleneck", 819_200, 417_792),
]


@pytest.mark.parametrize(("direct", "bottleneck", "before", "after"), LESSONS)
def test_the_lessons_read_as_the_textbook_tells_them(direct, bottleneck, before, after):
    a, b = (sc.analyze(sc.load(SPECS / "lessons" / f"{name}.yaml")) for name in (direct, bottleneck))
    assert sc.compare(a, b).totals["params"] == (before, after)


class TestAlignment:
    def test_a_layer_put_before_others_moves_their_counted_names(self):
        a = network(conv(8), conv(16), "flatten", "{dense: 10}")
        b = network(conv(4), conv(8), conv(16), "flatten", "{dense: 10}")
        assert pairs(a, b) == [
            (None, "conv1"),
            ("conv1", "conv2"),
            ("conv2", "conv3"),
            ("flatten1", "flatten1"),
            ("dense1", "dense1"),
        ]

    def test_a_given_name_goes_before_what_is_more_alike(self):
        a = network(conv(8, name="stem"), conv(16))
        b = network(conv(8), conv(4, 5, name="stem"), conv(16))
        assert pairs(a, b) == [(None, "conv1"), ("stem", "stem"), ("conv1", "conv2")]

    def test_the_window_tells_which_layer_a_bottleneck_was_put_before(self):
        a, b = network(conv(64, 5)), network(conv(8, 1), conv(64, 5))
        assert pairs(a, b) == [(None, "conv1"), ("conv1", "conv2")]

    def test_what_is_alike_in_nothing_stands_alone(self):
        assert pairs(network("relu"), network("flatten")) == [("relu1", None), (None, "flatten1")]

    def test_blocks_go_together_before_what_is_in_them(self):
        blocks = "input: [3, 32, 32]\nblocks: {Unit: {params: {c: required}, layers: [{conv: c, kernel: 3}, relu]}}"
        a = network("{Unit: 8}", "{Unit: 16}", head=blocks)
        b = network("{Unit: 8}", "{Unit: 8}", "{Unit: 16}", head=blocks)
        assert pairs(a, b) == [("Unit1", "Unit1"), (None, "Unit2"), ("Unit2", "Unit3")]
        opened = pairs(a, b, depth=1)
        assert ("Unit2.conv1", "Unit3.conv1") in opened
        assert (None, "Unit2.relu1") in opened

    def test_a_layer_with_another_norm_or_activation_is_the_same_one_changed(self):
        a = network(conv(8, activation="relu"), "flatten", "{dense: 10}")
        b = network(conv(6, norm="batch"), "flatten", "{dense: 10, activation: softmax}")
        assert pairs(a, b) == [("conv1", "conv1"), ("flatten1", "flatten1"), ("dense1", "dense1")]

    def test_a_block_of_another_name_is_the_same_one(self):
        blocks = "input: [3, 32, 32]\nblocks: {Unit: {params: {c: required}, layers: [{conv: c, kernel: 3}, relu]}}"
        a = network("{Unit: 8}", "relu", head=blocks)
        b = network("{Part: 8}", "relu", head=blocks.replace("Unit", "Part"))
        assert pairs(a, b) == [("Unit1", "Part1"), ("relu1", "relu1")]

    @pytest.mark.parametrize("depth", [0, 1])
    def test_mobilenets_have_their_ends_together(self, depth):
        a, b = (sc.analyze(sc.load(SPECS / f"mobilenet_{version}.yaml")) for version in ("v1", "v2"))
        together = pairs(a, b, depth=depth)
        assert together[0] == ("conv1", "conv1")
        assert together[-3:] == [(name, name) for name in ("global_avgpool1", "dropout1", "dense1")]

    def test_three_networks_stand_in_one_list(self):
        a, b, c = (network(*layers) for layers in ([conv(8)], [conv(8), "relu"], [conv(8), "relu", "flatten"]))
        assert pairs(a, b, c) == [
            ("conv1", "conv1", "conv1"),
            (None, "relu1", "relu1"),
            (None, None, "flatten1"),
        ]

    def test_resnet34_has_the_units_of_resnet18_and_eight_more(self):
        a, b = (sc.analyze(sc.load(SPECS / f"{name}.yaml")) for name in ("resnet18", "resnet34"))
        names = pairs(a, b)
        assert sum(left is None for left, _ in names) == 8
        assert all(right is not None for _, right in names)


KINDS = st.sampled_from(["relu", "tanh", conv(8), conv(8, 1), "{maxpool: 1}", conv(4, name="stem")])


@settings(max_examples=60, deadline=None)
@given(st.lists(KINDS, min_size=1, max_size=7), st.lists(KINDS, min_size=1, max_size=7))
def test_every_row_is_there_once_and_in_its_order(one, two):
    one, two = (
        [layer for i, layer in enumerate(some) if "stem" not in layer or layer not in some[:i]] for some in (one, two)
    )
    a, b = network(*one), network(*two)
    together = pairs(a, b)
    for index, analysis in enumerate((a, b)):
        assert [pair[index] for pair in together if pair[index]] == [layer.name for layer in analysis]


@given(st.lists(KINDS, min_size=1, max_size=7, unique=True))
def test_a_network_is_the_same_as_itself(layers):
    a = network(*layers)
    assert sc.compare(a, a).same
    assert all(left == right for left, right in pairs(a, a))


def test_what_differs_is_named():
    a, b = network(conv(8), "relu"), network(conv(16), "relu")
    rows = sc.compare(a, b).rows
    assert [row.differing for row in rows] == [("output", "params", "macs", "memory"), ("output", "memory")]


def test_all_of_an_axis_is_all_of_it_however_long():
    small, large = (network("global_avgpool", head=f"input: [3, {n}, {n}]") for n in (32, 48))
    assert sc.compare(small, large).rows[0].differing == ()


@pytest.mark.parametrize("analyses", [[], [network("relu")]])
def test_one_network_is_no_comparison(analyses):
    with pytest.raises(ValueError, match="two networks or more"):
        sc.compare(*analyses)


def test_other_batches_are_not_compared():
    graph = sc.load("input: [3, 8, 8]\nlayers: [relu]")
    with pytest.raises(ValueError, match="different batches"):
        sc.compare(sc.analyze(graph), sc.analyze(graph, batch=2))


# sign, amount, in percent, before, after, exceeded
LIMITS = [
    ("+", 5, True, 100, 105, False),
    ("+", 5, True, 100, 106, True),
    ("+", 0, False, 100, 100, False),
    ("+", 0, False, 100, 101, True),
    ("+", 0, False, 100, 50, False),
    ("-", 10, True, 100, 90, False),
    ("-", 10, True, 100, 89, True),
    ("+", 5, True, 0, 1, True),
    ("+", 5, True, None, 1, None),
    ("-", 0, False, (188, 204), (187, 204), True),
]


@pytest.mark.parametrize(("sign", "amount", "percent", "before", "after", "exceeded"), LIMITS)
def test_a_limit_is_on_what_is_added_or_lost(sign, amount, percent, before, after, exceeded):
    assert Limit("params", sign, amount, percent, "").exceeded(before, after) is exceeded
