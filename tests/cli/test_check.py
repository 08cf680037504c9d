"""``shapecalc check``."""

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from shapecalc.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent

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
    assert run["columnKind"] == "unicodeCodePoints"


def test_what_does_not_fit_promises_nothing_that_is_kept(shapecalc, folder):
    (folder / "net.yaml").write_text(KEPT.replace("kernel: 3", "kernel: 9"))
    answer = shapecalc("check", "net.yaml")
    assert answer.out.splitlines()[2:] == [
        "net.yaml  0 of 1  0 of 1          0  does not fit",
        "",
        "1 file: 0 of 2 promises hold, 1 file has errors",
    ]
    (file,) = json.loads(shapecalc("check", "net.yaml", "--format", "json").out)["files"]
    assert [(promise["section"], promise["holds"]) for promise in file["promises"]] == [
        ("expect", None),
        ("budget", None),
    ]


class TestOddNames:
    """Of files, and in them: each form escapes what it has to."""

    NAME = "a b,c%#网络.yaml"

    @pytest.fixture(autouse=True)
    def _file(self, folder):
        text = OVER + 'published: [{params: 1, source: "x\\e[31m, 5%\\n"}]\n'
        (folder / self.NAME).write_text(text, encoding="utf-8")

    def test_github(self, shapecalc):
        out = shapecalc("check", self.NAME, "--format", "github").out
        assert out.startswith("::error file=a b%2Cc%25#网络.yaml,title=C102,line=3,")
        assert out.endswith("%0Apublished by x\\x1b[31m, 5%25\\n\n")

    def test_sarif(self, shapecalc):
        results = json.loads(shapecalc("check", self.NAME, "--format", "sarif").out)["runs"][0]["results"]
        (location,) = results[0]["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "a%20b%2Cc%25%23%E7%BD%91%E7%BB%9C.yaml"

    def test_sarif_of_a_whole_path_has_its_scheme(self, shapecalc, folder):
        (result, *_) = json.loads(shapecalc("check", folder / self.NAME, "--format", "sarif").out)["runs"][0]["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("file:///")

    def test_junit(self, shapecalc):
        (suite,) = ET.fromstring(shapecalc("check", self.NAME, "--format", "junit").out.encode())
        assert suite[0].get("name") == self.NAME

    def test_markdown(self, shapecalc):
        lines = shapecalc("check", self.NAME, "--format", "md").out.splitlines()
        assert lines[5].startswith("- **C103** a b,c%\\#网络.yaml: the network has 112 parameters where 1 is published")
        assert lines[5].endswith("<br>published by x\\\\x1b\\[31m, 5%\\\\n")

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
    @pytest.mark.parametrize("form", ["table", "json", "md", "github", "junit", "sarif"])
    def test_a_name_that_is_no_text(self, shapecalc, folder, form):
        (folder / "nets").mkdir()
        (folder / "nets" / "no\udcfftext.yaml").write_text(OVER)
        assert shapecalc("check", "nets", "--format", form, "-o", "report").status == 1
        assert "udcff" in (folder / "report").read_text(encoding="utf-8")


@pytest.mark.usefixtures("nets")
def test_a_file_is_checked_once(shapecalc):
    lines = shapecalc("check", "nets", "nets/kept.yaml", "nets").out.splitlines()
    assert [line.split()[0].replace("\\", "/") for line in lines[2:5]] == [
        "nets/broken.yml",
        "nets/kept.yaml",
        "nets/over.yaml",
    ]


def test_what_is_hidden_in_a_folder_is_no_spec(shapecalc, nets):
    (nets / ".github").mkdir()
    for name in (".github/work.yaml", ".hidden.yaml"):
        (nets / name).write_text("on: push")
    (nets / "UPPER.YAML").write_text(KEPT)
    out = shapecalc("check", "nets").out
    assert ("work" in out, "hidden" in out, "UPPER" in out) == (False, False, True)


def test_the_hooks_for_pre_commit_are_commands():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["shapecalc-check", "shapecalc-lint"]
    for hook in hooks:
        program, command = hook["entry"].split()
        assert (program, hook["language"], hook["types"]) == ("shapecalc", "python", ["yaml"])
        assert command in COMMANDS
        assert re.search(hook["files"], "specs/net.yaml")


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
