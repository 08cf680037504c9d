"""Comments are found where a parser finds them, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from shapecalc.source.comments import comments

TEXT = """\
# top
name: "a # b"   # c1
description: >
  hello # not
  a comment

# after a block
x: |
  # no
y: a#b # yes
layers:
  # alone

  - {conv: 3,  # in braces
     kernel: 3} # end
  - 'x # y' # z
# last"""


def test_a_comment_begins_at_a_mark_outside_of_scalars():
    assert [(comment.text, comment.line) for comment in comments(TEXT)] == [
        ("# top", 0),
        ("# c1", 1),
        ("# after a block", 6),
        ("# yes", 9),
        ("# alone", 11),
        ("# in braces", 13),
        ("# end", 14),
        ("# z", 15),
        ("# last", 16),
    ]


def test_one_that_stands_alone_is_about_the_next_line_that_says_something():
    about = {comment.text: comment.about for comment in comments(TEXT)}
    assert about["# top"] == 1
    assert about["# c1"] == 1
    assert about["# alone"] == 13
    assert about["# last"] == 16  # there is none


def test_columns_are_those_of_the_text():
    for comment in comments(TEXT):
        assert TEXT.splitlines()[comment.line][comment.column :] == comment.text


@given(st.lists(st.sampled_from(["a: 1", "b: 'x # y'", "", "# c", "c: d # e", "- f # g"]), max_size=8))
def test_a_comment_is_one_line_of_the_text(lines):
    text = "\n".join(line if not line.startswith("-") else f"k{i}: [1] # g" for i, line in enumerate(lines))
    for comment in comments(text):
        assert text.splitlines()[comment.line].endswith(comment.text)
        assert comment.line <= comment.about


def test_a_thousand_comments_take_no_time():
    text = "a: 1\n" + "# c\n" * 50_000
    assert len(comments(text)) == 50_000
