"""Which sizes a network can take: held against building its file for every one of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.diagnostics import SpecError
from shapecalc.formulas.windows import Window
from shapecalc.network import rebuilt
from shapecalc.sizing import NoAxisError, Status
from shapecalc.sizing.replay import Replay, ask, lost
from shapecalc.sizing.rule import Rule, rule

SPECS = "specs"


def of(name, **asked):
    (varied,) = sc.sizes(sc.load(f"{SPECS}/{name}.yaml"), **asked)
    return varied


def test_a_unet_keeps_every_cell_where_all_its_poolings_read_an_even_size():
    """Ronneberger, Fischer & Brox 2015, section 2: "select the input tile size such that all 2×2 max-pooling
    operations are applied to a layer with an even x- and y-size"; 572 is theirs, and gives 388.
    """
    unet = of("unet", start=1, stop=700)
    even = [n for n in range(1, 701) if _all_even(n) and _gives(n) >= 1]
    assert unet.of(Status.WORKS) == even
    assert even[:3] == [188, 204, 220]
    assert unet.works == Rule(16, (12,), 173)
    assert {size.size: size.outputs["conv1"].spatial for size in unet.near if size.outputs}[572] == (388, 388)
    assert unet.smallest == 188
    assert unet.proven


def _all_even(n):
    """Whether each of the four poolings, after two 3×3 convolutions each, halves an even length."""
    lengths = [n := (n // 2 if level else n) - 4 for level in range(4)]
    return not any(length % 2 for length in lengths)


def _gives(n):
    for _ in range(4):
        n = (n - 4) // 2
    n -= 4
    for _ in range(4):
        n = 2 * n - 4
    return n


def test_a_padded_unet_needs_multiples_of_its_poolings_and_says_where_others_fail():
    unet = of("unet_padded", start=511, stop=528)
    assert unet.works == unet.fits == Rule(16, (0,), 1)
    assert unet.smallest == 16
    by_size = {size.size: size for size in unet.near}
    assert by_size[512].status is Status.WORKS
    assert (by_size[520].where, by_size[520].kind, by_size[520].why) == ("concat1", "concat", "65×65 against 64×64")
    assert (by_size[513].where, by_size[513].why) == ("concat4", "513×513 against 512×512")
    assert by_size[513].outputs == {}


def test_dense_weights_are_for_the_sizes_that_flatten_to_as_many_numbers():
    """VGG-16 halves five times, so 224 to 255 all end in 7×7; of these 224 alone halves evenly."""
    vgg = of("vgg16")
    assert vgg.of(Status.WORKS) == [224]
    assert vgg.of(Status.LOSES) == list(range(225, 256))
    assert vgg.fixed == ("dense1.dense",)
    assert vgg.shapes == Rule(1, (0,), 32)
    losing = {size.size: size for size in vgg.near}[226].lost
    assert [(loss.layer, loss.axis, loss.cells, loss.of) for loss in losing] == [
        ("maxpool2", "H", 1, 113),
        ("maxpool2", "W", 1, 113),
    ]


def test_positions_that_are_learned_are_for_one_size():
    assert of("vit_b_16").fixed == ("position_embedding1",)
    assert of("gpt2_small").of(Status.WORKS) == [1024]


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "mobilenet_v2", "lstm_imdb", "wavenet"])
def test_what_pads_or_walks_takes_every_size_and_loses_nothing(name):
    varied = of(name)
    assert varied.works == Rule(1, (0,), 1)
    assert varied.fixed == ()


def test_what_is_not_shown_is_told_as_tried():
    swin = of("swin_t")
    assert (swin.works, swin.fits, swin.proven) == (None, None, False)
    assert [n for n in swin.of(Status.WORKS) if n < 480] == [224, 448]
    assert "window_partition" in swin.why


def test_a_length_that_is_another_axis_is_left_alone():
    c3d = sc.sizes(sc.load(f"{SPECS}/c3d.yaml"))
    assert [(varied.axes, varied.size) for varied in c3d] == [(("D",), 16), (("H", "W"), 112)]
    (height,) = sc.sizes(sc.load(f"{SPECS}/c3d.yaml"), axis="H")
    assert height.axes == ("H",)


TWO = {
    "inputs": {"left": [3, 64, 48], "right": [3, 64, 48], "text": [1, 20]},
    "layers": [
        {"name": "a", "conv": 8, "kernel": 3, "stride": 2, "from": "left"},
        {"name": "b", "conv": 8, "kernel": 3, "stride": 2, "from": "right"},
        {"add": ["a", "b"]},
        {"name": "words", "embedding": 4, "vocabulary": 9, "from": "text"},
    ],
    "outputs": ["add1", "words"],
}


def test_several_inputs_are_named_and_alike_ones_go_together():
    assert [varied.axes for varied in sc.sizes(sc.load(TWO))] == [
        ("left.H", "right.H"),
        ("left.W", "right.W"),
        ("text.L",),
    ]
    (alone,) = sc.sizes(sc.load(TWO), axis="left.H", start=60, stop=66)
    assert [size.size for size in alone.near if size.status is not Status.FAILS] == [63, 64]
    assert not alone.proven
    (both,) = sc.sizes(sc.load(TWO), axis="H")
    assert both.axes == ("left.H", "right.H")
    assert both.works == Rule(2, (1,), 2)


def test_a_name_that_is_no_axis_and_a_range_that_is_none():
    with pytest.raises(NoAxisError, match=r"left\.H, left\.W"):
        sc.sizes(sc.load(TWO), axis="D")
    with pytest.raises(ValueError, match="smallest first"):
        sc.sizes(sc.load(TWO), axis="H", start=9, stop=5)
    assert sc.sizes(sc.load({"input": [9], "layers": [{"dense": 2}]})).varied == ()


def test_a_kind_that_does_not_say_what_it_reads_is_told():
    from shapecalc.formulas.reach import Unknown
    from shapecalc.layers import KINDS
    from shapecalc.layers.reshape import Identity
    from shapecalc.network import build
    from shapecalc.source.document import Document

    class Riddle(Identity):
        """A kind of a package."""

        kind = "riddle"

        def reach(self, *xs):
            return tuple((Unknown("a riddle"),) * x.rank for x in xs)

    document = Document.from_data({"input": [3, 8, 8], "layers": ["riddle"]})
    (varied,) = sc.sizes(build(document, kinds=KINDS | {"riddle": Riddle}))
    assert varied.unsaid == ("riddle1",)
    assert not varied.proven


def test_where_the_size_decides_the_layers_the_file_is_expanded_again():
    """At one cell a stride changes no shape, so the residual has no projection; and a head may be made of channels."""
    halving = {"residual": [{"conv": 4, "kernel": 3, "padding": "half", "stride": 2}], "name": "half"}
    (varied,) = sc.sizes(sc.load({"input": [4, 8], "layers": [halving]}), start=1, stop=3)
    one, two, three = varied.near
    assert (one.status, one.where, one.why) == (Status.OTHER, "half.shortcut", "is not there")
    assert two.status is three.status is Status.WORKS
    assert varied.works == Rule(1, (0,), 2)
    head = {"input": [4, 8], "layers": ["flatten", {"dense": "channels // 4"}]}
    (varied,) = sc.sizes(sc.load(head), start=7, stop=9)
    assert [size.outputs["dense1"].channels for size in varied.near] == [7, 8, 9]


# the same, by building the file for every size

PADDING = st.sampled_from(["valid", "same", "half", 1])


@st.composite
def layers(draw):
    """A chain of windows that shrink, stretch and part and meet again."""
    made = []
    for index in range(draw(st.integers(1, 5))):
        match draw(st.integers(0, 6)):
            case 0:
                made.append({"conv": 4, "kernel": draw(st.integers(1, 5)), "stride": draw(st.integers(1, 3))})
            case 1:
                made.append({"maxpool": draw(st.integers(2, 3)), "ceil": draw(st.booleans())})
            case 2:
                made.append({"conv_transpose": 4, "kernel": draw(st.integers(1, 4)), "stride": draw(st.integers(1, 3))})
            case 3:
                made.append({"upsample": draw(st.integers(2, 3))})
            case 4:
                made.append({"pixel_unshuffle": 2})
                made.append({"conv": 4, "kernel": 1})
            case 5:
                path = [{"avgpool": 2}, {"conv": 4, "kernel": 3, "padding": "same"}, {"upsample": 2}]
                made.append({"residual": path, "shortcut": draw(st.sampled_from(["auto", [{"conv": 4, "kernel": 1}]]))})
            case _:
                path = [{"conv": 4, "kernel": 3, "padding": "half", "stride": 2}]
                made.append({"residual": path, "name": f"r{index}"})
    if draw(st.booleans()):
        made += ["flatten", {"dense": 3}]
    return made


@settings(deadline=None, max_examples=40)
@given(layers(), st.integers(8, 24))
def test_every_size_is_what_building_the_file_for_it_says(made, n):
    try:
        graph = sc.load({"input": [4, n], "layers": made})
    except SpecError:
        return
    (varied,) = sc.sizes(graph, start=1, stop=3 * n)
    weights = {node.name: node.weights for node in graph if node.weights}
    for size in varied.near:
        again = rebuilt(graph, varied_inputs(graph, size.size))
        if again.wrong:
            assert size.status is Status.FAILS, size
        elif {node.name: node.weights for node in again if node.weights} != weights:
            assert size.status is Status.OTHER, size
        else:
            assert size.status in {Status.WORKS, Status.LOSES}, size
            assert list(size.outputs.values()) == [again.nodes[-1].output]
        if varied.proven:
            assert varied.fits.holds(size.size) == (size.status in {Status.WORKS, Status.LOSES})
            assert varied.works.holds(size.size) == (size.status is Status.WORKS)
            assert varied.shapes.holds(size.size) == (not again.wrong)


def varied_inputs(graph, n):
    return {name: type(shape)(shape[0], n) for name, shape in graph.inputs.items()}


@given(
    st.integers(1, 7),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(["valid", "same", "same_lower", (0, 0), (1, 2), (2, 0)]),
    st.integers(1, 40),
)
def test_what_is_lost_is_what_no_window_comes_to(size, stride, dilation, padding, n):
    window = Window(size, stride, dilation, padding)
    places = window.length(n)
    if places < 1:
        return
    before, _ = window.pads(n)
    reach = dilation * (size - 1) + 1
    last = (places - 1) * stride - before + reach - 1
    beyond = [cell for cell in range(n) if cell > last]
    assert lost(window, n) == max(0, len(beyond) - max(0, stride - reach))


def test_a_layer_is_asked_once_for_the_same_shapes(monkeypatch):
    graph = sc.load(f"{SPECS}/resnet152.yaml")
    asked = []
    monkeypatch.setattr("shapecalc.sizing.replay.ask", lambda layer, xs: asked.append((layer, xs)) or ask(layer, xs))
    Replay(graph).at(graph.inputs)
    assert len(asked) == len({(id(layer), xs) for layer, xs in asked}) < len(graph) / 2


def test_a_rule_needs_two_periods_that_are_alike():
    assert rule(lambda n: n in {3, 6, 9, 12}, 1, 13, 6) == Rule(3, (0,), 1)
    assert rule(lambda n: n in {2, 6, 9, 12}, 1, 13, 3) == Rule(3, (0,), 4, (2,))
    assert rule(lambda n: n == 12, 1, 13, 3) is None
