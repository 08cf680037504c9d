"""``shapecalc field``: the table, one layer in detail, one cell's box, and what is refused."""

import json

import pytest
from rich.cells import cell_len

GRIDDING = """\
name: Gridding
input: [1, 32, 32]
vars: {rates: [2, 2, 2]}
layers:
  - for: {d: rates}
    do: [{conv: 1, kernel: 3, dilation: d, padding: half}]
  - {name: pool, global_avgpool: }
"""


@pytest.fixture
def net(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "net.yaml"
    path.write_text(GRIDDING, encoding="utf-8")
    return path


@pytest.fixture
def wide(net, shapecalc, monkeypatch):
    """Called in a terminal of 80 columns."""

    def call(*args, **given):
        monkeypatch.setenv("COLUMNS", "80")
        return shapecalc("field", net, *args, **given)

    return call


def test_a_row_a_layer(wide):
    answer = wide()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[:8] == [
        "Gridding",
        "",
        "layer  kind             output  field  jump  start  padding  reached  spread",
        "────────────────────────────────────────────────────────────────────────────",
        "conv1  conv            1×32×32    5×5     1      0        2      3/5    1.63",
        "conv2  conv            1×32×32    9×9     1      0        4      5/9    2.31",
        "conv3  conv            1×32×32  13×13     1      0        6     7/13    2.83",
        "pool   global_avgpool        1  whole     0   15.5        0      all    8.54",
    ]


def test_one_layer_in_detail(wide):
    answer = wide("conv3")
    assert answer.out.splitlines()[:19] == [
        "conv3 of Gridding, 1×32×32",
        "",
        "along H, W",
        "         size 13 · jump 1 · start 0 · padding 6",
        "first    u − j·p = −4 − 1·2 = −6",
        "last     v + j·(k − 1 − p) = 4 + 1·(5 − 1 − 2) = 6",
        "size     r + (k − 1)·j = 9 + (5 − 1)·1 = 13",
        "reached  7/13 of its cells (53.8%)",
        "         █·█·█·█·█·█·█",
        "         1 cell a sign",
        "spread   2.83 cells; 3.74 if all 13 had as many paths",
        "paths        ▃ █ ▃",
        "             █ █ █",
        "           ▅ █ █ █ ▅",
        "         ▄ █ █ █ █ █ ▄",
        "         from 10 … 22 to cell 16, borders aside; 95% of them from 11 cells, 10 …",
        "         20 (84.6% of the field)",
        "",
        "how many windows read each cell of conv2",
    ]
    assert answer.out.splitlines()[20:26] == [
        "padding     outputs  corner  centre  most  never  along H",
        "───────────────────────────────────────────────────────────────────",
        "as written    32×32       4       9     9      0  2 2 3 3 … 3 3 2 2",
        "valid         28×28       1       9     9      0  1 1 2 2 … 2 2 1 1",
        "same          32×32       4       9     9      0  2 2 3 3 … 3 3 2 2",
        "full          36×36       9       9     9      0  3 3 3 3 … 3 3 3 3",
    ]
    assert max(map(cell_len, answer.out.splitlines())) <= 80


def test_the_box_of_a_cell(wide):
    assert wide("conv3", "--cell", "0,9").out.splitlines()[:11] == [
        "cell 0,9 of conv3, 1×32×32",
        "",
        "axis  cell  unclipped  cells  on the input  cells  reached",
        "──────────────────────────────────────────────────────────",
        "H        0     −6 … 6     13         0 … 6      7        4",
        "W        9     3 … 15     13        3 … 15     13        7",
        "",
        "H        █·█·█·█",
        "         reached of 0 … 6",
        "",
        "W        █·█·█·█·█·█·█",
    ]


def test_json_of_all_layers(wide):
    whole = json.loads(wide("--format", "json").out)
    assert [layer["name"] for layer in whole["layers"]] == ["conv1", "conv2", "conv3", "pool"]
    third, pooled = whole["layers"][2:]
    assert third["receptive_field"][0]["size"] == 13
    assert third["reached"][0] == {
        "input": "input",
        "axis": 0,
        "within_borders": False,
        "cell": None,
        "period": 1,
        "advance": 1,
        "phases": [
            {
                "first": -6,
                "size": 13,
                "reached": 7,
                "mask": "1010101010101",
                "mean": [0, 1],
                "variance": [8, 1],
                "spread": 2.8284271247461903,
            }
        ],
    }
    assert pooled["reached"][1]["within_borders"]


def test_json_of_one_layer(wide):
    layer = json.loads(wide("conv3", "--format", "json", "--cell", "0,9").out)["layer"]
    assert layer["paths"][0] == {
        "input": "input",
        "axis": 0,
        "cell": 16,
        "first": 10,
        "counts": [1, 0, 3, 0, 6, 0, 7, 0, 6, 0, 3, 0, 1],
        "middle_95": [10, 20],
    }
    assert [reads["padding"] for reads in layer["reads"][0]["paddings"]] == ["as written", "valid", "same", "full"]
    assert layer["reads"][0]["paddings"][0]["counts"] == [2, 2, *[3] * 28, 2, 2]
    assert layer["box"][0] == {
        "input": "input",
        "axis": 0,
        "cell": 0,
        "unclipped": [-6, 6],
        "clipped": [0, 6],
        "reached": 4,
        "first": 0,
        "counts": [4, 0, 5, 0, 3, 0, 1],
        "middle_95": [0, 6],
    }


def test_markdown_and_the_suffix_of_a_file(wide, tmp_path):
    assert "| conv3 | conv | 1×32×32 | 13×13 | 1 | 0 | 6 | 7/13 | 2.83 |" in wide("--format", "md").out
    out = tmp_path / "field.json"
    answer = wide("-o", out)
    assert (answer.status, answer.out) == (0, "")
    assert json.loads(out.read_text())["name"] == "Gridding"


def test_a_variable_fills_the_holes(wide):
    rows = [line.split() for line in wide("--set", "rates=[1, 2, 5]").out.splitlines()]
    assert ["conv3", "conv", "1×32×32", "17×17", "1", "0", "8", "all", "4.47"] in rows


REFUSED = [
    pytest.param(["conv33"], "there is no layer `conv33`; did you mean `conv3`?", id="a slip in the name"),
    pytest.param(["conv3", "--cell", "32,0"], "its cells are numbered 0 to 31", id="beyond the end"),
    pytest.param(["conv3", "--cell", "1"], "a cell of it is written as 16,16", id="an axis too few"),
    pytest.param(["conv3", "--cell", "one"], "`one` is not a cell such as 3,5", id="no number"),
    pytest.param(["pool", "--cell", "0"], "is flat", id="no cells"),
    pytest.param(["--cell", "1,1"], "name the layer too", id="no layer"),
    pytest.param(["conv3", "--depth", "1"], "for the table of all layers", id="opened"),
    pytest.param(["-o", "field.xlsx"], "no format has the suffix", id="no such format"),
]


@pytest.mark.parametrize(("args", "said"), REFUSED)
def test_what_is_misused_is_refused(wide, args, said):
    answer = wide(*args)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_the_faults_of_a_file_are_told_and_the_table_goes_as_far_as_is_sure(shapecalc):
    answer = shapecalc("field", "bad.yaml")
    assert answer.status == 2
    assert "error[" in answer.err


def test_a_layer_whose_shape_is_not_known_has_no_field(shapecalc, folder):
    (folder / "short.yaml").write_text("input: [1, 8]\nlayers:\n  - {name: a, conv: 1, kernel: 9}\n")
    answer = shapecalc("field", "short.yaml", "a")
    assert answer.status == 2
    assert "what `a` gives is not known" in answer.err


def test_a_middle_cell_that_sees_nothing_is_told(shapecalc, folder):
    layers = "[{global_avgpool: {keep: yes}}, {upsample: 4}, {name: t, conv_transpose: 1, kernel: 1, stride: 2}]"
    (folder / "gap.yaml").write_text(f"input: [1, 9]\nlayers: {layers}\n")
    assert "reached  none: the middle cell sees nothing\n" in shapecalc("field", "gap.yaml", "t").out


def test_several_inputs_have_their_own_axes(shapecalc):
    lines = shapecalc("field", "two.yaml", "add1", "--cell", "1,1").out.splitlines()
    assert [line.split()[:2] for line in lines[4:8]] == [["left", "H"], ["left", "W"], ["right", "H"], ["right", "W"]]
