"""The command line, called inside this process."""

import gc
import io
import sys
from typing import NamedTuple

import pytest

from shapecalc.cli import main

OK = """\
name: Ok
input: [3, 32, 32]
vars: {width: 8, act: relu, deep: no, sizes: [4]}
blocks: {Unit: {params: {c: required}, layers: [{conv: c, kernel: 3, padding: same}, relu]}}
layers:
  - {name: stem, conv: width, kernel: 3, norm: batch, activation: $act}
  - Unit: width
  - {maxpool: 2, when: deep}
  - for: {c: sizes}
    do: [{conv: c, kernel: 1}]
  - flatten
  - dense: 10
"""

BAD = """\
name: Bad
input: [3, 32, 32]
layers:
  - {conv: 8, kernel: 3}
  - {conv: 8, kernel: 40}
  - {conv: 8, kernal: 3}
"""

UNMET = """\
input: [3, 32, 32]
layers:
  - {conv: 8, kernel: 3, expect: [8, 32, 32]}
"""

TWO = """\
inputs: {left: [3, 8, 8], right: [3, 8, 8]}
layers:
  - {name: a, conv: 4, kernel: 3, from: left}
  - {name: b, conv: 4, kernel: 3, from: right}
  - add: [a, b]
"""

FILES = {"ok": OK, "bad": BAD, "unmet": UNMET, "two": TWO, "broken": "layers: [", "empty": ""}


class Answer(NamedTuple):
    """What a call left behind."""

    status: int
    out: str
    err: str


class Stdin(io.TextIOWrapper):
    """Standard input that holds some bytes."""

    def __init__(self, content):
        super().__init__(io.BytesIO(content))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with some specs, from which the tool is called."""
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shapecalc(folder, monkeypatch, capfd):
    """Call the command line from there; what it left behind."""
    assert folder.is_dir()
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*args, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["shapecalc", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", Stdin(stdin))
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        gc.enable()  # a command may turn it off, for it ends soon
        return Answer(left.value.code, *capfd.readouterr())

    return call
