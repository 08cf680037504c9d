"""``shapecalc explain``: at 80 columns, in every format, and what it refuses."""

import json

import numpy as np
import pytest

NET = """\
name: Net
input: [1, 6, 6]
layers:
  - {name: c, conv: 2, kernel: 3, activation: relu}
  - {name: p, maxpool: 2}
  - flatten
  - {name: d, dense: 3}
"""

MACS = """\
c of Net
  conv+relu · input 1×6×6 → 2×4×4

MACs = 288
  MACs of c
  conv_macs = ∏o·∏k·(c / g)·f
            = 4·4·3·3·(1 / 1)·2
            = 288
    MACs of a convolution: at each output place, each filter reads the taps of
    its group's channels.
    o = 4, 4  places of the output, along each axis (H, W of c.conv)
    k = 3, 3  taps, along each axis (`kernel` of c.conv)
    c = 1  channels (channels of input)
    g = 1  groups of channels (`groups` of c.conv, by default)
    f = 2  filters: output channels (`filters` of c.conv)
    source: shapecalc conventions: one multiply with its accumulate is one MAC

  H, W of c.conv
  valid = ⌈(n − k + 1) / s⌉
        = ⌈(6 − 3 + 1) / 1⌉
        = 4
    Places of a window that stays inside the axis.
    n = 6  length of the input (H of input)
    k = 3  cells from the window's first tap to its last (`kernel` of c.conv)
    s = 1  stride: cells between neighbouring places (`stride` of c.conv, by
        default)
    source: TensorFlow, tf.nn.convolution: notes on padding

  part    MACs
  c.conv   288  conv
  c.act      0  relu

  ! one kernel serves all 16 places: a larger map has more MACs and no more
    parameters
  ! this one layer does 92 % of the network's MACs
"""

PARAMS = """\
Net
  the whole network · input 1×6×6 → 3

parameters = 47
  params of the network
  altogether = ∑parts
             = 20 + 27
             = 47
    The parts added up.
    parts = 20, 27  the parts (parameters of c.conv, d)
    source: by definition

  layer  parameters
  c              20  conv+relu
  d              27  dense
"""

BOX = """\
p of Net
  maxpool · c.act 2×4×4 → 2×2×2

box: cell (0, 1) sees
  unclipped along H: 0 to 3 (4 cells)
  clipped along H: 0 to 3 (4 cells) of 0 to 5
  reaching along H: 4 of these cells
  unclipped along W: 2 to 5 (4 cells)
  clipped along W: 2 to 5 (4 cells) of 0 to 5
  reaching along W: 4 of these cells

  first along H of cell 0 of p
  of_cell = u + i·j
          = 0 + 0·2
          = 0
"""

VALUES = """\
c of Net: cell (0, 1) of channel 1

c.conv · conv
  the window: rows 0 to 2, columns 1 to 3 of channel 0 of input

  input          kernel       products
   1   2   3     1  0  −1      1  0   −3
   7   8   9  ×  1  0  −1  =   7  0   −9
  13  14  15     1  0  −1     13  0  −15

  sum of input: 1·1 + 2·0 + 3·(−1) + 7·1 + 8·0 + 9·(−1) + 13·1 + 14·0 + … (1
      more) = −6
  and the bias: −6 + 10 = 4

c.act · relu
  max(0, 4) = 4

The engine
  gave 4; worked here: 4
  The numbers above are rounded to four digits; the sums are of all digits, in
  float64.
"""


@pytest.fixture
def net(folder):
    (folder / "net.yaml").write_text(NET)
    kernel = np.zeros((2, 1, 3, 3))
    kernel[1, 0] = [1, 0, -1]
    dense = {"d.kernel": np.ones((3, 8)), "d.bias": np.zeros(3)}
    np.savez(folder / "w.npz", **{"c.conv.kernel": kernel, "c.conv.bias": np.array([0, 10.0]), **dense})
    np.save(folder / "x.npy", np.arange(36.0).reshape(1, 6, 6))
    return "net.yaml"


@pytest.fixture
def explain(shapecalc, net, monkeypatch):
    def call(*args):
        monkeypatch.setenv("COLUMNS", "80")
        return shapecalc("explain", net, *args)

    return call


def test_a_figure_of_a_layer(explain):
    assert explain("c", "macs") == (0, MACS, "")


@pytest.mark.parametrize("asked", [("params",), ("total", "params"), ("total", "parameters")], ids=" ".join)
def test_a_total(explain, asked):
    assert explain(*asked) == (0, PARAMS, "")


def test_all_figures_of_a_layer_in_a_readable_order(explain):
    heads = [row for row in explain("c").out.splitlines() if row[:1].strip()]
    assert heads == [
        "c of Net",
        "output = 2×4×4",
        "parameters = 20",
        "MACs = 288",
        "FLOPs = 640",
        "bytes of activations = 256 bytes",
        "receptive field",
    ]


def test_a_whole_network(explain):
    out = explain().out
    assert out.startswith("Net, worked out\n  input 1×6×6\n\nc · conv+relu · 1×6×6 → 2×4×4\n  H, W: ")
    assert "\nTotals\n  parameters: 20 + 27 = 47\n  MACs: 288 + 24 = 312\n" in out
    assert "\nThe formulas\n" in out


def test_the_box_of_a_cell(explain):
    assert explain("p", "--cell", "0,1").out.startswith(BOX)


def test_a_cell_worked_with_its_numbers(explain):
    given = ("--values", "--weights", "w.npz", "--input", "x.npy")
    assert explain("c", "--cell", "0,1", "--channel", "1", *given) == (0, VALUES, "")


def test_a_number_of_a_flat_output_is_chosen_by_its_channel(explain):
    out = explain("d", "--channel", "2", "--values", "--weights", "w.npz", "--input", "input=x.npy").out
    assert "  unit 2 reads 8 numbers of flatten1, each with a weight of its own\n" in out
    assert "The engine\n  gave 16; worked here: 16\n" in out


def test_json_has_every_number(explain):
    told = json.loads(explain("c", "macs", "--format", "json").out)
    (one,) = told["explanations"]
    assert told["schema_version"] == 1
    assert (told["name"], told["layer"], one["figure"], one["value"]) == ("Net", "c", "macs", 288)
    assert one["steps"][0]["in_numbers"] == "4·4·3·3·(1 / 1)·2"
    assert one["steps"][0]["letters"][1] == {
        "letter": "k",
        "meaning": "taps, along each axis",
        "value": [3, 3],
        "from": "`kernel` of c.conv",
    }
    assert json.loads(explain("--format", "json").out)["steps"][0]["sums"][1] == {
        "of": "params",
        "in_numbers": "2·1·3·3 + 2",
        "value": 20,
    }
    worked = json.loads(explain("c", "--cell", "1,1", "--values", "--format", "json").out)
    assert worked["holds"] is True
    assert worked["value"] == pytest.approx(worked["engine"])


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.tex", "\\documentclass"),
        ("a.md", "## c of Net"),
        ("a.html", "<!DOCTYPE html>"),
        ("a.json", '{"schema_version": 1'),
        ("a.txt", "c of Net"),
    ],
)
def test_the_suffix_picks_the_format(explain, folder, name, start):
    assert explain("c", "-o", name) == (0, "", "")
    assert (folder / name).read_text(encoding="utf-8").startswith(start)


def test_a_code_has_its_page(shapecalc):
    assert shapecalc("explain", "e301").out.startswith("# E301: ")
    assert shapecalc("explain", "SC101").out.startswith("SC101 ")
    answer = shapecalc("explain", "SC999")
    assert answer.status == 2
    assert "there is no page of `SC999`, and no such file" in answer.err


REFUSED = [
    pytest.param(
        ["xyz"],
        "the network has no layer `xyz`; its layers are `c`, `c.conv`, `c.act`, `p`, `flatten1`, `d`",
        id="layer",
    ),
    pytest.param(["flaten1"], "did you mean `flatten1`?", id="near layer"),
    pytest.param(["parms"], "did you mean the figure `params`?", id="near figure"),
    pytest.param(["c", "mac5"], "`mac5` is no figure of `c`; did you mean `macs`?", id="figure"),
    pytest.param(["total", "window"], "`window` is no total of a network", id="total"),
    pytest.param(["c", "--cell", "9,9"], "its cells are numbered 0 to 3", id="cell"),
    pytest.param(["c", "--cell", "a"], "`a` is not a cell such as 3,5", id="no cell"),
    pytest.param(["c", "--cell", "1,1", "--channel", "7", "--values"], "channels 0 to 1, and no 7", id="channel"),
    pytest.param(["--cell", "1,1"], "name the layer too", id="cell of nothing"),
    pytest.param(["c", "macs", "--cell", "1,1"], "--cell and --values take no FIGURE", id="cell and figure"),
    pytest.param(["c", "--channel", "1"], "--channel is for --values", id="channel alone"),
    pytest.param(["c", "--input", "x.npy"], "is for --values", id="file alone"),
    pytest.param(["c", "--input", "y.npy"], "neither a shape such as 3x224x224 nor a file", id="no file"),
    pytest.param(["c", "--cell", "1,1", "--values", "--batch", "2"], "--values works one example", id="batch"),
    pytest.param(
        ["c", "--cell", "1,1", "--values", "--max-memory", "1KiB"], "--max-memory allows 1.00 KiB", id="memory"
    ),
    pytest.param(["c", "-o", "a.doc"], "no format has the suffix", id="suffix"),
    pytest.param(["c", "-o", "net.yaml"], "", id="the spec itself"),
]


@pytest.mark.parametrize(("args", "said"), REFUSED)
def test_what_cannot_be_explained_is_refused_with_status_2(explain, args, said):
    answer = explain(*args)
    assert (answer.status, answer.out) == (2, "")
    assert said in " ".join(answer.err.split())


def test_a_faulty_file_explains_what_is_known(shapecalc):
    answer = shapecalc("explain", "bad.yaml", "conv1", "params")
    assert answer.status == 2
    assert "parameters = 224" in answer.out
    assert "E302" in answer.err
    assert "is not known" in shapecalc("explain", "bad.yaml", "conv2", "params").out
    assert shapecalc("explain", "bad.yaml", "conv2", "--cell", "1,1").status == 2
    assert shapecalc("explain", "bad.yaml", "conv1", "--cell", "1,1", "--values").status == 2
    assert shapecalc("explain", "broken.yaml").status == 2
    assert json.loads(shapecalc("explain", "broken.yaml", "--format", "json").out)["diagnostics"]


def test_variables_shapes_and_batches_are_heeded(explain, shapecalc):
    assert "= 8·8·3·3·(1 / 1)·2" in explain("c", "macs", "--input", "1x10x10").out
    assert "batched" in explain("c", "macs", "--batch", "4").out
    assert "conv_macs" in shapecalc("explain", "ok.yaml", "stem", "macs", "--set", "width=3").out
