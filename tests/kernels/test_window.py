import pytest

from shapecalc.kernels.window import Walk


@pytest.mark.parametrize(
    ("walk", "pads"),
    [
        pytest.param(Walk(5, 2, 1, 1, "same"), (0, 1), id="same puts the odd cell after"),
        pytest.param(Walk(5, 2, 1, 1, "same_lower"), (1, 0), id="same_lower puts it before"),
        pytest.param(Walk(6, 3, 2, 1, "same"), (0, 1), id="same, the last window misses one cell"),
        pytest.param(Walk(7, 3, 2, 1, "same"), (1, 1), id="same, the last window misses two cells"),
        pytest.param(Walk(8, 1, 3, 1, "same"), (0, 0), id="same, nothing missing"),
        pytest.param(Walk(6, 2, 4, 1, "same"), (0, 0), id="same, the last window just fits"),
        pytest.param(Walk(9, 3, 1, 4, "half"), (4, 4), id="half counts the reach, not the taps"),
        pytest.param(Walk(9, 3, 2, 4, "full"), (8, 8), id="full"),
        pytest.param(Walk(9, 3, 2, 4, "causal"), (8, 0), id="causal"),
        pytest.param(Walk(9, 3, 2, 4, (1, 3)), (1, 3), id="cells"),
    ],
)
def test_a_mode_adds_cells(walk, pads):
    assert walk.pads == pads


@pytest.mark.parametrize(
    ("walk", "places"),
    [
        pytest.param(Walk(6, 3, 2, 1, "valid"), [0, 2], id="whole windows only"),
        pytest.param(Walk(6, 3, 2, 1, "valid", ceil=True), [0, 2, 4], id="ceil, the last hangs over"),
        pytest.param(Walk(7, 3, 2, 1, "valid", ceil=True), [0, 2, 4], id="ceil, none after the end is reached"),
        pytest.param(Walk(5, 2, 2, 1, (1, 1), ceil=True), [0, 2, 4], id="ceil, none starts in the padding after"),
        pytest.param(Walk(5, 2, 3, 1, "valid", ceil=True), [0, 3], id="ceil, a stride beyond the window"),
        pytest.param(Walk(2, 3, 1, 1, "valid"), [], id="no room"),
        pytest.param(Walk(2, 3, 2, 1, "valid", ceil=True), [0], id="ceil, the first hangs over"),
        pytest.param(Walk(1, 3, 2, 1, "valid", ceil=True), [], id="ceil, the first would hang over by a stride"),
        pytest.param(Walk(8, 3, 3, 1, "same"), [0, 3, 6], id="same starts at every stride"),
    ],
)
def test_windows_start_at(walk, places):
    assert walk.places == places
