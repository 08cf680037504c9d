"""``shapecalc formula``."""

import json
from importlib import import_module
from pkgutil import iter_modules

import pytest

import shapecalc.formulas
from shapecalc.figure import Formula
from shapecalc.formulas.letters import meaning
from shapecalc.formulas.sheet import by_name


def test_every_formula_is_on_the_sheet():
    modules = [import_module(f"shapecalc.formulas.{one.name}") for one in iter_modules(shapecalc.formulas.__path__)]
    every = {id(value) for module in modules for value in vars(module).values() if isinstance(value, Formula)}
    assert every == {id(formula) for formula in by_name().values()}


@pytest.mark.parametrize("name", by_name())
def test_every_letter_means_something(name):
    formula = by_name()[name]
    assert all(meaning(formula.name, letter) for letter in formula.letters)


@pytest.mark.parametrize("name", by_name())
def test_every_formula_has_a_page(shapecalc, name):
    answer = shapecalc("formula", name)
    assert (answer.status, answer.err) == (0, "")
    assert f"source: {by_name()[name].source[:30]}" in answer.out


def test_the_sheet_lists_them(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = shapecalc("formula").out
    assert max(map(len, out.splitlines())) <= 80
    assert "  explicit = ⌊(n + 2·p − k) / s⌋ + 1\n" in out


def test_a_formula_is_worked_out(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("formula", "explicit", "--n", "224", "--k=7", "--s", "2", "--p", "3")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        "explicit = ⌊(n + 2·p − k) / s⌋ + 1\n"
        "         = ⌊(224 + 2·3 − 7) / 2⌋ + 1\n"
        "         = 112\n"
        "\n"
        "Places of a window with `p` cells of padding a side.\n"
        "  n = 224: length of the input\n"
        "  k = 7: cells from the window's first tap to its last\n"
        "  s = 2: stride: cells between neighbouring places\n"
        "  p = 3: cells of padding a side\n"
        "source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep\n"
        "learning, relationship 6\n"
    )


def test_a_window_that_does_not_fit_is_told(shapecalc):
    out = shapecalc("formula", "explicit", "--n", "2", "--k", "7", "--s", "1", "--p", "1").out
    assert "There is none: the window is longer than the axis with its padding.\n" in out


def test_a_letter_that_is_not_in_it_is_told(shapecalc):
    answer = shapecalc("formula", "same", "--n", "224", "--k", "7", "--s", "2")
    assert answer.status == 0
    assert answer.out.endswith("not in this formula: k\n")


def test_lists_are_written_with_commas(shapecalc):
    given = ("--o", "112,112", "--k", "7,7", "--c", "3", "--g", "1", "--f", "64")
    data = json.loads(shapecalc("formula", "conv_macs", *given, "--format", "json").out)
    assert data["value"] == 118_013_952  # ResNet's first layer; Szegedy et al. 2014, Table 1: 112·112·7·7·3·64


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("sme",), "did you mean `same`?"),
        (("same", "--n", "3"), "`same` needs --s too"),
        (("same", "--n", "3", "--s", "0"), "divides by 0"),
        (("half", "--k", "4"), "3 is not a multiple of 2"),
        (("same", "--n"), "--n needs a number"),
        (("same", "3"), "is not as in --n 224"),
        (("same", "--n", "3,4", "--s", "1"), "--n of `same` is one number"),
        (("same", "--n", "x", "--s", "1"), "--n is a whole number"),
        (("same", "--n", "²", "--s", "1"), "--n is a whole number"),
        (("same", "--n", "4,", "--s", "1"), "--n is a whole number"),
        (("same", "--n", "9" * 30, "--s", "1"), "passes 10^18"),
        (("same", "--n", "1", "--n", "1"), "given twice"),
    ],
)
def test_a_slip_is_told(shapecalc, args, said):
    answer = shapecalc("formula", *args)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
