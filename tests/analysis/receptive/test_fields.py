import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import Field
from shapecalc.formulas.reach import Unknown
from tests.by_hand import answer, network, walk


def field(layer, axis=0):
    return list(layer.field.values())[axis]


def told(layer):
    """Size, jump and padding, the same along every axis."""
    (one,) = {(int(f.size), int(f.jump), int(f.padding)) for f in layer.field.values()}
    return one


def conv(k, s=1, p=0, q=None, **options):
    return {"conv": 1, "kernel": k, "stride": s, "padding": [[p, p if q is None else q]], **options}


# published chains


def test_the_two_layer_network_of_araujo_sees_the_printed_region():
    last = list(answer(conv(3, 3, 1), conv(2)))[-1]
    assert (field(last).first, field(last).last) == (-1, 4)  # Distill 2019, u0 and v0
    assert told(last) == (6, 3, 1)


def test_the_aligned_paths_of_araujo_see_the_printed_field():
    """Distill 2019: "The receptive field size is 3, the effective stride is 4 and the effective padding is 1"."""
    paths = {"left": [conv(1, 4)], "right": [conv(3, 2, 1, 0), conv(1, 2)]}
    assert told(answer({"parallel": paths, "join": "add"})["parallel1"]) == (3, 4, 1)


MISALIGNED = {"parallel": {"left": [conv(5, 2, 2, 1)], "right": [conv(3), conv(3)]}, "join": "add"}


def test_the_misaligned_paths_of_araujo_have_no_one_field():
    whole = answer(MISALIGNED, given=(1, 8))
    joined = whole["parallel1"]
    assert joined.output == (1, 4)
    assert field(joined).why == "branches meet whose fields move by 2 and 1 cells"
    (note,) = whole.diagnostics
    assert (note.code, note.severity) == ("N501", "note")


def test_the_misaligned_paths_of_araujo_use_as_many_inputs_as_he_says():
    """Distill 2019, figure 4: 6 input samples are used for the second feature, 5 for the third."""
    assert cells_seen(network(MISALIGNED, given=(1, 8))).sum(axis=0)[[1, 2]].tolist() == [6, 5]


# Dang Ha 2017: layer, n, jump, size, start; he counts a cell's centre from its corner, at 0.5
ALEXNET = [
    (conv(11, 4), 55, 4, 11, 5.5),
    ({"maxpool": 3, "stride": 2}, 27, 8, 19, 9.5),
    (conv(5, 1, 2), 27, 8, 51, 9.5),
    ({"maxpool": 3, "stride": 2}, 13, 16, 67, 17.5),
    (conv(3, 1, 1), 13, 16, 99, 17.5),
    (conv(3, 1, 1), 13, 16, 131, 17.5),
    (conv(3, 1, 1), 13, 16, 163, 17.5),
    ({"maxpool": 3, "stride": 2}, 6, 32, 195, 33.5),
    (conv(6), 1, 32, 355, 113.5),
    (conv(1), 1, 32, 355, 113.5),
]


def test_alexnet_agrees_with_dang_ha():
    layers = answer(*(row[0] for row in ALEXNET), given=(3, 227))
    rows = [
        (layer.output.spatial[0], field(layer).jump, field(layer).size, field(layer).start + 0.5) for layer in layers
    ]
    assert rows == [row[1:] for row in ALEXNET]


def test_the_worked_figure_of_dang_ha():
    layers = answer(conv(3, 2, 1), conv(3, 2, 1), given=(1, 5))
    rows = [
        (layer.output.spatial[0], field(layer).jump, field(layer).size, field(layer).start + 0.5) for layer in layers
    ]
    assert rows == [(3, 2, 3, 0.5), (2, 4, 7, 0.5)]


# dilations, stacks, convolutions a dilation, kernel -> cells
DILATED = [
    pytest.param([1, 2, 4, 8], 1, 1, 2, 16, id="keras-tcn: one stack"),
    pytest.param([1, 2, 4, 8], 2, 1, 2, 31, id="keras-tcn: two stacks"),
    pytest.param([1, 2, 4, 8], 3, 1, 2, 46, id="keras-tcn: three stacks"),
    pytest.param([1, 2, 4, 8, 16, 32], 1, 2, 3, 253, id="keras-tcn: the TCN layer"),
    pytest.param([2**i for i in range(10)], 1, 1, 2, 1024, id="van den Oord et al. 2016, section 2.1"),
]


@pytest.mark.parametrize(("dilations", "stacks", "convs", "k", "cells"), DILATED)
def test_causal_stacks_see_as_many_cells_as_published(dilations, stacks, convs, k, cells):
    layer = {"conv": 1, "kernel": k, "padding": "causal"}
    layers = [{**layer, "dilation": d} for _ in range(stacks) for d in dilations for _ in range(convs)]
    last = list(answer(*layers))[-1]
    assert told(last) == (cells, 1, cells - 1)  # all before the cell itself
    assert field(last).last == 0


def test_a_chain_of_valid_convolutions_agrees_with_a_notebook():
    layers = answer(*(conv(k) for k in (9, 3, 3, 3, 9, 3, 3, 7, 3)), given=(1, 64))
    assert told(list(layers)[-1]) == (35, 1, 0)  # Receptive-Field-in-Pytorch, analytical and numerical


# google-research/receptive_field, vgg_a: layer, size, jump, padding
VGG_A = [
    ("conv", 3, 1, 1),
    ("pool", 4, 2, 1),
    ("conv", 8, 2, 3),
    ("pool", 10, 4, 3),
    ("conv", 18, 4, 7),
    ("conv", 26, 4, 11),
    ("pool", 30, 8, 11),
    ("conv", 46, 8, 19),
    ("conv", 62, 8, 27),
    ("pool", 70, 16, 27),
    ("conv", 102, 16, 43),
    ("conv", 134, 16, 59),
    ("pool", 150, 32, 59),
]


def test_vgg_a_agrees_with_google():
    kinds = {"conv": {"conv": 1, "kernel": 3, "padding": "same"}, "pool": {"maxpool": 2}}
    layers = answer(*(kinds[row[0]] for row in VGG_A), given=(3, 224, 224))
    assert [told(layer) for layer in layers] == [row[1:] for row in VGG_A]


# google-research/receptive_field, mobilenet_v1: stride of each block -> size, jump, padding at 224 and at 321
MOBILENET = [
    (1, 7, 2, 2, 3),
    (2, 11, 4, 2, 5),
    (1, 19, 4, 6, 9),
    (2, 27, 8, 6, 13),
    (1, 43, 8, 14, 21),
    (2, 59, 16, 14, 29),
    (1, 91, 16, 30, 45),
    (1, 123, 16, 46, 61),
    (1, 155, 16, 62, 77),
    (1, 187, 16, 78, 93),
    (1, 219, 16, 94, 109),
    (2, 251, 32, 94, 125),
    (1, 315, 32, 126, 157),
]


@pytest.mark.parametrize(("cells", "column"), [(224, 3), (321, 4)], ids=["at 224", "at 321"])
def test_mobilenet_agrees_with_google_at_both_sizes(cells, column):
    same = {"padding": "same", "kernel": 3}
    layers = [{"conv": 8, "stride": 2, **same}]
    for stride, *_ in MOBILENET:
        layers += [{"conv": 8, "stride": stride, "groups": 8, **same}, {"conv": 8, "kernel": 1}]
    blocks = list(answer(*layers, given=(3, cells, cells)))[2::2]
    assert [told(block) for block in blocks] == [(row[1], row[2], row[column]) for row in MOBILENET]


# laws of chains


def test_the_axes_do_not_mix():
    layer = answer({"conv": 1, "kernel": [3, 5], "stride": [2, 1], "padding": [1, [0, 4]]}, given=(1, 16, 16))["conv1"]
    assert field(layer, 0) == Field(0, first=-1, last=1, jump=2)
    assert field(layer, 1) == Field(1, first=0, last=4, jump=1)


@pytest.mark.parametrize(
    "kind", ["relu", "batchnorm", "layernorm", "rmsnorm", "lrn", "l2norm", "scale", "prelu", "dropout", "softmax"]
)
def test_what_works_cell_by_cell_leaves_the_field_alone(kind):
    before, after = answer(conv(3, 2, 1), kind)
    assert field(after) == field(before) == Field(0, first=-1, last=1, jump=2)


def test_a_dense_layer_over_channels_sees_its_own_place():
    layers = answer(conv(3), {"dense": 4, "over": "channels"})
    assert told(list(layers)[-1]) == (3, 1, 0)


def test_ceil_does_not_change_the_first_field():
    one, other = (answer({"maxpool": 3, "stride": 2, "ceil": ceil}, given=(1, 8))["maxpool1"] for ceil in (True, False))
    assert (one.output, other.output) == ((1, 4), (1, 3))
    assert field(one) == field(other) == Field(0, first=0, last=2, jump=2)


# joins


def joined(left, right, **options):
    return field(answer({"parallel": {"left": left, "right": right}, "join": "add", **options})["parallel1"])


def test_a_join_sees_the_union():
    assert joined([conv(5, 2, 2)], [conv(3, 2, 1)]) == Field(0, first=-2, last=2, jump=2)
    assert joined([conv(3, 1, 2, 0)], [conv(3, 1, 0, 2)]) == Field(0, first=-2, last=2, jump=1)


def test_a_shortcut_adds_nothing_to_what_its_path_sees():
    layers = answer({"residual": [conv(3, 1, 1), conv(3, 1, 1)]})
    assert field(layers["residual1"]) == Field(0, first=-2, last=2, jump=1)


def test_a_crop_moves_the_field_by_what_it_cuts_before():
    layers = [{"concat": ["long", "short"], "fit": "crop"}]
    seen = sc.analyze(sc.load({"inputs": {"long": [1, 32], "short": [1, 29]}, "layers": layers}))["concat1"].field
    assert seen["long", 0] == Field(0, first=1, last=1, jump=1)  # of 3 cells that are cut, 1 is before
    assert seen["short", 0] == Field(0, first=0, last=0, jump=1)


def test_a_crop_behind_a_stride_moves_the_field_by_whole_jumps():
    layers = [{"name": "half", "from": "long", **conv(3, 2)}, {"concat": ["half", "short"], "fit": "crop"}]
    whole = sc.analyze(sc.load({"inputs": {"long": [1, 33], "short": [1, 11]}, "layers": layers}))
    assert whole["half"].output == (1, 16)
    assert whole["concat1"].field["long", 0] == Field(0, first=4, last=6, jump=2)  # 2 cells of `half` are cut before


def test_each_input_of_a_network_has_its_own_field():
    inputs = {"left": [1, 16], "right": [1, 16]}
    layers = [
        {"name": "a", "from": "left", **conv(3, 1, 1)},
        {"name": "b", "from": "right", **conv(5, 1, 2)},
        {"name": "c", "add": ["a", "b"]},
    ]
    seen = sc.analyze(sc.load({"inputs": inputs, "layers": layers}))["c"].field
    assert {axis: f.size for axis, f in seen.items()} == {("left", 0): 3, ("right", 0): 5}


# what sees all, what is not known

WHOLE = [
    pytest.param(["global_avgpool"], id="global average"),
    pytest.param(["global_maxpool"], id="global maximum"),
    pytest.param([{"global_avgpool": None, "keep": True}], id="kept axes"),
    pytest.param(["flatten", {"dense": 4}], id="flat and dense"),
    pytest.param([{"global_avgpool": None, "keep": True}, {"conv": 2, "kernel": 3, "padding": 1}], id="a conv after"),
    pytest.param([{"SqueezeExcite": 1}], id="squeeze and excitation"),
    pytest.param([{"groupnorm": 1}], id="group norm"),
    pytest.param(["instancenorm"], id="instance norm"),
    pytest.param([{"layernorm": {"over": "all"}}], id="layer norm over all"),
    pytest.param([{"rmsnorm": {"over": "all"}}], id="RMS norm over all"),
    pytest.param([{"l2norm": {"over": "all"}}], id="L2 norm over all"),
]


@pytest.mark.parametrize("layers", WHOLE)
def test_the_whole_axis_is_seen(layers):
    last = list(answer(conv(3, 2, 1), *layers, given=(1, 33)))[-1]
    seen = field(last)
    assert (seen.whole, seen.first, seen.last, seen.size, seen.padding) == (True, 0, 32, 33, 0)


def test_squeeze_and_excitation_on_a_map_sees_all_of_it():
    layers = [{"conv": 4, "kernel": 3, "stride": 2, "padding": 1}, {"SqueezeExcite": 2}]
    fields = answer(*layers, given=(1, 33, 21))["SqueezeExcite1"].field.values()
    assert [(f.whole, f.first, f.last) for f in fields] == [(True, 0, 32), (True, 0, 20)]


def test_what_is_spread_is_seen_whole_along_that_axis_alone():
    layers = [{"name": "row", "maxpool": [7, 1]}, {"multiply": ["row", "input"]}]
    height, width = list(answer(*layers, given=(1, 7, 9)))[-1].field.values()
    assert (height.whole, height.size) == (True, 7)
    assert width == Field(1, first=0, last=0, jump=1)


def test_channels_that_are_spread_leave_the_field_alone():
    layers = [{"name": "mask", **conv(3, 1, 1)}, {"multiply": ["mask", "input"]}]
    assert field(list(answer(*layers, given=(5, 16)))[-1]) == Field(0, first=-1, last=1, jump=1)


def test_each_column_of_a_matrix_product_sees_its_own_column_of_the_second_matrix():
    spec = {"inputs": {"a": [3, 4], "b": [4, 6]}, "layers": [{"matmul": ["a", "b"]}]}
    seen = sc.analyze(sc.load(spec))["matmul1"].field
    assert (seen["a", 0].whole, seen["a", 0].size) == (True, 4)
    assert seen["b", 0] == Field(0, first=0, last=0, jump=1)
    x = np.ones((6, 4, 6))
    x[range(6), 0, range(6)] = np.nan
    y = walk(sc.load(spec), np.ones((6, 3, 4)), x)["matmul1"]
    assert np.isnan(y).any(axis=1).tolist() == np.eye(6, dtype=bool).tolist()


def test_what_stands_behind_another_is_padding_to_it():
    """Of the other input a cell sees nothing: the cells of b begin behind the ten of a."""
    spec = {"inputs": {"a": [1, 10], "b": [1, 6]}, "layers": [{"concat": ["a", "b"], "axis": "L"}]}
    seen = sc.analyze(sc.load(spec))["concat1"].field
    assert seen == {("a", 0): Field(0, first=0, last=0, jump=1), ("b", 0): Field(0, first=-10, last=-10, jump=1)}


def test_parts_that_stand_in_line_again_are_the_whole():
    parts = [{"name": f"part{i}", "from": "input", "crop": [[4 * i - 4, 12 - 4 * i]]} for i in (1, 2, 3)]
    names = ["part1", "part2", "part3"]
    assert last_of(*parts, {"concat": names, "axis": "L"}, conv(3), given=(1, 12)) == Field(0, first=0, last=2, jump=1)
    torn = last_of(*parts, {"concat": ["part2", "part1", "part3"], "axis": "L"}, given=(1, 12))
    assert torn.why == "along a joined axis an output cell sees one of the inputs only"


def last_of(*layers, **sections):
    return field(list(answer(*layers, **sections))[-1])


def test_padding_between_parts_that_stand_in_line_is_not_hidden():
    """Four cells, two of nothing, and the last four: each would see its own place, but the fifth and sixth."""
    cut = {"name": "a", "crop": [[0, 6]]}, {"name": "b", "pad": [[0, 2]]}
    rest = {"name": "c", "crop": [[6, 0]], "from": "input"}
    seen = last_of(*cut, rest, {"concat": ["b", "c"], "axis": "L"}, given=(1, 10))
    assert isinstance(seen, Unknown)


def test_across_a_joined_axis_no_one_field_is_claimed():
    across = {"inputs": {"a": [1, 10, 4], "b": [1, 6, 4]}, "layers": [{"concat": ["a", "b"], "axis": "H"}]}
    seen = sc.analyze(sc.load(across))["concat1"].field["a", 1]  # the rows of b see none of a
    assert seen.why == "along a joined axis an output cell sees one of the inputs only"
    same = answer({"name": "a", "conv": 1, "kernel": 3}, {"concat": ["a", "a"], "axis": "H"}, given=(1, 9, 9))[
        "concat1"
    ]
    assert [getattr(f, "size", None) for f in same.field.values()] == [None, 3]


def test_what_sees_all_of_a_joined_axis_sees_all_of_its_inputs():
    layers = [{"name": "a", **conv(3, 2, 0)}, {"name": "b", "from": "input", **conv(3, 2, 2)}]
    after = network(*layers, {"concat": ["a", "b"], "axis": "L"}, "global_avgpool", given=(1, 15))
    assert field(list(sc.analyze(after))[-1]).whole
    assert cells_seen(after).all()


def test_what_joins_a_whole_sees_the_whole():
    gate = [{"global_avgpool": None, "keep": True}, {"conv": 1, "kernel": 3, "padding": [[1, 1]]}]
    assert joined([{"maxpool": 32}], gate).whole
    assert joined(gate, [{"maxpool": 32}]).whole


def test_a_transposed_convolution_of_stride_one_is_exact():
    """Cell o of the output gathers the cells o - 2 … o of the input, less what is cut off before."""
    assert field(answer({"conv_transpose": 1, "kernel": 3})["conv_transpose1"]) == Field(0, first=-2, last=0, jump=1)
    cut = answer({"conv_transpose": 1, "kernel": 3, "dilation": 2, "padding": [[3, 1]]})["conv_transpose1"]
    assert field(cut) == Field(0, first=-1, last=3, jump=1)


# the NaN probe: a NaN is planted in every cell of the input in turn, and spreads to every cell that sees it


def cells_seen(graph):
    """Which cells of the input (rows) each cell of the last node's output (columns) sees."""
    ((channels, n),) = graph.inputs.values()
    x = np.ones((n, channels, n))
    x[range(n), :, range(n)] = np.nan
    y = walk(graph, x)[graph.nodes[-1].name]
    return np.isnan(y).any(axis=1)


def ends_seen(seen):
    """The first and last cell of the input that each cell of the output sees."""
    return seen.argmax(axis=0), len(seen) - 1 - seen[::-1].argmax(axis=0)


@st.composite
def windows(draw, *, strided=True, solid=False):
    """A convolution or pooling; a solid one has no holes, and no padding that a window could fill."""
    k = draw(st.integers(1, 3))
    d = 1 if solid else draw(st.integers(1, 2))
    kind = draw(st.sampled_from(["conv", "maxpool", "avgpool", "sumpool", *(["conv_transpose"] if not solid else [])]))
    d = d if kind in {"conv", "maxpool", "conv_transpose"} else 1
    s = draw(st.integers(1, 2)) if strided and kind != "conv_transpose" else 1
    reach = d * (k - 1) + 1
    side = st.integers(0, reach - 1)
    words = ["valid", *(["half"] if reach % 2 else [])]
    if kind != "conv_transpose":
        words += ["same", "same_lower", "full", "causal"]
    padding = draw(st.one_of(st.sampled_from(words), st.tuples(side, side).map(lambda ends: [list(ends)])))
    options = {"stride": s, "padding": padding}
    if d > 1:
        options["dilation"] = d
    if kind.startswith("conv"):
        return {kind: 1, "kernel": k, **options}
    return {kind: k, **options, "ceil": draw(st.booleans())}


@st.composite
def branches(draw):
    paths = {name: draw(st.lists(windows(strided=False), max_size=2)) for name in ("one", "two")}
    join = draw(st.sampled_from(["concat", "add"]))
    if join == "add":  # the channels have to be the same
        paths = {name: [*path, {"conv": 1, "kernel": 1}] for name, path in paths.items()}
    return {"parallel": paths, "join": join, "fit": "crop"}


CELLWISE = st.sampled_from(["relu", "batchnorm", "sigmoid", "softmax", {"dense": 2, "over": "channels"}])
CHAINS = st.lists(st.one_of(windows(), windows(), branches(), CELLWISE), min_size=1, max_size=4)


@settings(deadline=None, max_examples=80)
@given(CHAINS)
def test_an_inner_cell_sees_what_the_nominal_field_says(layers):
    n = 320
    graph = network(*layers, given=(1, n))
    nominal = field(list(sc.analyze(graph))[-1])
    assume(isinstance(nominal, Field))
    first, last = ends_seen(cells_seen(graph))
    margin = nominal.size + 48  # far enough from the ends that no padding is touched, whatever crops have moved
    places = range(len(first))
    inner = [
        i for i in places if nominal.first + i * nominal.jump >= margin and nominal.last + i * nominal.jump < n - margin
    ]
    assume(inner)
    assert first[inner].tolist() == [nominal.first + i * nominal.jump for i in inner]
    assert last[inner].tolist() == [nominal.last + i * nominal.jump for i in inner]


@settings(deadline=None, max_examples=60)
@given(CHAINS, st.integers(12, 40))
def test_no_cell_sees_anything_outside_its_nominal_field(layers, n):
    try:
        graph = network(*layers, given=(1, n))
    except sc.SpecError:  # a window that is too long for the axis
        assume(False)  # noqa: FBT003
    nominal = field(list(sc.analyze(graph))[-1])
    assume(isinstance(nominal, Field))
    for i, column in enumerate(cells_seen(graph).T):
        seen = np.flatnonzero(column)
        assert nominal.first + i * nominal.jump <= min(seen, default=n)
        assert nominal.last + i * nominal.jump >= max(seen, default=-n)


@settings(deadline=None, max_examples=60)
@given(st.lists(windows(strided=False, solid=True), min_size=1, max_size=4), st.integers(16, 40))
def test_every_cell_of_a_solid_chain_sees_the_nominal_field_clipped_to_the_input(layers, n):
    graph = network(*layers, given=(1, n))
    nominal = field(list(sc.analyze(graph))[-1])
    first, last = ends_seen(cells_seen(graph))
    assert first.tolist() == [max(0, nominal.first + i) for i in range(len(first))]
    assert last.tolist() == [min(n - 1, nominal.last + i) for i in range(len(last))]


@pytest.mark.parametrize("layers", WHOLE)
def test_a_whole_field_is_what_every_cell_sees(layers):
    graph = network({"conv": 2, "kernel": 3, "padding": "same"}, *layers, given=(1, 12))
    x = np.ones((12, 1, 12))
    x[range(12), 0, range(12)] = np.nan
    y = walk(graph, x)[graph.nodes[-1].name]
    assert np.isnan(y).all()


LEFT_OUT_AT_THE_END = [
    # places 0, 2, 4, 6, 8 of nine that see 0 and 2, 1 and 3, … 7 and 9, and 8 alone
    pytest.param([conv(2, 1, 0, 1, dilation=2), conv(1, 2)], 8, id="a hole and a stride"),
    pytest.param([conv(3, 1, 0, 4), conv(1, 6)], 8, id="places 0 and 6 of twelve, of 3 cells each"),
    pytest.param([conv(3, 1, 1), conv(1, 6)], 7, id="places 0 and 6 of ten"),
    pytest.param([{"upsample": {"size": 1, "mode": "linear", "align_corners": True}}], 0, id="the first of ten alone"),
    pytest.param([{"upsample": {"size": 3, "mode": "nearest"}}], 6, id="cells 0, 3 and 6 of ten"),
]


@pytest.mark.parametrize(("layers", "told"), LEFT_OUT_AT_THE_END)
def test_what_a_stride_leaves_out_at_the_end_is_left_out(layers, told):
    graph = network(*layers, "global_avgpool", given=(1, 10))
    assert np.flatnonzero(cells_seen(graph)).max() == told
    assert getattr(field(list(sc.analyze(graph))[-1]), "last", None) == told


# 15 windows of 3 cells, 2 apart, end at cell 30 of 32; padding that comes later is no cell of the input
SHORT_OF_THE_END = [
    pytest.param([conv(3, 2), "global_avgpool"], id="a strided convolution"),
    pytest.param([conv(3, 2), "global_maxpool"], id="a strided convolution, the largest"),
    pytest.param([conv(3, 2), conv(3, 1, 1), "global_avgpool"], id="padding after the stride"),
]


@pytest.mark.parametrize("layers", SHORT_OF_THE_END)
def test_cells_that_no_window_reaches_are_no_part_of_a_whole(layers):
    graph = network(*layers, given=(1, 32))
    assert np.flatnonzero(~cells_seen(graph)).tolist() == [31]
    seen = field(list(sc.analyze(graph))[-1])
    assert not seen.whole
    assert min(31, seen.last) == 30


@settings(deadline=None, max_examples=60)
@given(st.lists(windows(solid=True), min_size=1, max_size=3), st.integers(16, 40))
def test_what_sees_all_sees_the_first_and_the_last_cell_that_is_told(layers, n):
    graph = network(*layers, "global_avgpool", given=(1, n))
    seen = field(list(sc.analyze(graph))[-1])
    assume(isinstance(seen, Field))  # which cells holes leave out at the border may not be told
    found = np.flatnonzero(cells_seen(graph))
    assert (seen.first, seen.last) == (min(found), max(found))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(1, 2), st.integers(0, 4), st.integers(0, 4))
def test_a_transposed_convolution_of_stride_one_sees_what_the_probe_sees(k, d, before, after):
    graph = network({"conv_transpose": 1, "kernel": k, "dilation": d, "padding": [[before, after]]}, given=(1, 40))
    nominal = field(sc.analyze(graph)["conv_transpose1"])
    first, last = ends_seen(cells_seen(graph))
    inner = range(10, 20)
    assert first[inner].tolist() == [nominal.first + i for i in inner]
    assert last[inner].tolist() == [nominal.last + i for i in inner]
