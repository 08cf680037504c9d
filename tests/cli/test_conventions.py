import json

import pytest

from shapecalc.analysis import AtLeast
from shapecalc.analysis.cost import CONVENTION_NAMES
from shapecalc.render.conventions import below, ratio
from tests.by_hand import answer as by_hand

TABLE = """\
Ok
why your numbers differ, batch 1

convention           total  ratio  what makes the difference
────────────────────────────────────────────────────────────────────────────────
macs            778 k MACs  1.000  ours
flops         1.60 M FLOPs  2.060  2 a MAC; +46.8 k conv, batchnorm, relu, … (1
                                   an operation besides MACs)
paper           778 k MACs  1.000  the same
torch         1.56 M FLOPs  2.000  2 a MAC
fvcore          792 k MACs  1.019  +14.4 k batchnorm (2 an element)
thop            806 k MACs  1.037  +28.8 k batchnorm (4 an element)
ptflops         839 k MACs  1.079  +28.8 k relu (2 an element); +18.0 k bias;
                                   +14.4 k batchnorm (2 an element)
"""
BELOW = """\
padding  22,784 of our MACs (2.9%) have their tap in padding
bias     18,010 additions of a bias, which are not among our MACs
once     48 operations make the scales and shifts of batch norms, once for all
         examples
"""


@pytest.fixture
def narrow(shapecalc, monkeypatch):
    """Call the command line in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return shapecalc


def test_one_table_says_why_numbers_differ(narrow):
    answer = narrow("analyze", "ok.yaml", "--conventions")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(TABLE)
    assert BELOW in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80


def test_the_table_tells_the_cost_of_each_layer_as_a_tool_counts_it(narrow):
    answer = narrow("analyze", "ok.yaml", "--convention", "thop")
    lines = answer.out.splitlines()
    assert lines[2].split() == ["layer", "kind", "window", "output", "params", "%", "thop", "%", "field"]
    assert lines[4].split() == ["stem", "conv+batch+relu", "3×3", "8×30×30", "240", "0.7%", "223", "k", "27.7%", "3×3"]
    assert "cost     thop: 806 k (806,400) MACs" in lines
    assert "source   thop 0.1.1, profile(): thop/profile.py, register_hooks" in lines


def test_columns_stand_side_by_side(narrow):
    answer = narrow("analyze", "ok.yaml", "--columns", "layer,macs,padding_macs,bias_adds,xla")
    lines = [line.split() for line in answer.out.splitlines()]
    assert lines[2] == ["layer", "MACs", "padding", "MACs", "bias", "adds", "xla"]
    assert lines[5] == ["Unit1", "518", "k", "22.8", "k", "7.20", "k", "1.01", "M"]


def test_json_has_every_convention_when_asked(shapecalc):
    data = json.loads(shapecalc("analyze", "ok.yaml", "--conventions", "--format", "json").out)
    every = {convention["name"]: convention for convention in data["conventions"]}
    assert tuple(every) == CONVENTION_NAMES
    assert (every["fvcore"]["total"], every["fvcore"]["unit"]) == (777_600 + 2 * 7_200, "MACs")
    assert every["fvcore"]["differences"] == [{"kinds": ["batchnorm"], "count": 14_400, "what": "2 an element"}]
    assert "conventions" not in json.loads(shapecalc("analyze", "ok.yaml", "--format", "json").out)


def test_json_has_what_is_listed_apart_and_the_cost_in_a_convention(shapecalc):
    data = json.loads(shapecalc("analyze", "ok.yaml", "--convention", "xla", "--batch", "2", "--format", "json").out)
    layers = {layer["name"]: layer for layer in data["layers"]}
    conv, norm = layers["Unit1.conv1"], layers["stem.norm"]
    assert (conv["padding_macs"], conv["bias_adds"], conv["ops_once"]) == (2 * 22_784, 2 * 7_200, {})
    assert norm["ops_once"] == {"add": 16, "mul": 16, "div": 8, "sqrt": 8}
    assert norm["cost"] == 2 * 3 * 7_200 + 2 * 8
    assert (data["totals"]["padding_macs"], data["totals"]["bias_adds"]) == (2 * 22_784, 2 * 18_010)
    assert data["convention"]["total"] == sum(layer["cost"] for layer in data["layers"])


def test_csv_and_markdown_have_it_too(shapecalc):
    heads, first, *_ = shapecalc("analyze", "ok.yaml", "--convention", "thop", "--format", "csv").out.splitlines()
    row = dict(zip(heads.split(","), first.split(","), strict=True))
    assert (row["macs"], row["cost"], row["bias_adds"]) == ("194400", "194400", "7200")
    page = shapecalc("analyze", "ok.yaml", "--conventions", "--format", "md").out
    assert "| fvcore | 792 k MACs | 1.019 | +14.4 k batchnorm (2 an element) |" in page


def test_what_is_not_known_is_a_lower_bound(narrow):
    answer = narrow("analyze", "bad.yaml", "--conventions")
    assert answer.status == 2
    line = next(line for line in answer.out.splitlines() if line.startswith("thop"))
    assert line.split()[1] == "≥"
    assert "not known: conv (its shape is not known)" in " ".join(answer.out.split())


@pytest.mark.parametrize(
    "options",
    [
        ("--conventions", "--by", "kind"),
        ("--conventions", "--columns", "layer"),
        ("--conventions", "--convention", "thop"),
        ("--conventions", "--format", "csv"),
        ("--convention", "thop", "--by", "kind"),
        ("--convention", "thopp"),
    ],
)
def test_what_does_not_go_together_is_refused(shapecalc, options):
    answer = shapecalc("analyze", "ok.yaml", *options)
    assert (answer.status, answer.out) == (2, "")
    assert "--convention" in answer.err


def test_a_bound_that_says_nothing_has_no_ratio():
    assert ratio(AtLeast(0), 100) == "—"
    assert ratio(AtLeast(50), 100) == "≥ 0.500"
    assert ratio(0, 100) == "0.000"


def test_kinds_that_are_not_known_for_one_reason_are_told_together():
    whole = by_hand({"filter": "edge"}, {"local": 2, "kernel": 3}, given=(1, 8, 8))
    (said,) = [text for what, text in below(whole, "thop") if what == "unknown"]
    assert said == "filter, local: no module of PyTorch: how it is written decides"
