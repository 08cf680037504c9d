"""Where one cell's field is not known, what all cells see together often is."""

import pytest

from tests.by_hand import answer

UP = {"conv_transpose": 2, "kernel": 2, "stride": 2}
SEVERAL = {"conv_transpose": 2, "kernel": 3, "stride": 2}


def fields(*layers, given=(2, 9, 9)):
    return list(list(answer(*layers, given=given))[-1].field.values())


@pytest.mark.parametrize(
    "layers",
    [
        [UP, "global_avgpool"],
        [SEVERAL, "relu", "flatten"],
        [UP, {"conv": 2, "kernel": 3}, "global_avgpool"],
        [UP, UP, "global_maxpool"],
        [UP, {"maxpool": 3}, "global_avgpool"],  # 18 cells in windows of 3
        [{"conv": 2, "kernel": 3, "padding": "same"}, UP, {"conv": 2, "kernel": 1}, "flatten"],
    ],
    ids=["pool", "flatten", "conv", "twice", "stride", "before"],
)
def test_after_an_upsampling_a_layer_that_sees_everything_sees_the_whole_axis(layers):
    assert [field.whole for field in fields(*layers)] == [True, True]


def test_what_a_stride_left_out_before_is_not_seen_after():
    (field, _) = fields({"conv": 2, "kernel": 1, "stride": 5}, UP, "global_avgpool")
    assert (field.whole, field.first, field.last) == (False, 0, 5)  # of 9 cells, 0 and 5 are read


@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ([UP, {"maxpool": 4}, "global_avgpool"], (0, 7)),  # 18 cells, the last two in no window
        ([UP, {"maxpool": 5}, "global_avgpool"], (0, 7)),  # 15 cells, and half of cell 7 is one of them
        ([{"conv_transpose": 2, "kernel": 3, "stride": 2, "padding": [[3, 0], 0]}, "global_avgpool"], (1, 8)),
    ],
    ids=["floor", "half", "cut"],
)
def test_cells_that_are_left_out_after_it_are_not_seen(layers, seen):
    field = fields(*layers)[0]
    assert (field.whole, field.first, field.last) == (False, *seen)


TOKENS = ["to_tokens"]


def test_where_it_is_not_known_which_cells_are_left_out_nothing_is_claimed():
    assert "one row of tokens" in fields(*TOKENS, {"maxpool": 4}, "global_avgpool")[0].why
    last = fields(*TOKENS, {"maxpool": 4}, "flatten", {"dense": 3})
    assert [field.axes for field in last] == [(), ()]


def test_a_branch_that_sees_less_than_all_is_not_hidden_by_one_that_sees_a_part():
    """One branch sees cells 0 and 5, the other every cell: their sum sees more than either says alone."""
    paths = {"few": [{"conv": 2, "kernel": 1, "stride": 5}, "global_avgpool"], "all": ["global_avgpool"]}
    assert [field.whole for field in fields({"parallel": paths, "join": "add"})] == [True, True]
