"""``shapecalc solve``."""

import json

import pytest


def test_windows_are_listed_simplest_first(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("solve", "window", "--from", "224", "--to", "112", "--kernel", "7", "--dilation", "1")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == (
        "1 window that makes 112 of 224\n"
        "\n"
        "kernel  stride  dilation  padding a side  same is\n"
        "─────────────────────────────────────────────────\n"
        "     7       2         1  same, half, 3   [2, 3]\n"
        "the first in a file: {conv: …, kernel: 7, stride: 2, padding: same}\n"
    )


def test_a_window_that_none_is_has_status_1(shapecalc):
    answer = shapecalc("solve", "window", "--from", "10", "--to", "20", "--padding", "valid")
    assert answer == (1, "no window of those tried makes 20 of 10\n", "")


def test_windows_as_json(shapecalc):
    out = shapecalc("solve", "window", "--from", "28", "--to", "56", "--transposed", "--format", "json").out
    assert json.loads(out)["settings"][0] == {
        "kernel": 2,
        "stride": 2,
        "dilation": 1,
        "paddings": ["valid", "same"],
        "padding_numbers": [0, 0],
        "same_is": [0, 0],
        "left_over": 0,
        "output_padding": 0,
    }


def test_the_largest_network_within_limits(shapecalc):
    answer = shapecalc("solve", "ok.yaml", "--for", "width", "--max-params", "100k")
    assert answer.status == 0
    head, _, heads, _, params, *_ = answer.out.splitlines()
    assert head == "width=82 is the largest that keeps the limits"
    assert heads.split() == ["width=82", "width=83", "limit", "used"]
    assert params.split() == ["parameters", "99,400", "100,920", "✗", "100,000", "99.4%"]  # 9·w² + 35·w + 36,014


def test_several_variables_are_a_grid(shapecalc, folder):
    (folder / "net.yaml").write_text("input: [10]\nvars: {a: 1, b: 1}\nlayers: [{dense: a}, {dense: b}]\n")
    answer = shapecalc("solve", "net.yaml", "--for", "a=1..4", "--for", "b=1..4", "--max-params", "50")
    assert answer.status == 0
    assert answer.out.startswith("2 points keep the limits; no other is as large in every variable\n")


@pytest.mark.parametrize(
    "args",
    [
        ("window",),
        ("window", "--from", "0", "--to", "5"),
        ("window", "--from", "8", "--to", "5", "--padding", "some"),
        ("window", "--from", "8", "--to", "5", "--padding", "²"),
        ("window", "--from", "8", "--to", "5", "--padding", "full", "--transposed"),
        ("window", "--from", "1000000", "--to", "2"),
        ("window", "--from", "8", "--to", "5", "--for", "width"),
        ("ok.yaml", "--for", "width", "--max-params", "5M", "--from", "8"),
        ("ok.yaml", "--for", "width", "--max-params", "5M", "--set", "width=3"),
        ("ok.yaml", "--for", "depth", "--max-params", "5M"),
        ("ok.yaml", "--for", "width", "--max-params", "5M", "-o", "x.yaml"),
        ("ok.yaml", "--for", "width"),
        ("ok.yaml", "--max-params", "5M"),
        ("ok.yaml", "--for", "width=9..3", "--max-params", "5M"),
        ("ok.yaml", "--for", "width=1..2..0", "--max-params", "5M"),
        ("ok.yaml", "--for", "width", "--max-params", "many"),
        ("no.yaml", "--for", "width", "--max-params", "5M"),
    ],
)
def test_a_question_that_is_none_is_refused(shapecalc, args):
    answer = shapecalc("solve", *args)
    assert (answer.status, answer.out) == (2, "")
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("columns", [80, 60])
def test_a_table_of_windows_fits_a_terminal(shapecalc, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = shapecalc("solve", "window", "--from", "224", "--to", "56").out.splitlines()
    assert max(len(line) for line in lines[:-2]) <= columns + 2
    assert lines[12].split()[:5] == ["1", "4", "1", "valid,", "same,"]


def test_what_same_is_here_is_told(shapecalc):
    out = shapecalc("solve", "window", "--from", "7", "--to", "4", "--kernel", "4", "--stride", "2").out
    assert out.splitlines()[4].startswith("     4       2         1  same, 2         [1, 2]")  # 3 = (4 − 1)·2 + 4 − 7


def test_the_suffix_of_a_file_picks_the_format(shapecalc, folder):
    assert shapecalc("solve", "ok.yaml", "--for", "width", "--max-params", "100k", "-o", "x.json").status == 0
    found = json.loads((folder / "x.json").read_text(encoding="utf-8"))
    assert found["best"][0]["values"] == {"width": 82}
    assert (found["monotone"], found["every_larger_tried"]) == (True, False)


def test_limits_that_nothing_keeps_have_status_1(shapecalc):
    answer = shapecalc("solve", "ok.yaml", "--for", "width", "--max-params", "10")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("Error: no value of `width` keeps the limits")
