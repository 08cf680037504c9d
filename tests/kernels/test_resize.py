from functools import partial

import numpy as np
import pytest

from shapecalc.kernels.resize import enlarge, resize
from tests.grids import axis, rows

near = partial(pytest.approx, abs=5e-6)  # the grids have five decimals or six, from float32


def line(row, mode, align_corners):
    return resize(axis(row["in"]), [row["out_size"]], mode=mode, align_corners=align_corners)[0, 0].tolist()


def test_a_line_has_the_values_of_torch():
    for row in rows("torch", "interpolate1d_values"):
        assert line(row, row["mode"], bool(row["align_corners"])) == near(row["values"]), row


def test_a_line_has_the_values_of_onnxruntime():
    for row in rows("onnxruntime", "resize"):
        corners = row["coordinate_transformation_mode"] == "align_corners"
        assert line(row, row["mode"], corners) == near(row["ort_values"]), row


# examples that torch.nn.Upsample prints, of [[1, 2], [3, 4]]
PRINTED = [
    ("nearest", False, [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]),
    ("linear", False, [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]),
    (
        "linear",
        True,
        [[1, 1.3333, 1.6667, 2], [1.6667, 2, 2.3333, 2.6667], [2.3333, 2.6667, 3, 3.3333], [3, 3.3333, 3.6667, 4]],
    ),
]


@pytest.mark.parametrize(("mode", "align_corners", "values"), PRINTED)
def test_a_map_has_the_values_that_torch_prints(mode, align_corners, values):
    x = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    np.testing.assert_allclose(enlarge(x, [2, 2], mode=mode, align_corners=align_corners)[0, 0], values, atol=5e-5)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_a_place_that_lies_on_a_cell_sees_that_cell_alone(mode):
    x = axis(5)
    x[..., 1] = np.nan
    y = resize(x, [9], mode=mode, align_corners=True)[0, 0]
    assert y[[0, 4, 6, 8]].tolist() == [1, 3, 4, 5]  # on cells 0, 2, 3 and 4
    assert np.isnan(y[[1, 2, 3]]).all()


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_an_axis_that_keeps_its_length_is_left_alone(mode):
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    x[0, 0, 1, 1] = np.nan
    y = resize(x, [3, 7], mode=mode)
    assert np.isnan(y).any(axis=(0, 1, 3)).tolist() == [False, True, False]
