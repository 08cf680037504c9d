"""``shapecalc memory``: the parts, what is alive at the peak, what training keeps, what fits."""

import json

import pytest
from rich.cells import cell_len

RUN = """\
Ok · a run · batch 4 · float32

part                        memory    bytes      %
──────────────────────────────────────────────────
weights                    144 KiB  147,544  39.0%
activations at their peak  225 KiB  230,400  61.0%
total                      369 KiB  377,944

alive at the peak, while stem.norm runs
tensor     what        shape   memory      %
────────────────────────────────────────────
stem.conv  output  4×8×30×30  113 KiB  50.0%
stem.norm  output  4×8×30×30  113 KiB  50.0%

counted  each tensor from its making to its last reader, in the graph's order ·
         nothing in place
not      the scratch space of kernels, what an allocator rounds up or cannot
         use, the program itself
"""

STEP = """\
Ok · a training step · batch 4 · float32 · adam

part                         memory      bytes      %
─────────────────────────────────────────────────────
weights                     144 KiB    147,544  12.1%
gradients                   144 KiB    147,480  12.1%
optimizer                   288 KiB    294,960  24.3%
activations at their peak   611 KiB    625,376  51.5%
total                      1.16 MiB  1,215,360

alive at the peak, on the way back through Unit1.relu1
tensor     what        shape   memory      %
────────────────────────────────────────────
stem.conv  output  4×8×30×30  113 KiB  18.4%
and 8 tensors more, 498 KiB

kept for the way back: 442 KiB, each tensor once, with the first layer that
keeps it
layer      kind       keeps                        memory      %
────────────────────────────────────────────────────────────────
stem.norm  batchnorm  stem.conv, mean, deviation  113 KiB  25.5%
and 4 layers more, 329 KiB

fits     a batch of 23 in 4.00 MiB, with 8.51 KiB to spare; one more is 144 KiB
         too much: 576 KiB whatever the batch, 3.58 MiB activations on the way
         back through Unit1.relu1
"""


@pytest.fixture
def narrow(monkeypatch, shapecalc):
    """The command at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return shapecalc


def test_a_run_at_80_columns(narrow):
    answer = narrow("memory", "ok.yaml", "--batch", 4)
    assert (answer.status, answer.out, answer.err) == (0, RUN, "")


def test_a_training_step_at_80_columns(narrow):
    order = ("--train", "--optimizer", "adam", "--batch", 4, "--fit", "4MiB", "--top", 1)
    answer = narrow("memory", "ok.yaml", *order, "--by", "layer")
    assert answer.status == 0
    assert answer.out.startswith(STEP)
    assert "nothing of its own: flatten" in narrow("memory", "ok.yaml", *order).out


@pytest.mark.parametrize("order", [[], ["--by", "layer", "--checkpoint", "Unit1"], ["--optimizer", "adam"]])
def test_nothing_is_wider_than_the_terminal(narrow, order):
    lines = narrow("memory", "ok.yaml", "--train", "--amp", "float16", "--fit", "1KiB", *order).out.splitlines()
    assert max(map(cell_len, lines)) <= 80


def test_json_has_every_tensor_and_every_layer(shapecalc):
    order = ("--train", "--optimizer", "adam", "--batch", 4, "--fit", "4MiB", "--format", "json")
    told = json.loads(shapecalc("memory", "ok.yaml", *order).out)
    assert told["parts"] == {"weights": 147_544, "gradients": 147_480, "optimizer": 294_960, "activations": 625_376}
    assert told["total"] == sum(told["parts"].values())
    peak = told["peak"]
    assert (peak["at"], peak["phase"], peak["bytes_once"]) == ("Unit1.relu1", "backward", 64)
    assert sum(one["bytes"] for one in peak["alive"]) == peak["bytes"] == 64 + 4 * peak["bytes_per_example"]
    assert sum(layer["bytes"] for layer in told["saved"]["layers"]) == told["saved"]["bytes"]
    assert told["fit"]["batch"] == 23
    assert told["fit"]["binds"] == "activations"
    assert json.loads(shapecalc("memory", "ok.yaml", "--format", "json").out)["saved"] is None


def test_formats_of_some_layers_are_told(shapecalc):
    order = (
        "--weights",
        "int4",
        "--activations",
        "fp16",
        "--layer-dtype",
        "conv*=int8",
        "--layer-dtype",
        "input=uint8",
    )
    out = shapecalc("memory", "ok.yaml", *order).out
    assert "int4 weights, float16 activations · but conv*=int8/int8, input=uint8/uint8" in out
    assert "int4: two numbers a byte" in out


def test_markdown_by_suffix(shapecalc, folder):
    assert shapecalc("memory", "two.yaml", "--train", "-o", "two.md").out == ""
    text = (folder / "two.md").read_text(encoding="utf-8")
    assert "| gradients | 896 B | 896 |" in text


def test_a_spec_from_standard_input(shapecalc, folder):
    text = (folder / "ok.yaml").read_bytes()
    assert shapecalc("memory", "-", "--batch", 4, stdin=text).out.splitlines()[2:8] == RUN.splitlines()[2:8]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (["--optimizer", "adam"], "--optimizer is for training: say --train as well"),
        (["--checkpoint", "all"], "--checkpoint is for training"),
        (["--layer-dtype", "x=int8"], "`x` names no layer, kind or input of this network"),
        (["--layer-dtype", "int8"], "`int8` is not NAME=FORMAT"),
        (["--train", "--dtype", "int8"], "nothing is trained in int8"),
        (["--train", "--checkpoint", "Unti1"], "`Unti1` names no block"),
        (["--weights", "int5"], "'int5' is not one of"),
        (["--fit", "much"], "`much` is not an amount of memory"),
        (["-o", "ok.png"], "no format has the suffix"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(shapecalc, order, said):
    answer = shapecalc("memory", "ok.yaml", *order)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err


def test_a_network_with_faults_has_no_answer(shapecalc):
    answer = shapecalc("memory", "bad.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "E302" in answer.err
    answer = shapecalc("memory", "bad.yaml", "--format", "json")
    told = json.loads(answer.out)
    assert (answer.status, told["total"], told["peak"], told["parts"]) == (2, None, None, None)
    assert [fault["code"] for fault in told["diagnostics"]] == ["E302", "E113"]


def test_an_unmet_expectation_is_told_after_the_answer(shapecalc):
    answer = shapecalc("memory", "unmet.yaml")
    assert answer.status == 1
    assert "total" in answer.out


def test_a_control_character_of_a_name_is_written_out(shapecalc, folder):
    text = 'name: "a\\e[31mb"\ninput: [3, 8, 8]\nlayers: [{"name": "c\\ed", conv: 4, kernel: 1}]\n'
    (folder / "odd.yaml").write_text(text)
    assert "\x1b" not in shapecalc("memory", "odd.yaml", "--train").out


def test_analyze_has_a_column_of_what_is_kept(shapecalc):
    out = shapecalc("analyze", "ok.yaml", "--columns", "layer,saved", "--depth", "all").out
    rows = dict(line.split(maxsplit=1) for line in out.splitlines()[4:12])
    assert rows["stem.conv"] == "12.0 KiB"
    assert rows["flatten1"] == "0 B"
