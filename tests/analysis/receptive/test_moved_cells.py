"""What is seen through layers that move, cut, copy or regroup cells."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.receptive.onward import onward
from shapecalc.analysis.receptive.seeing import Field
from shapecalc.formulas.reach import SAME_CELL, WHOLE, Unknown
from tests.analysis.receptive.test_fields import cells_seen, conv, ends_seen, field, told
from tests.by_hand import answer, network, walk


def last(*layers, given=(1, 32)):
    return list(answer(*layers, given=given))[-1]


def rows_and_columns_seen(graph):
    """Which rows and which columns of an image each cell of the last node's output sees, by the NaN probe."""
    ((c, h, w),) = graph.inputs.values()
    found = []
    for cells, axis in ((h, 2), (w, 3)):
        x = np.ones((cells, c, h, w))
        for cell in range(cells):
            np.moveaxis(x[cell], axis - 1, 0)[cell] = np.nan
        found.append(np.isnan(walk(graph, x)[graph.nodes[-1].name]))
    return found


POINT = {"conv": 1, "kernel": 1}

# cut and padded: exact


@st.composite
def cuts(draw):
    """A layer that cuts a line, in one of the ways there are, or a convolution."""
    ends = [[draw(st.integers(0, 3)), draw(st.integers(0, 3))]]
    start, stop, step = draw(st.integers(0, 3)), draw(st.integers(-3, -1)), draw(st.integers(1, 3))
    return draw(
        st.sampled_from(
            [
                {"crop": ends},
                {"crop": {"size": draw(st.integers(7, 9))}},
                {"slice": {"axis": "L", "start": start, "stop": stop, "step": step}},
                conv(3),
                conv(2, 2),
            ]
        )
    )


PADS = st.builds(lambda p, q: {"pad": [[p, q]]}, st.integers(0, 3), st.integers(0, 3))


def nominal_and_seen(layers):
    """For every output cell, the input cells that its nominal field holds, and those that it sees."""
    try:
        graph = network(*layers, given=(1, 40))
    except sc.SpecError:  # more is cut than is left
        assume(False)  # noqa: FBT003
    nominal = field(list(sc.analyze(graph))[-1])
    for i, column in enumerate(cells_seen(graph).T):
        first, last = (int(end + i * nominal.jump) for end in (nominal.first, nominal.last))
        yield range(first, last + 1), np.flatnonzero(column).tolist()


@settings(deadline=None, max_examples=80)
@given(st.lists(cuts(), min_size=1, max_size=3))
def test_what_is_cut_sees_what_the_probe_sees(layers):
    for nominal, seen in nominal_and_seen(layers):
        assert (seen[0], seen[-1]) == (nominal[0], nominal[-1])


@settings(deadline=None, max_examples=60)
@given(PADS, st.lists(st.one_of(cuts(), PADS), min_size=1, max_size=3))
def test_what_is_padded_sees_nothing_outside_its_nominal_field(pad, layers):
    for nominal, seen in nominal_and_seen([pad, *layers]):
        assert set(seen) <= set(nominal)


@settings(deadline=None, max_examples=40)
@given(PADS, st.integers(1, 4))
def test_what_is_padded_sees_its_nominal_field_clipped_to_the_input(pad, k):
    for nominal, seen in nominal_and_seen([pad, conv(k)]):
        assert seen == [cell for cell in nominal if cell in range(40)]


def test_a_crop_moves_the_field_and_a_pad_moves_it_back():
    assert field(last(conv(3), {"crop": [[2, 5]]})) == Field(0, first=2, last=4)
    assert field(last(conv(3), {"pad": [[2, 5]]})) == Field(0, first=-2, last=0)
    assert field(last(conv(3, 2), {"crop": [[2, 0]]})) == Field(0, first=4, last=6, jump=2)


def test_every_other_cell_is_a_jump_of_two():
    layer = {"slice": {"axis": "L", "start": 3, "step": 2}}
    assert field(last(conv(3, 2), layer)) == Field(0, first=6, last=8, jump=4)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_of_every_mode_is_padding(mode):
    assert told(last({"pad": [[1, 1]], "mode": mode}, conv(3))) == (3, 1, 1)


def test_cells_cut_off_the_end_are_no_part_of_a_whole():
    for layers in ([{"crop": [[0, 3]]}], [{"slice": {"axis": "L", "stop": 13}}]):
        graph = network({"upsample": 2}, *layers, "global_avgpool", given=(1, 8))
        assert np.flatnonzero(~cells_seen(graph)).tolist() == [7]
        assert field(list(sc.analyze(graph))[-1]) == Field(None, first=0, last=6, jump=0)


def test_a_join_that_cuts_the_end_off_does_not_see_the_whole():
    layers = [{"name": "up", "upsample": 2}, {"crop": [[0, 8]]}]
    graph = network(*layers, {"maxpool": 1, "from": "up"}, {"add": ["crop1", "prev"], "fit": "crop"}, "global_avgpool")
    assert np.flatnonzero(~cells_seen(graph)).tolist() == [30, 31]  # the middle 56 of 64 begin at cell 2
    assert field(list(sc.analyze(graph))[-1]) == Field(None, first=0, last=29, jump=0)


def test_a_token_is_seen_at_its_own_place():
    layers = [conv(3, 1, 1), {"take": 4}]
    assert field(last(*layers)) == Field(None, first=3, last=5, jump=0)
    graph = network(*layers)
    assert np.flatnonzero(cells_seen(graph)).tolist() == [3, 4, 5]
    assert field(last(conv(3, 2), {"take": -1}, "relu")) == Field(None, first=28, last=30, jump=0)  # of 15 places


def test_a_class_token_stands_before_the_first_cell():
    assert told(last("class_token", conv(3))) == (3, 1, 1)
    assert told(last({"class_token": "last"}, conv(3))) == (3, 1, 0)


# axes in another order


def test_a_field_goes_where_its_axis_goes():
    layers = [{"conv": 1, "kernel": [3, 5], "stride": [2, 1]}, {"permute": ["C", "W", "H"]}]
    rows, columns = last(*layers, given=(1, 16, 16)).field.values()
    assert (rows, columns) == (Field(1, first=0, last=2, jump=2), Field(0, first=0, last=4, jump=1))
    more = last(*layers, {"conv": 1, "kernel": [1, 2]}, given=(1, 16, 16)).field.values()
    assert [f.size for f in more] == [5, 5]  # two rows of fields of 3, 2 apart; the columns as they were


def test_an_axis_that_becomes_the_channels_is_seen_whole():
    graph = network({"permute": ["H", "C", "W"]}, POINT, given=(1, 6, 9))
    seen = list(sc.analyze(graph))[-1]
    assert [field(seen, axis).whole for axis in (0, 1)] == [True, False]
    assert [axis.all() for axis in rows_and_columns_seen(graph)] == [True, False]


def test_an_axis_of_length_one_comes_and_goes():
    down = {"conv": 1, "kernel": [6, 3], "padding": [0, 1]}
    squeezed = last(down, "squeeze", conv(3), given=(1, 6, 9))
    rows, columns = squeezed.field.values()
    assert (rows, columns) == (Field(None, first=0, last=5, jump=0), Field(0, first=-1, last=3))
    assert last(conv(3), {"unsqueeze": "H"}, given=(1, 9)).field["input", 0] == Field(1, first=0, last=2)


def test_branches_along_different_axes_have_no_one_field():
    layers = [{"name": "turned", "permute": ["C", "W", "H"]}, {"add": ["turned", "input"]}]
    assert field(last(*layers, given=(1, 8, 8))).why == "branches meet whose fields move along different axes"


# regrouped


@pytest.mark.parametrize(
    ("shape", "sees"),
    [
        ([9, 28], "unknown"),  # rows of 28 out of 7×9 and four channels
        ([28, 9], "whole, cell"),
        ([252], "whole"),
        ([4, 63], "unknown"),
        ([4, 7, 3, 3], "cell, unknown"),
        ([2, 2, 7, 9], "cell"),
        ([4, 7, 9], "cell"),
    ],
    ids=str,
)
def test_a_reshaping_keeps_the_axes_that_it_does_not_mix(shape, sees):
    fields = last({"reshape": shape}, given=(4, 7, 9)).field.values()
    words = ["unknown" if isinstance(f, Unknown) else "whole" if f.whole else "cell" for f in fields]
    assert ", ".join(dict.fromkeys(words)) == sees


REGROUPED = {
    "tokens": ["to_tokens"],
    "tokens and back": ["to_tokens", "class_token", {"to_map": [5, 11]}],
    "another shape": [{"reshape": [1, 9, 6]}],
    "windows": [{"window_partition": 3, "shift": 1}],
    "windows and back": [{"window_partition": 3, "shift": 1}, {"window_merge": 3, "map": [6, 9], "shift": 1}],
}


@pytest.mark.parametrize("layers", REGROUPED.values(), ids=REGROUPED)
def test_what_sees_all_that_was_regrouped_sees_the_whole_image(layers):
    assert all(isinstance(f, Unknown) for f in last(*layers, given=(1, 6, 9)).field.values())
    graph = network(*layers, "global_avgpool", {"dense": 1}, given=(1, 6, 9))
    assert all(f.whole for f in list(sc.analyze(graph))[-1].field.values())
    assert all(seen.all() for seen in rows_and_columns_seen(graph))


def test_one_axis_of_a_map_of_tokens_is_not_all_of_it():
    layers = [{"to_map": [3, 4]}, {"permute": ["H", "C", "W"]}]
    graph = network(*layers, given=(1, 12))
    x = np.ones((12, 1, 12))
    x[range(12), :, range(12)] = np.nan
    assert not np.isnan(walk(graph, x)["permute1"]).any(axis=1).all()
    assert isinstance(field(list(sc.analyze(graph))[-1]), Unknown)
    assert field(last(*layers, "global_avgpool", given=(1, 12))).whole


def test_every_reason_is_told():
    reasons = {
        "the axes H and W lie in one row of tokens": ["to_tokens"],
        "the cells of an axis are parted into windows": [{"window_partition": 3}],
        "a reshaping lays the cells of an axis out over others": [{"reshape": [1, 54]}],
    }
    for why, layers in reasons.items():
        (note,) = answer(*layers, given=(1, 6, 9)).diagnostics
        assert (note.code, note.label) == ("N501", why)


def test_a_field_too_wide_to_count_has_no_axis_once_it_is_in_the_channels():
    wide = Field(0, last=2 * 10**18)
    assert onward(wide, (WHOLE,), 5, (5,)).axes == ()
    assert onward(wide, (SAME_CELL,), 5, (5,)).axes == (0,)


# resized


def test_what_one_cell_is_stretched_to_sees_that_cell():
    assert field(last({"conv": 1, "kernel": 32}, {"upsample": 7, "mode": "linear"})) == Field(None, 0, 31, 0)
    pooled = last({"global_avgpool": None, "keep": True}, {"upsample": None, "like": "input"}, given=(1, 6, 9))
    assert all(f.whole for f in pooled.field.values())


def test_the_first_of_every_few_cells_is_exact():
    graph = network({"upsample": {"size": 8}})
    nominal = field(list(sc.analyze(graph))[-1])
    assert nominal == Field(0, first=0, last=0, jump=4)
    assert ends_seen(cells_seen(graph))[0].tolist() == list(range(0, 32, 4))


def test_blocks_of_cells_that_become_channels_are_exact():
    assert told(last({"pixel_unshuffle": 4}, conv(2))) == (8, 4, 0)


def test_a_layer_whose_size_is_taken_is_not_seen():
    wide = {"name": "wide", **conv(9, 1, 4)}
    small = {"from": "input", **conv(3, 1, 1)}
    assert told(last(wide, small, {"upsample": None, "like": "wide", "mode": "linear"})) == (3, 1, 1)
    layers = [{"name": "to", "from": "long", **conv(3)}, {"upsample": None, "from": "short", "like": "to"}]
    whole = sc.analyze(sc.load({"inputs": {"long": [1, 32], "short": [1, 15]}, "layers": layers}))
    assert whole["upsample1"].output == (1, 30)
    assert list(whole["upsample1"].field) == [("short", 0)]


def test_a_layer_whose_size_is_taken_stays_in_memory_until_then():
    """Wide has 32 numbers, the pooled 16, the last 32: when it is made all three are alive."""
    layers = [{"name": "wide", **conv(1)}, {"maxpool": 2}, {"upsample": None, "like": "wide"}]
    whole = answer(*layers)
    assert (whole.peak_bytes, whole.peak_at) == (4 * (32 + 16 + 32), "upsample1")
