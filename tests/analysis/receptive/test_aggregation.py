"""Figures of aggregation that papers print, and the memory of what is made on the way."""

import pytest

from shapecalc.engine.weights import seeded
from tests.by_hand import answer


@pytest.mark.parametrize("rule", ["adaptive", "sppnet"])
@pytest.mark.parametrize("cells", [13, 10], ids=["224", "180"])
def test_a_pyramid_has_one_length_for_both_sizes_of_training(cells, rule):
    """He et al. 2014, section 2.3: 13×13 from 224 pixels, 10×10 from 180, and bins of 3×3, 2×2 and 1×1."""
    whole = answer({"spp": [3, 2, 1], "rule": rule}, given=(256, cells, cells))
    assert whole["spp1"].output == (256 * 14,)


def test_the_prototypes_of_lenet_are_kept_and_not_trained():
    """LeCun et al. 1998, section II.B: 10 prototypes of a 7×12 bitmap, chosen by hand and kept fixed."""
    whole = answer({"rbf": 10}, given=(84,))
    assert (whole.params, whole.buffers, whole.macs) == (0, 840, 0)


def test_netvlad_of_64_clusters_has_the_size_that_the_paper_prints():
    """Arandjelović et al. 2016, section 5.1: K = 64, "resulting in 32k-D" for VGG-16's 512 channels."""
    whole = answer({"netvlad": 64}, given=(512, 14, 14))
    assert whole["netvlad1"].output == (32_768,)
    assert whole.params == 2 * 64 * 512 + 64
    assert whole.macs == 196 * 512 * 64


@pytest.mark.parametrize("assignment", ["soft", "hard"])
def test_the_residuals_and_the_assignment_are_in_the_memory(assignment):
    """3 channels and 20 places, 8 centres: the input 60, the residuals 480, the assignment 160, the output 24."""
    whole = answer({"netvlad": 8, "assignment": assignment}, given=(3, 4, 5))
    assert whole.activation_bytes == whole.peak_bytes == 4 * (60 + 480 + 160 + 24)


@pytest.mark.parametrize(("per_channel", "params"), [(False, 1), (True, 256)])
def test_a_generalized_mean_trains_its_power(per_channel, params):
    assert answer({"gem": {"per_channel": per_channel}}, given=(256, 7, 7)).params == params


def test_the_atrous_pyramid_has_the_parameters_that_torchvision_gives_it():
    """2048 channels to 256: 1×1, three times 3×3, 1×1 for the image, 1×1 over 1280; and six batch norms."""
    whole = answer({"Aspp": {"c": 256, "rate": 12}}, given=(2048, 65, 65))
    assert whole.params == 2048 * 256 * (1 + 3 * 9 + 1) + 1280 * 256 + 6 * 2 * 256
    assert whole["Aspp1"].output == (256, 65, 65)


def test_pyramid_pooling_doubles_the_channels():
    """Zhao et al. 2017, section 3.2: with N = 4 levels each is reduced to 1/N of the channels."""
    whole = answer("PyramidPool", given=(2048, 60, 60))
    assert whole["PyramidPool1"].output == (4096, 60, 60)
    assert whole.params == 4 * (2048 * 512 + 2 * 512)
    assert whole.macs == 2048 * 512 * (1 + 4 + 9 + 36)


def test_the_power_of_a_generalized_mean_starts_at_three():
    made = seeded(answer("gem", given=(8, 4, 4)).graph)
    assert made["gem1.p"].tolist() == [3.0]
