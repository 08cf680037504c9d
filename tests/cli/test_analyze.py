import csv
import io
import json
import os
import re
import sys
from pathlib import Path
from time import monotonic

import pytest
from rich.cells import cell_len

from shapecalc import analyze, load
from shapecalc.render.costs import COLUMN_NAMES
from tests.cli.conftest import BAD, OK

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))


def first_column(out):
    """The names in the first column of a table."""
    lines = out.splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("─"))
    return [line.split()[0] for line in lines[rule + 1 : lines.index("", rule)]]


# exit statuses and streams


def test_a_sound_file_gives_0_and_says_nothing_else(shapecalc):
    answer = shapecalc("analyze", "ok.yaml")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Ok\n\nlayer ")
    assert first_column(answer.out) == ["stem", "Unit1", "conv1", "flatten1", "dense1"]


def test_a_check_that_failed_gives_1_and_the_whole_answer(shapecalc):
    answer = shapecalc("analyze", "unmet.yaml")
    assert answer.status == 1
    assert first_column(answer.out) == ["conv1"]
    assert "error" not in answer.out
    assert answer.err.startswith("error[C101]: layer `conv1` gives 8×30×30 where 8×32×32 is expected\n")


def test_shapes_that_do_not_fit_give_2_and_the_table_up_to_there(shapecalc):
    answer = shapecalc("analyze", "bad.yaml")
    assert answer.status == 2
    assert "conv1" in answer.out
    assert "… from conv2 on nothing is sure: see the errors" in answer.out
    assert "params   ≥ 224" in answer.out
    assert "error" not in answer.out.replace("see the errors", "")
    assert re.findall(r"^error\[(\w+)\]", answer.err, re.MULTILINE) == ["E302", "E113"]
    assert answer.err.endswith("2 errors\n")


@pytest.mark.parametrize(
    ("spec", "code"), [("broken.yaml", "E104"), ("empty.yaml", "E103"), ("nowhere.yaml", "E101"), (".", "E101")]
)
def test_what_cannot_be_read_gives_2_and_no_answer(shapecalc, spec, code):
    answer = shapecalc("analyze", spec)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"error[{code}]: ")


@pytest.mark.parametrize("args", [(), ("ok.yaml", "more"), ("ok.yaml", "--what"), ("ok.yaml", "--batch")])
def test_misuse_gives_2_and_no_answer(shapecalc, args):
    answer = shapecalc("analyze", *args)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err


# standard input


def test_a_dash_is_standard_input(shapecalc):
    answer = shapecalc("analyze", "-", stdin=OK.encode())
    assert answer == shapecalc("analyze", "ok.yaml")


def test_faults_of_standard_input_are_told_with_their_lines(shapecalc):
    answer = shapecalc("analyze", "-", stdin=BAD.encode())
    assert answer.status == 2
    assert "╭─ <stdin>:5:23" in answer.err
    assert "5 │   - {conv: 8, kernel: 40}" in answer.err


def test_nothing_at_standard_input_is_an_empty_file(shapecalc):
    answer = shapecalc("analyze", "-")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("error[E103]: ")


# formats


def test_json_is_the_answer_of_the_library(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--format", "json", "--batch", 2)
    assert (answer.status, answer.err) == (0, "")
    assert json.loads(answer.out) == analyze(load("ok.yaml"), 2).to_dict()


KEYS = ["schema_version", "name", "inputs", "outputs", "batch", "dtype", "totals", "layers", "diagnostics"]
LAYER_KEYS = ["name", "kind", "inputs", "output", "params", "buffers", "shared_with", "macs", "ops", "receptive_field"]
FAULT_KEYS = ["code", "severity", "message", "route", "file", "line", "column", "label", "help", "related"]


def test_json_with_faults_has_what_could_be_known(shapecalc):
    answer = shapecalc("analyze", "bad.yaml", "--format", "json")
    assert answer.status == 2
    assert answer.err == shapecalc("analyze", "bad.yaml").err
    data = json.loads(answer.out)
    assert set(KEYS) <= set(data)
    assert all(set(LAYER_KEYS) <= set(layer) for layer in data["layers"])
    assert [layer["output"] for layer in data["layers"]] == [[8, 30, 30], None, None]
    assert data["layers"][0]["params"] == 224
    assert data["layers"][1]["params"] is None
    assert data["totals"]["params"] == {"at_least": 224}
    first, second = data["diagnostics"]
    assert set(FAULT_KEYS) <= set(first)
    assert [first[key] for key in ("code", "file", "line", "column")] == ["E302", "bad.yaml", 5, 23]
    assert first["route"] == ["layers", 1, "kernel"]
    assert [second[key] for key in ("code", "line", "column")] == ["E113", 6, 15]


def test_json_of_a_check_that_failed_has_the_whole_answer_and_the_fault(shapecalc):
    answer = shapecalc("analyze", "unmet.yaml", "--format", "json")
    assert answer.status == 1
    data = json.loads(answer.out)
    assert data["totals"]["params"] == 224
    assert [fault["code"] for fault in data["diagnostics"]] == ["C101"]


@pytest.mark.parametrize("spec", ["broken.yaml", "empty.yaml", "nowhere.yaml", "."])
def test_json_of_what_cannot_be_read_has_every_promised_key(shapecalc, spec):
    answer = shapecalc("analyze", spec, "--format", "json")
    assert answer.status == 2
    assert answer.err.startswith("error[")
    data = json.loads(answer.out)
    assert set(KEYS) <= set(data)
    assert [fault["severity"] for fault in data["diagnostics"]] == ["error"]


def test_csv_has_a_line_for_every_node(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--format", "csv")
    assert (answer.status, answer.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [row["name"] for row in rows] == [layer.name for layer in analyze(load("ok.yaml"))]
    assert (rows[0]["output"], rows[0]["params"], rows[0]["macs"]) == ("8x30x30", "224", "194400")


def test_csv_leaves_empty_what_is_not_known(shapecalc):
    rows = list(csv.DictReader(io.StringIO(shapecalc("analyze", "bad.yaml", "--format", "csv").out)))
    assert [row["params"] for row in rows] == ["224", "", ""]


def test_markdown_is_a_table(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--format", "md")
    assert (answer.status, answer.err) == (0, "")
    rows = [line for line in answer.out.splitlines() if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert rows[2].startswith("| stem | conv+batch+relu | 3×3 | 8×30×30 | 240 |")
    assert len(rows) == 2 + 5


def test_markdown_says_that_it_ends_at_a_fault(shapecalc):
    assert "conv2" in shapecalc("analyze", "bad.yaml", "--format", "md").out


def test_an_unknown_format_names_those_there_are(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--format", "xml")
    assert (answer.status, answer.out) == (2, "")
    assert all(name in answer.err for name in ("table", "json", "csv", "md"))


# files


@pytest.mark.parametrize(
    ("suffix", "form"), [("txt", "table"), ("json", "json"), ("csv", "csv"), ("md", "md"), ("JSON", "json")]
)
def test_the_suffix_of_a_file_picks_the_format(shapecalc, folder, suffix, form):
    answer = shapecalc("analyze", "ok.yaml", "-o", f"out.{suffix}")
    assert answer == (0, "", "")
    assert (folder / f"out.{suffix}").read_text() == shapecalc("analyze", "ok.yaml", "--format", form).out


def test_a_format_that_is_named_goes_before_the_suffix(shapecalc, folder):
    assert shapecalc("analyze", "ok.yaml", "--format", "json", "-o", "out.txt") == (0, "", "")
    assert json.loads((folder / "out.txt").read_text())["name"] == "Ok"
    assert shapecalc("analyze", "ok.yaml", "--format", "csv", "--output", "noname").status == 0
    assert (folder / "noname").read_text().startswith("name,kind")


@pytest.mark.parametrize("name", ["out.xml", "out", "out.", ".json2"])
def test_a_suffix_of_no_format_is_misuse_that_names_those_there_are(shapecalc, folder, name):
    answer = shapecalc("analyze", "ok.yaml", "-o", name)
    assert (answer.status, answer.out) == (2, "")
    assert ".txt, .json, .csv, .md" in answer.err
    assert not (folder / name).exists()


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(shapecalc, folder):
    before = set(folder.iterdir())
    target = folder / "out.json"
    target.write_text("old")
    assert shapecalc("analyze", "ok.yaml", "-o", target).status == 0
    assert json.loads(target.read_text())["name"] == "Ok"
    assert set(folder.iterdir()) == before | {target}


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
def test_a_file_has_the_mode_of_any_new_file_and_a_link_stays_one(shapecalc, folder):
    umask = os.umask(0o022)
    try:
        (folder / "real.json").touch()
        (folder / "link.json").symlink_to("real.json")
        assert shapecalc("analyze", "ok.yaml", "-o", "link.json").status == 0
    finally:
        os.umask(umask)
    assert (folder / "link.json").is_symlink()
    assert (folder / "real.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("target", ["nowhere/out.json", "ok.yaml/out.json", "."])
def test_a_file_that_cannot_be_written_gives_2_in_plain_words(shapecalc, folder, target):
    before = set(folder.iterdir())
    answer = shapecalc("analyze", "ok.yaml", "--format", "json", "-o", target)
    assert (answer.status, answer.out) == (2, "")
    assert "Traceback" not in answer.err
    assert "Errno" not in answer.err
    assert target in answer.err
    assert set(folder.iterdir()) == before


def test_a_file_gets_what_could_be_known_and_the_status_stays(shapecalc, folder):
    assert shapecalc("analyze", "bad.yaml", "-o", "out.json").status == 2
    assert json.loads((folder / "out.json").read_text())["totals"]["params"] == {"at_least": 224}


def test_a_disk_that_fills_up_leaves_the_old_file(shapecalc, folder, monkeypatch):
    (folder / "out.json").write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    before = set(folder.iterdir())
    answer = shapecalc("analyze", "ok.yaml", "-o", "out.json")
    assert answer == (2, "", "Error: cannot write out.json: No space left on device\n")
    assert (folder / "out.json").read_text() == "old"
    assert set(folder.iterdir()) == before


# --set


@pytest.mark.parametrize(
    ("settings", "outputs"),
    [
        (["width=4"], {"stem.conv": "4x30x30", "conv1": "4x30x30"}),
        (["width = 2 * 3"], {"stem.conv": "6x30x30"}),
        (["width=2**3 if deep else 5"], {"stem.conv": "5x30x30"}),
        (["width=4", "deep=yes"], {"stem.conv": "4x30x30", "maxpool1": "4x15x15"}),
        (["deep=width > 4"], {"maxpool1": "8x15x15"}),
        (["sizes=[1, width, 2 * width]"], {"conv1": "1x30x30", "conv2": "8x30x30", "conv3": "16x30x30"}),
        (["sizes=[]"], {"flatten1": "7200"}),
        (["sizes=reversed(range(5, 7))"], {"conv1": "6x30x30", "conv2": "5x30x30"}),
        (["act=none"], {"stem.norm": "8x30x30"}),
        (["width=4", "width=6"], {"stem.conv": "6x30x30"}),
    ],
)
def test_a_variable_is_set(shapecalc, settings, outputs):
    options = [word for setting in settings for word in ("--set", setting)]
    answer = shapecalc("analyze", "ok.yaml", "--format", "csv", *options)
    assert (answer.status, answer.err) == (0, "")
    found = {row["name"]: row["output"] for row in csv.DictReader(io.StringIO(answer.out))}
    assert outputs.items() <= found.items()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("widht=4", "did you mean `width`?"),
        ("zzz=4", "its variables are `width`, `act`, `deep`, `sizes`"),
        ("width", "`width` is not name=value"),
        ("=4", "`=4` is not name=value"),
        ("sizes=[1, 2", "`[` is never closed"),
        ("width=" + "9" * 200, "too many digits"),
        ("width=v + 1", "`v` is not a variable here"),
        ("width=", "width"),
    ],
)
def test_a_setting_that_makes_no_sense_gives_2_and_says_why(shapecalc, setting, said):
    answer = shapecalc("analyze", "ok.yaml", "--set", setting)
    assert answer.status == 2
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err


# --input


@pytest.mark.parametrize("shape", ["3x16x16", "3×16×16", "input=3x16x16", " 3x16x16 "])
def test_an_input_takes_the_place_of_the_files(shapecalc, shape):
    data = json.loads(shapecalc("analyze", "ok.yaml", "--format", "json", "--input", shape).out)
    assert data["inputs"] == {"input": [3, 16, 16]}
    assert data["layers"][0]["output"] == [8, 14, 14]


def test_each_of_several_inputs_can_be_given_by_name(shapecalc):
    options = ["--input", "left=3x16x16", "--input", "right=3x16x16"]
    data = json.loads(shapecalc("analyze", "two.yaml", "--format", "json", *options).out)
    assert data["inputs"] == {"left": [3, 16, 16], "right": [3, 16, 16]}


@pytest.mark.parametrize("shape", ["x", "3x0x3", "3x", "1x2x3x4x5", "", "other=3x3x3", "-3", "3.5"])
def test_an_input_that_makes_no_sense_gives_2_and_no_answer(shapecalc, shape):
    answer = shapecalc("analyze", "ok.yaml", f"--input={shape}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err


def test_a_shape_for_one_of_several_inputs_needs_its_name(shapecalc):
    answer = shapecalc("analyze", "two.yaml", "--input", "3x16x16")
    assert (answer.status, answer.out) == (2, "")
    assert "`left`, `right`" in answer.err


def test_a_shape_that_cannot_be_read_is_said_to_be_the_options(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--input", "many")
    assert "--input" in answer.err


# --batch, --dtype


def test_the_batch_multiplies_what_is_done_and_what_is_kept(shapecalc):
    one, eight = (
        json.loads(shapecalc("analyze", "ok.yaml", "--format", "json", *more).out) for more in ((), ("--batch", 8))
    )
    assert eight["batch"] == 8
    for name in ("macs", "flops", "activation_bytes", "peak_bytes"):
        assert eight["totals"][name] == 8 * one["totals"][name]
    for name in ("params", "buffers", "weight_bytes"):
        assert eight["totals"][name] == one["totals"][name]


@pytest.mark.parametrize(
    ("dtype", "size"), [("float64", 8), ("float32", 4), ("float16", 2), ("bfloat16", 2), ("int8", 1)]
)
def test_the_number_format_multiplies_bytes(shapecalc, dtype, size):
    data = json.loads(shapecalc("analyze", "ok.yaml", "--format", "json", "--dtype", dtype).out)
    assert data["dtype"] == dtype
    assert data["totals"]["weight_bytes"] == size * (data["totals"]["params"] + data["totals"]["buffers"])


@pytest.mark.parametrize(
    ("option", "value"),
    [("--batch", "0"), ("--batch", "-1"), ("--batch", "many"), ("--batch", "1.5"), ("--dtype", "float31")],
)
def test_a_batch_or_number_format_that_is_none_is_misuse(shapecalc, option, value):
    answer = shapecalc("analyze", "ok.yaml", option, value)
    assert (answer.status, answer.out) == (2, "")
    assert option in answer.err


# --columns, --depth, --expand, --by


def test_columns_are_chosen_and_stand_in_their_order(shapecalc):
    out = shapecalc("analyze", "ok.yaml", "--columns", "layer, MACs,params").out
    heads = out.splitlines()[2].split()
    assert heads == ["layer", "MACs", "params"]


def test_every_column_that_the_help_names_can_be_had(shapecalc):
    said = " ".join(shapecalc("analyze", "--help").out.split())
    names = re.search(r"Choose columns: (.*?)\.", said)[1].split(", ")
    assert tuple(names) == COLUMN_NAMES
    answer = shapecalc("analyze", "ok.yaml", "--columns", ",".join(names))
    assert (answer.status, answer.err) == (0, "")
    for name in names:
        assert shapecalc("analyze", "ok.yaml", "--columns", name).status == 0


@pytest.mark.parametrize("columns", ["layer,what", "layer,", "macs;params"])
def test_a_column_that_is_none_is_misuse_that_names_those_there_are(shapecalc, columns):
    answer = shapecalc("analyze", "ok.yaml", "--columns", columns)
    assert (answer.status, answer.out) == (2, "")
    assert "layer, kind, window, output" in " ".join(answer.err.split())


FOLDED = ["stem", "Unit1", "conv1", "flatten1", "dense1"]
DEEPER = ["stem", "Unit1.conv1", "Unit1.relu1", "conv1", "flatten1", "dense1"]
OPENED = ["stem.conv", "stem.norm", "stem.act", "Unit1.conv1", "Unit1.relu1", "conv1", "flatten1", "dense1"]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ([], FOLDED),
        (["--depth", "0"], FOLDED),
        (["--depth", "1"], DEEPER),
        (["--depth", "9"], DEEPER),
        (["--depth", "all"], OPENED),
        (["--expand", "all"], OPENED),
        (["--expand", "Unit1"], DEEPER),
        (["--expand", "stem"], OPENED[:3] + FOLDED[1:]),
        (["--expand", "stem", "--expand", "Unit1"], OPENED),
        (["--expand", "stem", "--depth", "1"], OPENED),
    ],
)
def test_blocks_and_layers_are_opened(shapecalc, options, rows):
    answer = shapecalc("analyze", "ok.yaml", *options)
    assert (answer.status, answer.err) == (0, "")
    assert first_column(answer.out) == rows


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--depth", "deep"], "`deep` is neither a number of levels nor `all`"),
        (["--depth", "-1"], "`-1` is neither a number of levels nor `all`"),
        (["--expand", "stme"], "did you mean `stem`?"),
        (["--expand", "nothing"], "`nothing` is no block or layer that can be opened"),
        (["--by", "layer"], "kind"),
    ],
)
def test_what_cannot_be_opened_is_misuse(shapecalc, options, said):
    answer = shapecalc("analyze", "ok.yaml", *options)
    assert (answer.status, answer.out) == (2, "")
    assert said in " ".join(answer.err.split())


def test_sums_by_kind_hold_everything(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--by", "kind")
    assert (answer.status, answer.err) == (0, "")
    assert set(first_column(answer.out)) == {"conv", "dense", "batchnorm", "relu", "flatten"}
    assert "| conv | 3 |" in shapecalc("analyze", "ok.yaml", "--by", "kind", "--format", "md").out


# the width of a terminal


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_80_columns_are_never_exceeded(shapecalc, monkeypatch, spec):
    monkeypatch.setenv("COLUMNS", "80")
    for options in ([], ["--depth", "all"], ["--by", "kind"]):
        answer = shapecalc("analyze", spec, *options)
        assert answer.status == 0
        assert [line for line in answer.out.splitlines() if cell_len(line) > 80] == []


def test_80_columns_are_never_exceeded_by_an_error(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = shapecalc("analyze", "bad.yaml")
    assert [line for line in (answer.out + answer.err).splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("width", [48, 60, 80, 100, 140])
def test_a_column_without_room_is_left_out_whole_and_named(shapecalc, monkeypatch, width):
    wide = shapecalc("analyze", "ok.yaml").out.splitlines()
    monkeypatch.setenv("COLUMNS", str(width))
    out = shapecalc("analyze", "ok.yaml").out.splitlines()
    heads, all_heads = out[2].split(), wide[2].split()
    assert [head for head in all_heads if head in heads] == heads
    left_out = " ".join(out).partition("no room here for ")[2].partition(":")[0].replace(",", "").split()
    assert len(left_out) == len(all_heads) - len(heads)
    cells = set(" ".join(wide).split())
    assert set(" ".join(out[4:9]).split()) <= cells  # no number is cut


def test_a_pipe_is_as_wide_as_it_needs_to_be(shapecalc, folder):
    name = "a" * 200
    (folder / "wide.yaml").write_text(f"input: [3, 8, 8]\nlayers: [{{name: {name}, conv: 8, kernel: 3}}]\n")
    assert name in shapecalc("analyze", "wide.yaml").out


def test_names_in_chinese_keep_the_columns_straight(shapecalc, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    (folder / "wide.yaml").write_text(
        "input: [3, 8, 8]\nlayers: [{name: 卷积, conv: 8, kernel: 3}, {name: ab, conv: 8, kernel: 3}]\n"
    )
    lines = shapecalc("analyze", "wide.yaml").out.splitlines()
    assert len({cell_len(line[: line.index("conv")]) for line in lines[4:6]}) == 1


def test_signs_that_a_terminal_obeys_do_not_reach_it(shapecalc, folder):
    (folder / "odd.yaml").write_text('name: "a\\e[31mb\\ac"\ninput: [3, 8, 8]\nlayers: [relu]\n')
    for form in ("table", "md"):
        out = shapecalc("analyze", "odd.yaml", "--format", form).out
        assert "\x1b" not in out
        assert "\x07" not in out


def test_ten_thousand_calls_take_no_longer_than_they_should(shapecalc, folder):
    start = monotonic()
    blocks = "blocks: {Unit: {layers: [{conv: 3, kernel: 1, activation: relu}]}}"
    (folder / "long.yaml").write_text(f"input: [3, 8, 8]\n{blocks}\nlayers: [{{Unit: , repeat: 10000}}]\n")
    assert shapecalc("analyze", "long.yaml").out.count("\n") > 10_000
    assert monotonic() - start < 10


# no word of Python, no traceback


@pytest.mark.parametrize(
    "args",
    [
        ("--batch", "0"),
        ("--format", "xml"),
        ("--set", "width"),
        ("--input", "x"),
        ("--columns", "x"),
        ("--by", "x"),
        ("--depth", "x"),
    ],
)
def test_misuse_is_told_without_the_word_invalid(shapecalc, args):
    assert "nvalid" not in shapecalc("analyze", "ok.yaml", *args).err
