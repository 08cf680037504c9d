"""The word `channels`: those that come into the layer whose options are read."""

import pytest

from tests.network.nets import codes, fault, outputs, stack


@pytest.mark.parametrize(
    ("layers", "last"),
    [
        ("- {conv: 2*channels, kernel: 1}", "6×32×32"),
        ("- {conv: 8, kernel: 1}\n- {conv: channels // 2, kernel: 1}", "4×32×32"),
        ("- {name: a, conv: 8, kernel: 1}\n- {conv: 5, kernel: 1}\n- {conv: channels, kernel: 1, from: a}", "8×32×32"),
        ("- {conv: 6, kernel: 1}\n- {conv: 6, kernel: 3, groups: channels}", "6×30×30"),
        ("- {conv: 4, kernel: 1}\n- for: {i: range(channels - 1)}\n  do: [{conv: channels + 1, kernel: 1}]", "7×32×32"),
        ("- {conv: 9, kernel: 1, when: channels > 3}\n- {conv: 7, kernel: 1, when: channels == 3}", "7×32×32"),
        (
            "- {conv: 4, kernel: 1}\n- residual: [{conv: 2*channels, kernel: 1}, {conv: channels // 2, kernel: 1}]",
            "4×32×32",
        ),
        ("- {conv: 4, kernel: 1, expect: [channels + 1, 32, 32]}", "4×32×32"),
    ],
    ids=["input", "before", "from", "groups", "loop", "when", "residual", "expect"],
)
def test_channels_are_those_that_come_in(layers, last):
    assert outputs(stack(layers))[-1] == last


def test_in_a_blocks_body_they_are_those_of_each_layers_own_input():
    block = "blocks: {Wide: {layers: [{conv: 2*channels, kernel: 1}, {conv: 2*channels, kernel: 1}]}}"
    assert outputs(stack("- Wide", block)) == ["6×32×32", "12×32×32"]


def test_in_an_argument_they_are_those_that_come_into_the_call():
    block = "blocks: {Pair: {params: {c: required}, layers: [{conv: 7, kernel: 1}, {conv: c, kernel: 1}]}}"
    assert outputs(stack("- Pair: 10*channels", block))[-1] == "30×32×32"


def test_in_the_default_of_a_parameter_they_are_those_that_come_into_the_call():
    block = "blocks: {Back: {params: {h: 9, c: channels}, layers: [{conv: h, kernel: 1}, {conv: c, kernel: 1}]}}"
    assert outputs(stack("- Back", block)) == ["9×32×32", "3×32×32"]


def test_a_variable_of_the_name_goes_before():
    assert outputs(stack("- {conv: channels, kernel: 1}", "vars: {channels: 11}")) == ["11×32×32"]
    block = "blocks: {One: {params: {channels: required}, layers: [{conv: channels, kernel: 1}]}}"
    assert outputs(stack("- One: 5", block)) == ["5×32×32"]


def test_where_they_are_not_known_nothing_more_is_told():
    graph = stack("- {conv: 8, kernel: 40}\n- {conv: 2*channels, kernel: 1}\n- {dense: channels}")
    assert codes(graph) == ["E302"]


def test_a_variable_of_the_file_has_no_input():
    assert fault(stack("- {conv: w, kernel: 1}", "vars: {w: channels}")).code == "E121"
