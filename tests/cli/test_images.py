"""``shapecalc run --images``: what layers give, as pictures."""

import sys

import numpy as np
import pytest
from PIL import Image

import shapecalc as sc
from shapecalc.cli import main
from shapecalc.engine import pictures
from shapecalc.layers import KINDS

NET = """\
input: [3, 8, 10]
layers:
  - {name: blurred, filter: box_blur, padding: same}
  - {name: grey, conv: 1, kernel: 1, norm: batch, activation: relu}
  - {name: wide, conv: 4, kernel: 3}
  - {name: head, conv: 1, kernel: 1}
  - flatten
"""


@pytest.fixture
def call(monkeypatch, capfd, tmp_path):
    """Run the command line in a folder of its own: status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET)

    def called(*args):
        monkeypatch.setattr(sys, "argv", ["shapecalc", "run", *args])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return end.value.code, out, err

    return called


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return image.mode, np.asarray(image)


def test_each_layer_of_one_or_three_channels_is_a_picture(call, tmp_path):
    Image.new("RGB", (10, 8), (255, 51, 0)).save(tmp_path / "red.png")
    status, out, err = call("net.yaml", "--input", "red.png", "--images", "out")
    assert (status, err) == (0, "note: red.png: scaled to 0..1\n")
    assert "blurred" in out
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["blurred.png", "grey.act.png", "grey.conv.png", "grey.norm.png", "head.png"]
    mode, image = pixels(tmp_path / "out" / "blurred.png")
    assert (mode, image.shape) == ("RGB", (8, 10, 3))
    assert image[4, 4].tolist() == [255, 51, 0]  # a blur of one colour is the colour
    assert image[0, 0].tolist() == [113, 23, 0]  # 4/9 of it in a corner, where five ninths are padding
    assert pixels(tmp_path / "out" / "head.png")[0] == "L"


def test_values_beyond_black_and_white_are_cut(tmp_path):
    x = np.array([[[[-np.inf, -1, 0, 0.25], [0.5, 1, 7, np.nan]]], [[[1.0] * 4] * 2]], "float32")
    pictures.write(x, tmp_path / "x.tmp", tmp_path / "x.png")
    assert pixels(tmp_path / "x.tmp")[1].tolist() == [[0, 0, 0, 64], [128, 255, 255, 0]]
    assert np.isnan(x[0, 0, 1, 3])  # what was drawn is as it was


def test_an_old_picture_is_replaced_and_other_files_are_left(call, tmp_path):
    (tmp_path / "out").mkdir()
    for name in ("head.png", "other.txt"):
        (tmp_path / "out" / name).write_text("old")
    assert call("net.yaml", "--images", "out")[0] == 0
    assert pixels(tmp_path / "out" / "head.png")[1].shape == (6, 8)
    assert (tmp_path / "out" / "other.txt").read_text() == "old"


# given names of layers, and the files of their pictures
NAMES = [
    (["a/b", "a:b", 'q?"', "back\\slash"], ["a_b", "a_b-2", "q__", "back_slash"]),
    (["con", "Lpt1", "console", "nul"], ["_con", "_Lpt1", "console", "_nul"]),
    (["One", "one", "ONE"], ["One", "one-2", "ONE-3"]),
    (["边缘", "ö", "o\u0308"], ["边缘", "ö", "o\u0308-2"]),
    (["缘" * 90], ["缘" * 66]),
]


@pytest.mark.parametrize(("names", "expected"), NAMES, ids=[names[0][:9] for names, _ in NAMES])
def test_names_are_files_on_every_system(tmp_path, names, expected):
    layers = [{"name": name, "filter": "edge", "from": "input"} for name in names]
    graph = sc.load({"input": [1, 5, 5], "layers": layers})
    assert list(pictures.files(graph, tmp_path).values()) == [tmp_path / f"{name}.png" for name in expected]


def test_a_network_without_such_layers_writes_nothing_and_says_so(call, tmp_path):
    (tmp_path / "flat.yaml").write_text("input: [8]\nlayers: [{dense: 3}]\n")
    status, _, err = call("flat.yaml", "--images", "out")
    assert (status, err) == (0, "note: no image is written: no layer gives 1 or 3 channels over two axes\n")
    assert not (tmp_path / "out").exists()


def test_without_pillow_nothing_is_run(call, monkeypatch, tmp_path):
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    monkeypatch.setattr(KINDS["relu"], "forward", None)
    status, out, err = call("net.yaml", "--images", "out")
    assert (status, out) == (2, "")
    assert err == "Error: the package pillow is not installed; get it with: pip install 'shapecalc[image]'\n"
    assert not (tmp_path / "out").exists()


def test_no_picture_is_left_of_a_run_that_fails(call, monkeypatch, tmp_path):
    monkeypatch.setattr(KINDS["relu"], "forward", lambda _, x, **__: x[..., 1:])
    assert call("net.yaml", "--images", "out")[0] == 3
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]
    (tmp_path / "out").mkdir()
    assert call("net.yaml", "--images", "out")[0] == 3
    assert list((tmp_path / "out").iterdir()) == []


def test_the_input_is_not_drawn_over(call, tmp_path):
    Image.new("RGB", (10, 8), "red").save(tmp_path / "blurred.png")
    before = (tmp_path / "blurred.png").read_bytes()
    status, out, err = call("net.yaml", "--input", "blurred.png", "--images", ".")
    assert (status, out) == (2, "")
    assert err == "Error: blurred.png is an input; name another folder for the images\n"
    assert (tmp_path / "blurred.png").read_bytes() == before


@pytest.mark.parametrize(
    ("folder", "says"), [("no/out", "no/out: there is no folder no"), ("net.yaml", "'net.yaml' is a file")]
)
def test_a_folder_that_cannot_be_is_refused(call, tmp_path, folder, says):
    status, out, err = call("net.yaml", "--images", folder)
    assert (status, out) == (2, "")
    assert says in err
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_the_memory_for_the_largest_picture_is_asked_for():
    graph = sc.load({"input": [3, 100, 200], "layers": [{"filter": "edge"}, {"conv": 64, "kernel": 1}]})
    assert pictures.spent(graph, "float32") == 3 * 98 * 198 * 12
