"""Changes to a text at a place, all else as it was."""

import pytest

from shapecalc.source.document import Document
from shapecalc.source.edit import Edit, Editor, Unfit, edited

TEXT = """\
layers:
  - {conv: 8, kernel: 3} # one
  - conv: 8  # two
    kernel: 3
  - name: x
    conv: 8
  - {name: y, conv: 4,
     kernel: 1}
  - conv: {filters: 3, kernel: 1}
  - conv:
      filters: 3
      kernel: 1
  - {conv: 3, bias: "yes"} # eight
  - relu # nine
  - dropout: 0.5
  - batchnorm
  - {batchnorm: }
"""


def changed(*edits, text=TEXT):
    """The lines that some changes leave different."""
    after = edited(text, [edit(Editor(Document.from_text(text))) for edit in edits])
    return [line.strip() for line in after.splitlines() if line not in text.splitlines()]


def bias(index, head="conv"):
    return lambda editor: editor.option(("layers", index), head, "bias", "no")


@pytest.mark.parametrize(
    ("index", "lines"),
    [
        (0, ["- {conv: 8, kernel: 3, bias: no} # one"]),
        (1, ["bias: no"]),
        (2, ["bias: no"]),
        (3, ["- {name: y, conv: 4, bias: no,"]),
        (4, ["- conv: {bias: no, filters: 3, kernel: 1}"]),
        (5, ["bias: no"]),
        (6, ["- {conv: 3, bias: no} # eight"]),
    ],
)
def test_an_option_is_put_where_the_entry_has_its_own(index, lines):
    assert changed(bias(index)) == lines
    after = edited(TEXT, [bias(index)(Editor(Document.from_text(TEXT)))])
    before, data = Document.from_text(TEXT).data, Document.from_text(after).data
    inner = data["layers"][index]["conv"]
    holder = inner if isinstance(inner, dict) else data["layers"][index]
    assert holder.pop("bias") == "no"
    (before["layers"][index]["conv"] if isinstance(inner, dict) else before["layers"][index]).pop("bias", None)
    assert data == before


def test_a_bare_word_gets_braces():
    assert changed(lambda editor: editor.option(("layers", 9), "batchnorm", "affine", "no")) == [
        "- {batchnorm: , affine: no}"
    ]


def test_an_entry_goes_with_its_line():
    editor = Editor(Document.from_text(TEXT))
    assert edited(TEXT, [editor.without(("layers", 7))]) == TEXT.replace("  - relu # nine\n", "")
    assert edited(TEXT, [editor.without(("layers", 8))]) == TEXT.replace("  - dropout: 0.5\n", "")
    assert edited(TEXT, [editor.without(("layers", 1))]) == TEXT.replace("  - conv: 8  # two\n    kernel: 3\n", "")


@pytest.mark.parametrize(
    ("index", "left"), [(0, "[{dropout: 0.2}, tanh]"), (1, "[relu, tanh]"), (2, "[relu, {dropout: 0.2}]")]
)
def test_in_brackets_an_entry_goes_with_its_comma(index, left):
    text = "layers: [relu, {dropout: 0.2}, tanh] # end\n"
    assert edited(text, [Editor(Document.from_text(text)).without(("layers", index))]) == f"layers: {left} # end\n"


def test_in_brackets_on_lines_a_comment_before_an_entry_is_not_touched():
    text = "layers: [{conv: 8,\n    kernel: 3}, relu,\n  # a, b,\n  tanh]\n"
    editor = Editor(Document.from_text(text))
    assert edited(text, [editor.without(("layers", 1))]) == text.replace(", relu", "")
    with pytest.raises(Unfit):
        editor.without(("layers", 2))
    text = "layers: [relu, # a\n  {conv: 8,\n    kernel: 3}]\n"
    with pytest.raises(Unfit):
        Editor(Document.from_text(text)).without(("layers", 0))
    text = text.replace("# a", "")
    assert edited(text, [Editor(Document.from_text(text)).without(("layers", 0))]) == (
        "layers: [{conv: 8,\n    kernel: 3}]\n"
    )


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_entry_without_a_value_goes_with_its_own_comment_alone(index):
    lines = ["  - relu: # one\n", "  - 'dropout' : # two\n", "  - {tanh: } # three\n"]
    text = "layers:\n" + "".join(lines) + "# end\n"
    left = "layers:\n" + "".join(line for line in lines if line != lines[index]) + "# end\n"
    assert edited(text, [Editor(Document.from_text(text)).without(("layers", index))]) == left


def test_the_only_entry_stays():
    with pytest.raises(Unfit):
        Editor(Document.from_text("layers: [relu]\n")).without(("layers", 0))


def test_what_cannot_be_told_is_refused():
    editor = Editor(Document.from_text(TEXT))
    with pytest.raises(Unfit):
        editor.option(("layers", 10), "batchnorm", "batchnorm", "no")
    with pytest.raises(Unfit):
        Editor(Document.from_data({"layers": [{"conv": 3}]})).option(("layers", 0), "conv", "bias", "no")


def test_changes_at_one_place_are_refused_and_equal_ones_made_once():
    with pytest.raises(Unfit):
        edited("abc", [Edit(0, 2, "x"), Edit(1, 3, "y")])
    assert edited("abc", [Edit(0, 1, "x"), Edit(0, 1, "x"), Edit(2, 2, "-")]) == "xb-c"
