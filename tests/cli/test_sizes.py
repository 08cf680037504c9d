"""``shapecalc sizes``: the rule in a line, the sizes one by one, and its exit status."""

import json

import pytest
from rich.cells import cell_len

from shapecalc.render.columns import TO

UNET = """\
name: Small U-Net
input: [1, 60, 60]
defaults: {conv: {kernel: 3, padding: same}}
layers:
  - {name: enc, conv: 8}
  - maxpool: 2
  - {name: mid, conv: 16}
  - maxpool: 2
  - conv: 32
  - {name: up2, conv_transpose: 16, kernel: 2, stride: 2}
  - {name: join2, concat: [mid, up2]}
  - {name: up3, conv_transpose: 8, kernel: 2, stride: 2}
  - {name: join3, concat: [enc, up3]}
"""

SHOWN = f"""\
Small U-Net

H, W     works: 4k for k ≥ 1 · smallest 4 · fails at all others
shown    for every size: all lengths come again after 4 cells, longer by a fixed
         number

 size    output   lost  where
───────────────────────────────────────────────────────────
   60  16×60×60      0
   61         —  fails  concat `join3`: 61×61 against 60×60
62{TO}63         —  fails  concat `join2`: 31×31 against 30×30
   64  16×64×64      0

counted  lost: cells at the end of an axis that no window of the layer reads;
         those between the places of a stride longer than its window are not
         counted · works: the shapes fit, and so do the weights of the current
         size
"""


@pytest.fixture
def unet(folder):
    (folder / "unet.yaml").write_text(UNET, encoding="utf-8")
    return "unet.yaml"


def test_the_rule_then_the_sizes_near_by(shapecalc, unet, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("sizes", unet)
    assert (answer.status, answer.out, answer.err) == (0, SHOWN, "")


def test_a_current_size_that_fails_is_what_is_asked_about(shapecalc, unet, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("sizes", unet, "--input", "1x61x61")
    assert answer.status == 0
    assert "61, the current size, does not fit: weights are those at 64" in " ".join(answer.out.split())
    assert "concat `join3`: 61×61 against 60×60" in answer.out
    assert max(map(cell_len, answer.out.splitlines())) <= 80


def test_json_has_the_rule_and_every_size_that_is_asked_for(shapecalc, unet):
    (varied,) = json.loads(shapecalc("sizes", unet, "--from", 7, "--to", 8, "--format", "json").out)["varied"]
    assert varied["works"] == {"period": 4, "residues": [0], "first": 1, "below": []}
    assert (varied["smallest"], varied["proven"], varied["period"], varied["axes"]) == (4, True, 4, ["H", "W"])
    assert varied["sizes"] == [
        {"size": 7, "status": "fails", "outputs": {}, "lost": [], "layer": "join2", "why": "3×3 against 2×2"},
        {"size": 8, "status": "works", "outputs": {"join3": [16, 8, 8]}, "lost": [], "layer": None, "why": None},
    ]


def test_markdown_and_a_file(shapecalc, unet, folder):
    text = shapecalc("sizes", unet, "--format", "md").out
    assert "- **H, W** works: 4k for k ≥ 1" in text
    assert "| 61 | — | fails | concat \\`join3\\`: 61×61 against 60×60 |" in text
    assert shapecalc("sizes", unet, "-o", "sizes.md").out == ""
    assert (folder / "sizes.md").read_text(encoding="utf-8") == text


def test_other_weights_and_the_layer_that_has_them(shapecalc):
    answer = shapecalc("sizes", "ok.yaml")
    assert "works: 32 alone · with other weights: every size from 3" in answer.out
    assert "`dense1` is made for one size" in answer.out


def test_inputs_are_named_where_there_are_several(shapecalc):
    assert "left.H, left.W, right.H, right.W" in shapecalc("sizes", "two.yaml").out
    refused = shapecalc("sizes", "two.yaml", "--axis", "L")
    assert (refused.status, refused.out) == (2, "")
    assert "`L` is not an axis of the input; there are left.H" in refused.err


def test_where_none_fits_the_faults_are_told(shapecalc, folder):
    (folder / "none.yaml").write_text(
        "input: [3, 9, 9]\nlayers:\n  - {conv: 8, kernel: 3}\n  - {add: [conv1, input]}\n"
    )
    answer = shapecalc("sizes", "none.yaml")
    assert answer.status == 2
    assert "none of the sizes that were tried fits" in answer.out
    assert "error[E305]" in answer.err


def test_faults_that_no_size_cures(shapecalc):
    answer = shapecalc("sizes", "bad.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "kernal" in answer.err
    answer = shapecalc("sizes", "bad.yaml", "--format", "json")
    told = json.loads(answer.out)
    assert (answer.status, told["varied"]) == (2, [])
    assert "E113" in [fault["code"] for fault in told["diagnostics"]]
    assert shapecalc("sizes", "broken.yaml").status == 2
    told = json.loads(shapecalc("sizes", "broken.yaml", "--format", "json").out)
    assert [fault["severity"] for fault in told["diagnostics"]] == ["error"]
    refused = shapecalc("sizes", "ok.yaml", "--from", 9, "--to", 3)
    assert (refused.status, refused.out) == (2, "")
    assert "the smallest first" in refused.err


def test_a_flat_input_has_no_size(shapecalc, folder):
    (folder / "flat.yaml").write_text("input: [9]\nlayers: [{dense: 2}]\n")
    answer = shapecalc("sizes", "flat.yaml")
    assert answer.status == 0
    assert "no axis" in answer.out
