"""How often each cell is read, and the box of one chosen cell."""

import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis.receptive.counts import reads_of, under_paddings
from shapecalc.analysis.receptive.paths import paths_to
from shapecalc.engine.inputs import vocabularies
from shapecalc.fields import CellError
from shapecalc.formulas.reach import Unknown
from shapecalc.formulas.windows import Window
from shapecalc.layers import KINDS
from tests.by_hand import network, tensors, walk

# reads


def test_under_valid_padding_a_corner_is_read_once_and_the_centre_nine_times():
    """Of the textbooks: a 3×3 window slid over 5×5 cells covers the corner once, and the centre nine times."""
    layer = sc.field(network({"conv": 1, "kernel": 3}, given=(1, 5, 5)))["conv1"]
    rows, columns = layer.reads
    assert rows.written.counts == columns.written.counts == (1, 2, 3, 2, 1)
    assert (rows.written.first * columns.written.first, rows.written.middle * columns.written.middle) == (1, 9)


def test_the_three_paddings_read_the_border_more_and_more():
    valid, same, full = under_paddings(Window(3), 5)
    assert (valid.outputs, same.outputs, full.outputs) == (3, 5, 7)
    assert valid.counts == (1, 2, 3, 2, 1)
    assert same.counts == (2, 3, 3, 3, 2)
    assert full.counts == (3, 3, 3, 3, 3)


def test_a_stride_leaves_out_what_its_window_does_not_reach():
    (valid, *_) = under_paddings(Window(2, 3), 10)
    assert valid.counts == (1, 1, 0, 1, 1, 0, 1, 1, 0, 0)
    assert valid.unread == 4


def test_a_window_that_does_not_fit_reads_nothing():
    (valid, same, _) = under_paddings(Window(7), 5)
    assert (valid.outputs < 1, valid.counts) == (True, None)
    assert same.counts == (4, 5, 5, 5, 4)


def test_more_reads_than_are_counted_are_not_known():
    assert reads_of(Window(3), 10**9, 10**9 - 2).counts is None


def test_a_layer_without_windows_has_no_such_reads():
    fields = sc.field(network("relu", {"residual": [{"conv": 1, "kernel": 3, "padding": 1}]}, "flatten", {"dense": 3}))
    assert [fields[name].reads for name in ("relu1", "residual1", "flatten1", "dense1")] == [()] * 4


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["sumpool", "conv", "conv_transpose"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["valid", "same", "half"]),
    st.integers(3, 20),
)
def test_the_reads_are_the_sums_of_what_a_layer_of_ones_gives(kind, k, s, d, padding, n):
    assume(padding != "half" or (k % 2 and kind != "sumpool"))
    options = {} if kind == "sumpool" else {"dilation": d, "bias": False}
    main = k if kind == "sumpool" else 1
    layer = {kind: main, "stride": s, "padding": padding, **options, **({} if kind == "sumpool" else {"kernel": k})}
    try:
        graph = network(layer, given=(1, n))
    except sc.SpecError:
        return
    assume(not graph.wrong)
    name = graph.nodes[0].name
    (reads,) = sc.field(graph)[name].reads
    given_out = walk(graph, np.eye(n)[:, None, :], make=np.ones)[name].sum(axis=(1, 2))
    assert list(reads.written.counts) == given_out.tolist()


# boxes


def test_the_box_of_the_first_cell_is_the_printed_region():
    """Araujo, Norris & Sim 2019: u0 = −1 and v0 = 4."""
    layers = [{"conv": 1, "kernel": 3, "stride": 3, "padding": [[1, 1]]}, {"conv": 1, "kernel": 2}]
    layer = sc.field(network(*layers, given=(1, 20)))["conv2"]
    (side,) = layer.box(0)
    assert (side.unclipped, side.clipped, side.reached) == ((-1, 4), (0, 4), 5)
    (side,) = layer.box(2)
    assert (side.unclipped, side.clipped, side.reached) == ((5, 10), (5, 10), 6)


def test_the_sides_of_a_box_are_those_of_its_own_cell():
    layer = sc.field(network({"conv": 1, "kernel": 3, "padding": 1}, given=(1, 8, 8)))["conv1"]
    assert [side.unclipped for side in layer.box(0, 5)] == [(-1, 1), (4, 6)]
    assert [side.clipped for side in layer.box(0, 7)] == [(0, 1), (6, 7)]


def test_a_box_is_known_where_no_rule_for_all_cells_is():
    paths = {"twice": [{"maxpool": 2}], "once": [{"conv": 1, "kernel": 17}]}
    graph = network({"parallel": paths, "join": "add"}, given=(1, 32))
    (side,) = sc.field(graph)["parallel1"].box(3)
    assert isinstance(side.unclipped, Unknown)
    assert (side.clipped, side.reached) == ((3, 19), 17)  # 6 and 7 by the pool, 3 … 19 by the convolution


def test_a_cell_that_sees_padding_alone_has_an_empty_box():
    layer = sc.field(network({"pad": [[4, 0]]}, given=(1, 8)))["pad1"]
    (side,) = layer.box(1)
    assert (side.unclipped, side.clipped, side.reached) == ((-3, -3), None, 0)


def test_a_flat_output_has_one_box_for_all():
    layer = sc.field(network({"conv": 1, "kernel": 3}, "flatten", {"dense": 4}, given=(1, 9)))["dense1"]
    (side,) = layer.box()
    assert (side.cell, side.unclipped, side.reached) == (None, (0, 8), 9)


@pytest.mark.parametrize("cell", [(), (1,), (1, 2, 3), (6, 0), (0, -1)])
def test_a_cell_that_is_not_there_is_refused(cell):
    layer = sc.field(network({"conv": 1, "kernel": 3}, given=(1, 8, 8)))["conv1"]
    with pytest.raises(CellError, match="1×6×6"):
        layer.box(*cell)


# every kind against the engine


INPUTS = ((4, 9), (4, 8, 8), (4, 4, 4, 4), (192, 6))


def fitting(kind):
    """The kind's example on the first input that it takes, each item behind a convolution; without tokens."""
    for item in yaml.safe_load(KINDS[kind].example):
        for x in (*INPUTS, *(x for x in [KINDS[kind].example_input] if np.prod(x) < 5_000)):
            try:
                graph = network({"conv": x[0], "kernel": 1}, item, given=x) if len(x) > 1 else network(item, given=x)
            except sc.SpecError:
                continue
            if not graph.wrong and not vocabularies(graph):
                yield graph
                break


def nan_seen(graph, axis):
    """Whether NaN comes out of the last node's array, for one planted in each cell of an axis of the input."""
    ((_, shape),) = graph.inputs.items()
    x = np.ones((shape[axis + 1], *map(int, shape)))
    for i, example in enumerate(x):
        example[(slice(None),) * (1 + axis) + (i,)] = np.nan
    arrays = dict.fromkeys(graph.inputs, x)
    with np.errstate(all="ignore"):
        for node in graph:
            xs = [arrays[name] for name in node.inputs]
            arrays[node.name] = node.layer.forward(*xs, weights=tensors(node))
    return np.isnan(arrays[graph.nodes[-1].name])


@pytest.mark.parametrize("kind", KINDS)
def test_each_cell_of_each_kind_is_reached_as_nan_shows(kind):
    for graph in fitting(kind):
        for (_, axis), way in sc.field(graph).ways.items():
            name = graph.nodes[-1].name
            if name not in way.reads or isinstance(way.reads[name], Unknown):
                continue
            seen = nan_seen(graph, axis)
            kept = None if way.along[name] is None else way.along[name] + 2
            rows = seen.any(axis=tuple(a for a in range(1, seen.ndim) if a != kept)).reshape(way.n, -1)
            for cell, column in enumerate(rows.T):
                assert sorted(paths_to(way, name, cell, borders=True)) == np.flatnonzero(column).tolist()
