"""``shapecalc compare``."""

import json
import shutil
import subprocess

import pytest
from rich.cells import cell_len

A = "name: A\ninput: [3, 8, 8]\nvars: {n: 4}\nlayers: [{name: stem, conv: n, kernel: 3}, relu, flatten, {dense: 10}]\n"
B = A.replace("name: A", "name: B").replace("relu, ", "{conv: 8, kernel: 1}, relu, ")


@pytest.fixture(autouse=True)
def _nets(folder):
    (folder / "a.yaml").write_text(A)
    (folder / "b.yaml").write_text(B)


def test_totals_then_the_rows_that_differ(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("compare", "a.yaml", "b.yaml")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        "                    A         B  difference  ratio\n"
        "──────────────────────────────────────────────────\n"
        "parameters      1,562     3,042      +1,480   1.95\n"
        "MACs            5,328     7,920      +2,592   1.49\n"
        "FLOPs          10,954    16,570      +5,616   1.51\n"
        "weights      6.10 KiB  11.9 KiB   +5.78 KiB   1.95\n"
        "activations  2.48 KiB  4.73 KiB   +2.25 KiB   1.91\n"
        "peak         1.31 KiB  2.25 KiB      +960 B   1.71\n"
        "field               8         8\n"
        "\n"
        "   layer            output         params             MACs  field\n"
        "─────────────────────────────────────────────────────────────────\n"
        "   … 1 row the same\n"
        "+  conv1             8×6×6             40           1.15 k    3×3\n"
        "~  relu1     4×6×6 → 8×6×6              0                0    3×3\n"
        "~  flatten1      144 → 288              0                0  whole\n"
        "~  dense1               10  1,450 → 2,890  1.44 k → 2.88 k  whole\n"
        "\n"
        "batch 1 · float32 · + new, − gone, ~ changed · no room here for memory: widen\n"
        "the terminal\n"
    )


def test_a_file_is_held_against_itself_changed(shapecalc):
    out = shapecalc("compare", "a.yaml", "--set", "n=8").out
    assert out.splitlines()[0].split() == ["A", "n=8", "difference", "ratio"]


def test_nothing_changed_says_so(shapecalc):
    assert "every row is the same, 4 of 4\n" in shapecalc("compare", "a.yaml", "a.yaml").out


@pytest.mark.parametrize(
    ("limit", "status"),
    [("params+94%", 1), ("params+95%", 0), ("macs+2k", 1), ("macs+3k", 0), ("receptive_field-0", 0)],
)
def test_a_limit_is_a_check(shapecalc, limit, status):
    answer = shapecalc("compare", "a.yaml", "b.yaml", "--fail-on", limit)
    assert answer.status == status
    assert ("Error: --fail-on" in answer.err) == bool(status)


@pytest.mark.parametrize("limit", ["params", "parms+5%", "params+x%", "params+", "params+>=5"])
def test_a_limit_that_is_none_is_refused(shapecalc, limit):
    answer = shapecalc("compare", "a.yaml", "b.yaml", "--fail-on", limit)
    assert (answer.status, answer.out) == (2, "")


def test_one_file_alone_is_no_comparison(shapecalc):
    assert shapecalc("compare", "a.yaml").status == 2


def test_standard_input_is_read_once(shapecalc):
    assert shapecalc("compare", "-", "b.yaml", stdin=A.encode()).status == 0
    assert shapecalc("compare", "-", "--set", "n=8", stdin=A.encode()).out.split()[:2] == ["A", "n=8"]
    assert shapecalc("compare", "-", "-", stdin=A.encode()).status == 2


def test_a_shape_that_is_not_the_expected_one_is_a_failed_check(shapecalc, folder):
    (folder / "c.yaml").write_text(A.replace("kernel: 3", "kernel: 3, expect: [4, 8, 8]"))
    answer = shapecalc("compare", "a.yaml", "c.yaml")
    assert answer.status == 1
    assert "error[C101]" in answer.err


def test_what_differs_in_its_activation_alone_is_told(shapecalc, folder):
    (folder / "c.yaml").write_text(A.replace("kernel: 3", "kernel: 3, activation: tanh"))
    (folder / "d.yaml").write_text(A.replace("kernel: 3", "kernel: 3, activation: relu"))
    assert "~  stem (conv+tanh → conv+relu)" in shapecalc("compare", "c.yaml", "d.yaml").out


def test_a_field_of_the_same_size_elsewhere_is_told(shapecalc, folder):
    for name, padding in (("c", "[1, 0]"), ("d", "[0, 1]")):
        (folder / f"{name}.yaml").write_text(f"input: [3, 8]\nlayers: [{{conv: 4, kernel: 2, padding: [{padding}]}}]\n")
    row = shapecalc("compare", "c.yaml", "d.yaml").out.splitlines()[-3]
    assert row.split()[:3] == ["~", "conv1", "4×8"]
    assert row.rstrip().endswith("2, other start   128 B")


def test_figures_that_differ_by_little_are_exact(shapecalc, folder):
    for name, n in (("c", 100_000), ("d", 100_001)):
        (folder / f"{name}.yaml").write_text(f"input: [{n}]\nlayers: [{{dense: 1, bias: no}}]\n")
    assert "100,000 → 100,001  100,000 → 100,001" in shapecalc("compare", "c.yaml", "d.yaml").out


def test_a_file_with_a_fault_is_told(shapecalc):
    answer = shapecalc("compare", "a.yaml", "bad.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "error[E" in answer.err


def test_json_has_the_rows_of_each(shapecalc):
    data = json.loads(shapecalc("compare", "a.yaml", "b.yaml", "--format", "json").out)
    assert [network["totals"]["params"] for network in data["networks"]] == [1562, 3042]
    assert [row["name"] for row in data["layers"] if row["networks"][0] is None] == ["conv1"]


def test_markdown_is_fit_for_a_comment(shapecalc):
    out = shapecalc("compare", "a.yaml", "b.yaml", "--format", "md").out
    assert out.startswith("### A against B\n\n|  | A | B | difference | ratio |\n| :--- | ---: |")
    assert "| + | conv1 | 8×6×6 | 40 | 1.15 k |" in out


def test_a_page_stands_alone(shapecalc, folder):
    assert shapecalc("compare", "a.yaml", "b.yaml", "-o", "c.html").status == 0
    page = (folder / "c.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert '<tr class="more"><td>+</td><td>conv1</td>' in page
    assert "<script" not in page


@pytest.mark.parametrize("columns", [80, 60])
def test_a_table_fits_a_terminal(shapecalc, monkeypatch, folder, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    long = A.replace("name: A", "name: a network of a long name, 网络").replace("{n: 4}", "{n: 400000}")
    (folder / "c.yaml").write_text(long, encoding="utf-8")
    for files in (("a.yaml", "b.yaml"), ("b.yaml", "c.yaml"), ("a.yaml", "b.yaml", "c.yaml")):
        lines = shapecalc("compare", *files, "--all").out.splitlines()
        assert max(map(cell_len, lines)) <= columns


def test_a_long_table_is_folded_away_in_a_comment(shapecalc, folder):
    (folder / "c.yaml").write_text("input: [3, 8, 8]\nlayers: [{conv: 4, kernel: 1, repeat: 40}]\n")
    out = shapecalc("compare", "a.yaml", "c.yaml", "--format", "md").out
    assert "<details><summary>43 rows</summary>\n\n|  | layer |" in out
    assert "</details>\n\n<sub>" in out


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
class TestRevisions:
    @pytest.fixture(autouse=True)
    def _history(self, folder):
        def git(*args):
            who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
            subprocess.run(["git", *who, *args], check=True, cwd=folder, capture_output=True)

        git("init", "-q")
        git("add", "a.yaml")
        git("commit", "-qm", "a net")
        (folder / "a.yaml").write_text(A.replace("n: 4", "n: 8"))

    def test_a_file_is_held_against_what_it_was(self, shapecalc):
        answer = shapecalc("compare", "HEAD:a.yaml", "a.yaml")
        assert answer.status == 0
        assert answer.out.splitlines()[0].split() == ["HEAD:a.yaml", "a.yaml", "difference", "ratio"]
        assert "1,562" in answer.out

    def test_what_is_staged_is_a_revision(self, shapecalc):
        assert "1,562" in shapecalc("compare", ":a.yaml", "a.yaml").out

    def test_a_file_of_another_folder_is_looked_for_in_its_own_repository(self, shapecalc, folder, monkeypatch):
        monkeypatch.chdir(folder.parent)
        name = f"HEAD:{folder.name}/a.yaml"
        assert shapecalc("compare", name, f"{folder.name}/a.yaml").status == 0
        assert shapecalc("compare", f"HEAD:{folder / 'a.yaml'}", f"{folder.name}/a.yaml").status == 0

    def test_no_git_is_told(self, shapecalc, monkeypatch):
        monkeypatch.setenv("PATH", "")
        answer = shapecalc("compare", "HEAD:a.yaml", "a.yaml")
        assert answer == (2, "", "Error: HEAD:a.yaml cannot be had: git is not installed\n")

    @pytest.mark.parametrize("name", ["HEAD:no.yaml", "nowhere:a.yaml", "HEAD~9:a.yaml", "HE*AD:a.yaml"])
    def test_what_git_does_not_have_is_told(self, shapecalc, name):
        answer = shapecalc("compare", name, "a.yaml")
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith(f"Error: {name} cannot be had: ")
