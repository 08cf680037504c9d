"""A package adds a rule by an entry point; one that cannot be used is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import shapecalc as sc
from shapecalc.linting import RULES, Found, Rule, every_rule, lint
from shapecalc.linting.choice import chosen

ROOT = Path(__file__).parent.parent.parent
CODE = '''\
from shapecalc.linting import Rule


class NoTanh(Rule):
    """A tanh.

    ## Why it matters
    It is out of fashion.

    ## What to do
    Take another.
    """

    code = "MY001"
    name = "no-tanh"
    family = "mine"
    bad = "- tanh"
    good = "- relu"

    def check(self, net):
        for node, xs in net.known():
            if node.kind == "tanh":
                yield self.at(net, node, "", f"`{net.called(node)}` is a tanh of {xs[0].elements} numbers", "a tanh")
'''


def package(folder, code=CODE, entry="no-tanh = more_rules:NoTanh"):
    """A package of one module, installed as pip leaves it."""
    (folder / "more_rules.py").write_text(code, encoding="utf-8")
    metadata = folder / "more_rules-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: more-rules\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[shapecalc.rules]\n{entry}\n", encoding="utf-8")
    return folder


def shapecalc(folder, *arguments):
    (folder / "net.yaml").write_text("input: [4, 8, 8]\nlayers: [tanh]\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "shapecalc", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_rule_of_another_package_is_looked_for_and_has_its_page(tmp_path):
    folder = package(tmp_path)
    done = shapecalc(folder, "lint", "net.yaml", "--select", "MY")
    assert done.returncode == 1
    assert "warning[MY001]: `tanh1` is a tanh of 256 numbers" in done.stdout
    assert shapecalc(folder, "lint", "--explain", "MY001").stdout.startswith("MY001 no-tanh  (mine, warning)")


@pytest.mark.parametrize(
    ("code", "entry", "says"),
    [
        (CODE, "no-tanh = more_rules:Nothing", "has no attribute"),
        (CODE, "no-tanh = none_such:NoTanh", "No module named"),
        ("NoTanh = 3\n", "no-tanh = more_rules:NoTanh", "it gives no rule"),
        (CODE.replace("MY001", "SC901"), "no-tanh = more_rules:NoTanh", "`SC901`: letters of its own"),
        (CODE.replace('"no-tanh"', '"gridding"'), "no-tanh = more_rules:NoTanh", "`gridding` already"),
        (CODE.replace('    code = "MY001"\n', ""), "no-tanh = more_rules:NoTanh", "it is no whole rule"),
        (CODE.replace("def check", "def look"), "no-tanh = more_rules:NoTanh", "it is no whole rule"),
    ],
)
def test_one_that_cannot_be_used_is_told(tmp_path, monkeypatch, code, entry, says):
    monkeypatch.delitem(sys.modules, "more_rules", raising=False)
    monkeypatch.syspath_prepend(package(tmp_path, code, entry))
    with pytest.raises(sc.SpecError) as refused:
        every_rule()
    (fault,) = refused.value.diagnostics
    assert fault.code == "E128"
    assert says in fault.help


def test_then_nothing_is_linted(tmp_path):
    done = shapecalc(package(tmp_path, "NoTanh = 3\n"), "lint", "net.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "error[E128]: the rule `no-tanh` comes with another package" in done.stderr


class Everything(Rule):
    """Every layer.

    ## Why it matters
    For a test.

    ## What to do
    Nothing.
    """

    code = "XX001"
    name = "everything"
    family = "test"
    bad = good = "- relu"

    def check(self, net):
        yield Found("a network", ("input",), node="")


def test_a_rule_can_be_given_as_an_argument():
    net = sc.load({"input": [4, 8], "layers": ["relu"]})
    (finding,) = lint(net, rules=[*RULES, Everything()])
    assert (finding.code, finding.diagnostic.message) == ("XX001", "a network")
    assert [rule.code for rule in chosen([*RULES, Everything()], ["test"], [], pedantic=False)] == ["XX001"]
