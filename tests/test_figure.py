import ast
import copy
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
import textwrap
from fractions import Fraction
from importlib import import_module
from math import ceil, floor, gcd, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shapecalc.formulas
from shapecalc.figure import (
    Figure,
    Formula,
    Term,
    at_least,
    at_most,
    ceil_div,
    exact_div,
    formula,
    origins,
    product,
    total,
)
from shapecalc.formulas import counting, lengths, pooling
from shapecalc.render.derivation import MOST, explain, letters, text_of
from shapecalc.shape import Shape

MODULES = [
    import_module(f"shapecalc.formulas.{found.name}") for found in pkgutil.iter_modules(shapecalc.formulas.__path__)
]
FORMULAS = {
    f"{module.__name__.rpartition('.')[2]}.{value.name}": value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, Formula) and value.body.__module__ == module.__name__
}
EVERY = pytest.mark.parametrize("made", FORMULAS.values(), ids=FORMULAS)


def test_the_sheet_holds_the_formulas_that_the_guides_number():
    assert {"lengths.explicit", "lengths.same_padding", "receptive.jump", "counting.conv_macs"} <= FORMULAS.keys()
    assert len(FORMULAS) >= 28


# a figure is its number


def test_a_figure_equals_its_int():
    places = lengths.explicit(224, 7, 2, 3)
    assert places == 112
    assert isinstance(places, int)
    assert {112: "found"}[places] == "found"
    assert f"{places:,}" == str(places) == repr(places) == "112"
    assert list(range(200))[places] == 112


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(lambda f: f + 1, id="plus"),
        pytest.param(lambda f: 1 + f, id="to something"),
        pytest.param(lambda f: f - f, id="minus itself"),
        pytest.param(lambda f: f * 2, id="times"),
        pytest.param(lambda f: f // 2, id="floor"),
        pytest.param(lambda f: -f, id="negated"),
        pytest.param(lambda f: +f, id="as it is"),
        pytest.param(lambda f: f % 5, id="modulo"),
        pytest.param(lambda f: f**2, id="power"),
        pytest.param(lambda f: divmod(f, 3)[0], id="divmod"),
        pytest.param(abs, id="abs"),
        pytest.param(int, id="int"),
        pytest.param(lambda f: sum([f, f]), id="sum"),
    ],
)
def test_arithmetic_on_a_figure_gives_a_plain_int(result):
    assert type(result(lengths.reach(3, 2))) is int


def test_only_a_formula_makes_a_figure():
    assert type(lengths.reach(3, 2)) is Figure
    assert type(ceil_div(lengths.reach(3, 2), 2)) is int
    assert type(product([lengths.reach(3, 2), 4])) is int


def test_a_figure_knows_its_formula_and_arguments():
    places = lengths.same_padding(n=32, s=2, k=5)
    assert places.formula is lengths.same_padding
    assert places.arguments == {"n": 32, "k": 5, "s": 2}
    assert places.given == (32, 5, 2)


def test_a_figure_pickles_as_a_number_and_copies_as_itself():
    size = lengths.reach(3, 2)
    assert type(pickle.loads(pickle.dumps(size))) is int
    assert pickle.loads(pickle.dumps(size)) == 5
    assert copy.deepcopy(size) is size
    assert copy.copy(size) == 5


# links


def test_a_figure_links_back_to_the_figures_it_was_made_from():
    first = lengths.valid(32, 5, 1)
    second = lengths.valid(first, 2, 2)
    third = counting.elements(Shape(6, second, second))
    assert list(origins(third)) == [third, second, first]
    assert [id(step) for step in origins(third)] == [id(third), id(second), id(first)]


def test_equal_figures_of_different_origin_are_kept_apart():
    a, b = lengths.reach(3, 1), lengths.full(4)
    both = counting.altogether((a, b))
    assert a == b == 3
    assert [step.formula.name for step in origins(both)] == ["altogether", "reach", "full"]


def test_a_number_that_was_given_has_no_origins():
    assert list(origins(28)) == []


def chain(links):
    figure = lengths.full(2)
    for _ in range(links):
        figure = counting.each(figure, 1)
    return figure


def test_links_ten_thousand_deep_are_walked():
    deep = chain(20_000)
    assert sum(1 for _ in origins(deep)) == 20_001
    assert explain(deep).count("each = elements·times\n") == 1  # steps that read the same stand there once
    assert "full = k − 1" in explain(deep)


def test_a_chain_of_links_is_deleted_without_a_crash():
    program = """
        from shapecalc.formulas import counting, lengths, pooling
        figure = lengths.full(2)
        for _ in range(50_000):
            figure = counting.each(counting.altogether((figure, 1)), 1)
        del figure
        print("gone")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "gone", "")


# what is written is what is computed: the text is read by an evaluator that the project has no part in

SIGNS = {"·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"}


def worked_out(text, **values):
    """A line of a derivation, worked out by Python in exact fractions."""
    text = re.sub(r"∏(\w+)", r"prod(\1)", text)
    text = re.sub(r"∑(\w+)", r"sum(\1)", text)
    text = re.sub(r"\d+", r"Fraction(\g<0>)", text)
    for sign, meaning in SIGNS.items():
        text = text.replace(sign, meaning)
    names = {"floor": floor, "ceil": ceil, "prod": prod, "sum": sum, "max": max, "min": min, "Fraction": Fraction}
    names["gcd"] = lambda a, b: gcd(int(a), int(b))
    return eval(text, {"__builtins__": {}}, names | values)


def as_fractions(value):
    return Fraction(value) if isinstance(value, int) else [Fraction(item) for item in value]


WHOLE = {
    "lengths.half": lambda k: {"k": 2 * k + 1},
    "counting.conv_macs": lambda c, g, **rest: {"c": c * g, "g": g, **rest},
    "counting.transposed_macs": lambda f, g, **rest: {"f": f * g, "g": g, **rest},
    "counting.grouped": lambda n, c, g: {"n": n, "c": c * g, "g": g},
    "counting.parted": lambda c, g: {"c": c * g, "g": g},
    "counting.percent": lambda part, whole: {"part": part * whole, "whole": whole},
    "meeting.padded_macs": lambda macs, met, pairs: {"macs": macs * prod(pairs), "met": met, "pairs": pairs},
    "moves.left_over": lambda e, known: {"e": e * prod(known), "known": known},
    "moves.gathered": lambda n, r: {"n": n * r, "r": r},
    "moves.spread_out": lambda c, r: {"c": c * prod(r), "r": r},
    "moves.windows": lambda n, m: {"n": [prod(n) * prod(m)], "m": m},
}
"""Arguments made such that an exact division leaves nothing over."""

SIGNED = {"receptive.first", "receptive.last", "receptive.extent", "receptive.overhang"}
"""Formulas of places, which may lie before cell 0."""


@st.composite
def arguments(draw, name):
    """Arguments of a formula, by what its annotations say they are."""
    made = FORMULAS[name]
    lowest = -50 if name in SIGNED else 1
    number = st.integers(lowest, 10**6)
    kinds = made.body.__annotations__
    given = {
        letter: draw(st.lists(number, max_size=MOST) if kinds[letter] == "Sequence[int]" else number)
        for letter in made.letters
    }
    return WHOLE.get(name, dict)(**given)


@pytest.mark.parametrize("name", FORMULAS)
@given(data=st.data())
def test_the_text_of_a_derivation_comes_to_the_figure(name, data):
    values = data.draw(arguments(name))
    figure = FORMULAS[name](**values)
    in_letters, in_numbers = text_of(figure.in_names), text_of(figure.in_numbers)
    assert worked_out(in_numbers) == figure
    assert worked_out(in_letters, **{letter: as_fractions(value) for letter, value in values.items()}) == figure
    lines = explain(figure).splitlines()
    assert lines[0] == f"{figure.formula.name} = {in_letters}"
    assert lines[1].strip() == f"= {in_numbers}"
    assert lines[2].strip() == f"= {int(figure):,}"


@formula(source="made up")
def tangled(a: int, b: int, c: int) -> int:
    """Every sign inside every other."""
    steps = (a - (b - c)) * (a + b) // (c + 1) - a * (b * (c - a)) + (a + 1) // (b * c)
    return at_most(at_least(a - b, steps), ceil_div(a - (b + c), b * c)) - ceil_div(-5 - a // b, c) * (2 - a)


@given(a=st.integers(-9, 9), b=st.integers(1, 9), c=st.integers(1, 9))
def test_brackets_stand_where_they_must(a, b, c):
    figure = tangled(a, b, c)
    assert worked_out(text_of(figure.in_numbers)) == figure
    assert worked_out(text_of(figure.in_names), a=Fraction(a), b=Fraction(b), c=Fraction(c)) == figure


@formula(source="made up")
def listed(xs: list[int], ys: list[int], a: int) -> int:
    """Lists among other operands."""
    return a - product(xs) * total(ys) - total(ys) - exact_div(a * product(xs), a)


@given(st.lists(st.integers(-9, 9), max_size=3), st.lists(st.integers(-9, 9), max_size=3), st.integers(1, 9))
def test_lists_are_bracketed_too(xs, ys, a):
    figure = listed(xs, ys, a)
    assert worked_out(text_of(figure.in_numbers)) == figure
    assert worked_out(text_of(figure.in_names), xs=xs, ys=ys, a=Fraction(a)) == figure


def test_a_long_sum_says_how_much_of_it_is_not_written():
    figure = counting.altogether(tuple(range(1, 13)))
    assert text_of(figure.in_numbers) == "1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + … (4 more)"
    assert explain(figure).splitlines()[2].strip() == "= 78"


EXPLAINED = [
    pytest.param(
        lengths.explicit(224, 7, 2, 3),
        ["explicit = ⌊(n + 2·p − k) / s⌋ + 1", "= ⌊(224 + 2·3 − 7) / 2⌋ + 1", "= 112"],
        id="Dumoulin & Visin 2016, relationship 6",
    ),
    pytest.param(
        lengths.same_padding(32, 5, 2),
        ["same_padding = max(0, (⌈n / s⌉ − 1)·s + k − n)", "= max(0, (⌈32 / 2⌉ − 1)·2 + 5 − 32)", "= 3"],
        id="TensorFlow, SAME",
    ),
    pytest.param(
        counting.conv_macs((28, 28), (5, 5), 1, 1, 6),
        ["conv_macs = ∏o·∏k·(c / g)·f", "= 28·28·5·5·(1 / 1)·6", "= 117,600"],
        id="LeNet-5, C1",
    ),
    pytest.param(
        pooling.binned(16, 6),
        ["binned = n + o − gcd(n, o)", "= 16 + 6 − gcd(16, 6)", "= 20"],
        id="bins of 3 and 4 cells",
    ),
    pytest.param(
        counting.flops(416_520, (11_246, 1_576)),
        ["flops = 2·mac + ∑others", "= 2·416520 + 11246 + 1576", "= 845,862"],
        id="two for a MAC",
    ),
]


@pytest.mark.parametrize(("figure", "lines"), EXPLAINED)
def test_a_figure_is_explained_as_a_text_book_does(figure, lines):
    assert [line.strip() for line in explain(figure).splitlines()[:3]] == lines
    assert explain(figure).splitlines()[-1].strip() == f"source: {figure.formula.source}"


def test_an_explanation_goes_back_to_what_was_given():
    places = lengths.valid(lengths.explicit(32, 5, 1, 0), 2, 2)
    assert explain(places) == textwrap.dedent("""\
        valid = ⌈(n − k + 1) / s⌉
              = ⌈(28 − 2 + 1) / 2⌉
              = 14
                Places of a window that stays inside the axis.
                source: TensorFlow, tf.nn.convolution: notes on padding

        explicit = ⌊(n + 2·p − k) / s⌋ + 1
                 = ⌊(32 + 2·0 − 5) / 1⌋ + 1
                 = 28
                   Places of a window with p cells of padding a side.
                   source: Dumoulin & Visin 2016, A guide to convolution arithmetic for deep learning, \
relationship 6""")


def test_a_number_that_no_formula_made_is_given():
    assert explain(1_000) == "1,000 is given"


# every formula of the sheet


@EVERY
def test_a_formula_has_its_source_and_says_what_it_gives(made):
    assert made.source.strip()
    assert made.__doc__ == made.body.__doc__
    first = inspect.getdoc(made.body).splitlines()[0]
    assert first[0].isupper()
    assert first.endswith(".")


@EVERY
def test_a_formula_runs_over_its_letters(made):
    names = made.over([Term("name", letter) for letter in made.letters])
    assert isinstance(names, Term)
    written = text_of(names)
    assert letters(made) == f"{made.name} = {written}"
    assert set(made.letters) <= set(re.findall(r"[a-z]+", written)), "a letter that the formula does not use"


@EVERY
def test_a_formula_has_one_return_and_no_branch(made):
    tree = ast.parse(textwrap.dedent(inspect.getsource(made.body)))
    branching = (ast.If, ast.IfExp, ast.Compare, ast.BoolOp, ast.For, ast.While, ast.Match, ast.Try, ast.comprehension)
    assert not [type(node).__name__ for node in ast.walk(tree) if isinstance(node, branching)]
    assert sum(isinstance(node, ast.Return) for node in ast.walk(tree)) == 1


@formula(source="made up")
def asks(n: int) -> int:
    """A body that asks whether there is anything."""
    return 2 * n if n else 1


@formula(source="made up")
def compares(n: int) -> int:
    """A body that asks which is larger."""
    return 2 * n if n > 1 else 1


@formula(source="made up")
def equates(n: int) -> int:
    """A body that asks whether two are equal."""
    return 2 * n if n == 1 else n


@pytest.mark.parametrize("branching", [asks, compares, equates], ids=lambda made: made.name)
def test_a_body_that_branches_on_an_operand_is_refused(branching):
    with pytest.raises(TypeError):
        branching(1).in_names  # noqa: B018  the text is made when it is asked for


# the helpers


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**15))
def test_the_helpers_are_exact_for_any_integer(a, b):
    assert ceil_div(a, b) == ceil(Fraction(a, b))
    assert exact_div(a * b, b) == a
    assert at_least(b, a) == max(a, b)
    assert at_most(b, a) == min(a, b)


def test_an_inexact_division_is_refused():
    with pytest.raises(ValueError, match="7 is not a multiple of 2"):
        exact_div(7, 2)


def test_nothing_multiplied_is_one_and_nothing_added_is_zero():
    assert product(()) == 1
    assert total(()) == 0
    assert text_of(counting.elements(()).in_numbers) == "1"
    assert text_of(counting.altogether(()).in_numbers) == "0"
