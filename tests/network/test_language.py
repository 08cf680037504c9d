"""Every row of the design's table of the language, in its order."""

from fractions import Fraction

import pytest

from shapecalc import analyze
from shapecalc.analysis.rows import rows
from shapecalc.diagnostics import SpecError
from shapecalc.layers import ACTIVATIONS, KINDS
from shapecalc.network import build
from shapecalc.network.amounts import amount
from shapecalc.network.words import JOINS
from shapecalc.source.document import Document
from shapecalc.source.expressions import ExpressionError
from tests.network.examples import INCEPTION, RESNET, SUNDRY, UNET
from tests.network.nets import codes, fault, kinds, layer, net, outputs, shapes, sources, stack

# the examples of the design


def test_the_resnet_of_the_design_has_its_published_figures():
    answer = analyze(net(RESNET))
    assert answer.diagnostics == ()
    assert (answer.params, answer.buffers, answer.macs) == (25_557_032, 53_120, 4_089_184_256)


def test_the_unet_of_the_design_has_its_published_figures():
    graph = net(UNET)
    assert graph.diagnostics == ()
    assert analyze(graph).params == 31_030_658


def test_the_inception_of_the_design_has_its_shapes():
    assert str(net(INCEPTION).nodes[-1].output) == "256×28×28"  # GoogLeNet, table 1, inception (3a)


def test_the_inception_of_the_design_is_made_naive_by_a_setting():
    naive = net(INCEPTION, {"reduce": "no"})
    assert str(naive.nodes[-1].output) == "416×28×28"
    assert kinds(naive).count("conv") == 3


def test_the_example_of_everything_is_sound():
    graph = net(SUNDRY)
    assert graph.diagnostics == ()
    assert {name: str(shape) for name, shape in analyze(graph).outputs.items()} == {"out": "10×1×1", "other": "3"}


# a layer


@pytest.mark.parametrize(
    "text",
    [
        "- {conv: 64, kernel: 3}",
        "- {kernel: 3, conv: 64}",
        "- conv: 64\n  kernel: 3",
        "- conv: {filters: 64, kernel: 3}",
        "- {conv: {filters: 64}, kernel: 3}",
        "- conv:\n    filters: 64\n    kernel: 3",
        "- conv:\n    filters: 64\n  kernel: 3",
        "- {conv: , filters: 64, kernel: 3}",
        "- {conv, filters: 64, kernel: 3}",
    ],
)
def test_the_kind_is_the_key_and_the_options_stand_beside_it_or_inside(text):
    assert layer(stack(text)) == layer(stack("- {conv: 64, kernel: 3}"))


MAIN_OPTIONS = {"conv": "filters", "conv_transpose": "filters", "maxpool": "size", "avgpool": "size", "sumpool": "size"}
MAIN_OPTIONS |= {"dense": "units", "dropout": "rate", "leaky_relu": "slope"}


@pytest.mark.parametrize("kind", MAIN_OPTIONS)
def test_the_value_of_the_kind_is_the_number_everybody_names(kind):
    number = 0.25 if kind in {"dropout", "leaky_relu"} else 2
    more = ", kernel: 2" if "conv" in kind else ""
    short = stack(f"- {{{kind}: {number}{more}}}", image="[5]" if kind == "dense" else "[4, 8, 8]")
    assert getattr(layer(short), MAIN_OPTIONS[kind]) == number


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("- {conv: {filters: 64, kernel: 3}, kernel: 5}", "kernel"),
        ("- {conv: {filters: 64, kernel: 3}, filters: 64}", "filters"),
        ("- {conv: 64, filters: 64, kernel: 3}", "filters"),
        ("- {maxpool: 2, size: 2}", "size"),
    ],
)
def test_the_same_option_in_both_places_is_an_error(text, option):
    found = fault(stack(text))
    assert (found.code, found.message) == ("E118", f"`{option}` is given twice")


BARE = [
    kind
    for kind, layer in KINDS.items()
    if not layer.merges and not any(f.is_required() for f in layer.model_fields.values())
]


@pytest.mark.parametrize("kind", BARE)
def test_a_bare_word_is_a_layer_where_no_option_is_required(kind):
    graph = stack(f"- {kind}")
    assert kinds(graph) == [kind]
    assert [code for code in codes(graph) if not code.startswith("E3")] == []  # not all can take three channels


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in BARE])
def test_a_bare_word_lacks_the_options_that_are_required(kind):
    found = fault(stack(f"- {kind}"))
    assert found.code == "E111"
    assert found.message.startswith(f"`{kind}` needs ")


@pytest.mark.parametrize("text", ["- {flatten, name: flat}", "- {flatten: , name: flat}", "- flatten: {name: flat}"])
def test_a_kind_without_a_value_can_have_options(text):
    assert shapes(stack(text)) == {"flat": "3072"}


def test_a_kind_without_a_main_option_takes_no_value():
    found = fault(stack("- {relu: 3}"))
    assert (found.code, found.message) == ("E114", "`relu` takes no value of its own")


# sections


def test_a_file_may_have_every_section_and_its_name_is_its_own():
    graph = net("""\
        name: Everything
        description: All sections, once.
        source: nowhere
        input: [3, 8, 8]
        vars: {width: 4}
        defaults: {conv: {kernel: 3}}
        blocks: {Two: {description: twice, layers: [{conv: width, repeat: 2}]}}
        layers: [Two]
        outputs: [Two1]
        budget: {params: 1M}
        published: [{params: 260, source: by hand}]
    """)
    assert graph.diagnostics == ()
    assert (graph.name, graph.spec.description, graph.spec.source) == ("Everything", "All sections, once.", "nowhere")


def test_a_file_without_a_name_is_called_as_the_file():
    assert net("input: [3]\nlayers: [relu]").name == "net"


@pytest.mark.parametrize(
    ("section", "meant"),
    [
        ("imput", "input"),
        ("layer", "layers"),
        ("var", "vars"),
        ("default", "defaults"),
        ("block", "blocks"),
        ("output", "outputs"),
    ],
)
def test_an_unknown_section_is_an_error_with_the_nearest_known_one(section, meant):
    graph = net(
        f"{section}: 3\n"
        + "".join(f"{known}\n" for known in ("input: [3]", "layers: [relu]") if not known.startswith(meant))
    )
    found = fault(graph)
    assert (found.code, found.help) == ("E110", f"did you mean `{meant}`?")


def test_where_no_section_is_near_all_are_listed():
    found = fault(net("input: [3]\nlayers: [relu]\nfoo: 3"))
    assert found.code == "E110"
    assert all(f"`{name}`" in found.help for name in ("input", "vars", "published"))


@pytest.mark.parametrize(("text", "lacks"), [("layers: [relu]", "input"), ("input: [3]", "layers")])
def test_a_file_needs_an_input_and_layers(text, lacks):
    found = fault(net(text + "\n"))
    assert found.code == "E111"
    assert lacks in found.message


def test_one_input_and_several_do_not_go_together():
    found = net("input: [3]\ninputs: {a: [3]}\nlayers: [{relu, from: a}]").diagnostics[0]
    assert found.code == "E118"


# input


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("[3, 224, 200]", "3×224×200"),
        ("[3, 224]", "3×224"),
        ("[3, 8, 224, 200]", "3×8×224×200"),
        ("[784]", "784"),
        ("784", "784"),
        ("{C: 3, H: 224, W: 200}", "3×224×200"),
        ("{W: 200, C: 3, H: 224}", "3×224×200"),
        ("{L: 16000, C: 1}", "1×16000"),
        ("{H: 7, D: 5, W: 9, C: 3}", "3×5×7×9"),
        ("{C: 3}", "3"),
        ("3x224x200", "3×224×200"),
        ("3×224×200", "3×224×200"),
        ("'3x32x32'", "3×32×32"),
        ("[c, 2 * side, side]", "3×32×16"),
        ("{C: c, L: side**2}", "3×256"),
    ],
)
def test_an_input_is_a_list_or_named_axes_in_any_order(text, shape):
    graph = net(f"input: {text}\nvars: {{c: 3, side: 16}}\nlayers: [identity]")
    assert outputs(graph) == [shape]


LISTS = ["[]", "[3, 0]", "[3, -1]", "[3, 1.5]", "[1, 2, 3, 4, 5]", "[3, ~]", "[3, [3]]", "[[3, 3]]"]
NAMED = ["{C: 3, H: 3}", "{C: 3, X: 3}", "{H: 3, W: 3}", "{}"]


@pytest.mark.parametrize("text", [*LISTS, *NAMED, "3x", "yes", "~", "'3 x 3'"])
def test_what_is_no_shape_is_refused(text):
    assert len(net(f"input: {text}\nlayers: [identity]").diagnostics) == 1


def test_the_batch_is_not_part_of_a_shape():
    found = fault(net("input: [8, 3, 16, 112, 112]\nlayers: [identity]"))
    assert "the batch is not part of it" in found.help


def test_several_inputs_are_named_and_taken_by_name():
    graph = net("""\
        inputs: {left: [3, 8, 8], right: 3x8x8, scale: [7]}
        layers:
          - {name: a, conv: 4, kernel: 3, from: left}
          - {name: b, conv: 4, kernel: 3, from: right}
          - {name: c, dense: 4, from: scale}
          - add: [a, b]
        outputs: [add1, c]
    """)
    assert outputs(graph) == ["4×6×6", "4×6×6", "4", "4×6×6"]
    assert graph.outputs == {"add1": "add1", "c": "c"}
    assert sources(graph)["a"] == ["left"]


def test_with_several_inputs_the_first_layer_has_to_say_which_it_takes():
    found = fault(net("inputs: {left: [3], right: [3]}\nlayers: [{dense: 3}, relu]"))
    assert (found.code, found.help) == ("E209", "add `from:` with one of `left`, `right`")


def test_a_single_named_input_is_taken_without_saying_so():
    assert outputs(net("inputs: {left: [3]}\nlayers: [relu]")) == ["3"]


def test_an_input_given_from_outside_takes_the_place_of_the_files():
    assert outputs(net("input: [3, 32, 32]\nlayers: [identity]", inputs={"": "3x64x64"})) == ["3×64×64"]
    two = "inputs: {a: [3], b: [4]}\nlayers: [{identity, from: a}, {identity, from: b}]"
    assert outputs(net(two, inputs={"b": [5]})) == ["3", "5"]


def test_an_input_that_the_file_does_not_have_cannot_be_given():
    with pytest.raises(SpecError, match="`c` is not an input of this file"):
        net("inputs: {a: [3], b: [4]}\nlayers: [{identity, from: a}]", inputs={"c": [5]})


# defaults


def test_there_is_no_default_kernel():
    assert fault(stack("- {conv: 8}")).message == "`conv` needs `kernel`"


def test_the_stride_is_one_the_padding_none_and_there_is_a_bias():
    conv = layer(stack("- {conv: 8, kernel: 3}"))
    assert (conv.stride, conv.padding, conv.dilation, conv.groups, conv.bias) == (1, "valid", 1, 1, True)


@pytest.mark.parametrize("kind", ["maxpool", "avgpool", "sumpool"])
def test_a_pool_strides_by_its_size(kind):
    assert outputs(stack(f"- {kind}: 3\n- {{{kind}: 3, stride: 1}}\n- {kind}: [2, 4]")) == ["3×10×10", "3×8×8", "3×4×2"]


def test_the_defaults_of_a_kind_hold_for_every_layer_of_it():
    graph = stack("- conv: 8\n- {conv: 8, kernel: 5}\n- {maxpool: 2}", "defaults: {conv: {kernel: 3, padding: same}}")
    assert outputs(graph) == ["8×32×32", "8×32×32", "8×16×16"]


def test_the_defaults_hold_in_blocks_and_paths_and_loops():
    graph = stack(
        """\
        - B
        - residual: [conv: 3]
        - parallel: {a: [conv: 3]}
          join: add
        - for: {i: range(1)}
          do: [conv: 3]
        """,
        "defaults: {conv: {kernel: 3, padding: same, bias: no}}\nblocks: {B: {layers: [conv: 3]}}",
    )
    assert [node.layer.bias for node in graph if node.kind == "conv"] == [False] * 4


def test_defaults_may_use_variables():
    graph = stack("- conv: 8", "vars: {k: 5}\ndefaults: {conv: {kernel: k, padding: k // 2}}")
    assert outputs(graph) == ["8×32×32"]


def test_an_activation_may_have_defaults():
    graph = stack(
        "- {conv: 8, kernel: 1, activation: leaky_relu}\n- leaky_relu", "defaults: {leaky_relu: {slope: 0.2}}"
    )
    assert [node.layer.slope for node in graph if node.kind == "leaky_relu"] == [0.2, 0.2]


def test_defaults_of_no_kind_are_an_error():
    found = fault(stack("- relu", "defaults: {convv: {kernel: 3}}"))
    assert (found.code, found.help) == ("E112", "did you mean `conv`?")


def test_defaults_of_no_option_are_an_error():
    found = fault(stack("- relu", "defaults: {conv: {kernal: 3}}"))
    assert (found.code, found.help) == ("E113", "did you mean `kernel`?")


# padding


@pytest.mark.parametrize(
    ("padding", "length", "pads"),
    [
        ("valid", 28, (0, 0)),
        ("same", 32, (2, 2)),
        ("same_lower", 32, (2, 2)),
        ("half", 32, (2, 2)),
        ("full", 36, (4, 4)),
        ("causal", 32, (4, 0)),
        ("0", 28, (0, 0)),
        ("1", 30, (1, 1)),
        ("k // 2", 32, (2, 2)),
        ("[1]", 30, (1, 1)),
        ("[[1, 2]]", 31, (1, 2)),
        ("[[k - 1, 0]]", 32, (4, 0)),
        ("[same]", 32, (2, 2)),
        ("$word", 32, (2, 2)),
    ],
)
def test_every_padding_along_one_axis(padding, length, pads):
    graph = stack(f"- {{conv: 8, kernel: 5, padding: {padding}}}", "vars: {k: 5, word: same}", image="[3, 32]")
    assert outputs(graph) == [f"8×{length}"]
    assert graph.nodes[0].layer.windows(1)[0].pads(32) == pads


def test_same_is_the_length_over_the_stride_rounded_up_and_the_odd_cell_goes_after():
    for n in (31, 32, 33):
        for padding, (before, after) in (("same", (0, 1)), ("same_lower", (1, 0))):
            graph = stack(f"- {{conv: 8, kernel: 3, stride: 2, padding: {padding}}}", image=f"[3, {n}]")
            assert outputs(graph) == [f"8×{-(-n // 2)}"]
            pads = graph.nodes[0].layer.windows(1)[0].pads(n)
            assert pads == ((before, after) if n % 2 == 0 else (1, 1))


def test_half_is_half_of_the_reach_with_dilation_too():
    assert outputs(stack("- {conv: 8, kernel: 3, dilation: 3, padding: half}")) == ["8×32×32"]


def test_half_of_an_even_reach_is_an_error_that_offers_same():
    found = fault(stack("- {conv: 8, kernel: 4, padding: half}"))
    assert found.code == "E303"
    assert "`padding: same`" in found.help
    assert outputs(stack("- {conv: 8, kernel: 2, dilation: 2, padding: half}")) == ["8×32×32"]


def test_causal_is_for_one_axis():
    assert outputs(stack("- {conv: 8, kernel: 3, dilation: 4, padding: causal}", image="[3, 99]")) == ["8×99"]
    assert fault(stack("- {conv: 8, kernel: 3, padding: causal}")).code == "E307"


@pytest.mark.parametrize(
    ("padding", "shape"),
    [
        ("[1, 2]", "8×32×34"),
        ("[same, valid]", "8×32×30"),
        ("[[0, 1], [2, 3]]", "8×31×35"),
        ("[half, [0, 3]]", "8×32×33"),
        ("[0, full]", "8×30×34"),
    ],
)
def test_a_list_of_paddings_is_always_one_for_each_axis(padding, shape):
    assert outputs(stack(f"- {{conv: 8, kernel: 3, padding: {padding}}}")) == [shape]


@pytest.mark.parametrize("padding", ["[1]", "[1, 2, 3]", "[[1, 2]]"])
def test_a_list_of_paddings_has_as_many_as_there_are_axes(padding):
    assert fault(stack(f"- {{conv: 8, kernel: 3, padding: {padding}}}")).code == "E308"


@pytest.mark.parametrize(
    "padding", ["-1", "[[1, 2, 3], 1]", "1.5", "[-1, 0]", "[[-1, 0], 0]", "sane", "~", "{H: 1, W: 1}"]
)
def test_what_is_no_padding_is_refused(padding):
    assert len(stack(f"- {{conv: 8, kernel: 3, padding: {padding}}}").diagnostics) == 1


# size


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("3", "8×30×30"),
        ("[3, 5]", "8×30×28"),
        ("3x5", "8×30×28"),
        ('"3x5"', "8×30×28"),
        ("3×5", "8×30×28"),
        ("2 * k - 1", "8×30×30"),
        ("[k + 1, 2*k + 1]", "8×30×28"),
    ],
)
def test_a_size_is_a_number_a_list_or_joined_by_an_x(size, shape):
    assert outputs(stack(f"- {{conv: 8, kernel: {size}}}", "vars: {k: 2}")) == [shape]


@pytest.mark.parametrize("option", ["stride", "dilation"])
def test_strides_and_dilations_are_sizes_too(option):
    expected = {"stride": "8×15×10", "dilation": "8×28×26"}[option]
    for size in ("[2, 3]", "2x3"):
        assert outputs(stack(f"- {{conv: 8, kernel: 3, {option}: {size}}}")) == [expected]


@pytest.mark.parametrize(
    "size", ["0", "-3", "[3]", "[3, 3, 3]", "3x", "1.5", "[]", "[3, 0]", "3x0", "{H: 3, W: 3}", "yes", "~"]
)
def test_what_is_no_size_is_refused(size):
    assert len(stack(f"- {{conv: 8, kernel: {size}}}").diagnostics) == 1


@pytest.mark.parametrize(
    ("image", "shape"), [("[3, 32]", "8×30"), ("[3, 32, 32]", "8×30×30"), ("[3, 9, 32, 32]", "8×7×30×30")]
)
def test_a_scalar_is_spread_over_the_axes_of_the_input(image, shape):
    assert outputs(stack("- {conv: 8, kernel: 3}", image=image)) == [shape]


# norm and activation


def test_a_norm_and_an_activation_are_nodes_of_their_own():
    graph = stack("- {name: stem, conv: 64, kernel: 3, norm: batch, activation: relu}\n- flatten")
    assert [(node.name, node.kind, *node.inputs) for node in graph] == [
        ("stem.conv", "conv", "input"),
        ("stem.norm", "batchnorm", "stem.conv"),
        ("stem.act", "relu", "stem.norm"),
        ("flatten1", "flatten", "stem.act"),
    ]


def test_a_layer_with_norm_and_activation_is_one_row_unless_opened():
    answer = analyze(stack("- {name: stem, conv: 64, kernel: 3, norm: batch, activation: relu}\n- flatten"))
    assert [(row.name, row.kind) for row in rows(answer)] == [("stem", "conv+batch+relu"), ("flatten1", "flatten")]
    opened = [row.name for row in rows(answer, opened=("stem",))]
    assert opened == ["stem.conv", "stem.norm", "stem.act", "flatten1"]


def test_the_name_of_such_a_layer_is_in_answers_its_sum():
    answer = analyze(stack("- {name: stem, conv: 64, kernel: 3, norm: batch, activation: relu}"))
    assert answer["stem"].params == 64 * 27 + 64 + 128
    assert str(answer["stem"].output) == "64×30×30"
    assert answer["stem.norm"].params == 128


def test_the_name_of_such_a_layer_is_as_a_source_its_end():
    graph = stack(
        "- {name: stem, conv: 64, kernel: 3, norm: batch, activation: relu}\n- maxpool: 2\n- {relu, from: stem}"
    )
    assert sources(graph)["relu1"] == ["stem.act"]


def test_the_parts_of_such_a_layer_are_sources_too():
    graph = stack("- {name: stem, conv: 64, kernel: 3, norm: batch, activation: relu}\n- {tanh, from: stem.norm}")
    assert graph.diagnostics == ()
    assert sources(graph)["tanh1"] == ["stem.norm"]


WITH_WEIGHTS = {
    "conv": "{conv: 3, kernel: 1",
    "conv_transpose": "{conv_transpose: 3, kernel: 1",
    "dense": "{dense: 3, over: channels",
}
JOINED = {kind: f"{{{kind}: [input, input]" for kind in ("add", "multiply", "concat")}


@pytest.mark.parametrize("start", [*WITH_WEIGHTS.values(), *JOINED.values()])
def test_norm_and_activation_go_on_every_kind_with_weights_and_on_joins(start):
    graph = stack(f"- {start}, norm: batch, activation: tanh}}")
    assert kinds(graph)[1:] == ["batchnorm", "tanh"]


@pytest.mark.parametrize("join", JOINS)
def test_every_join_brings_paths_together(join):
    graph = stack(f"- {{parallel: {{a: [relu], b: [tanh], c: []}}, join: {join}}}")
    assert graph.diagnostics == ()
    assert kinds(graph) == ["relu", "tanh", join]


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_every_activation_may_follow(word):
    graph = stack(f"- {{conv: 4, kernel: 1, activation: {word}}}")
    assert graph.diagnostics == ()
    assert kinds(graph) == ["conv", word]


def test_an_activation_alone_is_a_layer_of_two_parts():
    assert list(shapes(stack("- {conv: 3, kernel: 1, activation: relu}"))) == ["conv1.conv", "conv1.act"]
    assert list(shapes(stack("- {conv: 3, kernel: 1, norm: batch}"))) == ["conv1.conv", "conv1.norm"]


def test_none_takes_away_what_the_defaults_give():
    before = "defaults: {conv: {norm: batch, activation: relu}}"
    assert kinds(stack("- {conv: 3, kernel: 1, norm: none, activation: none}", before)) == ["conv"]
    assert list(shapes(stack("- {conv: 3, kernel: 1, norm: none, activation: none}", before))) == ["conv1"]


@pytest.mark.parametrize("option", ["{leaky_relu: 0.2}", "{leaky_relu: {slope: 0.2}}", "{leaky_relu: 1 / 5}"])
def test_an_activation_may_have_options(option):
    graph = stack(f"- {{conv: 3, kernel: 1, activation: {option}}}")
    assert layer(graph, 1).slope == 0.2


def test_a_norm_may_have_options():
    graph = stack("- {conv: 3, kernel: 1, norm: {batch: {affine: no, epsilon: 0.001}}}")
    assert (layer(graph, 1).affine, layer(graph, 1).epsilon) == (False, 0.001)


def test_pools_take_no_activation():
    found = fault(stack("- {maxpool: 2, activation: relu}"))
    assert found.code == "E113"


# previous layer, from, branches


def test_a_layer_takes_the_one_before_it():
    assert sources(stack("- relu\n- tanh")) == {"relu1": ["input"], "tanh1": ["relu1"]}


def test_from_takes_another_layer():
    graph = stack(
        "- {name: a, relu: }\n- tanh\n- {relu, from: a}\n- {relu, from: input}\n"
        "- {relu, from: tanh1}\n- {relu, from: prev}"
    )
    assert [inputs for (inputs,) in sources(graph).values()] == ["input", "a", "a", "input", "tanh1", "relu3"]


def test_a_join_takes_a_list_of_names():
    graph = stack("- {name: a, relu: }\n- tanh\n- add: [a, prev]\n- concat: [a, input, prev]")
    assert sources(graph)["add1"] == ["a", "tanh1"]
    assert shapes(graph)["concat1"] == "9×32×32"


def test_a_join_of_one_name_joins_it_with_the_layer_before():
    graph = stack("- {name: skip, relu: }\n- tanh\n- add: skip\n- {multiply: skip}")
    assert sources(graph)["add1"] == ["tanh1", "skip"]
    assert sources(graph)["multiply1"] == ["add1", "skip"]


def test_names_in_a_list_may_hold_variables():
    graph = stack("- for: {i: range(2)}\n  do: [{name: enc$i, relu: }]\n- concat: [enc$(2 - 1), enc0, prev]")
    assert sources(graph)["concat1"] == ["enc1", "enc0", "enc1"]


@pytest.mark.parametrize("text", ["- add: [input]", "- add: []", "- {conv: 3, kernel: 1, from: [input, input]}"])
def test_the_number_of_sources_has_to_fit_the_kind(text):
    assert fault(stack(text)).code == "E210"


def test_only_earlier_layers_can_be_taken():
    found = fault(stack("- {relu, from: later}\n- {name: later, relu: }"))
    assert found.code == "E201"


def test_channels_are_joined_and_everything_else_has_to_be_equal():
    two = "- {name: a, conv: 8, kernel: 3}\n- {name: b, conv: 4, kernel: %s, from: input}\n- %s: [a, b]"
    assert shapes(stack(two % ("3", "concat")))["concat1"] == "12×30×30"
    assert fault(stack(two % ("3", "add"))).code == "E305"
    assert fault(stack(two % ("5", "concat"))).code == "E306"


def test_crop_cuts_to_the_smallest_centred_and_an_odd_cell_off_the_end():
    graph = stack(
        """\
        - {name: a, conv: 8, kernel: 3}
        - {name: b, conv: 4, kernel: 4, from: input}
        - {name: c, conv: 2, kernel: [1, 6], from: input}
        - {concat: [a, b, c, input], fit: crop}
        """
    )
    assert shapes(graph)["concat1"] == "17×29×27"
    shifts = [[step.by for step in reach] for reach in graph.nodes[-1].reach]
    assert shifts == [[0, 1], [0, 1], [1, 0], [1, 2]]  # (30 − 29) // 2, (30 − 27) // 2; …; (32 − 27) // 2


@pytest.mark.parametrize("kind", ["add", "multiply"])
def test_crop_works_for_every_join(kind):
    assert shapes(stack(f"- {{conv: 3, kernel: 3}}\n- {{{kind}: [input, prev], fit: crop}}"))[f"{kind}1"] == "3×30×30"


# parallel paths


PATHS = """\
- parallel:
    one: [{conv: 4, kernel: 1}]
    two: [{conv: 4, kernel: 1}, {conv: 3, kernel: 3, padding: same}]
    three: []
  join: %s
"""


def test_parallel_paths_start_from_one_place_and_are_joined():
    graph = stack(PATHS % "concat")
    assert shapes(graph) == {
        "parallel1.one.conv1": "4×32×32",
        "parallel1.two.conv1": "4×32×32",
        "parallel1.two.conv2": "3×32×32",
        "parallel1": "10×32×32",
    }
    assert sources(graph)["parallel1"] == ["parallel1.one.conv1", "parallel1.two.conv2", "input"]


@pytest.mark.parametrize("join", ["add", "multiply", "concat"])
def test_parallel_paths_are_joined_in_three_ways(join):
    graph = stack(f"- parallel: {{a: [relu], b: [tanh]}}\n  join: {join}")
    assert kinds(graph) == ["relu", "tanh", join]


@pytest.mark.parametrize("empty", ["[]", ""])
def test_an_empty_path_is_the_identity(empty):
    graph = stack(f"- relu\n- parallel: {{a: {empty}, b: [tanh]}}\n  join: add")
    assert sources(graph)["parallel1"] == ["relu1", "parallel1.b.tanh1"]


def test_a_path_all_of_whose_layers_are_left_out_is_the_identity():
    graph = stack("- relu\n- parallel: {a: [{tanh, when: no}], b: [tanh]}\n  join: add")
    assert sources(graph)["parallel1"] == ["relu1", "parallel1.b.tanh1"]


def test_parallel_paths_take_norm_activation_name_from_and_expect():
    graph = stack(
        "- {name: a, tanh: }\n- relu\n"
        "- {parallel: {x: [], y: [relu]}, join: add, name: p, from: a, norm: batch, activation: relu}\n"
        "- {tanh, expect: 3x32x32}"
    )
    assert list(shapes(graph)) == ["a", "relu1", "p.y.relu1", "p.add", "p.norm", "p.act", "tanh1"]
    assert sources(graph)["p.add"] == ["a", "p.y.relu1"]


def test_paths_may_be_cropped_to_fit():
    graph = stack("- {parallel: {a: [{conv: 3, kernel: 3}], b: []}, join: concat, fit: crop}")
    assert shapes(graph)["parallel1"] == "6×30×30"


def test_a_path_can_be_taken_by_name():
    graph = stack(
        "- {name: m, parallel: {a: [relu], b: [tanh, relu]}, join: add}\n- {relu, from: m.b}\n- {relu, from: m.b.tanh1}"
    )
    assert sources(graph)["relu1"] == ["m.b.relu1"]
    assert sources(graph)["relu2"] == ["m.b.tanh1"]


def test_inside_a_path_names_of_the_path_go_before_those_outside():
    graph = stack(
        "- {name: x, relu: }\n- {name: m, parallel: {a: [{name: x, tanh: }, relu, {add: x}], b: [{add: x}]}, join: add}"
    )
    assert sources(graph)["m.a.add1"] == ["m.a.relu1", "m.a.x"]
    assert sources(graph)["m.b.add1"] == ["x", "x"]


def test_paths_stand_in_paths():
    graph = stack(
        "- {name: o, parallel: {a: [{name: i, parallel: {c: [relu], d: []}, join: add}], b: []}, join: concat}\n"
        "- {relu, from: o.a.i.c.relu1}"
    )
    assert shapes(graph)["o"] == "6×32×32"
    assert sources(graph)["relu1"] == ["o.a.i.c.relu1"]


def test_parallel_paths_need_a_join_of_the_three():
    assert fault(stack("- parallel: {a: [relu], b: []}")).code == "E111"
    assert fault(stack("- {parallel: {a: [relu], b: []}, join: sum}")).code == "E116"


@pytest.mark.parametrize("paths", ["[[relu], []]", "{}", "relu", "{a.b: [relu]}", "{input: [relu]}", "{a: relu}"])
def test_what_is_not_named_paths_is_refused(paths):
    assert len(stack(f"- {{parallel: {paths}, join: add}}").diagnostics) == 1


# residual


def test_a_residual_path_of_the_same_shape_is_added_to_its_input():
    graph = stack("- relu\n- residual: [{conv: 3, kernel: 3, padding: same}]\n  activation: relu")
    assert kinds(graph) == ["relu", "conv", "add", "relu"]
    assert sources(graph)["residual1.add"] == ["conv1", "relu1"]


DOWN = """[
    {conv: 8, kernel: 3, stride: 2, padding: half},
    {conv: 16, kernel: 3, stride: [3, 1], padding: half, activation: none}]"""


def test_where_the_shapes_differ_a_projection_strides_as_the_whole_path_does():
    graph = stack(
        f"- {{residual: {DOWN}, activation: relu, name: r}}",
        "defaults: {conv: {bias: no, norm: batch, activation: relu}}",
    )
    assert list(shapes(graph))[-4:] == ["r.shortcut.conv", "r.shortcut.norm", "r.add", "r.act"]
    projection = next(node for node in graph if node.name == "r.shortcut.conv")
    conv = projection.layer
    assert (conv.filters, conv.kernel, conv.stride, conv.padding, conv.bias) == (16, 1, (6, 2), "valid", False)
    assert str(projection.output) == "16×6×16"
    assert kinds(graph).count("relu") == 2  # one in the path, one after the join: none in the shortcut


def test_the_stride_of_a_pool_counts_for_the_projection():
    graph = stack("- residual: [{conv: 8, kernel: 3, padding: same}, {maxpool: 3, stride: 2, padding: same}]")
    assert next(node for node in graph if node.name == "residual1.shortcut").layer.stride == (2, 2)


def test_a_projection_that_does_not_fit_is_an_error_that_asks_for_a_list():
    found = fault(stack("- residual: [{conv: 8, kernel: 3}]"))
    assert found.code == "E309"
    assert "`shortcut: " in found.help


def test_a_shortcut_of_none_adds_nothing():
    graph = stack("- residual: [{conv: 8, kernel: 3}]\n  shortcut: none\n  activation: relu")
    assert kinds(graph) == ["conv", "relu"]
    assert outputs(graph)[-1] == "8×30×30"


def test_a_shortcut_may_be_a_list_of_layers():
    graph = stack("- residual: [{conv: 8, kernel: 2, stride: 2}]\n  shortcut: [{avgpool: 2}, {conv: 8, kernel: 1}]")
    assert kinds(graph) == ["conv", "avgpool", "conv", "add"]
    assert graph.nodes[-1].inputs == (graph.nodes[0].name, graph.nodes[2].name)


def test_an_empty_list_is_the_identity():
    graph = stack("- relu\n- residual: [tanh]\n  shortcut: []")
    assert graph.nodes[-1].inputs == ("tanh1", "relu1")


def test_a_residual_path_takes_norm_name_from_and_expect():
    graph = stack(
        "- {name: a, tanh: }\n- relu\n- {residual: [relu], name: r, from: a, norm: batch, expect: 3x32x32}\n"
        "- {relu, from: r}"
    )
    assert sources(graph)["r.add"] == ["relu2", "a"]
    assert sources(graph)["relu3"] == ["r.norm"]


@pytest.mark.parametrize("shortcut", ["autoo", "3", "~", "yes", "{conv: 3, kernel: 1}", "conv"])
def test_what_is_no_shortcut_is_refused(shortcut):
    assert len(stack(f"- {{residual: [relu], shortcut: {shortcut}}}").diagnostics) == 1


# blocks


BLOCK = "blocks: {Unit: {params: {c: required, stride: 1}, layers: [{conv: c, kernel: 1, stride: stride}]}}"


@pytest.mark.parametrize(
    "call",
    [
        "- Unit: {c: 8, stride: 2}",
        "- {Unit: 8, stride: 2}",
        "- Unit: 8\n  stride: 2",
        "- {Unit: {c: 8}, stride: 2}",
        "- {Unit: , c: 8, stride: 2}",
        "- Unit:\n    c: 8\n    stride: 2",
    ],
)
def test_a_block_is_called_like_a_kind(call):
    graph = stack(call, BLOCK)
    assert outputs(graph) == ["8×16×16"]
    assert list(shapes(graph)) == ["Unit1.conv1"]


def test_a_value_is_the_first_parameter_and_the_others_have_their_defaults():
    assert outputs(stack("- Unit: 8", BLOCK)) == ["8×32×32"]


def test_a_block_with_no_parameters_is_a_bare_word():
    assert outputs(stack("- Two", "blocks: {Two: {layers: [{conv: 4, kernel: 3, repeat: 2}]}}")) == [
        "4×30×30",
        "4×28×28",
    ]


def test_a_block_sees_its_parameters_and_the_files_variables():
    graph = stack("- Unit: 8", "vars: {k: 3}\nblocks: {Unit: {params: {c: required}, layers: [{conv: c, kernel: k}]}}")
    assert outputs(graph) == ["8×30×30"]


def test_a_parameter_hides_a_variable_of_its_name():
    before = "vars: {c: 5}\nblocks: {Unit: {params: {c: required}, layers: [{conv: c, kernel: 1}]}}"
    assert outputs(stack("- Unit: 8\n- {conv: c, kernel: 1}", before)) == ["8×32×32", "5×32×32"]


def test_a_block_does_not_see_where_it_is_called():
    graph = stack("- for: {i: [1, 2]}\n  do: [Unit]", "blocks: {Unit: {layers: [{conv: i, kernel: 1}]}}")
    assert fault(graph).code == "E121"
    inner = """\
        blocks:
          Inner: {layers: [{conv: c, kernel: 1}]}
          Outer: {params: {c: required}, layers: [Inner]}
        """
    assert fault(stack("- Outer: 3", inner)).code == "E121"


def test_arguments_are_read_where_the_call_stands():
    before = """\
        vars: {c: 5}
        blocks:
          Inner: {params: {c: required, d: 1}, layers: [{conv: c + d, kernel: 1}]}
          Outer: {params: {c: required}, layers: [Inner: {c: c}, Inner: 2 * c, Inner: {c: c, d: c}]}
        """
    assert outputs(stack("- Outer: 8\n- Inner: c", before)) == [f"{c}×32×32" for c in (9, 17, 16, 6)]


def test_the_defaults_of_parameters_may_use_other_parameters_and_variables():
    before = """\
        vars: {k: 4}
        blocks:
          Unit:
            params: {c: required, mid: c // k, out: mid * 2}
            layers: [{conv: mid, kernel: 1}, {conv: out, kernel: 1}]
        """
    assert outputs(stack("- Unit: 16\n- Unit: {c: 16, mid: 3}", before)) == [f"{c}×32×32" for c in (4, 8, 3, 6)]


def test_parameters_that_need_each_other_are_an_error():
    before = "blocks: {Unit: {params: {a: b, b: a}, layers: [{conv: a, kernel: 1}]}}"
    assert fault(stack("- Unit", before)).code == "E125"
    assert outputs(stack("- Unit: 3", before)) == ["3×32×32"]


def test_a_word_may_be_a_parameter():
    before = """\
        blocks:
          Unit:
            params: {act: relu, pad: same}
            layers: [{conv: 3, kernel: 3, padding: $pad, activation: $act}]
        """
    graph = stack("- Unit\n- Unit: {act: tanh, pad: valid}\n- {Unit: none}", before)
    assert kinds(graph) == ["conv", "relu", "conv", "tanh", "conv"]
    assert outputs(graph)[-1] == "3×30×30"


def test_blocks_may_be_defined_in_any_order_and_call_each_other():
    before = "blocks: {Outer: {layers: [Inner, Inner]}, Inner: {layers: [relu]}}"
    assert list(shapes(stack("- Outer", before))) == ["Outer1.Inner1.relu1", "Outer1.Inner2.relu1"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("- Unit", "E203"),
        ("- {Unit: , stride: 2}", "E203"),
        ("- {Unit: 8, strid: 2}", "E113"),
        ("- {Unit: 8, c: 8}", "E118"),
        ("- {Unit: {c: 8, stride: 2}, stride: 2}", "E118"),
        ("- Unitt: 8", "E112"),
        ("- unit: 8", "E112"),
    ],
)
def test_a_call_has_to_fit_its_block(call, code):
    assert fault(stack(call, BLOCK)).code == code


def test_a_block_without_parameters_takes_no_value():
    assert fault(stack("- Two: 8", "blocks: {Two: {layers: [relu]}}")).code == "E113"


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("unit: {layers: [relu]}", "E126"),
        ("Unit-2: {layers: [relu]}", "E126"),
        ("Unit: {layers: [relu], kind: 3}", "E113"),
        ("Unit: {params: {c: 1}}", "E111"),
        ("Unit: {params: {name: 1}, layers: [relu]}", "E126"),
        ("Unit: {params: {yes: 1}, layers: [relu]}", "E126"),
        ("Unit: {params: [c], layers: [relu]}", "E109"),
        ("Unit: [relu]", "E109"),
        ("Unit: {layers: [convv: 3]}", "E112"),
        ("Unit: {layers: [{conv: 3, kernal: 3}]}", "E113"),
    ],
)
def test_a_block_is_checked_though_nobody_calls_it(block, code):
    assert fault(stack("- relu", f"blocks: {{{block}}}")).code == code


@pytest.mark.parametrize("word", ["in", "is", "lambda", "class", "from", "import", "for", "and"])
def test_a_name_that_no_expression_can_hold_is_refused_where_it_is_given(word):
    found = stack("- relu", f"vars: {{{word}: 3}}").diagnostics
    assert [(f.code, f.route) for f in found] == [("E126", ("vars", word))]


# loops


def test_repeat_does_a_layer_again_and_again():
    assert outputs(stack("- {conv: 8, kernel: 3, repeat: n}", "vars: {n: 3}")) == ["8×30×30", "8×28×28", "8×26×26"]


def test_repeat_is_legal_at_zero():
    graph = stack("- {conv: 8, kernel: 3, repeat: 0}\n- {conv: 8, kernel: 3, repeat: n - 2}\n- relu", "vars: {n: 2}")
    assert list(shapes(graph)) == ["relu1"]
    assert graph.diagnostics == ()


def test_repeat_works_for_calls_paths_and_residuals():
    graph = stack(
        "- {Two: , repeat: 2}\n- {residual: [tanh], repeat: 2}\n- {parallel: {a: [relu], b: []}, join: add, repeat: 2}",
        "blocks: {Two: {layers: [relu]}}",
    )
    assert kinds(graph) == ["relu"] * 2 + ["tanh", "add"] * 2 + ["relu", "add"] * 2


@pytest.mark.parametrize(
    ("times", "code"),
    [("-1", "E115"), ("1.5", "E122"), ("many", "E121"), ("yes", "E114"), ("[1]", "E114"), ("~", "E114")],
)
def test_what_is_no_number_of_times_is_refused(times, code):
    assert fault(stack(f"- {{relu, repeat: {times}}}")).code == code


@pytest.mark.parametrize(
    ("values", "channels"),
    [
        ("[1, 2, 4]", [1, 2, 4]),
        ("[1, n, 2 * n]", [1, 3, 6]),
        ("range(3)", None),
        ('"range(1, 4)"', [1, 2, 3]),
        ('"range(2, 9, 3)"', [2, 5, 8]),
        ('"reversed(range(1, 4))"', [3, 2, 1]),
        ("reversed(widths)", [7, 5]),
        ("widths", [5, 7]),
        ("[]", []),
        ("range(0)", []),
        ("range(n - 3)", []),
    ],
)
def test_for_goes_through_a_list_a_range_or_a_variable(values, channels):
    graph = stack(f"- for: {{i: {values}}}\n  do: [{{conv: i, kernel: 1}}]", "vars: {n: 3, widths: [5, 7]}")
    if channels is None:  # range(3) begins at 0, and a layer has no 0 filters
        assert fault(graph).code == "E115"
    else:
        assert outputs(graph) == [f"{c}×32×32" for c in channels]


def test_the_lists_of_a_for_go_in_step():
    graph = stack("- for: {c: [4, 8], k: [1, 3], a: [relu, none]}\n  do: [{conv: c, kernel: k, activation: $a}]")
    assert outputs(graph) == ["4×32×32", "4×32×32", "8×30×30"]


def test_lists_of_unequal_lengths_are_an_error():
    assert fault(stack("- for: {c: [4, 8], k: [1, 3, 5]}\n  do: [{conv: c, kernel: k}]")).code == "E205"
    assert fault(stack("- for: {c: [4, 8], k: range(3)}\n  do: [{conv: c, kernel: 1}]")).code == "E205"


def test_loops_stand_in_loops():
    graph = stack("- for: {i: [1, 2]}\n  do:\n    - for: {j: [i, 10 * i]}\n      do: [{conv: j, kernel: 1}]")
    assert outputs(graph) == [f"{c}×32×32" for c in (1, 10, 2, 20)]


def test_the_variable_of_a_loop_ends_with_it():
    graph = stack("- for: {i: [1, 2]}\n  do: [{conv: i, kernel: 1}]\n- {conv: i, kernel: 1}")
    assert fault(graph).code == "E121"
    before = "vars: {i: 7}"
    graph = stack("- for: {i: [1, 2]}\n  do: [{conv: i, kernel: 1}]\n- {conv: i, kernel: 1}", before)
    assert outputs(graph) == [f"{c}×32×32" for c in (1, 2, 7)]


def test_a_loop_in_a_loop_may_use_the_same_variable():
    graph = stack("- for: {i: [1, 2]}\n  do:\n    - for: {i: [i, i + 5]}\n      do: [{conv: i, kernel: 1}]")
    assert outputs(graph) == [f"{c}×32×32" for c in (1, 6, 2, 7)]


def test_a_loop_may_have_a_condition():
    assert outputs(stack("- {for: {i: [1, 2]}, do: [{conv: i, kernel: 1}], when: no}\n- relu")) == ["3×32×32"]


@pytest.mark.parametrize(
    "variables", ["{i: 3}", "i", "[1, 2]", "{}", "{i: {a: 1}}", "{i: n}", "{yes: [1]}", "{a b: [1]}", "{i: ~}"]
)
def test_what_a_loop_cannot_go_through_is_refused(variables):
    assert len(stack(f"- {{for: {variables}, do: [relu]}}", "vars: {n: 3}").diagnostics) == 1


@pytest.mark.parametrize(
    "text", ["- for: {i: [1, 2]}", "- {for: {i: [1]}, do: relu}", "- {for: {i: [1]}, do: [relu], repeat: 3}"]
)
def test_a_loop_needs_do_and_nothing_else(text):
    assert len(stack(text).diagnostics) == 1


def test_repeat_without_a_layer_says_how_to_repeat_several():
    found = fault(stack("- repeat: 3\n  do: [relu, tanh]"))
    assert "for" in found.help


# arithmetic


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("4*c", 32),
        ("width * 2**i", 256),
        ("(c + 1) // 2", 4),
        ("c / 2", 4),
        ("7/2 * 2", 7),
        ('"min(c, 6)"', 6),
        ('"multiple(c * 1.4, 8)"', 16),
        ("round(c / 3)", 3),
        ("ceil(c / 3)", 3),
        ("sqrt(c * 2)", 4),
        ("log2(c)", 3),
        ("c if deep else 2 * c", 8),
        ("c if i > 2 and not deep else 5", 5),
        ("8.0", 8),
        ("1e2", 100),
        ("0x10", 16),
    ],
)
def test_a_text_where_a_number_is_expected_is_an_expression(text, filters):
    graph = stack(f"- {{conv: {text}, kernel: 1}}", "vars: {c: 8, width: 64, i: 2, deep: yes}")
    assert layer(graph).filters == filters


@pytest.mark.parametrize("text", ["7 / 2", "8.5", "c / 3", "sqrt(2)", "2**-1"])
def test_a_fraction_is_an_error_where_a_whole_number_is_needed(text):
    assert fault(stack(f"- {{conv: {text}, kernel: 1}}", "vars: {c: 8}")).code == "E122"


def test_a_fraction_is_a_value_where_any_number_will_do():
    assert layer(stack("- {dropout: 1 / 4}")).rate == 0.25
    assert layer(stack("- {dropout: 1 - keep}", "vars: {keep: 0.9}")).rate == float(Fraction(1, 10))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("- {conv: max(8, c), kernel: 3}", 'conv: "max(8, c)"'),
        ("- for: {i: range(1, 3)}\n  do: [relu]", 'i: "range(1, 3)"'),
        ("- {add: [enc$(max(1, 2)), prev]}", '"enc$(max(1, 2))"'),
    ],
)
def test_a_comma_in_braces_has_an_error_of_its_own(text, quoted):
    with pytest.raises(SpecError) as caught:
        stack(text)
    (found,) = caught.value.diagnostics
    assert found.code == "E119"
    assert quoted in found.help


def test_a_comma_needs_no_quotes_outside_braces():
    assert layer(stack("- conv: max(8, c)\n  kernel: 1", "vars: {c: 3}")).filters == 8


# variables


def test_a_text_in_vars_is_an_expression_when_it_is_read_by_name():
    graph = stack("- {conv: half, kernel: 1}", "vars: {half: width // 2, width: 64}")
    assert layer(graph).filters == 32


def test_a_variable_is_inserted_into_a_text_as_it_stands():
    graph = stack("- {conv: 3, kernel: 1, activation: $act, name: $name-$act}", "vars: {act: relu, name: my}")
    assert list(shapes(graph)) == ["my-relu.conv", "my-relu.act"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("enc$i", "enc4"),
        ("enc$(i - 1)", "enc3"),
        ("$i$i", "44"),
        ("a$(i * (i + 1))b", "a20b"),
        ("$$i", "$i"),
        ("cost$$", "cost$"),
        ("$(i / 8)", "1/2"),
        ("$(i > 3)", "yes"),
        ("$word-x", "hello-x"),
        ("$宽", "6"),
        ("$list", "[1, 2]"),
        ("$second", "hello!"),
    ],
)
def test_a_dollar_inserts_a_variable_or_an_expression(text, name):
    graph = stack(f"- {{relu, name: '{text}'}}", "vars: {i: 4, word: hello, 宽: 6, list: [1, 2], second: $word!}")
    assert list(shapes(graph)) == [name]
    assert graph.diagnostics == ()


@pytest.mark.parametrize("text", ["enc$j", "enc$(i -)", "$(1/0)", "$none"])
def test_a_dollar_that_inserts_nothing_is_an_error(text):
    graph = stack(f"- {{relu, name: '{text}'}}", "vars: {i: 4}")
    assert fault(graph).code in {"E120", "E121", "E124"}


@pytest.mark.parametrize("word", ["yes", "no", "true", "false", "True", "FALSE"])
def test_yes_and_no_are_constants(word):
    graph = stack(f"- {{conv: 3, kernel: 1, bias: {word}}}\n- {{relu, when: {word.lower()}}}")
    yes = word.lower() in {"yes", "true"}
    assert layer(graph).bias is yes
    assert kinds(graph) == ["conv", "relu"] if yes else ["conv"]


def test_a_flag_may_be_an_expression():
    graph = stack("- {conv: 3, kernel: 1, bias: not wide and n > 3}", "vars: {wide: no, n: 4}")
    assert layer(graph).bias is True


@pytest.mark.parametrize("word", ["1", "off", "maybe", "~", "n", "[yes]"])
def test_what_is_neither_yes_nor_no_is_refused(word):
    assert len(stack(f"- {{conv: 3, kernel: 1, bias: {word}}}", "vars: {n: 4}").diagnostics) == 1


def test_a_list_is_for_loops():
    assert fault(stack("- {conv: sizes, kernel: 1}", "vars: {sizes: [1, 2]}")).code == "E114"


def test_a_variable_that_needs_itself_is_an_error():
    assert fault(stack("- {conv: a, kernel: 1}", "vars: {a: a + 1}")).code == "E125"
    assert fault(stack("- {conv: a, kernel: 1}", "vars: {a: b, b: a}")).code == "E125"


@pytest.mark.parametrize("text", ["$a", "x$a", "$b"])
def test_a_text_that_inserts_itself_is_an_error(text):
    assert codes(stack(f"- {{relu, name: {text}}}", f"vars: {{a: {text}, b: $a}}")) == ["E125"]


def test_a_variable_with_no_value_is_an_error_where_it_is_read():
    assert outputs(stack("- relu", "vars: {a: }")) == ["3×32×32"]
    assert len(stack("- {conv: a, kernel: 1}", "vars: {a: }").diagnostics) == 1


# settings

WIDTHS = "input: [3]\nvars: {width: 8, deep: no, act: relu, list: [1]}\nlayers:\n"
WIDTHS += "  - {dense: width, activation: $act}\n  - {dense: 1, when: deep}\n  - for: {c: list}\n    do: [{dense: c}]\n"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["8", "8", "1"]),
        ({"width": 4}, ["4", "4", "1"]),
        ({"width": "4 * 4"}, ["16", "16", "1"]),
        ({"act": "none"}, ["8", "1"]),
        ({"deep": "yes"}, ["8", "8", "1", "1"]),
        ({"deep": True}, ["8", "8", "1", "1"]),
        ({"deep": "width > 4"}, ["8", "8", "1", "1"]),
        ({"list": [5, "width"]}, ["8", "8", "5", "8"]),
        ({"list": "range(1)", "width": 2}, None),
    ],
)
def test_a_setting_takes_the_place_of_a_variable(settings, expected):
    graph = net(WIDTHS, settings)
    if expected is None:
        assert fault(graph).code == "E115"
    else:
        assert outputs(graph) == expected


def test_a_setting_of_no_variable_is_an_error_with_the_nearest():
    with pytest.raises(SpecError) as caught:
        net(WIDTHS, {"widht": 4})
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("E127", "did you mean `width`?")


# conditions


@pytest.mark.parametrize(
    ("condition", "there"),
    [("yes", True), ("no", False), ("n > 3", True), ("not n > 3", False), ("deep and n > 3", False)],
)
def test_a_layer_may_have_a_condition(condition, there):
    graph = stack(f"- {{tanh, when: {condition}}}\n- relu", "vars: {n: 4, deep: no}")
    assert kinds(graph) == ["tanh", "relu"] if there else ["relu"]


def test_a_condition_holds_for_calls_paths_and_residuals():
    graph = stack(
        "- {Two: , when: no}\n- {residual: [tanh], when: no}\n"
        "- {parallel: {a: [relu], b: []}, join: add, when: no}\n- tanh",
        "blocks: {Two: {layers: [relu]}}",
    )
    assert kinds(graph) == ["tanh"]


def test_a_condition_may_use_the_variable_of_a_loop():
    graph = stack("- for: {i: range(3)}\n  do: [{conv: 2, kernel: 1}, {maxpool: 2, when: i < 2}]")
    assert kinds(graph) == ["conv", "maxpool", "conv", "maxpool", "conv"]


@pytest.mark.parametrize("condition", ["1", "maybe", "~", "n", "[yes]", "{a: 1}"])
def test_a_condition_is_yes_or_no(condition):
    assert len(stack(f"- {{relu, when: {condition}}}", "vars: {n: 4}").diagnostics) == 1


def test_a_name_left_out_by_its_condition_is_said_to_be():
    found = fault(stack("- {name: gone, relu: , when: no}\n- {relu, from: gone}"))
    assert (found.code, found.label) == ("E201", "its `when` leaves it out")


def test_what_a_condition_leaves_out_is_checked_all_the_same():
    assert fault(stack("- {convv: 3, when: no}\n- relu")).code == "E112"
    assert fault(stack("- {conv: 3, kernal: 3, when: no}\n- relu")).code == "E113"


# names


def test_unnamed_layers_are_counted_by_kind_in_their_scope():
    graph = stack(
        "- {conv: 3, kernel: 1}\n- relu\n- {conv: 3, kernel: 1}\n- B\n- B",
        "blocks: {B: {layers: [relu, relu, {conv: 3, kernel: 1}]}}",
    )
    assert list(shapes(graph)) == ["conv1", "relu1", "conv2"] + [
        f"B{b}.{n}" for b in (1, 2) for n in ("relu1", "relu2", "conv1")
    ]


def test_a_named_layer_is_not_counted():
    assert list(shapes(stack("- relu\n- {name: x, relu: }\n- relu"))) == ["relu1", "x", "relu2"]


def test_a_count_passes_over_a_name_that_is_taken():
    assert list(shapes(stack("- {name: relu1, relu: }\n- relu"))) == ["relu1", "relu2"]


def test_calls_are_counted_and_named_before_their_layers():
    graph = stack(
        "- B\n- {B: , name: mine}\n- B\n- {relu, from: B2.conv2}\n- {relu, from: mine}",
        "blocks: {B: {layers: [{conv: 3, kernel: 1, repeat: 2}]}}",
    )
    assert list(shapes(graph))[:6] == [f"{call}.conv{n}" for call in ("B1", "mine", "B2") for n in (1, 2)]
    assert sources(graph)["relu1"] == ["B2.conv2"]
    assert sources(graph)["relu2"] == ["mine.conv2"]


def test_repeats_of_a_named_layer_or_call_are_numbered():
    graph = stack(
        "- {name: a, relu: , repeat: 2}\n- {name: b, B: , repeat: 2}\n- {tanh, from: a.1}\n- {tanh, from: b}",
        "blocks: {B: {layers: [relu]}}",
    )
    assert list(shapes(graph)) == ["a.1", "a.2", "b.1.relu1", "b.2.relu1", "tanh1", "tanh2"]
    assert sources(graph)["tanh1"] == ["a.1"]
    assert sources(graph)["tanh2"] == ["b.2.relu1"]


def test_layers_of_a_path_are_named_after_it():
    graph = stack(
        "- {name: module, parallel: {five: [{conv: 3, kernel: 1}], six: []}, join: add}\n"
        "- {relu, from: module.five.conv1}"
    )
    assert list(shapes(graph)) == ["module.five.conv1", "module", "relu1"]


@pytest.mark.parametrize("name", ["a.b", "input", "prev", "''", '"a\\nb"', '"\\e[31m"', "[a]", "~"])
def test_a_given_name_is_printable_not_reserved_and_has_no_dot(name):
    assert len(stack(f"- {{relu, name: {name}}}").diagnostics) == 1


@pytest.mark.parametrize("name", ["中文", "a b", "7", "größe", "a-b", "'[red]'", "a/b"])
def test_any_other_text_is_a_name(name):
    graph = stack(f"- {{relu, name: {name}}}\n- {{relu, from: {name}}}")
    assert graph.diagnostics == ()
    assert next(iter(shapes(graph))) == name.strip("'")


def test_a_name_is_given_once():
    found = fault(stack("- {relu, name: a}\n- {relu, name: a}"))
    assert found.code == "E207"
    assert found.related[0].route == ("layers", 0)


def test_a_name_given_in_every_round_of_a_loop_is_an_error_that_says_how_to_vary_it():
    found = fault(stack("- for: {i: range(3)}\n  do: [{relu, name: a}]"))
    assert (found.code, found.help) == ("E207", "make it differ, as in `name: a$i` with the loop's variable")


def test_the_same_name_may_stand_in_two_calls():
    graph = stack("- B\n- B", "blocks: {B: {layers: [{name: x, relu: }, {add: x}]}}")
    assert sources(graph) == {
        "B1.x": ["input"],
        "B1.add1": ["B1.x", "B1.x"],
        "B2.x": ["B1.add1"],
        "B2.add1": ["B2.x", "B2.x"],
    }


def test_a_block_sees_the_names_of_the_file_but_its_own_first():
    graph = stack(
        "- {name: x, relu: }\n- {name: y, tanh: }\n- B",
        "blocks: {B: {layers: [{name: x, tanh: }, {add: x}, {add: y}]}}",
    )
    assert sources(graph)["B1.add1"] == ["B1.x", "B1.x"]
    assert sources(graph)["B1.add2"] == ["B1.add1", "y"]


def test_the_file_does_not_see_the_names_inside_a_block():
    found = fault(stack("- B\n- {relu, from: x}", "blocks: {B: {layers: [{name: x, relu: }]}}"))
    assert found.code == "E201"


def test_outputs_are_names_and_the_last_layer_if_none_are_given():
    text = "input: [3]\nlayers: [{name: a, dense: 4, activation: relu}, {name: b, dense: 5}, {name: c, dense: 6}]\n"
    assert net(text).outputs == {"c": "c"}
    assert net(text + "outputs: [b, a]").outputs == {"b": "b", "a": "a.act"}
    assert net(text + "outputs: b").outputs == {"b": "b"}
    assert fault(net(text + "outputs: [d]")).code == "E201"


# shared weights


def test_shared_weights_are_those_of_the_layer_named_and_counted_once_while_the_cost_counts_twice():
    graph = stack("- {name: a, conv: 3, kernel: 3, padding: same}\n- {conv: 3, kernel: 3, padding: same, share: a}")
    answer = analyze(graph)
    assert [layer.params for layer in answer] == [84, 0]
    assert [layer.shared_with for layer in answer] == [None, "a"]
    assert answer.params == 84
    assert answer.macs == 2 * 81 * 32 * 32


def test_calls_share_pairwise():
    graph = stack(
        "- {name: b, B: 8}\n- {B: 8, share: b}\n- {B: 8, share: B1}",
        "blocks: {B: {params: {c: required}, layers: [{conv: c, kernel: 1, norm: batch}, relu, {conv: 3, kernel: 1}]}}",
    )
    answer = analyze(graph)
    assert answer.params == 8 * 3 + 8 + 16 + 3 * 8 + 3
    assert answer.buffers == 16
    shared = [layer.shared_with for layer in answer]
    assert shared == [None] * 4 + ["b.conv1.conv", "b.conv1.norm", None, "b.conv2"] * 2


def test_what_shares_is_shared_from_the_first_of_them():
    graph = stack(
        "- {name: a, conv: 3, kernel: 1}\n- {name: b, conv: 3, kernel: 1, share: a}\n- {conv: 3, kernel: 1, share: b}"
    )
    assert [node.shared_with for node in graph] == [None, "a", "a"]


def test_two_inputs_may_go_through_one_set_of_weights():
    graph = net("""\
        inputs: {left: [3, 8, 8], right: [3, 16, 16]}
        layers:
          - {name: a, conv: 4, kernel: 3, from: left}
          - {name: b, conv: 4, kernel: 3, stride: 2, padding: 1, from: right, share: a}
    """)
    answer = analyze(graph)
    assert [layer.params for layer in answer] == [112, 0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {conv: 3, kernel: 1, share: later}\n- {name: later, conv: 3, kernel: 1}", "E201"),
        ("- {name: a, conv: 3, kernel: 1, share: a}", "E201"),
        ("- {conv: 3, kernel: 1, share: input}", "E201"),
        ("- {name: a, conv: 3, kernel: 1}\n- {conv: 3, kernel: 3, share: a}", "E208"),
        ("- {name: a, conv: 3, kernel: 1}\n- {conv: 3, kernel: 1, bias: no, share: a}", "E208"),
        ("- {name: a, conv: 3, kernel: 1}\n- {conv_transpose: 3, kernel: 1, share: a}", "E208"),
        ("- {name: a, conv: 3, kernel: 1, norm: batch}\n- {conv: 3, kernel: 1, share: a}", "E208"),
        ("- {name: a, conv: 4, kernel: 1}\n- {conv: 4, kernel: 1, share: a}", "E208"),
    ],
)
def test_weights_are_shared_by_equal_kinds_with_equal_shapes_of_earlier_layers(text, code):
    assert fault(stack(text)).code == code


def test_the_parts_of_a_layer_can_be_shared():
    graph = stack("- {name: a, conv: 3, kernel: 1, norm: batch}\n- {conv: 3, kernel: 1, share: a.conv}")
    assert graph.diagnostics == ()
    assert graph.nodes[-1].shared_with == "a.conv"


# pooled shapes


@pytest.mark.parametrize("kind", ["global_avgpool", "global_maxpool"])
@pytest.mark.parametrize(
    ("image", "kept"), [("[3, 32]", "3×1"), ("[3, 32, 32]", "3×1×1"), ("[3, 4, 32, 32]", "3×1×1×1")]
)
def test_global_pools_give_channels_alone_or_keep_the_axes(kind, image, kept):
    assert outputs(stack(f"- {kind}", image=image)) == ["3"]
    assert outputs(stack(f"- {{{kind}: , keep: yes}}", image=image)) == [kept]
    assert outputs(stack(f"- {kind}: {{keep: yes}}", image=image)) == [kept]


def test_dense_needs_a_flat_input():
    assert fault(stack("- dense: 10")).code == "E304"
    assert outputs(stack("- flatten\n- dense: 10")) == ["3072", "10"]
    assert outputs(stack("- global_avgpool\n- dense: 10")) == ["3", "10"]


@pytest.mark.parametrize(("image", "shape"), [("[3, 32]", "10×32"), ("[3, 32, 16]", "10×32×16"), ("[3]", "10")])
def test_dense_over_channels_works_on_each_place(image, shape):
    graph = stack("- {dense: 10, over: channels}", image=image)
    assert outputs(graph) == [shape]
    assert analyze(graph).params == 40


# assertions


@pytest.mark.parametrize("shape", ["[8, 30, 30]", "8x30x30", "{W: 30, H: 30, C: 8}", "[c, n - 2, n - 2]"])
def test_a_shape_may_be_expected(shape):
    graph = stack(f"- {{conv: 8, kernel: 3, expect: {shape}}}", "vars: {c: 8, n: 32}")
    assert graph.diagnostics == ()


def test_a_shape_that_is_not_met_is_a_check_that_failed_and_all_else_is_known():
    graph = stack("- {conv: 8, kernel: 3, expect: [8, 32, 32]}\n- relu")
    assert fault(graph).code == "C101"
    assert not graph.wrong
    assert shapes(graph) == {"conv1": "8×30×30", "relu1": "8×30×30"}


def test_an_expected_shape_is_that_of_the_end_of_a_layer_call_or_path():
    graph = stack(
        "- {conv: 8, kernel: 3, activation: relu, expect: [8, 30, 30]}\n- {B: , expect: [8, 15, 15]}\n"
        "- {parallel: {a: [], b: []}, join: concat, expect: [16, 15, 15]}\n- {residual: [relu], expect: [16, 15, 15]}\n"
        "- {flatten, expect: [3600]}",
        "blocks: {B: {layers: [relu, {maxpool: 2}]}}",
    )
    assert graph.diagnostics == ()


@pytest.mark.parametrize("shape", ["[8, 30, x]", "[8, 0, 30]", "{C: 8, H: 30}", "many", "~", "[1, 2, 3, 4, 5]"])
def test_what_is_no_shape_cannot_be_expected(shape):
    assert len(stack(f"- {{conv: 8, kernel: 3, expect: {shape}}}").diagnostics) == 1


def test_a_budget_is_read():
    graph = stack("- relu", 'budget: {params: 5M, macs: 600M, flops: 1.2G, memory: 64 MiB, receptive_field: ">= 224"}')
    assert graph.diagnostics == ()
    assert {key: int(bound.value) for key, bound in graph.spec.budget.items()} == {
        "params": 5_000_000,
        "macs": 600_000_000,
        "flops": 1_200_000_000,
        "memory": 67_108_864,
        "receptive_field": 224,
    }
    assert graph.spec.budget["receptive_field"].sign == ">="


@pytest.mark.parametrize(
    "entry", ["param: 5M", "params: many", "params: 5X", "params: -5", "params: ", "params: [5]", "params: yes"]
)
def test_what_is_no_budget_is_refused(entry):
    assert len(stack("- relu", f"budget: {{{entry}}}").diagnostics) == 1


def test_published_figures_are_read():
    graph = stack("- relu", 'published: [{params: 25557032, macs: 4.09G, convention: macs, source: "torchvision"}]')
    assert graph.diagnostics == ()
    (published,) = graph.spec.published
    assert published["source"] == "torchvision"
    assert published["params"].admits(25_557_032)
    assert not published["params"].admits(25_557_033)
    assert published["macs"].admits(4_089_184_256)


@pytest.mark.parametrize("entry", ["{params: 5}", "{source: x, parms: 5}", "{source: x, params: many}", "5"])
def test_what_is_no_published_figure_is_refused(entry):
    assert len(stack("- relu", f"published: [{entry}]").diagnostics) == 1


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (25557032, 25557032, 25557032),
        ("25,557,032", 25557032, 25557032),
        ("25_557_032", 25557032, 25557032),
        ("25.6M", 25_550_000, 25_650_000),
        ("4.09G", 4_085_000_000, 4_095_000_000),
        ("144M", 143_500_000, 144_500_000),
        ("1.5k", 1450, 1550),
        ("2B", 1_500_000_000, 2_500_000_000),
    ],
)
def test_whole_numbers_hold_to_the_unit_and_lettered_ones_to_half_of_the_last_digit(text, low, high):
    figure = amount(text)
    assert figure.admits(low)
    assert figure.admits(high)
    assert not figure.admits(low - 1)
    assert not figure.admits(high + 1)


@pytest.mark.parametrize(
    ("text", "kept", "broken"),
    [
        ("5M", 5_000_000, 5_000_001),
        ("<= 5M", 5_000_000, 5_000_001),
        ("< 5M", 4_999_999, 5_000_000),
        (">= 224", 224, 223),
        (">224", 225, 224),
        ("= 61706", 61706, 61707),
        ("64 MiB", 67_108_864, 67_108_865),
        ("0.5 kB", 500, 501),
        (1000, 1000, 1001),
        (1.5, 1, 2),
    ],
)
def test_an_amount_is_the_most_allowed_unless_it_has_a_sign(text, kept, broken):
    assert amount(text).holds(kept)
    assert not amount(text).holds(broken)


@pytest.mark.parametrize(
    "text", ["", "M", "5 X", "-5", "1e6", "5M5", None, [5], True, float("nan"), "≥ 5", "5 m", "1,5M"]
)
def test_what_is_no_amount_is_refused_in_the_users_words(text):
    with pytest.raises(ExpressionError) as caught:
        amount(text)
    assert "None" not in caught.value.message
    assert "True" not in caught.value.message


# YAML itself


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {conv: 8, kernel: 3, kernel: 5}", "E105"),
        ("- !!python/name:os.system x", "E106"),
        ("- &a relu\n- *a", "E106"),
        ("- " + "[" * 70 + "]" * 70, "E107"),
    ],
)
def test_what_yaml_would_take_and_a_spec_does_not_is_refused(text, code):
    with pytest.raises(SpecError) as caught:
        stack(text)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_a_bare_no_is_text_until_a_flag_is_wanted():
    graph = stack("- {relu, name: no}\n- {conv: 3, kernel: 1, bias: no, name: yes}")
    assert list(shapes(graph)) == ["no", "yes"]
    assert layer(graph, 1).bias is False


def test_a_dict_is_as_good_as_a_file():
    data = {
        "input": [3, 8, 8],
        "layers": [{"conv": 4, "kernel": 3, "padding": "same"}, "flatten", {"dense": {"units": 10}}],
    }
    assert outputs(build(Document.from_data(data))) == ["4×8×8", "256", "10"]


# a residual path that is one only where it keeps the shape


@pytest.mark.parametrize(
    ("path", "adds"),
    [
        ("{conv: 3, kernel: 3, padding: half}", True),
        ("{conv: 4, kernel: 3, padding: half}", False),
        ("{conv: 3, kernel: 3}", False),
        ("{conv: 3, kernel: 3, padding: half, stride: 2}", False),
    ],
    ids=["same", "channels", "lengths", "stride"],
)
def test_if_same_adds_the_input_where_the_path_keeps_its_shape(path, adds):
    graph = stack(f"- residual: [{path}]\n  shortcut: if_same\n  activation: relu")
    assert kinds(graph) == ["conv", *(["add"] if adds else []), "relu"]
    assert codes(graph) == []


def test_if_same_adds_nothing_to_a_stride_that_a_map_of_one_cell_hides():
    graph = stack("- residual: [{conv: 3, kernel: 1, stride: 2}]\n  shortcut: if_same", image="[3, 1, 1]")
    assert kinds(graph) == ["conv"]


def test_the_shortcut_may_be_a_variable_whatever_its_word():
    for word, expected in (("if_same", ["conv"]), ("auto", ["conv", "conv", "add"]), ("none", ["conv"])):
        graph = stack("- residual: [{conv: 4, kernel: 1}]\n  shortcut: $how", f"vars: {{how: {word}}}")
        assert kinds(graph) == expected


def test_a_name_inside_a_path_is_suggested_in_full():
    layers = (
        "- parallel: {one: [{name: q, conv: 4, kernel: 1}], two: []}\n  join: concat\n- {conv: 4, kernel: 1, from: q}"
    )
    assert fault(stack(layers)).help == "did you mean `parallel1.one.q`?"


def test_a_size_may_be_a_variable_that_is_a_list():
    graph = stack("- {conv: 4, kernel: k, stride: s}", "vars: {k: [3, 5], s: [1, 2]}")
    assert outputs(graph) == ["4×30×14"]


def test_a_norm_takes_an_activation_as_what_has_weights_does():
    graph = stack("- {batchnorm: , activation: relu}\n- {groupnorm: 3, name: g, activation: {leaky_relu: 0.2}}")
    assert kinds(graph) == ["batchnorm", "relu", "groupnorm", "leaky_relu"]
    assert sources(graph)["g.groupnorm"] == ["batchnorm1.act"]
