"""``shapecalc run``: what it prints, what it writes, what it refuses, and with which exit status."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from shapecalc.cli import main
from shapecalc.cli import progress as bar
from shapecalc.layers.rectifier import Relu

NET = """\
name: Net
input: [3, 16, 16]
blocks:
  Double:
    params: {c: required}
    layers: [{conv: c, kernel: 3, activation: relu}, {conv: c, kernel: 3}]
layers:
  - {name: stem, conv: 4, kernel: 3, norm: batch, activation: relu}
  - Double: 6
  - global_avgpool
  - {name: head, dense: 10}
"""
TWO = """\
inputs: {left: [2, 8], right: [2, 8]}
layers:
  - {add: [left, right]}
  - {name: head, conv: 3, kernel: 1}
"""


@pytest.fixture
def call(monkeypatch, capfd, tmp_path):
    """Run the command line in a folder of its own: status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "two.yaml").write_text(TWO)

    def called(*args):
        monkeypatch.setattr(sys, "argv", ["shapecalc", "run", *args])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return end.value.code, out, err

    return called


def test_every_layer_has_a_row_with_its_statistics_and_its_time(call):
    status, out, err = call("net.yaml")
    rows = [line.split() for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert rows[2] == ["layer", "kind", "output", "mean", "std", "min", "max", "time", "GMAC/s", "way"]
    assert [row[-1] for row in rows[4:8]] == ["taps", "strips", "ones", "product"]
    assert [row[:3] for row in rows[4:8]] == [
        ["stem", "conv+batch+relu", "4×14×14"],
        ["Double1", "Double", "6×10×10"],
        ["global_avgpool1", "global_avgpool", "6"],
        ["head", "dense", "10"],
    ]
    assert rows[4][5] == "0"
    assert {"input", "time", "engine", "memory", "weights", "largest", "counted"} <= {row[0] for row in rows[9:]}
    assert "weights  made from seed 0 (He, Glorot)" in out


def test_a_row_has_the_values_of_its_end_and_the_time_of_all_its_nodes(call):
    _, opened, _ = call("net.yaml", "--depth", "all", "--format", "table")
    _, folded, _ = call("net.yaml")
    values = [
        {line.split()[0]: line.split()[3:7] for line in out.splitlines()[4:14] if line} for out in (opened, folded)
    ]
    assert values[1]["stem"] == values[0]["stem.act"]
    assert values[1]["Double1"] == values[0]["Double1.conv2"]
    assert "Double1.conv1.act" in call("net.yaml", "--depth", "1", "--expand", "Double1.conv1")[1]


def test_json_has_raw_numbers_for_every_node(call):
    status, out, _ = call("net.yaml", "--format", "json", "--batch", "2", "--seed", "3")
    answer = json.loads(out)
    assert status == 0
    assert (answer["schema_version"], answer["name"], answer["batch"], answer["seed"]) == (1, "Net", 2, 3)
    assert [layer["name"] for layer in answer["layers"]][:3] == ["stem.conv", "stem.norm", "stem.act"]
    assert answer["layers"][0]["output"] == [4, 14, 14]
    assert answer["layers"][0]["macs"] == 2 * 14 * 14 * 4 * 27
    assert len(answer["largest"]["head"]) == 5
    assert answer["memory"]["total"] == sum(
        answer["memory"][part] for part in ("weights", "transforms", "activations", "scratch")
    )
    again = json.loads(call("net.yaml", "--format", "json", "--batch", "2", "--seed", "3")[1])
    assert again["largest"] == answer["largest"]


def test_every_layer_says_how_it_was_computed_and_the_engine_its_mode(call):
    def ways(*options):
        answer = json.loads(call("net.yaml", "--format", "json", *options)[1])
        return answer["engine"], answer["winograd"], {layer["way"] for layer in answer["layers"]}

    assert ways() == ("fast", True, {"taps", "strips", "scaled", "direct", "ones", "product"})
    assert ways("--no-winograd")[:2] == ("fast", False)
    assert ways("--engine", "direct") == ("direct", False, {"direct"})
    assert "engine   fast, with Winograd · weights brought to its ways in" in call("net.yaml")[1]
    assert "engine   fast, without Winograd" in call("net.yaml", "--no-winograd")[1]
    assert "engine   direct\n" in call("net.yaml", "--engine", "direct")[1]


def test_both_engines_give_the_same_table_of_values(call):
    fast, direct = (
        json.loads(call("net.yaml", "--format", "json", "--dtype", "float64", "--engine", engine)[1])["layers"]
        for engine in ("fast", "direct")
    )
    for one, other in zip(fast, direct, strict=True):
        for name in ("mean", "std", "min", "max"):
            assert one[name] == pytest.approx(other[name], rel=1e-9, abs=1e-12)


def test_the_suffix_of_the_file_picks_the_format(call, tmp_path):
    assert call("net.yaml", "-o", "out.csv") == (0, "", "")
    records = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert records[0]["name"] == "stem.conv"
    assert records[0]["output"] == "4x14x14"
    assert call("net.yaml", "-o", "out.txt")[0] == 0
    assert (tmp_path / "out.txt").read_text().startswith("Net\n")
    status, _, err = call("net.yaml", "-o", "out.pdf")
    assert (status, "no format has the suffix" in err) == (2, True)


def test_a_narrow_terminal_loses_whole_columns(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    _, out, _ = call("net.yaml")
    assert max(map(len, out.splitlines())) <= 60
    assert out.splitlines()[2].split() == ["layer", "output", "mean", "time", "GMAC/s", "way"]
    assert "no room here for kind, std, min, max" in out


def test_outputs_are_saved_by_name_with_the_inputs(call, tmp_path):
    assert call("two.yaml", "--save-outputs", "all.npz", "--batch", "2")[0] == 0
    with np.load(tmp_path / "all.npz") as saved:
        arrays = dict(saved)
    assert {name: x.shape for name, x in arrays.items()} == {
        "left": (2, 2, 8),
        "right": (2, 2, 8),
        "add1": (2, 2, 8),
        "head": (2, 3, 8),
    }
    assert np.array_equal(arrays["add1"], arrays["left"] + arrays["right"])


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_saved_weights_and_outputs_give_the_same_again(call, tmp_path, suffix):
    call("two.yaml", "--seed", "9", "--save-weights", f"w.{suffix}", "--save-outputs", "a.npz")
    status, out, _ = call("two.yaml", "--weights", f"w.{suffix}", "--input", "a.npz", "--save-outputs", "b.npz")
    assert status == 0
    assert f"weights  w.{suffix}" in out
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_inputs_are_named_where_there_are_several(call, tmp_path):
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", np.ones((2, 8)))
    assert call("two.yaml", "--input", "left=a.npy", "--input", "right=b.npy")[0] == 0
    assert call("two.yaml", "--input", "left=a.npy")[0] == 0
    status, _, err = call("two.yaml", "--input", "a.npy")
    assert (status, "write NAME=a.npy: the inputs are `left`, `right`" in err) == (2, True)
    status, _, err = call("two.yaml", "--input", "lift=a.npy")
    assert (status, "before the = stands the name of an input: `left`, `right`" in err) == (2, True)
    status, _, err = call("two.yaml", "--input", "left=a.npy", "--input", "left=b.npy")
    assert (status, "is the second file for one input" in err) == (2, True)


def test_a_picture_is_run_and_what_was_done_to_it_is_said_on_stderr(call, tmp_path):
    Image.new("RGB", (40, 30), "red").save(tmp_path / "p.png")
    status, out, err = call("net.yaml", "--input", "p.png")
    assert status == 0
    assert "note" not in out
    assert err == "note: p.png: scaled to 0..1, resized from 30×40 to 16×16 (its proportions change)\n"


def test_another_size_and_other_settings_are_run(call, tmp_path):
    (tmp_path / "v.yaml").write_text("input: [3, 8, 8]\nvars: {w: 4}\nlayers: [{conv: w, kernel: 3}]\n")
    assert "7×10×12" in call("v.yaml", "--size", "3x12x14", "--set", "w=7")[1]


def test_the_first_layer_with_values_that_are_no_numbers_is_named(call, tmp_path):
    np.save(tmp_path / "x.npy", np.full((3, 16, 16), np.nan))
    status, out, err = call("net.yaml", "--input", "x.npy", "--format", "json")
    assert status == 0
    assert json.loads(out)["layers"][0]["mean"] == "NaN"
    assert err == "note: `stem.conv` is the first layer with values that are infinite or not a number\n"


REFUSED = [
    (["no.yaml"], "there is no file `no.yaml`"),
    (["net.yaml", "--input", "no.npy"], "there is no file `no.npy`"),
    (["net.yaml", "--input", "net.yaml"], "net.yaml: it is no image that can be read here"),
    (["net.yaml", "--weights", "no.npz"], "does not exist"),
    (["net.yaml", "--weights", "net.yaml"], "weights are read from .npz or .safetensors"),
    (["net.yaml", "--save-weights", "w.pt"], "w.pt: the name has to end in .npz or .safetensors"),
    (["net.yaml", "--save-outputs", "o.csv"], "o.csv: the name has to end in .npz"),
    (["net.yaml", "--save-weights", "no/w.npz"], "no/w.npz: there is no folder no"),
    (["net.yaml", "--save-outputs", "no/o.npz"], "no/o.npz: there is no folder no"),
    (["net.yaml", "-o", "no/x.json"], "cannot write no/x.json: No such file or directory"),
    (["net.yaml", "--max-memory", "lots"], "`lots` is not an amount of memory"),
    (["net.yaml", "--max-memory", ">= 3"], "write the amount alone"),
    (["net.yaml", "--expand", "Duble1"], "did you mean `Double1`?"),
    (["net.yaml", "--size", "2x2"], "a window of 3 cells along an axis of 2"),
    (["net.yaml", "--batch", "0"], "0 is not in the range"),
]


@pytest.mark.parametrize(("args", "says"), REFUSED, ids=[" ".join(args[1:]) or args[0] for args, _ in REFUSED])
def test_what_does_not_fit_is_refused_in_plain_words(call, tmp_path, args, says):
    status, out, err = call(*args)
    assert (status, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml", "two.yaml"]


def test_weights_that_do_not_fit_are_refused(call):
    call("two.yaml", "--save-weights", "w.npz")
    status, out, err = call("net.yaml", "--weights", "w.npz")
    assert (status, out) == (2, "")
    assert "w.npz does not fit the network\n  stem.conv.kernel: missing" in err


def test_a_run_over_the_memory_allowed_is_refused_before_anything_is_made(call):
    call("net.yaml")
    tracemalloc.start()
    status, out, err = call("net.yaml", "--size", "3x4000x4000", "--batch", "100", "--dtype", "float64")
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (status, out) == (2, "")
    assert "Error: the run needs " in err
    assert "--max-memory allows 4.00 GiB" in err
    assert taken < 24 * 2**20  # 16 of them are room for the text of the spec
    needed = json.loads(call("net.yaml", "--format", "json")[1])["memory"]["total"]
    assert call("net.yaml", "--format", "json", "--max-memory", str(needed))[0] == 0
    assert call("net.yaml", "--format", "json", "--max-memory", str(needed - 1))[0] == 2
    assert call("net.yaml", "--max-memory", "2 MiB")[0] == 0


def test_memory_that_the_machine_has_not_is_told(call, monkeypatch):
    def none_left(*_, **__):
        raise MemoryError

    monkeypatch.setattr("shapecalc.engine.weights.seeded", none_left)
    status, _, err = call("net.yaml")
    assert (status, err) == (2, "Error: this machine has no such memory left as the run needs\n")


def test_a_disagreement_is_our_fault_and_has_a_status_of_its_own(call, monkeypatch, tmp_path):
    monkeypatch.setattr(Relu, "forward", lambda _, x, **__: x[..., 1:])
    status, out, err = call("net.yaml", "--save-outputs", "o.npz")
    assert (status, out) == (3, "")
    assert "at `stem.act` the engine made 1×4×14×13, and the analysis computed 1×4×14×14" in err
    assert "This is a fault of shapecalc: please report it, with net.yaml" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml", "two.yaml"]


def test_a_spec_with_a_fault_is_told_and_not_run(call, tmp_path):
    (tmp_path / "bad.yaml").write_text("input: [3, 8, 8]\nlayers: [{conv: 4, kernel: 9}, relu]\n")
    status, out, err = call("bad.yaml")
    assert (status, out) == (2, "")
    assert "error[E302]" in err
    status, out, err = call("bad.yaml", "--format", "json")
    assert status == 2
    assert json.loads(out)["diagnostics"][0]["code"] == "E302"


def test_an_expectation_that_fails_is_told_and_the_network_run(call, tmp_path):
    (tmp_path / "odd.yaml").write_text("input: [3, 8, 8]\nlayers: [{conv: 4, kernel: 3, expect: [4, 8, 8]}]\n")
    status, out, err = call("odd.yaml")
    assert status == 1
    assert "4×6×6" in out
    assert "error[C101]" in err


def test_a_link_and_a_pipe_are_written_to_and_not_replaced(call, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    assert call("net.yaml", "-o", "link.json")[0] == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["name"] == "Net"


@pytest.mark.parametrize("command", [["run", "--help"], ["analyze", "net.yaml"], ["analyze", "--help"]])
def test_numpy_is_loaded_by_what_needs_it_alone(tmp_path, command):
    (tmp_path / "net.yaml").write_text(NET)
    code = (
        "import sys; from shapecalc.cli import shapecalc\n"
        f"shapecalc({command}, standalone_mode=False)\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)


SLEEPING = """
import sys, time
from shapecalc.cli import main
from shapecalc.cli import progress as bar
from shapecalc.layers.rectifier import Relu
Relu.forward = lambda *_, **__: time.sleep(60)
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
sys.argv = ["shapecalc", "run", "net.yaml", "--save-outputs", "o.npz"]
main()
"""


def test_an_interrupt_leaves_nothing_half_written(tmp_path):
    (tmp_path / "net.yaml").write_text(NET)
    process = subprocess.Popen([sys.executable, "-c", SLEEPING], cwd=tmp_path, text=True, stderr=subprocess.PIPE)
    for _ in range(400):
        if any(path.name.startswith(".o.npz") for path in tmp_path.iterdir()):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "interrupted")
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


@pytest.mark.parametrize(
    ("terminal", "patience", "shown"), [(True, 0.0, True), (True, 60.0, False), (False, 0.0, False)]
)
def test_a_progress_bar_stands_on_a_terminal_alone_and_only_for_what_lasts(monkeypatch, terminal, patience, shown):
    err = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    monkeypatch.setattr(bar, "console", lambda **_: err)
    monkeypatch.setattr(bar, "PATIENCE", patience)
    with bar.progress(4) as tell:
        time.sleep(0.05)
        tell("conv\x1b[31m1", 3)
        time.sleep(0.2)
    said = err.file.getvalue()
    assert (r"conv\x1b[31m1" in said, "75%" in said) == (shown, shown)
    assert bool(said) == shown
