"""What a file promises is decided: kept, broken, or not known."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.rows import rows
from shapecalc.budget import _of_memory, check, figure
from shapecalc.layers import KINDS
from shapecalc.layers.base import Elementwise
from shapecalc.network import build
from shapecalc.source.document import Document
from shapecalc.testing import assert_budget

SPECS = Path(__file__).parent.parent / "specs"


class Mystery(Elementwise):
    """A kind that states no operations."""

    kind = "mystery"
    family = "activation"
    example = "- mystery"

    def forward(self, x, weights):
        return x


def net(head, layers="[{conv: 64, kernel: 3, bias: no}, {conv: 64, kernel: 3, bias: no}]"):
    """3·9·64 + 64·9·64 = 38,592 parameters; 30² and 28² places: 1,555,200 + 28,901,376 MACs; a field of 5."""
    text = f"input: [3, 32, 32]\n{head}\nlayers: {layers}\n"
    return check(build(Document.from_text(text, "net"), kinds=KINDS | {"mystery": Mystery}))


def codes(made):
    return [fault.code for fault in made.diagnostics if fault.code.startswith("C")]


# what is written, whether it holds
BOUNDS = [
    ("params: 38592", True),
    ("params: 38591", False),
    ("params: '< 38592'", False),
    ("params: '>= 38592'", True),
    ("params: '= 38592'", True),
    ("params: '= 38593'", False),
    ("params: '= 38.6k'", True),  # to half of the last digit
    ("params: '= 38.7k'", False),
    ("macs: 30456576", True),
    ("macs: 30.4M", False),
    ("flops: 60913152", True),  # no biases: two for each MAC
    ("memory: 614.9 kB", True),  # weights 4·38,592, and the maps 64·30² and 64·28² alive at once, in float32
    ("memory: 585 kB", False),
    ("receptive_field: '>= 5'", True),
    ("receptive_field: '>= 6'", False),
    ("receptive_field: 4", False),
]


@pytest.mark.parametrize(("written", "holds"), BOUNDS)
def test_a_budget_is_kept_or_not(written, holds):
    made = net(f"budget: {{{written}}}")
    assert [verdict.holds for verdict in made.verdicts] == [holds]
    assert made.status == (0 if holds else 1)
    assert codes(made) == ([] if holds else ["C102"])


def test_what_passes_a_budget_is_told_with_the_layers_that_hold_most():
    (fault,) = net("budget: {params: 10k}").diagnostics
    assert fault.message == "the network has 38,592 parameters, 28,592 more than its budget"
    assert fault.label == "285.9% over"
    assert [other.message for other in fault.related] == [
        "`conv2` has 36,864 parameters, 95.5%",
        "`conv1` has 1,728 parameters, 4.5%",
    ]


def test_of_memory_both_weights_and_what_is_alive_at_the_peak_are_told():
    """Alive at the peak are both maps of conv1: 4·8·30² bytes before the norm, and behind it."""
    layers = "[{conv: 8, kernel: 3, norm: batch}, {conv: 8, kernel: 3}, flatten, {dense: 10}]"
    (fault,) = net("budget: {memory: 100 KiB}", layers).diagnostics
    assert fault.message == "the network has 311,880 bytes of memory, 209,480 more than its budget"
    assert [other.message for other in fault.related] == [
        "`dense1` has 250,920 bytes of memory, 80.5%",  # 4·(8·28²·10 + 10)
        "`conv1` has 58,624 bytes of memory, 18.8%",  # and 4·(224 + 16 + 16) of weights
        "`conv2` has 2,336 bytes of memory, 0.7%",  # 4·(8·8·9 + 8)
    ]


@pytest.mark.parametrize("name", ["resnet18", "unet", "gpt2_small", "lstm_imdb", "densenet121"])
def test_the_memory_of_all_rows_and_of_the_input_is_that_of_the_network(name):
    analysis = sc.analyze(sc.load(SPECS / f"{name}.yaml"))
    parts = sum(_of_memory(analysis, list(rows(analysis))))
    left = figure(analysis, "memory") - parts
    assert left in {0, sum(4 * shape.elements for shape in analysis.inputs.values())}


def test_what_is_just_its_budget_has_to_be_less_or_more():
    (fault,) = net("budget: {params: '< 38592'}").diagnostics
    assert fault.message == "the network has 38,592 parameters, and its budget is to have fewer"
    (fault,) = net("budget: {params: '> 38592'}").diagnostics
    assert fault.message == "the network has 38,592 parameters, and its budget is to have more"


def test_what_falls_short_of_a_budget_names_no_layers():
    (fault,) = net("budget: {receptive_field: '>= 224'}").diagnostics
    assert (fault.label, fault.related) == ("97.8% under", ())


def test_the_field_of_every_output_counts():
    layers = "[{name: a, conv: 4, kernel: 3}, {name: b, conv: 4, kernel: 5, from: a}]"
    head = "outputs: [a, b]\nbudget: {receptive_field: '>= 7'}"
    assert "has 3 cells" in net(head, layers).diagnostics[0].message


def test_every_phase_of_a_field_counts():
    layers = "[{upsample: 2}, {conv: 4, kernel: 3}]"  # 2 cells are seen from one phase, 2 from the other
    assert net("budget: {receptive_field: '= 2'}", layers).status == 0


class TestWhatIsNotKnown:
    LAYERS = "[{conv: 64, kernel: 3, bias: no}, mystery]"

    @pytest.mark.parametrize("written", ["macs: 10M", "macs: '= 1555200'", "macs: '>= 2M'", "receptive_field: 9"])
    def test_it_is_no_pass(self, written):
        layers = self.LAYERS if "macs" in written else "[{split: 3, part: 1}, {mystery: {}}]"
        made = net(f"budget: {{{written}}}", layers)
        if "macs" in written:
            assert (made.status, codes(made)) == (1, ["C104"])

    def test_what_is_passed_already_is_passed(self):
        made = net("budget: {macs: 1M}", self.LAYERS)
        assert made.diagnostics[-1].message == "the network has at least 1,555,200 MACs, 555,200 more than its budget"
        assert codes(made) == ["C102"]

    def test_what_may_not_be_reached_is_passed_as_soon_as_it_is(self):
        assert codes(net("budget: {macs: '< 1555200'}", self.LAYERS)) == ["C102"]
        assert codes(net("budget: {macs: '<= 1555200'}", self.LAYERS)) == ["C104"]

    def test_what_is_reached_already_is_reached(self):
        assert net("budget: {macs: '>= 1M'}", self.LAYERS).status == 0

    def test_a_published_figure_is_not_decided(self):
        made = net("published: [{macs: 1555200, source: x}]", self.LAYERS)
        assert (made.status, codes(made)) == (1, ["C104"])


PUBLISHED = [
    ("params: 38592", True),
    ("params: 38593", False),
    ("params: 38.6k", True),
    ("params: 0.04M", True),
    ("params: 0.05M", False),
    ("macs: 30.5M", True),
    ("receptive_field: 5", True),
    ("receptive_field: 7", False),
]


@pytest.mark.parametrize(("written", "holds"), PUBLISHED)
def test_a_published_figure_holds_to_its_last_digit(written, holds):
    made = net(f"published: [{{{written}, source: somebody}}]")
    assert (made.status, codes(made)) == ((0, []) if holds else (1, ["C103"]))


def test_an_expected_shape_is_counted():
    layers = "[{conv: 4, kernel: 3, expect: [4, 30, 30]}, {conv: 4, kernel: 3, expect: [4, 30, 30]}]"
    made = net("", layers)
    assert (made.count("expect"), made.status, codes(made)) == ((1, 2), 1, ["C101"])


def test_a_network_whose_shapes_do_not_fit_is_not_decided():
    layers = "[{conv: 64, kernel: 3, expect: [64, 30, 30]}, {conv: 64, kernel: 50, expect: [64, 1, 1]}]"
    made = net("budget: {params: 1}\npublished: [{params: 1, macs: 2}]", layers)
    assert [verdict.holds for verdict in made.verdicts] == [True, None, None, None, None]
    assert (made.status, codes(made)) == (2, [])


def test_only_what_is_made_promises_a_shape():
    blocks = (
        "{Unit: {layers: [{conv: 3, kernel: 1, expect: [3, 32, 32]}]},"
        " Never: {layers: [{conv: 3, kernel: 1, expect: [9, 9, 9]}]}}"
    )
    layers = (
        "[{Unit: , expect: [3, 32, 32], repeat: 3}, {Unit: , expect: [9, 9, 9], when: no},"
        " {residual: [{Unit: }], expect: [3, 32, 32]}, {relu: , expect: [9], repeat: 0},"
        " {for: {i: [1, 2]}, do: [{relu: , expect: [3, 32, 32]}]}]"
    )
    assert net(f"blocks: {blocks}", layers).count("expect") == (4, 4)


@given(st.integers(0, 10**6))
def test_a_bound_and_its_opposite_part_all_numbers(limit):
    most, least = (net(f"budget: {{params: '{sign} {limit}'}}").status for sign in ("<=", ">"))
    assert {most, least} == {0, 1}


SPEC = {"input": [3, 32, 32], "layers": [{"conv": 64, "kernel": 3}]}  # 1,792 parameters


class TestAssertBudget:
    def test_it_passes_what_keeps_it(self):
        assert_budget(SPEC, params="1.8k", macs="2M", receptive_field=3)

    def test_it_names_every_promise_that_is_broken(self):
        with pytest.raises(AssertionError) as raised:
            assert_budget(SPEC | {"name": "Net", "budget": {"macs": "1M"}}, params=1000)
        assert str(raised.value) == (
            "Net:\n"
            "  the network has 1,555,200 MACs, 555,200 more than its budget: 55.5% over\n"
            "  the network has 1,792 parameters, 792 more than its budget: 79.2% over"
        )

    def test_it_refuses_a_figure_that_no_budget_has(self):
        with pytest.raises(TypeError, match="there is no budget of `parameters`"):
            assert_budget(SPEC, parameters=1000)

    def test_it_refuses_what_is_no_amount(self):
        with pytest.raises(ValueError, match="is not an amount"):
            assert_budget(SPEC, params="few")


def test_check_is_public():
    assert sc.check(sc.load(SPEC)).status == 0
