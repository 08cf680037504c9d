import errno
import os
import re
import subprocess
import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from shapecalc import __version__, cli
from shapecalc.cli import COMMANDS


def process(*args, stdin=b"", **more):
    """A call in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "shapecalc", *args], input=stdin, capture_output=True, timeout=60, check=False, **more
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("name", COMMANDS)
class TestEveryCommand:
    def test_is_a_command_of_click(self, name):
        assert isinstance(import_module(f"shapecalc.cli.{name}").command, click.Command)

    def test_has_help_with_examples(self, name, shapecalc):
        answer = shapecalc(name, "--help")
        assert answer.status == 0
        assert answer.err == ""
        assert "Examples:" in answer.out
        assert re.search(rf"^ +.*shapecalc {name}\b", answer.out, re.MULTILINE)

    def test_has_help_that_begins_as_the_list_says(self, name, shapecalc):
        said = " ".join(shapecalc(name, "--help").out.split("\n\n")[1].split())
        assert said.startswith(COMMANDS[name].rstrip("."))

    def test_has_the_same_help_under_its_short_name(self, name, shapecalc):
        assert shapecalc(name, "-h") == shapecalc(name, "--help")

    def test_has_help_of_80_columns(self, name, shapecalc, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        assert [line for line in shapecalc(name, "--help").out.splitlines() if cell_len(line) > 80] == []

    def test_says_what_every_option_does(self, name):
        command = import_module(f"shapecalc.cli.{name}").command
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, option.name
                assert option.help.endswith("."), option.name

    def test_answers_an_unknown_option_with_status_2(self, name, shapecalc):
        answer = shapecalc(name, "--no-such-option")
        assert (answer.status, answer.out) == (2, "")
        assert "--no-such-option" in answer.err

    def test_is_listed_and_in_no_other_words_than_its_own(self, name, shapecalc):
        listed = re.search(rf"^  {name} +(.*)$", shapecalc("--help").out, re.MULTILINE)
        assert listed[1] == COMMANDS[name]


def test_help_has_examples_and_the_exit_statuses(shapecalc):
    answer = shapecalc("--help")
    assert (answer.status, answer.err) == (0, "")
    assert "Examples:" in answer.out
    assert "Exit status: 0 all well; 1 a check failed; 2 " in answer.out
    assert shapecalc("-h") == answer


def test_help_has_80_columns(shapecalc, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in shapecalc("--help").out.splitlines() if cell_len(line) > 80] == []


def test_no_command_at_all_shows_the_help(shapecalc):
    answer = shapecalc()
    assert all(name in answer.out + answer.err for name in COMMANDS)


def test_the_version_is_told(shapecalc):
    assert shapecalc("--version") == (0, f"shapecalc {__version__}\n", "")


@pytest.mark.parametrize("typed", ["analyse", "anlyze", "Analyze", "ru", "layer", "example", "news", "shema"])
def test_a_misspelt_command_is_answered_with_the_nearest(typed, shapecalc):
    answer = shapecalc(typed, "net.yaml")
    (meant,) = get_close_matches(typed.lower(), COMMANDS, n=1)
    assert (answer.status, answer.out) == (2, "")
    assert f"`{typed}` is not a command. Did you mean `{meant}`?" in answer.err


def test_a_file_without_a_command_is_answered_with_the_command(shapecalc):
    answer = shapecalc("ok.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "Did you mean `shapecalc analyze ok.yaml`?" in answer.err


def test_a_command_like_no_other_is_only_said_to_be_none(shapecalc):
    answer = shapecalc("frobnicate")
    assert (answer.status, answer.out) == (2, "")
    assert "`frobnicate` is not a command." in answer.err
    assert "Did you mean" not in answer.err


def test_an_unknown_option_is_answered_with_the_nearest(shapecalc):
    answer = shapecalc("analyze", "ok.yaml", "--formt", "json")
    assert (answer.status, answer.out) == (2, "")
    assert "--format" in answer.err


def test_an_interruption_is_told_in_a_word(shapecalc, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "shapecalc", interrupted)
    answer = shapecalc("analyze", "ok.yaml")
    assert (answer.status, answer.out, answer.err.strip()) == (130, "", "interrupted")


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EINVAL])
def test_a_closed_pipe_is_quiet(shapecalc, monkeypatch, number):
    def broken(**_):
        raise OSError(number, "")

    monkeypatch.setattr(cli, "shapecalc", broken)
    monkeypatch.setattr(cli.os, "dup2", lambda *_: None)  # the real stdout is the test's
    assert shapecalc("analyze", "ok.yaml") == (0, "", "")


# the real thing


@pytest.mark.usefixtures("folder")
def test_the_module_runs():
    status, out, err = process("analyze", "ok.yaml")
    assert (status, err) == (0, "")
    assert out.startswith("Ok\n\nlayer")


def test_the_script_is_installed():
    script = Path(sys.executable).with_name("shapecalc")
    done = subprocess.run([script, "--version"], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, f"shapecalc {__version__}\n".encode())


@pytest.mark.usefixtures("folder")
def test_the_table_needs_no_numpy():
    code = "import sys; sys.argv = ['', 'analyze', 'ok.yaml']\nfrom shapecalc.cli import main\ntry: main()\n"
    code += "finally: print('numpy' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"False\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_a_reader_that_goes_away_hears_nothing_more(form):
    Path("long.yaml").write_text("input: [3, 8, 8]\nlayers: [{conv: 3, kernel: 1, repeat: 3000}]\n")
    args = [sys.executable, "-m", "shapecalc", "analyze", "long.yaml", "--format", form]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(60) == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize(("redirection", "status"), [(">&-", None), ("2>&-", 2), ("<&-", 2)])
def test_a_closed_stream_gives_no_traceback(redirection, status):
    shell = f'"{sys.executable}" -m shapecalc analyze bad.yaml {redirection}'
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in done.stderr
    assert done.returncode == status or status is None


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp1252"])
def test_the_answer_is_utf_8_whatever_the_terminal_says(encoding):
    status, out, err = process("analyze", "bad.yaml", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert status == 2
    assert "8×30×30" in out
    assert "╭─ bad.yaml:5:23" in err
