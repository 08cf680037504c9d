"""The README runs: its commands print what it shows, its specs analyze, its class is a kind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.cli import COMMANDS
from shapecalc.layers import KINDS
from shapecalc.network import build
from shapecalc.source.document import Document
from shapecalc.testing import prove_layer

ROOT = Path(__file__).parent.parent
SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]'"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fences(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


CONSOLES = [fence.split("\n", 1) for fence in fences("console")]
SPECS = {text.split("\n", 1)[0].removeprefix("# "): text for text in fences("yaml")}


@pytest.fixture
def folder(tmp_path):
    for name, text in SPECS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "specs").symlink_to(ROOT / "specs")
    return tmp_path


@pytest.mark.parametrize(("command", "shown"), CONSOLES, ids=[command for command, _ in CONSOLES])
def test_a_command_of_the_readme_prints_what_it_shows(command, shown, folder):
    assert command.startswith("$ shapecalc ")
    line = command[2:].replace("shapecalc", f"'{sys.executable}' -m shapecalc", 1)
    done = subprocess.run(
        line,
        shell=True,
        cwd=folder,
        env={"COLUMNS": "80", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.rstrip() == shown.rstrip()


def test_the_readme_starts_with_the_two_commands():
    first = re.search(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert first[1].splitlines() == [
        f"{SET_UP} && .venv/bin/shapecalc analyze specs/resnet50.yaml",
        f"{SET_UP} && .venv/bin/python -m pytest -q",
    ]


def test_ci_runs_the_readmes_test_command():
    command = next(line for line in README.splitlines() if line.endswith("-m pytest -q"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_language_of_the_readme_analyzes(folder):
    assert sc.analyze(sc.load(folder / "language.yaml")).params == 283_802


def test_the_library_example_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    library = next(text for text in fences("python") if "import shapecalc as sc" in text)
    exec(compile(library, "README.md", "exec"), {})
    assert "112·112·7·7·(3 / 1)·64" in capsys.readouterr().out


def test_the_new_kind_of_the_readme_works():
    """What an entry point makes of it is in test_plugins.py."""
    source = next(text for text in fences("python") if "class StarRelu" in text)
    names = {"__name__": "readme"}
    exec(compile(source, "README.md", "exec"), names)
    kind = names["StarRelu"]
    document = Document.from_data({"input": [4, 8, 8], "layers": ["star_relu"]})
    answer = sc.analyze(build(document, kinds=KINDS | {"star_relu": kind}))
    assert (answer.params, answer.macs) == (2, 0)
    assert dict(answer.ops) == {"add": 256, "mul": 512, "compare": 256}
    assert all(proof.holds for proof in prove_layer(kind, [([4, 8, 8], "star_relu"), ([6], "star_relu")]))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert f"`shapecalc {name}" in README
