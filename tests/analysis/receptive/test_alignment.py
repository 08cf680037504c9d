"""Whether branches are aligned where they meet, and by how many half cells they are not."""

from fractions import Fraction

import pytest

import shapecalc as sc
from tests.by_hand import answer


def conv(k, s=1, p=0, q=None, **options):
    return {"conv": 1, "kernel": k, "stride": s, "padding": [[p, p if q is None else q]], **options}


def joined(left, right, join="add", given=(1, 32), **options):
    layers = {"parallel": {"left": left, "right": right}, "join": join, **options}
    return answer(layers, given=given)["parallel1"]


def met(*branches, **options):
    (meeting,) = joined(*branches, **options).meetings.values()
    return meeting


UP = {"conv_transpose": 1, "kernel": 2, "stride": 2}
CASES = [
    pytest.param([conv(1, 4)], [conv(3, 2, 1, 0), conv(1, 2)], 0, id="Araujo et al. 2019: aligned paths"),
    pytest.param([conv(3, 1, 1)], [], 0, id="half padding beside its own place"),
    pytest.param([conv(3, 1, 0, 2)], [], 2, id="all padding after: one cell ahead"),
    pytest.param([conv(2, 1, 0, 1)], [], 1, id="a window of two: half a cell ahead"),
    pytest.param([conv(5, 1, 4, 0)], [conv(3, 1, 2, 0)], 2, id="causal windows of 5 and 3"),
    pytest.param([conv(3, 2, 0, 1)], [conv(1, 2)], 2, id="SAME at an even length beside a 1×1 of the same stride"),
    pytest.param([conv(3, 2, 1, 1)], [conv(1, 2)], 0, id="half padding beside a 1×1 of the same stride"),
    # the pair of fine cells sees one coarse one, which is centred between them: half a cell on either side
    pytest.param([{"maxpool": 2}, UP], ["identity"], 1, id="down and up"),
]


@pytest.mark.parametrize(("left", "right", "apart"), CASES)
def test_centres_of_branches_lie_as_far_apart_as_is_worked_out_by_hand(left, right, apart):
    meeting = met(left, right)
    assert (meeting.apart, meeting.aligned) == (apart, apart == 0)
    assert joined(left, right).aligned == (apart == 0)
    assert met(left, right, join="concat") == meeting


def test_the_branches_and_every_phase_are_told():
    meeting = met([{"maxpool": 2}, UP], ["relu"])
    assert meeting.branches == ("parallel1.left.conv_transpose1", "parallel1.right.relu1")
    assert meeting.offsets == ((0, 0), (-1, 1))


def test_what_resizing_moves_to_and_fro_evens_out():
    assert met([{"maxpool": 2}, UP], ["identity"]).shift == 0
    assert met([conv(2, 1, 0, 1), {"maxpool": 2}, UP], ["identity"]).shift == 1


def test_three_branches_are_as_far_apart_as_the_two_furthest():
    paths = {"a": [], "b": [conv(3, 1, 0, 2)], "c": [conv(3, 1, 2, 0)]}
    (meeting,) = answer({"parallel": paths, "join": "add"})["parallel1"].meetings.values()
    assert (meeting.apart, meeting.offsets) == (4, ((0,), (2,), (-2,)))


def test_fields_that_move_by_other_jumps_drift_apart():
    """Araujo et al. 2019, figure 4, the misaligned paths."""
    meeting = met([conv(5, 2, 2, 1)], [conv(3), conv(3)], given=(1, 8))
    assert (meeting.aligned, meeting.apart, meeting.shift) == (False, None, None)


def test_branches_of_a_causal_network_end_at_the_same_cell():
    """Their centres differ, and no cell sees what comes after it."""
    assert met([conv(5, 1, 4, 0)], []).flush
    assert not met([conv(3, 1, 0, 2), conv(3, 1, 2, 0)], []).flush


NOT_TOLD = [
    pytest.param(["global_avgpool"], ["global_maxpool"], id="all is seen"),
    pytest.param([{"lstm": 1}], [conv(3, 1, 1)], id="one reaches an edge"),
    pytest.param(
        [{"parallel": {"a": [conv(2, 2)], "b": [conv(17)]}, "join": "concat"}, conv(1)],
        [conv(2, 2)],
        id="one is not known",
    ),
]


@pytest.mark.parametrize(("left", "right"), NOT_TOLD)
def test_where_a_branch_has_no_centre_nothing_is_told(left, right):
    assert joined(left, right).aligned is None


def test_a_gate_that_sees_everything_is_aligned_with_nothing():
    assert answer({"SqueezeExcite": 1}, given=(4, 8, 8))["SqueezeExcite1"].aligned is None
    assert answer(conv(3))["conv1"].aligned is None


def test_json_tells_half_cells_along_each_axis():
    paths = {"a": [{"conv": 1, "kernel": [3, 2], "padding": [1, [0, 1]]}], "b": []}
    layers = answer({"parallel": paths, "join": "add"}, given=(1, 8, 8)).to_dict()["layers"]
    assert [(layer["aligned"], layer["half_cells_apart"]) for layer in layers] == [(None, None), (False, [0, 1])]


# what is known of published networks
NETWORKS = [
    pytest.param("resnet50", {}, id="resnet50: half padding keeps all aligned"),
    pytest.param("resnet_v1_50", {}, id="resnet_v1_50"),
    pytest.param("googlenet", {}, id="googlenet"),
    pytest.param("xception", {"Down2.residual1": Fraction(8)}, id="xception: SAME at the even length 74"),
    pytest.param("unet", {f"concat{i}": Fraction(0) for i in (1, 2, 3, 4)}, id="unet: evens out"),
]


@pytest.mark.parametrize(("name", "apart"), NETWORKS)
def test_networks_are_aligned_but_where_it_is_known(name, apart):
    whole = sc.analyze(sc.load(f"specs/{name}.yaml"))
    found = {layer.name: layer for layer in whole if layer.aligned is False}
    assert {name: layer.meetings["input", 0].shift for name, layer in found.items()} == apart
