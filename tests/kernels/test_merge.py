import numpy as np
import pytest

from shapecalc.kernels.merge import add, concat, crop, crop_all, divide, maximum, minimum, multiply, subtract

IMAGE = np.arange(20.0).reshape(1, 1, 4, 5)


def test_any_number_of_branches_may_meet():
    assert add([IMAGE]).tolist() == IMAGE.tolist()
    assert add([IMAGE, IMAGE, IMAGE]).tolist() == (3 * IMAGE).tolist()
    assert multiply([IMAGE, IMAGE, IMAGE]).tolist() == (IMAGE**3).tolist()
    assert concat([IMAGE, IMAGE, IMAGE]).shape == (1, 3, 4, 5)


def test_a_gate_is_spread_over_the_places():
    gate = np.array([2.0]).reshape(1, 1, 1, 1)
    assert multiply([IMAGE, gate]).tolist() == (2 * IMAGE).tolist()


def test_a_flat_array_is_spread_over_the_places():
    gate = np.array([[2.0, 3.0]])
    assert multiply([np.ones((1, 2, 2)), gate]).tolist() == [[[2, 2], [3, 3]]]
    assert add([gate, np.zeros((1, 1, 2))]).tolist() == [[[2, 2], [3, 3]]]


def test_all_others_are_taken_from_the_first():
    nine, two = np.full((1, 1), 9.0), np.full((1, 1), 2.0)
    assert subtract([nine, two, two]).tolist() == [[5]]
    assert divide([nine, two, two]).tolist() == [[2.25]]


@pytest.mark.parametrize("merge", [add, subtract, multiply, divide, maximum, minimum])
def test_a_nan_passes_through(merge):
    y = merge([np.array([[np.nan, 1, 2]]), np.array([[1, np.nan, 2]])])
    assert np.isnan(y).tolist() == [[True, True, False]]


def test_crop_cuts_all_maps_to_the_smallest_and_leaves_what_is_flat_or_joined():
    long, short, thin = np.zeros((1, 2, 7, 5)), np.zeros((1, 2, 4, 5)), np.zeros((1, 2, 1, 5))
    assert [x.shape for x in crop_all([long, short, np.zeros((1, 2))])] == [(1, 2, 4, 5), (1, 2, 4, 5), (1, 2)]
    assert [x.shape[2:] for x in crop_all([long, short, thin])] == [(1, 5)] * 3
    assert [x.shape[2:] for x in crop_all([long, short, thin[..., :3]], along=0)] == [(7, 3), (4, 3), (1, 3)]


def test_concat_keeps_the_order():
    assert concat([np.zeros((1, 1, 2)), np.ones((1, 2, 2))]).tolist() == [[[0, 0], [1, 1], [1, 1]]]
    assert concat([np.zeros((1, 1, 2)), np.ones((1, 1, 1))], axis=2).tolist() == [[[0, 0, 1]]]


def test_crop_cuts_the_odd_cell_off_the_end():
    assert crop(IMAGE, (1, 2)).tolist() == [[[[6, 7]]]]
    assert crop(IMAGE, (4, 5)).tolist() == IMAGE.tolist()


def test_crop_cannot_grow():
    with pytest.raises(ValueError, match="an axis of 5 cells cannot be cropped to 6"):
        crop(IMAGE, (4, 6))
