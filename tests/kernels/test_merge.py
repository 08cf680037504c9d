import numpy as np
import pytest

from shapecalc.kernels.merge import add, concat, crop, multiply

IMAGE = np.arange(20.0).reshape(1, 1, 4, 5)


def test_any_number_of_branches_may_meet():
    assert add([IMAGE]).tolist() == IMAGE.tolist()
    assert add([IMAGE, IMAGE, IMAGE]).tolist() == (3 * IMAGE).tolist()
    assert multiply([IMAGE, IMAGE, IMAGE]).tolist() == (IMAGE**3).tolist()
    assert concat([IMAGE, IMAGE, IMAGE]).shape == (1, 3, 4, 5)


def test_a_gate_is_spread_over_the_places():
    gate = np.array([2.0]).reshape(1, 1, 1, 1)
    assert multiply([IMAGE, gate]).tolist() == (2 * IMAGE).tolist()


def test_concat_keeps_the_order():
    assert concat([np.zeros((1, 1, 2)), np.ones((1, 2, 2))]).tolist() == [[[0, 0], [1, 1], [1, 1]]]
    assert concat([np.zeros((1, 1, 2)), np.ones((1, 1, 1))], axis=2).tolist() == [[[0, 0, 1]]]


def test_crop_cuts_the_odd_cell_off_the_end():
    assert crop(IMAGE, (1, 2)).tolist() == [[[[6, 7]]]]
    assert crop(IMAGE, (4, 5)).tolist() == IMAGE.tolist()


def test_crop_cannot_grow():
    with pytest.raises(ValueError, match="an axis of 5 cells cannot be cropped to 6"):
        crop(IMAGE, (4, 6))
