"""``analyze --device`` and ``analyze --training``: what stands beside the figures of each layer."""

import csv
import io
import json

import pytest
from rich.cells import cell_len

from shapecalc.analysis.cost.devices import DEVICES
from shapecalc.analysis.cost.training import OPTIMIZERS
from shapecalc.cli import further

TRAINED = """\
Ok

layer     kind              output  params  forward   dL/dW   dL/dX  backward
─────────────────────────────────────────────────────────────────────────────
stem      conv+batch+relu  8×30×30     240    194 k   194 k       0     194 k
Unit1     Unit             8×30×30     584    518 k   518 k   518 k    1.04 M
conv1     conv             4×30×30      36   28.8 k  28.8 k  28.8 k    57.6 k
flatten1  flatten             3600       0        0       0       0         0
dense1    dense                 10  36,010   36.0 k  36.0 k  36.0 k    72.0 k

forward  778 k (777,600) MACs
backward 1.36 M (1,360,800) MACs: of weights, dL/dW, 778 k, of what is read,
         dL/dX, 583 k
training 2.14 M (2,138,400) MACs, forward and backward: 2.75 times the forward
step     adamw, once a batch: add 184,350 · mul 294,960 · div 110,610 · sqrt
         36,870
"""


@pytest.fixture
def wide(shapecalc, monkeypatch):
    """The command line in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return shapecalc


def test_training_has_a_row_a_layer_and_its_sums(wide):
    answer = wide("analyze", "ok.yaml", "--training", "--optimizer", "adamw")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(TRAINED)
    assert max(map(cell_len, answer.out.splitlines())) <= 80


def test_a_device_has_a_row_a_layer_and_its_sums(wide):
    answer = wide("analyze", "ok.yaml", "--device", "A100-40GB", "--batch", 4)
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    rows = {line.split()[0]: line.split()[1:] for line in lines[4:9]}
    # 3,600 inputs and 10 outputs for each of 4, and 36,010 weights; float32
    assert 4 * (4 * 3_610 + 36_010) == 201_800
    assert rows["dense1"][-5:] == ["KiB", "1.43", "130", "ns", "memory"]
    assert rows["dense1"][-6] == "197"
    assert "device   NVIDIA A100 SXM4 40GB · 19.5 TFLOP/s in float32 · 1.56 TB/s" in answer.out
    assert "examples/s" in answer.out


def test_json_has_both_beside_the_analysis(shapecalc):
    answer = json.loads(shapecalc("analyze", "ok.yaml", "--device", "t4", "--training", "--format", "json").out)
    assert answer["totals"]["macs"] == 777_600
    assert answer["training"]["totals"] == {
        "forward_macs": 777_600,
        "weight_gradient_macs": 777_600,
        "input_gradient_macs": 583_200,
        "backward_macs": 1_360_800,
        "step_ops": {"add": 36_870, "mul": 36_870},
    }
    assert [layer["name"] for layer in answer["training"]["layers"]] == [layer["name"] for layer in answer["layers"]]
    roofline = answer["roofline"]
    assert (roofline["device"], roofline["peak_flops"], roofline["bandwidth"]) == (
        "NVIDIA T4",
        8_100_000_000_000,
        320_000_000_000,
    )
    dense = roofline["layers"][-1]
    assert (dense["flops"], dense["bytes_moved"], dense["bound_by"]) == (72_010, 4 * 39_620, "memory")
    assert dense["intensity"]["flops"] == 72_010
    assert dense["seconds"] == pytest.approx(4 * 39_620 / 320e9)


def test_csv_and_markdown(shapecalc):
    rows = list(csv.DictReader(io.StringIO(shapecalc("analyze", "ok.yaml", "--training", "--format", "csv").out)))
    assert (rows[0]["name"], rows[0]["backward_macs"]) == ("stem.conv", "194400")
    text = shapecalc("analyze", "ok.yaml", "--device", "t4", "--format", "md").out
    assert "| layer | kind | output | FLOPs | moved | FLOP/byte | time | bound by |" in text
    assert "- **device** NVIDIA T4" in text


def test_blocks_and_layers_are_opened(shapecalc):
    assert "Unit1.conv1" in shapecalc("analyze", "ok.yaml", "--training", "--depth", 1).out
    assert "stem.norm" in shapecalc("analyze", "ok.yaml", "--device", "t4", "--expand", "stem").out


def test_a_device_of_ones_own(shapecalc, folder):
    (folder / "box.yaml").write_text("name: My box\npeak: {float32: 1.2 TFLOPS}\nbandwidth: 51.2 GB/s\n")
    answer = shapecalc("analyze", "ok.yaml", "--device", "box.yaml")
    assert "device   My box · 1.20 TFLOP/s in float32 · 51.2 GB/s" in answer.out
    (folder / "bad_box.yaml").write_text("peak: {float32: fast}\nbandwidth: 1G\n")
    answer = shapecalc("analyze", "ok.yaml", "--device", "bad_box.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "error[E114]: `fast` is not an amount" in answer.err
    assert "bad_box.yaml:1:17" in answer.err
    (folder / "wrong.yaml").write_text("bandwith: 1G\npeak: {flaot32: 1T}\nbandwidth: -3\nsourc: me\n")
    answer = shapecalc("analyze", "ok.yaml", "--device", "wrong.yaml")
    assert answer.status == 2
    places = [line.split()[-1] for line in answer.err.splitlines() if "wrong.yaml:" in line]
    assert places == ["wrong.yaml:1:1", "wrong.yaml:2:8", "wrong.yaml:3:12", "wrong.yaml:4:1"]
    assert "did you mean `bandwidth`" not in answer.err  # it is there


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--device", "rtx409"], "did you mean `rtx4090`?"),
        (["--device", "A100"], "did you mean `a100-40gb` or `a100-80gb`?"),
        (["--device", "nowhere.yaml"], "there is no file `nowhere.yaml`"),
        (["--device", "tpu-v4"], "no peak for float32; there are bfloat16, int8: see --dtype"),
        (["--device", "t4", "--by", "kind"], "--device and --training have columns of their own"),
        (["--training", "--columns", "layer"], "--device and --training have columns of their own"),
        (["--optimizer", "adam"], "--optimizer is for --training"),
        (["--training", "--optimizer", "adamax"], "adamax"),
    ],
)
def test_what_is_misused_is_told_with_status_2(shapecalc, options, said):
    answer = shapecalc("analyze", "ok.yaml", *options)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_where_shapes_fail_the_sums_are_at_least(shapecalc):
    answer = shapecalc("analyze", "bad.yaml", "--device", "t4", "--training")
    assert answer.status == 2
    assert "… of other layers nothing is sure: see the errors" in answer.out
    assert "forward  ≥ 194 k (194,400) MACs" in answer.out
    assert [line.split()[-3:] for line in answer.out.splitlines() if line.startswith("conv1 ")] == [["—"] * 3]
    assert "time     at least" in answer.out


def test_the_help_names_every_device_and_optimizer():
    assert further.NAMES.split(", ") == list(DEVICES)
    assert list(further.OPTIMIZERS) == list(OPTIMIZERS)
