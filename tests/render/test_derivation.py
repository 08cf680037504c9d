"""A worked text in every format: Markdown, LaTeX that would compile, HTML that stands alone."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.explanation import explained
from shapecalc.explanation.solution import solution
from shapecalc.explanation.working import worked
from shapecalc.render.derivation import board, documents, formats, solving
from shapecalc.render.derivation.text import lines
from shapecalc.render.page import page
from shapecalc.render.screen import plain_text
from tests.by_hand import answer
from tests.explanation.test_working import given_numbers

SPECS = Path(__file__).parents[2] / "specs"
HARD = "50% & {x}_$ \\ 网络 ~^# <b> |`*"
"""A name with every sign that means something to somebody."""


def texts():
    """Documents of every sort."""
    lenet = sc.analyze(sc.load(SPECS / "lenet5.yaml"))
    swin = sc.analyze(sc.load(SPECS / "swin_t.yaml"))
    dcgan = sc.analyze(sc.load(SPECS / "dcgan_generator.yaml"))
    hard = answer(
        {"name": "a&b_%", "conv": 4, "kernel": 3, "norm": "batch"}, {"maxpool": 2}, name=HARD, input=[2, 9, 9]
    )
    yield "layer", documents.explanation(explained(lenet, "C1"))
    yield "totals", documents.explanation(explained(swin))
    yield "phases", documents.explanation(explained(dcgan, "conv_transpose3", "field"))
    yield "share", documents.explanation(explained(lenet, "C1", "params%"))
    yield "hard", documents.explanation(explained(hard, "a&b_%"))
    yield "hard solution", solving.document(solution(hard))
    yield "solution", solving.document(solution(swin))
    yield "values", board.document(worked(hard, hard["a&b_%"], (1, 0, 2), *given_numbers(hard)))
    yield "winner", board.document(worked(hard, hard["maxpool1"], (1, 0, 2), *given_numbers(hard)))


TEXTS = dict(texts())
EVERY = pytest.mark.parametrize("name", TEXTS)

# LaTeX: held to a grammar, for a machine that tests may have no TeX

COMMANDS = set(
    """
    documentclass usepackage begin end section subsection setlength parindent parskip itemsep allowdisplaybreaks
    sloppy newcommand ifdefined Umathchar else fi texttt textbf textit footnotesize small par linewidth hline
    item other left right frac lfloor rfloor lceil rceil cdot times to prod sum max min gcd dots vdots ge le
    approx mathrm text textbackslash textasciitilde textasciicircum textquotedbl textquotesingle sqrt surd infty
    """.split()  # noqa: SIM905  they read best as a text
)
ENVIRONMENTS = {"document", "align*", "tabular", "array", "description", "quote"}


def check_latex(text):  # noqa: C901, PLR0912  a case for each sign
    """Balanced braces, environments and mathematics; only commands of base LaTeX and amsmath; nothing unescaped."""
    assert text.startswith("\\documentclass")
    assert text.rstrip().endswith("\\end{document}")
    stack, braces, maths, fences = [], 0, False, 0
    align = ("align*", "tabular", "array")
    for token in re.finditer(r"\\([A-Za-z]+)\*?(?:\{([a-z]+\*?)\})?|\\(.)|(%[^\n]*)|(.)", text, re.DOTALL):
        command, argument, escape, comment, sign = token.groups()
        if command in {"begin", "end"}:
            assert argument in ENVIRONMENTS
            if command == "begin":
                stack.append(argument)
            else:
                assert stack.pop() == argument
        elif command is not None:
            assert command in COMMANDS, command
            fences += {"left": 1, "right": -1}.get(command, 0)
        elif escape is not None:
            assert escape in "%&{}#$_\\[](),;: ", token[0]
            assert escape != "\\" or not re.match(r"\s*\[", text[token.end() :]), "a row that begins with an option"
            if escape in "[]":
                assert maths is (escape == "]")
                maths = escape == "["
        elif comment is not None:
            assert text[token.start() - 1] == "\n", "a percent sign that hides the rest of its line"
        elif sign == "{":
            braces += 1
        elif sign == "}":
            braces -= 1
            assert braces >= 0
        elif sign == "$":
            maths = not maths
        elif sign == "&":
            assert stack[-1] in align
        elif sign in "_^":
            assert maths or stack[-1] == "align*"
        elif sign == "\n" and text[token.start() : token.start() + 2] == "\n\n":
            assert not maths, "a paragraph ends inside mathematics"
        else:
            assert sign != "~"
            assert sign != "#" or "newcommand" in text[text.rfind("\n", 0, token.start()) : token.start()]
            assert sign.isascii() or 0xA1 <= ord(sign) < 0x180 or text[: token.start()].endswith("\\other{"), sign
    assert (stack, braces, maths, fences) == ([], 0, False, 0)


@EVERY
def test_the_latex_is_well_formed(name):
    check_latex(formats.as_latex(TEXTS[name]))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("$a", id="open mathematics"),
        pytest.param("a_b", id="a bare underscore"),
        pytest.param("50 # 3", id="a bare hash"),
        pytest.param("{", id="an open brace"),
        pytest.param("50 % of it", id="a bare percent sign"),
        pytest.param("\\begin{align*}", id="an open environment"),
        pytest.param("\\foo{x}", id="an unknown command"),
        pytest.param("a & b", id="a bare ampersand"),
        pytest.param("网", id="a sign that pdfLaTeX has not"),
    ],
)
def test_the_grammar_sees_what_is_broken(broken):
    with pytest.raises(AssertionError):
        check_latex(f"\\documentclass{{article}}\n\\begin{{document}}\n{broken}\n\\end{{document}}\n")


def test_formulas_are_set_as_mathematics():
    text = formats.as_latex(TEXTS["layer"])
    assert "\\mathrm{valid} &= \\left\\lceil \\frac{n - k + 1}{s} \\right\\rceil \\\\\n" in text
    assert " &= \\left\\lceil \\frac{32 - 5 + 1}{1} \\right\\rceil \\\\\n &= 28\n" in text
    assert "\\mathrm{conv\\_macs} &= \\prod o \\cdot \\prod k \\cdot \\frac{c}{g} \\cdot f" in text


# text


@EVERY
def test_the_text_keeps_to_80_columns(name):
    text = plain_text(lines(TEXTS[name], 80))
    wide = [row for row in text.splitlines() if len(row) > 80]
    assert [row for row in wide if " " in row.strip().partition("  ")[2]] == []
    assert not any(row != row.rstrip() for row in text.splitlines())
    assert "\n\n\n" not in text


# HTML


class Balanced(HTMLParser):
    """Tags that open and close in order, and nothing from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        assert tag not in {"script", "link", "img", "iframe"}
        assert not {name for name, _ in attrs} & {"src", "href", "onclick"}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@EVERY
def test_the_page_stands_alone_and_is_well_formed(name):
    text = formats.as_html(TEXTS[name])
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert "<b>" not in text
    assert text.startswith("<!DOCTYPE html>")


def test_the_title_of_a_page_is_text():
    assert "<title>a &lt;b&gt; &amp; c</title>" in page("a <b> & c", "<p>x</p>")


# Markdown


@EVERY
def test_the_markdown_escapes_what_it_does_not_mean(name):
    text = formats.as_markdown(TEXTS[name])
    assert text.count("```") % 2 == 0
    outside = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    assert "<b>" not in outside
    assert text.startswith("## ")


def test_markdown_has_formulas_in_blocks():
    assert "```text\nvalid = ⌈(n − k + 1) / s⌉\n      = ⌈(32 − 5 + 1) / 1⌉\n      = 28\n```" in formats.as_markdown(
        TEXTS["layer"]
    )
