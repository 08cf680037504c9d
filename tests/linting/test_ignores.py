"""Comments that ask for silence: where they may stand, and what is told of those that are of no use."""

import pytest

from shapecalc.linting import RULES, lint
from shapecalc.network import build
from shapecalc.source.document import Document


def told(text, **asked):
    """The code and line of each finding in a file."""
    graph = build(Document.from_text(text))
    found = []
    for finding in lint(graph, rules=RULES, **asked):
        fault = finding.diagnostic
        place = fault.place or graph.document.value_place(fault.route)
        found.append((finding.code, place.line + 1))
    return found


HEAD = "input: [8, 64, 64]\nlayers:\n"
SKIP = "{conv: 8, kernel: 2, stride: 3}"
TWICE = """\
input: [8, 64, 64]
blocks:
  Unit:
    layers:
      - {conv: 8, kernel: 2, stride: 3}BODY
layers:
  - UnitFIRST
  - {Unit: }SECOND
"""


@pytest.mark.parametrize(
    "layer",
    [
        f"  - {SKIP} # shapecalc: ignore[SC101] as published",
        f"  # shapecalc: ignore[SC101] as published\n  - {SKIP}",
        f"  # shapecalc: ignore[SC101] as published\n\n  # and a word more\n  - {SKIP}",
        "  - conv: 8 # shapecalc: ignore[SC101] why\n    kernel: 2\n    stride: 3",
        "  - conv: 8\n    kernel: 2\n    stride: 3 # shapecalc: ignore[SC101] why",
        "  - conv:\n      filters: 8\n      kernel: 2 # shapecalc: ignore[SC101] why\n      stride: 3",
        f"  - {SKIP} # shapecalc: ignore[stride-skips-input] why",
        f"  - {SKIP} #shapecalc:ignore[SC301,SC101] why",
        f"  - {SKIP} # shapecalc: ignore[ SC101 , SC301 ]: why",
    ],
)
def test_a_comment_silences_its_layer(layer):
    assert told(HEAD + layer + "\n", ignore=["SC001"]) == []


@pytest.mark.parametrize(
    "layer",
    [
        f'  - {{name: "a # shapecalc: ignore[SC101] x", {SKIP[1:]}',
        f"  - {SKIP}\n  - relu # shapecalc: ignore[SC101] at another layer",
        f"  - {SKIP} # ignore[SC101]",
        f"  - {SKIP} # shapecalc: ignore[SC102] another rule",
    ],
)
def test_what_is_no_comment_or_stands_elsewhere_silences_nothing(layer):
    assert ("SC101", 3) in told(HEAD + layer + "\n")


def test_a_comment_at_a_call_silences_what_that_call_makes():
    comment = " # shapecalc: ignore[SC101] here alone"
    blank = dict.fromkeys(("BODY", "FIRST", "SECOND"), "")
    for where, expected in ((blank, 2), ({**blank, "FIRST": comment}, 1), ({**blank, "BODY": comment}, 0)):
        text = TWICE
        for word, words in where.items():
            text = text.replace(word, words)
        found = lint(build(Document.from_text(text)), rules=RULES)
        assert [len(finding.layers) for finding in found] == ([expected] if expected else [])


def test_a_comment_at_the_input_silences_a_rule_about_it():
    text = "input: [224, 224, 3] # shapecalc: ignore[SC503] a stack of slices\nlayers: [relu]\n"
    assert told(text) == []


def test_a_comment_at_one_layer_of_a_line_covers_the_line():
    text = HEAD + f"  - parallel: {{a: [{SKIP}], b: [{SKIP}]}} # shapecalc: ignore[SC101] both\n    join: add\n"
    assert told(text) == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("ignore[SC101] why", [("SC001", 3)]),
        ("ignore[SC101, SC102] why", [("SC001", 3), ("SC001", 3)]),
        ("ignore[SC999] why", [("SC002", 3)]),
        ("ignore why", [("SC002", 3)]),
        ("ignore[] why", [("SC002", 3)]),
        ("noqa", [("SC002", 3)]),
        ("ignore[SC202] a matter of taste, not looked for", []),
    ],
)
def test_a_comment_of_no_use_is_told(comment, expected):
    assert told(HEAD + f"  - relu # shapecalc: {comment}\n") == expected


def test_what_is_not_looked_for_may_be_of_use():
    text = HEAD + "  - relu # shapecalc: ignore[SC101] why\n"
    assert told(text, ignore=["SC101"]) == []
    assert told(text, sized=True) == []
    assert told(text, select=["SC001"]) == []


def test_a_reason_is_asked_for_by_the_pedantic():
    text = HEAD + f"  - {SKIP} # shapecalc: ignore[SC101]\n"
    assert told(text) == []
    assert told(text, select=["SC1", "SC003"]) == [("SC003", 3)]


def test_the_nearest_rule_is_named():
    text = HEAD + "  - relu # shapecalc: ignore[stride-skip] why\n"
    (finding,) = lint(build(Document.from_text(text)), rules=RULES)
    assert finding.diagnostic.help == "did you mean `stride-skips-input`?"
