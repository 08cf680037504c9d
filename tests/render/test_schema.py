"""The JSON Schema takes what the language takes, and refuses what an editor can see is wrong."""

from pathlib import Path

import jsonschema
import pytest

from shapecalc import examples
from shapecalc.cli.new import START
from shapecalc.layers import KINDS
from shapecalc.render.schema import schema
from shapecalc.source.document import Document

VALIDATOR = jsonschema.Draft202012Validator(schema())
FILES = [START, *examples.names().values()]


def faults(data):
    return [error.message for error in VALIDATOR.iter_errors(data)]


def around(*layers):
    return {"input": [3, 32, 32], "layers": list(layers)}


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_follows_it(path):
    assert faults(Document.open(str(path)).data) == []


def test_the_language_of_the_readme_follows_it():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    text = readme.split("```yaml\n# language.yaml")[1].split("```")[0]
    assert faults(Document.from_text(text, "language.yaml").data) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_a_kind_follows_it(kind):
    text = f"input: {list(KINDS[kind].example_input)}\nlayers:\n{KINDS[kind].example}\n"
    assert faults(Document.from_text(text, kind).data) == []


TAKEN = {
    "an expression for a number": {"conv": "4*c", "kernel": "k"},
    "the long form": {"conv": {"filters": 8, "kernel": 3, "name": "stem"}},
    "a size by text": {"conv": 8, "kernel": "3x5"},
    "padding an axis": {"conv": 8, "kernel": 3, "padding": [[1, 2], "same"]},
    "a call": {"Bottleneck": {"c": 64}, "repeat": 2},
    "a call with its parameters beside": {"Bottleneck": 64, "stride": 2},
    "a bare word": "flatten",
    "a bare call": "Stage",
    "an activation with its option": {"conv": 8, "kernel": 3, "activation": {"leaky_relu": 0.2}},
    "an inserted activation": {"conv": 8, "kernel": 3, "activation": "$act"},
    "several sources": {"concat": ["a", "prev"], "fit": "crop"},
}
REFUSED = {
    "an unknown kind": {"convolve": 8},
    "a misspelt option": {"conv": 8, "kernal": 3},
    "an option of another kind": {"maxpool": 2, "groups": 2},
    "a misspelt option inside": {"conv": {"filters": 8, "kernal": 3}},
    "an unknown activation": {"conv": 8, "kernel": 3, "activation": "relux"},
    "two kinds": {"conv": 8, "maxpool": 2},
    "an unknown word": "flaten",
    "a loop without its body": {"for": {"i": [1, 2]}},
}


@pytest.mark.parametrize("layer", TAKEN.values(), ids=TAKEN)
def test_it_takes(layer):
    assert faults(around(layer)) == []


@pytest.mark.parametrize("layer", REFUSED.values(), ids=REFUSED)
def test_it_refuses(layer):
    assert faults(around(layer)) != []


def test_it_refuses_an_unknown_section():
    assert faults({**around("flatten"), "layrs": []}) != []
