"""Fixes: what they change in the text, and that they keep what they promise."""

import json
from dataclasses import replace
from functools import partial

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.linting import RULES, Fix, lint
from shapecalc.linting.fixing import mend
from shapecalc.network import build
from shapecalc.source.document import Document
from tests.test_properties import CHAINS, GIVEN

HEAD = "# a net\nname: Net # its name\ninput: [3, 32, 32]\n"


def mended(text, look=None):
    return mend(build(Document.from_text(text)), build, look or partial(lint, rules=RULES, ignore=["SC102"]))


@pytest.mark.parametrize(
    ("before", "after", "saved"),
    [
        ("- {conv: 8, kernel: 3, norm: batch} # stem", "- {conv: 8, kernel: 3, norm: batch, bias: no} # stem", 8),
        ("- {conv: 8, kernel: 3, norm: batch, bias: yes}", "- {conv: 8, kernel: 3, norm: batch, bias: no}", 8),
        (
            "- conv: 8 # stem\n    kernel: 3\n    norm: batch",
            "- conv: 8 # stem\n    bias: no\n    kernel: 3\n    norm: batch",
            8,
        ),
        (
            "- conv: {filters: 8, kernel: 3}\n  - batchnorm",
            "- conv: {bias: no, filters: 8, kernel: 3}\n  - batchnorm",
            8,
        ),
        (
            "- {conv: 8,\n     kernel: 3, # wide\n     norm: batch}",
            "- {conv: 8, bias: no,\n     kernel: 3, # wide\n     norm: batch}",
            8,
        ),
        (
            "- {conv: 8, kernel: 3, norm: batch, repeat: 3}",
            "- {conv: 8, kernel: 3, norm: batch, repeat: 3, bias: no}",
            24,
        ),
        (
            "- {conv: 8, kernel: 3, activation: relu}\n  - relu\n  - flatten",
            "- {conv: 8, kernel: 3, activation: relu}\n  - flatten",
            0,
        ),
        (
            "- flatten\n  - dense: 10\n  - relu\n  # thrice\n  - relu # b\n  - relu",
            "- flatten\n  - dense: 10\n  - relu\n  # thrice",
            0,
        ),
        ("- flatten\n  - dense: 10\n  - dropout: 0.2", "- flatten\n  - dense: 10", 0),
        (
            "- parallel: {a: [{conv: 8, kernel: 3}, relu, relu]}\n    join: add",
            "- parallel: {a: [{conv: 8, kernel: 3}, relu]}\n    join: add",
            0,
        ),
    ],
    ids=[
        "braces",
        "in place",
        "lines",
        "inside the head",
        "braces on lines",
        "repeat",
        "relu",
        "three relus",
        "dropout",
        "path",
    ],
)
def test_the_text_is_edited_at_the_place_and_keeps_the_promise(before, after, saved):
    layout = HEAD + "layers:\n  {}\n# the end\n"
    done = mended(layout.format(before))
    assert done.text == layout.format(after)
    assert done.left == ()
    old, new = (sc.analyze(sc.load(text)) for text in (layout.format(before), done.text))
    assert old.params - new.params == saved
    assert (old.macs, list(old.outputs.values())) == (new.macs, list(new.outputs.values()))


@pytest.mark.parametrize(
    "layers",
    [
        "- {conv: 8, kernel: 3, activation: relu}\n  - {relu: , name: a}\n  - {add: [a, prev]}",  # it has a name
        "- {name: a, conv: 8, kernel: 3, activation: relu}\n  - flatten\n  - {relu: , from: a}",
        "- {conv: 8, kernel: 3, activation: relu}\n  - {relu: , repeat: 2}",
        "- {dense: 8, activation: softmax, over: channels}\n  - softmax",  # which one is meant is not known
    ],
)
def test_what_may_be_meant_is_left_as_it_is(layers):
    text = HEAD + f"layers:\n  {layers}\n"
    done = mended(text)
    assert done.text == text
    assert done.fixed == ()


BLOCK = """\
input: [3, 32, 32]
blocks:
  Unit: {params: {norm: none}, layers: [{conv: 8, kernel: 3, norm: $norm}]}
layers:
  - Unit: batch
  - Unit: none
  - Unit: batch
"""


def test_a_layer_that_is_right_elsewhere_is_not_changed():
    done = mended(BLOCK)
    assert done.text == BLOCK
    assert [finding.layers for finding in done.left] == [("Unit1.conv1.conv", "Unit3.conv1.conv")]
    done = mended(BLOCK.replace("Unit: none", "Unit: batch"))
    assert "norm: $norm, bias: no}" in done.text
    assert done.left == ()


def test_one_that_is_silenced_somewhere_is_not_changed_either():
    text = BLOCK.replace("Unit: none", "Unit: batch # shapecalc: ignore[SC301] to be told apart")
    assert mended(text).text == text


@pytest.mark.parametrize("broken", ["\n", "\r\n"])
def test_lines_end_as_they_did(broken):
    text = "input: [3, 32, 32]\nlayers:\n  - conv: 8\n    kernel: 3\n    norm: batch\n".replace("\n", broken)
    done = mended(text)
    assert done.text == text.replace(f"conv: 8{broken}", f"conv: 8{broken}    bias: no{broken}")


def test_options_inside_the_head_may_stand_in_a_list_in_brackets():
    body = "[conv: {filters: c, kernel: 3, norm: batch}, relu, relu]"
    text = f"input: [3, 32, 32]\nlayers:\n  - {{for: {{c: [8]}}, do: {body}}}\n"
    done = mended(text)
    assert done.left == ()
    assert done.text.endswith("[conv: {bias: no, filters: c, kernel: 3, norm: batch}, relu]}\n")


@pytest.mark.parametrize(
    "fix",
    [
        lambda fix: Fix(fix.edit, fix.params + 1),  # saves less than it says
        lambda _: Fix(lambda editor: editor.option(("layers", 0), "conv", "norm", "none"), 8),  # saves 16
        lambda _: Fix(lambda editor: editor.option(("layers", 0), "conv", "stride", "2"), 0),  # another shape
        lambda _: Fix(lambda editor: editor.option(("layers", 0), "conv", "groups", "1"), 0),  # nothing mended
        lambda _: Fix(lambda editor: editor.option(("layers", 0), "conv", "bias", "[1"), 8),  # no longer read
    ],
)
def test_a_fix_that_does_not_keep_its_promise_is_not_kept(fix):
    text = HEAD + "layers:\n  - {conv: 8, kernel: 3, norm: batch}\n"
    done = mended(
        text, lambda graph: tuple(replace(one, fix=fix(one.fix)) for one in lint(graph, ["SC301"], rules=RULES))
    )
    assert done.text == text
    assert [finding.code for finding in done.left] == ["SC301"]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixable], ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_with_a_fix_is_mended(rule):
    done = mended(rule.spec(rule.bad))
    assert [finding.code for finding in done.fixed] == [rule.code]
    assert done.left == ()
    assert sc.load(done.text)


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.fixable], ids=lambda rule: rule.code)
def test_that_of_another_rule_is_left_alone(rule):
    text = rule.spec(rule.bad)
    assert mended(text, partial(lint, rules=RULES, pedantic=True)).text == text


@settings(deadline=None, max_examples=40)
@given(CHAINS, GIVEN, st.sampled_from([None, False, True]))
def test_of_any_chain_the_mended_text_has_as_many_parameters_less_as_was_promised(layers, given, flow):
    data = json.loads(json.dumps({"input": given, "layers": layers}))  # no value twice, which YAML would make an alias
    text = yaml.safe_dump(data, default_flow_style=flow, sort_keys=False)
    graph = build(Document.from_text(text))
    assume(not graph.wrong)
    done = mended(text, partial(lint, rules=RULES))
    saved = sum(finding.fix.params for finding in done.fixed)
    old, new = sc.analyze(graph), sc.analyze(sc.load(done.text))
    assert old.params - saved == new.params
    assert (old.macs, list(old.outputs.values())) == (new.macs, list(new.outputs.values()))
    assert not any(finding.code == "SC301" for finding in done.left)
