"""Laws that hold of every network, whatever it is made of."""

import json
import random
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import shapecalc as sc
from shapecalc.layers import KINDS
from tests.by_hand import answer

SPECS = Path(__file__).parent.parent / "specs"
FILES = sorted(path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.yaml"))


def plain(whole, *without):
    """An analysis as plain data."""
    told = whole.to_dict()
    for key in without:
        del told[key]
    return told


# chains

SIZES = st.integers(1, 3)
PADDINGS = st.sampled_from(["valid", "same", "half", 1, [[0, 1], "same"], ["valid", [1, 0]]])
CONVS = st.fixed_dictionaries(
    {"conv": st.integers(1, 6), "kernel": st.one_of(st.sampled_from([1, 3]), st.just([3, 1]))},
    optional={
        "stride": st.one_of(SIZES, st.tuples(SIZES, SIZES).map(list)),
        "padding": PADDINGS,
        "dilation": st.integers(1, 2),
        "bias": st.booleans(),
        "norm": st.just("batch"),
        "activation": st.sampled_from(["relu", "gelu", "softmax", "none"]),
    },
)
POOLS = st.fixed_dictionaries(
    {}, optional={"stride": SIZES, "padding": st.sampled_from(["valid", "same"]), "ceil": st.booleans()}
).flatmap(lambda options: st.sampled_from(["maxpool", "avgpool", "sumpool"]).map(lambda kind: {kind: 2, **options}))
PLAIN = st.sampled_from(
    ["relu", "batchnorm", "sigmoid", "identity", {"dropout": 0.3}, {"dense": 3, "over": "channels"}]
)
BODY = st.lists(st.one_of(CONVS, CONVS, POOLS, PLAIN), min_size=1, max_size=6)
HEAD = st.sampled_from(
    [
        [],
        ["global_avgpool"],
        ["flatten", {"dense": 4}],
        [{"global_maxpool": None, "keep": True}],
        ["flatten", "softmax"],
    ]
)
CHAINS = st.tuples(BODY, HEAD).map(lambda parts: [*parts[0], *parts[1]])
GIVEN = st.tuples(st.integers(1, 4), st.integers(20, 40), st.integers(20, 40))


def fitting(*layers, **sections):
    """The analysis of layers that fit each other; the others are passed over."""
    try:
        return answer(*layers, **sections)
    except sc.SpecError:
        assume(False)  # noqa: FBT003
        raise


ADDED = ("params", "buffers", "macs", "flops", "weight_bytes")


@settings(deadline=None)
@given(CHAINS, GIVEN, st.data())
def test_a_chain_split_anywhere_has_the_same_totals(layers, given, data):
    whole = fitting(*layers, given=given)
    cut = data.draw(st.integers(0, len(layers)))
    front = answer(*layers[:cut], given=given)
    between = list(front)[-1].output if cut else given
    back = answer(*layers[cut:], given=between)
    for name in ADDED:
        assert getattr(front, name) + getattr(back, name) == getattr(whole, name), name
    kinds = whole.ops.keys() | front.ops.keys() | back.ops.keys()
    assert all(front.ops.get(kind, 0) + back.ops.get(kind, 0) == whole.ops.get(kind, 0) for kind in kinds)
    held_twice = 4 * sc.Shape(*between).elements  # what the one gives and the other is given
    assert front.activation_bytes + back.activation_bytes - held_twice == whole.activation_bytes
    assert [layer.output for layer in (*front, *back)] == [layer.output for layer in whole]


@settings(deadline=None)
@given(CHAINS, GIVEN, st.integers(2, 1000))
def test_a_batch_multiplies_what_is_done_and_held_and_nothing_else(layers, given, batch):
    one = fitting(*layers, given=given)
    many = answer(*layers, given=given, batch=batch)
    for name in ("macs", "flops", "activation_bytes", "peak_bytes"):
        assert getattr(many, name) == batch * getattr(one, name), name
    assert many.ops == {kind: batch * count for kind, count in one.ops.items()}
    for name in ("params", "buffers", "weight_bytes", "peak_at", "outputs"):
        assert getattr(many, name) == getattr(one, name), name
    assert [layer.field for layer in many] == [layer.field for layer in one]


@settings(deadline=None)
@given(CHAINS, GIVEN)
def test_an_identity_anywhere_changes_no_figure_but_memory(layers, given):
    whole = fitting(*layers, given=given)
    spread = answer(*(each for layer in layers for each in (layer, "identity")), given=given)
    for name in ADDED:
        assert getattr(spread, name) == getattr(whole, name), name
    assert list(spread)[-1].field == list(whole)[-1].field


@settings(deadline=None)
@given(CHAINS, GIVEN)
def test_equal_networks_have_equal_answers(layers, given):
    assert fitting(*layers, given=given) == answer(*layers, given=given)
    assert hash(sc.Shape(*given)) == hash(tuple(given))


# how it is written


def shuffled(value, order):
    """A spec with the keys of its sections, layers and options in another order."""
    if isinstance(value, list):
        return [shuffled(item, order) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    order.shuffle(keys)
    return {key: value[key] if key in ORDERED else shuffled(value[key], order) for key in keys}


ORDERED = {"parallel", "params"}
"""Mappings whose order means something: paths are joined in it, a parameter is the first."""


@pytest.mark.parametrize("name", FILES)
def test_the_order_of_keys_does_not_matter(name):
    spec = yaml.safe_load((SPECS / f"{name}.yaml").read_text())
    told = plain(sc.analyze(sc.load(spec)))
    for seed in range(3):
        other = shuffled(spec, random.Random(seed))
        assert plain(sc.analyze(sc.load(other))) == told


@settings(deadline=None, max_examples=50)
@given(CHAINS, GIVEN, st.randoms(use_true_random=False))
def test_the_order_of_options_does_not_matter(layers, given, order):
    assert fitting(*layers, given=given) == answer(*shuffled(layers, order), given=given)


@pytest.mark.parametrize("name", FILES)
def test_a_file_and_its_data_have_equal_answers(name):
    text = (SPECS / f"{name}.yaml").read_text()
    data = yaml.safe_load(text)
    from_file, from_text, from_data = (sc.analyze(sc.load(source)) for source in (SPECS / f"{name}.yaml", text, data))
    without_places = [plain(whole, "diagnostics") for whole in (from_file, from_text, from_data)]
    assert without_places[0] == without_places[1] == without_places[2]
    assert from_file.diagnostics == from_text.diagnostics == from_data.diagnostics
    assert from_file.layers == from_text.layers == from_data.layers  # routes and all
    assert from_file == from_text


@settings(deadline=None, max_examples=50)
@given(CHAINS, GIVEN, st.booleans())
def test_a_text_and_its_data_have_equal_answers(layers, given, flow):
    spec = json.loads(json.dumps({"name": "one", "input": given, "layers": layers}))  # nothing in it twice: no aliases
    from_data = fitting(*layers, name="one", given=given)
    text = yaml.safe_dump(spec, sort_keys=False, default_flow_style=flow) + "\n"
    assert sc.analyze(sc.load(text)) == from_data


@settings(deadline=None)
@given(BODY, GIVEN, st.integers(0, 4), st.data())
def test_repeating_is_writing_again(layers, given, times, data):
    place = data.draw(st.integers(0, len(layers) - 1))
    layer = layers[place] if isinstance(layers[place], dict) else {layers[place]: None}
    repeated = [*layers[:place], {**layer, "repeat": times}, *layers[place + 1 :]]
    written = [*layers[:place], *[layer] * times, *layers[place + 1 :]]
    assert plain(fitting(*written, given=given)) == plain(answer(*repeated, given=given))


@settings(deadline=None)
@given(BODY, GIVEN, st.integers(1, 3))
def test_a_loop_is_writing_again(layers, given, rounds):
    looped = {"for": {"i": list(range(rounds))}, "do": layers}
    assert plain(fitting(*layers * rounds, given=given)) == plain(answer(looped, given=given))


@settings(deadline=None)
@given(BODY, GIVEN)
def test_a_block_called_is_its_body(layers, given):
    written = fitting(*layers, given=given)
    called = answer("Body", blocks={"Body": {"layers": layers}}, given=given)
    assert [layer.name for layer in called] == [f"Body1.{layer.name}" for layer in written]
    for name in (*ADDED, "ops", "activation_bytes", "peak_bytes"):
        assert getattr(called, name) == getattr(written, name), name
    row = called["Body1"]
    assert (row.params, row.macs, row.output) == (written.params, written.macs, list(written)[-1].output)


@settings(deadline=None)
@given(BODY, GIVEN, st.sampled_from(["concat", "add"]))
def test_paths_cost_what_they_cost_alone(layers, given, join):
    one = fitting(*layers, given=given)
    both = fitting({"parallel": {"a": layers, "b": layers}, "join": join}, given=given)
    assert (both.params, both.buffers, both.macs) == (2 * one.params, 2 * one.buffers, 2 * one.macs)
    channels, *places = list(one)[-1].output
    assert list(both)[-1].output == (channels * (2 if join == "concat" else 1), *places)
    assert list(both)[-1].field == list(one)[-1].field


DEFAULTS = {
    kind: {
        name: list(field.default) if isinstance(field.default, tuple) else field.default
        for name, field in layer.model_fields.items()
        if not field.is_required() and field.default is not None
    }
    for kind, layer in KINDS.items()
}


@settings(deadline=None)
@given(CHAINS, GIVEN)
def test_what_is_not_written_is_the_default(layers, given):
    def in_full(layer):
        if isinstance(layer, str):
            layer = {layer: None}
        (kind,) = [key for key in layer if key in KINDS]
        more = {name: value for name, value in DEFAULTS[kind].items() if name != KINDS[kind].main}
        return {**more, **layer}

    assert plain(fitting(*layers, given=given)) == plain(answer(*map(in_full, layers), given=given))


@settings(deadline=None)
@given(st.lists(CONVS, min_size=1, max_size=4), GIVEN, CONVS)
def test_defaults_are_options_written_out(layers, given, options):
    shared = {name: value for name, value in options.items() if name != "conv"}
    written = [{**shared, **layer} for layer in layers]
    bare = [{name: value for name, value in layer.items() if name != "kernel"} for layer in layers]
    told = plain(fitting(*[{**layer, "kernel": shared["kernel"]} for layer in written], given=given))
    assert plain(answer(*bare, given=given, defaults={"conv": shared})) == told


@settings(deadline=None, max_examples=50)
@given(CHAINS, GIVEN)
def test_variables_are_the_numbers_they_stand_for(layers, given):
    names = {}

    def put(value, key):
        if isinstance(value, int) and not isinstance(value, bool) and key in {"conv", "dense", "stride", "dilation"}:
            name = f"v{len(names)}"
            names[name] = value
            return name
        return value

    written = [{k: put(v, k) for k, v in layer.items()} if isinstance(layer, dict) else layer for layer in layers]
    assert plain(fitting(*layers, given=given)) == plain(answer(*written, given=given, vars=names))
