"""Every figure explained: the last line is the figure, and the numbers in it come to it."""

import json
from fractions import Fraction
from math import gcd, prod
from pathlib import Path

import pytest
from hypothesis import given, settings

import shapecalc as sc
from shapecalc.analysis import AtLeast, Field, Phased, sum_known
from shapecalc.analysis.rows import rows
from shapecalc.explanation import OF_LAYER, OF_NETWORK, Unheard, explained, names_of
from shapecalc.explanation.figures import Row
from shapecalc.explanation.trail import Label, Labels, used
from shapecalc.figure import Figure
from shapecalc.formulas.letters import LETTERS, OTHERWISE, meaning
from shapecalc.network import build
from shapecalc.render.columns import COLUMNS, EXTRA_COLUMNS
from shapecalc.render.derivation import text_of
from shapecalc.source.document import Document
from tests.by_hand import answer
from tests.test_figure import FORMULAS, worked_out
from tests.test_properties import CHAINS, GIVEN, fitting

SPECS = Path(__file__).parents[2] / "specs"
SOME = ("lenet5", "resnet18", "unet_padded", "mobilenet_v3_small", "gpt2_small", "dcgan_generator", "swin_t")
OF_TABLE = {"params": "params", "buffers": "buffers", "macs": "macs", "flops": "flops", "memory": "activation_bytes"}
OF_TOTALS = {
    **{name: name for name in ("params", "buffers", "macs", "flops")},
    "weights": "weight_bytes",
    "activations": "activation_bytes",
    "peak": "peak_bytes",
}


def came_to(term):  # noqa: C901  a case for each sign
    """A term worked out in exact fractions, by an evaluator that the project has no part in."""
    match term.op, list(term.parts):
        case "number", [number]:
            return Fraction(number)
        case "list", parts:
            return [came_to(part) for part in parts]
        case "+", [a, b]:
            return came_to(a) + came_to(b)
        case "-", [a, b]:
            return came_to(a) - came_to(b)
        case "*", [a, b]:
            return came_to(a) * came_to(b)
        case "//", [a, b]:
            return Fraction(came_to(a) // came_to(b))
        case "ceil_div", [a, b]:
            return Fraction(-(-came_to(a) // came_to(b)))
        case "exact_div", [a, b]:
            return came_to(a) / came_to(b)
        case "max" | "min", parts:
            return {"max": max, "min": min}[term.op](map(came_to, parts))
        case "gcd", [a, b]:
            return Fraction(gcd(int(came_to(a)), int(came_to(b))))
        case "product", [items]:
            return prod(came_to(items))
        case "total", [items]:
            return sum(came_to(items))
    raise AssertionError(term.op)


def check(told):
    """What holds of any explanation of one figure."""
    for use in told.uses:
        assert came_to(use.in_numbers) == use.value, (told.figure, use)
        text = text_of(use.in_numbers)
        if "…" not in text:
            assert worked_out(text) == use.value
        assert [one.letter for one in use.letters] == list(use.formula.letters)
        assert all(one.meaning for one in use.letters)
        assert use.formula.source
        assert use.meaning.endswith(".")
    shown = {(use.formula.name, repr(use.given)) for use in told.uses}
    if told.uses and not told.more and not told.parts:
        for use in told.uses:
            if use.formula.name == "percent":
                continue  # its whole is a total of its own, and its part the next
            links = [one for value in use.given for one in (value if isinstance(value, tuple | list) else [value])]
            figures = [one for one in links if isinstance(one, Figure)] if len(links) <= 8 else []
            assert all((one.formula.name, repr(one.given)) in shown for one in figures), use


def check_layer(whole, name, labels):
    layer = whole[name]
    for figure in OF_LAYER:
        told = OF_LAYER[figure](Row(whole, layer, labels))
        check(told)
        if figure in OF_TABLE:
            assert told.value == getattr(layer, OF_TABLE[figure])
            if isinstance(told.value, int) and told.value:
                assert told.uses[0].value == told.value or not isinstance(told.value, Figure)
            if told.parts and isinstance(told.value, int):
                assert sum(part.value for part in told.parts) == told.value
        elif figure == "saved":
            nodes = whole.graph.nodes[layer.start : layer.stop]
            assert told.value == sum_known(whole.saved[node.name] for node in nodes)
        elif figure == "output":
            assert told.value == layer.output
            assert tuple(item.value for item in told.items) == layer.output
        elif figure in {"jump", "start", "padding"}:
            seen = [getattr(field, figure) for field in layer.field.values() if isinstance(field, Field | Phased)]
            values = [item.value for item in told.items if item.of.startswith(figure) and item.value is not None]
            assert values[: len(seen)] == seen
        elif figure == "field":
            sizes = [int(field.size) for field in layer.field.values() if isinstance(field, Field | Phased)]
            assert [i.value for i in told.items if i.of.startswith("size") and i.value is not None] == sizes


@pytest.mark.parametrize("name", SOME)
def test_every_figure_of_a_shipped_network_comes_to_what_the_table_says(name):
    whole = sc.analyze(sc.load(SPECS / f"{name}.yaml"))
    every, labels = list(names_of(whole)), Labels(whole)
    for one in every[:: max(1, len(every) // 6)]:
        check_layer(whole, one, labels)
    check_totals(whole)


def check_totals(whole):
    for figure in OF_NETWORK:
        for told in explained(whole, "", figure).answers:
            check(told)
            if told.figure in OF_TOTALS:
                total = getattr(whole, OF_TOTALS[told.figure])
                assert told.value == total
                if isinstance(total, int) and total:
                    assert sum(part.value for part in told.parts) == total
                    assert not told.uses or told.uses[0].value == total


@settings(max_examples=30, deadline=None)
@given(CHAINS, GIVEN)
def test_explanations_of_random_networks_hold(layers, shape):
    whole = fitting(*layers, input=list(shape))
    labels = Labels(whole)
    for name in names_of(whole):
        check_layer(whole, name, labels)
    check_totals(whole)
    json.dumps(explained(whole).to_dict())


# the letters


@pytest.mark.parametrize("made", FORMULAS.values(), ids=FORMULAS)
def test_every_letter_of_every_formula_has_a_meaning(made):
    assert [letter for letter in made.letters if not meaning(made.name, letter)] == []


def test_the_table_of_letters_has_none_that_no_formula_has():
    used_ones = {letter for made in FORMULAS.values() for letter in made.letters}
    assert LETTERS.keys() - used_ones == set()
    by_name = {made.name: made for made in FORMULAS.values()}
    assert {n: v for n, v in OTHERWISE.items() if n not in by_name or not v.keys() <= set(by_name[n].letters)} == {}


# every number that is printed has an explanation


def test_every_column_of_numbers_can_be_asked_for():
    words = {"layer", "kind", "inputs"}
    unasked = {name for name in (*COLUMNS, *EXTRA_COLUMNS) if name not in words} - set(OF_LAYER)
    assert unasked == set()


def test_a_call_is_the_sum_of_its_rows():
    whole = sc.analyze(sc.load(SPECS / "resnet50.yaml"))
    told = explained(whole, "Bottleneck1", "params").answers[0]
    assert [(part.name, part.value) for part in told.parts] == [
        ("Bottleneck1.conv1", 4_224),
        ("Bottleneck1.conv2", 36_992),
        ("Bottleneck1.conv3", 16_896),
        ("Bottleneck1.residual1.shortcut", 16_896),
        ("Bottleneck1.residual1", 0),
    ]
    assert told.value == 75_008
    assert [use.formula.name for use in told.uses] == ["altogether"]


def test_numbers_are_traced_to_options_layers_and_the_input():
    whole = answer({"conv": 8, "kernel": 3, "stride": 2, "padding": "half"}, {"maxpool": 2}, input=[3, 32, 32])
    uses = explained(whole, "maxpool1", "output").answers[0].uses
    assert [(use.of, use.formula.name, int(use.value)) for use in uses] == [
        ("H, W of maxpool1", "valid", 8),
        ("H, W of conv1", "explicit", 16),
        ("conv1", "half", 1),
    ]
    assert [[(one.letter, one.origin) for one in use.letters] for use in uses] == [
        [("n", "H, W of conv1"), ("k", "`size` of maxpool1"), ("s", "")],
        [("n", "H of input"), ("k", "`kernel` of conv1"), ("s", "`stride` of conv1"), ("p", "half, below")],
        [("k", "`kernel` of conv1")],
    ]


def test_the_peak_names_what_is_alive():
    told = explained(sc.analyze(sc.load(SPECS / "lenet5.yaml")), "", "peak").answers[0]
    assert [(part.name, part.value) for part in told.parts] == [("C1.conv", 18_816), ("C1.act", 18_816)]
    assert told.value == 37_632


def test_what_is_unknown_says_why_and_is_never_zero():
    wrong = {"input": [3, 8, 8], "layers": [{"conv": 4, "kernel": 9}, {"conv": 4, "kernel": 3}]}
    whole = sc.analyze(build(Document.from_data(wrong)))
    for figure in ("output", "params", "macs", "flops", "memory", "field"):
        (told,) = explained(whole, "conv1", figure).answers
        assert told.value is None
        assert "not known" in told.items[0].why
    (total,) = explained(whole, "", "params").answers
    assert total.value == AtLeast(0)


@pytest.mark.parametrize(
    ("layer", "figure", "said"),
    [
        pytest.param("stm", "", "the network has no layer `stm`; did you mean `stem`?", id="layer"),
        pytest.param("stem", "parms", "`parms` is no figure of `stem`; did you mean `params`?", id="figure"),
        pytest.param("", "mac5", "`mac5` is no total of a network; did you mean `macs`?", id="total"),
    ],
)
def test_a_slip_is_answered_with_the_nearest(layer, figure, said):
    whole = answer({"name": "stem", "conv": 4, "kernel": 3}, input=[3, 8, 8])
    with pytest.raises(Unheard, match="did you mean") as unheard:
        explained(whole, layer, figure)
    assert str(unheard.value) == said


def test_the_library_explains_by_names():
    whole = sc.analyze(sc.load(SPECS / "lenet5.yaml"))
    told = sc.explain(whole, "C1", "macs")
    assert told["macs"].value == 117_600
    assert "= 28·28·5·5·(1 / 1)·6\n" in str(told)
    assert told.to_dict()["explanations"][0]["steps"][0]["in_numbers"] == "28·28·5·5·(1 / 1)·6"
    assert told._repr_html_().startswith("<h1>C1 of LeNet-5</h1>")
    assert sc.explain(whole, name="params")["params"].value == 61_706
    assert sc.explain(whole["C1.conv"].macs).startswith("conv_macs = ")


def test_a_formula_of_another_package_needs_no_letters():
    figure = FORMULAS["lengths.full"](5)
    use = used(figure, Label("", ""), Labels(answer("relu", input=[3])))
    assert use.letters[0].meaning == "cells from the window's first tap to its last"
    assert meaning("theirs", "zz") == ""


def test_rows_of_a_table_are_all_explained():
    whole = sc.analyze(sc.load(SPECS / "googlenet.yaml"))
    for row in rows(whole):
        assert explained(whole, row.name, "params").answers[0].value == row.params
