"""Images as patches: the shipped block, and what stands around it."""

import pytest

import shapecalc as sc
from tests.network.nets import stack

VIT = """
- PatchEmbed: {dim: 768, patch: PATCH}
- class_token
- position_embedding
"""

# Dosovitskiy et al. 2021: an image of 224×224; timm 1.0.31, vit_base_patch16_224 and vit_base_patch32_224: the sizes of
# patch_embed.proj, cls_token and pos_embed
PUBLISHED = [
    pytest.param(16, 590_592, (768, 197), 151_296, id="ViT-B/16"),
    pytest.param(32, 2_360_064, (768, 50), 38_400, id="ViT-B/32"),
]


@pytest.mark.parametrize(("patch", "projection", "tokens", "positions"), PUBLISHED)
def test_the_beginning_of_a_vision_transformer(patch, projection, tokens, positions):
    whole = sc.analyze(stack(VIT.replace("PATCH", str(patch)), image="[3, 224, 224]"))
    assert whole["PatchEmbed1"].params == projection
    assert whole["class_token1"].params == 768
    assert whole["position_embedding1"].params == positions
    assert whole["position_embedding1"].output == tokens


def test_patches_that_do_not_part_the_image_leave_its_end_out():
    whole = sc.analyze(stack("- PatchEmbed: {dim: 8, patch: 7}", image="[3, 30, 22]"))
    assert whole["PatchEmbed1"].output == (8, 4 * 3)
