"""The commands that make the program its own manual."""

import json

import pytest
from click.testing import CliRunner

import shapecalc as sc
from shapecalc import examples
from shapecalc.cli import shapecalc
from shapecalc.layers import KINDS
from shapecalc.render.manual import example_of, formulas_of


def ran(*args):
    result = CliRunner().invoke(shapecalc, list(args))
    return result.exit_code, result.stdout, result.stderr


def test_layers_lists_every_kind_under_its_family():
    status, out, _ = ran("layers")
    assert status == 0
    for kind, layer in KINDS.items():
        heading = out.index(f"\n{layer.family}\n") if out.find(layer.family) else 0
        assert out.index(f"\n  {kind} ") > heading


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kind_shows_its_options_and_its_example(kind):
    status, out, _ = ran("layers", kind)
    assert status == 0
    assert all(f"\n  {option} " in out for option in KINDS[kind].model_fields)
    assert all(f"  {line}" in out for line in KINDS[kind].example.splitlines())


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_holds_the_kind(kind):
    assert kind in {layer.kind for layer in example_of(KINDS[kind])}


def test_the_page_of_a_convolution_has_the_formulas_of_its_example():
    names = [formula.name for formula in formulas_of(example_of(KINDS["conv"]), "conv")]
    assert {"explicit", "half", "elements", "conv_macs"} <= set(names)


def test_a_misspelt_kind_is_answered_with_the_nearest():
    status, _, err = ran("layers", "maxpol")
    assert status == 2
    assert "did you mean `maxpool`?" in err


def test_examples_lists_every_shipped_network():
    status, out, _ = ran("examples")
    assert status == 0
    assert all(f"  {name} " in out for name in examples.names())


def test_examples_prints_the_file_itself():
    assert ran("examples", "resnet50")[1] == examples.names()["resnet50"].read_text(encoding="utf-8")


def test_a_misspelt_example_is_answered_with_the_nearest():
    status, _, err = ran("examples", "resnet5")
    assert status == 2
    assert "did you mean `resnet50`?" in err


def test_new_prints_a_file_that_analyzes():
    answer = sc.analyze(sc.load(ran("new")[1]))
    assert answer.params == 497_962
    assert answer.diagnostics == ()


def test_new_writes_a_file_named_after_its_network_and_never_over_another(tmp_path):
    file = tmp_path / "net.yaml"
    assert ran("new", str(tmp_path / "net"))[0] == 0
    assert sc.load(file).name == "net"
    file.write_text("mine", encoding="utf-8")
    status, _, err = ran("new", str(file))
    assert (status, file.read_text(encoding="utf-8")) == (2, "mine")
    assert "--force" in err
    assert ran("new", str(file), "--force")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_schema_is_json():
    status, out, _ = ran("schema")
    assert status == 0
    assert json.loads(out)["title"] == "shapecalc network"
