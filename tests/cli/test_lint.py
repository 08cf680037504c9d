"""``shapecalc lint``: findings in their places, every format, the fix of a file, and its exit status."""

import json
import os
import stat
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from shapecalc.cli import lint as cli

NET = """\
# a net
input: [3, 32, 32]
layers:
  - {name: stem, conv: 16, kernel: 3, norm: batch} # kept
  - {conv: 16, kernel: 1, stride: 2}
  - global_avgpool
  - {dense: 10, activation: softmax}
"""

SHOWN = """\
warning[SC301]: the bias of `stem` is subtracted again by `stem.norm`: 16
    parameters for nothing
  ╭─ net.yaml:4:18
4 │   - {name: stem, conv: 16, kernel: 3, norm: batch} # kept
  │                  ^^^^ batchnorm takes the mean of each channel off
  = help: `bias: no`

warning[SC106]: `conv1` is 1×1 and strides: it reads 1 of every 4 cells
  ╭─ net.yaml:5:35
5 │   - {conv: 16, kernel: 1, stride: 2}
  │                                   ^ 75.0 % of the map is dropped unseen
  = help: give the stride to a larger window beside it, or `avgpool` first

net.yaml: 2 findings; `--fix` mends 1; `shapecalc lint --explain SC301` says why
"""

FIXED = NET.replace("norm: batch}", "norm: batch, bias: no}")


@pytest.fixture
def net(folder):
    path = folder / "net.yaml"
    path.write_text(NET, encoding="utf-8")
    return path


@pytest.fixture
def narrow(shapecalc, monkeypatch):
    """The command line in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return shapecalc


@pytest.mark.usefixtures("net")
def test_findings_stand_at_their_places_in_the_order_of_the_file(narrow):
    assert narrow("lint", "net.yaml") == (1, SHOWN, "")


@pytest.mark.usefixtures("net")
def test_what_is_clean_is_said_to_be(shapecalc):
    answer = shapecalc("lint", "net.yaml", "--ignore", "SC106,weights")
    assert answer == (0, "net.yaml: nothing found\n", "")


@pytest.mark.usefixtures("net")
def test_counts_alone(narrow):
    answer = narrow("lint", "net.yaml", "ok.yaml", "--statistics")
    assert answer.out == (
        "2  SC301  bias-before-norm\n1  SC106  pointwise-stride\n1  SC302  dense-holds-most\n"
        "2 files: 4 findings in 2 files; `--fix` mends 2; `shapecalc lint --explain\nSC301` says why\n"
    )


def test_a_file_that_cannot_be_read_goes_beside_the_others(shapecalc, net):
    answer = shapecalc("lint", "net.yaml", "broken.yaml", "bad.yaml", "nothing.yaml")
    assert answer.status == 2
    assert "warning[SC301]" in answer.out
    assert "4 files: 2 findings in 1 file; 3 files not linted, see the errors" in " ".join(answer.out.split())
    assert all(f"error[{code}]" in answer.err for code in ("E101", "E113"))
    assert net.read_text(encoding="utf-8") == NET


def test_a_doubtful_input_is_told_beside_the_error_it_leads_to(shapecalc, folder):
    (folder / "hwc.yaml").write_text("input: [224, 224, 3]\nlayers: [{conv: 8, kernel: 5}]\n")
    answer = shapecalc("lint", "hwc.yaml")
    assert answer.status == 2
    assert "error[E302]" in answer.err
    assert "warning[SC503]" in answer.out


@pytest.mark.usefixtures("net")
def test_other_sizes_and_values(shapecalc):
    assert "no reason" not in shapecalc("lint", "net.yaml", "--input", "3x3x3").err
    assert "SC107" in shapecalc("lint", "net.yaml", "--input", "3x3x3").out
    assert shapecalc("lint", "ok.yaml", "--set", "width=16", "--select", "SC301").status == 1
    answer = shapecalc("lint", "net.yaml", "ok.yaml", "--set", "width=16")
    assert (answer.status, answer.out) == (2, "")
    assert "--input and --set are for one file" in answer.err


@pytest.mark.usefixtures("net")
def test_as_json(shapecalc):
    answer = shapecalc("lint", "net.yaml", "broken.yaml", "--format", "json")
    data = json.loads(answer.out)
    assert (answer.status, data["schema_version"], data["findings"]) == (2, 1, 2)
    assert [file["status"] for file in data["files"]] == ["findings", "unread"]
    first = data["files"][0]["findings"][0]
    assert (first["code"], first["name"], first["line"], first["column"]) == ("SC301", "bias-before-norm", 4, 18)
    assert (first["layers"], first["fixable"], first["severity"]) == (["stem.conv"], True, "warning")
    assert data["files"][1]["diagnostics"][0]["severity"] == "error"


@pytest.mark.usefixtures("net")
def test_for_other_programs(shapecalc, folder):
    github = shapecalc("lint", "net.yaml", "--format", "github").out.splitlines()
    assert github[1].startswith("::warning file=net.yaml,title=SC106,line=5,col=35,endColumn=35::`conv1` is 1×1")
    assert shapecalc("lint", "net.yaml", "-o", "net.sarif").out == ""
    log = json.loads((folder / "net.sarif").read_text(encoding="utf-8"))["runs"][0]
    assert [result["ruleId"] for result in log["results"]] == ["SC301", "SC106"]
    assert log["tool"]["driver"]["rules"][1]["shortDescription"]["text"].startswith("A bias right before a norm")
    shapecalc("lint", "net.yaml", "ok.yaml", "-o", "report.xml")
    assert ET.parse(folder / "report.xml").getroot().get("failures") == "2"


def test_a_file_is_mended_in_place_and_keeps_its_mark_and_permissions(shapecalc, net):
    net.write_bytes(b"\xef\xbb\xbf" + NET.encode())
    net.chmod(0o640)
    answer = shapecalc("lint", "net.yaml", "--fix")
    assert answer.status == 1
    assert "net.yaml: fixed[SC301]: the bias of `stem` is subtracted again" in answer.out
    assert "net.yaml: 1 finding; 1 fixed; `shapecalc lint --explain SC106` says why" in answer.out
    assert net.read_bytes() == b"\xef\xbb\xbf" + FIXED.encode()
    assert os.name == "nt" or stat.S_IMODE(net.stat().st_mode) == 0o640
    assert shapecalc("lint", "net.yaml", "--fix", "--ignore", "SC106").status == 0


def test_a_file_without_a_fix_is_not_written(shapecalc, net):
    before = net.stat().st_mtime_ns
    shapecalc("lint", "net.yaml", "--fix", "--select", "SC106")
    assert net.stat().st_mtime_ns == before


def test_standard_input_is_printed_mended(shapecalc, net):
    answer = shapecalc("lint", "-", "--fix", stdin=NET.encode())
    assert (answer.status, answer.out) == (1, FIXED)
    assert "warning[SC106]" in answer.err
    assert shapecalc("lint", "-", stdin=NET.encode()).status == 1
    assert net.read_text(encoding="utf-8") == NET


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a file or a folder"),
        (("net.yaml", "--select", "strid"), "`strid` is no rule"),
        (("net.yaml", "--ignore", "bias-before-nrm"), "did you mean `bias-before-norm`?"),
        (("--explain", "SC999"), "`SC999` is no rule"),
        (("net.yaml", "-o", "net.pdf"), "no format has the suffix"),
        (("net.yaml", "-o", "net.yaml", "--format", "json"), "is the spec itself"),
        (("net.yaml", "--statistics", "--format", "json"), "--statistics is text"),
        (("-", "--fix", "--format", "json"), "--fix prints the text"),
    ],
)
@pytest.mark.usefixtures("net")
def test_misuse_is_told(shapecalc, arguments, says):
    answer = shapecalc("lint", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert says in answer.err


def test_the_list_and_every_page_keep_to_the_width(narrow):
    listing = narrow("lint", "--list")
    assert listing.status == 0
    assert "  SC101  stride-skips-input      A window steps further than it reaches, and" in listing.out
    page = narrow("lint", "--explain", "checkerboard")
    assert (page.status, page.out.splitlines()[0]) == (0, "SC105 checkerboard  (windows, warning)")
    assert max(cell_len(line) for line in (listing.out + page.out).splitlines()) <= 80


def test_the_formats_are_those_there_are():
    from shapecalc.render.lint import FORMATS, SUFFIXES

    assert set(cli.FORMATS) == {"text", *FORMATS}
    assert set(SUFFIXES.values()) <= set(cli.FORMATS)
