"""A whole network worked out: every row once, what is the same told so, and the totals."""

from fractions import Fraction
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.analysis import AtLeast
from shapecalc.explanation.solution import MOST_STEPS, solution
from shapecalc.render.derivation import solving
from shapecalc.render.derivation.text import lines
from shapecalc.render.screen import plain_text
from tests.by_hand import answer
from tests.explanation.test_figures import came_to

SPECS = Path(__file__).parents[2] / "specs"
SOME = ("lenet5", "vgg16", "resnet50", "googlenet", "unet_padded", "gpt2_small", "textcnn", "lessons/transposed")


def row_of(whole, step):
    """The row of a step: of several groups of one name that of its kind."""
    groups = [group for group in whole.graph.groups if (group.name, group.kind) == (step.name, step.kind)]
    return whole.sum(groups[0]) if groups else next(layer for layer in whole if layer.name == step.name)


@pytest.mark.parametrize("name", SOME)
def test_every_sum_of_a_solution_comes_to_its_value(name):
    whole = sc.analyze(sc.load(SPECS / f"{name}.yaml"))
    made = solution(whole)
    for step in made.steps:
        row = row_of(whole, step)
        for one in step.sums:
            assert came_to(one.term) == Fraction(one.value)
        told = {one.what: one.value for one in step.sums}
        if not step.like:
            assert told.get("params", 0) == row.params
            assert told.get("MACs", 0) == row.macs
    assert made.totals["params"].value == whole.params
    worked = {(step.name, step.kind): step for step in made.steps if not step.like}
    for step in made.steps:
        if step.like:
            assert row_of(whole, step).params == row_of(whole, worked[step.like, step.kind]).params


@pytest.mark.parametrize("name", SOME)
def test_a_solution_covers_every_node(name):
    whole = sc.analyze(sc.load(SPECS / f"{name}.yaml"))
    covered = set()
    for step in solution(whole).steps:
        row = row_of(whole, step)
        covered.update(range(row.start, row.stop))
    assert covered == set(range(len(whole.layers)))


def test_a_block_is_worked_once_and_the_same_again_is_told_so():
    made = solution(sc.analyze(sc.load(SPECS / "resnet50.yaml")))
    like = {step.name: step.like for step in made.steps if step.like}
    assert like["Bottleneck3"] == "Bottleneck2"
    assert like["Bottleneck16"] == "Bottleneck15"
    assert "Bottleneck2" not in like
    assert not any(name.startswith("Bottleneck3.") for name in like)


def test_depth_keeps_blocks_closed():
    whole = sc.analyze(sc.load(SPECS / "resnet50.yaml"))
    assert [step.name for step in solution(whole, 0).steps][:4] == ["conv1", "maxpool1", "Bottleneck1", "Bottleneck2"]
    assert len(solution(whole, 0).steps) == 20


def test_a_large_network_is_bounded():
    whole = answer(*({"conv": 1 + i, "kernel": 1} for i in range(MOST_STEPS + 7)), input=[1, 2])
    made = solution(whole)
    assert (len(made.steps), made.left_out) == (MOST_STEPS, 7)


def test_an_unknown_cost_is_a_lower_bound():
    whole = sc.analyze(sc.load(SPECS / "lenet5.yaml"))
    assert not any(isinstance(one.value, AtLeast) for step in solution(whole).steps for one in step.sums)


WORKED = """\
Two, worked out
  input 1×8×8

conv1 · conv+relu · 1×8×8 → 4×6×6
  H, W: ⌈(8 − 3 + 1) / 1⌉ = 6
  params: 4·1·3·3 + 4 = 40
  MACs: 6·6·3·3·(1 / 1)·4 = 1,296
  ! along H and W without padding the length shrinks by 2, one less than the
    window's reach
  ! the bias adds 4 parameters to the kernel's 36
  ! one kernel serves all 36 places: a larger map has more MACs and no more
    parameters

global_avgpool1 · global_avgpool · 4×6×6 → 4
  ! each channel's 36 cells become one number, whatever the size of the input

Totals
"""


def test_a_solution_reads_as_on_a_board():
    layers = [{"conv": 4, "kernel": 3, "activation": "relu"}, "global_avgpool"]
    text = plain_text(lines(solving.document(solution(answer(*layers, name="Two", input=[1, 8, 8]))), 80))
    assert text.startswith(WORKED)
    assert "  parameters: 36 + 4 = 40\n" in text
    assert text.endswith("    source: shapecalc conventions: one multiply with its accumulate is one MAC\n")
