"""Every rule: its examples, its page, its place in the list; the gallery is clean; nothing is ever raised."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.diagnostics import Severity
from shapecalc.layers import KINDS
from shapecalc.linting import RULES, lint
from shapecalc.network import build
from shapecalc.render.lint import page, rule_lines
from shapecalc.render.screen import plain_text
from shapecalc.source.document import Document
from tests.linting.looking import graph
from tests.test_properties import CHAINS, GIVEN

SPECS = Path(__file__).parent.parent.parent / "specs"
FILES = sorted(SPECS.rglob("*.yaml"))
WORDS = ("## Why it matters", "## What to do")


def codes(rule, example):
    """What all rules but those of taste find in an example, and this one."""
    others = [one for one in RULES if one is rule or not one.pedantic]
    asked = (rule.code, *(one.code for one in others))
    return [finding.code for finding in lint(sc.load(rule.spec(example)), asked, rules=RULES)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
class TestEveryRule:
    def test_finds_its_bad_example_and_nothing_else_in_it(self, rule):
        assert codes(rule, rule.bad) == [rule.code]

    def test_is_silent_on_its_good_example_as_all_others_are(self, rule):
        assert codes(rule, rule.good) == []

    def test_says_a_number_where_it_speaks_of_a_network(self, rule):
        (finding,) = (one for one in lint(sc.load(rule.spec(rule.bad)), pedantic=True, rules=RULES) if one.rule is rule)
        if rule.family != "ignores":
            assert re.search(r"\d", finding.diagnostic.message)
            assert finding.diagnostic.help
        assert finding.diagnostic.label

    def test_has_a_whole_page(self, rule):
        doc = type(rule).__doc__
        assert all(word in doc for word in WORDS)
        text = plain_text(page(rule.code))
        assert text.startswith(f"{rule.code} {rule.name}  ({rule.family}, ")
        assert text.index("Bad") < text.index(f"[{rule.code}]") < text.index("Good")
        assert text.count(f"[{rule.code}]") == 1 + rule.bad.count(f"[{rule.code}]") + rule.good.count(f"[{rule.code}]")
        assert plain_text(page(rule.name)) == text

    def test_stands_in_the_list(self, rule):
        assert f"  {rule.code}  {rule.name} " in plain_text(rule_lines(RULES))

    def test_is_a_note_only_where_it_is_a_matter_of_taste(self, rule):
        assert rule.severity is (Severity.NOTE if rule.pedantic else Severity.WARNING)


def test_codes_and_names_are_unique_and_of_one_form():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) >= 25
    assert all(re.fullmatch(r"SC\d{3}", rule.code) for rule in RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) for rule in RULES)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)


def test_a_family_is_a_hundred_of_codes():
    families = {(rule.code[:3], rule.family) for rule in RULES}
    assert len(families) == len({code for code, _ in families}) == len({family for _, family in families})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_gallery_is_clean_or_says_why_not(path):
    named = ("SC003", *(rule.code for rule in RULES if not rule.pedantic))
    assert [finding.diagnostic.message for finding in lint(sc.load(path), named, rules=RULES)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_every_kind_can_be_linted(kind):
    layer = KINDS[kind]
    body = "\n".join(f"  {row}" for row in layer.example.splitlines())
    lint(sc.load(f"input: {list(layer.example_input)}\nlayers:\n{body}\n"), pedantic=True, rules=RULES)


@settings(deadline=None, max_examples=60)
@given(CHAINS, GIVEN)
def test_no_network_makes_a_rule_fail_whether_its_shapes_fit_or_not(layers, given):
    for finding in lint(graph(*layers, given=given), pedantic=True, rules=RULES):
        assert finding.diagnostic.message


@settings(deadline=None, max_examples=60)
@given(st.lists(CHAINS, min_size=1, max_size=3), GIVEN, st.sampled_from(["add", "concat", "multiply"]))
def test_nor_does_one_that_parts_and_meets(paths, given, join):
    parallel = {"parallel": {f"p{i}": path for i, path in enumerate(paths)}, "join": join, "fit": "crop"}
    lint(graph(parallel, given=given), pedantic=True, rules=RULES)


BROKEN = """\
input: [3, 32, 32]
layers:
  - {name: a, conv: 8, kernel: 40}
  - {name: b, conv: 8, kernel: 3, norm: batch, from: input}
  - {name: c, add: [a, b]}
  - flatten
  - dense: 10
"""


def test_what_is_not_known_is_passed_over():
    told = [finding.code for finding in lint(build(Document.from_text(BROKEN)), rules=RULES)]
    assert told == ["SC301"]  # of `b` all is known; whether it is read is not


def test_a_network_without_places_can_be_linted():
    net = sc.load({"input": [8, 16, 16], "layers": [{"conv": 8, "kernel": 2, "stride": 3}]})
    (finding,) = lint(net, rules=RULES)
    assert (finding.code, finding.layers, finding.fix) == ("SC101", ("conv1",), None)
    assert finding.to_dict()["route"] == ["layers", 0, "stride"]


def test_sc_lint_is_the_same_question():
    net = sc.load({"input": [8, 16, 16], "layers": [{"conv": 8, "kernel": 1, "stride": 2}]})
    assert [finding.code for finding in sc.lint(net)] == ["SC106"]
    assert sc.lint(net, ignore=["pointwise-stride"]) == ()


@pytest.mark.parametrize(
    ("select", "ignore", "pedantic", "expected"),
    [
        ((), (), False, ["SC101", "SC301"]),
        (("SC1",), (), False, ["SC101"]),
        (("windows",), (), False, ["SC101"]),
        (("bias-before-norm",), (), False, ["SC301"]),
        (("sc3",), (), False, ["SC301"]),
        (("SC3",), (), True, ["SC301", "SC313"]),
        (("SC313",), (), False, ["SC313"]),
        (("all",), ("weights",), True, ["SC101", "SC203"]),
        ((), ("SC101", "SC3"), False, []),
    ],
)
def test_rules_are_chosen_by_code_beginning_name_and_family(select, ignore, pedantic, expected):
    layers = [{"conv": 9, "kernel": 2, "stride": 3, "norm": "batch"}, {"conv": 8, "kernel": 1}]
    told = lint(graph(*layers), select, ignore, pedantic=pedantic, rules=RULES)
    assert sorted(finding.code for finding in told) == expected


def test_a_rule_that_does_not_exist_is_told_with_the_nearest():
    with pytest.raises(ValueError, match="`stride-skip-input` is no rule; did you mean `stride-skips-input`"):
        lint(graph("relu"), ["stride-skip-input"], rules=RULES)


REPEATED = """\
input: [8, 64, 64]
blocks:
  Unit: {params: {c: 8}, layers: [{conv: c, kernel: 3, norm: batch, padding: half}]}
layers:
  - {Unit: 8, repeat: 15}
  - Unit: 16
"""


def test_a_fault_in_a_block_is_told_once_with_how_often_and_where_it_is_written():
    (finding,) = lint(build(Document.from_text(REPEATED)), rules=RULES)
    fault = finding.diagnostic
    assert (fault.route, len(finding.layers)) == (("blocks", "Unit", "layers", 0, "conv"), 16)
    assert "`Unit1.conv1`" in fault.message
    (other,) = fault.related
    assert other.message.startswith("and so in 15 more that are made here: `Unit2.conv1`, `Unit3.conv1`, ")
    assert other.message.endswith("; 136 parameters altogether")  # 15·8 + 16
