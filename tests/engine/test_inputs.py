"""What a network is run on: noise, arrays from files, pictures; each refused in plain words where it does not fit."""

import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from shapecalc.engine import inputs
from shapecalc.engine.arrays import Unusable
from shapecalc.shape import Shape

SHAPES = {"input": Shape(3, 4, 6)}
TWO = {"left": Shape(3, 4, 6), "right": Shape(5)}
X = np.arange(72, dtype="float64").reshape(3, 4, 6)


def source(file, shapes=SHAPES, **options):
    return inputs.sources(shapes, {"": file}, **options)


def read(file, shapes=SHAPES, dtype="float32"):
    _, found = source(file, shapes)
    return {name: one.read(dtype) for name, one in found.items()}


def refused(file, shapes=SHAPES):
    with pytest.raises(Unusable) as error:
        read(file, shapes)
    return str(error.value)


@pytest.fixture
def save(tmp_path):
    def saved(x, name="x.npy"):
        file = tmp_path / name
        np.save(file, x, allow_pickle=True)
        return file

    return saved


@pytest.fixture
def draw(tmp_path):
    def drawn(pixels, name="p.png", **options):
        file = tmp_path / name
        Image.fromarray(np.asarray(pixels)).save(file, **options)
        return file

    return drawn


def test_noise_depends_on_the_seed_and_the_name_and_has_the_batch_asked_for():
    batch, found = inputs.sources({"a": Shape(3, 40, 40), "b": Shape(3, 40, 40)}, {}, seed=1, batch=4)
    a, b = (one.read("float32") for one in found.values())
    assert batch == 4
    assert a.shape == (4, 3, 40, 40)
    assert not np.array_equal(a, b)
    assert np.array_equal(a, inputs.noises({"a": Shape(3, 40, 40)}, 4, 1)["a"])
    assert (a.mean(), a.std()) == pytest.approx((0, 1), abs=0.02)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", ">f8", "uint8", "int64", "bool"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_with_or_without_a_batch_is_cast(save, dtype, order):
    x = np.array(X, dtype, order=order)
    assert np.array_equal(read(save(x))["input"], x[None].astype("float32"))
    both = np.array([X, X + 1], dtype, order=order)
    assert np.array_equal(read(save(both))["input"], both.astype("float32"))
    assert read(save(both), dtype="float64")["input"].dtype == "float64"


def test_arrays_larger_than_a_piece_are_whole(save):
    x = np.random.default_rng(0).standard_normal((2, 3, 150, 170)).astype("float32")
    shapes = {"input": Shape(3, 150, 170)}
    assert np.array_equal(read(save(x), shapes)["input"], x)
    assert np.array_equal(read(save(np.asfortranarray(x)), shapes)["input"], x)


def test_the_arrays_of_an_npz_go_to_the_inputs_they_are_named_for(tmp_path):
    file = tmp_path / "x.npz"
    np.savez(file, left=np.ones((2, 3, 4, 6)), right=np.zeros((2, 5)), more=np.zeros(3))
    found = read(file, TWO)
    assert {name: x.shape for name, x in found.items()} == {"left": (2, 3, 4, 6), "right": (2, 5)}
    assert found["left"].all()


def test_the_only_array_of_an_npz_may_have_any_name(tmp_path):
    file = tmp_path / "x.npz"
    np.savez_compressed(file, X)
    assert np.array_equal(read(file)["input"][0], X.astype("float32"))


def test_noise_for_one_input_has_the_batch_of_the_file_for_the_other(save):
    batch, found = inputs.sources(TWO, {"left": save(np.ones((7, 3, 4, 6)))})
    assert batch == 7
    assert found["right"].read("float32").shape == (7, 5)


def test_batches_that_differ_are_refused(save, tmp_path):
    file = save(np.ones((7, 3, 4, 6)))
    with pytest.raises(Unusable, match="the batches differ: `input` has 7, --batch is 2"):
        source(file, batch=2)
    other = tmp_path / "y.npy"
    np.save(other, np.ones((6, 5)))
    with pytest.raises(Unusable, match="the batches differ: `left` has 7, `right` has 6"):
        inputs.sources(TWO, {"left": file, "right": other})


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.ones((3, 4, 5)), "it is 3×4×5, and the input `input` is 3×4×6, with or without a batch before it"),
        (np.ones((0, 3, 4, 6)), "it is 0×3×4×6, and"),
        (np.ones((1, 1, 3, 4, 6)), "it is 1×1×3×4×6, and"),
        (np.float32(3), "it is a single number, and"),
        (np.ones((3, 4, 6), "complex64"), "it holds complex64, where numbers are needed"),
        (np.full((3, 4, 6), "text"), "it holds str128, where numbers are needed"),
        (np.array([{}]), "it holds object, where numbers are needed"),
        (np.zeros((3, 4, 6), "datetime64[s]"), "it holds datetime64[s], where numbers are needed"),
    ],
    ids=["lengths", "no-example", "rank", "scalar", "complex", "text", "pickle", "time"],
)
def test_an_array_that_does_not_fit_is_refused(save, x, says):
    assert says in refused(save(x))


def test_a_file_cut_short_is_refused_before_it_is_read(save):
    file = save(X)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(Unusable, match="it is cut short"):
        source(file)


def test_an_npz_without_the_array_is_refused_with_what_it_has(tmp_path):
    file = tmp_path / "x.npz"
    np.savez(file, lift=np.ones((3, 4, 6)), right=np.zeros(5))
    assert refused(file, TWO).endswith("x.npz: it has no array `left`; it has `lift`, `right`")


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.png"])
def test_what_is_something_else_is_refused(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"hello")
    assert str(file) in refused(file)
    assert "there is no such file" in refused(tmp_path / f"no-{name}")


def test_a_picture_is_scaled_and_brought_into_order(draw):
    pixels = np.arange(72, dtype="uint8").reshape(4, 6, 3)
    x = read(draw(pixels))["input"]
    assert x.shape == (1, 3, 4, 6)
    assert x.flags.c_contiguous
    assert np.allclose(x[0], np.moveaxis(pixels, -1, 0) / 255, atol=1e-7)


def test_a_picture_for_one_channel_is_grey(draw):
    pixels = np.zeros((4, 6, 3), "uint8")
    pixels[..., 1] = 255
    x = read(draw(pixels), {"input": Shape(1, 4, 6)}, dtype="float64")["input"]
    # ITU-R 601-2: green weighs 0.587
    assert x.shape == (1, 1, 4, 6)
    assert np.allclose(x, 150 / 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_pictures_of_every_mode_of_8_bits_are_read(tmp_path, mode):
    file = tmp_path / ("p.jpg" if mode in {"CMYK", "YCbCr"} else "p.png")
    Image.new("RGB", (6, 4), (255, 255, 255)).convert(mode).save(file)
    assert np.allclose(read(file)["input"], 1, atol=0.01)


def test_a_picture_is_resized_and_that_is_said(draw):
    pixels = np.zeros((8, 12, 3), "uint8")
    pixels[:, 6:] = 200
    _, found = source(draw(pixels))
    x = found["input"].read("float32")
    assert x.shape == (1, 3, 4, 6)
    assert np.all(np.diff(x[0, 0, 0]) >= 0)
    assert found["input"].note.endswith("p.png: scaled to 0..1, resized from 8×12 to 4×6")
    _, found = source(draw(np.zeros((6, 6, 3), "uint8")))
    assert found["input"].note.endswith("resized from 6×6 to 4×6 (its proportions change)")


def test_a_picture_does_not_fit_every_input(draw):
    file = draw(np.zeros((4, 6, 3), "uint8"))
    for shape in (Shape(2, 4, 6), Shape(3, 24), Shape(3, 4, 4, 6), Shape(72)):
        assert f"and the input `input` is {shape}; other arrays come from .npy and .npz" in refused(
            file, {"input": shape}
        )


def test_pictures_of_more_than_8_bits_are_refused(draw):
    assert "more than 8 bits a channel" in refused(draw(np.zeros((4, 6), "uint16")))
    assert "more than 8 bits a channel" in refused(draw(np.zeros((4, 6), "float32"), "p.tiff"))


@pytest.mark.parametrize("name", ["p.png", "p.jpg", "p.gif", "p.bmp", "p.tiff"])
def test_a_broken_picture_is_refused_in_a_sentence(draw, name):
    file = draw(np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype("uint8"), name)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert refused(file).startswith(f"{file}: ")


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(tmp_path):
    def chunk(kind, content):
        body = kind + content
        return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = (50_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    file = tmp_path / "bomb.png"
    file.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    with pytest.raises(Unusable, match="exceeds limit"):
        source(file)


def test_what_decoding_a_picture_takes_is_known_before(draw):
    _, found = source(draw(np.zeros((100, 50, 3), "uint8")))
    assert found["input"].spent == 8 * 100 * 50


def test_a_missing_package_is_told_with_how_to_get_it(draw, monkeypatch):
    file = draw(np.zeros((4, 6, 3), "uint8"))
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert "pip install 'shapecalc[image]'" in refused(file)
