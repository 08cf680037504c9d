"""Blocks that come with shapecalc: called like a file's own, closed to all but their arguments."""

import pytest

import shapecalc as sc
from shapecalc.layers import KINDS
from shapecalc.network import library
from tests.network.nets import codes, fault, net, outputs, stack

DEFAULTS = """
defaults:
  conv: {kernel: 9, norm: batch, activation: tanh, bias: no, padding: full, stride: 3}
  dense: {bias: no, activation: tanh, norm: batch}
  batchnorm: {affine: no}
  layernorm: {epsilon: 7}
vars: {squeezed: 1, c: 1, hidden: 1}
"""


@pytest.mark.parametrize("name", library.names())
class TestEveryBlock:
    def test_its_own_file_is_sound_and_says_what_it_is(self, name):
        spec = sc.load(library.files()[name]).spec
        assert spec.name
        assert spec.description
        assert spec.source
        assert list(spec.blocks) == [name]

    def test_its_parameters_are_told(self, name):
        text = library.files()[name].read_text(encoding="utf-8")
        assert all(f"{param}:" in text for param in library.block(name)["params"])

    def test_it_calls_no_other_block(self, name):
        """A file may have a block of that name, which would be called in its place."""
        text = str(library.block(name)["layers"])
        assert not [other for other in library.names() if f"'{other}'" in text]

    def test_the_callers_defaults_and_variables_do_not_reach_into_it(self, name):
        file = library.files()[name]
        document = library.Document.open(file).data
        layers, given = document["layers"], document["input"]
        alone = sc.analyze(sc.load(file))
        called = sc.analyze(sc.load({"input": given, "layers": layers}))
        among = sc.analyze(sc.load({"input": given, "layers": layers, **library.Document.from_text(DEFAULTS).data}))
        figures = [(int(whole.params), dict(whole.ops), whole.outputs) for whole in (alone, called, among)]
        assert figures[0] == figures[1] == figures[2]

    def test_it_runs(self, name):
        graph = sc.load(library.files()[name])
        (shape,) = graph.inputs.values()
        rank = shape.rank
        small = sc.load(library.files()[name], inputs={"": [shape.channels, *(min(n, 32) for n in shape.spatial)]})
        run = sc.run(small if rank else graph)
        assert all(record.finite for record in run.records)


def test_a_call_is_one_row_with_the_blocks_name():
    graph = stack("- SqueezeExcite: 2")
    (group,) = [group for group in graph.groups if group.sort == "call"]
    assert (group.name, group.kind) == ("SqueezeExcite1", "SqueezeExcite")


def test_a_files_own_block_goes_before_the_shipped_one():
    block = "blocks: {SqueezeExcite: {layers: [{conv: 5, kernel: 1}]}}"
    assert outputs(stack("- SqueezeExcite", block)) == ["5×32×32"]


def test_a_fault_inside_is_told_at_the_call():
    found = fault(stack("- relu\n- {SqueezeExcite: {squeezed: 2, gate: sigmoi}}"))
    assert (found.code, found.route) == ("E116", ("layers", 1, "SqueezeExcite"))
    assert found.help == "did you mean `sigmoid`?"
    assert found.related == ()


def test_a_shape_that_does_not_fit_inside_is_told_at_the_call_with_what_led_there():
    block = "blocks: {Outer: {layers: [flatten, SqueezeExcite: 2]}}"
    found = fault(stack("- Outer", block))
    assert (found.code, found.route) == ("E304", ("blocks", "Outer", "layers", 1, "SqueezeExcite"))
    assert "global_avgpool1` pools a flat input" in found.message
    assert [place.route for place in found.related] == [("blocks", "Outer", "layers", 0), ("layers", 0, "Outer")]


def test_a_missing_argument_is_told_at_the_call():
    found = fault(stack("- SqueezeExcite"))
    assert (found.code, found.route, found.related) == ("E203", ("layers", 0), ())


def test_a_misspelt_argument_and_block_are_told():
    assert fault(stack("- SqueezeExcite: {squeezd: 2}")).help == "did you mean `squeezed`?"
    assert fault(stack("- SqueezExcite: 2")).help == "did you mean `SqueezeExcite`?"


def test_a_block_that_calls_a_shipped_one_may_be_called_itself():
    block = "blocks: {Both: {params: {r: 2}, layers: [{conv: 4, kernel: 1}, {SqueezeExcite: r}]}}"
    assert outputs(stack("- {Both: {}, repeat: 2}", block))[-1] == "4×32×32"


def test_an_unknown_capitalised_word_is_answered_with_the_blocks_there_are():
    assert "shapecalc brings `" in fault(stack("- Zzzz")).help


def test_no_block_has_the_name_of_a_kind():
    assert not {name.lower() for name in library.names()} & set(KINDS)


def test_two_calls_share_weights_like_any_others():
    graph = net("input: [4, 8]\nlayers:\n  - {name: a, SqueezeExcite: 2}\n  - {SqueezeExcite: 2, share: a}\n")
    assert codes(graph) == []
    assert int(sc.analyze(graph).params) == 4 * 2 + 2 + 2 * 4 + 4
