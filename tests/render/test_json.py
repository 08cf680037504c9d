import csv
import io
import json

import pytest

import shapecalc as sc
from shapecalc.layers import KINDS
from shapecalc.layers.base import Layer
from shapecalc.network import build
from shapecalc.render.formats import Asked, as_csv, as_json, unread_json
from shapecalc.shape import Shape
from shapecalc.source.document import Document
from tests.by_hand import answer

LENET5 = {
    "name": "LeNet-5",
    "input": [1, 32, 32],
    "layers": [
        {"conv": 6, "kernel": 5},
        {"avgpool": 2},
        {"conv": 16, "kernel": 5},
        {"avgpool": 2},
        "flatten",
        {"dense": 120},
        {"dense": 84},
        {"dense": 10},
    ],
}


def seen(size, jump, start, *, whole=False):
    """The field along both axes."""
    ends = {"size": size, "start": start, "padding": 0}
    phase = {**ends, "first": 0, "last": size - 1}
    more = {"whole": whole, "to_edge": "both" if whole else None, "period": 1, "advance": jump, "phases": [phase]}
    one = {**ends, "jump": jump, **more}
    return [one, one]


ALL = seen(32, 0, 15.5, whole=True)


def layer(name, kind, before, output, params, ops, flops, activation_bytes, receptive_field):
    return {
        "name": name,
        "kind": kind,
        "inputs": [before],
        "output": output,
        "params": params,
        "buffers": 0,
        "shared_with": None,
        "macs": ops.get("mac", 0),
        "flops": flops,
        "ops": ops,
        "activation_bytes": activation_bytes,
        "receptive_field": receptive_field,
        "aligned": None,
        "half_cells_apart": None,
        "padding_macs": 0,
        "bias_adds": ops["add"] if "mac" in ops else 0,
        "ops_once": {},
    }


# worked out by hand; the totals of the design, section 8, and the figures it leaves out
EXPECTED = {
    "schema_version": 1,
    "name": "LeNet-5",
    "inputs": {"input": [1, 32, 32]},
    "outputs": {"dense3": [10]},
    "batch": 1,
    "dtype": "float32",
    "totals": {
        "params": 61_706,
        "buffers": 0,
        "macs": 416_520,
        "flops": 845_862,
        "ops": {"mac": 416_520, "add": 11_246, "mul": 1_576},
        "weight_bytes": 246_824,
        "activation_bytes": 38_072,
        "peak_bytes": 23_520,
        "padding_macs": 0,
        "bias_adds": 6_518,
    },
    "covered_at": {"input": [{"layer": "flatten1", "sure": True}] * 2},
    "layers": [
        layer(
            "conv1", "conv", "input", [6, 28, 28], 156, {"mac": 117_600, "add": 4_704}, 239_904, 18_816, seen(5, 1, 2.0)
        ),
        layer(
            "avgpool1", "avgpool", "conv1", [6, 14, 14], 0, {"add": 3_528, "mul": 1_176}, 4_704, 4_704, seen(6, 2, 2.5)
        ),
        layer(
            "conv2",
            "conv",
            "avgpool1",
            [16, 10, 10],
            2_416,
            {"mac": 240_000, "add": 1_600},
            481_600,
            6_400,
            seen(14, 2, 6.5),
        ),
        layer(
            "avgpool2", "avgpool", "conv2", [16, 5, 5], 0, {"add": 1_200, "mul": 400}, 1_600, 1_600, seen(16, 4, 7.5)
        ),
        layer("flatten1", "flatten", "avgpool2", [400], 0, {}, 0, 1_600, ALL),
        layer("dense1", "dense", "flatten1", [120], 48_120, {"mac": 48_000, "add": 120}, 96_120, 480, ALL),
        layer("dense2", "dense", "dense1", [84], 10_164, {"mac": 10_080, "add": 84}, 20_244, 336, ALL),
        layer("dense3", "dense", "dense2", [10], 850, {"mac": 840, "add": 10}, 1_690, 40, ALL),
    ],
    "diagnostics": [],
}

# the keys that the design promises; others may be added
PROMISED = ["schema_version", "name", "inputs", "outputs", "batch", "dtype", "totals", "layers", "diagnostics"]
PROMISED_TOTALS = ["params", "buffers", "macs", "flops", "ops", "weight_bytes", "activation_bytes", "peak_bytes"]
PROMISED_LAYER = [
    "name",
    "kind",
    "inputs",
    "output",
    "params",
    "buffers",
    "shared_with",
    "macs",
    "ops",
    "receptive_field",
]
PROMISED_FIELD = ["size", "jump", "start", "padding", "whole", "to_edge", "period", "advance", "phases"]
PROMISED_DIAGNOSTIC = [
    *["code", "severity", "message", "route", "file", "line", "column", "label", "help", "related"],
]


def lenet5(**options):
    return sc.analyze(sc.load(LENET5), **options)


@pytest.mark.parametrize("key", PROMISED)
def test_lenet5_is_told_as_it_is_promised(key):
    assert lenet5().to_dict()[key] == EXPECTED[key]


@pytest.mark.parametrize("index", range(8), ids=[row["name"] for row in EXPECTED["layers"]])
def test_a_layer_of_lenet5_is_told_as_it_is_promised(index):
    assert lenet5().to_dict()["layers"][index] == EXPECTED["layers"][index]


def test_nothing_else_is_told():
    assert lenet5().to_dict() == EXPECTED


def test_every_promised_key_is_there():
    told = lenet5().to_dict()
    assert told.keys() >= set(PROMISED)
    assert told["totals"].keys() >= set(PROMISED_TOTALS)
    for row in told["layers"]:
        assert row.keys() >= set(PROMISED_LAYER)
        for field in row["receptive_field"]:
            assert field.keys() >= set(PROMISED_FIELD)


def values(data):
    """Every key and value of plain data."""
    yield data
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from values(value)
    if isinstance(data, list):
        for value in data:
            yield from values(value)


def test_everything_is_plain_and_every_count_a_raw_integer():
    told = lenet5(batch=3).to_dict()
    assert {type(value) for value in values(told)} == {dict, list, str, int, float, bool, type(None)}
    floats = {value for value in values(told) if type(value) is float}
    assert floats == {2.0, 2.5, 6.5, 7.5, 15.5}  # centres of fields, and nothing else


def test_big_counts_are_not_rounded():
    total = answer({"dense": 10**9 + 7, "bias": False}, given=(10**9 + 9,)).to_dict()["totals"]
    assert total["macs"] == total["params"] == (10**9 + 7) * (10**9 + 9)


def test_the_format_is_one_line_of_valid_json():
    text = as_json(Asked(lenet5()))
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    assert json.loads(text) == EXPECTED


def test_other_scripts_are_written_as_they_are():
    text = as_json(Asked(answer({"name": "卷积", "conv": 1, "kernel": 1}, name="网络\x1b[31m")))
    assert '"name": "卷积"' in text
    assert "\x1b" not in text
    assert json.loads(text)["name"] == "网络\x1b[31m"


def test_everything_is_for_the_batch_and_the_number_format():
    told = lenet5(batch=4, dtype="float16").to_dict()
    assert (told["batch"], told["dtype"]) == (4, "float16")
    assert told["totals"] == {
        **EXPECTED["totals"],
        "macs": 1_666_080,
        "flops": 3_383_448,
        "ops": {"mac": 1_666_080, "add": 44_984, "mul": 6_304},
        "weight_bytes": 123_412,
        "activation_bytes": 76_144,
        "peak_bytes": 47_040,
        "bias_adds": 26_072,
    }


def test_layers_are_opened_and_in_order():
    told = answer({"name": "stem", "conv": 2, "kernel": 1, "norm": "batch", "activation": "relu"}).to_dict()
    assert [(row["name"], row["kind"], row["inputs"]) for row in told["layers"]] == [
        ("stem.conv", "conv", ["input"]),
        ("stem.norm", "batchnorm", ["stem.conv"]),
        ("stem.act", "relu", ["stem.norm"]),
    ]
    assert told["outputs"] == {"stem": [2, 32]}
    assert (told["totals"]["params"], told["totals"]["buffers"]) == (8, 4)


def test_shared_weights_say_whose_they_are():
    told = answer({"name": "a", "dense": 4}, {"dense": 4, "share": "a"}, given=(4,)).to_dict()
    assert [(row["params"], row["shared_with"]) for row in told["layers"]] == [(20, None), (0, "a")]


def test_several_inputs_are_told_apart():
    inputs = {"left": [1, 8], "right": [1, 8, 8]}
    layers = [
        {"name": "a", "conv": 2, "kernel": 3, "from": "left"},
        {"name": "b", "conv": 2, "kernel": 5, "from": "right"},
        {"name": "c", "global_avgpool": None, "from": "a"},
        {"name": "d", "global_avgpool": None, "from": "b"},
        {"concat": ["c", "d"]},
    ]
    told = sc.analyze(sc.load({"inputs": inputs, "layers": layers})).to_dict()
    assert told["inputs"] == inputs
    fields = [(field["input"], field["axis"], field["size"]) for field in told["layers"][1]["receptive_field"]]
    assert fields == [("right", 0, 5), ("right", 1, 5)]
    assert [field["whole"] for field in told["layers"][-1]["receptive_field"]] == [True] * 3


def test_the_padding_of_a_field_is_what_it_reaches_before_the_input():
    (field,) = answer({"conv": 1, "kernel": 5, "padding": "same"}).to_dict()["layers"][0]["receptive_field"]
    assert (field["start"], field["padding"]) == (0.0, 2)


# what is not known


class Secret(Layer):
    """A layer that states neither its operations nor its reach."""

    kind = "secret"
    family = "tests"
    example = "- secret"

    def output(self, *xs):
        return xs[0]

    def weights(self, *xs):
        return {"w": Shape(3)}

    def forward(self, *xs, weights):
        return xs[0] * weights["w"].sum()


def secretive():
    data = {"name": "odd", "input": [1, 8], "layers": [{"conv": 2, "kernel": 3}, "secret", {"conv": 2, "kernel": 3}]}
    return sc.analyze(build(Document.from_data(data), kinds=KINDS | {"secret": Secret}))


def test_operations_that_are_not_stated_are_null_and_totals_at_least():
    told = secretive().to_dict()
    assert [row["macs"] for row in told["layers"]] == [36, None, 48]
    assert told["layers"][1]["ops"] is None
    assert told["totals"]["macs"] == {"at_least": 84}
    assert told["totals"]["flops"] == {"at_least": 188}
    assert told["totals"]["params"] == 25  # of these all is known
    assert told["totals"]["activation_bytes"] == 4 * (8 + 12 + 12 + 8)


def test_operations_by_kind_are_at_least_too():
    assert secretive().to_dict()["totals"]["ops"] == {"mac": {"at_least": 84}, "add": {"at_least": 20}}


def test_what_is_null_has_a_diagnostic_that_says_why():
    told = secretive().to_dict()
    assert [row["receptive_field"] == [None] for row in told["layers"]] == [False, True, True]
    notes = {fault["code"]: fault for fault in told["diagnostics"]}
    assert notes.keys() == {"N501", "N502"}
    for note in notes.values():
        assert note.keys() >= set(PROMISED_DIAGNOSTIC)
        assert (note["severity"], note["route"], note["related"]) == ("note", ["layers", 1], [])
    assert notes["N502"]["message"] == "the operations of `secret1` are not known"
    assert notes["N501"]["label"] == "`secret` does not state its reach"


WRONG = """\
name: wrong
input: [1, 8]
layers:
  - {conv: 2, kernel: 3}
  - {name: big, conv: 2, kernel: 30}
  - relu
"""


def test_a_network_with_a_fault_is_told_as_far_as_it_is_known():
    told = sc.analyze(build(Document.from_text(WRONG, "wrong.yaml"))).to_dict()
    assert [row["output"] for row in told["layers"]] == [[2, 6], None, None]
    for row in told["layers"][1:]:
        for key in ("params", "buffers", "macs", "flops", "ops", "activation_bytes", "receptive_field"):
            assert row[key] is None, key
    assert told["outputs"] == {"relu1": None}
    assert {key: told["totals"][key] for key in ("params", "buffers", "macs", "weight_bytes")} == {
        "params": {"at_least": 8},
        "buffers": {"at_least": 0},
        "macs": {"at_least": 36},
        "weight_bytes": {"at_least": 32},
    }
    (fault,) = told["diagnostics"]
    assert fault.keys() >= set(PROMISED_DIAGNOSTIC)
    assert (fault["code"], fault["severity"], fault["route"]) == ("E302", "error", ["layers", 1, "kernel"])
    assert (fault["file"], fault["line"], fault["column"]) == ("wrong.yaml", 5, 34)  # from 1
    (other,) = fault["related"]
    assert (other["message"], other["route"], other["line"]) == ("`conv1` gives 2×6", ["layers", 0], 4)


def test_no_total_of_a_network_with_a_fault_is_told_as_if_it_were_whole():
    totals = sc.analyze(build(Document.from_text(WRONG, "wrong.yaml"))).to_dict()["totals"]
    assert [name for name, total in totals.items() if name != "ops" and list(total) != ["at_least"]] == []


def test_a_file_that_cannot_be_read_has_the_same_keys():
    with pytest.raises(sc.SpecError) as caught:
        sc.load("name: [\n")
    told = json.loads(unread_json(caught.value))
    assert told["diagnostics"][0]["line"] == 1
    assert told["diagnostics"][0].keys() >= set(PROMISED_DIAGNOSTIC)
    assert (told["layers"], told["totals"]) == ([], None)
    assert set(PROMISED) - told.keys() == set()


# the same, flat


def test_records_are_one_flat_row_a_node():
    rows = lenet5().records()
    assert rows[0] == {
        "name": "conv1",
        "kind": "conv",
        "inputs": "input",
        "output": "6x28x28",
        "params": 156,
        "buffers": 0,
        "shared_with": None,
        "macs": 117_600,
        "flops": 239_904,
        "activation_bytes": 18_816,
        "padding_macs": 0,
        "bias_adds": 4_704,
        "receptive_field": "5x5",
        "jump": "1x1",
        "ops": "mac=117600 add=4704",
    }
    assert len(rows) == 8
    assert len({tuple(row) for row in rows}) == 1


def test_csv_is_the_records():
    rows = list(csv.DictReader(io.StringIO(as_csv(Asked(lenet5())))))
    assert rows == [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in lenet5().records()
    ]


def test_csv_quotes_what_it_must():
    name = 'a,"b" 卷'
    (row,) = csv.DictReader(io.StringIO(as_csv(Asked(answer({"name": name, "conv": 1, "kernel": 1})))))
    assert row["name"] == name


def test_what_is_not_known_is_empty_in_csv():
    rows = list(csv.DictReader(io.StringIO(as_csv(Asked(secretive())))))
    assert [(row["macs"], row["receptive_field"]) for row in rows] == [("36", "3"), ("", ""), ("48", "")]
