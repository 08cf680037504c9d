"""Every error and note has its page, and the examples of a page show what it says."""

import re
from pathlib import Path

import pytest

from shapecalc.budget import check
from shapecalc.diagnostics import SpecError
from shapecalc.network import build
from shapecalc.pages import page, titles
from shapecalc.source.document import Document

PACKAGE = Path(__file__).parent.parent / "shapecalc"
NO_EXAMPLE = {
    "E101": "a file that is not there",
    "E127": "a name that the command line gives",
    "E128": "a fault of another package",
    "N501": "a field that is not known",
    "N502": "a kind of another package",
    "C104": "a figure that is not known, of a kind of another package",
}
"""Faults that no text of a spec shows, and what of."""
EXAMPLES = {
    (code, word): text
    for code in titles()
    for word, text in re.findall(r"^## (Wrong|Right)\n\n```yaml\n(.*?)^```", page(code), re.MULTILINE | re.DOTALL)
}


def codes_of(text):
    try:
        return {fault.code for fault in check(build(Document.from_text(text, "page"))).diagnostics}
    except SpecError as error:
        return {fault.code for fault in error.diagnostics}


def test_every_code_of_the_program_has_a_page():
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if "lint" not in path.parts]
    used = {code for source in sources for code in re.findall(r'"([ECN]\d{3})"', source)}
    assert used == set(titles())


def test_every_page_has_its_examples():
    assert {code for code, _ in EXAMPLES} == set(titles()) - set(NO_EXAMPLE)
    assert len(EXAMPLES) == 2 * (len(titles()) - len(NO_EXAMPLE))


@pytest.mark.parametrize("code", sorted({code for code, _ in EXAMPLES}))
class TestEveryPage:
    def test_its_wrong_example_has_that_fault_alone(self, code):
        assert codes_of(EXAMPLES[code, "Wrong"]) == {code}

    def test_its_right_example_has_none(self, code):
        assert codes_of(EXAMPLES[code, "Right"]) == set()

    def test_it_fits_a_terminal(self, code):
        prose = re.sub(r"```yaml\n.*?```", "", page(code), flags=re.DOTALL)
        assert max(map(len, prose.splitlines())) <= 80


def test_why_numbers_differ_has_a_page():
    lines = page("numbers").splitlines()
    assert lines[0] == "# Why your number differs"
    assert max(map(len, lines)) <= 80


def test_a_code_that_no_fault_has_has_no_page():
    assert page("E999") is None
    assert page("../diagnostics") is None
