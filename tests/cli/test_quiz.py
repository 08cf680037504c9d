"""``shapecalc quiz``: exercise sheets and their keys."""

import json
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.quizzing import quiz

SPECS = Path(__file__).parents[2] / "specs"
LENET = sc.analyze(sc.load(SPECS / "lenet5.yaml"))


def test_a_sheet_has_a_blank_for_every_figure_and_the_key_has_none(shapecalc):
    sheet = shapecalc("quiz", SPECS / "lenet5.yaml").out
    key = shapecalc("quiz", SPECS / "lenet5.yaml", "--key").out
    blanks = sum(len(row.split("\\_\\_\\_\\_\\_\\_")) - 1 for row in sheet.splitlines())
    assert blanks == len(quiz(LENET).blank) > 15
    assert "\\_" not in key.split("Answers")[0].replace("input\\_", "")


def test_the_key_has_the_figures_of_the_paper(shapecalc):
    # LeCun et al. 1998, section II.B: C1 has 156 trainable parameters and 122,304 connections with the bias
    rows = json.loads(shapecalc("quiz", SPECS / "lenet5.yaml", "--format", "json").out)["rows"]
    assert rows[0]["answers"] == {"output": "6×28×28", "params": "156", "macs": "117,600", "field": "5×5"}


def test_a_seed_chooses_and_the_same_one_the_same(shapecalc):
    def sheet(*more):
        return shapecalc("quiz", SPECS / "lenet5.yaml", "--blanks", "40", *more).out

    assert sheet("--seed", "3") == sheet("--seed", "3")
    assert sheet("--seed", "3") != sheet("--seed", "4")


@pytest.mark.parametrize("suffix", ["md", "tex", "html", "txt", "json"])
def test_a_file_is_written_by_its_suffix(shapecalc, folder, suffix):
    assert shapecalc("quiz", "ok.yaml", "-o", f"sheet.{suffix}").status == 0
    assert (folder / f"sheet.{suffix}").stat().st_size > 300


def test_every_question_has_its_answer(shapecalc):
    made = quiz(LENET, questions=20)
    assert [question.answer for question in made.questions if question.text.startswith("How many parameters")] == [
        "61,706"  # the file's published figure
    ]
    key = shapecalc("quiz", SPECS / "lenet5.yaml", "--key", "--questions", "20", "--format", "text").out
    assert "61,706" in key
    assert len(made.questions) >= 6


def test_the_first_row_that_sees_everything_is_the_papers():
    (answer,) = [q.answer for q in quiz(LENET, questions=20).questions if q.text.startswith("Which is the first")]
    assert answer == "C5"  # LeCun et al. 1998, section II.B: C5 is connected to all of S4, and its maps are 1×1


def asked(spec, start):
    return [q.answer for q in quiz(sc.analyze(sc.load(spec)), questions=20).questions if q.text.startswith(start)]


def test_of_a_field_with_phases_every_phase_has_to_see_everything():
    """Of 4 cells a convolution and nearest ×2 sees 3, at the borders 2; one more sees 4 or 5 and not all from the edge;
    a window over all 8 cells does."""
    head = "input: [1, 4]\nlayers:\n  - {conv: 1, kernel: 3, padding: same}\n  - {upsample: 2}\n"
    assert asked(f"{head}  - {{conv: 1, kernel: 15, padding: same}}\n  - flatten\n", "Which is the first") == ["conv2"]
    assert asked(f"{head}  - {{conv: 1, kernel: 3, padding: same}}\n  - flatten\n", "Which is the first") == [
        "flatten1"
    ]


def test_of_several_inputs_nothing_is_asked_of_the_whole():
    spec = "inputs: {a: [1, 4], b: [1, 4]}\nlayers: [{flatten: , from: a}, {flatten: , from: b}]\n"
    assert asked(spec, "Which is the first") == []


def test_biases_are_those_of_convolutions_and_dense_layers():
    """Of an LSTM none is asked: 4 + 2."""
    spec = "input: [3, 8]\nlayers: [{conv: 4, kernel: 3}, {lstm: 5, biases: one}, flatten, {dense: 2}]\n"
    (answer,) = asked(spec, "How many of the parameters are biases")
    assert answer.startswith("6, ")


def test_a_depth_that_is_no_number_is_refused(shapecalc):
    assert shapecalc("quiz", "ok.yaml", "--depth", "²").status == 2


@pytest.mark.parametrize("name", ["vgg16", "unet", "vit_b_16", "gpt2_small", "dcgan_generator", "wavenet"])
def test_every_sort_of_network_makes_a_sheet(name):
    made = quiz(sc.analyze(sc.load(SPECS / f"{name}.yaml")), seed=1, share=50)
    assert made.blank
    assert len(made.questions) == 5


def test_a_file_with_a_fault_is_told(shapecalc):
    answer = shapecalc("quiz", "bad.yaml")
    assert (answer.status, answer.out) == (2, "")
