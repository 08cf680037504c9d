import random
import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shapecalc.diagnostics import Place, SpecError
from shapecalc.source.reader import places, read
from shapecalc.source.scalars import plain
from tests.source.marking import BOTH, faults, marked

SPEC = """\
# a network
name: LeNet
description: >
  Two lines
  of text
input: [3, 32, 32]
vars: {width: 64, "depth": 4, 'classes': ~}
defaults:
  conv: {padding: same, bias: no,
         activation: relu}
layers:
  - {conv: "max(8, c)", kernel: 3}   # a comment
  - for: {c: [64, 128]}
    do:
    - conv: c
      kernel: [3, 5]
  - flatten
  - dense: 10
budget: {params: 25.6M, macs: 4.2e9}
"""

DATA = {
    "name": "LeNet",
    "description": "Two lines of text\n",
    "input": [3, 32, 32],
    "vars": {"width": 64, "depth": 4, "classes": None},
    "defaults": {"conv": {"padding": "same", "bias": "no", "activation": "relu"}},
    "layers": [
        {"conv": "max(8, c)", "kernel": 3},
        {"for": {"c": [64, 128]}, "do": [{"conv": "c", "kernel": [3, 5]}]},
        "flatten",
        {"dense": 10},
    ],
    "budget": {"params": "25.6M", "macs": 4.2e9},
}

# text with the place marked in it, code, message, label, help
REFUSED = [
    pytest.param(
        "«»", "E103", "the file is empty", "nothing but comments and blank lines",
        "`shapecalc new` writes a spec to begin with", id="empty",
    ),
    pytest.param(
        "«»# only this\n\n", "E103", "the file is empty", "nothing but comments and blank lines",
        "`shapecalc new` writes a spec to begin with", id="comments",
    ),
    pytest.param(
        "«»---\n...\n", "E103", "the file is empty", "nothing but comments and blank lines",
        "`shapecalc new` writes a spec to begin with", id="empty-document",
    ),
    pytest.param(
        "a: b«\x07»\n", "E102", "the text holds the character U+0007", "no text", "delete it", id="control",
    ),
    pytest.param(
        "a: b\nc: «\ufeff»d\n", "E102", "a byte order mark stands inside the text", "no text", "delete it", id="mark",
    ),
    pytest.param(
        "a: «\ud800»\n", "E102", "the text holds the character U+D800", "half a character", "delete it", id="half",
    ),
    pytest.param(
        "kernel: 3\nstride: 1\n«kernel»: 5\n", "E105", "`kernel` is given twice",
        "the second one; the first is in line 1", "keep one of them", id="twice",
    ),
    pytest.param(
        'a: {b: 1, «"b"»: {c: 2}}\n', "E105", "`b` is given twice",
        "the second one; the first is in line 1", "keep one of them", id="twice-in-braces",
    ),
    pytest.param(
        "a: «!!python/object:os.system» x\n", "E106", "`!!python/object:os.system` is a tag, and a spec has none",
        "a tag", "write `not` for a negation; quote a text that begins with `!`", id="tag",
    ),
    pytest.param(
        "when: &x «!reduce» and c\n", "E106", "`!reduce` is a tag, and a spec has none",
        "a tag", "write `not` for a negation; quote a text that begins with `!`", id="tag-after-anchor",
    ),
    pytest.param(
        "a: «!e!x» y\n", "E106", "`!e!x` is a tag, and a spec has none",
        "a tag", "write `not` for a negation; quote a text that begins with `!`", id="unknown-tag",
    ),
    pytest.param(
        "a: «*x»\n", "E106", "`*x` is an alias, and a spec has none",
        "an alias", "write the value out, or name it under `vars:` or `blocks:`", id="alias",
    ),
    pytest.param(
        "a: 1\n«---»\nb: 2\n", "E106", "the file holds more than one document",
        "a second one begins here", "keep each network in a file of its own; `---` may stand only above it",
        id="documents",
    ),
    pytest.param(
        "«%TAG ! x»\n---\na: 1\n", "E106", "`%TAG ! x` is an instruction to YAML, and a spec has none",
        "a directive", "delete this line", id="directive",
    ),
    pytest.param(
        "«%YAML 2.0»\n---\na: 1\n", "E106", "`%YAML 2.0` is an instruction to YAML, and a spec has none",
        "a directive", "delete this line", id="version",
    ),
    pytest.param(
        "? «[»a, b]\n: 1\n", "E106", "a list stands where a key belongs",
        "this list", "a key is a word; quote a text that begins with `[` or `{`", id="list-as-key",
    ),
    pytest.param(
        "a: {«{»b: c}: 1}\n", "E106", "a mapping stands where a key belongs",
        "this mapping", "a key is a word; quote a text that begins with `[` or `{`", id="mapping-as-key",
    ),
    pytest.param(
        "«~»: 1\n", "E106", "`~` stands where a key belongs",
        "nothing, as YAML reads it", 'quote it: "~"', id="null-key",
    ),
    pytest.param(
        "a: 1\n«:» 2\n", "E106", "a key is missing", "nothing stands here", "write a key before the colon",
        id="no-key",
    ),
    pytest.param(
        "a: " + "[" * 63 + "«[»" + "[" * 100_000, "E107", "lists and mappings are nested more than 64 deep",
        "level 65", "close the brackets that should end before; a spec is a few levels deep", id="deep",
    ),
    pytest.param(
        "a: «" + "9" * 101 + "»\n", "E108", "a number has more than 100 digits",
        "this number", "shorten it, or quote it if it is a text", id="digits",
    ),
    pytest.param(
        "«-» conv: 3\n", "E109", "a list stands at the top, where a spec has keys",
        "this list", "begin with keys: `input: [3, 224, 224]`, then `layers:` and a list below it", id="list",
    ),
    pytest.param(
        "«resnet»\n", "E109", "a text stands at the top, where a spec has keys",
        "this text", "begin with keys: `input: [3, 224, 224]`, then `layers:` and a list below it", id="text",
    ),
    pytest.param(
        "a: {conv: «max(8, c)», kernel: 3}\n", "E119", "the comma cuts `max(8, c)` in two",
        "two entries, as YAML reads it", 'quote an expression with a comma inside { }: `conv: "max(8, c)"`',
        id="comma",
    ),
    pytest.param(
        "a: [«max(8, c)», 3]\n", "E119", "the comma cuts `max(8, c)` in two",
        "two entries, as YAML reads it", 'quote an expression with a comma inside [ ]: `"max(8, c)"`',
        id="comma-in-list",
    ),
    pytest.param(
        "a: {b: «f(g(1, 2), 3,\n  c)», d: 1}\n", "E119", "the comma cuts `f(g(1, 2), 3, c)` in two",
        "two entries, as YAML reads it", 'quote an expression with a comma inside { }: `b: "f(g(1, 2), 3, c)"`',
        id="commas",
    ),
]  # fmt: skip


LOADERS = {"pure": yaml.BaseLoader, "c": getattr(yaml, "CBaseLoader", None)}


def outline(node):
    """What PyYAML's own composer makes of a text, with scalars read by the core schema."""
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else plain(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [outline(item) for item in node.value]
    return {key.value: outline(value) for key, value in node.value}


@pytest.mark.parametrize("parser", BOTH)
class TestReading:
    def test_gives_plain_data(self, parser):
        assert read(SPEC, parser=parser) == DATA

    def test_agrees_with_the_composer_of_pyyaml(self, parser):
        assert read(SPEC, parser=parser) == outline(yaml.compose(SPEC, Loader=LOADERS[parser]))

    @pytest.mark.parametrize(("text", "code", "message", "label", "help"), REFUSED)
    def test_tells_what_is_refused_and_where(self, parser, text, code, message, label, help):
        text, [place] = marked(text)
        [fault] = faults(text, parser)
        assert (fault.code, fault.message, fault.label, fault.help) == (code, message, label, help)
        assert fault.place == place

    def test_takes_the_text_of_a_key_whatever_it_would_be_as_a_value(self, parser):
        assert read("1: a\nyes: b\n1e3: c\n'~': d\n", parser=parser) == {"1": "a", "yes": "b", "1e3": "c", "~": "d"}

    def test_leaves_quoted_scalars_and_blocks_as_text(self, parser):
        text = "a: '1'\nb: \"true\"\nc: |-\n  3\nd: >-\n  null\n"
        assert read(text, parser=parser) == {"a": "1", "b": "true", "c": "3", "d": "null"}

    def test_lets_an_anchor_be_that_nothing_copies(self, parser):
        assert read("a: &x 3\nb: &y [1]\n", parser=parser) == {"a": 3, "b": [1]}

    @pytest.mark.parametrize("version", ["%YAML 1.1", "%YAML 1.2", "# first\n%YAML 1.2  # why not"])
    def test_takes_the_version_of_yaml(self, parser, version):
        assert read(f"{version}\n---\na: 1\n...\n# end\n", parser=parser) == {"a": 1}

    def test_keeps_escapes_in_double_quotes(self, parser):
        assert read(r'a: "\0\x41é\U0001F600\n"', parser=parser) == {"a": "\0Aé😀\n"}

    def test_tells_every_fault_of_a_file_at_once(self, parser):
        text = "a: 1\na: *x\nb: {c: max(1, 2), c: min(1, 2)}\nd: !t 1\ne: [1\n"
        codes = [fault.code for fault in faults(text, parser)]
        assert codes == ["E105", "E106", "E119", "E105", "E119", "E106", "E104"]

    def test_stops_after_a_hundred_faults(self, parser):
        assert len(faults("a: 1\n" * 1000, parser)) == 100

    def test_a_second_key_names_the_first(self, parser):
        [fault] = faults("x:\n  - {conv: 1}\n  - conv: 1\n    conv: 2\n", parser)
        assert (fault.route, fault.at_key) == (("x", 1, "conv"), True)
        assert [(r.message, r.place) for r in fault.related] == [("the first one", Place(2, 4, 2, 8))]

    def test_an_alias_names_its_anchor(self, parser):
        [fault] = faults("a: &x 3\nb: *x\n", parser)
        assert [(r.message, r.place) for r in fault.related] == [("its anchor", Place(0, 3, 0, 7))]

    def test_a_parenthesis_that_no_comma_cuts_is_left_alone(self, parser):
        text = "a: {b: f(1), c: g(, d: 2}\ne: [f(1), '(', x)]\nf: {g: (a, b, c: 3}\n"
        expected = {
            "a": {"b": "f(1)", "c": "g(", "d": 2},
            "e": ["f(1)", "(", "x)"],
            "f": {"g": "(a", "b": None, "c": 3},
        }
        assert read(text, parser=parser) == expected

    def test_counts_lines_as_splitlines_does(self, parser):
        text = "a: 1\r\nb: 2\rc: 3\x85d: 4\u2028e: 5\u2029f: !t 1"
        [fault] = faults(text, parser)
        assert fault.place == Place(5, 3, 5, 5)
        assert text.splitlines()[5] == "f: !t 1"

    def test_data_hold_no_half_characters(self, parser):
        [fault] = faults(r'a: "\ud83d\ude00"', parser)
        assert (fault.code, fault.message) == ("E104", r"`\ud83d` in double quotes stands for no character")


@pytest.mark.parametrize("parser", BOTH)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param("{a: " * 100_000, id="braces"),
        pytest.param("- " * 100_000, id="dashes"),
        pytest.param("? " * 100_000, id="questions"),
        pytest.param("a: &x [" + "*x, " * 100_000, id="aliases"),
        pytest.param("".join(" " * i + "a:\n" for i in range(500)), id="indentation"),
        pytest.param("".join(f"%TAG !{i}! x\n" for i in range(100_000)) + "---\na: 1", id="directives"),
        pytest.param("a: 1\n" + "".join(f"%TAG !{i}! x\n" for i in range(100_000)), id="directives-after"),
        pytest.param("--- 1\n" * 100_000, id="documents"),
    ],
)
def test_stops_at_once_where_a_text_is_hostile(parser, text):
    start = time.perf_counter()
    assert faults(text, parser)
    assert time.perf_counter() - start < 0.5


def test_reads_ten_thousand_layers_in_a_moment():
    text = "layers:\n" + "  - {conv: 64, kernel: 3, padding: same}\n" * 10_000
    start = time.perf_counter()
    assert len(read(text)["layers"]) == 10_000
    assert time.perf_counter() - start < 1.5  # 0.12 s where nothing else runs


def test_a_text_beyond_the_limit_is_refused():
    [fault] = faults(" " * (16 * 1024 * 1024 + 1), "pure")
    assert (fault.code, fault.message) == ("E108", "the text is longer than 16 MiB")


def test_more_parts_than_anyone_writes_are_refused(monkeypatch):
    monkeypatch.setattr("shapecalc.source.reader.MAX_EVENTS", 100)
    [fault] = faults("a: [" + "1, " * 200 + "]", BOTH[0])
    assert (fault.code, fault.message) == ("E108", "the spec has more than 1,000,000 parts")


PIECES = st.sampled_from([
    "a", "b", "1", "~", "é", "日", " ", "  ", "\n", "\n  ", "- ", "-", ":", ": ", ",", "[", "]", "{", "}", "(", ")",
    "'", '"', "#", " #", "|", ">", "&a ", "*a", "!t ", "%", "@", "?", "? ", "\\", "\\ud800", "\\U00110000", "\t", "\r",
    "\x00", "\x85", "\u2028", "\ufeff", "\xa0", "\ud800", "---\n", "...\n", "%YAML 1.2\n", "<<",
    "max(8, c)", "kernel:3",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)
EDITS = st.lists(st.tuples(st.integers(0, len(SPEC)), st.integers(0, 3), PIECES | st.just("")), min_size=1, max_size=3)


def edited(edits):
    text = SPEC
    for at, cut, piece in edits:
        text = text[:at] + piece + text[at + cut :]
    return text


def in_text(place, text):
    """Whether a place is one of the text, or the end of it."""
    lines = [*text.splitlines(), ""]
    return (
        (place.line, place.column) <= (place.end_line, place.end_column)
        and place.column <= len(lines[place.line])
        and place.end_column <= len(lines[place.end_line])
    )


@pytest.mark.parametrize("parser", BOTH)
@settings(deadline=None)
@given(text=TEXTS | EDITS.map(edited))
@example(text='? "\\?')
@example(text="a: |\x85")
@example(text="? \\?")
def test_any_text_is_read_or_refused_in_its_place(parser, text):
    try:
        data = read(text, parser=parser)
    except SpecError as error:
        said = error
    else:
        if "&" not in text and "nan" not in text.lower():  # the composer refuses an anchor given twice
            assert data == outline(yaml.compose(text, Loader=LOADERS[parser]))
        found = places(text, parser)
        assert all(in_text(place, text) for place in [*found.keys.values(), *found.values.values()])
        return
    assert all(fault.message and in_text(fault.place, said.text) for fault in said.diagnostics)
    assert not any("invalid" in fault.message + fault.label + fault.help for fault in said.diagnostics)


@pytest.mark.skipif(len(BOTH) < 2, reason="PyYAML is built without its parser in C")
def test_both_parsers_say_the_same_of_nearly_every_slip():
    chance = random.Random(1)
    signs = [":", ": ", "- ", "{", "}", "[", "]", ",", "'", '"', "\n", " ", "#", "|", ">", "&a ", "*a", "!t ", "(", "@"]
    differ = 0
    for _ in range(500):
        text = list(SPEC)
        at = chance.randrange(len(text))
        text[at : at + chance.randrange(3)] = chance.choice(signs)
        differ += faults("".join(text), "c") != faults("".join(text), "pure")
    assert differ < 10
