"""``shapecalc verify``: marks, both numbers of what is disproved, many files, and its exit status."""

import json
from dataclasses import replace

import pytest
from rich.cells import cell_len

from shapecalc.cli import reading, verify
from shapecalc.engine import proof as proving
from tests.cli.conftest import OK

NET = """\
name: Small
input: [3, 20, 18]
layers:
  - {name: stem, conv: 4, kernel: 3, padding: half, norm: batch, activation: relu}
  - {conv_transpose: 2, kernel: 2, stride: 2}
  - {maxpool: 2}
  - to_tokens
"""


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(NET, encoding="utf-8")
    return path


@pytest.fixture
def lying(monkeypatch):
    """A network whose first node is told to spend one multiply-accumulate more than it does."""
    build = reading.graph_of

    def lie(*asked):
        graph = build(*asked)
        first = graph.nodes[0]
        return replace(graph, nodes=(replace(first, ops={**first.ops, "mac": first.ops["mac"] + 1}), *graph.nodes[1:]))

    monkeypatch.setattr(verify, "graph_of", lie)


def test_a_row_a_layer_with_a_mark_in_each_cell(shapecalc, net, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("verify", net)
    assert (answer.status, answer.err) == (0, "")
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["layer", "kind", "shape", "params", "ops", "field", "memory"] in rows
    assert ["stem", "conv+batch+relu", *["proved"] * 5] in rows
    assert ["maxpool1", "maxpool", "proved", "—", "proved", "proved", "proved"] in rows
    assert answer.out.splitlines()[-1].startswith("Small: ")
    assert answer.out.splitlines()[-1].endswith("figures proved, 2 not applicable")
    assert max(map(cell_len, answer.out.splitlines())) <= 80


def test_nodes_are_shown_where_they_are_asked_for(shapecalc, net):
    assert "stem.norm" not in shapecalc("verify", net).out
    assert "stem.norm" in shapecalc("verify", net, "--expand", "stem").out
    assert "stem.norm" in shapecalc("verify", net, "--depth", "all").out


def test_what_is_taken_off_and_apart_is_told(shapecalc, net):
    out = shapecalc("verify", net).out
    # each of 20·18 cells of 4 channels... stamps 2 filters of 2×2
    assert "taken off  conv_transpose adds each stamp to its output, which a MAC has within it: add 2,880" in out
    assert "apart      on weights alone" in out


@pytest.mark.usefixtures("lying")
def test_a_figure_that_is_disproved_gives_status_3_and_both_numbers(shapecalc, net):
    answer = shapecalc("verify", net)
    assert answer.status == 3
    assert "disproved  stem.conv mac: 38,881 calculated, 38,880 ran" in answer.out
    assert "This is a fault of shapecalc" in answer.err
    assert "disproved" in answer.out.splitlines()[-1]
    (row,) = (line for line in answer.out.splitlines() if line.startswith("stem "))
    assert row.split()[2:] == ["proved", "proved", "disproved", "proved", "proved"]


def test_json_is_a_contract(shapecalc, net):
    said = json.loads(shapecalc("verify", net, "--format", "json").out)
    assert list(said) == [
        *("schema_version", "name", "inputs", "outputs", "refused", "figures", "totals", "layers"),
        *("taken_off", "operations_on_weights", "diagnostics"),
    ]
    assert (said["name"], said["refused"]) == ("Small", None)
    assert set(said["figures"]) == {"proved", "at_least", "not_applicable", "not_run", "disproved"}
    first = said["layers"][0]
    assert (first["name"], first["kind"]) == ("stem.conv", "conv")
    assert first["findings"][0] == {
        "figure": "shape",
        "what": "output",
        "calculated": [4, 20, 18],
        "ran": [4, 20, 18],
        "mark": "proved",
        "why": None,
    }
    marks = {finding["mark"] for layer in said["layers"] for finding in layer["findings"]}
    assert marks == {"proved", "not_applicable"}
    assert sum(said["figures"].values()) == len(said["totals"]) + sum(len(one["findings"]) for one in said["layers"])


def test_markdown_is_a_table(shapecalc, net):
    out = shapecalc("verify", net, "--format", "md").out
    assert out.startswith("### Small: ")
    assert "| stem | conv+batch+relu | proved | proved | proved | proved | proved |" in out


def test_the_suffix_picks_the_format(shapecalc, net, tmp_path):
    answer = shapecalc("verify", net, "-o", tmp_path / "proof.json")
    assert (answer.status, answer.out) == (0, "")
    assert json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))["name"] == "Small"
    assert shapecalc("verify", net, "-o", tmp_path / "proof.csv").status == 2


def test_a_network_that_needs_more_memory_is_not_run(shapecalc, net):
    answer = shapecalc("verify", net, "--max-memory", "1MiB")
    assert answer.status == 2
    assert "--max-memory allows 1.00 MiB" in answer.err
    assert answer.out.splitlines()[-1].startswith("Small: 0 figures proved, ")
    assert "proved " not in answer.out.replace("figures proved", "")


def test_another_size_and_other_settings(shapecalc, tmp_path):
    path = tmp_path / "ok.yaml"
    path.write_text(OK, encoding="utf-8")
    said = json.loads(shapecalc("verify", path, "--size", "3x16x16", "--set", "width=4", "--format", "json").out)
    assert said["inputs"] == {"input": [3, 16, 16]}
    assert said["figures"]["disproved"] == 0


@pytest.fixture
def specs(tmp_path):
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "net.yaml").write_text(NET, encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "two.yml").write_text("input: [2, 8]\nlayers: [{conv: 2, kernel: 3}]\n", encoding="utf-8")
    (folder / "notes.txt").write_text("no spec", encoding="utf-8")
    return folder


def test_a_folder_is_a_line_each_and_a_total(shapecalc, specs):
    answer = shapecalc("verify", specs)
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        str(specs / "net.yaml"),
        str(specs / "sub" / "two.yml"),
        "",
        "2 networks",
    ]
    assert lines[1].endswith("two: 12 figures proved")


def test_a_file_with_faults_does_not_stop_the_others(shapecalc, specs):
    (specs / "bad.yaml").write_text("input: [3, 8]\nlayers: [{conv: 2, kernel: 9}]\n", encoding="utf-8")
    (specs / "broken.yaml").write_text("layers: [", encoding="utf-8")
    answer = shapecalc("verify", specs)
    assert answer.status == 2
    assert "E302" in answer.err
    assert "E104" in answer.err
    assert f"{specs / 'bad.yaml'}: not run, for the errors in it" in answer.out
    assert "two: 12 figures proved" in answer.out
    said = json.loads(shapecalc("verify", specs, "--format", "json").out)
    assert said["unread"] == [str(specs / "bad.yaml"), str(specs / "broken.yaml")]
    assert [one["file"] for one in said["networks"]] == [str(specs / "net.yaml"), str(specs / "sub" / "two.yml")]


def test_of_many_a_network_that_is_too_large_is_told_and_the_others_go_on(shapecalc, specs):
    large = "name: Large\ninput: [1000, 1000]\nlayers: [flatten, {dense: 1000000}]\n"
    (specs / "large.yaml").write_text(large, encoding="utf-8")
    answer = shapecalc("verify", specs)
    assert answer.status == 0
    assert "Large: 0 figures proved, " in answer.out
    assert "not run: it needs" in answer.out
    assert "two: 12 figures proved" in answer.out


@pytest.mark.usefixtures("lying")
def test_of_many_one_that_is_disproved_gives_status_3(shapecalc, specs):
    answer = shapecalc("verify", specs, "--format", "md")
    assert answer.status == 3
    assert "38,881 calculated, 38,880 ran" in answer.out


@pytest.mark.parametrize("option", [("--depth", "1"), ("--expand", "stem"), ("--set", "a=1"), ("--size", "3x8x8")])
def test_options_of_one_file_are_refused_for_many(shapecalc, specs, option):
    answer = shapecalc("verify", specs, *option)
    assert answer.status == 2
    assert "are for one file" in answer.err


def test_a_folder_without_specs_is_refused(shapecalc, tmp_path):
    (tmp_path / "empty").mkdir()
    answer = shapecalc("verify", tmp_path / "empty")
    assert answer.status == 2
    assert "there is no .yaml file in" in answer.err


def test_one_file_that_cannot_be_read_is_told(shapecalc, tmp_path):
    answer = shapecalc("verify", tmp_path / "none.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "E101" in answer.err


def test_the_spec_is_not_written_over(shapecalc, net):
    assert shapecalc("verify", net, "-o", net, "--format", "json").status == 2
    assert net.read_text(encoding="utf-8") == NET


def test_an_interruption_is_clean(shapecalc, net, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(proving, "counted", interrupted)
    answer = shapecalc("verify", net)
    assert (answer.status, answer.out, answer.err) == (130, "", "\ninterrupted\n")


def test_an_expectation_that_does_not_hold_gives_status_1(shapecalc, tmp_path):
    path = tmp_path / "unmet.yaml"
    path.write_text("input: [3, 8]\nlayers: [{conv: 2, kernel: 3, expect: [2, 8]}]\n", encoding="utf-8")
    answer = shapecalc("verify", path)
    assert answer.status == 1
    assert answer.out.endswith("unmet: 12 figures proved\n")
