"""``shapecalc check``."""

import json
import xml.etree.ElementTree as ET

import pytest

KEPT = "name: Kept\ninput: [3, 8, 8]\nbudget: {params: 200}\nlayers: [{conv: 4, kernel: 3, expect: [4, 6, 6]}]\n"
OVER = "name: Over\ninput: [3, 8, 8]\nbudget: {params: 100}\nlayers: [{conv: 4, kernel: 3}]\n"


@pytest.fixture
def nets(folder):
    (folder / "nets").mkdir()
    (folder / "nets" / "kept.yaml").write_text(KEPT)
    (folder / "nets" / "over.yaml").write_text(OVER)
    (folder / "nets" / "broken.yml").write_text("layers: [")
    return folder / "nets"


@pytest.mark.usefixtures("nets")
def test_a_folder_is_a_line_a_file(shapecalc):
    answer = shapecalc("check", "nets")
    assert answer.status == 2
    assert answer.out.replace("\\", "/") == (
        "file             expect  budget  published  result\n"
        "──────────────────────────────────────────────────────────\n"
        "nets/broken.yml                             cannot be read\n"
        "nets/kept.yaml        1       1          0  ok\n"
        "nets/over.yaml        0  0 of 1          0  failed\n"
        "\n"
        "3 files: 2 of 3 promises hold, 1 file has errors\n"
    )
    assert "error[E104]" in answer.err
    assert "error[C102]: the network has 112 parameters, 12 more than its budget" in answer.err


@pytest.mark.usefixtures("nets")
@pytest.mark.parametrize(("name", "status"), [("kept", 0), ("over", 1), ("broken.yml", 2)])
def test_the_exit_status_tells_what_became_of_it(shapecalc, name, status):
    assert shapecalc("check", f"nets/{name}" + ("" if "." in name else ".yaml")).status == status


def test_shapes_that_do_not_fit_are_status_2(shapecalc):
    answer = shapecalc("check", "bad.yaml")
    assert answer.status == 2
    assert "does not fit" in answer.out


def test_a_variable_can_be_set(shapecalc, nets):
    (nets / "wide.yaml").write_text(
        KEPT.replace("conv: 4", "conv: width").replace("layers", "vars: {width: 4}\nlayers")
    )
    assert shapecalc("check", "nets/wide.yaml").status == 0
    assert shapecalc("check", "nets/wide.yaml", "--set", "width=8").status == 1


@pytest.mark.usefixtures("nets")
def test_of_several_files_no_variable_can_be_set(shapecalc):
    assert shapecalc("check", "nets", "--set", "width=8").status == 2


def test_standard_input_is_read(shapecalc):
    assert shapecalc("check", "-", stdin=OVER.encode()).status == 1


@pytest.mark.usefixtures("nets")
def test_github_gets_annotations(shapecalc):
    answer = shapecalc("check", "nets/over.yaml", "--format", "github")
    assert answer.out == (
        "::error file=nets/over.yaml,title=C102,line=3,col=18,endColumn=20::"
        "the network has 112 parameters, 12 more than its budget: 12.0%25 over%0A"
        "`conv1` has 112 parameters, 100.0%25\n"
    )
    assert (answer.status, answer.err) == (1, "")


@pytest.mark.usefixtures("nets")
def test_junit_has_a_test_a_file(shapecalc):
    suite = ET.fromstring(shapecalc("check", "nets", "--format", "junit").out.encode())[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [case.get("name") for case in suite] == ["nets/broken.yml", "nets/kept.yaml", "nets/over.yaml"]
    assert suite[2][0].get("message").startswith("C102: the network has 112 parameters")


@pytest.mark.usefixtures("nets")
def test_sarif_has_a_result_a_fault(shapecalc):
    log = json.loads(shapecalc("check", "nets/over.yaml", "--format", "sarif").out)
    (run,) = log["runs"]
    (result,) = run["results"]
    assert (log["version"], result["ruleId"], result["level"]) == ("2.1.0", "C102", "error")
    assert run["tool"]["driver"]["rules"] == [{"id": "C102", "shortDescription": {"text": "a budget that is not kept"}}]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "nets/over.yaml"},
        "region": {"startLine": 3, "startColumn": 18, "endLine": 3, "endColumn": 21},
    }


@pytest.mark.usefixtures("nets")
def test_json_has_every_promise(shapecalc):
    (file,) = json.loads(shapecalc("check", "nets/over.yaml", "--format", "json").out)["files"]
    assert file["promises"] == [
        {"section": "budget", "figure": "params", "said": "100", "found": "112", "holds": False}
    ]
    assert (file["name"], file["result"], file["diagnostics"][0]["line"]) == ("Over", "failed", 3)


def test_a_file_is_written_by_its_suffix(shapecalc, nets):
    assert shapecalc("check", "nets/kept.yaml", "-o", "report.xml").status == 0
    assert (nets.parent / "report.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert shapecalc("check", "nets/kept.yaml", "-o", "report.txt.zip").status == 2


@pytest.mark.usefixtures("nets")
def test_markdown_is_fit_for_a_comment(shapecalc):
    out = shapecalc("check", "nets/over.yaml", "--format", "md").out
    assert "| nets/over.yaml | 0 | 0 of 1 | 0 | failed |" in out
    assert "- **C102** nets/over.yaml: the network has 112 parameters" in out
