"""What sees all on one side: from an edge of the input to a cell that moves with the output."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.analysis import Field, OneSided
from shapecalc.analysis.receptive import receptive_fields
from shapecalc.analysis.receptive.seeing import EDGE
from shapecalc.engine.claims import Claim
from shapecalc.engine.probe import probe
from shapecalc.engine.proof import Mark, verify
from shapecalc.formulas.reach import Future, Unknown
from shapecalc.layers import KINDS
from shapecalc.layers.base import Elementwise
from shapecalc.network import build
from shapecalc.source.document import Document
from tests.analysis.receptive.test_fields import CELLWISE, cells_seen, windows
from tests.analysis.receptive.test_phases import UP, conv, resizings, skips
from tests.by_hand import network


class Backwards(Elementwise):
    """Add up all cells from each on."""

    kind: ClassVar = "backwards"
    family: ClassVar = "recurrent"
    example: ClassVar = "- backwards"

    def reach(self, *xs):
        return ((Future(),),)

    def forward(self, *xs, weights):
        return np.cumsum(xs[0][..., ::-1], axis=-1)[..., ::-1]


def made(*layers, given=(1, 12)):
    document = Document.from_data({"input": list(given), "layers": list(layers)})
    graph = build(document, kinds=KINDS | {"backwards": Backwards})
    if graph.wrong:
        raise sc.SpecError(graph.diagnostics)
    return graph


def last(*layers, given=(1, 12)):
    graph = made(*layers, given=given)
    (field,) = receptive_fields(graph)[graph.nodes[-1].name].values()
    return field


def spans(*layers, given=(1, 12), cells=3):
    field = last(*layers, given=given)
    return field.side, [field.at(i) for i in range(cells)]


LSTM = {"lstm": 1}
CAUSAL = {"attention": 1, "causal": True}

# worked out by hand: what the first three outputs see of 12 cells
CHAINS = [
    pytest.param([LSTM], "before", [(0, 0), (0, 1), (0, 2)], id="a recurrence"),
    pytest.param([CAUSAL, CAUSAL], "before", [(0, 0), (0, 1), (0, 2)], id="two causal attentions"),
    pytest.param(["backwards"], "after", [(0, 11), (1, 11), (2, 11)], id="from the end"),
    pytest.param([conv(3), LSTM], "before", [(0, 2), (0, 3), (0, 4)], id="a window before it"),
    pytest.param([LSTM, conv(3)], "before", [(0, 2), (0, 3), (0, 4)], id="a window after it"),
    pytest.param([LSTM, conv(3, padding=1)], "before", [(0, 1), (0, 2), (0, 3)], id="a padded window after it"),
    pytest.param([conv(3, stride=2), LSTM], "before", [(0, 2), (0, 4), (0, 6)], id="a stride before it"),
    pytest.param([LSTM, {"maxpool": 2}], "before", [(0, 1), (0, 3), (0, 5)], id="a stride after it"),
    pytest.param([{"crop": 3}, LSTM], "before", [(3, 3), (3, 4), (3, 5)], id="cells that are cut off are not seen"),
    pytest.param([LSTM, {"crop": 3}], "before", [(0, 3), (0, 4), (0, 5)], id="cells that are cut off after it are"),
    pytest.param([LSTM, UP], "before", [(0, 0), (0, 0), (0, 1)], id="a transposed convolution of stride 2"),
    pytest.param([LSTM, {"upsample": 2}, conv(3)], "before", [(0, 1), (0, 1), (0, 2)], id="nearest ×2 and a window"),
    pytest.param([{"maxpool": 2}, UP, CAUSAL], "before", [(0, 1), (0, 1), (0, 3)], id="down, up and causal"),
    pytest.param(["backwards", conv(3)], "after", [(0, 11), (1, 11), (2, 11)], id="a window after one from the end"),
    pytest.param([{"residual": [LSTM]}], "before", [(0, 0), (0, 1), (0, 2)], id="a join with its own place"),
    pytest.param([{"residual": [LSTM, conv(3, padding=1)]}], "before", [(0, 1), (0, 2), (0, 3)], id="a join behind it"),
    pytest.param(
        [{"parallel": {"a": [LSTM], "b": [conv(5, padding=2)]}, "join": "add"}],
        "before",
        [(0, 2), (0, 3), (0, 4)],
        id="a join with a window that sees further ahead",
    ),
    pytest.param(
        [{"parallel": {"a": [LSTM], "b": [{"maxpool": 2}, UP, LSTM]}, "join": "concat"}],
        "before",
        [(0, 1), (0, 1), (0, 3)],
        id="a join of two",
    ),
]


@pytest.mark.parametrize(("layers", "side", "seen"), CHAINS)
def test_one_side_reaches_the_edge_and_the_other_moves(layers, side, seen):
    assert spans(*layers) == (side, seen)


@pytest.mark.parametrize("layers", [row.values[0] for row in CHAINS], ids=[row.id for row in CHAINS])
def test_planted_nan_says_the_same(layers):
    assert {sight.sort for seen in probe(made(*layers, given=(1, 24))).values() for sight in seen.values()} == {"seen"}


def test_what_sees_all_of_it_sees_the_whole():
    for layers in ([LSTM, "global_avgpool"], [CAUSAL, "flatten"], [LSTM, "backwards"], ["backwards", LSTM]):
        assert last(*layers).whole, layers


def test_one_place_of_it_sees_all_up_to_there():
    assert last(LSTM, {"take": 4}) == Field(None, 0, 4, 0)
    assert last(LSTM, {"take": -1}).size == 12


def test_what_sees_padding_at_the_edge_is_not_told_of_one_place():
    """The first cell of the convolution sees cell 1 alone: cell 0 is seen from the second on."""
    gap = conv(2, dilation=2, padding=[[1, 0]])
    assert np.flatnonzero(cells_seen(made(gap, LSTM))[:, 0]).tolist() == [1]
    field = last(gap, LSTM)
    assert (field.at(0), field.sure(0), field.sure(1)) == ((0, 1), False, True)
    assert last(gap, LSTM, {"take": 0}).why == EDGE


def test_a_field_that_is_cut_at_the_edge_does_not_hide_one_that_is_not():
    paths = {"short": [{"crop": [[3, 0]]}, LSTM], "long": [conv(4)]}
    field = last({"parallel": paths, "join": "add"})
    assert isinstance(field, Unknown)  # 3 … i + 3 and i … i + 3: the union of the first outputs begins at i
    ahead = {"short": [{"crop": [[3, 0]]}, LSTM], "long": [{"crop": [[3, 0]]}, conv(1)]}
    assert last({"parallel": ahead, "join": "add"}).at(2) == (3, 5)


def test_both_sides_at_once_are_not_told():
    paths = {"forth": [LSTM], "back": ["backwards"]}
    assert "all before and one all after" in last({"parallel": paths, "join": "add"}).why


def test_rows_of_a_map_are_kept_apart():
    graph = made({"attention": 2, "causal": True}, given=(4, 3, 5))
    rows, places = receptive_fields(graph)["attention1"].values()
    assert rows == Field(0)
    assert (places.side, places.at(3)) == ("before", (0, 3))


def test_json_says_to_which_edge():
    graph = network({"gru": 2}, {"maxpool": 2}, {"upsample": 2}, given=(1, 8))
    (field,) = sc.analyze(graph).to_dict()["layers"][-1]["receptive_field"]
    phase = {"size": None, "start": None, "padding": None, "first": 0, "last": 1}
    assert field == {
        "size": None,
        "start": None,
        "padding": None,
        "jump": 1,
        "whole": False,
        "to_edge": "before",
        "period": 2,
        "advance": 2,
        "phases": [phase, phase],
    }


def test_a_run_proves_it():
    proof = verify(network({"conv": 2, "kernel": 3, "padding": "causal"}, {"lstm": 2}, {"maxpool": 2}, given=(2, 24)))
    told = {node.name: [f for f in node.findings if f.column == "field"] for node in proof.nodes}
    assert {finding.mark for findings in told.values() for finding in findings} == {Mark.PROVED}
    assert [finding.told for finding in told["maxpool1"]] == ["to the edge before"]


def test_gpt2_sees_all_before_and_its_own_place():
    whole = sc.analyze(sc.load("specs/gpt2_small.yaml"))
    assert whole.diagnostics == ()
    for layer in whole:
        (field,) = layer.field.values()
        assert isinstance(field, OneSided) == (layer.start > 2)
        assert field.at(700) == ((0, 700) if layer.start > 2 else (700, 700))


# the NaN probe


ONE_WAY = st.sampled_from([{"rnn": 1}, CAUSAL, "backwards"])
BESIDE = st.builds(
    lambda one, path, join: {
        "parallel": {"one": [*path, one], "other": path},
        "join": join,
    },
    ONE_WAY,
    st.lists(st.one_of(windows(strided=False), resizings()), max_size=1),
    st.sampled_from(["concat", "add"]),
)
BEFORE = st.lists(st.one_of(windows(), resizings(), skips(), CELLWISE), max_size=2)
AFTER = st.lists(st.one_of(windows(), resizings(), ONE_WAY, CELLWISE), max_size=2)
LAYERS = st.tuples(BEFORE, st.one_of(ONE_WAY, BESIDE), AFTER).map(lambda parts: [*parts[0], parts[1], *parts[2]])


@settings(deadline=None, max_examples=150)
@given(LAYERS, st.integers(10, 60))
def test_every_cell_sees_what_is_told_and_nothing_else(layers, n):
    try:
        graph = made(*layers, given=(1, n))
    except sc.SpecError:
        assume(False)  # noqa: FBT003
    (field,) = receptive_fields(graph)[graph.nodes[-1].name].values()
    assume(isinstance(field, OneSided) and graph.nodes[-1].output.spatial[0] < 2_000)
    seen = cells_seen(graph)
    claim = Claim(field, seen.shape[1], n)
    for i, column in enumerate(seen.T):
        cells, told = np.flatnonzero(column), claim.clipped(i)
        if told is None:
            assert not len(cells)
        elif all(claim.clean(place) for place in (i - claim.period, i, i + claim.period)):
            assert (min(cells), max(cells)) == told
        elif len(cells):
            assert told[0] <= min(cells)
            assert max(cells) <= told[1]
